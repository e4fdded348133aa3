//! One statement, for a few values and rows.

use std::borrow::Cow;
use std::convert::identity;

use super::value::{bind, without_nul};
use super::{Row, Transaction, Value, answered};

/// A statement with its values, in the order of `$1`, `$2`…
pub(in crate::store) struct Query<'t, 'q> {
    tx: &'t mut Transaction,
    sql: &'static str,
    values: Vec<Value<'q>>,
}

/// Asks the database that it is.
macro_rules! ask {
    ($query:expr, $fetch:ident, $found:ident => $sqlite:expr, $postgres:expr) => {
        match $query.tx {
            Transaction::Sqlite(tx) => {
                let $found = bind!(sqlx::query($query.sql), $query.values, identity).$fetch(&mut **tx).await?;
                $sqlite
            }
            Transaction::Postgres(tx) => {
                let asked = bind!(sqlx::query($query.sql), $query.values, without_nul).$fetch(&mut **tx);
                let $found = answered(asked).await?;
                $postgres
            }
        }
    };
}

impl<'t, 'q> Query<'t, 'q> {
    pub(super) fn new(tx: &'t mut Transaction, sql: &'static str) -> Self {
        Self { tx, sql, values: Vec::new() }
    }

    pub(in crate::store) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; gives the number of rows that it wrote.
    pub(in crate::store) async fn run(self) -> sqlx::Result<u64> {
        Ok(ask!(self, execute, done => done.rows_affected(), done.rows_affected()))
    }

    /// Its only row.
    pub(in crate::store) async fn one(self) -> sqlx::Result<Row> {
        Ok(ask!(self, fetch_one, row => Row::Sqlite(row), Row::Postgres(row)))
    }

    /// Its first row, if it has one.
    pub(in crate::store) async fn first(self) -> sqlx::Result<Option<Row>> {
        Ok(ask!(self, fetch_optional, row => row.map(Row::Sqlite), row.map(Row::Postgres)))
    }

    /// All its rows.
    pub(in crate::store) async fn all(self) -> sqlx::Result<Vec<Row>> {
        Ok(ask!(
            self, fetch_all, rows =>
            rows.into_iter().map(Row::Sqlite).collect(),
            rows.into_iter().map(Row::Postgres).collect()
        ))
    }
}
