//! Registers in CSV files.

use std::fs::File;
use std::io::Read;

use sha2::{Digest as _, Sha256};

use super::accounts::Accounts;
use super::blocks::Blocks;
use super::contacts::Contacts;
use super::csv::Sheet;
use super::exceptions::Exceptions;
use super::faults::Fault;
use super::table::Table;
use crate::config::Expected;
use crate::domain::{Address, Register};

pub(super) fn read(settings: &Expected, default_member: &Address) -> Result<Register, Vec<Fault>> {
    let mut register = Register::default();
    let mut faults = Vec::new();
    let mut hash = Sha256::new();
    let (accounts, contacts) = (&settings.accounts, &settings.contacts);
    let mut note = |outcome: Result<(), Vec<Fault>>| faults.extend(outcome.err().unwrap_or_default());
    note(file(accounts, Accounts::new(accounts, default_member), &mut register, &mut hash));
    note(file(contacts, Contacts::new(contacts), &mut register, &mut hash));
    if let Some(exceptions) = &settings.exceptions {
        note(file(exceptions, Exceptions::new(exceptions), &mut register, &mut hash));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    register.fingerprint = hash.finalize().into();
    Ok(register)
}

fn file<T: Table>(path: &str, mut table: T, register: &mut Register, hash: &mut Sha256) -> Result<(), Vec<Fault>> {
    let sheet = Sheet::open(path, open(path, hash)?, T::COLUMNS)?;
    sheet.each(|row| table.take(&row, register)).map(drop)
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

pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Fault {
    let problem = format!("the file cannot be read: {}", error.kind());
    let remedy = "correct the path in the section [expected] (it begins in the working directory), or the permissions";
    Fault { file: file.to_owned(), line: None, problem, remedy: remedy.into() }
}
