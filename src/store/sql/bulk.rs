//! Many rows in one statement.
//!
//! Invariant: on SQLite placeholders are `?`: sqlx looks every `$N` up by name there, which is quadratic in their number.
//! PostgreSQL gets new rows by COPY; where a row may be there already, COPY cannot say what then, and INSERT does.

use std::borrow::Cow;
use std::convert::identity;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::value::{bind, without_nul};
use super::{Transaction, Value, answered, copy};

/// Rows a statement; thirteen columns of it stay below SQLite's 32,766 parameters and PostgreSQL's 65,535.
const ROWS: usize = 1_000;

/// Writes all rows in their order: `INSERT INTO into VALUES (…), (…) otherwise`.
pub(in crate::store) async fn write<R, const WIDTH: usize>(
    tx: &mut Transaction,
    into: &'static str,
    otherwise: &'static str,
    rows: &[R],
    values: impl for<'r> Fn(&'r R) -> [Value<'r>; WIDTH],
) -> sqlx::Result<()> {
    if let (Transaction::Postgres(tx), "") = (&mut *tx, otherwise) {
        return copy::write(tx, into, rows, values).await;
    }
    let mut sql: Arc<str> = "".into();
    let mut rows_of_sql = 0;
    for chunk in rows.chunks(ROWS) {
        if chunk.len() != rows_of_sql {
            let numbered = matches!(tx, Transaction::Postgres(_));
            sql = text(into, WIDTH, otherwise, chunk.len(), numbered).into();
            rows_of_sql = chunk.len();
        }
        let safe = AssertSqlSafe(Arc::clone(&sql));
        let values = chunk.iter().flat_map(&values);
        match tx {
            Transaction::Sqlite(tx) => {
                let statement = bind!(sqlx::query(safe), values, identity);
                statement.persistent(chunk.len() == ROWS).execute(&mut **tx).await?;
            }
            Transaction::Postgres(tx) => {
                let statement = bind!(sqlx::query(safe), values, without_nul);
                answered(statement.persistent(chunk.len() == ROWS).execute(&mut **tx)).await?;
            }
        }
    }
    Ok(())
}

/// The statement's text for a number of rows; made of constants and placeholders only.
fn text(into: &str, width: usize, otherwise: &str, rows: usize, numbered: bool) -> String {
    let mut sql = format!("INSERT INTO {into} VALUES ");
    for place in 0..rows * width {
        sql.push_str(match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        });
        if numbered {
            sql.push_str(&format!("${}", place + 1));
        } else {
            sql.push('?');
        }
    }
    sql.push_str(") ");
    sql.push_str(otherwise);
    sql
}
