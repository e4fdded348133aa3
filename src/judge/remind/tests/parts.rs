//! What is in a mail: what is asked, handed over, owned, mended; and the mail that closes an episode.

use rstest::rstest;

use super::*;
use crate::domain::{BadAccount, BadRow, BadRowCause, Reading};

#[rstest]
#[case::not_before_its_day("2026-12-13", &[], &[])]
#[case::one_last_interval_later("2026-12-14", &[], &[OWNER])]
#[case::not_again_that_week("2026-12-18", &["2026-12-14"], &[])]
#[case::a_week_later("2026-12-21", &["2026-12-14"], &[OWNER])]
#[case::missed_weeks_are_made_up_by_one("2027-01-13", &["2026-12-14"], &[OWNER])]
fn a_gap_listed_as_often_as_there_are_days_goes_to_the_owner_weekly(
    #[case] today: &str,
    #[case] owner_got: &[&str],
    #[case] told: &[&str],
) {
    let mut night = exhausted(today);
    let content = MailContent { owned: vec![key("C07", ONE)], ..MailContent::default() };
    mailed_to(&mut night, OWNER, owner_got, MailOutcome::Accepted, &content);
    let to: Vec<(String, _)> = told.iter().map(|who| ((*who).to_owned(), parts([&[], &[], &[ONE], &[]]))).collect();
    assert_eq!(letters(&night), to);
}

#[test]
fn the_owner_reads_age_and_history() {
    let (_, reminded) = plan(&exhausted("2026-12-14"), &policy());
    let owned = &reminded.letters[0].owned[0];
    assert_eq!((owned.since, owned.days_open), (day("2026-11-23"), 21));
    assert_eq!((owned.mails, owned.last_mailed_on), (4, day("2026-12-07")));
    assert_eq!(owned.asked, [address(METTE)]);
}

#[rstest]
#[case::the_last_mail_is_out("2026-12-08", ReminderState::Scheduled, Some("2026-12-14"))]
#[case::today_the_owner_gets_it("2026-12-14", ReminderState::Escalated, Some("2026-12-14"))]
fn the_report_says_when_the_owner_is_told(
    #[case] today: &str,
    #[case] state: ReminderState,
    #[case] next: Option<&str>,
) {
    let facts = facts(&exhausted(today), &policy(), &[], false);
    assert_eq!((facts.state, facts.next_mail_on, facts.mails_sent), (Some(state), next.map(day), 4));
}

#[test]
fn once_the_owner_was_told_the_report_names_his_next_mail() {
    let facts = facts(&exhausted("2026-12-14"), &policy(), &[(OWNER, MailOutcome::Accepted)], false);
    assert_eq!((facts.state, facts.next_mail_on), (Some(ReminderState::Escalated), Some(day("2026-12-21"))));
    assert_eq!(facts.last_mailed_on, Some(day("2026-12-14")));
}

#[test]
fn a_later_mail_to_the_client_names_what_was_handed_over() {
    let mut night = exhausted("2026-12-16");
    night.in_acme("C07", TWO);
    let content = MailContent { owned: vec![key("C07", ONE)], ..MailContent::default() };
    mailed_to(&mut night, OWNER, &["2026-12-14"], MailOutcome::Accepted, &content);
    assert_eq!(letters(&night), [(METTE.to_owned(), parts([&[TWO], &[ONE], &[], &[]]))]);
}

#[test]
fn who_is_client_and_owner_gets_one_mail_with_both_parts() {
    let mut night = exhausted("2026-12-14");
    night.in_acme("C08", TWO);
    night.register.contacts.push(contact("C08", OWNER, ContactRole::Client));
    assert_eq!(letters(&night), [(OWNER.to_owned(), parts([&[TWO], &[], &[ONE], &[]]))]);
}

#[rstest]
#[case::a_contact(&[("C07", METTE, ContactRole::Client), ("C07", OWNER, ContactRole::Owner)], false)]
#[case::an_owner_only(&[("C07", OWNER, ContactRole::Owner)], true)]
fn a_letter_says_whether_it_comes_in_want_of_a_contact(
    #[case] contacts: &[(&str, &str, ContactRole)],
    #[case] through_owner: bool,
) {
    let mut night = night("2026-11-23", "2026-11-23");
    night.register.contacts = contacts.iter().map(|(code, email, role)| contact(code, email, *role)).collect();
    let (_, reminded) = plan(&night, &policy());
    assert_eq!(reminded.letters[0].clients[0].through_owner, through_owner);
}

