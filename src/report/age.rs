//! How old a report is, by its run id alone.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::domain::Calendar;

/// How long reports are kept.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Whose days count.
    pub calendar: Calendar,
    /// The run's own day.
    pub today: NaiveDate,
    /// Days; a report of that age is still kept.
    pub days: u32,
    /// The machine's moment: how long ago a dead run died is no matter of the run's own `now`.
    pub clock: DateTime<Utc>,
}

impl Keep {
    /// Whether this is the id of a run that is older. What is no run id has no age.
    pub(super) fn is_over(&self, run_id: &str) -> bool {
        moment(run_id)
            .is_some_and(|moment| (self.today - self.calendar.day(moment.and_utc())).num_days() > i64::from(self.days))
    }
}

/// Whether this names a run.
pub(super) fn is_run_id(name: &str) -> bool {
    moment(name).is_some()
}

const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// The moment in a run id `YYYYMMDDTHHMMSSZ-xxxx`.
fn moment(run_id: &str) -> Option<NaiveDateTime> {
    let (moment, hash) = run_id.split_once('-')?;
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let parsed = NaiveDateTime::parse_from_str(moment, FORMAT).ok()?;
    // Read back: other spellings of a moment are somebody else's.
    let ours = hash.len() == 4 && hash.bytes().all(hexadecimal) && parsed.format(FORMAT).to_string() == moment;
    ours.then_some(parsed)
}

/// The summary's `command`, which says whether a `run` or `release` wrote the report.
pub(super) fn is_of_a_run(summary: &[u8]) -> bool {
    let summary: serde_json::Value = serde_json::from_slice(summary).unwrap_or_default();
    matches!(summary["command"].as_str(), Some("run" | "release"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("20261103T043000Z-0001", false)]
    #[case("20261101T120000Z-ffff", false)]
    // Half past eleven at night in London is the next day in Copenhagen.
    #[case("20261031T233000Z-0001", false)]
    #[case("20261031T223000Z-0001", true)]
    #[case("20240229T043000Z-0001", true)]
    #[case("20230229T043000Z-0001", false)]
    #[case("20201031T043000Z-000A", false)]
    #[case("20201031T043000Z-00011", false)]
    #[case("2020103T0043000Z-0001", false)]
    #[case("+20201031T043000Z-0001", false)]
    #[case("20201031T043000Z", false)]
    #[case("latest", false)]
    #[case("", false)]
    fn a_report_is_over_by_the_days_of_the_calendar(#[case] name: &str, #[case] over: bool) {
        let calendar = Calendar { zone: chrono_tz::Europe::Copenhagen };
        let today = "2026-11-03".parse().unwrap();
        let keep = Keep { calendar, today, days: 2, clock: DateTime::UNIX_EPOCH };
        assert_eq!(keep.is_over(name), over);
    }
}
