//! What stands in a cell, before it is a file's.
//!
//! Invariant: ids are text; only what is counted is a number.

use std::borrow::Cow;

use chrono::NaiveDate;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// Words, names and ids; may be empty.
    Text(Cow<'a, str>),
    /// A count.
    Number(i64),
    /// A calendar day.
    Day(NaiveDate),
}

impl<'a> Cell<'a> {
    pub(super) const EMPTY: Self = Self::Text(Cow::Borrowed(""));
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<NaiveDate> for Cell<'_> {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(some: Option<T>) -> Self {
        some.map_or(Self::EMPTY, Into::into)
    }
}
