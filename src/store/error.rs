//! What can go wrong with the store, and what to do about it.
//!
//! Invariant: no message shows a password, an address or a value of a row; each names the purpose, the place and a remedy.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// The store's name for people: a file's path, or PostgreSQL's host, port and database.
pub(super) type Place = Arc<str>;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configured address is none.
    #[error("store.url is not understood ({reason}); write sqlite://PATH or postgres://USER@HOST/DATABASE")]
    Url {
        /// What is wrong; never the address itself.
        reason: &'static str,
    },
    /// The folder of the database.
    #[error("cannot create the store's folder {}: {source}; is the volume mounted and writable?", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A statement failed.
    #[error("cannot {purpose} in the store {place}: {source}; {}", remedy(source, place))]
    Database {
        /// What was to be done, as a verb.
        purpose: &'static str,
        /// The database.
        place: Place,
        /// Why.
        source: sqlx::Error,
    },
    /// There is no schema in which the store could be created.
    #[error(
        "the store {place} is not there yet, and its user may create no tables in the schema {schema:?}; create the schema \
         for that user (CREATE SCHEMA … AUTHORIZATION …) and name it in store.url (?options=-csearch_path%3D…)"
    )]
    NoSchema {
        /// The database.
        place: Place,
        /// The first schema of the search path; empty if there is none of that name.
        schema: String,
    },
    /// A database in which names cannot be kept, and texts have other lengths than here.
    #[error(
        "the database of the store {place} is encoded in {encoding}, and the store needs UTF8; create another one \
         (CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8') and name it in store.url"
    )]
    Encoding {
        /// The database.
        place: Place,
        /// PostgreSQL's word for it.
        encoding: String,
    },
    /// A newer program wrote the store.
    #[error("the store {place} has schema {found}, and this program knows {known}; start the newer program again")]
    NewerSchema {
        /// The database.
        place: Place,
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// An older program wrote the store, and it was opened for reading only.
    #[error(
        "the store {place} has schema {found}, and this program needs {known}; the next `run` brings it up to date"
    )]
    OlderSchema {
        /// The database.
        place: Place,
        /// Its schema.
        found: i64,
        /// The one that this program needs.
        known: i64,
    },
    /// Somebody else took the lease: nothing of this process may be written or mailed any more.
    #[error("the lease on the store {place} was lost to another run; nothing more is written or mailed by this one")]
    LeaseLost {
        /// The database.
        place: Place,
    },
    /// The mail is not waiting for an outcome.
    #[error("a mail that was to be settled has no stored intent in the store {place}; it is not counted")]
    NotIntended {
        /// The database.
        place: Place,
    },
    /// The database is damaged by its own word.
    #[error("the store {place} is damaged: {finding}; stop all runs and restore it from the last backup")]
    Damaged {
        /// The database.
        place: Place,
        /// The first finding.
        finding: String,
    },
}

impl Error {
    /// Whether another process holds the database and it is worth trying again.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Database { source, .. } => match code(source) {
                Code::Sqlite(code) => matches!(code, 5 | 6),
                Code::Postgres(state) => is_busy(state),
                Code::None => false,
            },
            _ => false,
        }
    }

    /// SQLite's primary result code, if that is what failed.
    pub(super) fn sqlite(&self) -> Option<i32> {
        match self {
            Self::Database { source, .. } => match code(source) {
                Code::Sqlite(code) => Some(code),
                Code::Postgres(_) | Code::None => None,
            },
            _ => None,
        }
    }
}

/// A database's own word for a fault.
enum Code<'e> {
    /// SQLite's primary result code.
    Sqlite(i32),
    /// PostgreSQL's SQLSTATE.
    Postgres(&'e str),
    None,
}

fn code(error: &sqlx::Error) -> Code<'_> {
    let Some(error) = error.as_database_error() else { return Code::None };
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return Code::Postgres(error.code());
    }
    let sqlite = error.try_downcast_ref::<SqliteError>().and_then(|_| error.code()?.parse::<i32>().ok());
    sqlite.map_or(Code::None, |code| Code::Sqlite(code & 0xff))
}

/// A lock that did not become free in time, a deadlock, a change of the same row.
fn is_busy(state: &str) -> bool {
    matches!(state, "55P03" | "40P01" | "40001")
}

const HELD: &str = "another program holds the database; end it or try again";
const OURS: &str = "run `check`; if it stays, this is a fault of the program";

/// What to do about a fault.
fn remedy(error: &sqlx::Error, place: &Place) -> &'static str {
    match code(error) {
        Code::Sqlite(5 | 6) => HELD,
        Code::Sqlite(8) => "is the volume read-only?",
        Code::Sqlite(10) => "the disk failed; check the volume",
        Code::Sqlite(11 | 26) => "the file is damaged or no SQLite database; restore it from the last backup",
        Code::Sqlite(13) => "the disk is full; make room and run again",
        Code::Sqlite(14) => "does the folder exist, and is the volume read-only?",
        Code::Postgres(state) => remedy_by_state(state),
        Code::None => match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut if !place.starts_with("postgres://") => {
                "does the volume answer, and is it not overloaded? Then run again"
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => {
                "is PostgreSQL up, and are host and port in store.url right? Then run again"
            }
            sqlx::Error::Tls(_) => "do sslmode and sslrootcert in store.url fit the server's certificate?",
            _ => OURS,
        },
        Code::Sqlite(_) => OURS,
    }
}

/// By PostgreSQL's SQLSTATE.
fn remedy_by_state(state: &str) -> &'static str {
    match state {
        "25006" => "is the database read-only, such as a standby?",
        "3D000" => "create the database, or name another one in store.url",
        "3F000" => "create the schema that search_path names in store.url",
        "42501" => "grant the user of store.url the schema and its tables (GRANT USAGE, CREATE ON SCHEMA …)",
        "53100" => "the disk is full; make room and run again",
        "53300" => "the server takes no more connections; end others or raise max_connections",
        "58030" => "the disk failed; check the server's volume",
        "57014" | "25P03" => "the server took too long; is it overloaded? Run again",
        "57P01" | "57P02" | "57P03" => "PostgreSQL stops or starts; run again",
        "XX001" | "XX002" => "the database is damaged; restore it from the last backup",
        _ if is_busy(state) => HELD,
        _ if state.starts_with("28") => "the server refuses the user or the password of store.url",
        _ => OURS,
    }
}

/// A stored value that this program cannot read.
pub(super) fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} is not understood").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_about_a_server_that_he_does_not_have() {
        for source in [|| sqlx::Error::PoolTimedOut, || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())] {
            let told =
                |place: &str| Error::Database { purpose: "read", place: place.into(), source: source() }.to_string();
            assert!(told("postgres://db:5432/reconciler").contains("is PostgreSQL up"));
            let of_a_file = told("state/reconciler.db");
            assert!(of_a_file.contains("does the volume answer") && !of_a_file.contains("PostgreSQL"), "{of_a_file}");
        }
    }
}
