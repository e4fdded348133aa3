//! `check` and `run` agree: what would stop every night is found by day.

use std::fs;

use rstest::rstest;

use crate::harness::*;

fn stage() -> Stage {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), ACME).contact("C07", "mette@acme.example");
    stage
}

#[test]
fn check_tells_a_token_that_may_read_the_accounts_but_not_their_states() {
    let stage = stage();
    stage.tiktok.world_mut(|world| world.set_scopes(MEMBER, &[15]));
    let ran = stage.does(&["check"]).ends_with(4);
    assert!(ran.stdout.contains("account states: the token lacks the scope for /advertiser/info/"), "{}", ran.stdout);
    stage.night("2026-11-23").ends_with(4);
}

/// Where no folder can be made: check finds it and makes nothing, and a run neither asks nor mails nor remembers.
#[rstest]
#[case("accounts.csv/reports")]
#[case("accounts.csv")]
#[case("/proc/reports/of/acme")]
fn a_report_folder_that_cannot_be_made_is_found_before_anybody_is_mailed(#[case] dir: &str) {
    let mut stage = stage();
    stage.set("report.dir", &format!("{dir:?}"));
    let ran = stage.does(&["check"]).ends_with(7);
    assert!(ran.stdout.contains("FAULT  reports") && ran.stdout.contains("is the volume mounted"), "{}", ran.stdout);
    let asked = stage.tiktok.requests().len();
    let ran = stage.night("2026-11-23").ends_with(7);
    assert!(ran.stderr.contains(dir), "{}", ran.stderr);
    assert!(stage.mails().is_empty() && !stage.store.exists());
    assert_eq!(stage.tiktok.requests().len(), asked);
}

#[rstest]
#[case("accounts.csv/state/r.db")]
#[case("/proc/state/r.db")]
fn check_finds_a_store_that_cannot_be_created(#[case] path: &str) {
    let mut stage = stage();
    stage.set("store.url", &format!("\"sqlite://{path}\""));
    let ran = stage.does(&["check"]).ends_with(7);
    assert!(ran.stdout.contains("FAULT  store"), "{}", ran.stdout);
    stage.night("2026-11-23").ends_with(7);
}

#[test]
fn check_makes_no_folder_that_a_run_would_make() {
    let mut stage = stage();
    stage.set("store.url", "\"sqlite://state/of/acme/r.db\"").set("report.dir", "\"reports/of/acme\"");
    stage.write();
    let before = fs::read_dir(stage.dir.path()).unwrap().count();
    let ran = stage.does(&["check"]).ends_with(0);
    assert!(ran.stdout.contains("the first run creates it"), "{}", ran.stdout);
    // The trial of the mail folder creates it, as before.
    fs::remove_dir(stage.path("outbox")).unwrap();
    assert_eq!(fs::read_dir(stage.dir.path()).unwrap().count(), before);
    stage.night("2026-11-23").ends_with(0);
}
