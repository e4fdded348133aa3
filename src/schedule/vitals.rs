//! How the process goes, as its doors tell it.
//!
//! Invariant: alive is who beats, and whose run is not overdue; ready is who could read the store when it last looked.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A heart that was not heard for so long has stopped.
const SILENCE: Duration = Duration::from_secs(30);

/// What is known of the process.
pub struct Vitals(Mutex<State>);

struct State {
    last_beat: Instant,
    run_ends_by: Option<Instant>,
    readiness: Readiness,
    metrics: String,
}

/// Whether the store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Nobody has looked yet.
    Unknown,
    /// It answered.
    Ready,
    /// It did not; the log says why.
    StoreAway,
}

impl Vitals {
    /// Of a process that starts now.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let (readiness, metrics) = (Readiness::Unknown, String::new());
        Self(Mutex::new(State { last_beat: now, run_ends_by: None, readiness, metrics }))
    }

    /// A beat was heard and acted on.
    pub fn beats(&self, now: Instant) {
        self.state().last_beat = now;
    }

    /// A run is at work, and has hung if it does not end by then; or none is.
    pub fn runs_until(&self, deadline: Option<Instant>) {
        self.state().run_ends_by = deadline;
    }

    /// Somebody looked at the store.
    pub fn is_ready(&self, readiness: Readiness) {
        self.state().readiness = readiness;
    }

    /// What Prometheus shall read from now on.
    pub fn shows(&self, metrics: String) {
        self.state().metrics = metrics;
    }

    /// Why the process should be restarted, if it should.
    #[must_use]
    pub fn ails(&self, now: Instant) -> Option<&'static str> {
        let state = self.state();
        if now.saturating_duration_since(state.last_beat) > SILENCE {
            return Some("the beat has stopped");
        }
        state.run_ends_by.filter(|deadline| now > *deadline).map(|_| "a run does not end")
    }

    /// Whether it can run.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.state().readiness
    }

    /// What Prometheus reads.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.state().metrics.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
