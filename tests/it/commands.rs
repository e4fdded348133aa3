//! The commands as their users meet them: help, faults, exit codes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rstest::rstest;

use crate::harness::*;

fn stage() -> Stage {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), ACME).contact("C07", "mette@acme.example");
    stage
}

#[test]
fn help_teaches_commands_and_exit_codes() {
    let help = stage().does(&["--help"]).ends_with(0);
    insta::assert_snapshot!(help.stdout);
}

#[test]
fn a_wrong_word_on_the_command_line_is_code_2() {
    let ran = stage().does(&["rum"]).ends_with(2);
    assert!(ran.stderr.contains("'run'"), "it suggests the word: {}", ran.stderr);
}

#[test]
fn all_faults_of_the_configuration_are_told_at_once() {
    let mut stage = stage();
    stage.set("timezone", "\"Europe/Kopenhagen\"").set("guard.max_regressed_share", "2").set("mail.operaters", "[]");
    let ran = stage.night("2026-11-23").ends_with(2);
    for word in ["Europe/Kopenhagen", "max_regressed_share", "operaters"] {
        assert!(ran.stderr.contains(word), "{word} is told:\n{}", ran.stderr);
    }
    assert!(stage.tiktok.requests().is_empty(), "nobody was asked");
}

#[test]
fn a_missing_register_is_code_2_and_says_which() {
    let stage = stage();
    stage.write();
    fs::remove_file(stage.path("accounts.csv")).unwrap();
    let ran = ran(stage.command(&["run"]).output().unwrap()).ends_with(2);
    assert!(ran.stderr.contains("accounts.csv"), "{}", ran.stderr);
    assert!(ran.stderr.contains("See all faults at once: "), "{}", ran.stderr);
    assert!(!stage.path("reports").exists());
}

#[test]
fn a_dead_tiktok_makes_everything_unknown_and_is_code_4_with_a_report() {
    let mut stage = stage();
    stage.set("tiktok.base_url", "\"http://127.0.0.1:9\"");
    stage.night("2026-11-23").ends_with(4);
    assert!(stage.rows().iter().all(|row| row["status"] == "unknown"));
    assert!(stage.letters().is_empty());
}

#[test]
fn a_dead_token_is_code_3_and_mails_nobody() {
    let stage = stage();
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.night("2026-11-23").ends_with(3);
    assert!(stage.rows().iter().all(|row| row["cause"] == "token_problem"));
    assert!(stage.letters().is_empty());
    assert!(stage.digests()[0].text.contains("renew it"));
}

#[test]
fn a_dead_mail_server_is_code_6_and_the_mail_stays_due() {
    let mut stage = stage();
    stage.set("mail.transport", "\"smtp\"").set("mail.smtp_url", "{ env = \"SMTP_URL\" }");
    stage.env("SMTP_URL", "smtp://127.0.0.1:9");
    stage.night("2026-11-23").ends_with(6);
    assert_eq!(stage.summary()["mails"]["failed"], 1);
    let row = stage.account(&acme(2));
    assert_eq!((row["mails_sent"].as_str(), row["next_mail_on"].as_str()), ("0", "2026-11-24"));
}

#[test]
fn a_report_folder_that_is_no_folder_is_code_7() {
    let stage = stage();
    fs::write(stage.path("reports"), "a file").unwrap();
    let ran = stage.night("2026-11-23").ends_with(7);
    assert!(ran.stderr.contains("reports"), "{}", ran.stderr);
}

#[test]
fn a_store_that_cannot_be_opened_is_code_7_before_anybody_is_asked() {
    let mut stage = stage();
    fs::create_dir(stage.path("a-folder")).unwrap();
    stage.set("store.url", "\"sqlite://a-folder\"");
    let ran = stage.night("2026-11-23").ends_with(7);
    assert!(ran.stderr.contains("a-folder"), "{}", ran.stderr);
    assert!(stage.tiktok.requests().is_empty());
}

#[test]
fn a_moment_before_the_newest_run_is_refused() {
    let stage = stage();
    stage.night("2026-11-23").ends_with(0);
    let ran = stage.night("2026-11-22").ends_with(2);
    assert!(ran.stderr.contains("before the newest stored run"), "{}", ran.stderr);
    let plan = stage.does(&["--now", "2026-11-22T04:30:00Z", "plan"]).ends_with(2);
    let release = stage.does(&["release", "20200101T000000Z-abcd"]).ends_with(2);
    for ran in [ran, plan, release] {
        assert!(!ran.stderr.contains("See all faults"), "check finds nothing of it: {}", ran.stderr);
    }
}

