//! What is due, and whether it is tried again.
//!
//! Invariant: however many moments of the timetable were missed, they are made up by one run; a run is tried again within
//! its night exactly where Kubernetes would do so for the CronJob.

use chrono::{DateTime, TimeDelta, Utc};

use super::timetable::Timetable;
use crate::domain::Exit;

/// Pauses before a run is tried again, for the codes where that can help: those of the CronJob, whose `backoffLimit` is 2 and
/// whose pauses are Kubernetes' own. A code that needs a person (2, 3, 5), and one that says that another run is at work
/// (8), waits for the next night in both.
const PAUSES: [TimeDelta; 2] = [TimeDelta::seconds(10), TimeDelta::seconds(20)];

/// A clock that was set back by more than this was wrong before, and what is done is counted from the present. A smaller step is
/// waited out, so that nothing is done twice.
const LARGEST_STEP: TimeDelta = TimeDelta::hours(1);

/// What there is to do.
#[derive(Clone, Debug)]
pub struct Agenda {
    timetable: Timetable,
    /// Everything that was due until then is done, or begun.
    done_until: DateTime<Utc>,
    due: Option<DateTime<Utc>>,
    /// Attempts at the night in hand.
    attempts: usize,
    again_at: Option<DateTime<Utc>>,
}

impl Agenda {
    /// An agenda on which nothing before this moment stands.
    #[must_use]
    pub fn new(timetable: Timetable, since: DateTime<Utc>) -> Self {
        let due = timetable.next_after(since);
        Self { timetable, done_until: since, due, attempts: 0, again_at: None }
    }

    /// The store tells when the last run was that needs no further attempt: what was missed since then is due. Not so once
    /// a run has begun.
    pub fn hears_of(&mut self, last_run: DateTime<Utc>) {
        if self.attempts == 0 && last_run < self.done_until {
            self.is_done_until(last_run);
        }
    }

    /// When a run is due next.
    #[must_use]
    pub fn next(&self) -> Option<DateTime<Utc>> {
        [self.due, self.again_at].into_iter().flatten().min()
    }

    /// Whether a run is due now.
    pub fn is_due(&mut self, now: DateTime<Utc>) -> bool {
        if self.done_until - now > LARGEST_STEP {
            self.again_at = None;
            self.is_done_until(now);
        }
        self.next().is_some_and(|next| next <= now)
    }

    /// A run begins: with it, all that was due is in hand.
    pub fn begins(&mut self, now: DateTime<Utc>) {
        let is_new_night = self.due.is_some_and(|due| due <= now);
        self.attempts = if is_new_night { 1 } else { self.attempts + 1 };
        self.again_at = None;
        self.is_done_until(now.max(self.done_until));
    }

    /// It ended. Says when it is tried again, if it is.
    pub fn ended(&mut self, exit: Exit, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let pause = PAUSES.get(self.attempts.saturating_sub(1)).filter(|_| exit.retry_helps());
        self.again_at = pause.map(|pause| now + *pause);
        self.again_at
    }

    fn is_done_until(&mut self, moment: DateTime<Utc>) {
        self.done_until = moment;
        self.due = self.timetable.next_after(moment);
    }
}
