//! Who is mailed when: one person, one gap at Acme, and what changes that.

mod days;
mod over;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use super::*;
use crate::domain::{Cause, Contact, MailContent, MailOutcome, PastMail, ReminderFacts};
use crate::judge::tests::*;

const METTE: &str = "mette@acme.example";
const OWNER: &str = "owner@agency.example";

pub(in crate::judge) fn policy() -> Reminders {
    Reminders {
        days: vec![0, 3, 7, 14],
        min_days_between: 2,
        grace_nights: 0,
        reopen_days: 7,
        skip_weekends: true,
        skip_dates: BTreeSet::new(),
        remind_role_too_high: false,
    }
}

fn contact(code: &str, email: &str, role: ContactRole) -> Contact {
    let scope = match code {
        "*" => Scope::Country("dk".into()),
        code => Scope::Client(ClientKey::new("DK", code)),
    };
    Contact { line: 2, scope, email: address(email), name: String::new(), language: None, role }
}

fn key(code: &str, id: &str) -> AccountKey {
    AccountKey { client: Some(ClientKey::new("DK", code)), account_id: account(id) }
}

/// A night in which the gap of `ONE` is open since a day, and Mette is its contact.
fn night(today: &str, since: &str) -> Night {
    let mut night = Night::new();
    night.today = day(today);
    night.in_acme("C07", ONE);
    if since != today {
        night.remember("C07", ONE, Cause::NotAssigned, since);
    }
    night.register.contacts.push(contact("C07", "mette@acme.example", ContactRole::Client));
    night
}

/// A mail to Mette in the episode that began on the first of the days.
fn mailed(night: &mut Night, days: &[&str], outcome: MailOutcome, gaps: &[AccountKey]) {
    mailed_to(night, METTE, days, outcome, &MailContent { asked: gaps.to_vec(), ..MailContent::default() });
}

fn mailed_to(night: &mut Night, person: &str, days: &[&str], outcome: MailOutcome, content: &MailContent) {
    for (number, on) in days.iter().enumerate() {
        night.history.mails.push(PastMail {
            person: address(person),
            day: day(on),
            episode: day(days[0]),
            number: u32::try_from(number + 1).unwrap(),
            outcome,
            content: content.clone(),
        });
    }
}

pub(in crate::judge) fn addressing() -> Addressing {
    Addressing { operators: Vec::new(), languages: BTreeMap::new() }
}

fn plan(night: &Night, policy: &Reminders) -> (Vec<Finding>, Reminded) {
    let findings = night.judge().findings;
    let reminded = remind(&night.scene(), policy, &addressing(), &findings);
    (findings, reminded)
}

fn mette(night: &Night, policy: &Reminders) -> (WhyNot, Option<NaiveDate>) {
    let (_, reminded) = plan(night, policy);
    let person = reminded.persons.iter().find(|p| p.address == address("mette@acme.example")).unwrap();
    (person.why.clone(), person.next)
}

fn facts(night: &Night, policy: &Reminders, outcomes: &[(&str, MailOutcome)], held: bool) -> ReminderFacts {
    let (mut findings, reminded) = plan(night, policy);
    let outcomes = outcomes.iter().map(|(who, outcome)| (address(who), *outcome)).collect();
    reminded.annotate(&night.scene(), &mut findings, &outcomes, held);
    findings[0].reminder.clone()
}

/// The four mails of a gap that opened on Monday, 2026-11-23.
const FOUR: [&str; 4] = ["2026-11-23", "2026-11-26", "2026-11-30", "2026-12-07"];

/// Mette got all four mails about `ONE`, and nothing changed.
fn exhausted(today: &str) -> Night {
    let mut night = night(today, "2026-11-23");
    night.register.contacts.push(contact("C07", OWNER, ContactRole::Owner));
    mailed(&mut night, &FOUR, MailOutcome::Accepted, &[key("C07", ONE)]);
    night
}

