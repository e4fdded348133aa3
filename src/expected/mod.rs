//! What should be shared: reads the registers of Campaign Mapping.
//!
//! Invariant: every row is either a value of the [`Register`] or one of its bad rows; a file of which that cannot be
//! said is refused whole. Nothing here compares rows with one another: that is judged later.

mod accounts;
mod contacts;
mod csv;
mod exceptions;
mod faults;
mod row;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

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
    let mut fetch = |file: &str| {
        let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
        // With its length, so that no byte can move from one file to the next unseen.
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
        Ok(bytes)
    };
    let mut note = |outcome: Result<(), Vec<Fault>>| faults.extend(outcome.err().unwrap_or_default());
    let (accounts, contacts) = (&settings.accounts, &settings.contacts);
    note(fetch(accounts).and_then(|bytes| accounts::read(accounts, &bytes, default_member, &mut register)));
    note(fetch(contacts).and_then(|bytes| contacts::read(contacts, &bytes, &mut register)));
    if let Some(file) = &settings.exceptions {
        note(fetch(file).and_then(|bytes| exceptions::read(file, &bytes, &mut register)));
    }
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    register.fingerprint = hash.finalize().into();
    Ok(register)
}

fn unreadable(file: &str, error: &std::io::Error) -> Vec<Fault> {
    let problem = format!("the file cannot be read: {}", error.kind());
    let remedy = "correct the path in the section [expected] (it begins in the working directory), or the permissions";
    vec![Fault { file: file.to_owned(), line: None, problem, remedy: remedy.into() }]
}
