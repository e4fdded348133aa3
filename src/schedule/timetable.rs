//! The moments of a cron expression in a zone.
//!
//! Invariant: a wall time is due at the first moment at which the zone's clock shows it or a later one. So one that the
//! clock jumps over comes at the next that exists, one that it shows twice comes once, and no two moments are the same.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::{GapInfo, Tz};
use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds};

/// A cron expression, seconds first, in a zone.
#[derive(Clone, Debug)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
}

impl Timetable {
    /// Reads the expression.
    ///
    /// # Errors
    /// It is none; the configuration has refused that already.
    pub fn new(cron: &str, zone: Tz) -> Result<Self, CronError> {
        let cron = CronParser::builder().seconds(Seconds::Required).build().parse(cron)?;
        Ok(Self { cron, zone })
    }

    /// The first moment that is due after this one; none if it never comes again.
    ///
    /// croner walks over wall times alone, as if they were UTC: its own walk over a zone decides differently for crons with
    /// a fixed hour and for others.
    #[must_use]
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut wall = moment.with_timezone(&self.zone).naive_local().and_utc();
        loop {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            // In an hour that comes twice, the second time shows wall times whose moment has passed.
            let due = self.moment_of(wall.naive_utc())?;
            if due > moment {
                return Some(due);
            }
        }
    }

    fn moment_of(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let moment = match self.zone.from_local_datetime(&wall) {
            LocalResult::Single(only) => only,
            LocalResult::Ambiguous(first, _) => first,
            LocalResult::None => GapInfo::new(&wall, &self.zone)?.end?,
        };
        Some(moment.with_timezone(&Utc))
    }
}
