//! Scenarios of the judgement: given this night, which cause, how sure, and what is looked at again.

mod digest;
mod guard;
mod night;
mod places;
mod silence;

use std::collections::BTreeSet;
use std::sync::Arc;

use rstest::rstest;

use crate::domain::*;
pub(super) use night::*;

type OneChange = fn(&mut Night);

/// Tells the compiler what the closure is.
fn by(change: OneChange) -> OneChange {
    change
}

/// Every cause of an expected account, each by one change to a night in which `ONE` of C07 is expected in Acme.
#[rstest]
#[case::shared_as_expected(Cause::SharedAsExpected, by(|n| { n.analyst(ACME, ONE); }))]
#[case::seen_elsewhere_than_registered(Cause::SharedAsExpected, by(|n| { n.analyst(ELSE, ONE); }))]
#[case::seen_in_an_incomplete_listing(Cause::SharedAsExpected, by(|n| { n.analyst(ACME, ONE).reading(ACME, incomplete()); }))]
#[case::seen_in_an_unreadable_listing(Cause::SharedAsExpected, by(|n| { n.analyst(ACME, ONE).reading(ACME, unreadable()); }))]
#[case::role_too_high(Cause::RoleTooHigh, by(|n| { n.share(MEMBER, ACME, ONE, StatedRole::Known(Role::Operator)); }))]
#[case::highest_role_counts(Cause::RoleTooHigh, by(|n| { n.analyst(ACME, ONE).share(MEMBER, ELSE, ONE, StatedRole::Known(Role::Admin)); }))]
#[case::no_role(Cause::RoleNotStated, by(|n| { n.share(MEMBER, ACME, ONE, StatedRole::Absent); }))]
#[case::new_role(Cause::RoleNotStated, by(|n| { n.share(MEMBER, ACME, ONE, StatedRole::New("SUPERVISOR".into())); }))]
#[case::no_role_beside_a_stated_one(Cause::SharedAsExpected, by(|n| { n.analyst(ELSE, ONE).share(MEMBER, ACME, ONE, StatedRole::Absent); }))]
#[case::closed(Cause::AccountClosed, by(|n| { n.analyst(ACME, ONE).view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::Closed)); }))]
#[case::suspended(Cause::AccountSuspended, by(|n| { n.analyst(ACME, ONE).view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::Suspended)); }))]
#[case::in_review(Cause::AccountInReview, by(|n| { n.analyst(ACME, ONE).view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::InReview)); }))]
#[case::state_unknown(Cause::SharedAsExpected, by(|n| { n.analyst(ACME, ONE).view(MEMBER).infos.insert(account(ONE), AccountInfo::Silent(Arc::new("504".into()))); }))]
#[case::not_assigned(Cause::NotAssigned, by(|_| {}))]
#[case::access_removed(Cause::AccessRemoved, by(|n| { n.seen_before(ACME, ONE); }))]
#[case::not_a_member(Cause::NotAMember, by(|n| { n.view(MEMBER).list.business_centers.remove(&bc(ACME)); n.view(MEMBER).listings.remove(&bc(ACME)); }))]
#[case::not_shared(Cause::NotShared, by(|n| { n.register.accounts[0].business_center = None; }))]
#[case::other_member_sees_it(Cause::SharedWithOtherMember, by(|n| { n.share(OTHER, "1659000000000049", ONE, StatedRole::Known(Role::Analyst)); }))]
#[case::lost_from_a_pool(Cause::PartnerShareLost, by(|n| {
    n.register.accounts[0].business_center = None;
    n.seen_before(ELSE, ONE);
    n.rules.agency_business_centers.insert(bc(ELSE));
}))]
#[case::lost_from_another_owner(Cause::PartnerShareLost, by(|n| { n.seen_before_of(Some("Brand Owner"), ACME, ONE); }))]
#[case::mistyped(Cause::MistypedId, by(|n| { n.analyst(ACME, "7106541027904733188"); }))]
#[case::mistyped_and_another_member_sees_it_there(Cause::MistypedId, by(|n| {
    n.join(OTHER, ACME, "Acme").share(OTHER, ACME, "7106541027904733188", StatedRole::Known(Role::Analyst));
}))]
#[case::a_near_one_is_elsewhere(Cause::NotAssigned, by(|n| { n.analyst(ELSE, "7106541027904733188"); }))]
#[case::suspended_business_center(Cause::BusinessCenterSuspended, by(|n| {
    n.view(MEMBER).list.business_centers.get_mut(&bc(ACME)).unwrap().status = BusinessCenterStatus::Suspended("PUNISH".into());
    n.reading(ACME, unreadable());
}))]
#[case::gone(Cause::AccountGone, by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Gone); }))]
#[case::dead_token(Cause::TokenProblem, by(|n| { n.view(MEMBER).standing = Standing::Dead { code: 40105 }; }))]
#[case::foreign_token(Cause::TokenProblem, by(|n| { n.view(MEMBER).standing = Standing::Contradicted; }))]
#[case::no_scope(Cause::TokenProblem, by(|n| { n.view(MEMBER).standing = Standing::ScopeRefused { path: "/bc/get/".into() }; }))]
#[case::empty_complete_list(Cause::TokenProblem, by(|n| { n.view(MEMBER).list.business_centers.clear(); n.view(MEMBER).listings.clear(); }))]
#[case::seen_before_the_token_died(Cause::SharedAsExpected, by(|n| { n.analyst(ACME, ONE).view(MEMBER).standing = Standing::Dead { code: 40105 }; }))]
#[case::canary_not_seen(Cause::CanaryMissing, by(|n| { n.rules.canaries.push(account(TWO)); }))]
#[case::canary_seen(Cause::NotAssigned, by(|n| { n.rules.canaries.push(account(TWO)); n.analyst(ELSE, TWO); }))]
#[case::unreadable(Cause::BusinessCenterUnreadable, by(|n| { n.reading(ACME, unreadable()); }))]
#[case::not_read_in_time(Cause::BusinessCenterUnreadable, by(|n| { n.reading(ACME, Reading::NotRead { reason: "time".into() }); }))]
#[case::contradictory(Cause::ListingIncomplete, by(|n| { n.reading(ACME, incomplete()); }))]
#[case::another_one_unreadable(Cause::NotAssigned, by(|n| { n.reading(ELSE, unreadable()); }))]
#[case::any_unreadable_if_the_place_is_unknown(Cause::BusinessCenterUnreadable, by(|n| {
    n.register.accounts[0].business_center = None;
    n.reading(ELSE, unreadable()).reading(ACME, incomplete());
}))]
#[case::list_incomplete_and_not_in_it(Cause::ListingIncomplete, by(|n| {
    n.view(MEMBER).list.business_centers.remove(&bc(ACME));
    n.view(MEMBER).listings.remove(&bc(ACME));
    n.view(MEMBER).list.reading = incomplete();
}))]
#[case::list_incomplete_but_in_it(Cause::NotAssigned, by(|n| { n.view(MEMBER).list.reading = incomplete(); }))]
#[case::witness_lists_it(Cause::WitnessDisagrees, by(|n| { n.view(MEMBER).witness = Witness::Answered(BTreeSet::from([account(ONE)])); }))]
#[case::info_shows_it(Cause::WitnessDisagrees, by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::Enabled)); }))]
#[case::info_says_nothing(Cause::NotAssigned, by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Silent(Arc::new("x".into()))); }))]
#[case::conflict(Cause::BusinessCenterConflict, by(|n| {
    n.register.accounts[0].business_center = Some(bc("7564000000000000777"));
    n.expect("C07", TWO);
    n.analyst(ACME, TWO);
}))]
#[case::member_not_configured(Cause::MemberNotConfigured, by(|n| { n.register.accounts[0].member = address("nobody@annalect-data.info"); }))]
#[case::fell_silent(Cause::ListingIncomplete, by(|n| { n.listed_before(ACME); }))]
#[case::fell_silent_but_a_witness_agrees(Cause::NotAssigned, by(|n| {
    n.listed_before(ACME).view(MEMBER).infos.insert(account(ONE), AccountInfo::Forbidden);
}))]
#[case::silent_for_the_second_night(Cause::NotAssigned, by(|n| {
    let past = PastBusinessCenter { name: "Acme".into(), listed_accounts: false, empty_since: Some(day("2026-11-22")) };
    n.history.business_centers.insert((address(MEMBER), bc(ACME)), past);
}))]
fn an_expected_account_gets_the_first_cause_that_applies(#[case] cause: Cause, #[case] change: OneChange) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    change(&mut night);
    let finding = night.of(ONE);
    assert_eq!(finding.cause, cause, "{}", finding.evidence);
    assert_eq!(finding.status, cause.status());
    assert_eq!(finding.confidence.is_some(), finding.status.is_certain());
    assert_eq!(finding.next_step.is_empty(), cause == Cause::SharedAsExpected);
    assert!(!finding.evidence.is_empty());
}

