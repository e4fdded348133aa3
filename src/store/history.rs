//! Everything that earlier runs left, read at once.
//!
//! Invariant: all of it is read in one transaction, so it is one moment's.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::{Row, SqliteConnection};

use super::error::unreadable;
use super::landmarks::landmarks;
use super::mails::{outcome, person};
use super::names::Names;
use super::{Error, Present, Store, accounts, business_centers, sightings, trend};
use crate::domain::{AccountKey, ClientKey, History, MailContent, PastMail};

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
        let mut tx = self.pool.begin().await.map_err(self.failed("read earlier runs"))?;
        load(&mut tx, today, keep_present).await.map_err(self.failed("read earlier runs"))
    }
}

/// Reads everything, on a connection whose transaction has begun.
pub(super) async fn load(
    conn: &mut SqliteConnection,
    today: NaiveDate,
    keep_present: bool,
) -> sqlx::Result<(History, Present)> {
    let marks = landmarks(conn, today).await?;
    let names = Names::load(conn).await?;
    let mut history = History {
        newest_run: marks.newest.clone(),
        run_ids: marks.run_ids.clone(),
        has_mailed: marks.has_mailed,
        accounts_as_of: marks.earlier_day,
        ..History::default()
    };
    let mut present = Present { seq: marks.present, day: marks.present_day, names, ..Present::default() };
    present.business_centers = business_centers::load(conn, &present.names).await?;
    business_centers::as_of_earlier_days(&present, today, &mut history);
    business_centers::load_clients(conn, &mut history, &mut present).await?;
    accounts::load(conn, &marks, &mut history, &mut present, keep_present).await?;
    sightings::load(conn, &mut history, &mut present, keep_present).await?;
    history.trend = trend::load(conn, today).await?;
    history.mails = mails(conn).await?;
    Ok((history, present))
}

/// Mails to persons with the gaps they listed, oldest first.
async fn mails(conn: &mut SqliteConnection) -> sqlx::Result<Vec<PastMail>> {
    let mut mails = Vec::new();
    let mut places = HashMap::new();
    for row in sqlx::query(
        "SELECT message_id, person, day, episode, number, outcome, contact FROM mails WHERE kind = 'person'
         ORDER BY day, created_at, message_id",
    )
    .fetch_all(&mut *conn)
    .await?
    {
        places.insert(row.try_get::<String, _>(0)?, mails.len());
        mails.push(PastMail {
            person: person(&row, 1)?.ok_or_else(|| unreadable("a person's address"))?,
            day: row.try_get(2)?,
            episode: row.try_get(3)?,
            number: row.try_get(4)?,
            outcome: outcome(&row, 5)?,
            content: MailContent { contact: row.try_get(6)?, ..MailContent::default() },
        });
    }
    for row in
        sqlx::query("SELECT message_id, country_key, code_key, account_id, part FROM mail_gaps").fetch_all(conn).await?
    {
        let Some(mail) = places.get(row.try_get::<&str, _>(0)?).and_then(|at| mails.get_mut(*at)) else { continue };
        let (country, code): (&str, &str) = (row.try_get(1)?, row.try_get(2)?);
        let client = (!(country.is_empty() && code.is_empty())).then(|| ClientKey::new(country, code));
        let gap = AccountKey { client, account_id: accounts::account_id(row.try_get(3)?)? };
        match row.try_get(4)? {
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
