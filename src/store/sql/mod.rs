//! Two databases, one way to ask them.
//!
//! Invariant: nothing outside this folder, `sqlite` and `postgres` knows which database it asks; a statement is written
//! once, with `$N`, in the SQL that both understand. (sqlx's own `Any` cannot read DATE, BOOLEAN and TIMESTAMPTZ.)
//!
//! Everything happens in transactions: the read is of one moment, the write is whole or not at all, and a connection that
//! breaks takes its transaction with it.

mod bulk;
mod copy;
mod query;
mod row;
mod value;

use std::time::Duration;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

pub(super) use bulk::write;
pub(super) use query::Query;
pub(super) use row::Row;
pub(super) use value::Value;

/// How long PostgreSQL may take for an answer. The server itself ends a statement sooner (`postgres`): this ends what a
/// server leaves hanging that is gone without a word.
const PATIENCE: Duration = Duration::from_secs(90);

/// Connections that open when they are first needed.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Sees one moment of the store.
    Read,
    /// On SQLite it begins with the write lock; on PostgreSQL the lease's row stands for that lock.
    Write,
}

/// A transaction that has begun; undone unless it is committed.
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Pool {
    pub(super) async fn begin(&self, access: Access) -> sqlx::Result<Transaction> {
        Ok(match (self, access) {
            (Self::Sqlite(pool), Access::Read) => Transaction::Sqlite(pool.begin().await?),
            (Self::Sqlite(pool), Access::Write) => Transaction::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            (Self::Postgres(pool), Access::Read) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Transaction::Postgres(answered(pool.begin_with(begin)).await?)
            }
            // Each statement sees what was committed before it: whoever waited for the lease's row sees who got it.
            (Self::Postgres(pool), Access::Write) => {
                Transaction::Postgres(answered(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")).await?)
            }
        })
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// A statement; its values are still to be bound.
    pub(super) fn query<'q>(&mut self, sql: &'static str) -> Query<'_, 'q> {
        Query::new(self, sql)
    }

    /// Runs several statements without values.
    pub(super) async fn script(&mut self, sql: &'static str) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
            Self::Postgres(tx) => answered(sqlx::raw_sql(sql).execute(&mut **tx)).await.map(drop),
        }
    }

    pub(super) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => answered(tx.commit()).await,
        }
    }
}

/// What PostgreSQL answers, or an error once it is clear that it does not.
async fn answered<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}
