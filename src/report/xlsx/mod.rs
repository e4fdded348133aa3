//! `report.xlsx`: the summary and the two tables, for people.
//!
//! Invariant: no cell is a formula, an id is text and keeps its digits, and what a sheet does not show it says.
//!
//! The frame of the workbook – sheets, formats, filters, the summary – is small, and `rust_xlsxwriter` makes it in memory.
//! The rows are not, and go straight from the findings into the compressed file. That library could stream them too, but
//! through files in a temporary folder, of which a cluster's container may have none, and it panics where the disk is full.
//!
//! * `frame` – the workbook without rows · `summary` – its first sheet · `row` – a finding as a row

mod frame;
mod row;
mod summary;
#[cfg(test)]
mod tests;

use std::io::{self, Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Error, Report};
use crate::domain::Finding;
use row::Hole;

/// Most rows of a sheet. A spreadsheet holds 1,048,576, but a person's machine opens no such file in reasonable time.
pub(super) const MOST_ROWS: usize = 100_000;

/// Most UTF-16 units of a cell: a spreadsheet's limit.
pub(super) const LONGEST_CELL: usize = 32_767;

/// Most lines of a list of the summary: what happened a thousand times is read in `summary.json`.
pub(super) const MOST_LINES: usize = 500;

/// Longest sentence of the summary in UTF-16 units.
pub(super) const LONGEST_SENTENCE: usize = 1_000;

/// 1 to 9: the first takes half the time for half as much again in bytes, the sixth thrice the time for a tenth less.
const COMPRESSION: i64 = 2;

/// One of the two tables.
struct Table<'a> {
    /// Name of the sheet; the CSV of that name holds all rows.
    name: &'static str,
    findings: &'a [&'a Finding],
    /// Whether a finding belongs into it.
    keeps: fn(&Finding) -> bool,
    /// Rows there are.
    rows: usize,
    /// Rows that the sheet shows.
    shown: usize,
}

impl<'a> Table<'a> {
    fn new(name: &'static str, findings: &'a [&'a Finding], keeps: fn(&Finding) -> bool, most: usize) -> Self {
        let rows = findings.iter().filter(|finding| keeps(finding)).count();
        Self { name, findings, keeps, rows, shown: rows.min(most) }
    }

    fn shown(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().copied().filter(|finding| (self.keeps)(finding)).take(self.shown)
    }
}

/// A workbook that waits to be written.
pub(super) struct Book<'a> {
    tables: [Table<'a>; 2],
    /// The whole workbook, with a hole for the rows of each table.
    frame: Vec<u8>,
}

impl<'a> Book<'a> {
    /// The report's workbook. The findings are sorted.
    ///
    /// # Errors
    /// Those of the program itself: nothing is written yet.
    pub(super) fn new(report: &Report<'_>, sorted: &'a [&'a Finding]) -> Result<Self, Error> {
        Self::with_rows(report, sorted, MOST_ROWS)
    }

    fn with_rows(report: &Report<'_>, sorted: &'a [&'a Finding], most: usize) -> Result<Self, Error> {
        let tables = [
            Table::new("diff", sorted, Finding::is_difference, most),
            Table::new("accounts", sorted, Finding::is_judged, most),
        ];
        let frame = frame::workbook(report, &tables)
            .map_err(|fault| Error::Words { source: io::Error::other(format!("report.xlsx: {fault}")) })?;
        Ok(Self { tables, frame })
    }

    /// Writes the workbook; the same bytes for the same report.
    ///
    /// # Errors
    /// Those of what is written to.
    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut to = UntilItFails { to, failed: false };
        let mut zip = ZipWriter::new_stream(&mut to);
        let options = SimpleFileOptions::default().compression_level(Some(COMPRESSION));
        let mut frame = ZipArchive::new(Cursor::new(&*self.frame))?;
        for index in 0..frame.len() {
            let mut part = frame.by_index(index)?;
            let name = part.name()?.into_owned();
            zip.start_file(&*name, options)?;
            match self.table_of(&name) {
                Some(table) => {
                    let mut xml = String::new();
                    part.read_to_string(&mut xml)?;
                    fill(&xml, table, &mut zip)?;
                }
                None => _ = io::copy(&mut part, &mut zip)?,
            }
        }
        zip.finish()?;
        to.flush()
    }

    /// The table whose rows this part of the file holds; none for an empty one, which is whole.
    fn table_of(&self, part: &str) -> Option<&Table<'a>> {
        let sheets = ["xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"];
        let index = sheets.iter().position(|sheet| *sheet == part)?;
        self.tables.get(index).filter(|table| table.shown > 0)
    }
}

/// Writes a sheet with its rows.
fn fill(xml: &str, table: &Table<'_>, to: &mut impl Write) -> io::Result<()> {
    let hole = Hole::find(xml, table.shown).ok_or_else(|| io::Error::other("the sheet has no room for rows"))?;
    to.write_all(hole.before.as_bytes())?;
    let mut xml = String::new();
    for (number, finding) in (2..).zip(table.shown()) {
        xml.clear();
        hole.row(number, finding, &mut xml);
        to.write_all(xml.as_bytes())?;
    }
    to.write_all(hole.after.as_bytes())
}

/// What is written to, until it fails once: a zip file that is given up tries to end itself, and complains on stderr
/// where it cannot.
struct UntilItFails<'a> {
    to: &'a mut dyn Write,
    failed: bool,
}

impl Write for UntilItFails<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(bytes.len());
        }
        self.to.write(bytes).inspect_err(|error| self.failed = error.kind() != io::ErrorKind::Interrupted)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed { Ok(()) } else { self.to.flush().inspect_err(|_| self.failed = true) }
    }
}
