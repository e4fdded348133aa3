//! Everything that earlier runs left, read at once.
//!
//! Invariant: all of it is read in one transaction, so it is one moment's.

use std::collections::HashMap;

use super::error::unreadable;
use super::landmarks::landmarks;
use super::mails::{number, outcome, person};
use super::names::Names;
use super::sql::{Access, Transaction};
use super::story::client_key;
use super::{Error, Present, Store, accounts, business_centers, sightings, trend};
use crate::domain::{AccountKey, History, MailContent, PastMail};
use chrono::NaiveDate;

impl Store {
    /// What the judgement knows of earlier runs: accounts and Business Centers as of earlier calendar days than today,
    /// everything else as it is.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn history(&self, today: NaiveDate) -> Result<History, Error> {
        let (history, _) = self.load(today, false).await?;
        Ok(history)
    }

    /// As [`Store::history`], and with it what [`Store::remember`] compares tonight with. To be called while the lease
    /// is held.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recall(&self, today: NaiveDate) -> Result<(History, Present), Error> {
        self.load(today, true).await
    }

    async fn load(&self, today: NaiveDate, keep_present: bool) -> Result<(History, Present), Error> {
        let read = async { load(&mut self.pool.begin(Access::Read).await?, today, keep_present).await };
        read.await.map_err(self.failed("read earlier runs"))
    }
}

/// Reads everything, on a connection whose transaction has begun.
pub(super) async fn load(
    tx: &mut Transaction,
    today: NaiveDate,
    keep_present: bool,
) -> sqlx::Result<(History, Present)> {
    let marks = landmarks(tx, today).await?;
    let names = Names::load(tx).await?;
    let mut history = History {
        newest_run: marks.newest.clone(),
        run_ids: marks.run_ids.clone(),
        has_mailed: marks.has_mailed,
        accounts_as_of: marks.earlier_day,
        ..History::default()
    };
    let mut present = Present { seq: marks.present, day: marks.present_day, names, ..Present::default() };
    present.business_centers = business_centers::load(tx, &present.names).await?;
    business_centers::as_of_earlier_days(&present, today, &mut history);
    business_centers::load_clients(tx, &mut history, &mut present).await?;
    accounts::load(tx, &marks, &mut history, &mut present, keep_present).await?;
    sightings::load(tx, &mut history, &mut present, keep_present).await?;
    history.trend = trend::load(tx, today).await?;
    history.mails = mails(tx).await?;
    Ok((history, present))
}

/// Mails to persons with the gaps they listed, oldest first.
async fn mails(tx: &mut Transaction) -> sqlx::Result<Vec<PastMail>> {
    let mut mails = Vec::new();
    let mut places = HashMap::new();
    let stored = tx
        .query(
            "SELECT message_id, person, day, episode, number, outcome, contact FROM mails WHERE kind = 'person'
         ORDER BY day, created_at, message_id",
        )
        .all()
        .await?;
    for row in &stored {
        places.insert(row.get::<String>(0)?, mails.len());
        mails.push(PastMail {
            person: person(row, 1)?.ok_or_else(|| unreadable("a person's address"))?,
            day: row.get(2)?,
            episode: row.get(3)?,
            number: number(row, 4)?,
            outcome: outcome(row, 5)?,
            content: MailContent { contact: row.get(6)?, ..MailContent::default() },
        });
    }
    for row in tx.query("SELECT message_id, country_key, code_key, account_id, part FROM mail_gaps").all().await? {
        let Some(mail) = places.get(row.get::<&str>(0)?).and_then(|at| mails.get_mut(*at)) else { continue };
        let (country, code): (&str, &str) = (row.get(1)?, row.get(2)?);
        let gap = AccountKey { client: client_key(country, code), account_id: accounts::account_id(row.get(3)?)? };
        match row.get(4)? {
            "owned" => mail.content.owned.push(gap),
            _ => mail.content.asked.push(gap),
        }
    }
    for mail in &mut mails {
        mail.content.asked.sort();
        mail.content.owned.sort();
    }
    Ok(mails)
}
