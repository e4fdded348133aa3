//! SIGTERM at every phase of a run: it ends within five seconds, says so, and the next run works (R18).

use std::net::TcpListener;
use std::time::Duration;

use tiktok_simulator::{Endpoint, What, When};

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Fate, Sink};

const DAY: &str = "2026-11-23";

/// Tells a run to stop, and looks at what is the same whenever that was.
fn is_stopped(stage: &Stage, run: Running) -> Ran {
    run.signal("TERM");
    let ran = run.ends_within(LAST_WORDS).ends_with(4);
    assert!(ran.stderr.contains("told to stop"), "{}", ran.stderr);
    stage.assert_reports_are_whole();
    if stage.path("reports/latest").exists() {
        let summary = stage.summary();
        assert_eq!(summary["complete"], false, "{summary}");
        assert!(summary["exit_codes"].as_array().unwrap().contains(&4.into()), "{summary}");
    }
    ran
}

/// The same day again: it ends with this code, and then everybody has exactly one mail.
fn the_next_run_works(stage: &Stage, sink: &Sink, code: i32, persons: usize) {
    sink.does(|_| Act::Go);
    sink.let_go();
    stage.starts(DAY).ends().ends_with(code);
    let mut taken: Vec<String> =
        sink.take_letters().into_iter().filter(|text| text.fate != Fate::Refused).map(|text| text.to).collect();
    taken.sort();
    assert_eq!(taken, (1..=persons).map(person).collect::<Vec<_>>());
    stage.assert_is_sound();
}

#[test]
fn stopped_while_tiktok_lets_it_wait() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("tiktok.request_timeout", "\"30s\"");
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).gives(What::Hang));
    let run = stage.starts(DAY);
    wait_for("a request that hangs", || stage.tiktok.count("/bc/asset/get/") > 0);
    is_stopped(&stage, run);
    assert_eq!(stage.of_person(1, "status"), "unknown");
    assert!(sink.heard().moments.is_empty(), "nobody is mailed");
    stage.tiktok.clear_faults();
    the_next_run_works(&stage, &sink, 0, 2);
}

#[test]
fn stopped_during_a_suspension() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("tiktok.suspension_pause", "\"300s\"");
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).once().gives(What::code(40100)));
    let run = stage.starts(DAY);
    wait_for("the suspension", || stage.tiktok.requests().iter().any(|request| request.code == Some(40100)));
    is_stopped(&stage, run);
    assert!(sink.heard().moments.is_empty(), "nobody is mailed");
    the_next_run_works(&stage, &sink, 0, 2);
}

#[test]
fn stopped_while_the_server_is_silent_after_the_dot() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.holds_for(At::Dot, &person(1));
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    is_stopped(&stage, run);
    assert_eq!(stage.of_person(1, "reminder_state"), "doubtful");
    assert_eq!(stage.summary()["mails"]["doubtful"], 1);
    assert_eq!(stage.summary()["exit_codes"], serde_json::json!([4, 6]));
    the_next_run_works(&stage, &sink, 6, 2);
    assert_eq!(stage.of_person(1, "reminder_state"), "doubtful");
}

#[test]
fn stopped_while_the_server_is_silent_before_the_text() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.holds_for(At::Rcpt, &person(1));
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    is_stopped(&stage, run);
    // The held dialogue is dead: person 1 got nothing today, and is told as doubtful until tomorrow.
    sink.does(|_| Act::Go);
    sink.let_go();
    stage.starts(DAY).ends().ends_with(6);
    assert_eq!(sink.take_letters().into_iter().map(|text| text.to).collect::<Vec<_>>(), [person(2)]);
    stage.starts("2026-11-24").ends().ends_with(0);
    assert_eq!(sink.take_letters().into_iter().map(|text| text.to).collect::<Vec<_>>(), [person(1)]);
    stage.assert_is_sound();
}

