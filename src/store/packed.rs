//! Reading a great many rows, thousands in one.
//!
//! Invariant: what is unpacked is what was stored, whatever the texts hold: they come behind their lengths. sqlx hands
//! every row of SQLite's over between two threads, value by value; a page of rows packed into one text is handed over
//! once. (`concat` takes NULL for an empty text, and allocates once where a chain of `||` does seventeen times.)

use chrono::NaiveDate;

use super::error::unreadable;
use super::sql::{Transaction, Value};

/// Reads the page that begins after a key; none after the last one. How long a page is, the query says.
pub(super) async fn page<'k>(
    tx: &mut Transaction,
    sql: &'static str,
    after: impl IntoIterator<Item = impl Into<Value<'k>>>,
) -> sqlx::Result<Option<String>> {
    let mut query = tx.query(sql);
    for part in after {
        query = query.bind(part);
    }
    query.one().await?.get(0)
}

/// What is left of a page.
pub(super) struct Packed<'a>(pub(super) &'a str);

impl<'a> Packed<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next field, up to its comma.
    pub(super) fn field(&mut self) -> sqlx::Result<&'a str> {
        let (field, rest) = self.0.split_once(',').ok_or_else(broken)?;
        self.0 = rest;
        Ok(field)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> sqlx::Result<i64> {
        self.field()?.parse().map_err(|_| broken())
    }

    /// The next number; none where the column is NULL.
    pub(super) fn number_or_null(&mut self) -> sqlx::Result<Option<i64>> {
        let field = self.field()?;
        if field.is_empty() { Ok(None) } else { field.parse().map(Some).map_err(|_| broken()) }
    }

    /// The next day; none where the column is NULL.
    pub(super) fn day(&mut self) -> sqlx::Result<Option<NaiveDate>> {
        let field = self.field()?;
        if field.is_empty() {
            return Ok(None);
        }
        let part = |from, to| field.get(from..to).and_then(|part: &str| part.parse().ok());
        let day = part(0, 4)
            .zip(part(5, 7))
            .zip(part(8, 10))
            .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day));
        day.map(Some).ok_or_else(broken)
    }

    /// The next texts, behind their lengths; none of their columns may be NULL.
    pub(super) fn texts<const COUNT: usize>(&mut self) -> sqlx::Result<[&'a str; COUNT]> {
        let mut lengths = [0; COUNT];
        for length in &mut lengths {
            *length = self.number()?;
        }
        let mut texts = [""; COUNT];
        for (text, length) in texts.iter_mut().zip(lengths) {
            *text = self.text(Some(length))?.unwrap_or_default();
        }
        Ok(texts)
    }

    /// The next text, of which the length came before; none where the column is NULL.
    pub(super) fn text(&mut self, length: Option<i64>) -> sqlx::Result<Option<&'a str>> {
        let Some(length) = length else { return Ok(None) };
        let (text, rest) =
            usize::try_from(length).ok().and_then(|at| self.0.split_at_checked(at)).ok_or_else(broken)?;
        self.0 = rest;
        Ok(Some(text))
    }
}

fn broken() -> sqlx::Error {
    unreadable("a stored state")
}
