//! What the operators are told of one night.

use std::collections::BTreeMap;

use super::*;
use crate::judge::remind::tests::{addressing, policy};
use crate::judge::*;

/// The lines of a section of the night's digest; none where it has no such section.
fn section(night: &Night, heading: &str) -> Vec<String> {
    let (scene, Judgement { mut findings, unread, .. }) = (night.scene(), night.judge());
    let reminded = remind(&scene, &policy(), &addressing(), &findings);
    reminded.annotate(&scene, &mut findings, &BTreeMap::new(), false);
    let summary = summarize(&scene, &findings, &unread, &Ending::default());
    let digest = digest(&scene, &findings, &reminded, &summary);
    digest.sections.into_iter().find(|(it, _)| it.starts_with(heading)).map(|(_, lines)| lines).unwrap_or_default()
}

/// A night in which C07 asks for two accounts: one is shared, the other is not since a day.
fn requested(since: &str) -> Night {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, ONE);
    for row in &mut night.register.accounts {
        row.facts = Arc::new(RegisterFacts { state: RegisterState::Requested, ..RegisterFacts::default() });
    }
    night.remember("C07", ONE, Cause::SharedAsExpected, since).remember("C07", TWO, Cause::NotAssigned, since);
    night
}

#[test]
fn a_request_is_ready_once_we_can_read_the_account_and_until_it_is_approved() {
    let ready = "Onboarding requests that are ready";
    let told = ["DK C07 Client C07: 1 × shared_as_expected since 2026-11-18 (7106541027904733185)"];
    let mut night = requested("2026-11-18");
    assert_eq!(section(&night, ready), told);
    night.register.accounts[0].facts = Arc::default();
    assert!(section(&night, ready).is_empty());
}

#[test]
fn a_client_whose_rows_write_its_name_differently_is_one_line() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", TWO);
    let row = night.register.accounts.last_mut().unwrap();
    row.client = Arc::new(Client { name: "CLIENT c07".into(), ..Client::clone(&row.client) });
    let line = "DK C07 Client C07: 2 × not_assigned (7106541027904733185, 7106541027904744444)";
    assert_eq!(section(&night, "New gaps"), [line]);
}

/// Before tonight the member was in the Business Center and lacked the account only; since yesterday, or never.
#[rstest]
#[case::it_was_assigned_to_nobody(Some(Cause::NotAssigned), true)]
#[case::it_was_told_already(Some(Cause::NotAMember), false)]
#[case::it_is_new(None, true)]
fn an_invitation_is_looked_for_on_the_night_on_which_it_may_be_missing(
    #[case] before: Option<Cause>,
    #[case] told: bool,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    let view = night.view(MEMBER);
    view.list.business_centers.remove(&bc(ACME));
    view.listings.remove(&bc(ACME));
    if let Some(before) = before {
        night.remember("C07", ONE, before, "2026-11-20");
    }
    let lines = section(&night, "Look for an open invitation");
    assert_eq!(lines.is_empty(), !told, "{lines:?}");
}

#[rstest]
#[case::the_first_night("2026-11-23", true)]
#[case::the_next("2026-11-22", false)]
#[case::a_week_later("2026-11-16", true)]
fn a_request_that_waits_for_the_client_is_told_weekly(#[case] since: &str, #[case] told: bool) {
    let lines = section(&requested(since), "Onboarding requests that wait for the client");
    let line = format!("DK C07 Client C07: 1 × not_assigned since {since} (7106541027904744444)");
    assert_eq!(lines, if told { vec![line] } else { Vec::new() });
}

#[rstest]
#[case::too_early("2026-12-01", false)]
#[case::a_week_before("2026-11-30", true)]
#[case::on_its_last_day("2026-11-23", true)]
#[case::when_it_is_over("2026-11-22", false)]
fn an_exception_is_announced_in_its_last_week(#[case] until: &str, #[case] told: bool) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, ONE);
    let what = Excepted::Client(ClientKey::new("DK", "C07"));
    night.register.exceptions.push(Exception { line: 2, what, reason: "moves house".into(), until: day(until) });
    let line = format!("DK C07 Client C07, to {until}, because: moves house; 1 gap is snoozed");
    assert_eq!(section(&night, "Exceptions that end"), if told { vec![line] } else { Vec::new() });
}