/// What the letters of a night ask, name as handed over, list to the owner, and tell as closed.
fn letters(night: &Night) -> Vec<(String, [Vec<String>; 4])> {
    let (_, reminded) = plan(night, &policy());
    let letters = reminded.letters.iter().map(|letter| {
        let asked = letter.clients.iter().flat_map(|c| &c.groups).flat_map(|g| &g.accounts);
        let parts = [
            asked.map(|a| a.account_id.to_string()).collect(),
            letter.handed_over.iter().map(|a| a.account_id.to_string()).collect(),
            letter.owned.iter().map(|a| a.account.account_id.to_string()).collect(),
            letter.closed.iter().map(|c| format!("{} {}", c.account.account_id, c.mended)).collect(),
        ];
        (letter.to.as_str().to_owned(), parts)
    });
    letters.collect()
}

fn parts<const N: usize>(parts: [&[&str]; N]) -> [Vec<String>; N] {
    parts.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
}

/// 2026-11-23 is a Monday; the days are 0, 3, 7, 14, then every 7.
#[rstest]
#[case::first_night("2026-11-23", &[], WhyNot::Due, Some("2026-11-26"))]
#[case::the_day_after("2026-11-24", &["2026-11-23"], WhyNot::NotYet, Some("2026-11-26"))]
#[case::third_day("2026-11-26", &["2026-11-23"], WhyNot::Due, Some("2026-11-30"))]
#[case::missed_nights_are_made_up_by_one("2026-12-02", &["2026-11-23"], WhyNot::Due, Some("2026-12-07"))]
#[case::last_day("2026-12-07", &["2026-11-23", "2026-11-26", "2026-11-30"], WhyNot::Due, None)]
#[case::handed_over("2026-12-14", &["2026-11-23", "2026-11-26", "2026-11-30", "2026-12-07"], WhyNot::HandedOver, None)]
#[case::already_today("2026-11-26", &["2026-11-23", "2026-11-26"], WhyNot::AlreadyToday, Some("2026-11-30"))]
fn mails_go_on_the_days_after_the_first(
    #[case] today: &str,
    #[case] sent: &[&str],
    #[case] why: WhyNot,
    #[case] next: Option<&str>,
) {
    let mut night = night(today, "2026-11-23");
    mailed(&mut night, sent, MailOutcome::Accepted, &[key("C07", ONE)]);
    assert_eq!(mette(&night, &policy()), (why, next.map(day)));
}

#[rstest]
#[case::saturday("2026-11-21", WhyNot::SkippedDay, "2026-11-23")]
#[case::sunday("2026-11-22", WhyNot::SkippedDay, "2026-11-23")]
#[case::a_date_of_the_configuration("2026-12-24", WhyNot::SkippedDay, "2026-12-25")]
fn nothing_goes_on_a_skipped_day(#[case] today: &str, #[case] why: WhyNot, #[case] next: &str) {
    let policy = Reminders { skip_dates: BTreeSet::from([day("2026-12-24")]), ..policy() };
    assert_eq!(mette(&night(today, today), &policy), (why, Some(day(next))));
}

#[rstest]
#[case(0, WhyNot::Due)]
#[case(2, WhyNot::Due)]
#[case(3, WhyNot::Grace)]
fn a_gap_is_mailed_after_its_grace(#[case] grace_nights: u32, #[case] why: WhyNot) {
    let night = night("2026-11-25", "2026-11-23");
    assert_eq!(mette(&night, &Reminders { grace_nights, ..policy() }).0, why);
}

#[rstest]
#[case(MailOutcome::Accepted, WhyNot::AlreadyToday)]
#[case(MailOutcome::Deferred, WhyNot::TryAgain)]
#[case(MailOutcome::Doubtful, WhyNot::Doubtful)]
#[case(MailOutcome::Intended, WhyNot::Doubtful)]
#[case(MailOutcome::Failed, WhyNot::FailedToday)]
fn whatever_became_of_todays_mail_there_is_no_second_one(#[case] outcome: MailOutcome, #[case] why: WhyNot) {
    let mut night = night("2026-11-23", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], outcome, &[key("C07", ONE)]);
    let (_, reminded) = plan(&night, &policy());
    assert!(reminded.letters.is_empty());
    assert_eq!(mette(&night, &policy()).0, why);
}

