//! `dump`: a draft of the register, which the program itself can read.

use std::fs;

use tiktok_simulator::{Endpoint, What, When};

use crate::harness::*;

/// Acme has four accounts, of which the register knows two; another Business Center has one of a hostile name.
fn stage() -> Stage {
    let world = acme_world(4).business_center(BETA, "Beta BC").account("7106541027904009999", "=1+1, \"x\"\ny");
    let mut stage = Stage::new(world);
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), "").expects("C07", &acme(9), ACME);
    stage
}

fn rows_of(csv: &str) -> Vec<Row> {
    rows(csv)
}

#[test]
fn what_is_shared_is_drafted_with_what_the_register_knows_of_it() {
    let stage = stage();
    let ran = stage.does(&["--now", "2026-11-23T04:30:00Z", "dump"]).ends_with(0);
    let rows = rows_of(&ran.stdout);
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row["account_id"].as_str(), row["client_code"].as_str(), row["business_center_id"].as_str()))
        .collect();
    let ids: Vec<String> = (1..=4).map(acme).collect();
    // Acme's other accounts are probably its own: only accounts of C07 are in its Business Center.
    assert_eq!(told[..4], ids.iter().map(|id| (id.as_str(), "C07", ACME)).collect::<Vec<_>>()[..]);
    assert_eq!(told[4], ("7106541027904009999", "", BETA));
    assert_eq!((rows[4]["account_name"].as_str(), rows[4]["member"].as_str()), ("'=1+1, \"x\"y", MEMBER));
    assert!(ran.stderr.contains("5 accounts are shared; 1 of them"), "{}", ran.stderr);
    assert!(!stage.store.exists() && !stage.path("reports").exists(), "it only reads");
}

#[test]
fn a_draft_that_is_filled_in_is_a_register_in_which_all_is_well() {
    let stage = stage();
    stage.does(&["dump", "--out", "draft.csv"]).ends_with(0);
    let draft = fs::read_to_string(stage.path("draft.csv")).unwrap();
    let filled = draft.replace("\n,,,7106541027904009999", "\nDK,C08,Beta,7106541027904009999");
    assert_ne!(filled, draft);
    stage.write();
    fs::write(stage.path("accounts.csv"), filled).unwrap();
    ran(stage.command(&["--now", "2026-11-23T04:30:00Z", "run"]).output().unwrap()).ends_with(0);
    assert_eq!(stage.rows().len(), 5);
    assert!(stage.rows().iter().all(|row| row["cause"] == "shared_as_expected"), "{}", stage.latest("accounts.csv"));
}

#[test]
fn what_could_not_be_read_is_told_and_the_rest_is_drafted_whole() {
    let stage = stage();
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).about(BETA).forever().gives(What::code(50000)));
    let ran = stage.does(&["dump", "--out", "draft.csv"]).ends_with(4);
    assert!(ran.stderr.contains(&format!("Business Center {BETA}")), "{}", ran.stderr);
    assert_eq!(rows_of(&fs::read_to_string(stage.path("draft.csv")).unwrap()).len(), 4);
}

#[test]
fn without_an_answer_there_is_no_draft_and_an_older_one_stays() {
    let stage = stage();
    fs::write(stage.path("draft.csv"), "older").unwrap();
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.does(&["dump", "--out", "draft.csv"]).ends_with(3);
    assert_eq!(fs::read_to_string(stage.path("draft.csv")).unwrap(), "older");
    assert!(stage.does(&["dump"]).ends_with(3).stdout.is_empty());
}

#[test]
fn the_register_itself_is_never_written_over_and_half_a_draft_is_none() {
    let stage = stage();
    stage.write();
    let ran = stage.does(&["dump", "--out", "./accounts.csv"]).ends_with(2);
    assert!(ran.stderr.contains("register itself"), "{}", ran.stderr);
    stage.does(&["dump", "--out", "nowhere/draft.csv"]).ends_with(7);
    let parts: Vec<_> =
        files(stage.dir.path()).into_keys().filter(|path| path.to_string_lossy().ends_with(".part")).collect();
    assert!(parts.is_empty(), "{parts:?}");
}

#[test]
fn programs_get_the_rows_as_objects_with_the_same_names() {
    let ran = stage().does(&["dump", "--output", "json"]).ends_with(0);
    let rows: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 5);
    assert_eq!((&rows[0]["client_code"], &rows[0]["account_id"]), (&"C07".into(), &acme(1).into()));
}
