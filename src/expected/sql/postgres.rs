//! A register in PostgreSQL.
//!
//! Invariant: one transaction, read only and of one moment (REPEATABLE READ); nothing is set beyond it, for poolers hand
//! the session on.
//!
//! A query is prepared first: that tells its columns also where it has no rows, and refuses two statements in one text.
//! Then it is asked in PostgreSQL's simple protocol, in which the server itself writes every value as text: numbers keep
//! their digits, and a column of an exotic type that nobody reads needs no decoder.

use std::str::FromStr as _;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgTypeInfo, PgTypeKind};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use sqlx::{SqlSafeStr as _, Statement as _, TypeInfo as _, ValueRef as _};
use tokio::time::timeout;

use super::array;
use super::faults::{Trouble, Why};
use super::intake::Intake;
use crate::config::postgres_fault;
use crate::expected::laid::Cell;
use crate::expected::table::Table;

const CONNECT: Duration = Duration::from_secs(10);

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '300s';
    SET LOCAL DateStyle = 'ISO'";

pub(super) struct Database {
    conn: Option<PgConnection>,
}

/// How the text of a column is to be taken.
enum Written {
    Plain,
    Floating,
    Truth,
    Bytes,
    Json,
    Array,
}

impl Database {
    pub(super) async fn open(url: &str) -> Result<Self, Trouble> {
        let about = |about: &str, why: Why| Trouble { about: about.to_owned(), why };
        if postgres_fault(url).is_some() {
            return Err(about("expected.url", Why::Parameters));
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| about("expected.url", Why::Parameters))?;
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name(env!("CARGO_PKG_NAME")),
        };
        let options = options.disable_statement_logging();
        let host = options.get_socket().map_or(options.get_host().to_owned(), |socket| socket.display().to_string());
        let place = format!("{host}:{}/{}", options.get_port(), options.get_database().unwrap_or_default());
        let begun = async {
            let mut conn = options.connect().await?;
            sqlx::raw_sql(BEGIN).execute(&mut conn).await?;
            Ok(conn)
        };
        let late = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
        match timeout(CONNECT, begun).await.unwrap_or_else(late) {
            Ok(conn) => Ok(Self { conn: Some(conn) }),
            Err(error) => Err(about(&format!("postgres://{place}"), Why::Failed(error))),
        }
    }

    pub(super) async fn read<T: Table>(&mut self, query: &str, intake: &mut Intake<'_, T>) -> Result<(), Why> {
        let Some(conn) = &mut self.conn else { return Ok(()) };
        let read = rows(conn, query, intake).await;
        if read.is_err() {
            // What is asked next shall be told about itself, not about this.
            let again = sqlx::raw_sql(AssertSqlSafe(format!("ROLLBACK; {BEGIN}"))).execute(conn).await;
            if again.is_err() {
                self.conn = None;
            }
        }
        read
    }

    pub(super) async fn close(&mut self) {
        if let Some(conn) = self.conn.take() {
            let _ = timeout(CONNECT, conn.close()).await;
        }
    }
}

async fn rows<T: Table>(conn: &mut PgConnection, query: &str, intake: &mut Intake<'_, T>) -> Result<(), Why> {
    let statement = (&mut *conn).prepare(AssertSqlSafe(query.to_owned()).into_sql_str()).await?;
    let names: Vec<&str> = statement.columns().iter().map(sqlx::Column::name).collect();
    let places: Vec<(usize, usize, Written)> = Intake::<T>::places(&names)?
        .into_iter()
        .filter_map(|(ours, theirs)| Some((ours, theirs, Written::of(statement.columns().get(theirs)?.type_info()))))
        .collect();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(query.to_owned())).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        intake.begin();
        for (ours, theirs, written) in &places {
            put(&row, *theirs, written, |cell| intake.put(*ours, cell))?;
        }
        intake.take();
    }
    Ok(())
}

impl Written {
    fn of(info: &PgTypeInfo) -> Self {
        match info.name() {
            "FLOAT4" | "FLOAT8" => Self::Floating,
            "BOOL" => Self::Truth,
            "BYTEA" => Self::Bytes,
            "JSON" | "JSONB" => Self::Json,
            _ if matches!(info.kind(), PgTypeKind::Array(_)) => Self::Array,
            _ => Self::Plain,
        }
    }
}

fn put(row: &PgRow, at: usize, written: &Written, put: impl FnOnce(&Cell<'_>)) -> sqlx::Result<()> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        put(&Cell::Null);
        return Ok(());
    }
    // A database of the encoding SQL_ASCII can hold what is no text.
    let Ok(text) = value.as_str() else {
        put(&Cell::Bytes);
        return Ok(());
    };
    match written {
        Written::Plain => put(&Cell::Text(text)),
        Written::Floating => put(&Cell::Floating(text)),
        Written::Truth => put(&Cell::Truth(text == "t")),
        Written::Bytes => put(&Cell::Bytes),
        Written::Json => array::of_json(text, put),
        Written::Array => match array::elements(text) {
            Some(words) => put(&Cell::List(&words)),
            None => put(&Cell::Nested),
        },
    }
    Ok(())
}
