//! The run's hold on the store: lease, beginning, states, end.
//!
//! Invariant: nothing is written without the lease; a lost lease stops the run.

use std::{fs, process};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::assess::Night;
use super::course::Course;
use super::{Order, Refusal, identity};
use crate::domain::{Exit, History, Register};
use crate::store::{Acquired, Error, FaultyCall, Lease, NewRun, Present, RunEnding, RunSeq, Store};

/// Who holds the lease, for people. In a pod every process is number 1: its host's name is the pod's.
fn holder() -> String {
    let (host, process) = (fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default(), process::id());
    match host.trim() {
        "" => format!("process {process}"),
        host => format!("process {process} on {host}"),
    }
}

/// The store, held by this run.
pub(super) struct Recorder {
    pub(super) store: Store,
    lease: Lease,
    run: Option<RunSeq>,
    present: Present,
    stop: CancellationToken,
}

impl Recorder {
    /// Opens the store and takes the lease, waiting at most one lease length for a dead holder.
    pub(super) async fn open(order: &Order<'_>) -> Result<Self, Refusal> {
        let store =
            Store::open(&order.config.store.url).await.map_err(|e| Refusal::new(Exit::NotWritten, e.to_string()))?;
        let holder = holder();
        let acquired = Lease::acquire(&store, order.config.store.lease, &holder, order.stop.clone()).await;
        let lease = match acquired.map_err(|e| Refusal::new(Exit::NotWritten, e.to_string()))? {
            Acquired::Held(lease) => lease,
            Acquired::Busy { holder } => {
                return Err(Refusal::new(
                    Exit::LeaseHeld,
                    format!("another run ({holder}) holds the store and is alive; this one does nothing"),
                ));
            }
            Acquired::CalledOff => {
                return Err(Refusal::new(Exit::NotReadCompletely, "told to stop before the run began; run again"));
            }
        };
        let stop = order.stop.child_token();
        let (lost, stopper) = (lease.lost(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = lost.cancelled() => {
                    warn!("the lease was lost to another run: no new request and no new mail");
                    stopper.cancel();
                }
                () = stopper.cancelled() => {}
            }
        });
        Ok(Self { store, lease, run: None, present: Present::default(), stop })
    }

    /// Cancelled when the process shall end, or the lease is lost.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(super) fn run(&self) -> Option<RunSeq> {
        self.run
    }

    /// Refuses to go on after another run took the lease over. A store that cannot be asked is no such case: its fault
    /// is told elsewhere, and the report is still due.
    pub(super) async fn refuse_after_loss(&self) -> Result<(), Refusal> {
        match self.store.prove(&self.lease).await {
            Err(error @ Error::LeaseLost { .. }) => Err(refusal(&error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Settles what killed runs left, loads the history, and stores that this run begins.
    pub(super) async fn begin(
        &mut self,
        order: &Order<'_>,
        run_id: &str,
        command: &str,
        register: &Register,
    ) -> Result<History, Refusal> {
        let refused = |error| refusal(&error);
        let doubtful = self.store.doubtful_intents(clock(), &self.lease).await.map_err(refused)?;
        if doubtful > 0 {
            warn!(mails = doubtful, "an earlier run was killed while it mailed: those mails are doubtful");
        }
        let (history, present) = self.store.recall(order.today()).await.map_err(refused)?;
        self.present = present;
        identity::refuse_the_past(order, &history)?;
        let bad_rows = register.bad_rows.iter().filter(|row| row.account.is_some()).count();
        let run = NewRun {
            run_id: run_id.to_owned(),
            command: command.to_owned(),
            now: order.now,
            day: order.today(),
            started_at: clock(),
            register_rows: register.account_rows as u64,
            bad_rows: bad_rows as u64,
        };
        self.run = Some(self.store.begin(&run, &self.lease).await.map_err(refused)?);
        Ok(history)
    }

    /// Stores what tonight changed.
    pub(super) async fn remember(&mut self, order: &Order<'_>, night: &Night) -> Result<(), String> {
        let Some(run) = self.run else { return Err("the run was not begun".to_owned()) };
        let present = std::mem::take(&mut self.present);
        self.store
            .remember(run, &night.findings, &night.observation, present, order.today(), &self.lease)
            .await
            .map_err(|e| e.to_string())
    }

    /// Stores how the run ended, that it released another one if nothing is held any more, and what it said.
    pub(super) async fn end(
        &self,
        order: &Order<'_>,
        course: &Course<'_>,
        releases: Option<RunSeq>,
    ) -> Result<(), String> {
        let Some(run) = self.run else { return Ok(()) };
        let (summary, plan, calls) = (course.summary(), &course.plan, &course.night.calls);
        let answers: serde_json::Map<String, serde_json::Value> = calls
            .answers
            .iter()
            .map(|((endpoint, answered), count)| (format!("{endpoint} {answered}"), (*count).into()))
            .collect();
        let members = &order.config.tiktok.members;
        let ending = RunEnding {
            ended_at: clock(),
            exit_code: summary.exit_code,
            exit_codes: summary.exit_codes.clone(),
            complete: summary.complete && !self.stop.is_cancelled(),
            held: plan.is_held() || plan.reminded.is_limited(),
            summary: serde_json::to_string(&summary).unwrap_or_default(),
            calls: serde_json::json!({
                "requests": calls.requests,
                "repeated": calls.repeated,
                "retry_waits_ms": u64::try_from(calls.retry_waits.as_millis()).unwrap_or(u64::MAX),
                "suspensions": calls.suspensions,
                "given_up": calls.given_up,
                "answers": answers,
            }),
            faulty_calls: calls
                .faulty
                .iter()
                .filter_map(|call| {
                    Some(FaultyCall {
                        member: members.get(call.member_index)?.email.clone(),
                        endpoint: call.endpoint.to_owned(),
                        business_center: call.business_center_id,
                        page: call.page,
                        code: match call.answered {
                            crate::tiktok::Answered::Code(code) => Some(code),
                            _ => None,
                        },
                        message: call.message.clone(),
                        request_id: call.request_id.clone(),
                    })
                })
                .collect(),
        };
        let findings = &course.night.findings;
        self.store.end(run, &ending, findings, &self.lease).await.map_err(|e| e.to_string())?;
        match releases {
            Some(released) if !ending.held => {
                self.store.mark_released(released, clock(), &self.lease).await.map_err(|e| e.to_string())
            }
            _ => Ok(()),
        }
    }

    /// Frees the lease and closes the store.
    pub(super) async fn close(self) {
        self.stop.cancel();
        if let Err(error) = self.lease.release(&self.store).await {
            warn!("the lease could not be freed, so the next run waits for it to lapse: {error}");
        }
        self.store.close().await;
    }
}

/// A lost lease is another run's (code 8), everything else a store that cannot be written (code 7).
fn refusal(error: &Error) -> Refusal {
    let exit = if matches!(error, Error::LeaseLost { .. }) { Exit::LeaseHeld } else { Exit::NotWritten };
    Refusal::new(exit, error.to_string())
}

/// The machine's clock, for what only the store shows.
pub(super) fn clock() -> DateTime<Utc> {
    Utc::now()
}
