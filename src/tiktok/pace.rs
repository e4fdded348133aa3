//! One developer app's turn to speak: requests evenly spaced just below its quota, and one silence for all workers.
//!
//! Invariant: in no second and no minute, sliding or of the calendar, can more requests arrive than the quota allows, and
//! none at all is sent while the app is silent. Quotas count per app, all tokens together, and exactly the quota already trips
//! the minute's window (fact sheet §2, portal page 1740029171730433).

mod arrivals;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use arrivals::Arrivals;

/// Share of the quota that is used: the rest absorbs what the network does to the spacing.
const SHARE: f64 = 0.985;
/// How late a turn may come without moving the later ones. Below the 15 ms that [`SHARE`] leaves in each second, so that
/// making up for it never puts one request too many into a window.
const LAG: Duration = Duration::from_millis(10);
/// From this many requests a second on there is no quota to speak of: TikTok's largest is 50 (fact sheet §2).
const UNLIMITED: f64 = 1000.0;
/// After the first suspension the pace is lowered for this long, afterwards for good: somebody else uses the app too.
const WARY: Duration = Duration::from_secs(30);
/// This many quota answers in a row, without a success between them, are the day's quota (fact sheet §2).
const DAY_QUOTA: u32 = 3;

/// Pace and silence of one app. It asks no clock: the present comes in, so that a test is its clock.
pub(super) struct Pace {
    /// Held by the one who waits for the next turn: turns are given in the order they were asked for.
    gate: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    interval: Duration,
    suspension: Duration,
    /// When the next turn is due.
    next: Instant,
    /// None where there is no quota to speak of.
    arrivals: Option<Arrivals>,
    /// Grows with every silence: answers to requests of an older epoch belong to a suspension already counted.
    epoch: u64,
    silent_until: Option<Instant>,
    in_a_row: u32,
    suspensions: u32,
    over: bool,
}

/// The right to send one request now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    epoch: u64,
    number: u64,
    sent_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Now(Turn),
    /// Ask again then.
    At(Instant),
}

/// TikTok's quota of the day is used up: there are no more turns in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayQuotaUsedUp;

impl Pace {
    pub(super) fn new(per_second: u32, per_minute: u32, suspension: Duration, now: Instant) -> Self {
        let quota = f64::from(per_second).min(f64::from(per_minute) / 60.0).max(1e-6);
        let interval = if quota >= UNLIMITED { 0.0 } else { 1.0 / (SHARE * quota) };
        let state = State {
            interval: Duration::from_secs_f64(interval),
            suspension,
            next: now,
            arrivals: (quota < UNLIMITED).then(|| Arrivals::new(per_second as usize)),
            epoch: 0,
            silent_until: None,
            in_a_row: 0,
            suspensions: 0,
            over: false,
        };
        Self { gate: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }

    /// Waits for the next turn. Dropping the future gives nothing away.
    pub(super) async fn turn(&self) -> Result<Turn, DayQuotaUsedUp> {
        let _first_in_line = self.gate.lock().await;
        loop {
            let due = match self.state().at(Instant::now())? {
                Next::Now(turn) => return Ok(turn),
                Next::At(due) => due,
            };
            sleep_until(due).await; // and ask again: a silence may have begun
        }
    }

    /// The request of this turn was answered with a quota code. Says whether a silence began.
    pub(super) fn refused(&self, turn: Turn, now: Instant) -> bool {
        self.state().refused(turn, now)
    }

    /// The request of this turn was answered, or given up; whatever came of it.
    pub(super) fn answered(&self, turn: Turn, now: Instant) {
        if let Some(arrivals) = &mut self.state().arrivals {
            arrivals.answered(turn.number, turn.sent_at, now);
        }
    }

    /// The request of this turn succeeded.
    pub(super) fn succeeded(&self, turn: Turn) {
        self.state().succeeded(turn);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The turn, if one is due; else when to ask again.
    fn at(&mut self, now: Instant) -> Result<Next, DayQuotaUsedUp> {
        if self.over {
            return Err(DayQuotaUsedUp);
        }
        let due = [self.silent_until, self.arrivals.as_ref().and_then(|arrivals| arrivals.earliest(now))]
            .into_iter()
            .flatten()
            .fold(self.next, Instant::max);
        if due > now {
            return Ok(Next::At(due));
        }
        let slot = now.checked_sub(LAG).map_or(due, |earliest| due.max(earliest));
        self.next = slot + self.spacing(now);
        let number = self.arrivals.as_mut().map_or(0, |arrivals| arrivals.sent(now));
        Ok(Next::Now(Turn { epoch: self.epoch, number, sent_at: now }))
    }

    fn refused(&mut self, turn: Turn, now: Instant) -> bool {
        if turn.epoch < self.epoch || self.over {
            return false;
        }
        self.epoch += 1;
        self.in_a_row += 1;
        if self.in_a_row >= DAY_QUOTA {
            self.over = true;
            return false;
        }
        self.suspensions += 1;
        self.silent_until = Some(now + self.suspension);
        true
    }

    /// A request sent before the last silence proves nothing about the time after it.
    fn succeeded(&mut self, turn: Turn) {
        if turn.epoch == self.epoch {
            self.in_a_row = 0;
        }
    }

    fn spacing(&self, now: Instant) -> Duration {
        match (self.suspensions, self.silent_until) {
            (1, Some(end)) if now < end + WARY => self.interval.mul_f64(1.0 / 0.9),
            (0 | 1, _) => self.interval,
            _ => self.interval.mul_f64(1.0 / 0.8),
        }
    }
}

#[cfg(test)]
mod tests;
