//! Mails: intents before the dialogue with the server, outcomes after it.
//!
//! Invariant: no dialogue without a stored `intended`. Whatever finds an `intended` that is not its own found a killed
//! run's, and that mail is doubtful. A person has one row a day, by the database's own constraint.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::error::unreadable;
use super::runs::signed;
use super::{Error, Lease, RunSeq, Store, bulk};
use crate::domain::{AccountKey, Address, MailOutcome};

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
        gaps: Vec<AccountKey>,
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
    /// The finished message, for [`MailOutcome::Deferred`]; else empty.
    pub bytes: Vec<u8>,
}

/// A mail that a killed run left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtfulMail {
    /// `Message-ID`.
    pub message_id: String,
    /// To whom; none for a digest.
    pub person: Option<Address>,
    /// Its day.
    pub day: NaiveDate,
}

/// A digest of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastDigest {
    /// What it said.
    pub verdict: String,
    /// Its number on the day.
    pub number: u32,
    /// How it ended.
    pub outcome: MailOutcome,
}

impl Store {
    /// Stores, durably, that a mail is about to be sent, unless its person has one of that day.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written: then the mail must not be sent.
    pub async fn intend(&self, mail: &MailIntent, lease: &Lease) -> Result<Intended, Error> {
        let purpose = "store that a mail is about to be sent";
        let mut tx = self.fenced(lease, purpose).await?;
        let intended = intend(&mut tx, mail).await.map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        Ok(intended)
    }

    /// Stores, durably, that a deferred mail is about to be sent again; gives its bytes.
    ///
    /// # Errors
    /// It is not deferred, the lease is lost, or the store cannot be written: then it must not be sent.
    pub async fn intend_again(&self, message_id: &str, lease: &Lease) -> Result<StoredMail, Error> {
        let purpose = "store that a mail is about to be sent again";
        let mut tx = self.fenced(lease, purpose).await?;
        let again = again(&mut tx, message_id).await.map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        again.ok_or_else(|| Error::NotIntended { path: self.path.as_ref().clone() })
    }

    /// Stores how a mail ended.
    ///
    /// # Errors
    /// No such intent is open, the lease is lost, or the store cannot be written.
    pub async fn settle(
        &self,
        message_id: &str,
        outcome: MailOutcome,
        reply: Option<&str>,
        at: DateTime<Utc>,
        lease: &Lease,
    ) -> Result<(), Error> {
        let purpose = "store how a mail ended";
        let mut tx = self.fenced(lease, purpose).await?;
        let done = sqlx::query(
            "UPDATE mails SET outcome = $1, reply = $2, outcome_at = $3 WHERE message_id = $4 AND outcome = 'intended'",
        )
        .bind(outcome.as_str())
        .bind(reply)
        .bind(at)
        .bind(message_id)
        .execute(&mut *tx)
        .await
        .map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        if done.rows_affected() == 0 {
            return Err(Error::NotIntended { path: self.path.as_ref().clone() });
        }
        Ok(())
    }

    /// Marks what killed runs left open as doubtful, and says what that is. To be called before the first intent.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written.
    pub async fn doubtful_intents(&self, at: DateTime<Utc>, lease: &Lease) -> Result<Vec<DoubtfulMail>, Error> {
        let purpose = "find the mails of killed runs";
        let mut tx = self.fenced(lease, purpose).await?;
        let rows = sqlx::query(
            "UPDATE mails SET outcome = 'doubtful', outcome_at = $1 WHERE outcome = 'intended'
             RETURNING message_id, person, day",
        )
        .bind(at)
        .fetch_all(&mut *tx)
        .await
        .map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        let mut mails = rows
            .iter()
            .map(|row| Ok(DoubtfulMail { message_id: row.try_get(0)?, person: person(row, 1)?, day: row.try_get(2)? }))
            .collect::<sqlx::Result<Vec<_>>>()
            .map_err(self.failed(purpose))?;
        mails.sort_by(|a, b| (a.day, &a.message_id).cmp(&(b.day, &b.message_id)));
        Ok(mails)
    }