/// The order of the contract, pair by pair: both apply, the first wins.
#[rstest]
#[case::token_before_suspended(Cause::TokenProblem, by(|n| {
    n.view(MEMBER).standing = Standing::Dead { code: 40105 };
    n.view(MEMBER).list.business_centers.get_mut(&bc(ACME)).unwrap().status = BusinessCenterStatus::Suspended("DENY".into());
}))]
#[case::canary_before_unreadable(Cause::CanaryMissing, by(|n| { n.rules.canaries.push(account(TWO)); n.reading(ACME, unreadable()); }))]
#[case::incomplete_before_witness(Cause::ListingIncomplete, by(|n| {
    n.reading(ACME, incomplete()).view(MEMBER).witness = Witness::Answered(BTreeSet::from([account(ONE)]));
}))]
#[case::witness_before_other_member(Cause::WitnessDisagrees, by(|n| {
    n.share(OTHER, "1659000000000049", ONE, StatedRole::Known(Role::Analyst));
    n.view(MEMBER).witness = Witness::Answered(BTreeSet::from([account(ONE)]));
}))]
#[case::other_member_before_mistyped(Cause::SharedWithOtherMember, by(|n| {
    n.share(OTHER, "1659000000000049", ONE, StatedRole::Known(Role::Analyst));
    n.analyst(ACME, "7106541027904733188");
}))]
#[case::mistyped_before_gone(Cause::MistypedId, by(|n| {
    n.analyst(ACME, "7106541027904733188").view(MEMBER).infos.insert(account(ONE), AccountInfo::Gone);
}))]
#[case::gone_before_removed(Cause::AccountGone, by(|n| {
    n.seen_before(ACME, ONE);
    n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Gone);
}))]
#[case::role_before_state(Cause::RoleTooHigh, by(|n| {
    n.share(MEMBER, ACME, ONE, StatedRole::Known(Role::Admin)).view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::Closed));
}))]
fn of_two_causes_the_contract_names_the_first(#[case] cause: Cause, #[case] change: OneChange) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    change(&mut night);
    assert_eq!(night.cause(ONE), cause);
}

