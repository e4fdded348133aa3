//! What Prometheus reads, looked at whole. That a Pushgateway and a Prometheus take it is tried in `tests/it`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::domain::*;

/// The night with which rules and dashboard are tested.
const NIGHT: &str = include_str!("../../tests/manifests/night.prom");

fn finding(cause: Cause, country: &str) -> Finding {
    let client = Client {
        key: ClientKey::new(country, "C07"),
        country: country.to_owned(),
        code: "C07".to_owned(),
        name: "Hemmelig A/S".to_owned(),
        parent_code: String::new(),
    };
    let mut finding = Finding::new(cause, AccountId::parse("7106541027904000000").unwrap());
    finding.client = Some(Arc::new(client));
    finding
}

fn summary(exits: &[Exit], complete: bool) -> Summary {
    let mut exit_codes: Vec<u8> = exits.iter().map(|exit| exit.code()).collect();
    let exit_code = exit_codes[0];
    exit_codes.sort_unstable();
    let regressed = GuardTrip { name: "regressed".to_owned(), value: 9.0, limit: 5.0, explanation: String::new() };
    let bad_row =
        BadRowNote { file: "accounts.csv".to_owned(), line: 3, field: "x".to_owned(), reason: "y".to_owned() };
    Summary {
        run_id: "20260101T034000Z-1a2b".to_owned(),
        now: "2026-01-01T03:30:00Z".to_owned(),
        command: "run".to_owned(),
        exit_code,
        exit_codes,
        complete,
        counts: BTreeMap::new(),
        changes: ChangeCounts::default(),
        guards: vec![regressed],
        unread: Vec::new(),
        bad_rows: vec![bad_row.clone(), bad_row],
        mails: MailCounts { sent: 4, held: 2, failed: 1, ..MailCounts::default() },
    }
}

fn toll() -> Toll {
    let phases = [
        ("preparing", 60.2),
        ("reading", 1790.0),
        ("judging", 0.4),
        ("remembering", 0.3),
        ("mailing", 930.1),
        ("reporting", 0.9),
    ];
    Toll {
        register_rows: 224,
        answers: BTreeMap::from([(("/bc/asset/get/", "ok"), 31), (("/bc/asset/get/", "50000"), 6)]),
        waits: Duration::from_millis(304_200),
        suspensions: 1,
        phases: phases.map(|(phase, spent)| (phase, Duration::from_secs_f64(spent))).to_vec(),
    }
}

fn moment(seconds: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// TikTok refused a token, and half of the rest went wrong too.
fn night() -> Gauges {
    let mut findings = vec![finding(Cause::SharedAsExpected, "DK"); 212];
    let mut gap = finding(Cause::NotAssigned, "dk");
    gap.days_open = Some(3);
    findings.extend(vec![gap.clone(); 6]);
    gap.days_open = Some(41);
    findings.push(gap);
    findings.extend(vec![finding(Cause::ListingIncomplete, "SE"); 3]);
    // In the report only to say that it is over.
    let mut over = finding(Cause::NotShared, "NO");
    over.change = Some(Change::Withdrawn);
    findings.push(over);
    let refused = summary(&[Exit::TokenRefused, Exit::Held], false);
    let mut gauges = Gauges { last_complete: Some(moment(1_766_979_600)), ..Gauges::default() };
    gauges.then(Gauges::judged(&refused, &findings, toll(), moment(1_767_238_800)));
    gauges
}

#[test]
fn the_night_of_rules_and_dashboard_is_what_the_program_writes() {
    assert_eq!(night().text(), NIGHT);
}

#[test]
fn a_run_that_judged_nothing_says_how_it_ended_and_leaves_the_rest() {
    let mut gauges = night();
    gauges.then(Gauges::refused(Exit::NotWritten, moment(1_767_325_200)));
    let expected = NIGHT
        .replace("run_exit_code 3", "run_exit_code 7")
        .replace("last_run_timestamp_seconds 1767238800", "last_run_timestamp_seconds 1767325200");
    assert_eq!(gauges.text(), expected);
    // What is pushed of it names no other metric: a Pushgateway keeps those.
    let pushed = Gauges::refused(Exit::NotWritten, moment(1_767_325_200)).text();
    let names: Vec<&str> = pushed.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = ["run_exit_code 7", "run_complete 0", "last_run_timestamp_seconds 1767325200"];
    assert_eq!(names, expected.map(|line| format!("tiktok_access_{line}")));
}

#[test]
fn a_complete_run_moves_the_last_complete_one_and_an_incomplete_one_does_not_name_it() {
    let complete = Gauges::judged(&summary(&[Exit::Done], true), &[], toll(), moment(1_767_325_200));
    assert!(complete.text().contains("last_complete_run_timestamp_seconds 1767325200\n"));
    let incomplete = Gauges::judged(&summary(&[Exit::NotReadCompletely], false), &[], toll(), moment(1_767_325_200));
    assert!(!incomplete.text().contains("last_complete"));
}

#[test]
fn a_night_without_accounts_and_answers_still_has_every_metric() {
    let nothing = Gauges::judged(
        &summary(&[Exit::Held], true),
        &[],
        Toll { phases: toll().phases, ..Toll::default() },
        moment(0),
    );
    let names = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split(['{', ' ']).next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let (mut all, mut some) = (names(NIGHT), names(&nothing.text()));
    all.dedup();
    some.dedup();
    assert_eq!(all, some);
}

#[test]
fn a_heartbeat_is_a_success_only_after_a_complete_run_that_was_kept_and_could_be_told() {
    use Exit::*;
    for (exits, complete, said) in [
        (&[Done][..], true, Pulse::Success),
        (&[Held], true, Pulse::Success),
        (&[Held, MailsNotAccepted], true, Pulse::Fail),
        (&[MailsNotAccepted], true, Pulse::Fail),
        (&[NotWritten], true, Pulse::Fail),
        (&[NotReadCompletely], false, Pulse::Fail),
        (&[TokenRefused, Held], false, Pulse::Fail),
        (&[Held], false, Pulse::Fail),
    ] {
        assert_eq!(Pulse::of(&summary(exits, complete)), said, "{exits:?}");
    }
    for exit in Exit::ALL {
        let said = (*exit != LeaseHeld).then_some(Pulse::Fail);
        assert_eq!(Pulse::of_refusal(*exit), said, "{exit:?}");
    }
}

proptest! {
    #[test]
    fn no_register_can_say_more_in_a_label_than_two_letters(countries in prop::collection::vec(".{0,12}|[a-zA-Z]{2}", 0..300)) {
        let findings: Vec<Finding> = countries.iter().map(|country| finding(Cause::NotShared, country)).collect();
        let text = Gauges::judged(&summary(&[Exit::Done], true), &findings, toll(), moment(0)).text();
        let mut seen = 0;
        let mut total = 0;
        for line in text.lines().filter(|line| line.starts_with("tiktok_access_accounts{")) {
            let rest = line.strip_prefix("tiktok_access_accounts{country=\"").unwrap();
            let (country, rest) = rest.split_once("\",status=\"").unwrap();
            let is_code = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
            prop_assert!(is_code || ["other", "none"].contains(&country), "{line}");
            total += rest.rsplit_once(' ').unwrap().1.parse::<usize>().unwrap();
            seen += 1;
        }
        prop_assert_eq!(total, findings.len());
        prop_assert!(seen <= 101, "{} series", seen);
        prop_assert!(!text.contains("Hemmelig") && !text.contains("7106541027904000000"));
    }
}
