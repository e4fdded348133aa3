//! Forgetting a person.
//!
//! Invariant: afterwards no table and, in SQLite, no byte of the file or its log holds the address. (What PostgreSQL has in
//! its own log and backups is its administrator's.)

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::sql::{Pool, Transaction};
use super::{Error, Lease, Store};
use crate::domain::Address;

/// What was removed of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Mails to him, with their bytes, outcomes and fingerprints of his contacts rows.
    pub mails: u64,
    /// Accounts that they listed, mail by mail.
    pub listed: u64,
    /// Stored texts of mails to others that may name him.
    pub texts: u64,
    /// Days of his first and last mail.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// Mails to others that may name somebody who was mailed: an owner's about a gap of which he was asked, and digests.
const NAMING: &str = "SELECT message_id FROM mails WHERE kind = 'digest' OR message_id IN (
    SELECT message_id FROM mail_gaps WHERE part = 'owned' AND account_id IN (
        SELECT account_id FROM mail_gaps WHERE message_id IN (SELECT message_id FROM mails WHERE person = $1)))";

impl Store {
    /// Removes everything about a person.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written: then nothing is removed, or it is and the file still holds it.
    pub async fn forget(&self, person: &Address, lease: &Lease) -> Result<Forgotten, Error> {
        let purpose = "remove a person";
        let mut tx = self.fenced(lease, purpose).await?;
        let forgotten = forget(&mut tx, person).await.map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        self.scour().await.map_err(self.failed("clear what was removed out of the files"))?;
        Ok(forgotten)
    }

    /// Rewrites what may still hold removed rows in unused space.
    async fn scour(&self) -> sqlx::Result<()> {
        match &self.pool {
            Pool::Sqlite(pool) => {
                let mut conn = pool.acquire().await?;
                sqlx::raw_sql("VACUUM").execute(&mut *conn).await?;
                let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *conn).await?;
                // Somebody who reads the old file keeps its log alive.
                match sqlx::Row::try_get::<i64, _>(&row, 0)? {
                    0 => Ok(()),
                    _ => Err(sqlx::Error::Protocol("another program reads the store; end it and forget again".into())),
                }
            }
            Pool::Postgres(pool) => {
                let mut conn = pool.acquire().await?;
                for said in ["SET statement_timeout = 0", "SET lock_timeout = '30s'"] {
                    sqlx::raw_sql(said).execute(&mut *conn).await?;
                }
                for said in ["VACUUM (FULL) mails", "VACUUM (FULL) mail_bytes", "VACUUM (FULL) mail_gaps"] {
                    sqlx::raw_sql(said).execute(&mut *conn).await?;
                }
                Ok(())
            }
        }
    }
}

async fn forget(tx: &mut Transaction, person: &Address) -> sqlx::Result<Forgotten> {
    let his = "SELECT day, (SELECT COUNT(*) FROM mail_gaps WHERE mail_gaps.message_id = mails.message_id)
               FROM mails WHERE kind = 'person' AND person = $1";
    let mut forgotten = Forgotten::default();
    let mut days = BTreeSet::new();
    for row in tx.query(his).bind(person.as_str()).all().await? {
        forgotten.mails += 1;
        forgotten.listed += row.count(1)?;
        days.insert(row.get::<NaiveDate>(0)?);
    }
    forgotten.days = days.first().copied().zip(days.last().copied());
    let mut texts = BTreeSet::new();
    if forgotten.mails > 0 {
        for row in tx.query(NAMING).bind(person.as_str()).all().await? {
            texts.insert(row.get::<String>(0)?);
        }
    }
    // What a rehearsal sent to one address for all names it in a header.
    let redirected =
        "SELECT mails.message_id, bytes FROM mails JOIN mail_bytes ON mail_bytes.message_id = mails.message_id
                      WHERE outcome = 'redirected'";
    for row in tx.query(redirected).all().await? {
        let bytes: &[u8] = row.get(1)?;
        if bytes.windows(person.as_str().len()).any(|part| part.eq_ignore_ascii_case(person.as_str().as_bytes())) {
            texts.insert(row.get(0)?);
        }
    }
    tx.query("DELETE FROM mails WHERE kind = 'person' AND person = $1").bind(person.as_str()).run().await?;
    for message_id in &texts {
        forgotten.texts += tx.query("DELETE FROM mail_bytes WHERE message_id = $1").bind(message_id).run().await?;
        // What was refused for now would be sent again byte for byte, and has none any more: it is written anew.
        tx.query("DELETE FROM mails WHERE message_id = $1 AND outcome = 'deferred'").bind(message_id).run().await?;
    }
    Ok(forgotten)
}
