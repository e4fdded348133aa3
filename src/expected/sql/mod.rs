//! Registers as queries to a database.
//!
//! Invariant: all three are of one moment, read in one transaction that can write nothing; a result is read to its end
//! or the register is refused. Rows stream: none is kept but as a value of the register.
//!
//! A query is what `expected.accounts` holds; columns are found by name, and what is not ours is never looked at. Rows
//! count from 1 in the order in which the database gives them: a query without ORDER BY may give another one each night.

mod array;
mod faults;
mod intake;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::time::{sleep, timeout};

use super::accounts::Accounts;
use super::contacts::Contacts;
use super::exceptions::Exceptions;
use super::faults::Fault;
use super::table::Table;
use crate::config::Expected;
use crate::domain::{Address, Register};
use faults::{Trouble, out_of_time};
use intake::Intake;

/// For everything: connecting, all queries, all rows. Together with [`PAUSES`] it is the longest that a run waits.
const PATIENCE: Duration = Duration::from_secs(600);

/// Before the whole reading begins again, because the connection broke or the database was about to start.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// What the reading is about.
struct Wish<'w> {
    url: &'w SecretString,
    settings: &'w Expected,
    default_member: &'w Address,
    zone: Tz,
}

pub(super) async fn read(
    url: &SecretString,
    settings: &Expected,
    default_member: &Address,
    zone: Tz,
) -> Result<Register, Vec<Fault>> {
    let wish = Wish { url, settings, default_member, zone };
    let attempts = async {
        let mut pauses = PAUSES.iter();
        loop {
            let troubles = match attempt(&wish).await {
                Ok(register) => return Ok(register),
                Err(troubles) => troubles,
            };
            match pauses.next() {
                Some(pause) if troubles.iter().all(Trouble::may_pass) => sleep(*pause).await,
                _ => return Err(troubles.into_iter().flat_map(Trouble::into_faults).collect()),
            }
        }
    };
    timeout(PATIENCE, attempts).await.unwrap_or_else(|_| Err(vec![out_of_time(PATIENCE)]))
}

/// Reads everything once.
async fn attempt(wish: &Wish<'_>) -> Result<Register, Vec<Trouble>> {
    let mut reading = Reading {
        database: Database::open(wish.url).await.map_err(|trouble| vec![trouble])?,
        zone: wish.zone,
        register: Register::default(),
        hash: Sha256::new(),
        troubles: Vec::new(),
    };
    let settings = wish.settings;
    reading.table("accounts", &settings.accounts, |source| Accounts::new(source, wish.default_member)).await;
    reading.table("contacts", &settings.contacts, Contacts::new).await;
    if let Some(exceptions) = &settings.exceptions {
        reading.table("exceptions", exceptions, Exceptions::new).await;
    }
    reading.database.close().await;
    if !reading.troubles.is_empty() {
        return Err(reading.troubles);
    }
    reading.register.fingerprint = reading.hash.finalize().into();
    Ok(reading.register)
}

/// A register on its way.
struct Reading {
    database: Database,
    zone: Tz,
    register: Register,
    hash: Sha256,
    troubles: Vec<Trouble>,
}

impl Reading {
    /// Reads one query, also after another one failed, so that all faults are told; not without a connection.
    async fn table<T: Table>(&mut self, name: &'static str, query: &str, table: impl FnOnce(&str) -> T) {
        if self.troubles.iter().any(Trouble::may_pass) {
            return;
        }
        let table = table(&format!("{name} query, result"));
        let mut intake = Intake::new(table, self.zone, &mut self.register, &mut self.hash);
        let read = match &mut self.database {
            Database::Sqlite(database) => database.read(query, &mut intake).await,
            Database::Postgres(database) => database.read(query, &mut intake).await,
        };
        intake.end();
        if let Err(why) = read {
            self.troubles.push(Trouble { about: format!("{name} query"), why });
        }
    }
}

/// A transaction in which nothing can be written.
enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

impl Database {
    async fn open(url: &SecretString) -> Result<Self, Trouble> {
        let text = url.expose_secret();
        if text.starts_with("sqlite:") {
            sqlite::Database::open(text).await.map(Self::Sqlite)
        } else {
            postgres::Database::open(text).await.map(Self::Postgres)
        }
    }

    /// Says goodbye. Everything was read, so a fault of it means nothing.
    async fn close(&mut self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}
