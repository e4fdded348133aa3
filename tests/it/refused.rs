//! A mail server that says no, later, or nothing under TLS: what becomes of the night (R6).
//!
//! The classes of refusals one by one are tested in the mail room; here are whole runs.

use std::fs;

use rstest::rstest;

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Act, At, Fate, Moment, Sink, Tls};

const DAY: &str = "2026-11-23";
const NEXT: &str = "2026-11-24";

/// Who was mailed since the last call, sorted: several mails are in hand at once.
fn recipients(sink: &Sink) -> Vec<String> {
    let mut recipients: Vec<String> = sink.take_letters().into_iter().map(|letter| letter.to).collect();
    recipients.sort();
    recipients
}

/// Says this to person 1 at this point, and takes everything else.
fn refuses_person_1(sink: &Sink, at: At, words: &'static str) {
    let asked = move |moment: &Moment| moment.at == at && moment.to == person(1);
    sink.does(move |moment| if asked(moment) { Act::Say(words) } else { Act::Go });
}

#[test]
fn an_address_that_the_server_does_not_know_is_suppressed_and_the_owner_is_asked() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.contact_row("DK,C01,owner@agency.example,,,owner");
    refuses_person_1(&sink, At::Rcpt, "550 5.1.1 unknown");
    stage.starts(DAY).ends().ends_with(6);
    assert_eq!(recipients(&sink), [person(2)]);
    assert_eq!(stage.summary()["mails"]["suppressed"], 1);
    assert_eq!(stage.of_person(1, "reminder_state"), "suppressed");
    stage.starts(NEXT).ends().ends_with(0);
    assert_eq!(recipients(&sink), ["owner@agency.example"]);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    let tried = sink.heard().moments.iter().filter(|moment| moment.at == At::Rcpt && moment.to == person(1)).count();
    assert_eq!(tried, 1, "the address is not tried again");
    stage.assert_is_sound();
}

#[test]
fn a_text_refused_for_now_is_tried_again_in_the_run_byte_for_byte() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    let mut refused = 0;
    sink.does(move |moment| {
        let is_first = moment.at == At::Dot && moment.to == person(1);
        refused += usize::from(is_first);
        if is_first && refused <= 1 { Act::Say("451 4.3.0 later") } else { Act::Go }
    });
    stage.starts(DAY).ends().ends_with(0);
    let letters = sink.take_letters();
    let of_first: Vec<_> = letters.iter().filter(|letter| letter.to == person(1)).collect();
    assert_eq!(of_first.iter().map(|letter| letter.fate).collect::<Vec<_>>(), [Fate::Refused, Fate::Accepted]);
    assert_eq!(of_first[0].bytes, of_first[1].bytes);
    let stored = stage.store.mails().into_iter().find(|mail| mail.person == person(1)).unwrap();
    assert_eq!((stored.outcome.as_str(), &stored.bytes), ("accepted", &of_first[0].bytes));
    assert_eq!(stored.message_id, format!("<{}>", of_first[0].mail().message_id));
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    assert_eq!(stage.summary()["mails"]["sent"], 2);
}

#[test]
fn a_digest_refused_for_now_is_tried_again_in_the_run_byte_for_byte() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(1, &sink);
    stage.set("mail.operators", "[\"data-team@annalect-data.info\", \"data-team@omd.example\"]");
    let mut refused = 0;
    sink.does(move |moment| {
        let is_first = moment.at == At::Dot && moment.to == "data-team@annalect-data.info";
        refused += usize::from(is_first);
        if is_first && refused <= 2 { Act::Say("451 4.3.0 later") } else { Act::Go }
    });
    stage.starts(DAY).ends().ends_with(0);
    let digests: Vec<_> = sink.heard().texts.into_iter().filter(|text| text.to.starts_with("data-team@")).collect();
    let fates: Vec<_> = digests.iter().map(|text| (text.to.split_once('@').unwrap().1, text.fate)).collect();
    let (first, second) = ("annalect-data.info", "omd.example");
    assert_eq!(
        fates,
        [(first, Fate::Refused), (second, Fate::Accepted), (first, Fate::Refused), (first, Fate::Accepted)]
    );
    assert!(digests[0].bytes == digests[2].bytes && digests[2].bytes == digests[3].bytes);
    assert!(stage.store.mails().iter().all(|mail| mail.outcome == "accepted"));
}

