//! CSV as people and spreadsheets write it: encoding, delimiter, header, lines.
//!
//! Invariant: every line that is not blank belongs to a row that is handed on, with the line on which it begins. A
//! quote that is never closed costs its own line, not those that it swallows.

use std::io::Read as _;
use std::ops::ControlFlow;

use ::csv::{ReaderBuilder, StringRecord};

use super::faults::Fault;
use super::row::{Column, Row};

/// Stands behind the last line: where it is not seen on its own, a quote was open.
pub(super) const END: &str = "\n\u{1}";

/// A file whose header was understood.
pub(super) struct Sheet<'b> {
    text: &'b str,
    delimiter: u8,
    columns: &'static [Column],
    /// Place of each column in a record.
    index: Vec<Option<usize>>,
    width: usize,
}

impl<'b> Sheet<'b> {
    /// Understands encoding, delimiter and header.
    pub(super) fn open(file: &str, bytes: &'b [u8], columns: &'static [Column]) -> Result<Self, Vec<Fault>> {
        let fault =
            |line: Option<u64>, problem: String, remedy: String| Fault { file: file.into(), line, problem, remedy };
        let text = decode(bytes).map_err(|(line, problem)| {
            vec![fault(line, problem, "save it as UTF-8; in Excel: \"CSV UTF-8 (comma delimited)\"".into())]
        })?;
        let required: Vec<_> = columns.iter().filter(|column| column.required).map(|column| column.name).collect();
        let required = format!("write a header with {}, separated by commas or by semicolons", required.join(", "));
        let (comma, semicolon) = (header(text, b','), header(text, b';'));
        let known = |names: &[String]| columns.iter().filter(|c| names.iter().any(|name| name == c.name)).count();
        let (by_comma, by_semicolon) = (known(&comma.1), known(&semicolon.1));
        if comma.1.is_empty() {
            return Err(vec![fault(None, "the file is empty, without a header".into(), required)]);
        }
        if by_comma == by_semicolon && by_comma > 0 {
            let problem = "the header can be read with commas and with semicolons";
            return Err(vec![fault(Some(comma.0), problem.into(), "use one of the two in the whole file".into())]);
        }
        let (delimiter, (line, names)) = if by_semicolon > by_comma { (b';', semicolon) } else { (b',', comma) };
        let mut faults = Vec::new();
        for column in columns {
            match names.iter().filter(|name| *name == column.name).count() {
                0 if column.required => {
                    faults.push(fault(Some(line), format!("the column {} is missing", column.name), required.clone()));
                }
                0 | 1 => {}
                n => {
                    let problem = format!("the column {} is there {n} times", column.name);
                    faults.push(fault(Some(line), problem, "keep the one that counts, rename the others".into()));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let index = columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
        Ok(Self { text, delimiter, columns, index, width: names.len() })
    }

    /// Hands on each row below the header that is not blank, also the damaged ones.
    pub(super) fn each(&self, mut hand_on: impl FnMut(Row<'_>)) {
        let (mut seen_header, mut lines) = (false, Lines::new(self.text));
        records(self.text, self.delimiter, |record, start, end, closed| {
            let line = lines.of(start);
            if is_blank(record) || !std::mem::replace(&mut seen_header, true) {
                return ControlFlow::Continue(());
            }
            let swallowed = self.text.get(start..end).unwrap_or_default().trim_matches(['\r', '\n']);
            let whole = closed && record.len() == self.width && is_well_quoted(swallowed, self.delimiter);
            if whole || !swallowed.contains('\n') {
                hand_on(self.row(record, line, closed));
                return ControlFlow::Continue(());
            }
            // A quote ran over the end of its line: each line on its own.
            for (piece, line) in swallowed.lines().zip(line..) {
                records(piece, self.delimiter, |record, _, _, closed| {
                    if !is_blank(record) {
                        hand_on(self.row(record, line, closed));
                    }
                    ControlFlow::Continue(())
                });
            }
            ControlFlow::Continue(())
        });
    }

    fn row<'r>(&'r self, record: &'r StringRecord, line: u64, closed: bool) -> Row<'r> {
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
        Row { line, fault, columns: self.columns, index: &self.index, record }
    }
}

/// Calls back with each record, the bytes from which and up to which it was read, and whether its quotes are closed.
fn records(text: &str, delimiter: u8, mut each: impl FnMut(&StringRecord, usize, usize, bool) -> ControlFlow<()>) {
    let source = text.as_bytes().chain(END.as_bytes());
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(text.len().clamp(64, 1 << 16))
        .from_reader(source);
    let mut record = StringRecord::new();
    // The text is UTF-8 and in memory, so there is no error to meet; one would end the file with an open quote.
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
        let end = (reader.position().byte() as usize).min(text.len());
        let last = record.get(record.len().saturating_sub(1)).unwrap_or_default();
        if start >= text.trim_end_matches(['\r', '\n']).len() && last == END.trim_start() {
            return;
        }
        if each(&record, start, end, !last.ends_with(END)).is_break() {
            return;
        }
    }
}

/// Whether every quote that opens a cell is closed at the cell's end. The reader is lenient, and would give a row that
/// begins with one account and ends with another.
fn is_well_quoted(row: &str, delimiter: u8) -> bool {
    let mut bytes = row.bytes().peekable();
    while let Some(first) = bytes.next() {
        if first == b'"' {
            loop {
                match bytes.next() {
                    Some(b'"') if bytes.peek() == Some(&b'"') => _ = bytes.next(),
                    Some(b'"') => break,
                    Some(_) => {}
                    None => return false,
                }
            }
            match bytes.next() {
                None => return true,
                Some(next) if next == delimiter => continue,
                Some(_) => return false,
            }
        }
        if first != delimiter {
            bytes.by_ref().find(|byte| *byte == delimiter);
        }
    }
    true
}

/// Line and normal names of the header; none in a blank file.
fn header(text: &str, delimiter: u8) -> (u64, Vec<String>) {
    let mut found = (1, Vec::new());
    records(text, delimiter, |record, start, _, _| {
        if is_blank(record) {
            return ControlFlow::Continue(());
        }
        let names = record.iter().map(|name| super::row::trimmed(name).to_lowercase()).collect();
        found = (Lines::new(text).of(start), names);
        ControlFlow::Break(())
    });
    found
}

/// Nothing but white space and delimiters of either kind.
fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|field| field.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).is_empty())
}

