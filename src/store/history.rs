//! Everything that earlier runs left, read at once.
//!
//! Invariant: all of it is read in one transaction, so it is one moment's.

use super::error::unreadable;
use super::landmarks::landmarks;
use super::names::Names;
use super::packed::{self, Packed};
use super::sql::{Access, Transaction};
use super::story::client_key;
use super::{Error, Present, Store, accounts, business_centers, sightings, trend};
use crate::domain::{AccountKey, Address, ClientKey, History, MailContent, MailOutcome, PastMail};
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
    business_centers::as_of_earlier_runs(&present, today, &mut history);
    business_centers::load_clients(tx, &mut history, &mut present).await?;
    accounts::load(tx, &marks, &mut history, &mut present, keep_present).await?;
    sightings::load(tx, &mut history, &mut present, keep_present).await?;
    history.trend = trend::load(tx, today).await?;
    history.mails = mails(tx).await?;
    Ok((history, present))
}

/// Mails to persons with the gaps they listed, oldest first. A person has one a day.
async fn mails(tx: &mut Transaction) -> sqlx::Result<Vec<PastMail>> {
    let mut mails = Vec::new();
    let mut client: Option<ClientKey> = None;
    let mut after = String::new();
    while let Some(page) = packed::page(tx, MAILS, [&after]).await? {
        let mut packed = Packed(&page);
        while !packed.is_empty() {
            let (day, episode, number) = (packed.day()?, packed.day()?, packed.number()?);
            let [message_id, person, outcome, contact] = packed.texts()?;
            message_id.clone_into(&mut after);
            let mut content = MailContent { contact: contact.to_owned(), ..MailContent::default() };
            for _ in 0..packed.number()? {
                let account_id = accounts::account_id(packed.number()?)?;
                let [country, code, part] = packed.texts()?;
                // The gaps of a client come together.
                if client.as_ref().is_none_or(|known| (&*known.country, &*known.code) != (country, code)) {
                    client = client_key(country, code);
                }
                let gaps = if part == "owned" { &mut content.owned } else { &mut content.asked };
                gaps.push(AccountKey { client: client.clone(), account_id });
            }
            content.asked.sort();
            content.owned.sort();
            mails.push(PastMail {
                person: Address::parse(person).ok_or_else(|| unreadable("a person's address"))?,
                day: day.ok_or_else(|| unreadable("a mail's day"))?,
                episode: episode.ok_or_else(|| unreadable("a mail's episode"))?,
                number: u32::try_from(number).map_err(|_| unreadable("a mail's number"))?,
                outcome: MailOutcome::parse(outcome).ok_or_else(|| unreadable("a mail's outcome"))?,
                content,
            });
        }
    }
    mails.sort_by_key(|mail| mail.day);
    Ok(mails)
}

/// A page of mails, each as its days and number, its texts behind their lengths, and its gaps behind theirs: a mail can
/// list thousands.
const MAILS: &str = "SELECT string_agg(concat(
    day, ',', episode, ',', number, ',',
    octet_length(message_id), ',', octet_length(person), ',', octet_length(outcome), ',', octet_length(contact), ',',
    message_id, person, outcome, contact,
    (SELECT count(*) FROM mail_gaps WHERE mail_gaps.message_id = page.message_id), ',',
    (SELECT string_agg(concat(
        account_id, ',', octet_length(country_key), ',', octet_length(code_key), ',', octet_length(part), ',',
        country_key, code_key, part), '')
     FROM mail_gaps WHERE mail_gaps.message_id = page.message_id)), '')
    FROM (SELECT * FROM mails WHERE kind = 'person' AND message_id > $1 ORDER BY message_id LIMIT 64) AS page";
