//! `kill -9` while a run mails: nobody gets two mails on one day, nobody is forgotten, who is in doubt is named (R5).

use std::collections::BTreeMap;

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Fate, Received, Sink};
use crate::stores::StoredMail;

const DAY: &str = "2026-11-23";
const NEXT: &str = "2026-11-24";
const PERSONS: usize = 6;

/// How often the server took, or may have taken, a mail to each person.
fn possibly_accepted(letters: &[Received]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for letter in letters.iter().filter(|letter| letter.fate != Fate::Refused) {
        *count.entry(letter.to.clone()).or_default() += 1;
    }
    count
}

/// A night that is killed while two mails are at this point and the others are through, the same day again, and the
/// next day.
fn killed_at(at: At) {
    let sink = Sink::start();
    let stage = Stage::with_persons(PERSONS, &sink);
    let mut seen = 0;
    sink.does(move |moment| {
        seen += usize::from(moment.at == at);
        if moment.at == at && [2, 3].contains(&seen) { Act::Hold } else { Act::Go }
    });
    let run = stage.starts(DAY);
    let outcomes = |wanted: &str| stage.store.mails().iter().filter(|mail| mail.outcome == wanted).count();
    wait_for("two mails in hand", || outcomes("accepted") == PERSONS - 2 && sink.heard().holding.len() == 2);
    assert_eq!(outcomes("intended"), 2);
    assert!(run.kill());
    stage.assert_reports_are_whole();
    sink.does(|_| Act::Go);
    sink.let_go();

    let again = stage.starts(DAY).ends().ends_with(6);
    assert!(again.stderr.contains("an earlier run was killed while it mailed"), "{}", again.stderr);
    let counts = possibly_accepted(&sink.take_letters());
    assert!(counts.values().all(|count| *count == 1), "nobody twice: {counts:?}");
    let doubtful: Vec<StoredMail> =
        stage.store.mails().into_iter().filter(|mail| mail.outcome == "doubtful" && !mail.person.is_empty()).collect();
    assert_eq!(doubtful.len(), 2, "those in hand, and nobody else");
    for number in 1..=PERSONS {
        let columns = ["reminder_state", "mails_sent", "next_mail_on"].map(|column| stage.of_person(number, column));
        if doubtful.iter().any(|mail| mail.person == person(number)) {
            assert_eq!(columns, ["doubtful", "0", NEXT], "a doubtful mail counts no step");
        } else {
            assert!(counts.contains_key(&person(number)), "person {number} got his");
            assert_eq!(columns, ["scheduled", "1", "2026-11-26"]);
        }
    }
    assert_eq!(stage.summary()["mails"]["doubtful"], 2);
    assert_eq!(stage.summary()["exit_codes"], serde_json::json!([6]));
    let digest = sink.heard();
    assert!(digest.texts.is_empty(), "what is taken is gone");

    stage.starts(NEXT).ends().ends_with(0);
    let second_day = sink.take_letters();
    assert_eq!(possibly_accepted(&second_day), doubtful.iter().map(|mail| (mail.person.clone(), 1)).collect());
    for letter in second_day {
        let id = format!("<{}>", letter.mail().message_id);
        assert!(doubtful.iter().all(|mail| mail.message_id != id), "a new number, a new Message-ID");
    }
    stage.assert_is_sound();
}

#[test]
fn killed_before_the_server_answers_mail() {
    killed_at(At::Mail);
}

#[test]
fn killed_before_the_server_answers_rcpt() {
    killed_at(At::Rcpt);
}

#[test]
fn killed_before_the_server_asks_for_the_text() {
    killed_at(At::Data);
}

#[test]
fn killed_between_the_final_dot_and_its_answer() {
    killed_at(At::Dot);
}

#[test]
fn killed_between_two_mails() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(PERSONS, &sink);
    // The second mail's turn comes in a minute: the run is idle after the first.
    stage.set("mail.max_per_minute", "1");
    let run = stage.starts(DAY);
    sink.wait_until("the first mail", |heard| heard.texts.iter().any(|text| text.fate == Fate::Accepted));
    wait_for("its outcome", || stage.store.mails().iter().any(|mail| mail.outcome == "accepted"));
    assert!(run.kill());
    stage.set("mail.max_per_minute", "100000");
    stage.starts(DAY).ends().ends_with(0);
    let counts = possibly_accepted(&sink.take_letters());
    assert_eq!(counts.values().sum::<usize>(), PERSONS, "{counts:?}");
    assert_eq!(counts.len(), PERSONS, "{counts:?}");
    assert_eq!(stage.summary()["mails"]["doubtful"], 0, "nobody is in doubt");
    stage.assert_is_sound();
}

#[test]
fn killed_while_the_operators_are_told() {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    sink.does(|moment| {
        let digest = moment.to.starts_with("data-team@") && moment.at == At::Dot;
        if digest { Act::Hold } else { Act::Go }
    });
    let run = stage.starts(DAY);
    sink.wait_for_hold();
    assert!(run.kill());
    stage.assert_reports_are_whole();
    sink.does(|_| Act::Go);
    sink.let_go();
    stage.starts(DAY).ends();
    assert_eq!(possibly_accepted(&sink.take_letters()), BTreeMap::from([(person(1), 1)]));
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    stage.assert_is_sound();
}