/// Mette was mailed on Monday about `ONE` and `TWO`; `ONE` is mended since Tuesday.
fn half_mended(today: &str) -> Night {
    let mut night = Night::new();
    night.today = day(today);
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, ONE);
    night.remember("C07", ONE, Cause::SharedAsExpected, "2026-11-24");
    night.remember("C07", TWO, Cause::NotAssigned, "2026-11-23");
    night.register.contacts.push(contact("C07", METTE, ContactRole::Client));
    mailed(&mut night, &["2026-11-23"], MailOutcome::Accepted, &[key("C07", ONE), key("C07", TWO)]);
    night
}

#[test]
fn a_reminder_says_what_was_mended_since() {
    let mended = format!("{ONE} true");
    assert_eq!(letters(&half_mended("2026-11-26")), [(METTE.to_owned(), parts([&[TWO], &[], &[], &[&mended]]))]);
}

#[rstest]
#[case::still_open("2026-11-26", "2026-11-23", Some("2026-11-23"))]
#[case::mended_and_open_again("2026-11-27", "2026-11-25", None)]
fn a_letter_is_a_reminder_of_what_is_open_since_an_earlier_one(
    #[case] today: &str,
    #[case] open_since: &str,
    #[case] reminded_since: Option<&str>,
) {
    let mut night = night(today, open_since);
    mailed(&mut night, &["2026-11-23"], MailOutcome::Accepted, &[key("C07", ONE)]);
    night.history.mended_on.insert(key("C07", ONE), day("2026-11-24"));
    let (_, reminded) = plan(&night, &policy());
    assert_eq!((reminded.letters[0].number, reminded.letters[0].reminded_since), (2, reminded_since.map(day)));
}

/// Mette was mailed on days 0, 3 and 7 about `ONE`; `TWO` opened on day 8, and on day 9 `ONE` is mended.
#[rstest]
#[case::at_once("2026-12-02", &[], false)]
#[case::on_the_day_that_was_scheduled("2026-12-07", &[], true)]
#[case::a_last_interval_later("2026-12-14", &["2026-12-07"], true)]
#[case::and_not_in_between("2026-12-10", &["2026-12-07"], false)]
fn a_new_gap_waits_for_the_scheduled_mail_even_if_the_others_are_mended_by_then(
    #[case] today: &str,
    #[case] mailed_since: &[&str],
    #[case] due: bool,
) {
    let mut night = Night::new();
    night.today = day(today);
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, ONE);
    night.remember("C07", ONE, Cause::SharedAsExpected, "2026-12-02");
    night.remember("C07", TWO, Cause::NotAssigned, "2026-12-01");
    night.register.contacts.push(contact("C07", METTE, ContactRole::Client));
    let first = ["2026-11-23", "2026-11-26", "2026-11-30"];
    mailed(&mut night, &[&first[..], mailed_since].concat(), MailOutcome::Accepted, &[key("C07", ONE)]);
    for mail in night.history.mails.iter_mut().skip(first.len()) {
        mail.content.asked = vec![key("C07", TWO)];
    }
    let (_, reminded) = plan(&night, &policy());
    assert_eq!(reminded.letters.iter().any(|letter| letter.content.asked == [key("C07", TWO)]), due);
}

#[test]
fn what_is_due_but_too_near_to_the_last_mail_waits() {
    let mut night = night("2026-11-26", "2026-11-23");
    mailed(&mut night, &["2026-11-23", "2026-11-25"], MailOutcome::Accepted, &[key("C07", ONE)]);
    assert_eq!(mette(&night, &policy()), (WhyNot::TooNear, Some(day("2026-11-27"))));
    assert_eq!(facts(&night, &policy(), &[], false).state, Some(ReminderState::Waiting));
}

