use std::collections::BTreeSet;

use chrono::{Days, TimeDelta, Timelike as _};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case("Europe/Copenhagen", 2026)]
#[case("America/New_York", 2026)]
#[case("Pacific/Apia", 2020)]
#[case("Australia/Lord_Howe", 2026)] // changes by half an hour
#[case("Africa/Casablanca", 2026)] // changes around Ramadan
#[case("America/Santiago", 2026)] // changes at midnight
#[case("Antarctica/Troll", 2026)] // changes by two hours
#[case("Asia/Kolkata", 2026)]
fn a_year_of_nights_has_one_run_each_at_its_wall_time(#[case] zone: Tz, #[case] year: i32) {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    for (hour, minute) in [(4, 30), (2, 30), (2, 0), (3, 0), (0, 0), (1, 59)] {
        let table = table(&format!("0 {minute} {hour} * * *"), zone);
        let begin = first.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(2);
        let all = moments(&table, begin, begin + TimeDelta::days(370));
        let of_year: Vec<_> = all.iter().filter(|moment| wall(**moment, zone).date() >= first).take(365).collect();
        let days: Vec<NaiveDate> = of_year.iter().map(|moment| day(**moment, zone)).collect();
        assert_eq!(days, (0..365).map(|n| first + Days::new(n)).collect::<Vec<_>>(), "{zone} {hour}:{minute}");
        let shifted: Vec<_> = of_year
            .iter()
            .filter(|moment| (wall(***moment, zone).hour(), wall(***moment, zone).minute()) != (hour, minute))
            .collect();
        // Only a wall time that the clock jumps over comes at another: once or twice a year.
        assert!(shifted.len() <= 2, "{zone} {hour}:{minute}: {shifted:?}");
    }
}

#[rstest]
#[case::jumped_over("Europe/Copenhagen", "2026-03-28T12:00:00Z", &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])]
#[case::comes_twice("Europe/Copenhagen", "2026-10-24T12:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])]
#[case::jumped_over("America/New_York", "2026-03-07T12:00:00Z", &["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"])]
#[case::half_an_hour("Australia/Lord_Howe", "2026-10-03T12:00:00Z", &["2026-10-03T15:30:00Z", "2026-10-04T15:30:00Z"])]
#[case::a_whole_day("Pacific/Apia", "2011-12-30T09:59:00Z", &["2011-12-30T10:00:00Z", "2011-12-30T12:30:00Z"])]
fn half_past_two_where_the_clock_changes(#[case] zone: Tz, #[case] from: &str, #[case] expected: &[&str]) {
    let table = table("0 30 2 * * *", zone);
    let mut moment = at(from);
    for expected in expected {
        moment = table.next_after(moment).unwrap();
        assert_eq!(moment, at(expected));
    }
}

#[test]
fn a_run_that_began_in_the_hour_that_comes_again_is_not_due_in_its_second() {
    let table = table("0 30 2 * * *", chrono_tz::Europe::Copenhagen);
    // From any moment after the first 02:30 of the 25th, the next is that of the 26th.
    for minutes in 0..180 {
        let from = at("2026-10-25T00:30:00Z") + TimeDelta::minutes(minutes);
        assert_eq!(table.next_after(from), Some(at("2026-10-26T01:30:00Z")), "{from}");
    }
}

#[test]
fn several_wall_times_that_the_clock_jumps_over_are_one_run() {
    let table = table("0 */10 2 * * *", chrono_tz::Europe::Copenhagen);
    let night = moments(&table, at("2026-03-28T20:00:00Z"), at("2026-03-29T20:00:00Z"));
    assert_eq!(night, [at("2026-03-29T01:00:00Z")]);
}

fn zones() -> impl Strategy<Value = Tz> {
    use chrono_tz::{Africa, America, Asia, Atlantic, Australia, Europe, Pacific};
    prop::sample::select(vec![
        Europe::Copenhagen,
        Europe::Dublin,
        America::New_York,
        America::St_Johns,
        America::Santiago,
        Pacific::Apia,
        Pacific::Chatham,
        Australia::Lord_Howe,
        Africa::Casablanca,
        Asia::Tehran,
        Atlantic::Azores,
    ])
}

/// First days of weeks in which clocks change in one of the zones, and others.
fn changes() -> impl Strategy<Value = (u32, u32)> {
    (prop::sample::select(vec![3, 4, 9, 10, 11]), prop::sample::select(vec![1, 6, 24]))
}

fn crons() -> impl Strategy<Value = String> {
    let minute =
        prop_oneof![(0..60_u32).prop_map(|m| m.to_string()), Just("*/15".to_owned()), Just("0,30,59".to_owned())];
    let hour = prop_oneof![(0..24_u32).prop_map(|h| h.to_string()), Just("*".to_owned()), Just("0-3".to_owned())];
    let weekday = prop_oneof![Just("*"), Just("MON-FRI"), Just("SUN")];
    (minute, hour, weekday).prop_map(|(minute, hour, weekday)| format!("0 {minute} {hour} * * {weekday}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a clock that is watched minute by minute: a wall time is due when it, or a later one, is first shown.
    #[test]
    fn every_wall_time_is_due_once_when_the_clock_first_reaches_it(cron in crons(), zone in zones(), year in 2005..2065, change in changes()) {
        let (month, day) = change;
        let from = NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
        let until = from + TimeDelta::days(8);
        let table = table(&cron, zone);
        let found = moments(&table, from, until);
        prop_assert!(found.is_sorted_by(|a, b| a < b), "strictly rising");
        let walls: BTreeSet<_> = found.iter().map(|moment| wall(*moment, zone)).collect();
        prop_assert_eq!(walls.len(), found.len(), "no wall time twice");

        let plain = CronParser::builder().seconds(Seconds::Required).build().parse(&cron).unwrap();
        let mut reached = wall(from, zone);
        let next_wall = |wall: NaiveDateTime| plain.find_next_occurrence(&wall.and_utc(), false).unwrap().naive_utc();
        let mut next = next_wall(reached);
        let mut expected = Vec::new();
        let mut now = from;
        while now + TimeDelta::minutes(1) < until {
            now += TimeDelta::minutes(1);
            let shown = wall(now, zone);
            if shown > reached {
                if next <= shown {
                    expected.push(now);
                    next = next_wall(shown);
                }
                reached = shown;
            }
        }
        prop_assert_eq!(found, expected);
    }
}
