//! A Business Center that listed accounts before and lists none at all tonight.

use rstest::rstest;

use super::*;
use crate::judge::*;

/// ONE of C07 is expected in Acme, which listed accounts before and lists none tonight.
fn silent() -> Night {
    let mut night = Night::new();
    night.in_acme("C07", ONE).listed_before(ACME);
    night
}

fn excepted(what: Excepted) -> Exception {
    Exception { line: 2, what, reason: "moves house".into(), until: day("2026-11-23") }
}

#[rstest]
#[case::nobody_agrees(by(|_| {}), true, 4)]
#[case::it_never_listed_any(by(|n| { n.history.business_centers.clear(); }), false, 0)]
#[case::a_witness_agrees(by(|n| { n.view(MEMBER).infos.insert(account(ONE), AccountInfo::Forbidden); }), false, 0)]
#[case::nothing_hangs_on_it(by(|n| { n.analyst(ELSE, ONE).view(MEMBER).infos.insert(account(ONE), AccountInfo::Visible(AccountState::Enabled)); }), false, 0)]
#[case::any_place_could_hold_it(by(|n| { n.register.accounts[0].business_center = None; }), true, 4)]
#[case::excepted(by(|n| { n.register.exceptions.push(excepted(Excepted::BusinessCenter(bc(ACME)))); }), true, 0)]
#[case::another_is_excepted(by(|n| { n.register.exceptions.push(excepted(Excepted::BusinessCenter(bc(ELSE)))); }), true, 4)]
#[case::its_account_is_excepted(by(|n| { n.register.exceptions.push(excepted(Excepted::Account(account(ONE)))); }), true, 4)]
fn a_silence_that_is_not_believed_was_not_read_completely(
    #[case] change: OneChange,
    #[case] unread: bool,
    #[case] code: u8,
) {
    let mut night = silent();
    change(&mut night);
    let judgement = night.judge();
    let reason = "it listed accounts before and lists none at all tonight".to_owned();
    let entry = Unread { member: MEMBER.into(), business_center_id: ACME.into(), reason };
    assert_eq!(judgement.unread, if unread { vec![entry] } else { Vec::new() });
    let summary = summarize(&night.scene(), &judgement.findings, &judgement.unread, &Ending::default());
    assert_eq!((summary.exit_code, summary.complete), (code, code == 0));
}

#[test]
fn every_place_that_fell_silent_is_read_again() {
    let mut night = silent();
    night.listed_before(ELSE).register.accounts[0].business_center = None;
    let both = [ACME, ELSE].map(|id| (address(MEMBER), bc(id)));
    assert_eq!(night.judge().doubts.listings, BTreeSet::from(both));
}

/// TWO was shared with us in Acme yesterday, expected by nobody, and is not seen tonight.
#[rstest]
#[case::its_listing_is_complete(Some(Change::Resolved), by(|_| {}))]
#[case::its_listing_is_not(None, by(|n| { n.reading(ACME, incomplete()); }))]
#[case::its_listing_fell_silent(None, by(|n| { n.listed_before(ACME); }))]
#[case::a_witness_agrees(Some(Change::Resolved), by(|n| { n.listed_before(ACME).view(MEMBER).infos.insert(account(TWO), AccountInfo::Forbidden); }))]
#[case::a_witness_disagrees(None, by(|n| { n.view(MEMBER).infos.insert(account(TWO), AccountInfo::Visible(AccountState::Enabled)); }))]
#[case::the_second_list_disagrees(None, by(|n| { n.view(MEMBER).witness = Witness::Answered(BTreeSet::from([account(TWO)])); }))]
#[case::a_canary_is_missing(None, by(|n| { n.rules.canaries.push(account(ONE)); }))]
#[case::a_canary_is_seen(Some(Change::Resolved), by(|n| { n.analyst(ELSE, ONE).rules.canaries.push(account(ONE)); }))]
#[case::its_place_left_the_list(Some(Change::Resolved), by(|n| { n.view(MEMBER).list.business_centers.remove(&bc(ACME)); n.view(MEMBER).listings.remove(&bc(ACME)); }))]
fn an_unexpected_account_is_gone_only_on_a_night_that_proves_it(
    #[case] change: Option<Change>,
    #[case] makes_so: OneChange,
) {
    let mut night = Night::new();
    let key = AccountKey { client: None, account_id: account(TWO) };
    night.seen_before(ACME, TWO).remember_as(key, Cause::NotOnboarded, "2026-11-01");
    makes_so(&mut night);
    let findings = night.judge().findings;
    let of_it: Vec<_> =
        findings.iter().filter(|f| f.account_id == Some(account(TWO))).filter_map(|f| f.change).collect();
    assert_eq!(of_it, Vec::from_iter(change));
}

#[test]
fn a_silence_about_an_unexpected_account_is_looked_at_again_and_told() {
    let mut night = Night::new();
    let key = AccountKey { client: None, account_id: account(TWO) };
    night.seen_before(ACME, TWO).remember_as(key, Cause::NotOnboarded, "2026-11-01").listed_before(ACME);
    let judgement = night.judge();
    assert_eq!(judgement.doubts.listings, BTreeSet::from([(address(MEMBER), bc(ACME))]));
    assert_eq!(judgement.doubts.accounts, BTreeSet::from([(address(MEMBER), account(TWO))]));
    assert_eq!(judgement.unread.len(), 1, "{:?}", judgement.unread);
}

/// A witness agrees that ONE is not shared, so that it is missing although Acme fell silent.
#[rstest]
#[case::it_should_be_there(
    true,
    "The member is in Business Center Acme (7564000000000000003) (given by the register), which listed accounts before and lists none at all tonight."
)]
#[case::it_could_be_anywhere(
    false,
    "The client's Business Center is not known; the other 1 Business Centers of the member were read completely and none holds the account. Business Center Acme (7564000000000000003) listed accounts before and lists none at all tonight."
)]
fn the_evidence_calls_no_silent_listing_complete(#[case] given: bool, #[case] evidence: &str) {
    let mut night = silent();
    night.view(MEMBER).infos.insert(account(ONE), AccountInfo::Forbidden);
    if !given {
        night.register.accounts[0].business_center = None;
    }
    let finding = night.of(ONE);
    assert_eq!(finding.status, Status::Missing);
    assert_eq!(&*finding.evidence, format!("{evidence} /advertiser/info/ refuses it to the member."));
}