/// Counts lines from one place to a later one.
struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line of the first letter at or behind the place. The reader's own count names the end of the row before,
    /// or a blank line.
    fn of(&mut self, start: usize) -> u64 {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let begin = start + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.bytes.get(self.at..begin).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = begin.max(self.at);
        self.line
    }
}

/// UTF-8 with or without a byte order mark; else the line and what the bytes might be.
fn decode(bytes: &[u8]) -> Result<&str, (Option<u64>, String)> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err((Some(1), "the file is not UTF-8; its first bytes say UTF-16 (Excel: \"Unicode text\")".into()));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let zeros = bytes.iter().take(200).filter(|byte| **byte == 0).count();
    if zeros > 0 && zeros * 3 > bytes.len().min(200) {
        return Err((Some(1), "the file is not UTF-8; every other byte is zero, so it is probably UTF-16".into()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let (sound, rest) = bytes.split_at(error.valid_up_to());
        let line = 1 + sound.iter().filter(|byte| **byte == b'\n').count() as u64;
        let first = rest.get(..1).unwrap_or_default();
        let (letter, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(first);
        let byte = first.first().copied().unwrap_or_default();
        let guess = match letter.chars().next() {
            Some(letter) if letter.is_alphabetic() => {
                format!("the byte {byte:#04x} is {letter:?} in Latin-1 (Windows-1252), so it is probably that")
            }
            _ => format!("the byte {byte:#04x} stands where no letter can"),
        };
        (Some(line), format!("the file is not UTF-8; {guess}"))
    })
}
