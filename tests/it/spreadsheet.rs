//! Reports in LibreOffice: none of ten thousand hostile cells runs, and every id keeps its 19 digits (R14).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use reconciler::domain::*;
use reconciler::report::{self, Report};
use tempfile::TempDir;

/// Eight hostile cells each.
const ROWS: u64 = 1_250;

/// What a spreadsheet would run, had it not been told that it is text.
const HOSTILE: [&str; 12] = [
    "=1+{}",
    "+{}+1",
    "-{}+1",
    "@SUM(1,{})",
    "\t=1+{}",
    "\r=1+{}",
    "\n=1+{}",
    "=HYPERLINK(\"http://evil.example/{}\",\"open\")",
    "=cmd|'/C calc'!A{}",
    "=WEBSERVICE(\"http://127.0.0.1:9/{}\")",
    "=DDE(\"soffice\";\"/etc/passwd\";\"{}\")",
    "-2+3+cmd|' /C calc'!A{}",
];

/// LibreOffice's options for CSV: comma, quote, UTF-8; columns; quoted is no text; special numbers are seen; the last is
/// whether formulas are evaluated.
fn options(columns: &str, evaluate: bool) -> String {
    format!("CSV:44,34,76,1,{columns},0,false,true,false,false,false,0,{evaluate}")
}

/// One private LibreOffice.
struct Office {
    folder: TempDir,
}

impl Office {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Converts files and gives the folder of the results.
    fn converts(&self, to: &str, name: &str, more: &[&str], files: &[&Path]) -> std::path::PathBuf {
        let out = self.folder.path().join(name);
        let profile = format!("-env:UserInstallation=file://{}/profile", self.folder.path().display());
        let ran = Command::new("timeout")
            .args(["240", "soffice", &profile, "--headless", "--norestore", "--convert-to", to])
            .args(more)
            .arg("--outdir")
            .arg(&out)
            .args(files)
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
        let absent =
            "soffice is not installed: tests/run.sh installs it (Debian: apt-get install libreoffice-calc-nogui)";
        assert_ne!(ran.status.code(), Some(127), "{absent}");
        assert_ne!(ran.status.code(), Some(124), "soffice did not end within 240 s: {said}");
        let written = fs::read_dir(&out).map_or(0, Iterator::count);
        assert!(ran.status.success() && written >= files.len(), "soffice: {}: {said}", ran.status);
        out
    }

    /// What LibreOffice takes the files for, as flat XML by name.
    fn opens(&self, name: &str, more: &[&str], files: &[&Path]) -> BTreeMap<String, String> {
        let out = self.converts("fods", name, more, files);
        let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
        let read =
            |file: &Path| fs::read_to_string(out.join(file.file_stem().unwrap()).with_extension("fods")).unwrap();
        files.iter().map(|file| (name(file), read(file))).collect()
    }
}

fn id(number: u64) -> String {
    (7_106_541_027_904_733_185 + number * 7_919).to_string()
}

fn hostile(number: u64) -> String {
    let kinds = HOSTILE.len() as u64;
    HOSTILE[usize::try_from(number % kinds).unwrap()].replace("{}", &number.to_string())
}

fn finding(number: u64) -> Finding {
    let cell = |place: u64| hostile(number * 8 + place);
    let cause = if number.is_multiple_of(2) { Cause::NotAssigned } else { Cause::SharedAsExpected };
    let client = Client {
        key: ClientKey::new("DK", &number.to_string()),
        country: "DK".to_owned(),
        code: number.to_string(),
        name: cell(0),
        parent_code: cell(1),
    };
    let mut finding = Finding::new(cause, AccountId::parse(&id(number)).unwrap());
    finding.client = Some(Arc::new(client));
    finding.account_name = cell(2).into();
    finding.register = Some(Arc::new(RegisterFacts {
        state: RegisterState::Onboarded,
        start: "2026-01-31".parse().ok(),
        end: None,
        added_by: cell(3).into(),
        tags: cell(4).into(),
    }));
    finding.business_center = BusinessCenterId::parse(&id(number + 1)).ok();
    finding.business_center_name = cell(5).into();
    finding.days_open = Some(22);
    finding.suggested_account = AccountId::parse(&id(number + 2)).ok();
    finding.evidence = cell(6).into();
    finding.next_step = cell(7);
    finding
}

/// Rows whose id, country and client code are hostile.
fn damaged(number: u64) -> Finding {
    let client = Client {
        key: ClientKey::new("SE", &number.to_string()),
        country: hostile(number),
        code: hostile(number),
        name: String::new(),
        parent_code: String::new(),
    };
    let mut finding = Finding::of_written(Cause::MalformedId, hostile(number));
    finding.client = Some(Arc::new(client));
    finding
}

