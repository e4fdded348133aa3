//! The runs with which tonight is compared.
//!
//! Invariant: only a run whose states are stored (`judged`) is a landmark; a killed one moves nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::sql::Transaction;
use crate::domain::PastRun;

/// The runs that tonight is compared with.
#[derive(Debug, Default)]
pub(super) struct Landmarks {
    /// The newest run of all.
    pub(super) newest: Option<PastRun>,
    /// The newest one whose states are stored; 0 if there is none.
    pub(super) present: i64,
    /// Day of that one.
    pub(super) present_day: Option<NaiveDate>,
    /// The newest one of an earlier day whose states are stored; 0 if there is none.
    pub(super) earlier: i64,
    /// Day of that one.
    pub(super) earlier_day: Option<NaiveDate>,
    /// What the guards compare with: place, id and register rows.
    pub(super) baseline: Option<(i64, String, u64)>,
    /// Ids of all runs.
    pub(super) run_ids: BTreeSet<String>,
    /// Whether any run could mail.
    pub(super) has_mailed: bool,
}

pub(super) async fn landmarks(tx: &mut Transaction, today: NaiveDate) -> sqlx::Result<Landmarks> {
    let newest = tx
        .query("SELECT run_id, now, register_rows FROM runs ORDER BY seq DESC LIMIT 1")
        .first()
        .await?
        .map(|row| -> sqlx::Result<_> {
            Ok(PastRun { run_id: row.get(0)?, now: row.get(1)?, register_rows: row.count(2)? })
        })
        .transpose()?;
    let present =
        tx.query("SELECT seq, day FROM runs WHERE judged IS NOT NULL ORDER BY seq DESC LIMIT 1").first().await?;
    let earlier = tx
        .query("SELECT seq, day FROM runs WHERE judged IS NOT NULL AND day < $1 ORDER BY seq DESC LIMIT 1")
        .bind(today)
        .first()
        .await?;
    let baseline = tx
        .query(
            "SELECT seq, run_id, register_rows FROM runs WHERE judged IS NOT NULL AND ended_at IS NOT NULL
         AND ((complete AND NOT held) OR released_at IS NOT NULL) ORDER BY seq DESC LIMIT 1",
        )
        .first()
        .await?
        .map(|row| -> sqlx::Result<_> { Ok((row.get(0)?, row.get(1)?, row.count(2)?)) })
        .transpose()?;
    let runs = tx.query(
        "SELECT run_id, judged IS NOT NULL AND ended_at IS NOT NULL AND (NOT held OR released_at IS NOT NULL) FROM runs",
    )
    .all()
    .await?;
    let mut run_ids = BTreeSet::new();
    let mut has_mailed = false;
    for run in &runs {
        run_ids.insert(run.get(0)?);
        has_mailed |= run.get::<bool>(1)?;
    }
    Ok(Landmarks {
        run_ids,
        has_mailed,
        newest,
        present: present.as_ref().map_or(Ok(0), |row| row.get(0))?,
        present_day: present.as_ref().map(|row| row.get(1)).transpose()?,
        earlier: earlier.as_ref().map_or(Ok(0), |row| row.get(0))?,
        earlier_day: earlier.as_ref().map(|row| row.get(1)).transpose()?,
        baseline,
    })
}