#[test]
fn a_mail_that_may_not_have_arrived_counts_no_step_and_uses_up_its_number() {
    let mut night = night("2026-11-24", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], MailOutcome::Doubtful, &[key("C07", ONE)]);
    let (_, reminded) = plan(&night, &policy());
    assert_eq!((reminded.letters[0].episode, reminded.letters[0].number), (day("2026-11-23"), 2));
    assert_eq!(reminded.first_mailed, 1);
}

#[test]
fn a_gap_that_opens_during_the_episode_waits_for_its_next_mail() {
    let mut night = night("2026-11-24", "2026-11-23");
    mailed(&mut night, &["2026-11-23"], MailOutcome::Accepted, &[key("C07", ONE)]);
    night.in_acme("C07", TWO);
    assert_eq!(mette(&night, &policy()), (WhyNot::NotYet, Some(day("2026-11-26"))));
}

#[test]
fn a_gap_that_opens_when_no_mail_is_scheduled_begins_the_days_anew_in_the_same_thread() {
    let mut night = night("2026-12-16", "2026-11-23");
    let sent = ["2026-11-23", "2026-11-26", "2026-11-30", "2026-12-07"];
    mailed(&mut night, &sent, MailOutcome::Accepted, &[key("C07", ONE)]);
    night.in_acme("C07", TWO);
    let (_, reminded) = plan(&night, &policy());
    let letter = &reminded.letters[0];
    assert_eq!((letter.episode, letter.number), (day("2026-11-23"), 5));
    assert_eq!(mette(&night, &policy()).1, Some(day("2026-12-21")), "three days later is a Saturday, a Monday it is");
}

#[rstest]
#[case::within_reopen_days("2026-12-01", "2026-11-23", 2)]
#[case::later("2026-12-09", "2026-12-09", 1)]
fn a_gap_that_returns_soon_continues_and_later_begins_anew(
    #[case] returned: &str,
    #[case] episode: &str,
    #[case] number: u32,
) {
    let mut night = night(returned, returned);
    mailed(&mut night, &["2026-11-23"], MailOutcome::Accepted, &[key("C07", ONE)]);
    night.remember("C07", ONE, Cause::SharedAsExpected, "2026-11-25");
    let (_, reminded) = plan(&night, &policy());
    assert_eq!((reminded.letters[0].episode, reminded.letters[0].number), (day(episode), number));
}

/// `ONE` was in three mails, was mended, and returned before a weekend.
#[rstest]
#[case::soon("2026-12-07", &[ONE], None)]
#[case::later("2026-12-02", &[ONE], Some("2026-12-17"))]
fn a_gap_that_returns_soon_keeps_its_count(#[case] mended: &str, #[case] asked: &[&str], #[case] next: Option<&str>) {
    let mut night = night("2026-12-14", "2026-12-12");
    mailed(&mut night, &FOUR[..3], MailOutcome::Accepted, &[key("C07", ONE)]);
    night.history.mended_on.insert(key("C07", ONE), day(mended));
    assert_eq!(letters(&night), [(METTE.to_owned(), parts([asked, &[], &[], &[]]))]);
    assert_eq!(mette(&night, &policy()).1, next.map(day), "the fourth mail is the last, the first is not");
}

