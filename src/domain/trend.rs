//! How access develops from night to night.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ChangeCounts, Status, Summary};

/// Calendar days that a trend covers, tonight included.
pub const TREND_DAYS: u16 = 90;

/// What a night left: the last run of a calendar day that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendNight {
    /// Its day.
    pub day: NaiveDate,
    /// Whether everything was read.
    pub complete: bool,
    /// Judged rows by status; a status without rows is absent.
    pub counts: BTreeMap<Status, u64>,
    /// By change.
    pub changes: ChangeCounts,
}

impl TrendNight {
    /// Judged rows of that status.
    #[must_use]
    pub fn of(&self, status: Status) -> u64 {
        self.counts.get(&status).copied().unwrap_or(0)
    }
}

impl Summary {
    /// Judged rows of that status.
    #[must_use]
    pub fn of(&self, status: Status) -> u64 {
        self.counts.get(status.as_str()).map_or(0, |causes| causes.values().sum())
    }

    /// The night as the trend has it.
    #[must_use]
    pub fn trend_night(&self, day: NaiveDate) -> TrendNight {
        let counts = Status::ALL.iter().map(|status| (*status, self.of(*status))).filter(|(_, count)| *count > 0);
        TrendNight { day, complete: self.complete, counts: counts.collect(), changes: self.changes }
    }
}
