//! One record of a CSV text: where its cells are.
//!
//! Invariant: a sound record is what any reader of CSV makes of it; of what is not sound only the end is known. A
//! register can have a million rows, so nothing is copied but a text with doubled quotes.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// The cells of a record.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    text: &'r str,
    cells: &'r [Range<usize>],
}

impl<'r> Record<'r> {
    /// Where each cell is in the text.
    pub(super) fn new(text: &'r str, cells: &'r [Range<usize>]) -> Self {
        Self { text, cells }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn get(&self, cell: usize) -> Option<&'r str> {
        self.cells.get(cell).and_then(|range| self.text.get(range.clone()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'r str> {
        let record = *self;
        (0..self.len()).filter_map(move |cell| record.get(cell))
    }

    pub(super) fn last(&self) -> Option<&'r str> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Nothing but white space and delimiters of either kind.
    pub(super) fn is_blank(&self) -> bool {
        self.iter().all(|cell| cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).is_empty())
    }
}

/// Finds records; its memory is used again for each.
pub(super) struct Scanner {
    delimiter: u8,
    cells: Vec<Range<usize>>,
    /// The cells of a record with doubled quotes, without these.
    plain: String,
}

/// A record that was found.
pub(super) struct Found<'r> {
    /// Where it ends: before the end of its line.
    pub(super) end: usize,
    /// Its cells; none if a quote is closed before the end of its cell, and nobody can say what was meant.
    pub(super) record: Option<Record<'r>>,
}

impl Scanner {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, cells: Vec::new(), plain: String::new() }
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The record with which the text begins. None if it does not end in this text, which may be continued unless it is
    /// the last.
    pub(super) fn scan<'r>(&'r mut self, text: &'r str, is_last: bool) -> Option<Found<'r>> {
        let bytes = text.as_bytes();
        self.cells.clear();
        let (mut at, mut is_sound, mut is_plain) = (0, true, true);
        loop {
            let opened = at + 1;
            let quoted = bytes.get(at) == Some(&b'"');
            if quoted {
                at = opened;
                loop {
                    at += memchr(b'"', &bytes[at..])?;
                    match bytes.get(at + 1) {
                        Some(b'"') => (at, is_plain) = (at + 2, false),
                        None if !is_last => return None,
                        Some(_) | None => break,
                    }
                }
                at += 1;
            }
            let end = match memchr3(self.delimiter, b'\n', b'\r', &bytes[at..]) {
                Some(ahead) => at + ahead,
                None if is_last => bytes.len(),
                None => return None,
            };
            is_sound &= !quoted || end == at;
            self.cells.push(if quoted { opened..at - 1 } else { at..end });
            if bytes.get(end) != Some(&self.delimiter) {
                if !is_plain {
                    self.lay_plainly(text);
                }
                let text = if is_plain { text } else { &self.plain };
                let record = is_sound.then_some(Record { text, cells: &self.cells });
                return Some(Found { end, record });
            }
            at = end + 1;
        }
    }

    /// Copies the cells, with one quote for two.
    fn lay_plainly(&mut self, text: &str) {
        self.plain.clear();
        for cell in &mut self.cells {
            let start = self.plain.len();
            // Only a quoted cell has them: in any other one, two quotes are two.
            let quoted = cell.start.checked_sub(1).is_some_and(|before| text.as_bytes()[before] == b'"');
            for (n, part) in text[cell.clone()].split("\"\"").enumerate() {
                if n > 0 {
                    self.plain.push_str(if quoted { "\"" } else { "\"\"" });
                }
                self.plain.push_str(part);
            }
            *cell = start..self.plain.len();
        }
    }
}