    /// The mails to persons and the digests of a day, in the order in which they were intended; with bytes where they
    /// are to be sent again.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn mails_of_day(&self, day: NaiveDate) -> Result<Vec<StoredMail>, Error> {
        sqlx::query(
            "SELECT message_id, person, outcome, CASE outcome WHEN 'deferred' THEN bytes ELSE X'' END FROM mails
             WHERE day = $1 ORDER BY created_at, message_id",
        )
        .bind(day)
        .fetch_all(&self.pool)
        .await
        .and_then(|rows| rows.iter().map(stored_mail).collect())
        .map_err(self.failed("read the mails of the day"))
    }

    /// The digests of a day, by number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn digests_of_day(&self, day: NaiveDate) -> Result<Vec<PastDigest>, Error> {
        let read = |row: &SqliteRow| {
            Ok(PastDigest { verdict: row.try_get(0)?, number: row.try_get(1)?, outcome: outcome(row, 2)? })
        };
        sqlx::query("SELECT verdict, number, outcome FROM mails WHERE kind = 'digest' AND day = $1 ORDER BY number")
            .bind(day)
            .fetch_all(&self.pool)
            .await
            .and_then(|rows| rows.iter().map(read).collect())
            .map_err(self.failed("read the digests of the day"))
    }
}

async fn intend(conn: &mut SqliteConnection, mail: &MailIntent) -> sqlx::Result<Intended> {
    let (kind, person, episode, number, verdict, gaps): (_, _, _, _, _, &[AccountKey]) = match &mail.kind {
        MailKind::Person { person, episode, number, gaps } => ("person", person.as_str(), *episode, *number, "", gaps),
        MailKind::Digest { verdict, number } => ("digest", "", mail.day, *number, verdict.as_str(), &[]),
    };
    let there = sqlx::query(
        "SELECT message_id, outcome, day FROM mails
         WHERE message_id = $1 OR (kind = 'person' AND person = $2 AND day = $3) ORDER BY day DESC LIMIT 1",
    )
    .bind(&mail.message_id)
    .bind(person)
    .bind(mail.day)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(there) = there {
        let (message_id, outcome): (String, _) = (there.try_get(0)?, outcome(&there, 1)?);
        let of_another_day = there.try_get::<NaiveDate, _>(2)? != mail.day;
        if of_another_day && matches!(outcome, MailOutcome::Deferred | MailOutcome::Failed) {
            // Refused then, and never accepted: the new day's mail of the same number replaces it.
            sqlx::query("DELETE FROM mails WHERE message_id = $1").bind(&message_id).execute(&mut *conn).await?;
        } else if let Some(stored) = again(conn, &message_id).await? {
            return Ok(Intended::Again(stored));
        } else {
            return Ok(Intended::Already(outcome));
        }
    }
    sqlx::query(
        "INSERT INTO mails (message_id, seq, kind, person, day, episode, number, verdict, bytes, outcome, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'intended', $10)",
    )
    .bind(&mail.message_id)
    .bind(mail.run.0)
    .bind(kind)
    .bind(person)
    .bind(mail.day)
    .bind(episode)
    .bind(number)
    .bind(verdict)
    .bind(&mail.bytes)
    .bind(mail.at)
    .execute(&mut *conn)
    .await?;
    bulk::write(
        conn,
        "INSERT INTO mail_gaps (message_id, country_key, code_key, account_id)",
        4,
        "ON CONFLICT DO NOTHING",
        gaps,
        |statement, gap| {
            let (country, code) = gap.client.as_ref().map_or(("", ""), |client| (&*client.country, &*client.code));
            statement
                .bind(mail.message_id.clone())
                .bind(country.to_owned())
                .bind(code.to_owned())
                .bind(signed(gap.account_id.get()))
        },
    )
    .await?;
    Ok(Intended::New)
}

/// Turns a deferred mail into an intended one again.
async fn again(conn: &mut SqliteConnection, message_id: &str) -> sqlx::Result<Option<StoredMail>> {
    let row = sqlx::query(
        "UPDATE mails SET outcome = 'intended', outcome_at = NULL WHERE message_id = $1 AND outcome = 'deferred'
         RETURNING message_id, person, outcome, bytes",
    )
    .bind(message_id)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(stored_mail).transpose()
}

fn stored_mail(row: &SqliteRow) -> sqlx::Result<StoredMail> {
    Ok(StoredMail {
        message_id: row.try_get(0)?,
        person: person(row, 1)?,
        outcome: outcome(row, 2)?,
        bytes: row.try_get(3)?,
    })
}

pub(super) fn outcome(row: &SqliteRow, column: usize) -> sqlx::Result<MailOutcome> {
    MailOutcome::parse(row.try_get(column)?).ok_or_else(|| unreadable("a mail's outcome"))
}

/// The person of a mail; none where the column is empty.
pub(super) fn person(row: &SqliteRow, column: usize) -> sqlx::Result<Option<Address>> {
    let text: &str = row.try_get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    Address::parse(text).map(Some).ok_or_else(|| unreadable("a person's address"))
}