#[test]
fn rows_of_one_client_repeat_the_first_and_only_the_first_is_judged() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("c07", ONE);
    let causes: Vec<Cause> = night.judge().findings.iter().map(|f| f.cause).collect();
    assert_eq!(causes, [Cause::NotAssigned, Cause::DuplicateRow]);
}

#[test]
fn rows_of_one_client_with_different_parent_codes_are_no_claim_of_several() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", ONE).analyst(ACME, ONE);
    Arc::make_mut(&mut night.register.accounts[0].client).parent_code = "P1".into();
    let causes: Vec<Cause> = night.judge().findings.iter().map(|f| f.cause).collect();
    assert_eq!(causes, [Cause::SharedAsExpected, Cause::DuplicateRow]);
}

#[test]
fn clients_without_a_common_parent_cannot_claim_one_account() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C08", ONE);
    let causes: Vec<Cause> = night.judge().findings.iter().map(|f| f.cause).collect();
    assert_eq!(causes, [Cause::ClaimedBySeveralClients; 2]);
}

/// C07 (twice) and C08 are of one parent, C09 is of none.
#[test]
fn a_conflict_names_the_rows_that_conflict_and_no_others() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C08", ONE).in_acme("C07", ONE).in_acme("C09", ONE);
    for row in night.register.accounts.iter_mut().take(3) {
        let registration = Arc::make_mut(&mut row.registration);
        Arc::make_mut(&mut registration.client).parent_code = "P".into();
    }
    let told = |night: &Night| -> Vec<String> {
        night.judge().findings.iter().map(|finding| finding.evidence.to_string()).collect()
    };
    let claims = told(&night);
    assert!(claims[3].contains("line 2 (DK C07), line 3 (DK C08), line 4 (DK C07)"), "{}", claims[3]);
    for claim in &claims[..3] {
        assert!(claim.contains("line 5 (DK C09)") && !claim.contains("line 2") && !claim.contains("line 3"), "{claim}");
    }
    night.register.accounts.pop();
    let repeats = told(&night);
    assert!(repeats[2].contains("line 2 (DK C07)") && !repeats[2].contains("C08"), "{}", repeats[2]);
}

