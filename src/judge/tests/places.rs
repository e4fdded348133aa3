//! Where an account should be, where it was, and whose a Business Center is.

use rstest::rstest;

use super::*;

/// ONE was last seen in Acme on the 22nd, owned by "Brand Owner".
#[rstest]
#[case::it_was_called_so(Cause::AccessRemoved, "2026-11-23", by(|n| { n.called_before(MEMBER, ACME, "Brand Owner"); }))]
#[case::another_member_knew_it_so(Cause::AccessRemoved, "2026-11-23", by(|n| { n.called_before(OTHER, ACME, "Brand Owner"); }))]
#[case::it_is_called_so_now(Cause::AccessRemoved, "2026-11-23", by(|n| { n.called(ACME, "Brand Owner").called_before(MEMBER, ACME, "Acme"); }))]
#[case::but_for_case_and_space(Cause::AccessRemoved, "2026-11-23", by(|n| { n.called(ACME, " BRAND owner "); }))]
#[case::it_has_no_name(Cause::AccessRemoved, "2026-11-23", by(|n| { n.called(ACME, ""); }))]
#[case::it_was_never_called_so(Cause::PartnerShareLost, "2026-11-23", by(|n| { n.called_before(MEMBER, ACME, "Acme Group"); }))]
#[case::another_is_called_so(Cause::PartnerShareLost, "2026-11-23", by(|n| { n.called(ELSE, "Brand Owner"); }))]
#[case::it_was_the_clients_gap_before(Cause::AccessRemoved, "2026-12-23", by(|n| { n.remember("C07", ONE, Cause::AccessRemoved, "2026-11-23"); }))]
#[case::it_was_no_clients_gap_before(Cause::PartnerShareLost, "2026-12-23", by(|n| { n.remember("C07", ONE, Cause::PartnerShareLost, "2026-11-23"); }))]
#[case::it_was_seen_since(Cause::PartnerShareLost, "2026-12-23", by(|n| { n.remember("C07", ONE, Cause::AccessRemoved, "2026-11-22"); }))]
fn an_owner_who_has_a_name_of_the_business_center_is_no_other(
    #[case] cause: Cause,
    #[case] today: &str,
    #[case] change: OneChange,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).seen_before_of(Some("Brand Owner"), ACME, ONE);
    night.today = day(today);
    change(&mut night);
    let finding = night.of(ONE);
    assert_eq!(finding.cause, cause, "{}", finding.evidence);
}

#[test]
fn the_clients_business_center_is_learned_from_its_other_accounts() {
    let mut night = Night::new();
    night.expect("C07", ONE);
    night.expect("C07", TWO);
    night.analyst(ACME, TWO).reading(ELSE, unreadable());
    let finding = night.of(ONE);
    assert_eq!(finding.cause, Cause::NotAssigned);
    assert_eq!(finding.business_center, Some(bc(ACME)));
}

#[test]
fn a_business_center_with_two_clients_is_a_pool_and_nobodys_own() {
    let mut night = Night::new();
    night.expect("C07", ONE);
    night.expect("C07", TWO);
    night.expect("C08", "7106541027904755555");
    night.analyst(ACME, TWO).analyst(ACME, "7106541027904755555");
    assert_eq!(night.cause(ONE), Cause::NotShared);
    night.reading(ELSE, unreadable());
    assert_eq!(night.cause(ONE), Cause::BusinessCenterUnreadable, "the account may be in the one that was not read");
}

#[rstest]
#[case::nobody_else(Cause::NotAssigned, by(|_| {}))]
#[case::another_client_claims_it(Cause::NotAssigned, by(|n| { n.expect("C08", TWO); }))]
#[case::another_client_has_it_next(Cause::NotShared, by(|n| {
    n.expect("C08", TWO);
    n.lasts(1, None, Some(day("2026-11-25")));
    n.lasts(3, Some(day("2026-11-26")), None);
}))]
fn a_row_that_cannot_be_judged_makes_no_pool(#[case] cause: Cause, #[case] change: OneChange) {
    let mut night = Night::new();
    for id in [ONE, TWO, "7106541027904755555"] {
        night.expect("C07", id);
    }
    night.analyst(ACME, TWO).analyst(ACME, "7106541027904755555");
    change(&mut night);
    assert_eq!(night.cause(ONE), cause);
}

