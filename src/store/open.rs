//! Opening, and looking after, the database.
//!
//! Invariant: only [`Store::open`] creates or changes anything.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::error::Place;
use super::sql::{Access, Pool};
use super::{Error, Store, migrate, postgres, sqlite};

impl Store {
    /// Opens the store, creating what is missing: SQLite's folder and file, the tables.
    ///
    /// # Errors
    /// No address of a database, a database that cannot be reached or written or is not encoded in UTF8, or a schema
    /// newer than this program.
    pub async fn open(url: &SecretString) -> Result<Self, Error> {
        let store = Self::unprepared(url)?;
        if matches!(store.pool, Pool::Postgres(_)) {
            postgres::look_at_encoding(&store).await?;
        }
        let mut attempts = 0;
        loop {
            // Two programs that create the file at once: turning on SQLite's write-ahead log does not wait for the other.
            let migrated = async { migrate::migrate(store.pool.begin(Access::Write).await?).await };
            match migrated.await.map_err(store.failed("prepare the schema")) {
                Ok(None) => return Ok(store),
                Ok(Some(found)) => {
                    return Err(Error::NewerSchema { place: store.place(), found, known: migrate::KNOWN });
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
    /// No address of a database, one that cannot be read or is not encoded in UTF8, or a schema that is not this
    /// program's.
    pub async fn open_read_only(url: &SecretString) -> Result<Option<Self>, Error> {
        let opened = match kind(url)? {
            Kind::Sqlite => sqlite::for_reading(url).await?,
            Kind::Postgres => postgres::for_reading(url).await?,
        };
        let Some((store, found)) = opened else { return Ok(None) };
        match found {
            // What a run that was killed at its very start leaves is as good as none.
            0 => Ok(None),
            found if found > migrate::KNOWN => {
                Err(Error::NewerSchema { place: store.place(), found, known: migrate::KNOWN })
            }
            found if found < migrate::KNOWN => {
                Err(Error::OlderSchema { place: store.place(), found, known: migrate::KNOWN })
            }
            _ => Ok(Some(store)),
        }
    }

    /// For `check`: whether a store that is not there yet could be created.
    ///
    /// # Errors
    /// No address of a database, or SQLite's folder could not be created or written.
    pub fn can_be(url: &SecretString) -> Result<(), Error> {
        match kind(url)? {
            Kind::Sqlite => sqlite::can_be(url),
            // Whoever was let in found no tables; whether he may create them shows when he does.
            Kind::Postgres => Ok(()),
        }
    }

    /// Looks whether the database is sound: one sentence.
    ///
    /// # Errors
    /// It cannot be read, or it is damaged.
    pub async fn check(&self) -> Result<String, Error> {
        let says = match &self.pool {
            Pool::Sqlite(_) => {
                sqlite::check(self).await?;
                "is sound"
            }
            // PostgreSQL has no such look that a mere user may take; its checksums speak when a page is read.
            Pool::Postgres(_) => "answers",
        };
        let read = async {
            let mut tx = self.pool.begin(Access::Read).await?;
            let version = migrate::version(&mut tx).await?;
            let runs = tx.query("SELECT COUNT(*) FROM runs").one().await?.count(0)?;
            Ok(format!("{} {says}: schema {version}, runs stored: {runs}", self.place))
        };
        read.await.map_err(self.failed("check the database"))
    }

    /// The store without a look at its schema.
    pub(super) fn unprepared(url: &SecretString) -> Result<Self, Error> {
        match kind(url)? {
            Kind::Sqlite => sqlite::for_writing(url),
            Kind::Postgres => postgres::for_writing(url),
        }
    }

    pub(super) fn new(pool: Pool, place: Place) -> Self {
        Self { pool, place, together: std::sync::Arc::default() }
    }

    /// The schema's version.
    pub(super) async fn version(&self) -> Result<i64, Error> {
        let read = async { migrate::version(&mut self.pool.begin(Access::Read).await?).await };
        read.await.map_err(self.failed("open the database"))
    }
}

/// Which database an address names.
enum Kind {
    Sqlite,
    Postgres,
}

fn kind(url: &SecretString) -> Result<Kind, Error> {
    let text = url.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        Ok(Kind::Postgres)
    } else if text.starts_with("sqlite:") {
        Ok(Kind::Sqlite)
    } else {
        Err(Error::Url { reason: "it begins with neither sqlite:// nor postgres://" })
    }
}
