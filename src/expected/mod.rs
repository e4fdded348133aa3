//! What should be shared: reads the registers of Campaign Mapping.
//!
//! Invariant: every row is either a value of the [`Register`] or one of its bad rows; a file of which that cannot be
//! said is refused whole. Nothing here compares rows with one another: that is judged later.

mod accounts;
mod blocks;
mod contacts;
mod csv;
mod draft;
mod exceptions;
mod faults;
mod record;
mod row;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;

use sha2::{Digest, Sha256};

use blocks::Blocks;

pub use draft::{draft, draft_json};
pub use faults::{Error, Fault};

use crate::config::{Expected, Source};
use crate::domain::{Address, Register};

/// Reads all registers; a row without a member of its own gets the default.
///
/// # Errors
/// [`Error::Refused`] with every fault of every file, where one cannot be read as a register.
pub async fn read(settings: &Expected, default_member: &Address) -> Result<Register, Error> {
    match settings.source {
        Source::Csv => {}
        Source::Sql { .. } => return Err(Error::NotBuilt("sql")),
        Source::Http { .. } => return Err(Error::NotBuilt("http")),
    }
    let (settings, member) = (settings.clone(), default_member.clone());
    // A million rows are a second of work, which would hold up everything else.
    tokio::task::spawn_blocking(move || read_files(&settings, &member)).await.map_err(|_| Error::Stopped)?
}

fn read_files(settings: &Expected, default_member: &Address) -> Result<Register, Error> {
    let mut register = Register::default();
    let mut faults = Vec::new();
    let mut hash = Sha256::new();
    let (accounts, contacts) = (&settings.accounts, &settings.contacts);
    let mut note = |outcome: Result<(), Vec<Fault>>| faults.extend(outcome.err().unwrap_or_default());
    note(open(accounts, &mut hash).and_then(|blocks| accounts::read(accounts, blocks, default_member, &mut register)));
    note(open(contacts, &mut hash).and_then(|blocks| contacts::read(contacts, blocks, &mut register)));
    if let Some(file) = &settings.exceptions {
        note(open(file, &mut hash).and_then(|blocks| exceptions::read(file, blocks, &mut register)));
    }
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    register.fingerprint = hash.finalize().into();
    Ok(register)
}

/// Opens a file; what is read of it goes into the hash.
fn open<'h>(file: &str, hash: &'h mut Sha256) -> Result<Blocks<Hashed<'h>>, Vec<Fault>> {
    let opened = File::open(file).and_then(|opened| Ok((opened.metadata()?.len(), opened)));
    let (length, opened) = opened.map_err(|error| vec![unreadable(file, &error)])?;
    // With its length, so that no byte can move from one file to the next unseen.
    hash.update(length.to_le_bytes());
    Ok(Blocks::new(Hashed { file: opened, hash }))
}

/// A file, and the hash over it.
struct Hashed<'h> {
    file: File,
    hash: &'h mut Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Fault {
    let problem = format!("the file cannot be read: {}", error.kind());
    let remedy = "correct the path in the section [expected] (it begins in the working directory), or the permissions";
    Fault { file: file.to_owned(), line: None, problem, remedy: remedy.into() }
}