#[test]
fn an_account_that_several_clients_claim_shows_none_of_them_a_place() {
    let mut night = Night::new();
    for (code, id) in [("C07", ONE), ("C07", TWO), ("C08", TWO)] {
        night.expect(code, id);
    }
    night.analyst(ACME, TWO);
    assert_eq!(night.cause(ONE), Cause::NotShared);
}

/// ONE of C07 was seen in Acme and in Elsewhere, which is a pool.
#[rstest]
#[case::of_the_agency(by(|n| { n.rules.agency_business_centers.insert(bc(ELSE)); }))]
#[case::of_several_clients(by(|n| { n.expect("C08", TWO); n.expect("C09", "7106541027904755555"); n.analyst(ELSE, TWO).analyst(ELSE, "7106541027904755555"); }))]
fn a_pool_is_not_named_to_the_client_as_his_own(#[case] makes_a_pool: OneChange) {
    let mut night = Night::new();
    night.expect("C07", ONE);
    night.seen_before(ACME, ONE).seen_before(ELSE, ONE);
    makes_a_pool(&mut night);
    let finding = night.of(ONE);
    assert_eq!(finding.client_business_centers.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [bc(ACME)]);
    assert!(!finding.next_step.contains("Elsewhere"), "{}", finding.next_step);
}

#[rstest]
#[case::a_pool_with_a_lower_id(&[ACME], ELSE)]
#[case::a_pool_with_a_higher_id(&[ELSE], ACME)]
fn of_two_places_of_one_last_day_the_clients_own_counts(#[case] pools: &[&str], #[case] own: &str) {
    let mut night = Night::new();
    night.rules.agency_business_centers = pools.iter().map(|id| bc(id)).collect();
    night.expect("C07", ONE);
    night.seen_before(ACME, ONE).seen_before(ELSE, ONE);
    let finding = night.of(ONE);
    assert_eq!(finding.cause, Cause::AccessRemoved, "{}", finding.evidence);
    assert_eq!(finding.last_seen_in.as_ref().unwrap().0, bc(own));
}

/// ONE of C07 should be in Acme, whose listing is complete, and was seen in Elsewhere.
#[rstest]
#[case::its_listing_is_unreadable(Cause::BusinessCenterUnreadable, by(|n| { n.reading(ELSE, unreadable()); }))]
#[case::it_fell_silent(Cause::ListingIncomplete, by(|n| { n.listed_before(ELSE); }))]
#[case::an_incomplete_list_lacks_it(Cause::ListingIncomplete, by(|n| {
    n.view(MEMBER).list.reading = incomplete();
    n.view(MEMBER).list.business_centers.remove(&bc(ELSE));
    n.view(MEMBER).listings.remove(&bc(ELSE));
}))]
#[case::it_is_gone_from_there_too(Cause::PartnerShareLost, by(|_| {}))]
fn an_account_is_not_missing_while_it_could_be_where_it_was(
    #[case] cause: Cause,
    #[case] change: OneChange,
    #[values(true, false)] given: bool,
) {
    let mut night = Night::new();
    night.rules.agency_business_centers.insert(bc(ELSE));
    night.in_acme("C07", ONE).in_acme("C07", TWO).analyst(ACME, TWO).seen_before(ELSE, ONE);
    if !given {
        night.register.accounts[0].business_center = None;
    }
    change(&mut night);
    assert_eq!(night.cause(ONE), cause, "{}", night.of(ONE).evidence);
}

#[test]
fn an_account_that_was_lost_from_a_pool_is_looked_for_there_again() {
    let mut night = Night::new();
    night.rules.agency_business_centers.insert(bc(ELSE));
    night.expect("C07", ONE);
    night.seen_before(ELSE, ONE);
    let judgement = night.judge();
    assert_eq!(judgement.findings[0].cause, Cause::PartnerShareLost);
    assert_eq!(judgement.doubts.listings, BTreeSet::from([(address(MEMBER), bc(ELSE))]));
}

