//! A row that is no line of a file, laid out as one: cells of a database or of JSON become the texts that a file would hold.
//!
//! Invariant: a value is laid without a loss, or the column is damaged and the row is set aside; a number that lost digits
//! before it came here never becomes an id.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::column::{Column, Holds};
use super::record::Record;
use super::row::Row;

/// A value as a database or JSON has it.
pub(super) enum Cell<'c> {
    /// NULL, which is the same as an empty text.
    Null,
    /// A text, or a number with all its digits.
    Text(&'c str),
    /// A whole number.
    Whole(i128),
    /// A floating-point number, as written.
    Floating(&'c str),
    /// Yes or no.
    Truth(bool),
    /// Several texts.
    List(&'c [String]),
    /// Bytes that are no text.
    Bytes,
    /// A list of lists, an object.
    Nested,
}

/// Stands between the tags of a list.
const BETWEEN: &str = "|";

/// One row after the other; its memory is used again for each.
pub(super) struct Laid {
    columns: &'static [Column],
    zone: Tz,
    text: String,
    cells: Vec<Range<usize>>,
    index: Vec<Option<usize>>,
    damage: Vec<(usize, &'static str)>,
    fault: Option<&'static str>,
}

impl Laid {
    /// Rows of these columns; a moment is a day in this zone.
    pub(super) fn new(columns: &'static [Column], zone: Tz) -> Self {
        let index = (0..columns.len()).map(Some).collect();
        let (text, cells, damage) = (String::new(), Vec::new(), Vec::new());
        let mut laid = Self { columns, zone, text, cells, index, damage, fault: None };
        laid.begin();
        laid
    }

    /// Begins a row: all cells are empty.
    pub(super) fn begin(&mut self) {
        self.text.clear();
        self.damage.clear();
        self.fault = None;
        self.cells.clear();
        self.cells.resize(self.columns.len(), 0..0);
    }

    /// Lays a value into its column.
    pub(super) fn put(&mut self, at: usize, cell: &Cell<'_>) {
        let Some(column) = self.columns.get(at) else { return };
        let start = self.text.len();
        match cell {
            Cell::Null => {}
            Cell::Text(text) if column.holds == Holds::Day => self.text.push_str(&day(text, self.zone, column.name)),
            Cell::Text(text) => self.text.push_str(text),
            Cell::Whole(number) => _ = write!(self.text, "{number}"),
            Cell::Truth(truth) => _ = write!(self.text, "{truth}"),
            Cell::List(words) if column.holds == Holds::List => self.text.push_str(&words.join(BETWEEN)),
            Cell::Floating(written) => {
                self.text.push_str(written);
                self.damage(at, "it comes as a floating-point number, which loses digits; give it as text");
            }
            Cell::List(_) => self.damage(at, "it comes as a list; give one value"),
            Cell::Bytes => self.damage(at, "it comes as bytes that are no text; give it as text"),
            Cell::Nested => self.damage(at, "it comes as an object or a list of lists; give one value"),
        }
        if let Some(place) = self.cells.get_mut(at) {
            *place = start..self.text.len();
        }
    }

    /// Says that a column cannot be believed.
    pub(super) fn damage(&mut self, at: usize, how: &'static str) {
        self.damage.push((at, how));
    }

    /// Says that nothing of the row can be believed.
    pub(super) fn spoil(&mut self, how: &'static str) {
        self.fault = Some(how);
    }

    /// The row, with its number.
    pub(super) fn row(&self, line: u64) -> Row<'_> {
        let record = Record::new(&self.text, &self.cells);
        Row {
            line,
            fault: self.fault.map(str::to_owned),
            damage: &self.damage,
            columns: self.columns,
            index: &self.index,
            record,
        }
    }

    /// Adds the row to a hash, cell by cell, so that no text can move from one to the next unseen.
    pub(super) fn add_to(&self, hash: &mut Sha256) {
        for cell in &self.cells {
            let text = self.text.get(cell.clone()).unwrap_or_default();
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
}

/// A moment's day: in the zone if the moment says its offset, else as it is written. Anything else stays as it is.
/// PostgreSQL's `infinity` is no limit where it is at the right end.
fn day<'t>(text: &'t str, zone: Tz, column: &str) -> Cow<'t, str> {
    match (column, text) {
        ("start_date", "-infinity") | ("end_date", "infinity") => return "".into(),
        _ => {}
    }
    let moment = text.trim();
    if moment.len() <= 10 || !matches!(moment.as_bytes().get(10), Some(b' ' | b'T')) {
        return text.into();
    }
    let with_offset = || DateTime::parse_from_str(&moment.replacen('T', " ", 1), "%Y-%m-%d %H:%M:%S%.f%#z").ok();
    let of_utc = || {
        let bare = moment.strip_suffix(['Z', 'z'])?;
        Some(without_offset(bare)?.and_utc().fixed_offset())
    };
    let found: Option<NaiveDate> = of_utc()
        .or_else(with_offset)
        .map(|moment| moment.with_timezone(&zone).date_naive())
        .or_else(|| without_offset(moment).map(|moment| moment.date()));
    found.map_or(Cow::Borrowed(text), |day| day.to_string().into())
}

fn without_offset(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end().replacen('T', " ", 1);
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"].iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_day("2026-01-31", "2026-01-31")]
    #[case::a_wall_time("2026-01-31 23:59:59", "2026-01-31")]
    #[case::a_wall_time_of_json("2026-01-31T00:00:00.000", "2026-01-31")]
    #[case::midnight_in_copenhagen("2026-01-31 23:00:00+00", "2026-02-01")]
    #[case::of_javascript("2026-06-30T22:00:00.000Z", "2026-07-01")]
    #[case::with_its_offset("2026-02-01T00:00:00+01:00", "2026-02-01")]
    #[case::far_east("2026-02-01 06:00:00.5+09", "2026-01-31")]
    #[case::no_moment("2026-02-30 00:00:00", "2026-02-30 00:00:00")]
    #[case::words("tomorrow morning", "tomorrow morning")]
    #[case::no_limit("infinity", "")]
    fn a_moment_is_a_day_in_the_agencys_calendar(#[case] text: &str, #[case] wanted: &str) {
        assert_eq!(day(text, chrono_tz::Europe::Copenhagen, "end_date"), wanted);
    }

    #[test]
    fn a_contract_that_begins_never_has_no_day() {
        assert_eq!(day("infinity", chrono_tz::UTC, "start_date"), "infinity");
    }
}