/// A slip in the year would be remembered as the newest run for ever.
#[rstest]
#[case("9999-01-01T00:00:00Z", false)]
#[case("9998-12-31T23:30:00Z", false)] // a new year's day in Copenhagen
#[case("9998-12-31T12:00:00Z", true)]
#[case("1999-12-31T12:00:00Z", false)]
#[case("2000-01-01T12:00:00Z", true)]
#[case("0026-11-23T04:30:00Z", false)]
fn a_moment_of_another_age_is_refused_and_nothing_remembers_it(#[case] now: &str, #[case] can_be: bool) {
    let stage = stage();
    let ran = stage.does(&["--now", now, "run"]).ends_with(if can_be { 0 } else { 2 });
    assert_eq!(ran.stderr.contains("from 2000-01-01 to 9998-12-31"), !can_be, "{}", ran.stderr);
    assert_eq!(stage.store.exists(), can_be);
    // Whatever was stored, a run by the clock and a look at the past find their way.
    stage.does(&["run"]).ends_with(0);
    stage.does(&["history"]).ends_with(0);
}

#[test]
fn reports_without_a_store_hold_the_mails() {
    let stage = stage();
    stage.night("2026-11-23").ends_with(0);
    stage.store.lose();
    let before = stage.letters().len();
    stage.night("2026-11-24").ends_with(5);
    assert_eq!(stage.letters().len(), before);
    assert_eq!(stage.summary()["guards"][0]["name"], "store_lost");
    stage.night("2026-11-25").ends_with(5);
    assert_eq!(stage.letters().len(), before, "it stays held until it is released");
    let run_id = stage.summary()["run_id"].as_str().unwrap().to_owned();
    stage.does(&["--now", "2026-11-25T09:00:00Z", "release", &run_id]).ends_with(0);
    assert_eq!(stage.letters().len(), before + 1);
}

#[test]
fn check_says_that_everything_is_in_place() {
    let ran = stage().does(&["check"]).ends_with(0);
    assert!(ran.stdout.contains("Everything is in place."), "{}", ran.stdout);
}

#[test]
fn check_tells_all_faults_at_once() {
    let mut stage = stage();
    stage.contact_row("DK,C07,no address,,,client");
    stage.set("mail.transport", "\"smtp\"").set("mail.smtp_url", "{ env = \"SMTP_URL\" }");
    stage.env("SMTP_URL", "smtp://127.0.0.1:9");
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    let ran = stage.does(&["check", "--output", "json"]).ends_with(3);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let faults: Vec<&str> = told["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["ok"] == false)
        .map(|c| c["about"].as_str().unwrap())
        .collect();
    assert_eq!(faults, ["token of data_extract@annalect-data.info", "mail"]);
    assert!(ran.stdout.contains("set aside"), "{}", ran.stdout);
}

#[test]
fn check_tells_a_tiktok_that_does_not_answer_from_a_token_that_is_refused() {
    let mut stage = stage();
    stage.set("tiktok.base_url", "\"http://127.0.0.1:9\"");
    let ran = stage.does(&["check"]).ends_with(4);
    assert!(ran.stdout.contains("no connection") && !ran.stdout.contains("refused a token"), "{}", ran.stdout);
}

#[test]
fn json_on_stdout_is_the_summary_and_logs_stay_on_stderr() {
    let ran = stage()
        .does(&["--now", "2026-11-23T04:30:00Z", "--log-format", "json", "run", "--output", "json"])
        .ends_with(0);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["changes"]["new"], 1);
    for line in ran.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["message"].is_string() && line["level"].is_string(), "{line}");
    }
}

#[test]
fn no_token_and_no_contact_is_in_any_log_store_or_error() {
    let mut stage = stage();
    stage
        .env("RECONCILER_LOG", "trace")
        .set("mail.transport", "\"smtp\"")
        .set("mail.smtp_url", "{ env = \"SMTP_URL\" }");
    stage.env("SMTP_URL", "smtps://user:canary-password-77@127.0.0.1:9");
    let night = stage.night("2026-11-23").ends_with(6);
    let check = stage.does(&["check"]);
    for text in [&night.stdout, &night.stderr, &check.stdout, &check.stderr] {
        for secret in [CANARY, "canary-password-77"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    for text in [&night.stderr, &check.stderr] {
        assert!(!text.contains("mette@acme.example"), "{text}");
    }
    for (path, bytes) in files(stage.dir.path()) {
        let holds = |secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!holds(CANARY) && !holds("canary-password-77"), "{}", path.display());
    }
}

#[test]
fn a_read_only_place_is_told_with_the_remedy() {
    let stage = stage();
    stage.write();
    fs::create_dir(stage.path("reports")).unwrap();
    fs::set_permissions(stage.path("reports"), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes everywhere: then there is nothing to refuse, and the night simply ends well.
    let root = fs::write(stage.path("reports/probe"), "").is_ok();
    let ran = stage.night("2026-11-23");
    assert_eq!(ran.code, if root { 0 } else { 7 }, "{}", ran.stderr);
}
