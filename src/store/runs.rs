//! Runs: how they began and ended.
//!
//! Invariant: a run that never ended has no `ended_at`; one whose states are stored has `judged`. Only those two columns
//! say how far a run came.

use chrono::{DateTime, NaiveDate, Utc};

use super::sql::{self, Access, Row, Transaction};
use super::{Error, Lease, Store, notes};
use crate::domain::{Address, BusinessCenterId, Finding};

/// A run's place in the order of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunSeq(pub(super) i64);

/// A run that begins.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id.
    pub run_id: String,
    /// `run` or `release`.
    pub command: String,
    /// The moment it takes for the present.
    pub now: DateTime<Utc>,
    /// That moment's calendar day.
    pub day: NaiveDate,
    /// By the machine's clock.
    pub started_at: DateTime<Utc>,
    /// Data rows of the accounts register, good and bad.
    pub register_rows: u64,
    /// Of these, set aside.
    pub bad_rows: u64,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub struct RunEnding {
    /// By the machine's clock.
    pub ended_at: DateTime<Utc>,
    /// The code the process ends with.
    pub exit_code: u8,
    /// All that apply.
    pub exit_codes: Vec<u8>,
    /// Whether everything was read.
    pub complete: bool,
    /// Whether a guard held the mails.
    pub held: bool,
    /// The bytes of `summary.json`.
    pub summary: String,
    /// Numbers and durations of requests.
    pub calls: serde_json::Value,
    /// Calls that gave nothing usable.
    pub faulty_calls: Vec<FaultyCall>,
}

/// A call to TikTok that gave nothing usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyCall {
    /// Whose token.
    pub member: Address,
    /// Path, such as `/bc/asset/get/`.
    pub endpoint: String,
    /// Where one was asked about.
    pub business_center: Option<BusinessCenterId>,
    /// Which page.
    pub page: Option<u32>,
    /// TikTok's code, where there was an envelope.
    pub code: Option<i64>,
    /// What it said.
    pub message: String,
    /// TikTok's name for the call.
    pub request_id: Option<String>,
}

/// A stored run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its place in the order.
    pub seq: RunSeq,
    /// Its id.
    pub run_id: String,
    /// `run` or `release`.
    pub command: String,
    /// The moment it took for the present.
    pub now: DateTime<Utc>,
    /// That moment's calendar day.
    pub day: NaiveDate,
    /// When it ended; none if it is under way or was killed.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its exit code.
    pub exit_code: Option<u8>,
    /// All that applied.
    pub exit_codes: Vec<u8>,
    /// Whether everything was read.
    pub complete: bool,
    /// Whether a guard held its mails.
    pub held: bool,
    /// When a person released them.
    pub released_at: Option<DateTime<Utc>>,
    /// Data rows of the accounts register.
    pub register_rows: u64,
    /// Rows judged.
    pub judged: Option<u64>,
    /// Of these, ok.
    pub ok_rows: Option<u64>,
}

