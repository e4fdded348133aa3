//! Values on their way into a statement.
//!
//! Invariant: what comes back is the same from both databases: moments are cut to microseconds, counts are 63 bits wide.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SubsecRound as _, Utc};

/// A value of a kind that both databases have.
#[derive(Clone, Debug)]
pub(in crate::store) enum Value<'q> {
    Number(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Truth(bool),
    Day(Option<NaiveDate>),
    Moment(DateTime<Utc>),
    Bytes(&'q [u8]),
    Json(serde_json::Value),
}

/// A text as PostgreSQL can hold it: without NUL.
pub(super) fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { text }
}

/// Binds values, to a statement of either database.
macro_rules! bind {
    ($query:expr, $values:expr, $text:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text.map($text).map(Cow::into_owned)),
                Value::Truth(truth) => query.bind(truth),
                Value::Day(day) => query.bind(day),
                Value::Moment(moment) => query.bind(moment),
                Value::Bytes(bytes) => query.bind(bytes.to_vec()),
                Value::Json(json) => query.bind(sqlx::types::Json(json)),
            };
        }
        query
    }};
}
pub(super) use bind;

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

/// No count or id is beyond 63 bits.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(Some(number.into()))
    }
}

impl<'q> From<&'q str> for Value<'q> {
    fn from(text: &'q str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'q> From<&'q String> for Value<'q> {
    fn from(text: &'q String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'q> From<Option<&'q str>> for Value<'q> {
    fn from(text: Option<&'q str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<NaiveDate> for Value<'_> {
    fn from(day: NaiveDate) -> Self {
        Self::Day(Some(day))
    }
}

impl From<Option<NaiveDate>> for Value<'_> {
    fn from(day: Option<NaiveDate>) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime<Utc>> for Value<'_> {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::Moment(moment.trunc_subsecs(6))
    }
}

impl<'q> From<&'q [u8]> for Value<'q> {
    fn from(bytes: &'q [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<serde_json::Value> for Value<'_> {
    fn from(json: serde_json::Value) -> Self {
        Self::Json(json)
    }
}