/// Asked twice, and tonight nobody is mailed about it: the row still says what was mailed.
#[rstest]
#[case::snoozed(|night: &mut Night| {
    let what = Excepted::Account(account(ONE));
    night.register.exceptions.push(Exception { line: 2, what, reason: "paused".into(), until: day("2026-12-31") });
}, ReminderState::Snoozed)]
#[case::unknown(|night: &mut Night| { night.reading(ACME, Reading::NotRead { reason: "time".into() }); }, ReminderState::Waiting)]
fn what_was_mailed_is_told_of_every_open_gap(#[case] change: fn(&mut Night), #[case] state: ReminderState) {
    let mut night = night("2026-11-27", "2026-11-23");
    mailed(&mut night, &["2026-11-23", "2026-11-26"], MailOutcome::Accepted, &[key("C07", ONE)]);
    mailed_to(
        &mut night,
        "who-left@acme.example",
        &FOUR[..3],
        MailOutcome::Accepted,
        &MailContent { asked: vec![key("C07", ONE)], ..MailContent::default() },
    );
    change(&mut night);
    let facts = facts(&night, &policy(), &[], false);
    assert_eq!((facts.state, facts.mails_sent), (Some(state), 2), "of those who still answer for the client");
    assert_eq!(facts.last_mailed_on, Some(day("2026-11-26")));
}

#[test]
fn without_an_owner_the_last_mail_is_the_last_and_the_row_says_so() {
    let mut night = exhausted("2026-12-08");
    night.register.contacts.retain(|contact| contact.role == ContactRole::Client);
    let facts = facts(&night, &policy(), &[], false);
    assert_eq!((facts.state, facts.next_mail_on), (Some(ReminderState::Escalated), None));
    let (_, reminded) = plan(&night, &policy());
    assert!(!reminded.has_owner(0));
}

#[test]
fn an_owner_who_was_asked_in_want_of_a_contact_is_not_named_as_the_one_who_was_asked() {
    let mut night = night("2026-12-14", "2026-11-23");
    night.register.contacts = vec![contact("C07", OWNER, ContactRole::Owner)];
    let content = MailContent { asked: vec![key("C07", ONE)], ..MailContent::default() };
    mailed_to(&mut night, OWNER, &FOUR, MailOutcome::Accepted, &content);
    let (_, reminded) = plan(&night, &policy());
    let owned = &reminded.letters[0].owned[0];
    assert_eq!((owned.mails, &owned.asked[..]), (4, &[][..]));
}

#[test]
fn a_refused_address_is_followed_by_the_owner_where_there_is_one() {
    let mut night = night("2026-11-23", "2026-11-23");
    night.register.contacts.push(contact("C07", OWNER, ContactRole::Owner));
    let facts = facts(&night, &policy(), &[(METTE, MailOutcome::Suppressed)], false);
    assert_eq!((facts.state, facts.next_mail_on), (Some(ReminderState::Suppressed), Some(day("2026-11-24"))));
}

#[test]
fn a_held_night_leaves_the_days_of_what_is_not_due_as_they_are() {
    let mut night = night("2026-11-24", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], MailOutcome::Accepted, &[key("C07", ONE)]);
    let facts = facts(&night, &policy(), &[], true);
    assert_eq!((facts.state, facts.next_mail_on), (Some(ReminderState::Scheduled), Some(day("2026-11-26"))));
}

/// The first mail went to the rehearsal's address: no step, and no thread.
#[test]
fn a_rehearsal_is_no_mail_of_the_persons() {
    let mut night = night("2026-11-24", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], MailOutcome::Redirected, &[key("C07", ONE)]);
    let (_, reminded) = plan(&night, &policy());
    let letter = &reminded.letters[0];
    assert_eq!((letter.episode, letter.number, letter.thread), (day("2026-11-24"), 1, None));

    night.today = day("2026-11-23");
    assert_eq!(mette(&night, &policy()), (WhyNot::RehearsedToday, Some(day("2026-11-24"))));
    assert_eq!(facts(&night, &policy(), &[], false).next_mail_on, Some(day("2026-11-24")));
    night.history.mails.clear();
    let rehearsed = facts(&night, &policy(), &[(METTE, MailOutcome::Redirected)], false);
    assert_eq!((rehearsed.mails_sent, rehearsed.next_mail_on), (0, Some(day("2026-11-24"))));
}