#[test]
fn an_account_may_move_from_one_client_to_another_even_during_the_lead() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C08", ONE).analyst(ACME, ONE);
    night.lasts(0, None, Some(day("2026-11-25")));
    night.lasts(1, Some(day("2026-11-26")), None);
    let causes: Vec<Cause> = night.judge().findings.iter().map(|f| f.cause).collect();
    assert_eq!(causes, [Cause::SharedAsExpected; 2]);
}

/// Two rows of C07 for ONE, which is not shared: the days of each, and which of them are reported as what.
#[rstest]
#[case::both_wait((Some("2026-11-26"), Some("2026-11-26")), (Some("2026-11-27"), None), &[(0, Cause::NotAssigned)])]
#[case::the_later_is_written_first((Some("2026-11-27"), None), (Some("2026-11-26"), Some("2026-11-26")), &[(1, Cause::NotAssigned)])]
#[case::one_has_begun((None, Some("2026-11-25")), (Some("2026-11-26"), None), &[(0, Cause::NotAssigned)])]
#[case::both_wait_and_overlap((Some("2026-11-27"), None), (Some("2026-11-26"), None), &[(0, Cause::NotAssigned), (1, Cause::DuplicateRow)])]
#[case::one_has_begun_and_they_overlap((Some("2026-11-26"), None), (None, None), &[(0, Cause::NotAssigned), (1, Cause::DuplicateRow)])]
fn of_rows_of_one_client_for_different_days_one_is_judged(
    #[case] first: (Option<&str>, Option<&str>),
    #[case] second: (Option<&str>, Option<&str>),
    #[case] reported: &[(usize, Cause)],
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", ONE);
    for (row, (start, end)) in [first, second].into_iter().enumerate() {
        night.lasts(row, start.map(day), end.map(day));
    }
    let findings = night.judge().findings;
    let of_row = |finding: &Finding| {
        night.register.accounts.iter().position(|row| Arc::ptr_eq(&row.facts, finding.register.as_ref().unwrap()))
    };
    let found: Vec<_> = findings.iter().map(|finding| (of_row(finding).unwrap(), finding.cause)).collect();
    assert_eq!(found, reported);
}

#[rstest]
#[case::begins_in_eight_days(Some("2026-12-01"), None, 0)]
#[case::begins_in_seven_days(Some("2026-11-30"), None, 1)]
#[case::ends_today(None, Some("2026-11-23"), 1)]
#[case::ended_yesterday(None, Some("2026-11-22"), 0)]
fn an_account_counts_from_seven_days_before_its_start_to_its_end(
    #[case] start: Option<&str>,
    #[case] end: Option<&str>,
    #[case] judged: usize,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    night.lasts(0, start.map(day), end.map(day));
    assert_eq!(night.judge().findings.len(), judged);
}

