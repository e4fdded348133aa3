//! Two runs at once, and one that slept through its lease: one set of mails, one writer (R7).

use std::time::{Duration, Instant};

use tiktok_simulator::{Endpoint, What, When};

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Sink};

const DAY: &str = "2026-11-23";

/// Freezes a run in a moment in which it does not hold the database's write lock: who does is rightly taken for alive.
fn freeze(stage: &Stage, run: &Running) {
    wait_for("a moment without a write", || {
        run.signal("STOP");
        if stage.store.can_be_written() {
            return true;
        }
        run.signal("CONT");
        false
    });
}

/// Everything below the report folder and every mail, to be compared.
fn state(stage: &Stage) -> impl PartialEq + std::fmt::Debug {
    let mails: Vec<_> = stage.store.mails().into_iter().map(|mail| (mail.message_id, mail.outcome)).collect();
    (files(&stage.path("reports")), mails)
}

#[test]
fn of_two_runs_that_start_at_once_one_mails_and_the_other_asks_nobody() {
    let alone = {
        let sink = Sink::start();
        let stage = Stage::with_persons(2, &sink);
        stage.starts(DAY).ends().ends_with(0);
        stage.tiktok.total()
    };
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    for round in 0..20 {
        let sink = Sink::start();
        let stage = Stage::with_persons(2, &sink);
        sink.holds_at(At::Dot, 1);
        stage.write();
        let mut both = vec![stage.joins(DAY), stage.joins(DAY)];
        // The first mail is held until one of the two has seen that the other is alive.
        wait_for("the end of one", || both.iter_mut().any(Running::has_ended));
        let late = both.iter_mut().position(Running::has_ended).unwrap();
        let late = both.remove(late).ends().ends_with(8);
        let holder = format!("on {}) holds the store and is alive", host.trim());
        assert!(late.stderr.contains(&holder), "{}", late.stderr);
        sink.wait_for_hold();
        sink.let_go();
        both.remove(0).ends().ends_with(0);
        let mut taken: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
        taken.sort();
        assert_eq!(taken, [person(1), person(2)], "round {round}");
        assert_eq!(stage.tiktok.total(), alone, "round {round}: the late one asked nobody");
        stage.assert_reports_are_whole();
    }
}

#[test]
fn a_run_that_is_alive_past_many_leases_keeps_its_lease() {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    sink.holds_at(At::Dot, 1);
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    for _ in 0..3 {
        stage.joins(DAY).ends().ends_with(8);
    }
    sink.let_go();
    run.ends().ends_with(0);
    assert_eq!(sink.take_letters().len(), 1);
}

/// A run that is frozen while all its mails are at this point; another one takes over; then the first one wakes.
fn frozen_at(at: At) {
    let sink = Sink::start();
    let stage = Stage::with_persons(3, &sink);
    sink.does(move |moment| if moment.at == at { Act::Hold } else { Act::Go });
    let frozen = stage.starts(DAY);
    sink.wait_until("three mails in hand", |heard| heard.holding.len() == 3);
    freeze(&stage, &frozen);
    let texts_of_frozen = sink.heard().texts.len();
    sink.does(|_| Act::Go);
    stage.joins(DAY).ends().ends_with(6);
    for number in 1..=3 {
        assert_eq!(stage.of_person(number, "reminder_state"), "doubtful");
    }
    let (left, heard) = (state(&stage), sink.heard());

    // The server answers at last what the frozen run had asked, and the run wakes.
    sink.let_go();
    sink.wait_until("the answers", |heard| heard.holding.is_empty());
    frozen.signal("CONT");
    let woken = frozen.ends().ends_with(8);
    assert!(woken.stderr.contains("was lost to another run"), "{}", woken.stderr);
    assert_eq!(state(&stage), left, "it wrote nothing");
    let after = sink.heard();
    assert_eq!(after.moments, heard.moments, "it said nothing to the mail server");
    assert_eq!(after.texts.len(), heard.texts.len());
    let to_persons = after.texts.iter().filter(|text| text.to.starts_with("person-")).count();
    assert_eq!(to_persons, texts_of_frozen, "they have what they had before the frost");
    stage.starts("2026-11-24").ends().ends_with(0);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    stage.assert_is_sound();
}

