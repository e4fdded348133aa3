//! How many requests a developer app may send; all tokens of the app together.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Limits per developer app; `None` is no limit. The default limits nothing.
#[derive(Clone, Debug)]
pub struct Quota {
    /// Requests per second; beyond it, the request is refused.
    pub per_second: Option<u32>,
    /// Requests per minute; beyond it, the app is suspended.
    pub per_minute: Option<u32>,
    /// Requests per day; beyond it, the app is suspended until the day ends.
    pub per_day: Option<u32>,
    /// How seconds and minutes are cut. Days are calendar days that begin when the simulator starts.
    pub windows: Windows,
    /// How long an app is suspended after exceeding the minute. No request in it is answered with data.
    pub suspension: Duration,
}

/// How a second or a minute is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Windows {
    /// Second 0, second 1, … since the simulator started.
    #[default]
    Calendar,
    /// The last second before each request.
    Sliding,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            per_second: None,
            per_minute: None,
            per_day: None,
            windows: Windows::default(),
            suspension: Duration::from_secs(300),
        }
    }
}

impl Quota {
    /// A quota per second and minute, with TikTok's suspension.
    #[must_use]
    pub fn of(per_second: u32, per_minute: u32) -> Self {
        Self { per_second: Some(per_second), per_minute: Some(per_minute), ..Self::default() }
    }

    /// The basic level: 10 a second, 600 a minute, 864,000 a day.
    #[must_use]
    pub fn basic() -> Self {
        Self { per_day: Some(864_000), ..Self::of(10, 600) }
    }
}

/// Why a request is refused with 40100.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    pub(crate) message: String,
    pub(crate) during_suspension: bool,
}

/// What each app used.
#[derive(Debug)]
pub(crate) struct Meters {
    quota: Quota,
    apps: HashMap<Option<u64>, Meter>,
}

#[derive(Debug, Default)]
struct Meter {
    second: Window,
    minute: Window,
    day: Window,
    suspended_until: Duration,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

impl Meters {
    pub(crate) fn new(quota: Quota) -> Self {
        Self { quota, apps: HashMap::new() }
    }

    /// Suspends an app from `now` on.
    pub(crate) fn suspend(&mut self, app: Option<u64>, now: Duration, length: Duration) {
        self.apps.entry(app).or_default().suspended_until = now + length;
    }

    /// Counts a request at `now` (since the start), or refuses it.
    pub(crate) fn admit(&mut self, app: Option<u64>, now: Duration) -> Result<(), Excess> {
        let quota = &self.quota;
        let meter = self.apps.entry(app).or_default();
        let name = app.map_or_else(|| "-".to_owned(), |app| app.to_string());
        if now < meter.suspended_until {
            let message = format!("Due to too many requests, requests from App {name} are temporarily restricted.");
            return Err(Excess { message, during_suspension: true });
        }
        let second = meter.second.count(now, SECOND, quota.per_second, quota.windows);
        let minute = meter.minute.count(now, MINUTE, quota.per_minute, quota.windows);
        let day = meter.day.count(now, DAY, quota.per_day, Windows::Calendar);
        let message = if let Some(limit) = exceeded(day, quota.per_day) {
            meter.suspended_until = DAY * u32::try_from(now.as_secs() / DAY.as_secs() + 1).unwrap_or(u32::MAX);
            format!("App {name} reaches the QPD limit {limit}.")
        } else if exceeded(minute, quota.per_minute).is_some() {
            meter.suspended_until = now + quota.suspension;
            "Requests made too frequently. Please try again later.".to_owned()
        } else if let Some(limit) = exceeded(second, quota.per_second) {
            format!("App {name} reaches the QPS limit {limit}, current QPS is {second}")
        } else {
            return Ok(());
        };
        Err(Excess { message, during_suspension: false })
    }
}

fn exceeded(used: usize, limit: Option<u32>) -> Option<u32> {
    limit.filter(|limit| used > *limit as usize)
}

/// Requests in the running second, minute or day.
#[derive(Debug, Default)]
struct Window {
    began: u64,
    used: usize,
    times: VecDeque<Duration>,
}

impl Window {
    /// Counts one more and gives how many are in the window now.
    fn count(&mut self, now: Duration, length: Duration, limit: Option<u32>, windows: Windows) -> usize {
        if limit.is_none() {
            return 0;
        }
        match windows {
            Windows::Calendar => {
                let began = now.as_secs() / length.as_secs();
                if began != self.began {
                    (self.began, self.used) = (began, 0);
                }
                self.used += 1;
                self.used
            }
            Windows::Sliding => {
                while self.times.front().is_some_and(|time| *time + length <= now) {
                    self.times.pop_front();
                }
                self.times.push_back(now);
                self.times.len()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_eleventh_request_of_a_second_is_refused_and_the_next_second_is_free() {
        let mut meters = Meters::new(Quota::of(10, 600));
        assert!((0..10).all(|n| meters.admit(None, at(n)).is_ok()));
        let excess = meters.admit(Some(1), at(20));
        assert!(excess.is_ok(), "another app has its own quota");
        let excess = meters.admit(None, at(20)).unwrap_err();
        assert!(excess.message.ends_with("reaches the QPS limit 10, current QPS is 11"));
        assert!(!excess.during_suspension);
        assert!(meters.admit(None, at(1000)).is_ok());
    }

    #[test]
    fn a_sliding_second_looks_back() {
        let mut meters = Meters::new(Quota { windows: Windows::Sliding, ..Quota::of(2, 600) });
        assert!(meters.admit(None, at(900)).is_ok());
        assert!(meters.admit(None, at(950)).is_ok());
        assert!(meters.admit(None, at(1100)).is_err());
        assert!(meters.admit(None, at(2200)).is_ok());
    }

    #[test]
    fn exceeding_the_minute_suspends_and_exceeding_the_day_lasts_until_it_ends() {
        let mut meters = Meters::new(Quota { per_second: None, ..Quota::of(0, 2) });
        assert!(meters.admit(None, at(0)).is_ok() && meters.admit(None, at(1)).is_ok());
        assert!(!meters.admit(None, at(2)).unwrap_err().during_suspension);
        assert!(meters.admit(None, at(300_001)).unwrap_err().during_suspension);
        assert!(meters.admit(None, at(300_002)).is_ok());

        let mut meters = Meters::new(Quota { per_day: Some(1), ..Quota::default() });
        assert!(meters.admit(None, at(0)).is_ok());
        assert!(meters.admit(None, at(1)).is_err());
        assert!(meters.admit(None, at(86_399_999)).is_err());
        assert!(meters.admit(None, at(86_400_000)).is_ok());
    }
}
