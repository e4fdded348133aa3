//! Intents before the dialogue with the mail server, outcomes after it.
//!
//! Invariant: no dialogue without a stored `intended`. Whoever finds an `intended` that is not his own found a killed
//! run's, and that mail is doubtful.

use super::mails::{outcome, stored_mail};
use super::sql::{self, Transaction};
use super::together::{Write, Written};
use super::{Error, Intended, Lease, MailIntent, MailKind, Store, StoredMail};
use crate::domain::{AccountKey, MailContent, MailOutcome};
use chrono::{DateTime, Utc};

impl Store {
    /// Stores, durably, that a mail is about to be sent, unless its person has one of that day.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written: then the mail must not be sent.
    pub async fn intend(&self, mail: &MailIntent, lease: &Lease) -> Result<Intended, Error> {
        let intent = Write::Intend(Box::new(mail.clone()));
        match self.write(intent, "store that a mail is about to be sent", lease).await? {
            Written::Intended(intended) => Ok(intended),
            Written::Again(_) | Written::Settled(_) => Err(self.not_intended()),
        }
    }

    /// Stores, durably, that a deferred mail is about to be sent again; gives its bytes.
    ///
    /// # Errors
    /// It is not deferred, the lease is lost, or the store cannot be written: then it must not be sent.
    pub async fn intend_again(&self, message_id: &str, lease: &Lease) -> Result<StoredMail, Error> {
        let again = Write::Again(message_id.to_owned());
        match self.write(again, "store that a mail is about to be sent again", lease).await? {
            Written::Again(Some(stored)) => Ok(stored),
            Written::Again(None) | Written::Intended(_) | Written::Settled(_) => Err(self.not_intended()),
        }
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
        let settle = Write::Settle { message_id: message_id.to_owned(), outcome, reply: reply.map(str::to_owned), at };
        match self.write(settle, "store how a mail ended", lease).await? {
            Written::Settled(true) => Ok(()),
            Written::Settled(false) | Written::Intended(_) | Written::Again(_) => Err(self.not_intended()),
        }
    }

    fn not_intended(&self) -> Error {
        Error::NotIntended { place: self.place() }
    }

    /// Marks what killed runs left open as doubtful, and says how many mails that are. To be called before the first
    /// intent.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written.
    pub async fn doubtful_intents(&self, at: DateTime<Utc>, lease: &Lease) -> Result<u64, Error> {
        let purpose = "find the mails of killed runs";
        let mut tx = self.fenced(lease, purpose).await?;
        let doubtful = tx
            .query("UPDATE mails SET outcome = 'doubtful', outcome_at = $1 WHERE outcome = 'intended'")
            .bind(at)
            .run()
            .await
            .map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        Ok(doubtful)
    }
}

/// One write, inside a transaction.
pub(super) async fn apply(tx: &mut Transaction, write: &Write) -> sqlx::Result<Written> {
    match write {
        Write::Intend(mail) => intend(tx, mail).await.map(Written::Intended),
        Write::Again(message_id) => again(tx, message_id).await.map(Written::Again),
        Write::Settle { message_id, outcome, reply, at } => {
            let settled = tx.query(
                "UPDATE mails SET outcome = $1, reply = $2, outcome_at = $3 WHERE message_id = $4 AND outcome = 'intended'",
            )
            .bind(outcome.as_str())
            .bind(reply.as_deref())
            .bind(*at)
            .bind(message_id)
            .run()
            .await?;
            Ok(Written::Settled(settled > 0))
        }
    }
}

async fn intend(tx: &mut Transaction, mail: &MailIntent) -> sqlx::Result<Intended> {
    let nothing = MailContent::default();
    let (kind, person, episode, number, verdict, content) = match &mail.kind {
        MailKind::Person { person, episode, number, content } => {
            ("person", person.as_str(), *episode, *number, "", content)
        }
        MailKind::Digest { verdict, number } => ("digest", "", mail.day, *number, verdict.as_str(), &nothing),
    };
    let there = tx
        .query(
            "SELECT message_id, outcome FROM mails
         WHERE message_id = $1 OR (kind = 'person' AND person = $2 AND day = $3) LIMIT 1",
        )
        .bind(&mail.message_id)
        .bind(person)
        .bind(mail.day)
        .first()
        .await?;
    if let Some(there) = there {
        let (message_id, outcome): (String, _) = (there.get(0)?, outcome(&there, 1)?);
        let again = again(tx, &message_id).await?;
        return Ok(again.map_or(Intended::Already(outcome), Intended::Again));
    }
    tx.query(
        "INSERT INTO mails (message_id, seq, kind, person, day, episode, number, verdict, outcome, created_at, contact)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'intended', $9, $10)",
    )
    .bind(&mail.message_id)
    .bind(mail.run.0)
    .bind(kind)
    .bind(person)
    .bind(mail.day)
    .bind(episode)
    .bind(number)
    .bind(verdict)
    .bind(mail.at)
    .bind(&content.contact)
    .run()
    .await?;
    tx.query("INSERT INTO mail_bytes (message_id, bytes) VALUES ($1, $2)")
        .bind(&mail.message_id)
        .bind(&*mail.bytes)
        .run()
        .await?;
    let parts: Vec<(&AccountKey, &str)> = (content.asked.iter().map(|gap| (gap, "asked")))
        .chain(content.owned.iter().map(|gap| (gap, "owned")))
        .collect();
    sql::write(
        tx,
        "mail_gaps (message_id, country_key, code_key, account_id, part)",
        "ON CONFLICT DO NOTHING",
        &parts,
        |(gap, part)| {
            let (country, code) = gap.client.as_ref().map_or(("", ""), |client| (&*client.country, &*client.code));
            [(&mail.message_id).into(), country.into(), code.into(), gap.account_id.get().into(), (*part).into()]
        },
    )
    .await?;
    Ok(Intended::New)
}

/// Turns a deferred mail into an intended one again.
async fn again(tx: &mut Transaction, message_id: &str) -> sqlx::Result<Option<StoredMail>> {
    let row = tx
        .query(
            "UPDATE mails SET outcome = 'intended', outcome_at = NULL WHERE message_id = $1 AND outcome = 'deferred'
         RETURNING message_id, person, outcome,
                   (SELECT bytes FROM mail_bytes WHERE mail_bytes.message_id = mails.message_id)",
        )
        .bind(message_id)
        .first()
        .await?;
    row.as_ref().map(stored_mail).transpose()
}
