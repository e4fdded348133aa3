//! The workbook, read back by a program that nobody here wrote.

use std::fmt::Write as _;

use calamine::{Data, Reader, Xlsx};
use proptest::prelude::*;

use super::*;
use crate::domain::*;
use crate::report::sorted;
use crate::report::tests::{client, date, finding, findings, summary};

fn book(findings: &[Finding], most: usize) -> Vec<u8> {
    let summary = summary("20261101T043000Z-ab12");
    let report = Report {
        summary: &summary,
        verdict: "1 new gap, 1 open in all.",
        day: date("2026-11-01"),
        trend: &[],
        findings,
        extra: &[],
    };
    let mut bytes = Vec::new();
    Book::with_rows(&report, &sorted(findings), most).unwrap().write(&mut bytes).unwrap();
    bytes
}

fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// The cells of a sheet, row by row, the header too.
fn cells(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    open(bytes).worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The only row below the header of `accounts`.
fn only(finding: Finding) -> Vec<Data> {
    let mut rows = cells(&book(&[finding], MOST_ROWS), "accounts");
    assert_eq!(rows.len(), 2);
    rows.remove(1)
}

fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut part = zip.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        })
        .collect()
}

/// A cell in one line.
fn told(cell: &Data) -> String {
    match cell {
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02} (a day)")
        }
        Data::Float(count) => format!("{count} (a number)"),
        _ => cell.to_string().replace('\n', "⏎"),
    }
}

#[test]
fn the_workbook_whole() {
    let bytes = book(&findings(), MOST_ROWS);
    let mut shown = String::new();
    for sheet in open(&bytes).sheet_names() {
        writeln!(shown, "# {sheet}").unwrap();
        for row in cells(&bytes, &sheet) {
            let row: Vec<String> = row.iter().map(told).collect();
            writeln!(shown, "{}", row.join(" | ").trim_end_matches([' ', '|'])).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn ids_are_text_counts_are_numbers_and_days_are_days() {
    let id = "9223372036854775807";
    let mut given = finding(Cause::NotAssigned, Some(client("DK", "007")), id);
    given.days_open = Some(22);
    given.since = Some(date("2026-02-28"));
    given.suggested_account = AccountId::parse(id).ok();
    given.business_center = BusinessCenterId::parse(id).ok();
    let row = only(given);
    for place in [9, 19, 25] {
        assert_eq!(row[place], Data::String(id.to_owned()));
    }
    assert_eq!(row[6], Data::String("007".to_owned()), "a code keeps its zeros");
    assert_eq!(row[23], Data::Float(22.0));
    let Data::DateTime(since) = &row[22] else { panic!("{:?}", row[22]) };
    assert_eq!((since.is_datetime(), since.to_ymd_hms_milli()), (true, (2026, 2, 28, 0, 0, 0, 0)));
}

#[test]
fn a_day_that_a_spreadsheet_cannot_count_is_text() {
    let mut given = finding(Cause::NotAssigned, None, "7");
    for day in ["0001-01-01", "1900-02-28"] {
        given.since = Some(date(day));
        assert_eq!(only(given.clone())[22], Data::String(day.to_owned()));
    }
    given.since = Some(date("1900-03-01"));
    assert!(matches!(only(given)[22], Data::DateTime(_)));
}

#[test]
fn a_text_longer_than_a_cell_says_that_it_is_cut() {
    for (letters, whole) in [("a".repeat(32_767), true), ("a".repeat(32_768), false), ("😀".repeat(16_384), false)] {
        let mut given = finding(Cause::NotAssigned, None, "7");
        given.evidence = letters.as_str().into();
        let held = only(given)[26].to_string();
        assert!(held.encode_utf16().count() <= 32_767);
        assert_eq!(held == letters, whole);
        assert_eq!(held.ends_with("… (cut: longer than a cell)"), !whole);
    }
}

#[test]
fn rows_beyond_the_sheets_are_told_and_not_lost_in_silence() {
    let given = findings();
    let bytes = book(&given, 2);
    assert_eq!(cells(&bytes, "diff").len(), 3);
    assert_eq!(cells(&bytes, "accounts").len(), 3);
    let told: String = cells(&bytes, "summary").concat().iter().map(|cell| format!("{cell}\n")).collect();
    assert!(told.contains("first 2 rows, AND 4 MORE ARE NOT IN IT; diff.csv holds all"), "{told}");
    assert!(told.contains("first 2 rows, AND 3 MORE ARE NOT IN IT; accounts.csv holds all"), "{told}");
    assert!(!book(&given, 7).is_empty());
}

#[test]
fn a_night_without_rows_has_its_sheets_all_the_same() {
    let bytes = book(&[], MOST_ROWS);
    assert_eq!(open(&bytes).sheet_names(), ["summary", "diff", "accounts"]);
    assert_eq!(cells(&bytes, "accounts").len(), 1);
}

#[test]
fn no_part_of_the_file_holds_a_formula_a_link_or_a_clock() {
    let mut given = findings().remove(2);
    given.evidence = "=1+1".into();
    given.next_step = "https://x.example".into();
    for (name, xml) in parts(&book(&[given], MOST_ROWS)) {
        assert!(!name.contains("calcChain") && !name.contains("external"), "{name}");
        let sheet = name.starts_with("xl/worksheets/");
        assert!(!sheet || ["<f>", "<f ", "<hyperlink"].iter().all(|tag| !xml.contains(tag)), "{name}: {xml}");
        if name == "docProps/core.xml" {
            assert_eq!(xml.matches("2026-11-01T04:30:00Z").count(), 2, "{xml}");
        }
    }
}

/// Takes so many bytes and no more.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let written = bytes.len().min(self.0);
        self.0 -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn wherever_the_disk_is_full_it_is_an_error() {
    let (given, summary) = (findings(), summary("20261101T043000Z-ab12"));
    let report =
        Report { summary: &summary, verdict: "", day: date("2026-11-01"), trend: &[], findings: &given, extra: &[] };
    let found = sorted(&given);
    let book = Book::new(&report, &found).unwrap();
    let mut whole = Vec::new();
    book.write(&mut whole).unwrap();
    for room in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let error = book.write(&mut Disk(room)).expect_err("no room");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{room}: {error}");
    }
    book.write(&mut Disk(whole.len())).unwrap();
}

/// What a cell shows of a text.
fn seen(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|letter| match letter {
            '\r' => '\n',
            '\t' | '\n' => letter,
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => letter,
        })
        .collect()
}

proptest! {
    #[test]
    fn any_text_is_held_as_it_is(
        name in "\\PC{0,20}|[=+\\-@\t\r\n'\"<>&;\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,8}|_x00[0-4][0-9a-fA-F]_{0,2}|.{0,9}",
        note in any::<String>(),
    ) {
        let mut given = finding(Cause::NotAssigned, Some(client(&name, &note)), &name);
        given.account_name = name.as_str().into();
        given.evidence = note.as_str().into();
        let bytes = book(&[given], MOST_ROWS);
        for sheet in ["diff", "accounts"] {
            let row = cells(&bytes, sheet).remove(1);
            for (place, text) in [(5, &name), (6, &note), (9, &name), (10, &name), (26, &note)] {
                prop_assert_eq!(row[place].to_string(), seen(text), "column {}", place);
            }
            prop_assert!(open(&bytes).worksheet_formula(sheet).unwrap().is_empty());
        }
    }
}