impl Store {
    /// Stores that a run begins.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written.
    pub async fn begin(&self, run: &NewRun, lease: &Lease) -> Result<RunSeq, Error> {
        let purpose = "store that the run begins";
        let mut tx = self.fenced(lease, purpose).await?;
        let seq = tx
            .query(
                "INSERT INTO runs (run_id, command, now, day, started_at, register_rows, bad_rows)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING seq",
            )
            .bind(&run.run_id)
            .bind(&run.command)
            .bind(run.now)
            .bind(run.day)
            .bind(run.started_at)
            .bind(run.register_rows)
            .bind(run.bad_rows)
            .one()
            .await
            .and_then(|row| row.get(0))
            .map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))?;
        Ok(RunSeq(seq))
    }

    /// Stores how a run ended, and what it said of its findings.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written.
    pub async fn end(&self, run: RunSeq, ending: &RunEnding, findings: &[Finding], lease: &Lease) -> Result<(), Error> {
        let purpose = "store how the run ended";
        let mut tx = self.fenced(lease, purpose).await?;
        tx.query(
            "UPDATE runs SET ended_at = $1, exit_code = $2, exit_codes = $3, complete = $4, held = $5, summary = $6,
             calls = $7 WHERE seq = $8",
        )
        .bind(ending.ended_at)
        .bind(u32::from(ending.exit_code))
        .bind(serde_json::Value::from(ending.exit_codes.clone()))
        .bind(ending.complete)
        .bind(ending.held)
        .bind(&ending.summary)
        .bind(ending.calls.clone())
        .bind(run.0)
        .run()
        .await
        .map_err(self.failed(purpose))?;
        write_faulty_calls(&mut tx, run, &ending.faulty_calls).await.map_err(self.failed("store faulty calls"))?;
        notes::write(&mut tx, run, findings).await.map_err(self.failed("store what was said of the accounts"))?;
        tx.commit().await.map_err(self.failed(purpose))
    }

    /// Stores that a person released the mails of a held run: the guards may compare with it from now on.
    ///
    /// # Errors
    /// The lease is lost, or the store cannot be written.
    pub async fn mark_released(&self, run: RunSeq, at: DateTime<Utc>, lease: &Lease) -> Result<(), Error> {
        let purpose = "store that the run was released";
        let mut tx = self.fenced(lease, purpose).await?;
        tx.query("UPDATE runs SET released_at = $1 WHERE seq = $2")
            .bind(at)
            .bind(run.0)
            .run()
            .await
            .map_err(self.failed(purpose))?;
        tx.commit().await.map_err(self.failed(purpose))
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn runs(&self, limit: u32) -> Result<Vec<RunRow>, Error> {
        let read = async {
            let mut tx = self.pool.begin(Access::Read).await?;
            let rows = tx.query(
                "SELECT seq, run_id, command, now, ended_at, exit_code, complete, held, released_at, register_rows,
                 judged, ok_rows, day, exit_codes FROM runs ORDER BY seq DESC LIMIT $1",
            );
            rows.bind(limit).all().await?.iter().map(run_row).collect::<sqlx::Result<_>>()
        };
        read.await.map_err(self.failed("read the runs"))
    }

    /// The bytes of a run's `summary.json`; none if it did not end. It names every bad row: hold one at a time.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn summary(&self, run: RunSeq) -> Result<Option<String>, Error> {
        let read = async { summary(&mut self.pool.begin(Access::Read).await?, run).await };
        read.await.map_err(self.failed("read a run's summary"))
    }
}

/// The bytes of a run's `summary.json`; none if it did not end, or is kept no longer.
pub(super) async fn summary(tx: &mut Transaction, run: RunSeq) -> sqlx::Result<Option<String>> {
    let row = tx.query("SELECT summary FROM runs WHERE seq = $1").bind(run.0).first().await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// The newest run whose states are stored.
pub(super) async fn newest_judged(tx: &mut Transaction) -> sqlx::Result<Option<RunRow>> {
    let row = tx
        .query(
            "SELECT seq, run_id, command, now, ended_at, exit_code, complete, held, released_at, register_rows,
             judged, ok_rows, day, exit_codes FROM runs WHERE judged IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )
        .first()
        .await?;
    row.as_ref().map(run_row).transpose()
}

fn run_row(row: &Row) -> sqlx::Result<RunRow> {
    Ok(RunRow {
        seq: RunSeq(row.get(0)?),
        run_id: row.get(1)?,
        command: row.get(2)?,
        now: row.get(3)?,
        ended_at: row.get(4)?,
        exit_code: row.get::<Option<i64>>(5)?.and_then(|code| u8::try_from(code).ok()),
        complete: row.get(6)?,
        held: row.get(7)?,
        released_at: row.get(8)?,
        register_rows: row.count(9)?,
        judged: row.get::<Option<i64>>(10)?.map(i64::unsigned_abs),
        ok_rows: row.get::<Option<i64>>(11)?.map(i64::unsigned_abs),
        day: row.get(12)?,
        exit_codes: row.get::<Option<sqlx::types::Json<Vec<u8>>>>(13)?.map_or_else(Vec::new, |codes| codes.0),
    })
}

async fn write_faulty_calls(tx: &mut Transaction, run: RunSeq, calls: &[FaultyCall]) -> sqlx::Result<()> {
    sql::write(
        tx,
        "faulty_calls (seq, member, endpoint, business_center_id, page, code, message, request_id)",
        "",
        calls,
        |call| {
            [
                run.0.into(),
                call.member.as_str().into(),
                (&call.endpoint).into(),
                call.business_center.map(|id| signed(id.get())).into(),
                call.page.map(i64::from).into(),
                call.code.into(),
                (&call.message).into(),
                call.request_id.as_deref().into(),
            ]
        },
    )
    .await
}

/// A count or an id as SQL has it; none is beyond 63 bits.
pub(super) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
