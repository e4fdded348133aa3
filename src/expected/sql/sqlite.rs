//! A register in a SQLite file.
//!
//! Invariant: the file is opened for reading alone, and whatever a query is, it can write nothing. What another program
//! has not committed is never read, however long it takes, and however it ended.

use std::str::FromStr as _;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Decode, Executor as _, Sqlite};
use sqlx::{Row as _, Statement as _, TypeInfo as _, ValueRef as _};

use super::array;
use super::faults::{Trouble, Why, code};
use super::intake::Intake;
use crate::expected::laid::Cell;
use crate::expected::table::Table;
use crate::sqlite_file::may_be_taken_as_it_is;

/// How long a query waits for another process.
const BUSY: Duration = Duration::from_secs(10);

pub(super) struct Database {
    conn: Option<SqliteConnection>,
}

impl Database {
    pub(super) async fn open(url: &str) -> Result<Self, Trouble> {
        Self::open_within(url, BUSY).await
    }

    /// Waits no longer than this for another process.
    pub(super) async fn open_within(url: &str, busy: Duration) -> Result<Self, Trouble> {
        let trouble = |why: Why| Trouble { about: "expected.url".to_owned(), why };
        let options = SqliteConnectOptions::from_str(url).map_err(|_| trouble(Why::Parameters))?;
        let path = options.get_filename().to_path_buf();
        if !path.is_file() {
            return Err(trouble(Why::NoFile(path)));
        }
        let options = options
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(busy)
            .row_buffer_size(1000)
            .pragma("query_only", "ON")
            .disable_statement_logging();
        let conn = match begun(&options).await {
            Err(error) if code(&error).0.is_some_and(|code| may_be_taken_as_it_is(&path, code)) => {
                begun(&options.clone().immutable(true)).await
            }
            other => other,
        };
        conn.map(|conn| Self { conn: Some(conn) }).map_err(|error| trouble(Why::Failed(error)))
    }

    pub(super) async fn read<T: Table>(&mut self, query: &str, intake: &mut Intake<'_, T>) -> Result<(), Why> {
        let Some(conn) = &mut self.conn else { return Ok(()) };
        // Two statements in one text would both be carried out. In a FROM there is room for one, and for a SELECT only.
        let one = query.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        let alone = format!("SELECT * FROM (\n{one}\n)");
        (&mut *conn).prepare(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(alone))).await?;
        let statement = (&mut *conn).prepare(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(one.to_owned()))).await?;
        let names: Vec<&str> = statement.columns().iter().map(sqlx::Column::name).collect();
        let places = Intake::<T>::places(&names)?;
        let mut rows = sqlx::query(AssertSqlSafe(one.to_owned())).fetch(conn);
        while let Some(row) = rows.try_next().await? {
            intake.begin();
            for (ours, theirs) in &places {
                put(&row, *theirs, |cell| intake.put(*ours, cell))?;
            }
            intake.take();
        }
        Ok(())
    }

    pub(super) async fn close(&mut self) {
        if let Some(conn) = self.conn.take() {
            let _ = conn.close().await;
        }
    }
}

/// A connection in a transaction: what it reads is of the moment of the first query.
async fn begun(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let mut conn = options.connect().await?;
    sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM sqlite_master").execute(&mut conn).await?;
    Ok(conn)
}

/// Hands on a value by the type that it has, whatever its column was declared as.
fn put(row: &SqliteRow, at: usize, put: impl FnOnce(&Cell<'_>)) -> sqlx::Result<()> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        put(&Cell::Null);
        return Ok(());
    }
    let info = value.type_info().into_owned();
    match info.name() {
        "INTEGER" | "BOOLEAN" => put(&Cell::Whole(number::<i64>(value)?.into())),
        "REAL" => put(&Cell::Floating(&format!("{:?}", number::<f64>(value)?))),
        "BLOB" => put(&Cell::Bytes),
        _ => match <&str as Decode<Sqlite>>::decode(value) {
            Ok(text) if text.starts_with('[') => array::of_json(text, put),
            Ok(text) => put(&Cell::Text(text)),
            Err(_) => put(&Cell::Bytes),
        },
    }
    Ok(())
}

fn number<'r, N: Decode<'r, Sqlite>>(value: SqliteValueRef<'r>) -> sqlx::Result<N> {
    N::decode(value).map_err(sqlx::Error::Decode)
}
