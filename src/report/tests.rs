//! Reports, looked at whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::*;

pub(super) fn date(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

pub(super) fn address(local: &str) -> Address {
    Address::parse(&format!("{local}@example.org")).unwrap()
}

pub(super) fn client(country: &str, code: &str) -> Arc<Client> {
    Arc::new(Client {
        key: ClientKey::new(country, code),
        country: country.to_owned(),
        code: code.to_owned(),
        name: "365discount".to_owned(),
        parent_code: String::new(),
    })
}

pub(super) fn finding(cause: Cause, client: Option<Arc<Client>>, account: &str) -> Finding {
    let mut finding = match AccountId::parse(account) {
        Ok(account_id) => Finding::new(cause, account_id),
        Err(_) => Finding::of_written(cause, account),
    };
    finding.client = client;
    finding.account_name = "Shoes".into();
    finding.member = Some(address("data_extract"));
    finding.expected_role = Some(Role::Analyst);
    finding
}

fn sighting(member: &str, center: &str, role: StatedRole) -> Sighting {
    let business_center = BusinessCenterId::parse(center).unwrap();
    Sighting { member: address(member), business_center, role }
}

/// One row of each sort.
pub(super) fn findings() -> Vec<Finding> {
    let mut removed = finding(Cause::AccessRemoved, Some(client("DK", "C07")), "7106541027904733185");
    removed.change = Some(Change::New);
    removed.confidence = Some(Confidence::ReadTwice);
    removed.register = Some(Arc::new(RegisterFacts {
        state: RegisterState::Requested,
        start: Some(date("2026-01-01")),
        end: None,
        added_by: "Anna \"A\" Berg".into(),
        tags: "shop, \nnew".into(),
    }));
    removed.business_center = BusinessCenterId::parse("7564").ok();
    removed.business_center_name = "=HYPERLINK(\"x\")".into();
    removed.since = Some(date("2026-11-01"));
    removed.days_open = Some(0);
    removed.last_seen_on = Some(date("2026-10-31"));
    removed.evidence = "read twice".into();
    removed.next_step = "assign it again".to_owned();
    removed.reminder = ReminderFacts {
        state: Some(ReminderState::Scheduled),
        mails_sent: 0,
        last_mailed_on: None,
        next_mail_on: Some(date("2026-11-01")),
    };
    let mut twice_seen = finding(Cause::RoleTooHigh, Some(client("DK", "C07")), "7106541027904733186");
    twice_seen.actual_role = Some(StatedRole::Known(Role::Operator));
    twice_seen.sightings = [
        sighting("omd-dk", "7565", StatedRole::Known(Role::Operator)),
        sighting("data_extract", "7564", StatedRole::Known(Role::Analyst)),
    ]
    .into();
    let mut well = finding(Cause::SharedAsExpected, Some(client("DK", "C07")), "71");
    well.actual_role = Some(StatedRole::Known(Role::Analyst));
    well.sightings = [
        sighting("data_extract", "7565", StatedRole::Absent),
        sighting("data_extract", "7564", StatedRole::Known(Role::Analyst)),
    ]
    .into();
    let mut withdrawn = finding(Cause::NotAssigned, Some(client("DK", "C06")), "7106541027904733187");
    withdrawn.change = Some(Change::Withdrawn);
    let mut extra = finding(Cause::NotOnboarded, None, "5");
    extra.expected_role = None;
    extra.actual_role = Some(StatedRole::New("OWNER".into()));
    extra.suggested_account = AccountId::parse("72").ok();
    let mut vanished = finding(Cause::NotOnboarded, None, "4");
    vanished.change = Some(Change::Resolved);
    let malformed = finding(Cause::MalformedId, Some(client("SE", "C01")), "-7.1E+18");
    vec![extra, malformed, removed, vanished, twice_seen, well, withdrawn]
}

fn table<'a>(findings: impl IntoIterator<Item = &'a Finding, IntoIter: Send>) -> Vec<u8> {
    let mut bytes = Vec::new();
    csv(findings, &mut bytes).unwrap();
    bytes
}

