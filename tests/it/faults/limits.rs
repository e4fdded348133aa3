//! R3 and R4: one Business Center of two hundred, and nights that are too strange to be mailed.

use std::fs;

use reconciler::domain::{Cause, Status};
use tiktok_simulator::{Endpoint, What, When};

use super::matrix::{DAY, forgotten};
use super::table::in_runtime;
use crate::harness::{ACME, MEMBER, acme};
use crate::rehearsal::{Night, Rehearsal};
use crate::worlds::{MISSING, Scene, many_clients, numbered, one_member, two_clients};

const NEXT_DAY: &str = "2026-11-24";

/// Two hundred Business Centers of one account each; the first client misses one more.
fn two_hundred() -> Scene {
    many_clients(one_member(), 200).expects("M1", &acme(901), &numbered(1))
}

fn count(night: &Night, status: Status) -> usize {
    night.findings.iter().filter(|finding| finding.status == status).count()
}

fn guards(night: &Night) -> Vec<&str> {
    night.summary.guards.iter().map(|guard| guard.name.as_str()).collect()
}

fn quiet(night: &Night, code: u8) {
    assert_eq!(night.false_alarms(), Vec::<String>::new());
    assert!(night.letters.is_empty(), "{:?}", night.letters.keys());
    assert_eq!(night.code(), code, "{:?}", night.summary);
}

#[test]
fn one_of_two_hundred_business_centers_fails_for_ever_and_the_others_are_judged() {
    in_runtime(async {
        for what in [What::code(50000), What::code(40001), What::Reset, What::EmptyListTrueTotals] {
            let stage = Rehearsal::of(two_hundred()).await;
            let what = match what {
                // As TikTok refuses a single Business Center, not a scope.
                What::Code { code: 40001, .. } => {
                    What::Code { code: 40001, message: Some("No permission to operate bc".to_owned()) }
                }
                what => what,
            };
            let fault = When::asked(Endpoint::BcAssetGet).about(&numbered(77)).forever().gives(what);
            stage.tiktok.add_fault(fault);
            let night = stage.night(DAY).await;
            assert_eq!(night.false_alarms(), Vec::<String>::new());
            assert_eq!((count(&night, Status::Ok), count(&night, Status::Unknown)), (199, 1));
            assert_eq!(night.finding(&acme(77)).status, Status::Unknown);
            assert_eq!(forgotten(&night, "M1", 901), None);
            assert_eq!((night.letters.len(), night.code(), night.summary.unread.len()), (1, 4, 1));
        }
    });
}

#[test]
fn a_business_center_that_the_list_forgets_for_ever_is_unknown_and_the_others_are_judged() {
    in_runtime(async {
        let stage = Rehearsal::of(two_hundred()).await;
        stage.night(DAY).await;
        let lie = What::Vanishes { id: numbered(77) };
        stage.tiktok.add_fault(When::asked(Endpoint::BcGet).forever().gives(lie));
        let night = stage.night(NEXT_DAY).await;
        assert_eq!(night.false_alarms(), Vec::<String>::new());
        assert_eq!((count(&night, Status::Ok), count(&night, Status::Unknown)), (199, 1));
        assert!(night.letters.is_empty());
    });
}

#[test]
fn a_business_center_that_is_truly_left_with_many_accounts_is_one_finding_of_a_guard() {
    in_runtime(async {
        let mut scene = two_hundred().business_center(ACME, "Acme BC");
        for number in 1001..=1060 {
            scene = scene.shares("C07", &acme(number));
        }
        let stage = Rehearsal::of(scene).await;
        assert_eq!(stage.night(DAY).await.code(), 0);
        stage.tiktok.world_mut(|world| world.leave(ACME, MEMBER));
        // He is removed: the Business Center is out of his list, and so are its accounts.
        let night = stage.night(NEXT_DAY).await;
        quiet(&night, 5);
        assert_eq!(guards(&night), ["regressed"]);
        let why = &night.summary.guards[0].explanation;
        assert!(why.contains("60 of 60 were in Business Center Acme BC"), "{why}");
        assert_eq!(count(&night, Status::Ok), 200, "the others are judged");
        assert_eq!(night.cause(&acme(1001)), Cause::NotAMember);
    });
}

#[test]
fn an_empty_list_of_business_centers_is_a_token_problem_and_nobody_is_mailed() {
    in_runtime(async {
        for earlier_night in [false, true] {
            let stage = Rehearsal::of(two_clients(one_member())).await;
            if earlier_night {
                stage.night(DAY).await;
            }
            stage.tiktok.add_fault(When::asked(Endpoint::BcGet).forever().gives(What::EmptyList));
            let night = stage.night(NEXT_DAY).await;
            quiet(&night, 3);
            assert_eq!(night.cause(&acme(1)), Cause::TokenProblem);
        }
    });
}

#[test]
fn another_members_token_proves_nothing_and_nobody_is_mailed() {
    in_runtime(async {
        let mut scene = one_member();
        scene.world = scene.world.shown_as("x***z@annalect-data.info");
        let stage = Rehearsal::of(two_clients(scene)).await;
        let night = stage.night(DAY).await;
        quiet(&night, 3);
        assert_eq!(night.cause(&acme(901)), Cause::TokenProblem);
    });
}

#[test]
fn a_register_that_lost_its_end_or_all_its_rows_mails_nobody() {
    in_runtime(async {
        for rows in [0, 90] {
            let mut stage = Rehearsal::of(two_clients(one_member())).await;
            // What is missing is not to be mailed on the first night: it opens on the second.
            let missing = stage.world.rows.split_off(123);
            stage.write_registers();
            assert_eq!(stage.night(DAY).await.code(), 0);
            stage.world.rows.truncate(rows);
            stage.world.rows.extend(missing.into_iter().filter(|_| rows > 0));
            stage.write_registers();
            let night = stage.night(NEXT_DAY).await;
            quiet(&night, 5);
            let expected: &[&str] = if rows == 0 { &["input_empty", "input_drop"] } else { &["input_drop"] };
            assert_eq!(guards(&night), expected);
        }
    });
}

#[test]
fn a_register_cut_in_the_middle_of_a_row_mails_nobody_about_the_torn_row() {
    in_runtime(async {
        let stage = Rehearsal::of(two_clients(one_member())).await;
        let whole = fs::read_to_string(stage.path("accounts.csv")).unwrap_or_default();
        stage.night(DAY).await;
        fs::write(stage.path("accounts.csv"), &whole[..whole.len() / 2]).unwrap_or_default();
        let night = stage.night(NEXT_DAY).await;
        quiet(&night, 5);
    });
}

#[test]
fn one_in_ten_regressed_is_mailed_and_one_more_is_held() {
    in_runtime(async {
        for (lost, code) in [(12, 0), (13, 5)] {
            let mut scene = two_clients(one_member());
            scene.rows.retain(|row| row.client == "C07" && MISSING.iter().all(|(_, n, _)| row.account != acme(*n)));
            let stage = Rehearsal::of(scene).await;
            assert_eq!(stage.night(DAY).await.code(), 0);
            stage.tiktok.world_mut(|world| (1..=lost).for_each(|number| world.unassign(ACME, &acme(number))));
            let night = stage.night(NEXT_DAY).await;
            assert_eq!(night.false_alarms(), Vec::<String>::new());
            assert_eq!((night.code(), count(&night, Status::Missing)), (code, lost));
            assert_eq!(night.letters.len(), usize::from(code == 0), "{lost} of 120");
        }
    });
}
