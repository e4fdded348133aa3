//! What is remembered from night to night. Knows SQL; nobody else does.
//!
//! Invariant: whoever writes holds the [`Lease`], proves it inside the very transaction, and a committed transaction
//! survives a power cut: a mail's intent is on the disk before its dialogue begins.
//!
//! * `sql` – how SQLite and PostgreSQL are asked in the same words · `sqlite`, `postgres` – how each is opened
//! * `open`, `migrate` – the database and its schema · `lease` – who may write · `runs` – beginnings and endings
//! * `history` – everything earlier runs left, as `domain::History` · `remember` – what tonight changed of it, each
//!   with `accounts`, `sightings` and `business_centers` for the tables of that name
//! * `trend` – the nights of the reports' trend · `present` – what the tables say now, by fingerprint
//! * `mails`, `outbox` – mails, their intents and outcomes, written `together`
//! * `retention`, `forget` – what is kept no longer, and what is known of a person no more
//! * `notes`, `story` – what the newest run said of an account, and all that is stored of one

mod accounts;
mod business_centers;
mod error;
mod forget;
mod history;
mod landmarks;
mod lease;
mod mails;
mod migrate;
mod names;
mod notes;
mod open;
mod outbox;
mod packed;
mod postgres;
mod present;
mod remember;
mod retention;
mod runs;
mod sightings;
mod sql;
mod sqlite;
mod story;
#[cfg(test)]
mod tests;
mod together;
mod trend;

use std::sync::Arc;

use error::Place;
use sql::Pool;
use together::Together;

pub use error::Error;
pub use forget::Forgotten;
pub use lease::{Acquired, Lease};
pub use mails::{Intended, MailIntent, MailKind, PastDigest, StoredMail};
pub use present::Present;
pub use retention::Removed;
pub use runs::{FaultyCall, NewRun, RunEnding, RunRow, RunSeq};
pub use story::{AccountStory, ListedIn, PastPlace, PastState};

/// The store. Clones share one set of connections.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    place: Place,
    together: Arc<Together>,
}

impl Store {
    /// Names purpose and place of a fault.
    fn failed(&self, purpose: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
        let place = self.place();
        move |source| Error::Database { purpose, place, source }
    }

    fn place(&self) -> Place {
        Arc::clone(&self.place)
    }

    /// Ends all connections; SQLite then folds its write-ahead log into the database.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
