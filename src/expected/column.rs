//! The columns of a register, and where a source has them.
//!
//! Invariant: a source is read only if it has every required column, and none of ours twice.

use std::fmt;

/// A column that is known by its name.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) holds: Holds,
}

/// What stands in a column: decides about values that are no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Words.
    Text,
    /// Digits, of which each one counts.
    Id,
    /// A calendar day.
    Day,
    /// Words, one or more.
    List,
}

impl Column {
    pub(super) const fn holding(mut self, holds: Holds) -> Self {
        self.holds = holds;
        self
    }
}

/// A column that the source must have.
pub(super) const fn required(name: &'static str) -> Column {
    Column { name, required: true, holds: Holds::Text }
}

/// A column that may be absent.
pub(super) const fn optional(name: &'static str) -> Column {
    Column { name, required: false, holds: Holds::Text }
}

/// A name as it is compared: case and what surrounds it do not matter.
pub(super) fn normal(name: &str) -> String {
    super::row::trimmed(name).to_lowercase()
}

/// What is wrong with a source's columns.
pub(super) enum Wrong {
    Missing(&'static str),
    Repeated(&'static str, usize),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the column {name} is missing"),
            Self::Repeated(name, n) => write!(f, "the column {name} is there {n} times"),
        }
    }
}

/// Where each column is among the names, which are [`normal`].
pub(super) fn find(columns: &[Column], names: &[String]) -> Result<Vec<Option<usize>>, Vec<Wrong>> {
    let wrong: Vec<Wrong> = columns
        .iter()
        .filter_map(|column| match names.iter().filter(|name| *name == column.name).count() {
            0 if column.required => Some(Wrong::Missing(column.name)),
            0 | 1 => None,
            n => Some(Wrong::Repeated(column.name, n)),
        })
        .collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect())
}
