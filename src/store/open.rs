//! Opening, and looking after, the database.
//!
//! Invariant: only [`Store::open`] creates or changes anything.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};

use super::{Error, Store, migrate};

/// How long a statement waits for another process.
const BUSY: Duration = Duration::from_secs(5);

impl Store {
    fn new(pool: SqlitePool, path: Arc<PathBuf>) -> Self {
        Self { pool, path, together: Arc::default() }
    }

    /// Opens the store, creating its folder, its file and its schema where they are missing.
    ///
    /// # Errors
    /// Not a SQLite address, a folder or file that cannot be written, or a schema newer than this program.
    pub async fn open(url: &SecretString) -> Result<Self, Error> {
        let options = options(url)?;
        let path = options.get_filename().to_path_buf();
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| Error::Folder { path: folder.to_path_buf(), source })?;
        }
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let store = Self::new(connect(options.clone()), Arc::new(path));
        let mut attempts = 0;
        loop {
            // Two programs that create the file at once: turning on the write-ahead log does not wait for the other.
            match migrate::migrate(&store.pool).await.map_err(store.failed("prepare the schema")) {
                Ok(None) => return Ok(store),
                Ok(Some(found)) => {
                    return Err(Error::NewerSchema { path: store.path.as_ref().clone(), found, known: migrate::KNOWN });
                }
                Err(error) if error.is_busy() && attempts < 20 => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Opens the store for looking only; none if there is none yet.
    ///
    /// # Errors
    /// Not a SQLite address, a file that cannot be read, or a schema that is not this program's.
    pub async fn open_read_only(url: &SecretString) -> Result<Option<Self>, Error> {
        let options = options(url)?.create_if_missing(false);
        let path = options.get_filename().to_path_buf();
        if !path.exists() {
            return Ok(None);
        }
        let path = Arc::new(path);
        // The write-ahead log needs a writable folder even for reading; on a read-only volume the file is taken as it
        // is, unless a log holds what the file does not.
        let looking = Self::new(connect(options.clone().pragma("query_only", "ON")), Arc::clone(&path));
        let (store, found) = match looking.version().await {
            Ok(found) => (looking, found),
            Err(error) if log_is_empty(&path) && !error.is_busy() => {
                let frozen = Self::new(connect(options.read_only(true).immutable(true)), Arc::clone(&path));
                let found = frozen.version().await?;
                (frozen, found)
            }
            Err(error) => return Err(error),
        };
        let path = path.as_ref().clone();
        match found {
            // An empty file is what a run that was killed at its very start leaves: as good as none.
            0 => Ok(None),
            found if found > migrate::KNOWN => Err(Error::NewerSchema { path, found, known: migrate::KNOWN }),
            found if found < migrate::KNOWN => Err(Error::OlderSchema { path, found, known: migrate::KNOWN }),
            _ => Ok(Some(store)),
        }
    }

    /// Looks whether the database is sound: one sentence.
    ///
    /// # Errors
    /// It cannot be read, or it is damaged.
    pub async fn check(&self) -> Result<String, Error> {
        let failed = || self.failed("check the database");
        let finding: String = sqlx::query("PRAGMA quick_check(1)")
            .fetch_one(&self.pool)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed())?;
        if finding != "ok" {
            return Err(Error::Damaged { path: self.path.as_ref().clone(), finding });
        }
        let version = self.version().await?;
        let runs: i64 = sqlx::query("SELECT COUNT(*) FROM runs")
            .fetch_one(&self.pool)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed())?;
        Ok(format!("{} is sound: schema {version}, runs stored: {runs}", self.path.display()))
    }

    /// The schema's version.
    async fn version(&self) -> Result<i64, Error> {
        let mut conn = self.pool.acquire().await.map_err(self.failed("open the database"))?;
        migrate::version(&mut conn).await.map_err(self.failed("read the schema's version"))
    }
}

/// Reads the address.
fn options(url: &SecretString) -> Result<SqliteConnectOptions, Error> {
    let text = url.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Err(Error::NotBuilt);
    }
    if !text.starts_with("sqlite:") {
        return Err(Error::Url { reason: "it begins with neither sqlite:// nor postgres://" });
    }
    if text.contains(":memory:") || text.contains("mode=memory") {
        return Err(Error::Url { reason: "a store in memory remembers nothing" });
    }
    let options =
        SqliteConnectOptions::from_str(text).map_err(|_| Error::Url { reason: "its parameters are wrong" })?;
    if options.get_filename().as_os_str().is_empty() {
        return Err(Error::Url { reason: "it names no file" });
    }
    Ok(options.busy_timeout(BUSY).disable_statement_logging())
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

/// Whether the database's write-ahead log is absent or empty.
fn log_is_empty(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).map_or(true, |meta| meta.len() == 0)
}
