//! `kill -9` and SIGTERM at moments that nobody chose (R5, R10, R18). `tests/kills.sh` does it more often.
//!
//! Each round is two days: on the first a run is ended after a pseudo-random time and the day is run again to its end,
//! on the second a run is left alone. Every day is a mailing day, and the store goes on from round to round.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{Days, NaiveDate};

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Fate, Sink, Tls};

const PERSONS: usize = 12;

/// Mails in hand at once.
const AT_ONCE: usize = 4;

/// Rounds with one store; more are played by further stages side by side.
const ROUNDS: u64 = 5;

/// How a run is ended.
#[derive(Clone, Copy, Debug)]
enum How {
    Killed,
    /// SIGTERM.
    Stopped,
}

/// Where the kills fell, to see that they fell everywhere.
#[derive(Debug, Default)]
struct Falls {
    before_mailing: usize,
    while_mailing: usize,
    after_mailing: usize,
    never: usize,
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap())
}

/// SplitMix64.
fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Who may have been mailed since the last call, and how often.
fn mailed(sink: &Sink) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for letter in sink.take_letters().into_iter().filter(|letter| letter.fate != Fate::Refused) {
        *count.entry(letter.to).or_default() += 1;
    }
    count
}

/// One stage's rounds.
fn play(how: How, seed: u64, rounds: u64) -> Falls {
    let sink = Sink::with(Tls::None, seed.is_multiple_of(2));
    let mut stage = Stage::with_persons(PERSONS, &sink);
    let days: Vec<u64> = (0..2 * rounds + 1).collect();
    stage
        .set("reminders.days", &format!("{days:?}"))
        .set("reminders.min_days_between", "1")
        .set("reminders.skip_weekends", "false")
        .set("report.keep_days", "1"); // so that every night removes reports too
    sink.does(|moment| if moment.at == At::Dot { Act::After(Duration::from_millis(40)) } else { Act::Go });
    let everybody: BTreeSet<String> = (1..=PERSONS).map(person).collect();
    let mut falls = Falls::default();
    let mut day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    for round in 0..rounds {
        let mail_moments = sink.heard().moments.len();
        let case = format!("{how:?}, seed {seed}, round {round}, {day}");
        let chance = random(seed ^ (round << 32));
        let run = stage.starts(&day.to_string());
        // Half of the kills fall anywhere, half after the first word to the mail server, however slow the machine is.
        if chance.is_multiple_of(2) {
            std::thread::sleep(Duration::from_micros((chance >> 1) % 400_000));
        } else {
            sink.wait_until("a first mail", |heard| heard.moments.len() > mail_moments);
            std::thread::sleep(Duration::from_micros((chance >> 1) % 250_000));
        }
        let ended = match how {
            How::Killed => run.kill(),
            How::Stopped => {
                run.signal("TERM");
                run.ends_within(LAST_WORDS).code != 0
            }
        };
        stage.assert_reports_are_whole();
        let before = sink.heard().texts.iter().filter(|text| !text.to.starts_with("data-team@")).count();
        match (ended, before) {
            (false, _) => falls.never += 1,
            (true, 0) => falls.before_mailing += 1,
            (true, PERSONS) => falls.after_mailing += 1,
            (true, _) => falls.while_mailing += 1,
        }

        // The same day again: it needs no hand, whatever the killed run left.
        let again = stage.starts(&day.to_string()).ends();
        let counts = mailed(&sink);
        assert!(counts.values().all(|count| *count == 1), "{case}: twice on one day: {counts:?}");
        let doubtful: BTreeSet<String> = (1..=PERSONS)
            .filter(|number| stage.of_person(*number, "reminder_state") == "doubtful")
            .map(person)
            .collect();
        assert!(doubtful.len() <= AT_ONCE, "{case}: no more than were in hand, and in doubt are {doubtful:?}");
        assert_eq!(stage.summary()["mails"]["doubtful"], doubtful.len(), "{case}");
        assert_eq!(again.code, if doubtful.is_empty() { 0 } else { 6 }, "{case}:\n{}", again.stderr);
        let named: BTreeSet<String> = counts.into_keys().chain(doubtful.clone()).collect();
        assert_eq!(named, everybody, "{case}: who got no mail is named");
        stage.assert_reports_are_whole();

        // The next day: nobody is missing for longer.
        day = day + Days::new(1);
        stage.starts(&day.to_string()).ends().ends_with(0);
        let counts = mailed(&sink);
        assert_eq!(counts, everybody.iter().map(|to| (to.clone(), 1)).collect(), "{case}: the day after");
        day = day + Days::new(1);
    }
    stage.assert_is_sound();
    let ids: Vec<String> = stage.store.mails().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "every mail has an id of its own");
    falls
}

/// Plays so many rounds on several stages.
fn play_all(how: How, count: u64) {
    let seed = from_environment("SEED", 1);
    let stages: Vec<u64> = (0..count.div_ceil(ROUNDS)).collect();
    let mut falls = Vec::new();
    // Four at a time: they mostly wait.
    for some in stages.chunks(4) {
        std::thread::scope(|scope| {
            let playing: Vec<_> = some
                .iter()
                .map(|stage| {
                    let rounds = ROUNDS.min(count - stage * ROUNDS);
                    scope.spawn(move || play(how, seed * 1_000_003 + stage, rounds))
                })
                .collect();
            falls.extend(playing.into_iter().map(|stage| stage.join().unwrap()));
        });
    }
    let sum = |what: fn(&Falls) -> usize| falls.iter().map(what).sum::<usize>();
    let falls = Falls {
        before_mailing: sum(|f| f.before_mailing),
        while_mailing: sum(|f| f.while_mailing),
        after_mailing: sum(|f| f.after_mailing),
        never: sum(|f| f.never),
    };
    // `--nocapture` shows it; `tests/kills.sh` does.
    std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{how:?} {count} times: {falls:?}\n")).unwrap();
    assert!(falls.while_mailing > 0, "none met the mailing: {falls:?}");
}

#[test]
fn killed_at_any_moment_nobody_is_mailed_twice_and_nobody_is_forgotten() {
    play_all(How::Killed, from_environment("KILLS", 20));
}

#[test]
fn stopped_at_any_moment_nobody_is_mailed_twice_and_nobody_is_forgotten() {
    play_all(How::Stopped, from_environment("STOPS", 20));
}

#[test]
fn killed_while_the_store_is_created_the_next_run_needs_no_hand() {
    for pause in 0..10 {
        let sink = Sink::start();
        let stage = Stage::with_persons(1, &sink);
        let run = stage.starts("2026-11-23");
        wait_for("the store", || stage.store.exists());
        std::thread::sleep(Duration::from_millis(pause));
        run.kill();
        stage.starts("2026-11-23").ends();
        assert_eq!(mailed(&sink), BTreeMap::from([(person(1), 1)]), "{pause} ms after the store was there");
        stage.assert_is_sound();
    }
}