#[test]
fn what_nobody_expects_is_unexpected_and_carries_the_only_client_of_its_business_center() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).analyst(ACME, ONE).analyst(ACME, TWO).analyst(ELSE, "7106541027904766666");
    let finding = night.of(TWO);
    assert_eq!((finding.cause, finding.change), (Cause::NotOnboarded, Some(Change::New)));
    assert_eq!(finding.client.as_ref().unwrap().code, "C07");
    assert_eq!(night.of("7106541027904766666").client, None);
}

/// The register alone says whose Business Center it is: nothing of the client's is shared there but what nobody expects.
#[rstest]
#[case::one_client(&["C07"], Some("C07"))]
#[case::two_clients(&["C07", "C08"], None)]
fn a_business_center_that_the_register_gives_names_the_client(#[case] codes: &[&str], #[case] client: Option<&str>) {
    let mut night = Night::new();
    for (code, id) in codes.iter().zip([ONE, "7106541027904755555"]) {
        night.in_acme(code, id);
    }
    night.analyst(ACME, TWO);
    assert_eq!(night.of(TWO).client.as_ref().map(|client| client.code.as_str()), client);
}

#[test]
fn a_placeholder_for_many_clients_names_a_few_of_them() {
    let mut night = Night::new();
    for number in 0..200 {
        night.in_acme(&format!("C{number:03}"), ONE);
    }
    let findings = night.judge().findings;
    assert!(findings.iter().all(|finding| finding.cause == Cause::ClaimedBySeveralClients));
    let longest = findings.iter().map(|finding| finding.evidence.len()).max();
    assert!(findings.len() == 200 && longest < Some(300), "{longest:?}");
    assert!(findings[0].evidence.contains("line 7 (DK C005), others, and"), "{}", findings[0].evidence);
}

/// So many unexpected accounts that they are not compared one by one.
#[rstest]
#[case::one_digit("7106541027904733188", true)]
#[case::two_digits("7106541027904733277", false)]
fn among_many_the_account_that_was_meant_is_found(#[case] shared: &str, #[case] found: bool) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, TWO).analyst(ACME, shared);
    for number in 0..2_000_u64 {
        night.analyst(ACME, &(1_206_541_027_904_000_000 + number * 977).to_string());
    }
    let finding = night.of(ONE);
    assert_eq!(finding.suggested_account, found.then(|| account(shared)));
    assert_eq!(finding.cause == Cause::MistypedId, found);
}

#[test]
fn an_ended_row_is_named_in_the_evidence_of_what_is_still_shared() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).analyst(ACME, ONE);
    night.lasts(0, None, Some(day("2026-10-31")));
    let finding = night.of(ONE);
    assert_eq!(finding.cause, Cause::NotOnboarded);
    assert!(finding.evidence.contains("DK C07 (line 2) ended on 2026-10-31"), "{}", finding.evidence);
}

fn bad_row(country: &str, client_code: &str, account_id: &str) -> BadRow {
    BadRow {
        file: "accounts.csv".into(),
        line: 2,
        field: "start_date".into(),
        reason: "no date".into(),
        account: Some(BadAccount {
            cause: BadRowCause::MalformedRow,
            country: country.into(),
            client_code: client_code.into(),
            client_name: "Acme".into(),
            account_id: account_id.into(),
        }),
    }
}

#[test]
fn an_account_of_a_bad_row_is_not_unexpected() {
    let mut night = Night::new();
    night.analyst(ACME, ONE);
    night.register.bad_rows.push(bad_row("DK", "C07", ONE));
    assert_eq!(night.cause(ONE), Cause::MalformedRow);
}

