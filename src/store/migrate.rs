//! The schema and its versions.
//!
//! Invariant: all steps that are missing are applied in one transaction that began with the write lock, so two programs
//! that start at once, or one that is killed midway, leave a whole schema. That is why this is not sqlx's migrator: on
//! SQLite it takes no lock and commits step by step.

use sqlx::{Row, SqliteConnection, SqlitePool};

/// Steps in order; the version of a schema is the number of steps applied.
const STEPS: &[&str] =
    &[include_str!("migrations/sqlite/0001_start.sql"), include_str!("migrations/sqlite/0002_mail_parts.sql")];

/// The newest schema that this program knows.
pub(super) const KNOWN: i64 = STEPS.len() as i64;

/// Applies the missing steps.
///
/// Returns the version found if it is newer than this program's; then nothing was done.
pub(super) async fn migrate(pool: &SqlitePool) -> sqlx::Result<Option<i64>> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found = version(&mut tx).await?;
    if found > KNOWN {
        return Ok(Some(found));
    }
    if found == KNOWN {
        return Ok(None);
    }
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_by TEXT NOT NULL, applied_at TEXT NOT NULL)",
    )
    .execute(&mut *tx)
    .await?;
    for (version, step) in (1_i64..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO schema_version (version, applied_by, applied_at) VALUES ($1, $2, $3)")
            .bind(version)
            .bind(env!("CARGO_PKG_VERSION"))
            .bind(chrono::Utc::now())
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(None)
}

/// The schema's version; 0 for a database without one.
pub(super) async fn version(conn: &mut SqliteConnection) -> sqlx::Result<i64> {
    let tables: i64 =
        sqlx::query("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'")
            .fetch_one(&mut *conn)
            .await?
            .try_get(0)?;
    if tables == 0 {
        return Ok(0);
    }
    sqlx::query("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(conn).await?.try_get(0)
}
