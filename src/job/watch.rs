//! Where a run's time goes; for log and metrics, never for a report.
//!
//! Invariant: the phases' times add up to all that has passed since the start.

use std::time::{Duration, Instant};

/// What a run does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Registers, store and lease.
    Preparing,
    /// Asking TikTok.
    Reading,
    /// Judging, and planning the mails.
    Judging,
    /// Storing what tonight changed.
    Remembering,
    /// Persons and operators.
    Mailing,
    /// Writing the report, and the end.
    Reporting,
}

impl Phase {
    /// All of them, in the order of a run.
    pub const ALL: [Self; 6] =
        [Self::Preparing, Self::Reading, Self::Judging, Self::Remembering, Self::Mailing, Self::Reporting];

    /// Its name in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Reading => "reading",
            Self::Judging => "judging",
            Self::Remembering => "remembering",
            Self::Mailing => "mailing",
            Self::Reporting => "reporting",
        }
    }
}

/// A stopwatch over all phases.
#[derive(Clone, Debug)]
pub struct Watch {
    since: Instant,
    spent: [Duration; 6],
}

impl Watch {
    pub(super) fn since(begun: Instant) -> Self {
        Self { since: begun, spent: [Duration::ZERO; 6] }
    }

    /// What has passed since the last call was this phase.
    pub(super) fn was(&mut self, phase: Phase) {
        let now = Instant::now();
        self.spent[phase as usize] += now.saturating_duration_since(self.since);
        self.since = now;
    }

    /// Each phase with its time.
    #[must_use]
    pub fn phases(&self) -> [(Phase, Duration); 6] {
        Phase::ALL.map(|phase| (phase, self.spent[phase as usize]))
    }
}