/// Each temporary fault, at the first two tries, be they side by side or one after the other: all get their mail in the
/// same run.
#[rstest]
#[case::mail_421(At::Mail, Act::Say("421 4.7.0 slow down"))]
#[case::mail_451(At::Mail, Act::Say("451 4.7.1 later"))]
#[case::mail_lost(At::Mail, Act::Drop)]
#[case::rcpt_450(At::Rcpt, Act::Say("450 4.2.1 greylisted"))]
#[case::rcpt_421(At::Rcpt, Act::Say("421 4.7.0 bye"))]
#[case::data_451(At::Data, Act::Say("451 4.3.0 later"))]
#[case::data_lost(At::Data, Act::Drop)]
#[case::dot_452(At::Dot, Act::Say("452 4.3.1 no room"))]
#[case::dot_late(At::Dot, Act::After(std::time::Duration::from_millis(500)))]
fn a_temporary_fault_loses_no_mail(#[case] at: At, #[case] act: Act, #[values(false, true)] pipelining: bool) {
    let sink = Sink::with(Tls::None, pipelining);
    let stage = Stage::with_persons(4, &sink);
    let mut refused = 0;
    sink.does(move |moment| {
        let first = moment.at == at && refused < 2;
        refused += usize::from(first);
        if first { act } else { Act::Go }
    });
    stage.starts(DAY).ends().ends_with(0);
    let accepted = sink.take_letters().into_iter().filter(|letter| letter.fate == Fate::Accepted);
    let mut accepted: Vec<String> = accepted.map(|letter| letter.to).collect();
    accepted.sort();
    assert_eq!(accepted, (1..=4).map(person).collect::<Vec<_>>());
    assert_eq!(stage.summary()["mails"]["sent"], 4);
    assert!(stage.store.mails().iter().all(|mail| mail.outcome == "accepted"));
}

#[test]
fn a_mail_deferred_all_night_goes_byte_for_byte_in_a_later_run_and_is_replaced_on_the_next_day() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    let contacts = |moment: &Moment| moment.at == At::Dot && moment.to.starts_with("person-");
    sink.does(move |moment| if contacts(moment) { Act::Say("451 4.3.0 later") } else { Act::Go });
    stage.starts(DAY).ends().ends_with(6);
    assert_eq!(stage.summary()["mails"]["failed"], 2);
    assert_eq!(stage.of_person(1, "next_mail_on"), NEXT);
    let first_run = sink.take_letters();
    assert_eq!(first_run.len(), 8, "each was tried four times");

    // Later that day person 1 can be reached; person 2's text is refused for good.
    let of_second = |moment: &Moment| moment.at == At::Dot && moment.to == person(2);
    sink.does(move |moment| if of_second(moment) { Act::Say("554 5.6.0 no") } else { Act::Go });
    stage.does(&["--now", "2026-11-23T09:30:00Z", "run"]).ends_with(6);
    let second_run = sink.take_letters();
    for letter in &second_run {
        let before = first_run.iter().find(|before| before.to == letter.to).unwrap();
        assert_eq!(letter.bytes, before.bytes, "the same bytes to {}", letter.to);
    }
    assert_eq!(second_run.len(), 2);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
    assert_eq!(
        (stage.of_person(1, "last_mailed_on"), stage.of_person(1, "next_mail_on")),
        (DAY.into(), "2026-11-26".into())
    );

    sink.does(|_| Act::Go);
    stage.starts(NEXT).ends().ends_with(0);
    let next_day = sink.take_letters();
    assert_eq!(next_day.iter().map(|letter| letter.to.clone()).collect::<Vec<_>>(), [person(2)]);
    let old = second_run.iter().find(|letter| letter.to == person(2)).unwrap();
    assert_ne!(next_day[0].mail().message_id, old.mail().message_id);
    assert_eq!(stage.of_person(2, "mails_sent"), "1");
    stage.assert_is_sound();
}

/// A rehearsal's mail that was refused for now is never handed on to the person for whom it was written, nor the
/// person's to the rehearsal's address.
#[rstest]
#[case::a_rehearsal_then_a_real_run(true)]
#[case::a_real_run_then_a_rehearsal(false)]
fn what_one_run_wrote_for_another_recipient_the_next_does_not_send(#[case] rehearsal_first: bool) {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(1, &sink);
    let redirect = ["RECONCILER__MAIL__REDIRECT_TO", "me@example.com"];
    if rehearsal_first {
        stage.env(redirect[0], redirect[1]);
    }
    sink.does(|moment| if moment.at == At::Dot { Act::Say("451 4.3.0 later") } else { Act::Go });
    stage.starts(DAY).ends().ends_with(6);
    let written: Vec<_> = sink.take_letters().into_iter().map(|letter| letter.bytes).collect();
    sink.does(|_| Act::Go);
    match rehearsal_first {
        true => stage.unset(redirect[0]),
        false => stage.env(redirect[0], redirect[1]),
    };
    stage.starts(DAY).ends().ends_with(6);
    let sent = sink.take_letters();
    assert!(sent.iter().all(|letter| letter.to != person(1) && !written.contains(&letter.bytes)));
    assert_eq!(stage.summary()["mails"]["failed"], 1);
    assert_eq!(stage.of_person(1, "next_mail_on"), NEXT);
    stage.unset(redirect[0]);
    stage.starts(NEXT).ends().ends_with(0);
    assert_eq!(recipients(&sink), [person(1)]);
    assert_eq!(stage.of_person(1, "mails_sent"), "1");
}