/// Two rehearsals within an episode: each has a number of its own, or the second would be taken for the first.
#[test]
fn a_rehearsal_uses_up_its_number() {
    let mut night = night("2026-11-27", "2026-11-23");
    mailed(&mut night, &["2026-11-23", "2026-11-26"], MailOutcome::Accepted, &[key("C07", ONE)]);
    night.history.mails[1].outcome = MailOutcome::Redirected;
    let (_, reminded) = plan(&night, &policy());
    let letter = &reminded.letters[0];
    assert_eq!((letter.episode, letter.number, letter.thread), (day("2026-11-23"), 3, Some(1)));
}

#[rstest]
#[case::it_was_accepted(MailOutcome::Accepted, Some(1))]
#[case::it_may_have_arrived(MailOutcome::Doubtful, Some(1))]
#[case::it_failed(MailOutcome::Failed, None)]
#[case::it_was_refused_for_now(MailOutcome::Deferred, None)]
fn a_thread_hangs_on_a_mail_that_the_person_may_have(#[case] first: MailOutcome, #[case] thread: Option<u32>) {
    let mut night = night("2026-11-26", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], first, &[key("C07", ONE)]);
    let (_, reminded) = plan(&night, &policy());
    assert_eq!((reminded.letters[0].number, reminded.letters[0].thread), (2, thread));
}

#[test]
fn when_all_is_mended_there_is_one_closing_mail_in_the_thread() {
    let mut night = half_mended("2026-11-25");
    night.analyst(ACME, TWO);
    let closed = [format!("{ONE} true"), format!("{TWO} true")];
    assert_eq!(letters(&night), [(METTE.to_owned(), parts([&[], &[], &[], &[&closed[0], &closed[1]]]))]);
    let (_, reminded) = plan(&night, &policy());
    let letter = &reminded.letters[0];
    assert!(letter.is_closing());
    assert_eq!((letter.episode, letter.number, reminded.first_mailed), (day("2026-11-23"), 2, 0));
    assert_eq!(mette(&night, &policy()), (WhyNot::Due, None));

    let closing = MailContent::default();
    mailed_to(&mut night, METTE, &["2026-11-25"], MailOutcome::Accepted, &closing);
    let last = night.history.mails.last_mut().unwrap();
    (last.episode, last.number) = (day("2026-11-23"), 2);
    for later in ["2026-11-25", "2026-11-26", "2026-12-30"] {
        night.today = day(later);
        assert_eq!(letters(&night), [], "{later}");
    }
}

#[rstest]
#[case::too_near_to_the_last_mail("2026-11-24", WhyNot::TooNear)]
#[case::a_saturday("2026-11-28", WhyNot::SkippedDay)]
fn a_closing_mail_waits_like_any_other(#[case] today: &str, #[case] why: WhyNot) {
    let mut night = half_mended(today);
    night.analyst(ACME, TWO);
    assert_eq!(letters(&night), []);
    assert_eq!(mette(&night, &policy()).0, why);
}

#[test]
fn what_is_withdrawn_is_no_longer_needed() {
    let mut night = half_mended("2026-11-26");
    night.register.accounts.retain(|row| row.account_id != account(TWO));
    let closed = [format!("{ONE} true"), format!("{TWO} false")];
    assert_eq!(letters(&night), [(METTE.to_owned(), parts([&[], &[], &[], &[&closed[0], &closed[1]]]))]);
}

fn bad_row(code: &str) -> BadRow {
    let account = BadAccount {
        cause: BadRowCause::MalformedId,
        country: "DK".into(),
        client_code: code.into(),
        client_name: String::new(),
        account_id: "7.1065E+18".into(),
    };
    let (file, field) = ("accounts.csv".into(), "account_id".into());
    BadRow { file, line: 2, field, reason: "no id".into(), account: Some(account) }
}

