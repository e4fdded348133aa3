//! Which episodes no mail will ever ask for again.

use rstest::rstest;

use super::*;

fn asks() -> MailContent {
    MailContent { asked: vec![key("C07", ONE)], ..MailContent::default() }
}

fn closes() -> MailContent {
    MailContent::default()
}

const LONG_AGO: &str = "2026-01-05";

/// Mette's mails of long ago, the last with this content and outcome, and whether they are needed in November.
#[rstest]
#[case::the_gap_may_still_be_open(&asks(), MailOutcome::Accepted, METTE, false)]
#[case::it_was_closed(&closes(), MailOutcome::Accepted, METTE, true)]
#[case::the_closing_mail_did_not_arrive(&closes(), MailOutcome::Deferred, METTE, false)]
#[case::nobody_writes_to_her_any_more(&asks(), MailOutcome::Accepted, OWNER, true)]
fn an_old_episode_is_over_once_nothing_can_follow(
    #[case] last: &MailContent,
    #[case] outcome: MailOutcome,
    #[case] contact_now: &str,
    #[case] over: bool,
) {
    let mut night = night("2026-11-23", "2026-11-23");
    night.register.contacts = vec![contact("C07", contact_now, ContactRole::Client)];
    mailed_to(&mut night, METTE, &[LONG_AGO], MailOutcome::Accepted, &asks());
    let mut closing = night.history.mails[0].clone();
    (closing.day, closing.number, closing.outcome) = (day("2026-01-12"), 2, outcome);
    closing.content = last.clone();
    night.history.mails.push(closing);
    let expected: &[(Address, NaiveDate)] = &[(address(METTE), day(LONG_AGO))];
    assert_eq!(super::super::over(&night.scene(), day("2026-10-01")), if over { expected } else { &[] });
    assert_eq!(super::super::over(&night.scene(), day("2026-01-12")), [], "its last mail is kept, and so are all");
}

#[rstest]
#[case::refused_for_good(MailOutcome::Suppressed)]
#[case::rehearsed(MailOutcome::Redirected)]
fn an_old_episode_without_an_accepted_mail_is_over(#[case] outcome: MailOutcome) {
    let mut night = night("2026-11-23", "2026-11-23");
    mailed_to(&mut night, METTE, &[LONG_AGO], outcome, &asks());
    assert_eq!(super::super::over(&night.scene(), day("2026-10-01")).len(), 1);
}

#[test]
fn of_several_episodes_the_newest_alone_can_go_on() {
    let mut night = night("2026-11-23", "2026-11-23");
    mailed_to(&mut night, METTE, &[LONG_AGO], MailOutcome::Accepted, &asks());
    mailed_to(&mut night, METTE, &["2026-03-02", "2026-03-05"], MailOutcome::Accepted, &asks());
    assert_eq!(super::super::over(&night.scene(), day("2026-10-01")), [(address(METTE), day(LONG_AGO))]);
}

#[test]
fn what_decides_about_a_mail_is_remembered_however_short_things_are_kept() {
    let long = Reminders { reopen_days: 90, ..policy() };
    assert_eq!((memory_days(&policy()), memory_days(&long)), (31, 91));
}
