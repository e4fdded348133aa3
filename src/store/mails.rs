//! Mails as they are stored.
//!
//! Invariant: a person has one row a day, by the database's own constraint. `outbox` writes them.

use chrono::{DateTime, NaiveDate, Utc};

use super::error::unreadable;
use super::sql::{Access, Row};
use super::{Error, RunSeq, Store};
use crate::domain::{Address, MailContent, MailOutcome};

/// A mail that is about to be sent.
#[derive(Clone, Debug)]
pub struct MailIntent {
    /// The run that wrote it.
    pub run: RunSeq,
    /// `Message-ID`.
    pub message_id: String,
    /// Calendar day for which it is written.
    pub day: NaiveDate,
    /// To whom, and what of it is remembered.
    pub kind: MailKind,
    /// The finished message.
    pub bytes: Vec<u8>,
    /// By the machine's clock.
    pub at: DateTime<Utc>,
}

/// To whom a mail goes.
#[derive(Clone, Debug)]
pub enum MailKind {
    /// To a contact.
    Person {
        /// The address.
        person: Address,
        /// First day of the episode.
        episode: NaiveDate,
        /// Number in the episode, from 1.
        number: u32,
        /// What it lists.
        content: MailContent,
    },
    /// To the operators.
    Digest {
        /// What it says, in a form that changes when that does.
        verdict: String,
        /// Number on the day, from 1.
        number: u32,
    },
}

/// What came of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intended {
    /// Stored: send it.
    New,
    /// An earlier run of the day was refused for now: send these bytes, not the new ones.
    Again(StoredMail),
    /// The person has had today's mail, or may have: send nothing.
    Already(MailOutcome),
}

/// A stored mail with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// `Message-ID`.
    pub message_id: String,
    /// To whom; none for a digest.
    pub person: Option<Address>,
    /// How it ended so far.
    pub outcome: MailOutcome,
    /// The finished message, where it waits or is to be sent again; else empty.
    pub bytes: Vec<u8>,
}

/// A digest of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastDigest {
    /// What it said.
    pub verdict: String,
    /// Its number on the day.
    pub number: u32,
}

impl Store {
    /// The mails to persons and the digests of a day, in the order in which they were intended; with bytes where they
    /// are to be sent again.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn mails_of_day(&self, day: NaiveDate) -> Result<Vec<StoredMail>, Error> {
        let read = async {
            let mut tx = self.pool.begin(Access::Read).await?;
            let rows = tx.query(
                "SELECT message_id, person, outcome, CASE outcome
                     WHEN 'deferred' THEN (SELECT bytes FROM mail_bytes WHERE mail_bytes.message_id = mails.message_id)
                 END FROM mails WHERE day = $1 ORDER BY created_at, message_id",
            );
            rows.bind(day).all().await?.iter().map(stored_mail).collect::<sqlx::Result<_>>()
        };
        read.await.map_err(self.failed("read the mails of the day"))
    }

    /// The digests of a day, by number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn digests_of_day(&self, day: NaiveDate) -> Result<Vec<PastDigest>, Error> {
        let digest = |row: &Row| Ok(PastDigest { verdict: row.get(0)?, number: number(row, 1)? });
        let read = async {
            let mut tx = self.pool.begin(Access::Read).await?;
            let rows = tx.query("SELECT verdict, number FROM mails WHERE kind = 'digest' AND day = $1 ORDER BY number");
            rows.bind(day).all().await?.iter().map(digest).collect::<sqlx::Result<_>>()
        };
        read.await.map_err(self.failed("read the digests of the day"))
    }
}

pub(super) fn stored_mail(row: &Row) -> sqlx::Result<StoredMail> {
    Ok(StoredMail {
        message_id: row.get(0)?,
        person: person(row, 1)?,
        outcome: outcome(row, 2)?,
        bytes: row.get::<Option<_>>(3)?.unwrap_or_default(),
    })
}

pub(super) fn outcome(row: &Row, column: usize) -> sqlx::Result<MailOutcome> {
    MailOutcome::parse(row.get(column)?).ok_or_else(|| unreadable("a mail's outcome"))
}

/// A mail's number.
pub(super) fn number(row: &Row, column: usize) -> sqlx::Result<u32> {
    u32::try_from(row.get::<i64>(column)?).map_err(|_| unreadable("a mail's number"))
}

/// The person of a mail; none where the column is empty.
pub(super) fn person(row: &Row, column: usize) -> sqlx::Result<Option<Address>> {
    let text: &str = row.get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    Address::parse(text).map(Some).ok_or_else(|| unreadable("a person's address"))
}