#[rstest]
#[case::first_night(None, Cause::NotAssigned, Some(Change::New), "2026-11-23")]
#[case::still_open(Some(Cause::NotAssigned), Cause::NotAssigned, Some(Change::Open), "2026-11-01")]
#[case::open_for_another_reason(Some(Cause::NotAMember), Cause::NotAssigned, Some(Change::Open), "2026-11-01")]
#[case::was_ok(Some(Cause::SharedAsExpected), Cause::NotAssigned, Some(Change::New), "2026-11-23")]
#[case::mended(Some(Cause::NotAssigned), Cause::SharedAsExpected, Some(Change::Resolved), "2026-11-23")]
#[case::never_broken(Some(Cause::SharedAsExpected), Cause::SharedAsExpected, None, "2026-11-01")]
fn change_and_since_compare_with_the_last_certain_status(
    #[case] before: Option<Cause>,
    #[case] tonight: Cause,
    #[case] change: Option<Change>,
    #[case] since: &str,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    if let Some(before) = before {
        night.remember("C07", ONE, before, "2026-11-01");
    }
    if tonight == Cause::SharedAsExpected {
        night.analyst(ACME, ONE);
    }
    let finding = night.of(ONE);
    assert_eq!((finding.change, finding.since), (change, Some(day(since))));
}

#[test]
fn a_night_of_doubt_leaves_an_open_gap_open_and_names_the_last_certain_status() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).remember("C07", ONE, Cause::NotAssigned, "2026-11-01").reading(ACME, unreadable());
    night.history.accounts_as_of = Some(day("2026-11-22"));
    let finding = night.of(ONE);
    assert_eq!((finding.status, finding.change), (Status::Unknown, Some(Change::Open)));
    assert!(finding.evidence.contains("Last certain: missing (not_assigned) on 2026-11-22."), "{}", finding.evidence);
    assert_eq!(finding.days_open, Some(22));
}

#[test]
fn a_night_of_doubt_opens_nothing() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).remember("C07", ONE, Cause::SharedAsExpected, "2026-11-01").reading(ACME, unreadable());
    assert_eq!(night.of(ONE).change, None);
}

#[test]
fn a_gap_that_nobody_expects_any_more_is_withdrawn() {
    let mut night = Night::new();
    night.remember("C07", ONE, Cause::NotAssigned, "2026-11-01");
    let finding = night.of(ONE);
    assert_eq!((finding.change, finding.action_owner), (Some(Change::Withdrawn), None));
    assert!(finding.is_difference());
}

/// The row of ONE of C07, a gap before, is not there; another one is, and cannot be read.
#[rstest]
#[case::its_id_is_damaged(("DK", "C07", "7.1E+18"), None)]
#[case::it_is_the_clients(("dk", " c07 ", TWO), None)]
#[case::its_code_is_missing(("DK", "", ONE), None)]
#[case::its_country_is_missing(("", "C07", "x"), None)]
#[case::it_is_another_clients(("DK", "C08", "7.1E+18"), Some(Change::Withdrawn))]
fn a_gap_is_not_withdrawn_while_an_unreadable_row_could_be_its_own(
    #[case] (country, code, id): (&str, &str, &str),
    #[case] change: Option<Change>,
) {
    let mut night = Night::new();
    night.remember("C07", ONE, Cause::NotAssigned, "2026-11-01");
    night.register.bad_rows.push(bad_row(country, code, id));
    let withdrawn: Vec<_> = night.judge().findings.into_iter().filter_map(|finding| finding.change).collect();
    assert_eq!(withdrawn, Vec::from_iter(change));
}

#[rstest]
#[case::it_is_claimed_itself(ONE, None)]
#[case::another_account_is_claimed(TWO, Some(Change::Withdrawn))]
fn rows_in_conflict_keep_only_their_own_gap_open(#[case] claimed: &str, #[case] change: Option<Change>) {
    let mut night = Night::new();
    night.remember("C07", ONE, Cause::NotAssigned, "2026-11-01").in_acme("C07", claimed).in_acme("C08", claimed);
    let withdrawn: Vec<_> = night.judge().findings.into_iter().filter_map(|finding| finding.change).collect();
    assert_eq!(withdrawn, Vec::from_iter(change));
}

#[test]
fn an_unexpected_account_that_is_registered_now_is_resolved_once() {
    let mut night = Night::new();
    let key = AccountKey { client: None, account_id: account(ONE) };
    night.in_acme("C07", ONE).analyst(ACME, ONE).remember_as(key, Cause::NotOnboarded, "2026-11-01");
    assert_eq!(night.of(ONE).change, Some(Change::Resolved));
}