fn write(dir: &Path) -> std::path::PathBuf {
    let findings: Vec<Finding> = (0..ROWS).map(finding).chain((0..HOSTILE.len() as u64).map(damaged)).collect();
    let bad_row =
        |number| BadRowNote { file: hostile(number), line: 7, field: hostile(number), reason: hostile(number) };
    let summary = Summary {
        run_id: "20261123T043000Z-ab12".to_owned(),
        now: "2026-11-23T04:30:00Z".to_owned(),
        command: "run".to_owned(),
        exit_code: 0,
        exit_codes: vec![0],
        complete: true,
        counts: BTreeMap::new(),
        changes: ChangeCounts::default(),
        guards: Vec::new(),
        unread: vec![Unread { member: hostile(0), business_center_id: id(0), reason: hostile(4) }],
        bad_rows: (0..HOSTILE.len() as u64).map(bad_row).collect(),
        mails: MailCounts::default(),
    };
    let day = "2026-11-23".parse().unwrap();
    let report = Report { summary: &summary, verdict: "=1+1", day, trend: &[], findings: &findings, extra: &[] };
    report::write(&report::Place::folder(dir), report, true).unwrap().into()
}

fn table(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The column of this name, below the header.
fn column(table: &[Vec<String>], name: &str) -> Vec<String> {
    let place = table[0].iter().position(|column| column == name).unwrap();
    table[1..].iter().map(|row| row[place].clone()).collect()
}

/// The text that a cell of our CSV stands for, as a sheet shows it.
fn without_guard(cell: &str) -> String {
    let text = cell.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
    text.unwrap_or(cell).replace('\r', "\n")
}

#[test]
fn libreoffice_runs_no_cell_and_keeps_every_digit() {
    let office = Office::new();
    let reports = TempDir::new().unwrap();
    let folder = write(reports.path());
    let [diff, accounts, workbook] = ["diff.csv", "accounts.csv", "report.xlsx"].map(|name| folder.join(name));
    let written = table(&accounts);
    let cells = written.concat();
    let guarded = cells.iter().filter(|cell| cell.starts_with('\'')).count();
    assert!(guarded >= 10_000, "{guarded} hostile cells");

    // What would run, runs: else the rest of this test proves nothing.
    let control = reports.path().join("control.csv");
    fs::write(&control, "name,account_id\n=1+1,7106541027904733185\n").unwrap();

    let mut opened = office.opens("opened", &[], &[&diff, &accounts, &workbook]);
    let evaluate = format!("--infilter={}", options("", true));
    let mut evaluated = office.opens("evaluated", &[&evaluate], &[&control, &diff, &accounts]);
    let control = evaluated.remove("control.csv").unwrap();
    assert!(control.contains("table:formula=") && control.contains("7.1065410279047"), "it runs, and it rounds");
    opened.extend(evaluated.into_iter().map(|(name, xml)| (format!("{name}, evaluated"), xml)));
    for (name, xml) in &opened {
        assert!(xml.contains("HYPERLINK"), "{name} is read");
        for what in ["table:formula=", "xlink:href=\"http://evil", "table:dde-link"] {
            assert!(!xml.contains(what), "{name}: LibreOffice made {what} of a cell");
        }
    }

    let as_text: Vec<String> = (1..=written[0].len()).map(|column| format!("{column}/2")).collect();
    let as_text = format!("--infilter={}", options(&as_text.join("/"), false));
    let imported = office.converts("csv", "imported", &[&as_text], &[&accounts]);
    let imported = column(&table(&imported.join("accounts.csv")), "account_id");
    for (number, account) in (0..ROWS).map(id).enumerate() {
        assert!(imported.contains(&account), "row {number}: {account} is not in {:?}…", &imported[..20]);
    }

    let every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1";
    let sheets = office.converts(every_sheet, "sheets", &[], &[&workbook]);
    for (sheet, csv) in [("accounts", &written), ("diff", &table(&diff))] {
        let shown = table(&sheets.join(format!("report-{sheet}.csv")));
        assert_eq!(shown.len(), csv.len());
        for (shown, written) in shown.concat().iter().zip(csv.concat()) {
            assert_eq!(*shown, without_guard(&written), "the sheet {sheet} shows what {sheet}.csv says");
        }
    }
    let summary = table(&sheets.join("report-summary.csv")).concat();
    assert!(summary.contains(&"=1+1".to_owned()) && summary.contains(&id(0)));
}
