//! The schema and its versions.
//!
//! Invariant: all steps that are missing are applied in one transaction that holds the lock for it, so two programs that
//! start at once, or one that is killed midway, leave a whole schema. That is why this is not sqlx's migrator: on SQLite
//! it takes no lock and commits step by step.

use super::sql::Transaction;

/// Steps in order; the version of a schema is the number of steps applied.
const SQLITE: [&str; COUNT] = [
    include_str!("migrations/sqlite/0001_start.sql"),
    include_str!("migrations/sqlite/0002_mail_parts.sql"),
    include_str!("migrations/sqlite/0003_notes.sql"),
];

/// The same steps for PostgreSQL.
const POSTGRES: [&str; COUNT] = [
    include_str!("migrations/postgres/0001_start.sql"),
    include_str!("migrations/postgres/0002_mail_parts.sql"),
    include_str!("migrations/postgres/0003_notes.sql"),
];

const COUNT: usize = 3;

/// The newest schema that this program knows.
pub(super) const KNOWN: i64 = COUNT as i64;

/// Applies the missing steps, in a transaction for writing.
///
/// Returns the version found if it is newer than this program's; then nothing was done.
pub(super) async fn migrate(mut tx: Transaction) -> sqlx::Result<Option<i64>> {
    let steps = match &tx {
        Transaction::Sqlite(_) => SQLITE,
        Transaction::Postgres(_) => {
            // By schema: agencies that share a database do not wait for one another.
            tx.query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), $1))").bind(LOCK).one().await?;
            POSTGRES
        }
    };
    let found = version(&mut tx).await?;
    if found > KNOWN {
        return Ok(Some(found));
    }
    if found == KNOWN {
        return Ok(None);
    }
    tx.script(
        "CREATE TABLE IF NOT EXISTS schema_version
         (version BIGINT PRIMARY KEY, applied_by TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)",
    )
    .await?;
    for (version, step) in (1_i64..).zip(steps).skip(usize::try_from(found).unwrap_or(0)) {
        tx.script(step).await?;
        tx.query("INSERT INTO schema_version (version, applied_by, applied_at) VALUES ($1, $2, CURRENT_TIMESTAMP)")
            .bind(version)
            .bind(env!("CARGO_PKG_VERSION"))
            .run()
            .await?;
    }
    tx.commit().await?;
    Ok(None)
}

/// Any number that no other program takes for the same lock.
const LOCK: i64 = 7_564_000_001;

/// The schema's version; 0 for a database without one. On PostgreSQL only the first schema of the search path counts, for
/// it is the one in which tables are created.
pub(super) async fn version(tx: &mut Transaction) -> sqlx::Result<i64> {
    let tables = match tx {
        Transaction::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'",
        Transaction::Postgres(_) => {
            "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_version'"
        }
    };
    if tx.query(tables).one().await?.get::<i64>(0)? == 0 {
        return Ok(0);
    }
    tx.query("SELECT COALESCE(MAX(version), 0) FROM schema_version").one().await?.get(0)
}
