use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::Exit;

fn agenda(since: &str) -> Agenda {
    Agenda::new(table("0 30 4 * * *", Copenhagen), at(since))
}

/// Beats until it is due, and begins.
fn runs(
    agenda: &mut Agenda,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    every: TimeDelta,
    exit: Exit,
) -> Vec<DateTime<Utc>> {
    let mut begun = Vec::new();
    let mut now = from;
    while now < until {
        if agenda.is_due(now) {
            agenda.begins(now);
            begun.push(now);
            agenda.ended(exit, now);
        }
        now += every;
    }
    begun
}

#[test]
fn a_year_of_beats_starts_each_night_once() {
    for zone in [Copenhagen, chrono_tz::America::New_York, chrono_tz::Pacific::Apia, chrono_tz::Australia::Lord_Howe] {
        for cron in ["0 30 4 * * *", "0 30 2 * * *"] {
            let begin = at("2026-01-01T12:00:00Z");
            let mut agenda = Agenda::new(table(cron, zone), begin);
            let begun = runs(&mut agenda, begin, begin + TimeDelta::days(365), TimeDelta::seconds(37), Exit::Done);
            let days: Vec<NaiveDate> = begun.iter().map(|moment| day(*moment, zone)).collect();
            assert_eq!(days.len(), 365, "{zone} {cron}");
            assert!(days.is_sorted_by(|a, b| a.succ_opt() == Some(*b)), "{zone} {cron}");
        }
    }
}

#[test]
fn what_was_missed_while_it_was_down_is_made_up_once() {
    let mut agenda = agenda("2026-11-23T12:00:00Z");
    assert!(!agenda.is_due(at("2026-11-23T12:00:01Z")), "nothing is known to be missed");
    agenda.hears_of(at("2026-11-18T03:30:00Z"));
    let begun =
        runs(&mut agenda, at("2026-11-23T12:00:02Z"), at("2026-11-25T12:00:00Z"), TimeDelta::seconds(1), Exit::Done);
    assert_eq!(begun, [at("2026-11-23T12:00:02Z"), at("2026-11-24T03:30:00Z"), at("2026-11-25T03:30:00Z")]);
}

#[test]
fn a_run_of_tonight_is_not_made_up() {
    let mut agenda = agenda("2026-11-23T12:00:00Z");
    agenda.hears_of(at("2026-11-23T03:30:00Z"));
    assert!(!agenda.is_due(at("2026-11-23T12:00:01Z")));
    assert_eq!(agenda.next(), Some(at("2026-11-24T03:30:00Z")));
}

#[test]
fn what_the_store_tells_late_does_not_start_a_night_again() {
    let mut agenda = agenda("2026-11-23T03:00:00Z");
    assert!(agenda.is_due(at("2026-11-23T03:30:00Z")));
    agenda.begins(at("2026-11-23T03:30:00Z"));
    agenda.hears_of(at("2026-11-22T03:30:00Z"));
    assert!(!agenda.is_due(at("2026-11-23T03:30:30Z")));
}

#[test]
fn a_run_is_tried_again_as_the_cronjob_would() {
    for exit in Exit::ALL {
        let mut agenda = agenda("2026-11-23T00:00:00Z");
        let begun =
            runs(&mut agenda, at("2026-11-23T00:00:00Z"), at("2026-11-24T03:00:00Z"), TimeDelta::seconds(1), *exit);
        let all = ["2026-11-23T03:30:00Z", "2026-11-23T03:30:10Z", "2026-11-23T03:30:30Z"].map(at);
        assert_eq!(begun, all[..if exit.retry_helps() { 3 } else { 1 }], "{exit:?}");
        // The next night has its own attempts.
        let begun =
            runs(&mut agenda, at("2026-11-24T03:00:00Z"), at("2026-11-25T03:00:00Z"), TimeDelta::seconds(1), *exit);
        assert_eq!(begun.len(), if exit.retry_helps() { 3 } else { 1 }, "{exit:?}");
    }
}

#[test]
fn a_clock_that_is_set_back_a_little_starts_no_night_twice_and_one_that_was_wrong_loses_none() {
    let mut agenda = agenda("2026-11-23T03:00:00Z");
    agenda.begins(at("2026-11-23T03:30:01Z"));
    agenda.ended(Exit::Done, at("2026-11-23T03:31:00Z"));
    assert!(!agenda.is_due(at("2026-11-23T02:45:00Z")));
    assert!(!agenda.is_due(at("2026-11-23T03:30:00Z")));
    // A year ahead, run there, and back.
    assert!(agenda.is_due(at("2027-11-23T03:30:00Z")));
    agenda.begins(at("2027-11-23T03:30:00Z"));
    agenda.ended(Exit::NotReadCompletely, at("2027-11-23T03:31:00Z"));
    assert!(!agenda.is_due(at("2026-11-23T03:40:00Z")));
    assert!(agenda.is_due(at("2026-11-24T03:30:00Z")));
}

proptest! {
    /// Beats that come late, or not for days: never two runs for one night, and every beat after a night finds it done.
    #[test]
    fn no_night_is_started_twice_or_left_out(
        pauses in prop::collection::vec(prop_oneof![1_i64..5, 600_i64..100_000, 80_000_i64..600_000], 1..200),
        zone in prop::sample::select(vec![Copenhagen, chrono_tz::America::New_York, chrono_tz::Pacific::Chatham]),
        hour in 0_u32..5,
    ) {
        let zone: Tz = zone;
        let table = table(&format!("0 30 {hour} * * *"), zone);
        let mut now = at("2026-02-01T12:00:00Z");
        let mut agenda = Agenda::new(table.clone(), now);
        let mut last = now;
        for pause in pauses {
            let before = now;
            now += TimeDelta::seconds(pause);
            let missed = moments(&table, last, now + TimeDelta::seconds(1));
            let is_due = agenda.is_due(now);
            prop_assert_eq!(is_due, !missed.is_empty(), "between {} and {}", before, now);
            if is_due {
                agenda.begins(now);
                agenda.ended(Exit::Done, now);
                last = now;
            }
        }
    }
}
