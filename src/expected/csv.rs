//! CSV as people and spreadsheets write it: encoding, delimiter, header, lines.
//!
//! Invariant: every line that is not blank belongs to a row that is handed on, with the line on which it begins. A
//! quote that is never closed costs its own line, not those that it swallows.

use std::io::Read;
use std::ops::Range;

use ::csv::ReaderBuilder;

use super::blocks::{Blocks, Broken, lines};
use super::column::{self, Column, Wrong};
use super::faults::Fault;
use super::record::{Found, Record, Scanner};
use super::row::Row;

/// Stands behind a text that is read leniently: where it is not seen on its own, a quote was open.
pub(super) const END: &str = "\n\u{1}";

/// A file whose header was understood.
pub(super) struct Sheet<'f, R> {
    file: &'f str,
    blocks: Blocks<R>,
    delimiter: u8,
    layout: Layout,
}

/// Which column stands where.
pub(super) struct Layout {
    columns: &'static [Column],
    /// Place of each column in a record.
    index: Vec<Option<usize>>,
    width: usize,
}

impl<'f, R: Read> Sheet<'f, R> {
    /// Understands encoding, delimiter and header.
    pub(super) fn open(file: &'f str, mut blocks: Blocks<R>, columns: &'static [Column]) -> Result<Self, Vec<Fault>> {
        let fault =
            |line: Option<u64>, problem: String, remedy: String| Fault { file: file.into(), line, problem, remedy };
        let required: Vec<_> = columns.iter().filter(|column| column.required).map(|column| column.name).collect();
        let required = format!("write a header with {}, separated by commas or by semicolons", required.join(", "));
        let header_line = find_header(&mut blocks).map_err(|broken| vec![broken.into_fault(file)])?;
        let Some(line) = header_line else {
            return Err(vec![fault(None, "the file is empty, without a header".into(), required)]);
        };
        let (comma, semicolon) = (names(blocks.text(), b','), names(blocks.text(), b';'));
        let known = |names: &[String]| columns.iter().filter(|c| names.iter().any(|name| name == c.name)).count();
        let (by_comma, by_semicolon) = (known(&comma), known(&semicolon));
        if by_comma == by_semicolon && by_comma > 0 {
            let problem = "the header can be read with commas and with semicolons";
            return Err(vec![fault(Some(line), problem.into(), "use one of the two in the whole file".into())]);
        }
        let (delimiter, names) = if by_semicolon > by_comma { (b';', semicolon) } else { (b',', comma) };
        let index = column::find(columns, &names).map_err(|wrong| {
            let told = wrong.into_iter().map(|wrong| match wrong {
                Wrong::Missing(_) => fault(Some(line), wrong.to_string(), required.clone()),
                Wrong::Repeated(..) => {
                    fault(Some(line), wrong.to_string(), "keep the one that counts, rename the others".into())
                }
            });
            told.collect::<Vec<_>>()
        })?;
        Ok(Self { file, blocks, delimiter, layout: Layout { columns, index, width: names.len() } })
    }

    /// Hands on each row below the header that is not blank, also the damaged ones. Gives the line behind the last row.
    pub(super) fn each(mut self, mut hand_on: impl FnMut(Row<'_>)) -> Result<u64, Vec<Fault>> {
        let mut scanner = Scanner::new(self.delimiter);
        let mut seen_header = false;
        let mut below_header = |row: Row<'_>| {
            if !row.record.is_blank() && std::mem::replace(&mut seen_header, true) {
                hand_on(row);
            }
        };
        loop {
            let (text, first_line) = (self.blocks.text(), self.blocks.line());
            let (mut at, mut line) = (0, first_line);
            while let Some(begin) = text[at..].find(|c| !matches!(c, '\r' | '\n')) {
                line += lines(&text.as_bytes()[at..at + begin]);
                at += begin;
                let end = match scanner.scan(&text[at..], self.blocks.is_last()) {
                    Some(Found { end, record: Some(record) })
                        if record.len() == self.layout.width || !text[at..at + end].contains('\n') =>
                    {
                        below_header(self.layout.row(record, line, true));
                        end
                    }
                    Some(Found { end, .. }) => {
                        self.layout.doubtful(&text[at..at + end], line, &mut scanner, &mut below_header);
                        end
                    }
                    None if self.blocks.is_last() => {
                        self.layout.doubtful(&text[at..], line, &mut scanner, &mut below_header);
                        text.len() - at
                    }
                    None => break,
                };
                line += lines(&text.as_bytes()[at..at + end]);
                at += end;
            }
            self.blocks.take(at, line - first_line);
            if self.blocks.is_last() {
                return Ok(self.blocks.line() + 1);
            }
            self.blocks.more().map_err(|broken| vec![broken.into_fault(self.file)])?;
        }
    }
}

