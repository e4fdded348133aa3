//! A SQLite file on a volume that cannot be written: the store's or the register's.
//!
//! Invariant: a file is taken as it is, past all locks and journals, only where SQLite could create nothing beside it,
//! and nothing that belongs to it lies there.

use std::io::ErrorKind;
use std::path::Path;

/// Whether a file that could not be opened may be taken as it is (`immutable`), by SQLite's primary result code.
///
/// A file with a write-ahead log needs a writable folder even for reading. Any other fault, above all that somebody holds
/// the file, and a log or journal with content mean that the file alone is not what was committed.
pub(crate) fn may_be_taken_as_it_is(path: &Path, code: i32) -> bool {
    const READ_ONLY: i32 = 8;
    const CANNOT_OPEN: i32 = 14;
    // SQLite follows links, and has its files beside the file itself.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    matches!(code, READ_ONLY | CANNOT_OPEN) && ["-wal", "-journal"].iter().all(|end| is_empty(&path, end))
}

/// Whether the file of this name with this ending holds nothing, or is not there.
fn is_empty(path: &Path, end: &str) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push(end);
    match std::fs::metadata(beside) {
        Ok(meta) => meta.len() == 0,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