#[test]
fn a_text_refused_for_good_stays_due_and_the_operators_are_told() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    refuses_person_1(&sink, At::Dot, "554 5.7.1 looks like spam");
    stage.starts(DAY).ends().ends_with(6);
    let digest = sink.heard().texts.into_iter().find(|text| text.to.starts_with("data-team@")).unwrap().mail();
    assert!(digest.subject.contains("some mails were not accepted"), "{}", digest.subject);
    assert_eq!(digest.attachments, ["diff.csv"]);
    assert_eq!(stage.summary()["mails"]["failed"], 1);
    assert_eq!(stage.of_person(1, "next_mail_on"), NEXT);
    sink.take_letters();
    stage.starts(DAY).ends().ends_with(6);
    assert_eq!(recipients(&sink), [""; 0], "not again on that day");
    assert_eq!(stage.summary()["mails"]["failed"], 1, "and still not mailed");
    sink.does(|_| Act::Go);
    stage.starts(NEXT).ends().ends_with(0);
    assert_eq!(recipients(&sink), [person(1)], "it is ours to mend, and still due");
}

#[test]
fn a_connection_lost_after_the_dot_leaves_a_doubtful_mail_and_the_next_goes() {
    let sink = Sink::start();
    let stage = Stage::with_persons(2, &sink);
    sink.does(|moment| if moment.at == At::Dot && moment.to == person(1) { Act::Drop } else { Act::Go });
    stage.starts(DAY).ends().ends_with(6);
    assert_eq!(recipients(&sink), [person(1), person(2)], "once each");
    assert_eq!(stage.of_person(1, "reminder_state"), "doubtful");
    assert_eq!(stage.summary()["mails"]["doubtful"], 1);
    sink.does(|_| Act::Go);
    stage.starts(NEXT).ends().ends_with(0);
    assert_eq!(recipients(&sink), [person(1)]);
}

#[test]
fn what_is_doubtful_on_a_friday_is_due_on_monday_and_the_report_says_so() {
    let sink = Sink::start();
    let stage = Stage::with_persons(1, &sink);
    sink.does(|moment| if moment.at == At::Dot && moment.to == person(1) { Act::Drop } else { Act::Go });
    stage.starts("2026-11-27").ends().ends_with(6);
    assert_eq!(stage.of_person(1, "next_mail_on"), "2026-11-30");
    sink.does(|_| Act::Go);
    sink.take_letters();
    for day in ["2026-11-28", "2026-11-29"] {
        stage.starts(day).ends().ends_with(0);
        assert_eq!(recipients(&sink), [""; 0]);
        assert_eq!(stage.of_person(1, "next_mail_on"), "2026-11-30");
    }
    stage.starts("2026-11-30").ends().ends_with(0);
    assert_eq!(recipients(&sink), [person(1)]);
}

#[test]
fn a_server_without_starttls_gets_nothing_in_plain_text() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    stage.mails_through(&format!("smtp://user:canary-password-77@127.0.0.1:{}?tls=required", sink.port));
    let ran = stage.starts(DAY).ends().ends_with(6);
    assert!(!ran.stderr.contains("canary-password-77"), "{}", ran.stderr);
    let heard = sink.heard();
    assert!(heard.connections > 0 && heard.texts.is_empty());
    let said: Vec<_> = heard.plain.iter().filter(|line| !line.starts_with("EHLO") && *line != "QUIT").collect();
    assert_eq!(said, [""; 0]);
    assert_eq!(stage.summary()["mails"]["failed"], 2);
}

#[test]
fn mails_go_through_tls_to_a_server_whose_certificate_is_trusted() {
    for (tls, scheme, parameter) in [(Tls::Implicit, "smtps", ""), (Tls::Start, "smtp", "?tls=required")] {
        let sink = Sink::with(tls, true);
        let mut stage = Stage::with_persons(2, &sink);
        let roots = stage.path("roots.pem");
        fs::write(&roots, &sink.root).unwrap();
        stage.env("SSL_CERT_FILE", roots.to_str().unwrap());
        stage.mails_through(&format!("{scheme}://localhost:{}{parameter}", sink.port));
        stage.starts(DAY).ends().ends_with(0);
        let heard = sink.heard();
        assert_eq!(heard.texts.len(), 3);
        assert!(heard.texts.iter().all(|text| text.encrypted && text.fate == Fate::Accepted));
        assert!(heard.plain.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{:?}", heard.plain);
        assert_eq!(stage.summary()["mails"]["sent"], 2);
    }
}
