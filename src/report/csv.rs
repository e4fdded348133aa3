//! `diff.csv` and `accounts.csv`.
//!
//! Invariant: no cell can run as a formula in a spreadsheet, and the same findings give the same bytes whatever order
//! they come in.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use chrono::{Datelike, NaiveDate};

use super::cell::Cell;
use super::columns::{COLUMNS, OWN};
use crate::domain::{Client, Finding, Said, harmless_cell};

/// Bytes of a table that are handed on at once, and how many such pieces may wait.
const PIECE: usize = 1 << 18;
const WAITING: usize = 4;

/// Writes the findings as CSV: UTF-8, LF, RFC 4180, in the order given. They are put into words on a thread of their own,
/// so that meanwhile the last ones can be hashed and written.
///
/// # Errors
/// Those of what is written to.
pub fn csv<'a>(
    findings: impl IntoIterator<Item = &'a Finding, IntoIter: Send>,
    mut to: impl Write,
) -> std::io::Result<()> {
    let findings = findings.into_iter();
    let (hand_on, pieces) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        scope.spawn(move || put_into_words(findings, &hand_on));
        // When this ends early, because nothing can be written, the other finds nobody who listens.
        pieces.into_iter().try_for_each(|piece| to.write_all(&piece))
    })?;
    to.flush()
}

fn put_into_words<'a>(findings: impl Iterator<Item = &'a Finding>, hand_on: &SyncSender<Vec<u8>>) {
    let mut piece = COLUMNS.map(|column| column.name).join(",").into_bytes();
    piece.push(b'\n');
    let mut pattern: Option<Pattern> = None;
    for finding in findings {
        // Of neighbours mostly the same is said: only what is their own is put into words again.
        match &pattern {
            Some(pattern) if Arc::ptr_eq(&pattern.said, finding.said()) => pattern.fill(finding, &mut piece),
            _ => pattern.insert(Pattern::new(finding)).fill(finding, &mut piece),
        }
        if piece.len() > PIECE {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE + PIECE / 16));
            if hand_on.send(full).is_err() {
                return;
            }
        }
    }
    // Nobody who listens has nothing to say.
    let _ = hand_on.send(piece);
}

/// A line with gaps for an account's own cells.
struct Pattern {
    said: Arc<Said>,
    /// What stands before the first gap, before the second, …, behind the last.
    pieces: [Vec<u8>; OWN.len() + 1],
}

impl Pattern {
    fn new(finding: &Finding) -> Self {
        let mut pieces: [Vec<u8>; OWN.len() + 1] = Default::default();
        let mut gaps = 0;
        for (place, column) in COLUMNS.iter().enumerate() {
            if place > 0 {
                pieces[gaps].push(b',');
            }
            if OWN.contains(&place) { gaps += 1 } else { push((column.cell)(finding), &mut pieces[gaps]) }
        }
        pieces[gaps].push(b'\n');
        Self { said: finding.said().clone(), pieces }
    }

    fn fill(&self, finding: &Finding, line: &mut Vec<u8>) {
        let [before, pieces @ ..] = &self.pieces;
        line.extend_from_slice(before);
        for (place, piece) in OWN.iter().zip(pieces) {
            push((COLUMNS[*place].cell)(finding), line);
            line.extend_from_slice(piece);
        }
    }
}

fn push(cell: Cell<'_>, line: &mut Vec<u8>) {
    match cell {
        Cell::Text(text) => push_text(text, line),
        Cell::Number(number) => line.extend_from_slice(number.to_string().as_bytes()),
        Cell::Day(day) => push_day(day, line),
    }
}

/// Appends a text. All are guarded: numbers of the program's own never begin like a formula, and a text in the id's column
/// that is no id is as foreign as any other.
fn push_text(text: Cow<'_, str>, line: &mut Vec<u8>) {
    let text = harmless_cell(text);
    // To the end in any case, which is quicker than to look after each letter whether to go on.
    let must_be_quoted = text.bytes().fold(false, |quoted, byte| quoted | matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !must_be_quoted {
        return line.extend_from_slice(text.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}

/// Appends a day as `YYYY-MM-DD`.
fn push_day(day: NaiveDate, line: &mut Vec<u8>) {
    let Ok(year @ 0..=9999) = u16::try_from(day.year()) else {
        return line.extend_from_slice(day.to_string().as_bytes());
    };
    let two = |n: u32| [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8];
    for (part, after) in [(u32::from(year / 100), ""), (u32::from(year), "-"), (day.month(), "-"), (day.day(), "")] {
        line.extend_from_slice(&two(part));
        line.extend_from_slice(after.as_bytes());
    }
}

/// The findings by country, client code and account id, rows without a client last; equal ones stay as they come.
#[must_use]
pub fn sorted<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut sorted: Vec<&Finding> = findings.into_iter().collect();
    let ranks = ranks(&sorted);
    // None last.
    sorted.sort_by_cached_key(|finding| finding.client.as_ref().map_or(u32::MAX, |client| ranks[&Arc::as_ptr(client)]));
    for of_client in sorted.chunk_by_mut(|a, b| client(a) == client(b)) {
        if of_client.iter().all(|finding| finding.written.is_none()) {
            of_client.sort_by_cached_key(|finding| finding.account_id);
        } else {
            of_client.sort_by(|a, b| a.account_text().cmp(&b.account_text()));
        }
    }
    sorted
}

/// The place of each client among all of them; one place where they are written alike.
fn ranks(findings: &[&Finding]) -> HashMap<*const Client, u32> {
    let mut clients: Vec<&Arc<Client>> = findings.iter().filter_map(|finding| finding.client.as_ref()).collect();
    clients.dedup_by(|a, b| Arc::ptr_eq(a, b));
    clients.sort_by_key(|client| (client.country.as_str(), client.code.as_str()));
    let alike = clients.chunk_by(|a, b| (&a.country, &a.code) == (&b.country, &b.code));
    (0..).zip(alike).flat_map(|(rank, alike)| alike.iter().map(move |client| (Arc::as_ptr(client), rank))).collect()
}

fn client(finding: &Finding) -> Option<(&str, &str)> {
    finding.client.as_deref().map(|client| (client.country.as_str(), client.code.as_str()))
}
