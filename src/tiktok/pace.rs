//! One developer app's turn to speak: requests evenly spaced just below its quota, and one silence for all workers.
//!
//! Invariant: in no second and no minute, sliding or of the calendar, are more turns given than the quota allows, and
//! none at all while the app is silent. Quotas count per app, all tokens together, and exactly the quota already trips
//! the minute's window (fact sheet §2, portal page 1740029171730433).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Share of the quota that is used: the two percent absorb what the network does to the spacing.
const SHARE: f64 = 0.98;
/// How late a turn may come without moving the later ones. Below the 20 ms that [`SHARE`] leaves in each second, so that
/// making up for it never puts one request too many into a window.
const LAG: Duration = Duration::from_millis(10);
/// From this many requests a second on there is no quota to speak of: TikTok's largest is 50 (fact sheet §2).
const UNLIMITED: f64 = 1000.0;
/// After the first suspension the pace is lowered for this long, afterwards for good: somebody else uses the app too.
const WARY: Duration = Duration::from_secs(30);
/// This many quota answers in a row, without a success between them, are the day's quota (fact sheet §2).
const DAY_QUOTA: u32 = 3;

/// Pace and silence of one app.
pub(super) struct Pace {
    interval: Duration,
    suspension: Duration,
    /// When the next turn is due. Held while waiting for it, so that turns are given in the order they were asked for.
    gate: tokio::sync::Mutex<Instant>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
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
}

/// TikTok's quota of the day is used up: there are no more turns in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayQuotaUsedUp;

impl Pace {
    pub(super) fn new(per_second: u32, per_minute: u32, suspension: Duration) -> Self {
        let quota = f64::from(per_second).min(f64::from(per_minute) / 60.0).max(f64::MIN_POSITIVE);
        let interval = if quota >= UNLIMITED { 0.0 } else { 1.0 / (SHARE * quota) };
        Self {
            interval: Duration::try_from_secs_f64(interval).unwrap_or(Duration::from_hours(24)),
            suspension,
            gate: tokio::sync::Mutex::new(Instant::now()),
            state: Mutex::default(),
        }
    }

    /// Waits for the next turn. Dropping the future gives nothing away.
    pub(super) async fn turn(&self) -> Result<Turn, DayQuotaUsedUp> {
        let mut next = self.gate.lock().await;
        loop {
            let now = Instant::now();
            let due = {
                let state = self.state();
                if state.over {
                    return Err(DayQuotaUsedUp);
                }
                let due = state.silent_until.map_or(*next, |end| end.max(*next));
                if due <= now {
                    let slot = now.checked_sub(LAG).map_or(due, |earliest| due.max(earliest));
                    *next = slot + self.spacing(&state, now);
                    return Ok(Turn { epoch: state.epoch });
                }
                due
            };
            sleep_until(due).await; // and look again: a silence may have begun
        }
    }

    /// The request of this turn was answered with a quota code. Says whether a silence began.
    pub(super) fn refused(&self, turn: Turn) -> bool {
        let mut state = self.state();
        if turn.epoch < state.epoch || state.over {
            return false;
        }
        state.epoch += 1;
        state.in_a_row += 1;
        if state.in_a_row >= DAY_QUOTA {
            state.over = true;
            return false;
        }
        state.suspensions += 1;
        state.silent_until = Some(Instant::now() + self.suspension);
        true
    }

    /// The request of this turn succeeded. One sent before the last silence proves nothing about the time after it.
    pub(super) fn succeeded(&self, turn: Turn) {
        let mut state = self.state();
        if turn.epoch == state.epoch {
            state.in_a_row = 0;
        }
    }

    fn spacing(&self, state: &State, now: Instant) -> Duration {
        let wary = |end: Instant| now < end + WARY;
        match (state.suspensions, state.silent_until) {
            (1, Some(end)) if wary(end) => self.interval.mul_f64(1.0 / 0.9),
            (0 | 1, _) => self.interval,
            _ => self.interval.mul_f64(1.0 / 0.8),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