#[test]
fn frozen_before_the_text_and_woken_it_mails_nothing() {
    frozen_at(At::Rcpt);
}

#[test]
fn frozen_before_the_server_asks_for_the_text_and_woken_it_does_not_send_it() {
    frozen_at(At::Data);
}

#[test]
fn frozen_after_the_dot_and_woken_it_settles_nothing() {
    frozen_at(At::Dot);
}

#[test]
fn frozen_while_reading_and_woken_it_judges_nothing() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("tiktok.request_timeout", "\"30s\"");
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).once().gives(What::Hang));
    let frozen = stage.starts(DAY);
    wait_for("a request that hangs", || stage.tiktok.count("/bc/asset/get/") > 0);
    freeze(&stage, &frozen);
    stage.joins(DAY).ends().ends_with(0);
    assert_eq!(sink.heard().texts.len(), 3, "two persons and the operators");
    let (left, asked) = (state(&stage), stage.tiktok.total());
    frozen.signal("CONT");
    let woken = frozen.ends().ends_with(8);
    assert!(woken.stderr.contains("was lost to another run"), "{}", woken.stderr);
    assert_eq!(state(&stage), left, "it wrote nothing");
    assert_eq!(stage.tiktok.total(), asked, "it asked nobody any more");
    assert_eq!(sink.heard().texts.len(), 3);
    stage.assert_is_sound();
}

#[test]
fn frozen_between_two_mails_and_woken_it_sends_no_second_one() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("mail.max_per_minute", "20");
    let frozen = stage.starts(DAY);
    wait_for("the first mail", || stage.store.mails().iter().any(|mail| mail.outcome == "accepted"));
    freeze(&stage, &frozen);
    let begun = Instant::now();
    stage.set("mail.max_per_minute", "100000");
    stage.starts(DAY).ends().ends_with(0);
    let (left, heard) = (state(&stage), sink.heard().moments.len());
    // It wakes when the turn of its second mail has come.
    std::thread::sleep(Duration::from_secs(3).saturating_sub(begun.elapsed()));
    frozen.signal("CONT");
    frozen.ends().ends_with(8);
    assert_eq!(state(&stage), left, "it wrote nothing");
    let quits = sink.heard().moments.iter().skip(heard).filter(|moment| moment.at != At::Quit).count();
    assert_eq!(quits, 0, "it said at most goodbye");
    assert_eq!(sink.take_letters().len(), 2);
    stage.assert_is_sound();
}

#[test]
fn frozen_for_less_than_its_lease_it_goes_on() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("store.lease", "\"60s\"");
    sink.holds_at(At::Rcpt, 1);
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    run.signal("STOP");
    sink.let_go();
    run.signal("CONT");
    run.ends().ends_with(0);
    assert_eq!(sink.take_letters().len(), 2);
}

#[test]
fn frozen_past_its_lease_while_nobody_took_over_it_goes_on() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.holds_at(At::Rcpt, 1);
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    run.signal("STOP");
    std::thread::sleep(Duration::from_millis(1_200));
    sink.let_go();
    run.signal("CONT");
    run.ends().ends_with(0);
    assert_eq!(sink.take_letters().len(), 2);
    assert_eq!(stage.summary()["mails"]["doubtful"], 0);
}

#[test]
fn without_its_store_for_longer_than_its_lease_it_says_so_and_not_that_it_was_frozen() {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    sink.holds_at(At::Rcpt, 1);
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    stage.store.while_locked(|| {
        std::thread::sleep(Duration::from_millis(1_200));
        sink.let_go();
        std::thread::sleep(Duration::from_secs(6));
    });
    let ran = run.ends();
    assert!(ran.stderr.contains("could not prove the lease") && !ran.stderr.contains("frozen"), "{}", ran.stderr);
    assert!(sink.take_letters().is_empty());
}
