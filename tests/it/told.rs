//! What a Pushgateway and a heartbeat service hear of a run, and that neither can do it any harm.

use std::time::{Duration, Instant};

use rstest::rstest;
use tiktok_simulator::{Endpoint, What, When};

use crate::ear::*;
use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::Sink;

const KEY: &str = "canary-heartbeat-key-41";
const PASSWORD: &str = "canary-push-password-42";
const PUSH: &str = "POST /metrics/job/tiktok_access_reconciler";

/// A stage with two accounts, one of them missing, and both listeners.
fn stage(gateway: &Ear, service: &Ear) -> Stage {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME).expects("C07", &acme(2), ACME).contact("C07", "mette@acme.example");
    listened_to(&mut stage, gateway, service);
    stage
}

fn listened_to(stage: &mut Stage, gateway: &Ear, service: &Ear) {
    stage
        .set("observe.pushgateway", "{ env = \"PUSH\" }")
        .set("observe.heartbeat_url", "{ env = \"BEAT\" }")
        .env("PUSH", &format!("http://robot:{PASSWORD}@127.0.0.1:{}", gateway.port()))
        .env("BEAT", &service.url(&format!("/{KEY}")));
}

fn ears() -> (Ear, Ear) {
    (Ear::listens(Manner::Says(200)), Ear::listens(Manner::Says(200)))
}

fn beats(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("GET /{KEY}{word}")).collect()
}

#[test]
fn a_complete_night_is_pushed_and_heard_of() {
    let (gateway, service) = ears();
    let stage = stage(&gateway, &service);
    stage.night("2026-11-23").ends_with(0);
    assert_eq!(service.words(), beats(&["/start", ""]));
    let [pushed] = <[Heard; 1]>::try_from(gateway.heard()).unwrap();
    assert_eq!(pushed.what, PUSH);
    // "robot:canary-push-password-42" in base64.
    assert!(pushed.head.contains("uthorization: Basic cm9ib3Q6Y2FuYXJ5LXB1c2gtcGFzc3dvcmQtNDI="), "{}", pushed.head);
    for line in [
        "tiktok_access_accounts{country=\"DK\",status=\"missing\",cause=\"not_assigned\"} 1",
        "tiktok_access_register_rows 2",
        "tiktok_access_mails{outcome=\"sent\"} 1",
        "tiktok_access_run_exit_code 0",
        "tiktok_access_run_complete 1",
        "tiktok_access_tiktok_answers{endpoint=\"/bc/asset/get/\",answer=\"ok\"} 2", // a new gap is looked at again
    ] {
        assert!(pushed.body.lines().any(|told| told == line), "{line} in\n{}", pushed.body);
    }
    assert!(pushed.body.contains("last_complete_run_timestamp_seconds"));
    for name in ["Client", "mette", &acme(1), &acme(2), ACME, MEMBER, CANARY] {
        assert!(!pushed.body.contains(name), "{name} in\n{}", pushed.body);
    }
}

#[test]
fn an_incomplete_night_is_a_failure_and_does_not_name_a_complete_one() {
    let (gateway, service) = ears();
    let stage = stage(&gateway, &service);
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).gives(What::code(50000)));
    stage.night("2026-11-23").ends_with(4);
    assert_eq!(service.words(), beats(&["/start", "/fail"]));
    let pushed = gateway.heard().remove(0).body;
    assert!(pushed.contains("run_complete 0") && !pushed.contains("last_complete_run"), "{pushed}");
    assert!(pushed.contains("endpoint=\"/bc/asset/get/\",answer=\"50000\"} 3"), "{pushed}");
}

#[test]
fn a_token_that_is_refused_is_a_failure() {
    let (gateway, service) = ears();
    let stage = stage(&gateway, &service);
    stage.tiktok.world_mut(|world| world.revoke_token(MEMBER));
    stage.night("2026-11-23").ends_with(3);
    assert_eq!(service.words(), beats(&["/start", "/fail"]));
    assert!(gateway.heard()[0].body.contains("run_exit_code 3"));
}