#[rstest]
#[case::own_contact(&[("C07", "mette@acme.example", ContactRole::Client), ("*", "dk@agency.example", ContactRole::Client)], &["mette@acme.example"])]
#[case::the_countrys(&[("C08", "mette@acme.example", ContactRole::Client), ("*", "dk@agency.example", ContactRole::Client)], &["dk@agency.example"])]
#[case::the_owner(&[("C07", "owner@agency.example", ContactRole::Owner)], &["owner@agency.example"])]
#[case::the_countrys_contact_before_the_owner(&[("C07", "owner@agency.example", ContactRole::Owner), ("*", "dk@agency.example", ContactRole::Client)], &["dk@agency.example"])]
#[case::two_contacts(&[("C07", "a@acme.example", ContactRole::Client), ("C07", "b@acme.example", ContactRole::Client)], &["a@acme.example", "b@acme.example"])]
#[case::nobody(&[("C08", "mette@acme.example", ContactRole::Client)], &[])]
fn a_gap_goes_to_those_who_answer_for_the_client(
    #[case] contacts: &[(&str, &str, ContactRole)],
    #[case] told: &[&str],
) {
    let mut night = night("2026-11-23", "2026-11-23");
    night.register.contacts = contacts.iter().map(|(code, email, role)| contact(code, email, *role)).collect();
    let (_, reminded) = plan(&night, &policy());
    let to: Vec<&str> = reminded.letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, told);
    assert_eq!(reminded.nobody.is_empty(), !told.is_empty());
}

#[rstest]
#[case::refused_yesterday("2026-11-22", &["owner@agency.example"])]
#[case::refused_a_month_ago("2026-10-24", &["mette@acme.example"])]
fn an_address_that_the_server_refused_is_passed_over_for_thirty_days(#[case] refused: &str, #[case] told: &[&str]) {
    let mut night = night("2026-11-23", "2026-11-01");
    night.register.contacts.push(contact("C07", "owner@agency.example", ContactRole::Owner));
    mailed(&mut night, &[refused], MailOutcome::Suppressed, &[key("C07", ONE)]);
    let (_, reminded) = plan(&night, &policy());
    let to: Vec<&str> = reminded.letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, told);
}

#[rstest]
#[case::accepted(Some(MailOutcome::Accepted), false, ReminderState::Scheduled, 1, Some("2026-11-26"))]
#[case::refused_for_now(Some(MailOutcome::Deferred), false, ReminderState::Scheduled, 0, Some("2026-11-24"))]
#[case::doubtful(Some(MailOutcome::Doubtful), false, ReminderState::Doubtful, 0, Some("2026-11-24"))]
#[case::refused_address(Some(MailOutcome::Suppressed), false, ReminderState::Suppressed, 0, None)]
#[case::held(None, true, ReminderState::Held, 0, None)]
#[case::not_sent_yet(None, false, ReminderState::Scheduled, 0, Some("2026-11-23"))]
fn the_report_says_what_became_of_the_mail(
    #[case] outcome: Option<MailOutcome>,
    #[case] held: bool,
    #[case] state: ReminderState,
    #[case] sent: u32,
    #[case] next: Option<&str>,
) {
    let night = night("2026-11-23", "2026-11-23");
    let outcomes: Vec<_> = outcome.into_iter().map(|outcome| ("mette@acme.example", outcome)).collect();
    let facts = facts(&night, &policy(), &outcomes, held);
    assert_eq!((facts.state, facts.mails_sent, facts.next_mail_on), (Some(state), sent, next.map(day)));
}

#[test]
fn an_excepted_gap_is_snoozed_until_its_last_day() {
    for (until, state) in [("2026-11-23", ReminderState::Snoozed), ("2026-11-22", ReminderState::Scheduled)] {
        let mut night = night("2026-11-23", "2026-11-23");
        let what = Excepted::Client(ClientKey::new("dk", "c07"));
        night.register.exceptions.push(Exception { line: 2, what, reason: "paused".into(), until: day(until) });
        assert_eq!(facts(&night, &policy(), &[], false).state, Some(state));
    }
}

#[rstest]
#[case(false, ReminderState::NotMailed)]
#[case(true, ReminderState::Scheduled)]
fn a_role_that_is_too_high_is_mailed_by_setting(#[case] remind_role_too_high: bool, #[case] state: ReminderState) {
    let mut night = night("2026-11-23", "2026-11-23");
    let admin = crate::domain::StatedRole::Known(crate::domain::Role::Admin);
    night.share(MEMBER, ACME, ONE, admin);
    assert_eq!(facts(&night, &Reminders { remind_role_too_high, ..policy() }, &[], false).state, Some(state));
}
