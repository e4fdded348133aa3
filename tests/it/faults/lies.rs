//! Lies that agree with themselves on both readings: a witness or an earlier sighting contradicts them.

use reconciler::domain::{Cause, Status};
use tiktok_simulator::{Endpoint, What, When};

use super::matrix::{DAY, forgotten};
use super::table::in_runtime;
use crate::harness::{ACME, BETA, acme};
use crate::rehearsal::{Night, Rehearsal};
use crate::worlds::{many_clients, numbered, one_member, one_member_with_witness, two_clients};

const NEXT_DAY: &str = "2026-11-24";

fn lie_about(stage: &Rehearsal, business_center: &str, what: What) {
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).about(business_center).forever().gives(what));
}

/// `/advertiser/info/` gives no usable answer.
fn silence(stage: &Rehearsal) {
    stage.tiktok.add_fault(When::asked(Endpoint::AdvertiserInfo).forever().gives(What::code(50000)));
}

fn no_alarm(night: &Night) {
    let alarms = night.false_alarms();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

fn lies_about_one_page() -> [What; 4] {
    [What::EmptyList, What::NullListZeroTotals, What::ShortPageConsistent, What::Vanishes { id: acme(1003) }]
}

#[test]
fn an_account_that_a_listing_hides_is_seen_by_its_details() {
    in_runtime(async {
        for lie in lies_about_one_page() {
            let stage = Rehearsal::of(two_clients(one_member())).await;
            lie_about(&stage, BETA, lie.clone());
            let night = stage.night(DAY).await;
            no_alarm(&night);
            assert_eq!(night.cause(&acme(1003)), Cause::WitnessDisagrees, "{lie:?}");
            assert_eq!(forgotten(&night, "C07", 901), None, "{lie:?}");
            assert_eq!(
                forgotten(&night, "C08", 902),
                None,
                "{lie:?}: no witness knows the account that is truly missing"
            );
        }
    });
}

#[test]
fn an_account_that_a_listing_hides_is_seen_by_the_second_witness_where_its_details_are_silent() {
    in_runtime(async {
        for lie in lies_about_one_page() {
            let stage = Rehearsal::of(two_clients(one_member_with_witness())).await;
            lie_about(&stage, BETA, lie.clone());
            silence(&stage);
            let night = stage.night(DAY).await;
            no_alarm(&night);
            assert_eq!(night.cause(&acme(1003)), Cause::WitnessDisagrees, "{lie:?}");
            assert_eq!(night.code(), 4, "{lie:?}: a needed state was not read");
        }
    });
}

#[test]
fn a_business_center_that_listed_accounts_and_lists_none_is_believed_by_nobody_on_its_first_night() {
    in_runtime(async {
        for (lie, business_center, hidden) in [
            (What::EmptyList, ACME, acme(1)),
            (What::NullListZeroTotals, ACME, acme(120)),
            (What::EmptyList, BETA, acme(1001)),
        ] {
            let stage = Rehearsal::of(two_clients(one_member())).await;
            no_alarm(&stage.night(DAY).await);
            lie_about(&stage, business_center, lie);
            silence(&stage);
            let night = stage.night(NEXT_DAY).await;
            no_alarm(&night);
            assert_eq!(night.cause(&hidden), Cause::ListingIncomplete);
            assert_ne!(night.code(), 0);
        }
    });
}

#[test]
fn a_business_center_that_the_list_hides_is_seen_by_either_witness() {
    in_runtime(async {
        for details_are_silent in [false, true] {
            let stage = Rehearsal::of(many_clients(one_member_with_witness(), 5)).await;
            let lie = What::Vanishes { id: numbered(3) };
            stage.tiktok.add_fault(When::asked(Endpoint::BcGet).forever().gives(lie));
            if details_are_silent {
                silence(&stage);
            }
            let night = stage.night(DAY).await;
            no_alarm(&night);
            assert_eq!(night.cause(&acme(3)), Cause::WitnessDisagrees);
            assert_eq!(night.finding(&acme(4)).status, Status::Ok);
            assert!(night.letters.is_empty());
        }
    });
}

#[test]
fn a_whole_business_center_that_is_hidden_is_not_believed_for_the_accounts_that_nobody_asked_about() {
    in_runtime(async {
        // More new gaps than single questions are asked in a run, and yet too few of all for a guard.
        let mut scene = one_member().business_center(ACME, "Acme BC");
        for number in 1..=600 {
            scene = scene.shares("C07", &acme(number));
        }
        scene = scene.business_center(BETA, "Beta BC");
        for number in 1001..=1300 {
            scene = scene.shares("C08", &acme(number));
        }
        let stage = Rehearsal::of(scene).await;
        lie_about(&stage, ACME, What::EmptyList);
        no_alarm(&stage.judged(DAY).await);
    });
}