#[test]
fn a_pool_that_is_suspended_is_why_its_accounts_are_not_seen() {
    let mut night = Night::new();
    night.rules.agency_business_centers.insert(bc(ELSE));
    night.expect("C07", ONE);
    night.seen_before(ELSE, ONE).reading(ELSE, unreadable());
    let status = BusinessCenterStatus::Suspended("PUNISH".into());
    night.view(MEMBER).list.business_centers.get_mut(&bc(ELSE)).unwrap().status = status;
    assert_eq!(night.cause(ONE), Cause::BusinessCenterSuspended);
}

#[rstest]
#[case::its_member_sees_it(by(|n| { n.analyst(ACME, ONE); }), "2026-11-23", "Seen in Business Center Acme")]
#[case::another_member_sees_it(
    by(|n| { n.share(OTHER, "1659000000000049", ONE, StatedRole::Known(Role::Analyst)); }),
    "2026-11-23",
    "data_extract@annalect-data.info last saw it on 2026-11-22 in Business Center Acme"
)]
#[case::nobody_sees_it(by(|_| {}), "2026-11-22", "Last seen on 2026-11-22 in Business Center Acme")]
fn what_anybody_sees_tonight_was_last_seen_today(
    #[case] change: OneChange,
    #[case] last_seen_on: &str,
    #[case] evidence: &str,
) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).seen_before(ACME, ONE);
    change(&mut night);
    let finding = night.of(ONE);
    assert_eq!(finding.last_seen_on, Some(day(last_seen_on)));
    assert!(finding.evidence.contains(evidence), "{}", finding.evidence);
}

/// Our member is in Acme, where ONE of C07 should be; another one sees it elsewhere.
#[rstest]
#[case::in_the_clients_other_one("1659000000000049", by(|_| {}))]
#[case::where_the_client_is_otherwise("1659000000000049", by(|n| { n.register.accounts[0].business_center = None; n.in_acme("C07", TWO).analyst(ACME, TWO); }))]
#[case::in_a_pool(ACME, by(|n| { n.rules.agency_business_centers.insert(bc("1659000000000049")); }))]
#[case::in_a_pool_like_the_clients_earlier_one("", by(|n| {
    n.register.accounts[0].business_center = None;
    n.seen_before(ACME, ONE).rules.agency_business_centers.extend([bc(ACME), bc("1659000000000049")]);
}))]
fn what_is_shared_with_another_member_is_named_where_that_one_sees_it(#[case] named: &str, #[case] change: OneChange) {
    let mut night = Night::new();
    night.in_acme("C07", ONE).share(OTHER, "1659000000000049", ONE, StatedRole::Known(Role::Analyst));
    change(&mut night);
    let finding = night.of(ONE);
    assert_eq!(finding.cause, Cause::SharedWithOtherMember);
    let places: Vec<String> = finding.client_business_centers.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(places.join(","), named);
    assert!(finding.next_step.contains(named), "{}", finding.next_step);
}

#[test]
fn clients_of_one_parent_share_a_business_center() {
    let mut night = Night::new();
    for (code, id) in [("C07", ONE), ("C07", TWO), ("C08", "7106541027904755555")] {
        let row = night.expect(code, id);
        Arc::make_mut(&mut row.client).parent_code = "P1".into();
    }
    night.analyst(ACME, TWO).analyst(ACME, "7106541027904755555");
    assert_eq!(night.cause(ONE), Cause::NotAssigned);
}

#[test]
fn a_client_seen_there_long_ago_makes_it_a_pool_still() {
    let mut night = Night::new();
    night.expect("C07", ONE);
    night.expect("C07", TWO);
    night.analyst(ACME, TWO);
    let old = ClientKey::new("DK", "C99");
    night.history.clients_of.entry(bc(ACME)).or_default().insert(old.clone(), Family::new(&old, ""));
    assert_eq!(night.cause(ONE), Cause::NotShared);
}