pub(super) fn summary(run_id: &str) -> Summary {
    Summary {
        run_id: run_id.to_owned(),
        now: "2026-11-01T04:30:00Z".to_owned(),
        command: "run".to_owned(),
        exit_code: 5,
        exit_codes: vec![4, 5],
        complete: false,
        counts: BTreeMap::from([("missing", BTreeMap::from([("access_removed", 1)]))]),
        changes: ChangeCounts { new: 1, open: 0, resolved: 1, withdrawn: 1 },
        guards: vec![GuardTrip { name: "regressed".to_owned(), value: 0.5, limit: 0.1, explanation: String::new() }],
        unread: vec![Unread {
            member: "data_extract@example.org".to_owned(),
            business_center_id: "7564".to_owned(),
            reason: "total_number differs".to_owned(),
        }],
        bad_rows: vec![BadRowNote {
            file: "accounts.csv".to_owned(),
            line: 7,
            field: "account_id".to_owned(),
            reason: "it is in scientific notation".to_owned(),
        }],
        mails: MailCounts::default(),
    }
}

const RUN: &str = "20261101T043000Z-ab12";

pub(super) fn write_run(dir: &Path, run_id: &str, latest: bool) -> Result<PathBuf, Error> {
    write_into(&Place::folder(dir), run_id, latest).map(PathBuf::from)
}

/// A report with one file more, as every place gets it.
pub(super) fn write_into(place: &Place, run_id: &str, latest: bool) -> Result<String, Error> {
    let extra = [("mails/001.eml".to_owned(), b"Subject: x\r\n".to_vec())];
    let report = Report {
        summary: &summary(run_id),
        verdict: "1 new gap, 1 open in all.",
        day: date("2026-11-01"),
        trend: &[],
        findings: &findings(),
        extra: &extra,
    };
    write(place, report, latest)
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

pub(super) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_tables_whole() {
    let dir = tempfile::tempdir().unwrap();
    let written = write_run(dir.path(), RUN, true).unwrap();
    insta::assert_snapshot!("diff", read(written.join("diff.csv")));
    insta::assert_snapshot!("accounts", read(written.join("accounts.csv")));
}

#[test]
fn the_digest_attaches_all_of_the_differences_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let written = write_run(dir.path(), RUN, true).unwrap();
    assert_eq!(diff(&findings()).unwrap(), fs::read(written.join("diff.csv")).unwrap());

    let length = |evidence: &str| {
        let mut all = findings();
        let missing = all.iter_mut().find(|finding| finding.status == Status::Missing).unwrap();
        missing.evidence = evidence.into();
        diff(&all).map(|bytes| bytes.len())
    };
    let rest = "x".repeat(ATTACHABLE - length("").unwrap());
    assert_eq!((length(&rest), length(&format!("{rest}x"))), (Some(ATTACHABLE), None));
}

#[test]
fn the_summary_whole() {
    let dir = tempfile::tempdir().unwrap();
    let written = write_run(dir.path(), RUN, true).unwrap();
    insta::assert_snapshot!(read(written.join("summary.json")));
}

#[test]
fn the_manifest_names_every_other_file_with_size_and_hash() {
    let dir = tempfile::tempdir().unwrap();
    let folder = write_run(dir.path(), RUN, true).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&read(folder.join("manifest.json"))).unwrap();
    assert_eq!(manifest["run_id"], RUN);
    let files = manifest["files"].as_array().unwrap();
    let listed: Vec<&str> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
    let expected = ["accounts.csv", "diff.csv", "mails/001.eml", "report.html", "report.xlsx", "summary.json"];
    assert_eq!(listed, expected);
    for file in files {
        let bytes = fs::read(folder.join(file["name"].as_str().unwrap())).unwrap();
        assert_eq!(file["size"], bytes.len());
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["sha256"], hash);
    }
    let found = ["accounts.csv", "diff.csv", "mails", "manifest.json", "report.html", "report.xlsx", "summary.json"];
    assert_eq!(names(&folder), found);
}