#[test]
fn stopped_and_the_mail_in_hand_is_accepted_in_time_although_the_goodbye_is_not_answered() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.does(|moment| match moment.at {
        At::Dot => Act::After(Duration::from_millis(3_700)),
        At::Quit => Act::Hold,
        _ => Act::Go,
    });
    let run = stage.starts(DAY);
    sink.wait_until("a text", |heard| !heard.texts.is_empty());
    is_stopped(&stage, run);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    assert_eq!(stage.summary()["mails"]["doubtful"], 0);
    the_next_run_works(&stage, &sink, 0, 2);
}

#[test]
fn stopped_while_idle_between_two_mails() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("mail.max_per_minute", "1");
    let run = stage.starts(DAY);
    wait_for("the first mail", || stage.store.mails().iter().any(|mail| mail.outcome == "accepted"));
    is_stopped(&stage, run);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    assert_eq!((stage.of_person(2, "mails_sent"), stage.of_person(2, "next_mail_on")), ("0".into(), DAY.into()));
    assert_eq!(stage.summary()["mails"]["doubtful"], 0);
    stage.set("mail.max_per_minute", "100000");
    the_next_run_works(&stage, &sink, 0, 2);
}

#[test]
fn stopped_in_the_pause_before_a_refused_mail_is_tried_again() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.does(|moment| if moment.at == At::Rcpt { Act::Say("451 4.3.0 later") } else { Act::Go });
    let run = stage.starts(DAY);
    // Both were refused twice: the pause that follows is four seconds long.
    sink.wait_until("four refusals", |heard| heard.moments.iter().filter(|moment| moment.at == At::Rcpt).count() == 4);
    is_stopped(&stage, run);
    assert_eq!(stage.summary()["mails"]["failed"], 2);
    the_next_run_works(&stage, &sink, 0, 2);
}

#[test]
fn stopped_while_one_of_several_operators_is_told() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(1, &sink);
    stage.set("mail.operators", "[\"data-team@one.example\", \"data-team@two.example\", \"data-team@three.example\"]");
    sink.does(|moment| {
        let digest = moment.to.starts_with("data-team@") && moment.at == At::Dot;
        if digest { Act::Hold } else { Act::Go }
    });
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    run.signal("TERM");
    run.ends_within(LAST_WORDS);
    stage.assert_reports_are_whole();
    the_next_run_works(&stage, &sink, 0, 1);
}

#[test]
fn stopped_while_waiting_for_the_lease() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.set("store.lease", "\"120s\"");
    sink.holds_at(At::Rcpt, 1);
    let holder = stage.starts(DAY);
    sink.wait_for_hold();
    let asked = stage.tiktok.total();
    let waiting = stage.joins(DAY);
    wait_for("the other run at the store", || waiting.is_at(&stage.store));
    waiting.signal("TERM");
    let ran = waiting.ends_within(LAST_WORDS).ends_with(4);
    assert!(ran.stderr.contains("told to stop before the run began"), "{}", ran.stderr);
    assert_eq!(stage.tiktok.total(), asked, "it asked nobody");
    assert!(!stage.path("reports").exists(), "it wrote nothing");
    sink.let_go();
    holder.ends().ends_with(0);
    the_next_run_works(&stage, &sink, 0, 2);
}

/// `check` would wait a minute for a mail server that says nothing.
#[test]
fn a_question_is_left_at_once() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).contact("C07", "mette@acme.example");
    stage.mails_through(&format!("smtp://{}", server.local_addr().unwrap()));
    stage.write();
    let check = Running::of(stage.command(&["check"]));
    let (_silent, _) = server.accept().unwrap();
    check.signal("TERM");
    let ran = check.ends_within(Duration::from_secs(2)).ends_with(4);
    assert!(ran.stderr.contains("told to stop before there was an answer"), "{}", ran.stderr);
}

#[test]
fn stopped_before_it_could_read_anything() {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    // At once: whether the signal meets the handler or not, nothing is half done.
    for pause in [0, 5, 10, 20, 40, 80] {
        let run = stage.starts(DAY);
        std::thread::sleep(Duration::from_millis(pause));
        run.signal("TERM");
        run.ends_within(LAST_WORDS);
        stage.assert_reports_are_whole();
    }
    stage.starts("2026-11-24").ends();
    assert!(sink.take_letters().len() <= 2, "one mail a day at most");
    stage.assert_is_sound();
}