impl Layout {
    fn row<'r>(&'r self, record: Record<'r>, line: u64, closed: bool) -> Row<'r> {
        let fault = if !closed {
            Some("a quote is never closed; close it, or write it twice".to_owned())
        } else if record.len() != self.width {
            let (n, width) = (record.len(), self.width);
            Some(format!(
                "the row has {n} fields and the header {width}; put quotes around a text that holds a delimiter"
            ))
        } else {
            None
        };
        Row { line, fault, damage: &[], columns: self.columns, index: &self.index, record }
    }

    /// A record that is not sound, or too long, or never ends. If a quote ran over the end of its line, each line stands on
    /// its own.
    fn doubtful(&self, piece: &str, line: u64, scanner: &mut Scanner, hand_on: &mut impl FnMut(Row<'_>)) {
        for (piece, line) in piece.trim_matches(['\r', '\n']).lines().zip(line..) {
            if let Some(Found { end, record: Some(record) }) = scanner.scan(piece, true)
                && end == piece.len()
            {
                hand_on(self.row(record, line, true));
                continue;
            }
            leniently(piece, scanner.delimiter(), |record, closed| hand_on(self.row(record, line, closed)));
        }
    }
}

/// Reads up to the first line that is not blank; gives its number, none in a blank file.
fn find_header(blocks: &mut Blocks<impl Read>) -> Result<Option<u64>, Broken> {
    loop {
        blocks.more()?;
        let mut line = blocks.line();
        let mut blank = 0;
        for written in blocks.text().split_inclusive('\n') {
            if written.chars().any(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '"')) {
                blocks.take(blank, line - blocks.line());
                return Ok(Some(line));
            }
            blank += written.len();
            line += 1;
        }
        let last = blocks.is_last();
        blocks.take(blank, line - blocks.line());
        if last {
            return Ok(None);
        }
    }
}

/// Normal names of the header with which the text begins.
fn names(text: &str, delimiter: u8) -> Vec<String> {
    let mut names = None;
    let normal = |record: Record<'_>| record.iter().map(column::normal).collect();
    match Scanner::new(delimiter).scan(text, true) {
        Some(Found { record: Some(record), .. }) => names = Some(normal(record)),
        _ => leniently(text, delimiter, |record, _| _ = names.get_or_insert_with(|| normal(record))),
    }
    names.unwrap_or_default()
}

/// Calls back with each record of a text, and whether its quotes are closed, as a reader that refuses nothing takes it.
fn leniently(text: &str, delimiter: u8, mut each: impl FnMut(Record<'_>, bool)) {
    let source = text.as_bytes().chain(END.as_bytes());
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(text.len().clamp(64, 1 << 16))
        .from_reader(source);
    let mut record = ::csv::StringRecord::new();
    // The text is UTF-8 and in memory, so there is no error to meet; one would end the text with an open quote.
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let cells: Vec<Range<usize>> = (0..record.len()).filter_map(|cell| record.range(cell)).collect();
        let record = Record::new(record.as_slice(), &cells);
        let last = record.last().unwrap_or_default();
        if start >= text.trim_end_matches(['\r', '\n']).len() && last == END.trim_start() {
            return;
        }
        each(record, !last.ends_with(END));
    }
}

impl Broken {
    fn into_fault(self, file: &str) -> Fault {
        match self {
            Self::Unreadable(error) => super::files::unreadable(file, &error),
            Self::NotText(line, problem) => {
                let remedy = "save it as UTF-8; in Excel: \"CSV UTF-8 (comma delimited)\"";
                Fault { file: file.into(), line: Some(line), problem, remedy: remedy.into() }
            }
        }
    }
}
