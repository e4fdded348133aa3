//! One register's pages on their way into it.

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};
use tokio::task::{JoinHandle, spawn_blocking};

use super::answer::Format;
use super::body::{Body, Coming};
use super::json::{self, Seen};
use crate::domain::Register;
use crate::expected::blocks::Blocks;
use crate::expected::column::Wrong;
use crate::expected::csv::Sheet;
use crate::expected::faults::Fault;
use crate::expected::laid::Laid;
use crate::expected::table::Table;

/// What goes from one register to the next.
#[derive(Default)]
pub(super) struct Carried {
    pub(super) register: Register,
    pub(super) hash: Sha256,
}

/// Takes page after page. A thread holds it while it makes rows of one; nobody else asks for it then.
pub(super) struct Intake<T>(Arc<Mutex<Work<T>>>);

/// All that a page changes.
struct Work<T> {
    source: String,
    table: T,
    laid: Laid,
    /// Of JSON, over all pages.
    seen: Seen,
    /// The line that comes next.
    line: u64,
    /// What may still come, decompressed.
    bytes_left: u64,
    carried: Carried,
}

/// Where a page began.
pub(super) struct Mark {
    rows: [usize; 5],
    hash: Sha256,
    seen: Seen,
    line: u64,
    bytes_left: u64,
}

impl<T: Table + Send + 'static> Intake<T> {
    pub(super) fn new(source: &str, table: T, zone: Tz, bytes_left: u64, carried: Carried) -> Self {
        let laid = Laid::new(T::COLUMNS, zone);
        let source = source.to_owned();
        Self(Arc::new(Mutex::new(Work { source, table, laid, seen: Seen::default(), line: 1, bytes_left, carried })))
    }

    /// What a thread left that panicked is refused with it, so nothing of it counts.
    fn work(&self) -> MutexGuard<'_, Work<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn bytes_left(&self) -> u64 {
        self.work().bytes_left
    }

    /// Begins to make rows of a body, on a thread of its own.
    pub(super) fn parse(&self, format: Format, body: Coming) -> JoinHandle<Result<(), Vec<Fault>>> {
        let shared = Self(self.0.clone());
        spawn_blocking(move || {
            let mut work = shared.work();
            let mut body = body.open();
            let read = match format {
                Format::Csv => work.csv(&mut body),
                Format::Json => work.json(&mut body),
            };
            work.bytes_left = body.bytes_left;
            read
        })
    }

    pub(super) fn mark(&self) -> Mark {
        let work = self.work();
        let Register { accounts, contacts, exceptions, bad_rows, account_rows, .. } = &work.carried.register;
        let rows = [accounts.len(), contacts.len(), exceptions.len(), bad_rows.len(), *account_rows];
        let (hash, seen) = (work.carried.hash.clone(), work.seen.clone());
        Mark { rows, hash, seen, line: work.line, bytes_left: work.bytes_left }
    }

    /// Takes back what came after the mark.
    pub(super) fn back_to(&self, mark: Mark) {
        let mut work = self.work();
        let [accounts, contacts, exceptions, bad_rows, account_rows] = mark.rows;
        let register = &mut work.carried.register;
        register.accounts.truncate(accounts);
        register.contacts.truncate(contacts);
        register.exceptions.truncate(exceptions);
        register.bad_rows.truncate(bad_rows);
        register.account_rows = account_rows;
        (work.carried.hash, work.seen) = (mark.hash, mark.seen);
        (work.line, work.bytes_left) = (mark.line, mark.bytes_left);
    }

    /// There are no more pages. Refuses objects of which none has a required key: it was never meant to be one of ours.
    pub(super) fn end(self) -> (Carried, Vec<Fault>) {
        let mut work = self.work();
        let line = work.line;
        work.carried.hash.update(line.to_le_bytes());
        let faults = work.seen.missing(T::COLUMNS).map(|name| Fault {
            file: work.source.clone(),
            line: None,
            problem: format!("{}; the objects have: {}", Wrong::Missing(name), work.seen.others()),
            remedy: "let the service give the keys these names".to_owned(),
        });
        let faults = faults.collect();
        (std::mem::take(&mut work.carried), faults)
    }
}

impl<T: Table> Work<T> {
    fn csv(&mut self, body: &mut Body) -> Result<(), Vec<Fault>> {
        let Carried { register, hash, .. } = &mut self.carried;
        let blocks = Blocks::new(Hashed { body, hash }).beginning_at(self.line);
        let sheet = Sheet::open(&self.source, blocks, T::COLUMNS)?;
        self.line = sheet.each(|row| self.table.take(&row, register))?;
        Ok(())
    }

    fn json(&mut self, body: &mut Body) -> Result<(), Vec<Fault>> {
        let Carried { register, hash, .. } = &mut self.carried;
        let (line, table) = (&mut self.line, &mut self.table);
        let read = json::read(Hashed { body, hash }, T::COLUMNS, &mut self.laid, &mut self.seen, |laid| {
            table.take(&laid.row(*line), register);
            *line += 1;
        });
        read.map_err(|problem| {
            let remedy = "let the service answer with a list of objects: [{…}, …]".to_owned();
            vec![Fault { file: self.source.clone(), line: None, problem, remedy }]
        })
    }
}

/// A body, and the hash over it.
struct Hashed<'b> {
    body: &'b mut Body,
    hash: &'b mut Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.body.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}
