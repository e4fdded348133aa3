//! One row and its cells, and what is wrong with them.
//!
//! Invariant: no reason of a bad row holds an address.

use chrono::NaiveDate;

use super::column::Column;
use super::csv::END;
use super::record::Record;
use crate::domain::{BadAccount, BadRow};

/// A row of a sheet; columns are counted as in its list.
pub(super) struct Row<'r> {
    pub(super) line: u64,
    /// What is wrong with the row as a whole.
    pub(super) fault: Option<String>,
    /// Columns whose values were no texts and lost something on the way, and how.
    pub(super) damage: &'r [(usize, &'static str)],
    pub(super) columns: &'static [Column],
    pub(super) index: &'r [Option<usize>],
    pub(super) record: Record<'r>,
}

impl<'r> Row<'r> {
    fn cell(&self, column: usize) -> &'r str {
        let cell = self.index.get(column).copied().flatten().and_then(|at| self.record.get(at)).unwrap_or_default();
        cell.strip_suffix(END).unwrap_or(cell)
    }

    /// A text without what surrounds it; empty where the column is absent.
    pub(super) fn text(&self, column: usize) -> &'r str {
        trimmed(self.cell(column))
    }

    /// An id without ordinary padding; any other mark around it is damage, and stays.
    pub(super) fn id(&self, column: usize) -> &'r str {
        self.cell(column).trim_matches([' ', '\t'])
    }

    /// A day, none where the cell is empty.
    pub(super) fn date(&self, column: usize, flaws: &mut Flaws) -> Option<NaiveDate> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let day = date(text);
        if day.is_none() {
            flaws.push(self.name(column), format!("{} is no day; write it as YYYY-MM-DD", quoted(text)));
        }
        day
    }

    /// A text that must be there.
    pub(super) fn needed(&self, column: usize, flaws: &mut Flaws) -> &'r str {
        let text = self.text(column);
        if text.is_empty() {
            flaws.push(self.name(column), "it is empty; it is required".into());
        }
        text
    }

    /// The column's name.
    pub(super) fn name(&self, column: usize) -> &'static str {
        self.columns.get(column).map_or("", |column| column.name)
    }

    /// What is wrong so far: nothing, or the row as a whole, or what was damaged on its way here.
    pub(super) fn flaws(&self) -> Flaws {
        let whole = self.fault.as_ref().map(|fault| ("row", fault.clone()));
        let damage = self.damage.iter().map(|(column, how)| (self.name(*column), (*how).to_owned()));
        Flaws { list: whole.into_iter().chain(damage).collect() }
    }
}

/// What is wrong with the cells of a row, in the order in which it was found.
pub(super) struct Flaws {
    list: Vec<(&'static str, String)>,
}

impl Flaws {
    pub(super) fn push(&mut self, field: &'static str, reason: String) {
        self.list.push((field, reason));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the first flaw is in the field.
    pub(super) fn begins_with(&self, field: &str) -> bool {
        self.list.first().is_some_and(|(first, _)| *first == field)
    }

    /// One bad row for all of them: the first names the field.
    pub(super) fn into_bad_row(self, file: &str, line: u64, account: Option<BadAccount>) -> BadRow {
        let mut flaws = self.list.into_iter();
        let (field, mut reason) = flaws.next().unwrap_or_default();
        for (field, more) in flaws {
            reason.push_str(&format!("; {field}: {more}"));
        }
        BadRow { file: file.to_owned(), line, field: field.to_owned(), reason, account }
    }
}

/// Without white space and invisible marks at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    // Nothing surrounds nearly every cell, and of most that shows at once.
    let bare = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if bare(text.as_bytes().first()) && bare(text.as_bytes().last()) {
        return text;
    }
    let around = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    text.trim_matches(around)
}

/// At most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A cell as a reason may show it: short, on one line, and never an address.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('@') {
        return "what stands there (not shown, it may be an address)".into();
    }
    let more = if text.chars().nth(40).is_some() { "…" } else { "" };
    format!("\"{}{more}\"", cut(text, 40).escape_debug())
}

/// Exactly `YYYY-MM-DD`.
fn date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, byte)| if matches!(i, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
    NaiveDate::from_ymd_opt(text.get(..4)?.parse().ok()?, part(5..7)?, part(8..10)?)
}