/// What keeps a closing mail back: doubt about any gap of the person.
#[rstest]
#[case::a_row_of_the_client_that_cannot_be_read(|night: &mut Night| {
    night.register.accounts.retain(|row| row.account_id != account(TWO));
    night.register.bad_rows.push(bad_row("C07"));
})]
#[case::a_row_of_nobody_knows_whom(|night: &mut Night| {
    night.register.accounts.retain(|row| row.account_id != account(TWO));
    night.register.bad_rows.push(bad_row(""));
})]
#[case::a_snoozed_gap(|night: &mut Night| {
    let what = Excepted::Account(account(TWO));
    night.register.exceptions.push(Exception { line: 2, what, reason: "paused".into(), until: day("2026-12-31") });
})]
#[case::an_unknown_night(|night: &mut Night| { night.reading(ACME, Reading::NotRead { reason: "time".into() }); })]
#[case::another_gap_within_its_grace(|night: &mut Night| { night.analyst(ACME, TWO).in_acme("C07", "7106541027904755555"); })]
fn while_a_gap_is_in_doubt_nothing_is_closed(#[case] change: fn(&mut Night)) {
    let mut night = half_mended("2026-11-26");
    change(&mut night);
    let (_, reminded) = plan(&night, &Reminders { grace_nights: 3, ..policy() });
    assert_eq!(reminded.letters, []);
}

#[test]
fn who_is_no_contact_any_more_hears_nothing_more() {
    let mut night = half_mended("2026-11-25");
    night.analyst(ACME, TWO);
    for contacts in [vec![], vec![contact("C08", METTE, ContactRole::Client)]] {
        night.register.contacts = contacts;
        assert_eq!(letters(&night), []);
    }
}

#[test]
fn a_refused_address_is_tried_again_once_its_row_changes() {
    let mut night = night("2026-11-24", "2026-11-23");
    let (_, reminded) = plan(&night, &policy());
    let content = reminded.letters[0].content.clone();
    mailed_to(&mut night, METTE, &["2026-11-23"], MailOutcome::Suppressed, &content);
    assert_eq!(letters(&night), []);
    night.register.contacts[0].name = "Mette Holm".to_owned();
    assert_eq!(letters(&night), [(METTE.to_owned(), parts([&[ONE], &[], &[], &[]]))]);
}

#[test]
fn a_partial_release_lets_through_no_mail_that_would_tell_of_others() {
    let mut night = half_mended("2026-11-26");
    night.analyst(ACME, TWO);
    let (_, mut reminded) = plan(&night, &policy());
    reminded.limit(Only::Client(ClientKey::new("DK", "C08")));
    assert_eq!(reminded.letters, []);
}

#[test]
fn what_a_partial_release_keeps_back_is_held() {
    let mut night = night("2026-11-23", "2026-11-23");
    night.in_acme("C08", TWO);
    night.register.contacts.push(contact("C08", OWNER, ContactRole::Client));
    let (mut findings, mut reminded) = plan(&night, &policy());
    reminded.limit(Only::Client(ClientKey::new("DK", "C07")));
    assert_eq!((reminded.letters.len(), reminded.letters_kept_back, reminded.gaps_kept_back()), (1, 1, 1));
    let outcomes = BTreeMap::from([(address(METTE), MailOutcome::Accepted)]);
    reminded.annotate(&night.scene(), &mut findings, &outcomes, false);
    let states: Vec<_> = findings.iter().map(|f| (f.reminder.state, f.reminder.next_mail_on)).collect();
    let sent = (Some(ReminderState::Scheduled), Some(day("2026-11-26")));
    assert_eq!(states, [sent, (Some(ReminderState::Held), None)]);
}

#[test]
fn two_mails_are_as_far_apart_as_configured_whatever_they_are_about() {
    // The owner got his weekly mail yesterday, and today a client of his own has a new gap.
    let mut night = exhausted("2026-12-15");
    let content = MailContent { owned: vec![key("C07", ONE)], ..MailContent::default() };
    mailed_to(&mut night, OWNER, &["2026-12-14"], MailOutcome::Accepted, &content);
    night.in_acme("C08", TWO);
    night.register.contacts.push(contact("C08", OWNER, ContactRole::Client));
    assert_eq!(letters(&night), []);
    night.today = day("2026-12-16");
    night.remember("C08", TWO, Cause::NotAssigned, "2026-12-15");
    assert_eq!(letters(&night), [(OWNER.to_owned(), parts([&[TWO], &[], &[], &[]]))]);
}