#[rstest]
#[case::its_listing(by(|_| {}), vec![], vec![ACME])]
#[case::the_list(by(|n| { n.view(MEMBER).list.business_centers.remove(&bc(ACME)); n.view(MEMBER).listings.remove(&bc(ACME)); }), vec![MEMBER], vec![])]
#[case::place_unknown(by(|n| { n.register.accounts[0].business_center = None; }), vec![MEMBER], vec![])]
fn a_new_gap_is_looked_at_again(#[case] change: OneChange, #[case] lists: Vec<&str>, #[case] listings: Vec<&str>) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    change(&mut night);
    let doubts = night.judge().doubts;
    assert_eq!(doubts.lists, lists.into_iter().map(address).collect());
    assert_eq!(doubts.listings, listings.into_iter().map(|id| (address(MEMBER), bc(id))).collect());
    assert_eq!(doubts.accounts, BTreeSet::from([(address(MEMBER), account(ONE))]));
}

#[test]
fn a_gap_that_was_open_is_not_looked_at_again() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).remember("C07", ONE, Cause::NotAssigned, "2026-11-01");
    assert!(night.judge().doubts.is_empty());
}

#[test]
fn an_account_that_was_gone_stays_gone_without_being_asked_about_again() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).remember("C07", ONE, Cause::AccountGone, "2026-11-01");
    assert_eq!(night.cause(ONE), Cause::AccountGone);
    assert!(night.judge().doubts.is_empty());
}

#[test]
fn a_gap_that_becomes_the_clients_is_looked_at_again_before_it_is_mailed() {
    let mut night = Night::new();
    night.in_acme("C07", ONE).remember("C07", ONE, Cause::MistypedId, "2026-11-01");
    let judgement = night.judge();
    assert_eq!(judgement.findings[0].cause, Cause::NotAssigned);
    assert!(!judgement.doubts.is_empty());
}

#[rstest]
#[case::read_once(by(|_| {}), Confidence::ReadOnce)]
#[case::read_twice(by(|n| { n.reading(ACME, Reading::Complete { twice: true }); }), Confidence::ReadTwice)]
#[case::info_refuses(by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Forbidden); }), Confidence::Witnessed)]
#[case::not_in_the_second_list(by(|n| { n.view(MEMBER).witness = Witness::Answered(BTreeSet::new()); }), Confidence::Witnessed)]
#[case::silent_witness(by(|n| { n.view(MEMBER).witness = Witness::Silent("x".into()); }), Confidence::ReadOnce)]
fn confidence_says_who_else_agrees(#[case] change: OneChange, #[case] confidence: Confidence) {
    let mut night = Night::new();
    night.in_acme("C07", ONE);
    change(&mut night);
    assert_eq!(night.of(ONE).confidence, Some(confidence));
}

/// ONE is not asked about (there were too many new gaps); TWO is, and TikTok shows it although no listing does.
#[rstest]
#[case::nobody_was_asked(Cause::WitnessDisagrees, by(|_| {}))]
#[case::its_own_answer_counts(Cause::NotAssigned, by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Forbidden); }))]
#[case::the_other_witness_counts(Cause::NotAssigned, by(|n| { n.view(MEMBER).witness = Witness::Answered(BTreeSet::new()); }))]
#[case::an_open_gap_stays(Cause::NotAssigned, by(|n| { n.remember("C07", ONE, Cause::NotAssigned, "2026-11-01"); }))]
#[case::another_place(Cause::NotAssigned, by(|n| { n.register.accounts[1].business_center = Some(bc(ELSE)); }))]
fn a_listing_that_was_caught_hiding_an_account_is_not_believed_about_the_unasked(
    #[case] cause: Cause,
    #[case] change: OneChange,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).in_acme("C08", TWO);
    night.view(MEMBER).infos.insert(account(TWO), AccountInfo::Visible(AccountState::Enabled));
    change(&mut night);
    assert_eq!(night.cause(ONE), cause, "{}", night.of(ONE).evidence);
}
