//! When the requests of the last second can have reached TikTok, at the latest.
//!
//! Invariant: the quota counts arrivals, not sendings. A request that was held up on its way (a connection that was only
//! just made, a busy machine) comes closer to the later ones, so a turn keeps a second's distance from the latest moment
//! at which the one a quota before it can have arrived.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A window of the quota, and what clocks and timers add to it.
const WINDOW: Duration = Duration::from_millis(1005);
/// No request is thought to be held up for longer: one that hangs would hold up all others, too.
const MOST_DELAY: Duration = Duration::from_millis(500);

/// The last requests, as many as the quota of a second.
pub(super) struct Arrivals {
    quota: usize,
    recent: VecDeque<Sent>,
    /// Number of the first of them.
    first: u64,
    /// The quickest answer so far: what every request needs at least. What held up all of them so far is not seen.
    quickest: Option<Duration>,
}

struct Sent {
    at: Instant,
    took: Option<Duration>,
}

impl Arrivals {
    pub(super) fn new(quota_a_second: usize) -> Self {
        Self { quota: quota_a_second.max(1), recent: VecDeque::new(), first: 0, quickest: None }
    }

    /// A request is sent now; gives its number.
    pub(super) fn sent(&mut self, now: Instant) -> u64 {
        if self.recent.len() == self.quota {
            self.recent.pop_front();
            self.first += 1;
        }
        self.recent.push_back(Sent { at: now, took: None });
        self.first + self.recent.len() as u64 - 1
    }

    /// A request was answered, whatever the answer.
    pub(super) fn answered(&mut self, number: u64, sent_at: Instant, now: Instant) {
        let took = now.saturating_duration_since(sent_at);
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(sent) = place.and_then(|place| self.recent.get_mut(place)) {
            sent.took = Some(took);
        }
    }

    /// The earliest moment for the next request; none while fewer were sent than the quota allows.
    pub(super) fn earliest(&self, now: Instant) -> Option<Instant> {
        let sent = self.recent.front().filter(|_| self.recent.len() == self.quota)?;
        let took = sent.took.unwrap_or_else(|| now.saturating_duration_since(sent.at));
        let delay = took.saturating_sub(self.quickest.unwrap_or_default()).min(MOST_DELAY);
        Some(sent.at + WINDOW + delay)
    }
}
