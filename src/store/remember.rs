//! What tonight leaves behind.
//!
//! Invariant: all of it or nothing, in one transaction of the lease's holder.

use chrono::NaiveDate;

use super::sql::Transaction;
use super::{Error, Lease, Present, RunSeq, Store, accounts, business_centers, history, sightings};
use crate::domain::{Finding, Observation, Status};

impl Store {
    /// Stores what was judged and seen, as changes against what [`Store::recall`] read; only what changed costs.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written: then nothing of it is stored.
    pub async fn remember(
        &self,
        run: RunSeq,
        findings: &[Finding],
        observation: &Observation,
        present: Present,
        today: NaiveDate,
        lease: &Lease,
    ) -> Result<(), Error> {
        let purpose = "store what was judged";
        let mut tx = self.fenced(lease, purpose).await?;
        remember(&mut tx, run, findings, observation, present, today).await.map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))
    }
}

async fn remember(
    tx: &mut Transaction,
    run: RunSeq,
    findings: &[Finding],
    observation: &Observation,
    mut present: Present,
    today: NaiveDate,
) -> sqlx::Result<()> {
    let newest: i64 =
        tx.query("SELECT COALESCE(MAX(seq), 0) FROM runs WHERE judged IS NOT NULL").one().await?.get(0)?;
    if newest != present.seq {
        // Somebody wrote since it was read: it was read before the lease was taken.
        present = history::load(tx, today, true).await?.1;
    }
    accounts::remember(tx, run.0, today, findings, &mut present).await?;
    sightings::remember(tx, run.0, today, observation, &mut present).await?;
    business_centers::remember(tx, today, observation, &mut present).await?;
    business_centers::remember_clients(tx, today, findings, &mut present).await?;
    let ok = findings.iter().filter(|finding| finding.status == Status::Ok).count();
    tx.query("UPDATE runs SET judged = $1, ok_rows = $2 WHERE seq = $3")
        .bind(findings.len() as u64)
        .bind(ok as u64)
        .bind(run.0)
        .run()
        .await?;
    Ok(())
}
