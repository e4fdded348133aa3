//! What can go wrong with the store, and what to do about it.
//!
//! Invariant: no message shows a password, an address or a value of a row; each names the purpose, the place and a remedy.

use std::path::PathBuf;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configured address is none.
    #[error("store.url is not understood ({reason}); write sqlite://PATH")]
    Url {
        /// What is wrong; never the address itself.
        reason: &'static str,
    },
    /// PostgreSQL.
    #[error("store.url begins with postgres://, and that store is not built yet; write sqlite://PATH")]
    NotBuilt,
    /// The folder of the database.
    #[error("cannot create the store's folder {}: {source}; is the volume mounted and writable?", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A statement failed.
    #[error("cannot {purpose} in the store {}: {source}; {}", path.display(), remedy(source))]
    Database {
        /// What was to be done, as a verb.
        purpose: &'static str,
        /// The database.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// A newer program wrote the store.
    #[error("the store {} has schema {found}, and this program knows {known}; start the newer program again", path.display())]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// An older program wrote the store, and it was opened for reading only.
    #[error("the store {} has schema {found}, and this program needs {known}; the next `run` brings it up to date", path.display())]
    OlderSchema {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The one that this program needs.
        known: i64,
    },
    /// Somebody else took the lease: nothing of this process may be written or mailed any more.
    #[error("the lease on the store {} was lost to another run; nothing more is written or mailed by this one", path.display())]
    LeaseLost {
        /// The database.
        path: PathBuf,
    },
    /// The mail is not waiting for an outcome.
    #[error("a mail that was to be settled has no stored intent in the store {}; it is not counted", path.display())]
    NotIntended {
        /// The database.
        path: PathBuf,
    },
    /// SQLite finds the file damaged.
    #[error("the store {} is damaged: {finding}; stop all runs and restore it from the last backup", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// SQLite's first finding.
        finding: String,
    },
}

impl Error {
    /// Whether another process holds the database and it is worth trying again.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Database { source, .. } if matches!(primary_code(source), Some(5 | 6)))
    }
}

/// SQLite's primary result code.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// What to do about a fault, by SQLite's result code.
fn remedy(error: &sqlx::Error) -> &'static str {
    match primary_code(error) {
        Some(5 | 6) => "another program holds the database; end it or try again",
        Some(8) => "is the volume read-only?",
        Some(10) => "the disk failed; check the volume",
        Some(11 | 26) => "the file is damaged or no SQLite database; restore it from the last backup",
        Some(13) => "the disk is full; make room and run again",
        Some(14) => "does the folder exist, and is the volume read-only?",
        _ => "run `check`; if it stays, this is a fault of the program",
    }
}

/// A stored value that this program cannot read.
pub(super) fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} is not understood").into())
}