#[test]
fn a_held_night_that_read_everything_is_a_success_and_its_release_no_night() {
    let (gateway, service) = ears();
    let mut stage = stage(&gateway, &service);
    stage.set("mail.max_per_run", "0");
    stage.night("2026-11-23").ends_with(5);
    assert_eq!(service.words(), beats(&["/start", ""]));
    assert!(gateway.heard()[0].body.contains("guards_holding{guard=\"max_per_run\"} 1"));
    let run_id = stage.summary()["run_id"].as_str().unwrap().to_owned();
    stage.does(&["--now", "2026-11-23T09:00:00Z", "release", "20200101T000000Z-0000"]).ends_with(2);
    assert!(gateway.heard().is_empty(), "a person's mistake is no failed night");
    stage.does(&["--now", "2026-11-23T09:00:00Z", "release", &run_id]).ends_with(0);
    assert!(service.words().is_empty());
    assert!(gateway.heard()[0].body.contains("guards_holding{guard=\"max_per_run\"} 0"));
}

#[test]
fn a_night_that_cannot_begin_is_a_failure_that_says_nothing_of_accounts() {
    let (gateway, service) = ears();
    let stage = stage(&gateway, &service);
    stage.write();
    std::fs::remove_file(stage.path("accounts.csv")).unwrap();
    ran(stage.command(&["run"]).output().unwrap()).ends_with(2);
    assert_eq!(service.words(), beats(&["/start", "/fail"]));
    let pushed = gateway.heard().remove(0).body;
    assert!(pushed.contains("run_exit_code 2\n") && !pushed.contains("tiktok_access_accounts"), "{pushed}");
}

#[test]
fn who_finds_another_run_at_work_tells_nobody_how_the_night_was() {
    let (gateway, service) = ears();
    let sink = Sink::start();
    let mut stage = Stage::with_persons(1, &sink);
    listened_to(&mut stage, &gateway, &service);
    sink.holds_at(crate::smtp_sink::At::Rcpt, 1);
    let holder = stage.starts("2026-11-23");
    sink.wait_for_hold();
    wait_for("the start, which is told beside the run", || service.has_heard(1));
    assert_eq!(service.words(), beats(&["/start"]));
    stage.joins("2026-11-23").ends().ends_with(8);
    assert_eq!((service.words(), gateway.heard().len()), (beats(&["/start"]), 0));
    sink.let_go();
    holder.ends().ends_with(0);
    assert_eq!((service.words(), gateway.heard().len()), (beats(&[""]), 1));
}

#[rstest]
#[case::refusing(Manner::Says(500))]
#[case::sending_elsewhere(Manner::Says(302))]
fn a_listener_that_fails_is_a_warning_and_is_asked_again(#[case] manner: Manner) {
    let (gateway, service) = (Ear::listens(manner), Ear::listens(manner));
    let mut stage = stage(&gateway, &service);
    stage.env("RECONCILER_LOG", "trace");
    let ran = stage.night("2026-11-23").ends_with(0);
    assert_eq!(service.words(), beats(&["/start", "/start", "", ""]));
    assert_eq!(gateway.heard().len(), 1);
    assert!(ran.stderr.contains("the metrics could not be pushed: HTTP"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did not hear of the complete run"), "{}", ran.stderr);
    for secret in [KEY, PASSWORD, "cm9ib3Q6"] {
        assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret), "{secret} in {}", ran.stderr);
    }
}

#[test]
fn nobody_who_listens_is_a_warning_too() {
    let (gateway, service) = ears();
    let mut stage = stage(&gateway, &service);
    stage.env("PUSH", "http://127.0.0.1:9").env("BEAT", "https://127.0.0.1:9/key");
    let ran = stage.night("2026-11-23").ends_with(0);
    assert!(ran.stderr.contains("the metrics could not be pushed: no connection"), "{}", ran.stderr);
}

#[test]
fn a_listener_that_hangs_holds_up_neither_run_nor_signal() {
    let (gateway, service) = (Ear::listens(Manner::Hangs), Ear::listens(Manner::Hangs));
    let stage = stage(&gateway, &service);
    let begun = Instant::now();
    let run = stage.starts("2026-11-23");
    wait_for("the push, which comes after the run", || gateway.has_heard(1));
    assert!(begun.elapsed() < Duration::from_secs(5), "the start hangs for longer, and the run is over");
    stage.assert_reports_are_whole();
    let told = Instant::now();
    run.signal("TERM");
    run.ends_within(Duration::from_secs(2)).ends_with(0);
    assert!(told.elapsed() < Duration::from_secs(2));
    assert_eq!(service.words(), beats(&["/start"]));
}
