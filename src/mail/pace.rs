//! When the next mail may go.
//!
//! Invariants: in no minute does a server meet more than `mail.max_per_minute` mails, wherever in a dialogue it counts
//! them; while it takes nothing, all mails wait, and after each of ever longer pauses one of them asks.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

#[cfg(test)]
#[path = "tests/pace.rs"]
mod tests;

/// A minute, and what two clocks may differ by in one.
const WINDOW: Duration = Duration::from_millis(60_100);

/// Pauses after refusals in a row. Together they last a minute, so that a limit by the minute has let go by then.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16), Duration::from_secs(40)];

/// Whether the server takes mail at all, whatever it says to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Serves,
    /// It cannot be reached, does not let us in, or wants less of us.
    Refuses,
}

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    /// A turn has ended.
    ended: Notify,
}

/// The right to one dialogue; ends when it is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    pace: &'a Pace,
    begun: Instant,
    /// It asks whether a server that refused serves again.
    asks: bool,
}

#[derive(Debug)]
struct State {
    /// Mails a minute; none where nothing limits them.
    limit: Option<u32>,
    /// Earliest moment of the next turn by even spacing.
    next: Option<Instant>,
    under_way: usize,
    /// Ends of the turns of the last minute. A mail that begins a minute after another one's end is a minute from it,
    /// whatever the server counts: connections, commands or texts.
    ended: VecDeque<Instant>,
    /// Refusals in a row.
    refusals: usize,
    /// When the last of them was heard, and until when all wait.
    pause: Option<(Instant, Instant)>,
    /// Whether somebody asks.
    asking: bool,
}

/// What a look at the state says.
enum Next {
    Now {
        asks: bool,
    },
    At(Instant),
    /// When another turn has ended.
    AfterAnEnd,
}

impl Pace {
    pub(super) fn new(limit: Option<u32>) -> Self {
        let limit = limit.map(|limit| limit.max(1));
        let state =
            State { limit, next: None, under_way: 0, ended: VecDeque::new(), refusals: 0, pause: None, asking: false };
        Self { state: Mutex::new(state), ended: Notify::new() }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let wanted = Instant::now();
        loop {
            // Heard from here on, so that no end is missed between the look and the wait.
            let ended = self.ended.notified();
            let now = Instant::now();
            let next = self.lock().look(wanted, now);
            match next {
                Next::Now { asks } => return Turn { pace: self, begun: now, asks },
                Next::At(due) => drop(timeout_at(due, ended).await),
                Next::AfterAnEnd => ended.await,
            }
        }
    }

    /// Whether the server still refused after the last pause.
    pub(super) fn has_given_up(&self) -> bool {
        self.lock().has_given_up()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Tells how the server stood.
    pub(super) fn met(&self, standing: Standing) {
        self.pace.lock().met(standing, self.begun, Instant::now());
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.pace.lock().end(self.asks, Instant::now());
        self.pace.ended.notify_waiters();
    }
}

impl State {
    /// Takes a turn if there is one for somebody who has waited since `wanted`.
    fn look(&mut self, wanted: Instant, now: Instant) -> Next {
        let refusing = self.refusals > 0 && !self.has_given_up();
        let paused = self.pause.filter(|_| refusing).map(|(_, until)| until);
        let at = self.next.max(paused).unwrap_or(wanted).max(wanted);
        if at > now {
            return Next::At(at);
        }
        if refusing && self.asking {
            return Next::AfterAnEnd;
        }
        if let Some(limit) = self.limit {
            while self.ended.front().is_some_and(|ended| *ended + WINDOW <= now) {
                self.ended.pop_front();
            }
            if self.ended.len() + self.under_way >= limit as usize {
                return self.ended.front().map_or(Next::AfterAnEnd, |first| Next::At(*first + WINDOW));
            }
            // From when it was due, not from when a timer woke: lateness does not add up.
            self.next = Some(at + Duration::from_secs(60) / limit);
        }
        self.under_way += 1;
        self.asking |= refusing;
        Next::Now { asks: refusing }
    }

    /// A dialogue that began before the last refusal was heard says nothing new.
    fn met(&mut self, standing: Standing, begun: Instant, now: Instant) {
        if self.pause.is_some_and(|(heard, _)| begun < heard) {
            return;
        }
        match standing {
            Standing::Serves => (self.refusals, self.pause) = (0, None),
            Standing::Refuses => {
                let pause = PAUSES.get(self.refusals).copied().unwrap_or_default();
                self.pause = Some((now, now + pause));
                self.refusals += 1;
            }
        }
    }

    fn end(&mut self, asked: bool, now: Instant) {
        self.under_way -= 1;
        self.asking &= !asked;
        if self.limit.is_some() {
            self.ended.push_back(now);
        }
    }

    fn has_given_up(&self) -> bool {
        self.refusals > PAUSES.len()
    }
}
