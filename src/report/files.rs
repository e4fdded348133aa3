//! The files of a report, and the manifest that names them.
//!
//! Invariant: the manifest says what was written, counted and hashed on its way, and is the last file of a report:
//! where it is absent, there is no report.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of the file that makes a report whole.
pub(super) const MANIFEST: &str = "manifest.json";

/// A file's name, with `/` for a folder in between, and what writes it: a table of a million rows is never in memory.
pub(super) type NewFile<'a> = (&'a str, Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'a>);

/// `manifest.json`.
#[derive(Deserialize, Serialize)]
pub(super) struct Manifest {
    pub(super) run_id: String,
    pub(super) files: Vec<Entry>,
}

/// A file in it.
#[derive(Deserialize, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// Size and hash of what goes through to where it is written.
pub(super) struct Counted<W> {
    pub(super) to: W,
    size: u64,
    hash: Sha256,
}

impl<W> Counted<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, size: 0, hash: Sha256::new() }
    }

    /// The file as the manifest names it, and where it was written to.
    pub(super) fn ends(self, name: &str) -> (Entry, W) {
        let sha256 = hex(&self.hash.finalize());
        (Entry { name: name.to_owned(), size: self.size, sha256 }, self.to)
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.size += written as u64;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|n| char::from(b"0123456789abcdef"[usize::from(n)]))
        .collect()
}