#[test]
fn the_same_findings_in_another_order_give_the_same_bytes() {
    let (mut there, back) = (findings(), findings());
    there.reverse();
    assert_eq!(table(sorted(&there)), table(sorted(&back)));
}

#[test]
fn latest_names_only_what_it_is_told_to() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), "20261101T043000Z-0001", true).unwrap();
    write_run(dir.path(), "20261102T043000Z-0002", false).unwrap();
    let latest = dir.path().join("latest");
    assert_eq!(fs::read_link(&latest).unwrap(), Path::new("20261101T043000Z-0001"), "relative");
    write_run(dir.path(), "20261103T043000Z-0003", true).unwrap();
    assert!(read(latest.join("manifest.json")).contains("20261103T043000Z-0003"));
    assert_eq!(names(dir.path()).len(), 4);
}

#[test]
fn what_a_killed_run_left_is_harmless_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), "20261101T043000Z-0001", true).unwrap();
    fs::create_dir(dir.path().join(format!(".tmp-{RUN}"))).unwrap();
    fs::write(dir.path().join(format!(".tmp-{RUN}/diff.csv")), "half").unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join(".tmp-latest")).unwrap();
    assert!(read(dir.path().join("latest/manifest.json")).contains("-0001"));
    write_run(dir.path(), RUN, true).unwrap();
    assert_eq!(names(dir.path()), ["20261101T043000Z-0001", RUN, "latest"]);
}

#[test]
fn a_report_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), RUN, true).unwrap();
    let before = read(dir.path().join(RUN).join("manifest.json"));
    assert!(matches!(write_run(dir.path(), RUN, true), Err(Error::Exists { .. })));
    assert_eq!(read(dir.path().join(RUN).join("manifest.json")), before);
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("reports");
    fs::write(&blocked, "a file").unwrap();
    let error = write_run(&blocked, RUN, true).unwrap_err().to_string();
    assert!(error.contains("reports") && error.contains("writable"), "{error}");
}

#[test]
fn a_taken_run_id_gives_way_to_the_next_free_one() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::folder(dir.path());
    assert_eq!(place.free_run_id("20261101T043000Z-ffff").unwrap(), "20261101T043000Z-ffff");
    for taken in ["ffff", "0000"] {
        fs::create_dir(dir.path().join(format!("20261101T043000Z-{taken}"))).unwrap();
    }
    assert_eq!(place.free_run_id("20261101T043000Z-ffff").unwrap(), "20261101T043000Z-0001");
}

#[test]
fn a_row_reads_the_same_whatever_stands_beside_it() {
    let mut findings = findings();
    // Of each, the same is said as of the one before; all that is its own differs.
    for finding in findings.clone() {
        let mut other = finding.clone();
        other.account_id = AccountId::parse("7106541027904733999").ok();
        other.account_name = "=Hats, \"and\"".into();
        other.since = Some(date("2026-09-09"));
        other.register = None;
        findings.extend([finding, other]);
    }
    let header = table([]).len();
    let alone: Vec<u8> = findings.iter().flat_map(|finding| table([finding]).split_off(header)).collect();
    assert_eq!(table(&findings)[header..], alone);
}

proptest! {
    #[test]
    fn no_cell_runs_as_a_formula_and_none_loses_a_character(name in "[=+\\-@\t\r\n'\",;a\u{e6}\u{0}]{0,12}") {
        let mut given = finding(Cause::NotAssigned, Some(client(&name, &name)), "7106541027904733185");
        given.account_name = name.as_str().into();
        given.evidence = name.as_str().into();
        let bytes = table([&given]);
        let mut reader = ::csv::ReaderBuilder::new().from_reader(&*bytes);
        let rows: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), 1);
        for cell in &rows[0] {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{:?}", cell);
        }
        let expected = if name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{name}") } else { name };
        prop_assert_eq!(&rows[0][10], expected.as_str());
        prop_assert_eq!(&rows[0][26], expected.as_str());
        prop_assert_eq!(&rows[0][9], "7106541027904733185");
    }
}
