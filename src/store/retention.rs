//! What is kept no longer.
//!
//! Invariant: nothing goes that a judgement, a guard or a mail could still ask for. Of the tables, `account_states` and
//! `sighting_states` are memory and log at once: the newest row of each key is memory, and what a newer row has replaced
//! for longer than things are kept is log. An open gap keeps its whole series, for the days on which it was mended before
//! decide which mails count. Where accounts were ever seen, and whose, is memory: it is never removed, and grows with the
//! accounts and not with the nights. Mails are memory while their episode is, and `judge` says which those are.
//!
//! A night removes what one night added; of a backlog, so many runs and mails a night.

use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::landmarks::landmarks;
use super::sql::Transaction;
use super::{Error, Lease, Store};
use crate::domain::Address;

/// Most runs that a night removes, and the time after which it begins with no other.
const RUNS: u32 = 10;
const TIME: Duration = Duration::from_secs(2);

/// Most mails that a night removes.
const MAILS: u32 = 20_000;

/// What a night removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Runs, with what changed by them.
    pub runs: u64,
    /// Mails.
    pub mails: u64,
}

impl Store {
    /// Removes what is older than a day: runs, what they changed, mails of these episodes (person and first day), digests
    /// and the bytes of all mails.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written; the next night goes on.
    pub async fn expire(
        &self,
        today: NaiveDate,
        before: NaiveDate,
        episodes: &[(Address, NaiveDate)],
        lease: &Lease,
    ) -> Result<Removed, Error> {
        let purpose = "remove what is kept no longer";
        let begun = Instant::now();
        let mut tx = self.fenced(lease, purpose).await?;
        let mails = mails(&mut tx, before, episodes).await.map_err(self.failed(purpose))?;
        let mut removed = Removed { mails, ..Removed::default() };
        let runs = over(&mut tx, today, before).await.map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        for run in runs {
            if begun.elapsed() >= TIME {
                break;
            }
            let mut tx = self.fenced(lease, purpose).await?;
            expire(&mut tx, run).await.map_err(self.failed(purpose))?;
            tx.commit().await.map_err(self.failed(purpose))?;
            removed.runs += 1;
        }
        Ok(removed)
    }
}

/// The oldest runs that nobody asks for: before all that tonight and the next night are compared with, and without a mail
/// that is kept.
async fn over(tx: &mut Transaction, today: NaiveDate, before: NaiveDate) -> sqlx::Result<Vec<i64>> {
    let marks = landmarks(tx, today).await?;
    let mailed = tx
        .query(
            "SELECT MAX(seq) FROM runs
             WHERE judged IS NOT NULL AND ended_at IS NOT NULL AND (NOT held OR released_at IS NOT NULL)",
        )
        .one()
        .await?
        .get::<Option<i64>>(0)?;
    let baseline = marks.baseline.as_ref().map(|(seq, _, _)| *seq);
    let kept = [Some(marks.present), Some(marks.earlier), baseline, mailed];
    // Before any run could mail there is nothing to be told from a lost store but the runs themselves.
    let Some(first_kept) = kept.into_iter().flatten().min().filter(|_| mailed.is_some()) else { return Ok(Vec::new()) };
    let runs = tx
        .query(
            "SELECT seq FROM runs WHERE day < $1 AND seq < $2
             AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.seq = runs.seq) ORDER BY seq LIMIT $3",
        )
        .bind(before)
        .bind(first_kept)
        .bind(RUNS)
        .all()
        .await?;
    runs.iter().map(|row| row.get(0)).collect()
}

/// Removes a run, and what its own changes replaced.
async fn expire(tx: &mut Transaction, run: i64) -> sqlx::Result<()> {
    for removal in [
        "DELETE FROM account_states WHERE seq < $1 AND (client_id, account_id) IN (
             SELECT client_id, account_id FROM account_states WHERE seq = $1 AND (cause IS NULL
             OR cause IN ('shared_as_expected', 'account_closed', 'account_suspended', 'account_in_review')))",
        // Judged no more, and nothing older: as if it had never been there.
        "DELETE FROM account_states WHERE seq = $1 AND cause IS NULL",
        // The row of an ending names neither owner nor role: it needs the one before.
        "DELETE FROM sighting_states WHERE seq < $1 AND (member_id, business_center_id, account_id) IN (
             SELECT member_id, business_center_id, account_id FROM sighting_states
             WHERE seq = $1 AND last_seen_on IS NULL)",
        "DELETE FROM faulty_calls WHERE seq = $1",
        "DELETE FROM runs WHERE seq = $1",
    ] {
        tx.query(removal).bind(run).run().await?;
    }
    Ok(())
}

/// Removes mails and bytes; says how many mails.
async fn mails(tx: &mut Transaction, before: NaiveDate, episodes: &[(Address, NaiveDate)]) -> sqlx::Result<u64> {
    let mut removed = tx
        .query(
            "DELETE FROM mails WHERE message_id IN (
                 SELECT message_id FROM mails WHERE kind = 'digest' AND day < $1 ORDER BY day LIMIT $2)",
        )
        .bind(before)
        .bind(MAILS)
        .run()
        .await?;
    for (person, episode) in episodes.iter().take(MAILS as usize) {
        removed += tx
            .query("DELETE FROM mails WHERE kind = 'person' AND person = $1 AND episode = $2 AND day < $3")
            .bind(person.as_str())
            .bind(*episode)
            .bind(before)
            .run()
            .await?;
    }
    tx.query(
        "DELETE FROM mail_bytes WHERE message_id IN (
             SELECT mails.message_id FROM mails JOIN mail_bytes ON mail_bytes.message_id = mails.message_id
             WHERE mails.day < $1 ORDER BY mails.day LIMIT $2)",
    )
    .bind(before)
    .bind(MAILS)
    .run()
    .await?;
    Ok(removed)
}
