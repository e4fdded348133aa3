//! Many rows in one statement.
//!
//! Invariant: placeholders are `?`. sqlx looks every `$N` up by name on SQLite, which is quadratic in their number.

use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

/// A statement whose values are still to be bound.
pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Rows a statement; eleven columns of it stay below SQLite's 32,766 parameters.
const ROWS: usize = 1_000;

/// Runs `head VALUES (…), (…) tail` over all rows, in their order.
pub(super) async fn write<R>(
    conn: &mut SqliteConnection,
    head: &'static str,
    width: usize,
    tail: &'static str,
    rows: &[R],
    mut bind: impl for<'q> FnMut(Statement<'q>, &R) -> Statement<'q>,
) -> sqlx::Result<()> {
    let mut sql: Arc<str> = "".into();
    let mut rows_of_sql = 0;
    for chunk in rows.chunks(ROWS) {
        if chunk.len() != rows_of_sql {
            sql = text(head, width, tail, chunk.len()).into();
            rows_of_sql = chunk.len();
        }
        let mut statement = sqlx::query(AssertSqlSafe(Arc::clone(&sql)));
        for row in chunk {
            statement = bind(statement, row);
        }
        statement.persistent(chunk.len() == ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The statement's text for a number of rows; made of constants and question marks only.
fn text(head: &str, width: usize, tail: &str, rows: usize) -> String {
    let row = format!("({}?)", "?,".repeat(width - 1));
    let mut sql = String::with_capacity(head.len() + tail.len() + 16 + (row.len() + 1) * rows);
    sql.push_str(head);
    sql.push_str(" VALUES ");
    for n in 0..rows {
        if n > 0 {
            sql.push(',');
        }
        sql.push_str(&row);
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}
