//! The store in a file.
//!
//! Invariant: a committed transaction survives a power cut (`synchronous = FULL`).

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::error::Place;
use super::sql::{Access, Pool};
use super::{Error, Store};
use crate::sqlite_file::may_be_taken_as_it_is;
use crate::trial;

/// How long a statement waits for another process.
const BUSY: Duration = Duration::from_secs(5);

/// Creates the folder; the file comes with the first connection.
pub(super) fn for_writing(url: &SecretString) -> Result<Store, Error> {
    let (options, path) = options(url)?;
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|source| Error::Folder { path: folder.to_path_buf(), source })?;
    }
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    Ok(store(options, &path))
}

/// Whether the file could be created.
pub(super) fn can_be(url: &SecretString) -> Result<(), Error> {
    let (_, path) = options(url)?;
    let folder = path.parent().unwrap_or(&path);
    trial::takes(folder).map_err(|source| Error::Folder { path: folder.to_path_buf(), source })
}

/// The store with its schema's version; none if there is no file.
pub(super) async fn for_reading(url: &SecretString) -> Result<Option<(Store, i64)>, Error> {
    let (options, path) = options(url)?;
    let options = options.create_if_missing(false);
    if !path.exists() {
        return Ok(None);
    }
    let looking = store(options.clone().pragma("query_only", "ON"), &path);
    match looking.version().await {
        Ok(found) => Ok(Some((looking, found))),
        Err(error) if error.sqlite().is_some_and(|code| may_be_taken_as_it_is(&path, code)) => {
            let frozen = store(options.read_only(true).immutable(true), &path);
            let found = frozen.version().await?;
            Ok(Some((frozen, found)))
        }
        Err(error) => Err(error),
    }
}

/// SQLite's own look at the file.
pub(super) async fn check(store: &Store) -> Result<(), Error> {
    let look = async {
        let mut tx = store.pool.begin(Access::Read).await?;
        tx.query("PRAGMA quick_check(1)").one().await?.get(0)
    };
    let finding: String = look.await.map_err(store.failed("check the database"))?;
    if finding == "ok" { Ok(()) } else { Err(Error::Damaged { place: store.place(), finding }) }
}

/// Reads the address.
fn options(url: &SecretString) -> Result<(SqliteConnectOptions, PathBuf), Error> {
    let text = url.expose_secret();
    if text.contains(":memory:") || text.contains("mode=memory") {
        return Err(Error::Url { reason: "a store in memory remembers nothing" });
    }
    let options =
        SqliteConnectOptions::from_str(text).map_err(|_| Error::Url { reason: "its parameters are wrong" })?;
    let path = options.get_filename().to_path_buf();
    if path.as_os_str().is_empty() {
        return Err(Error::Url { reason: "it names no file" });
    }
    Ok((options.busy_timeout(BUSY).disable_statement_logging(), path))
}

fn store(options: SqliteConnectOptions, path: &Path) -> Store {
    Store::new(Pool::Sqlite(connect(options)), Place::from(path.display().to_string()))
}

/// Connections that open when they are first needed. A few: the lease renews itself while a run reads.
///
/// On a full or failing disk SQLite ends a transaction by itself. sqlx does not learn of it, takes the connection for
/// one inside a transaction for ever after, and begins none on it any more: such a connection is replaced.
fn connect(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(30))
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
        .connect_lazy_with(options)
}
