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
