//! Stories of nights: what is shared, what changes, who is told, what the report says.

use rstest::rstest;

use crate::harness::*;

/// Acme expects three accounts; the third is not shared.
fn one_missing() -> Stage {
    let mut stage = Stage::new(acme_world(2));
    for number in 1..=3 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.contact("C07", "mette@acme.example");
    stage
}

#[test]
fn a_missing_account_is_reported_and_mailed_once() {
    let stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    let row = stage.account(&acme(3));
    assert_eq!((row["status"].as_str(), row["cause"].as_str()), ("missing", "not_assigned"));
    assert_eq!((row["change"].as_str(), row["confidence"].as_str()), ("new", "witnessed"));
    assert_eq!((row["mails_sent"].as_str(), row["last_mailed_on"].as_str()), ("1", "2026-11-23"));
    assert_eq!((row["reminder_state"].as_str(), row["next_mail_on"].as_str()), ("scheduled", "2026-11-26"));
    let letters = stage.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "mette@acme.example");
    assert!(letters[0].text.contains(&acme(3)) && !letters[0].text.contains(&acme(1)));
    assert!(stage.tiktok.violations().is_empty(), "{:?}", stage.tiktok.violations());
}

#[test]
fn a_second_run_on_the_same_day_sends_nothing() {
    let stage = one_missing();
    stage.night("2026-11-23").ends_with(0);
    let before = stage.mails().len();
    stage.does(&["--now", "2026-11-23T10:00:00Z", "run"]).ends_with(0);
    assert_eq!(stage.mails().len(), before, "neither a letter nor a digest is repeated");
    let row = stage.account(&acme(3));
    assert_eq!((row["change"].as_str(), row["mails_sent"].as_str()), ("new", "1"));
}

#[test]
fn reminders_go_on_the_configured_days_and_stop_when_it_is_mended() {
    let stage = one_missing();
    let mut mailed = Vec::new();
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"] {
        let before = stage.letters().len();
        stage.night(day).ends_with(0);
        if stage.letters().len() > before {
            mailed.push(day);
        }
    }
    assert_eq!(mailed, ["2026-11-23", "2026-11-26", "2026-11-30"]);
    stage.tiktok.world_mut(|world| world.assign(ACME, &acme(3), MEMBER, Some("ANALYST")));
    stage.night("2026-12-07").ends_with(0);
    assert_eq!(stage.account(&acme(3))["change"], "resolved");
    let letters = stage.letters();
    assert_eq!(letters.len(), 4, "one more says that all is well");
    stage.night("2026-12-14").ends_with(0);
    assert_eq!(stage.letters().len(), 4);
}

#[test]
fn a_day_that_is_skipped_is_made_up_on_the_next_working_day() {
    let stage = one_missing();
    stage.night("2026-11-21").ends_with(0);
    assert_eq!(stage.letters().len(), 0, "it is a Saturday");
    let row = stage.account(&acme(3));
    assert_eq!((row["reminder_state"].as_str(), row["next_mail_on"].as_str()), ("waiting", "2026-11-23"));
    stage.night("2026-11-23").ends_with(0);
    assert_eq!(stage.letters().len(), 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, second) = (one_missing(), one_missing());
    for stage in [&first, &second] {
        stage.night("2026-11-23").ends_with(0);
    }
    for folder in ["reports", "outbox"] {
        let relative = |stage: &Stage| {
            let root = stage.path(folder);
            files(&root)
                .into_iter()
                .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_owned(), bytes))
                .collect::<Vec<_>>()
        };
        let (first, second) = (relative(&first), relative(&second));
        assert!(!first.is_empty());
        assert_eq!(first, second, "{folder}");
    }
}

#[test]
fn access_that_is_taken_away_is_told_with_the_last_day() {
    let stage = one_missing();
    stage.tiktok.world_mut(|world| world.assign(ACME, &acme(3), MEMBER, Some("ANALYST")));
    stage.night("2026-11-23").ends_with(0);
    stage.tiktok.world_mut(|world| world.unassign(ACME, &acme(3)));
    stage.night("2026-11-24").ends_with(0);
    let row = stage.account(&acme(3));
    assert_eq!((row["cause"].as_str(), row["last_seen_on"].as_str()), ("access_removed", "2026-11-23"));
    let letters = stage.letters();
    assert!(letters[0].text.contains("23 November 2026"), "{}", letters[0].text);
}

#[test]
fn an_account_that_was_once_expected_by_nobody_is_a_new_gap_whenever_it_is_one_again() {
    let mut stage = one_missing();
    stage.tiktok.world_mut(|world| world.assign(ACME, &acme(3), MEMBER, Some("ANALYST")));
    stage.forget_rows().expects("C07", &acme(1), ACME);
    let stands = |stage: &Stage, number| {
        let row = stage.account(&acme(number));
        ["status", "change", "since"].map(|column| row[column].clone()).join(" ")
    };
    stage.night("2026-01-12").ends_with(0);
    assert_eq!(stands(&stage, 2), "unexpected new 2026-01-12");
    stage.expects("C07", &acme(2), ACME).expects("C07", &acme(3), ACME);
    for (day, change) in [("2026-01-13", "resolved"), ("2026-01-14", ""), ("2026-11-09", "")] {
        stage.night(day).ends_with(0);
        assert_eq!([stands(&stage, 2), stands(&stage, 3)], [(); 2].map(|()| format!("ok {change} 2026-01-13")));
    }
    // One row ends while the account is still shared, the other moves to another client, which does not share it.
    stage.forget_rows().expects("C07", &acme(1), ACME).expects("C08", &acme(3), ACME);
    stage.contact("C08", "jonas@acme.example").set("guard.max_input_drop_share", "0.5");
    stage.tiktok.world_mut(|world| world.unassign(ACME, &acme(3)));
    stage.night("2026-11-10").ends_with(0);
    assert_eq!(stands(&stage, 2), "unexpected new 2026-11-10");
    assert_eq!(stands(&stage, 3), "missing new 2026-11-10");
    let letters = stage.letters();
    assert_eq!(letters.len(), 1);
    assert!(!letters[0].text.contains("January"), "{}", letters[0].text);
}

#[test]
fn plan_writes_the_same_mails_and_neither_sends_nor_remembers() {
    let stage = one_missing();
    let plan = stage.does(&["--now", "2026-11-23T04:30:00Z", "plan"]).ends_with(0);
    assert!(plan.stdout.contains("mette@acme.example: 1 open, a mail is due today"), "{}", plan.stdout);
    assert!(!stage.store.exists() && !stage.path("outbox").exists() && !stage.path("reports").exists());
    let planned: Vec<_> =
        files(&stage.path("plan")).into_iter().filter(|(p, _)| p.ends_with("mails/001.eml")).collect();
    stage.night("2026-11-23").ends_with(0);
    assert_eq!(planned.len(), 1);
    assert_eq!(stage.letters()[0].bytes, planned[0].1, "what was planned is what was sent");
}

#[test]
fn a_person_of_several_clients_gets_one_mail() {
    let mut stage = Stage::new(acme_world(1).business_center(BETA, "Beta BC"));
    stage.expects("C07", &acme(2), ACME).expects("C08", &acme(3), BETA).expects("C09", &acme(4), BETA);
    stage
        .contact("C07", "Mette@Acme.example")
        .contact("C08", " mette@acme.EXAMPLE")
        .contact("C09", "other@acme.example");
    stage.night("2026-11-23").ends_with(0);
    let mut letters: Vec<(String, bool)> =
        stage.letters().iter().map(|m| (m.to.clone(), m.text.contains(&acme(4)))).collect();
    letters.sort();
    assert_eq!(letters, [("mette@acme.example".to_owned(), false), ("other@acme.example".to_owned(), true)]);
}

#[test]
fn an_account_of_a_refused_listing_is_unknown_and_nobody_is_mailed() {
    use tiktok_simulator::{Endpoint, What, When};
    let mut stage = one_missing();
    stage.expects("C08", &acme(9), BETA).contact("C08", "beta@acme.example");
    stage.tiktok.world_mut(|world| {
        world.add_business_center(BETA, "Beta BC");
        world.join(BETA, MEMBER);
    });
    stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).about(BETA).forever().gives(What::code(50000)));
    stage.night("2026-11-23").ends_with(4);
    assert_eq!(stage.account(&acme(9))["status"], "unknown");
    assert_eq!(stage.cause(&acme(9)), "business_center_unreadable");
    assert_eq!(stage.cause(&acme(3)), "not_assigned", "the other Business Center is judged");
    assert_eq!(stage.letters().iter().map(|m| m.to.as_str()).collect::<Vec<_>>(), ["mette@acme.example"]);
    assert_eq!(stage.summary()["complete"], false);
}

#[test]
fn too_many_regressed_accounts_hold_the_mails_and_tell_the_operators() {
    let mut stage = Stage::new(acme_world(40));
    for number in 1..=40 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.contact("C07", "mette@acme.example");
    stage.night("2026-11-23").ends_with(0);
    stage.tiktok.world_mut(|world| (1..=5).for_each(|number| world.unassign(ACME, &acme(number))));
    stage.night("2026-11-24").ends_with(5);
    assert_eq!(stage.letters().len(), 0);
    assert_eq!(stage.account(&acme(1))["reminder_state"], "held");
    assert_eq!(stage.summary()["guards"][0]["name"], "regressed");
    assert!(stage.digests().last().unwrap().text.contains("5 of 40 accounts that were ok"));
}

/// Three accounts are Acme's, the others Beta's.
fn home(number: usize) -> &'static str {
    if number <= 3 { ACME } else { BETA }
}

/// Forty accounts were ok; five of them, and with them the night, are held.
fn held() -> Stage {
    let mut world = acme_world(3).business_center(BETA, "Beta BC");
    for number in 4..=40 {
        world = world.account(&acme(number), "Beta");
    }
    let mut stage = Stage::new(world);
    for number in 1..=40 {
        stage.expects(if number <= 3 { "C07" } else { "C08" }, &acme(number), home(number));
    }
    stage.contact("C07", "mette@acme.example").contact("C08", "jonas@acme.example");
    stage.night("2026-11-23").ends_with(0);
    stage.tiktok.world_mut(|world| (1..=5).for_each(|number| world.unassign(home(number), &acme(number))));
    stage.night("2026-11-24").ends_with(5);
    assert!(stage.letters().is_empty());
    stage
}

fn release(stage: &Stage, now: &str, more: &[&str]) -> Ran {
    let run_id = stage.summary()["run_id"].as_str().unwrap().to_owned();
    stage.does(&[&["--now", now, "release", &run_id], more].concat())
}

fn recipients(stage: &Stage) -> Vec<String> {
    let mut to: Vec<String> = stage.letters().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to
}

#[test]
fn a_hold_stays_until_it_is_released_and_then_sends_what_is_still_true() {
    let stage = held();
    stage.night("2026-11-25").ends_with(5);
    stage.tiktok.world_mut(|world| {
        (4..=5).for_each(|number| world.assign(home(number), &acme(number), MEMBER, Some("ANALYST")));
    });
    let held_report = stage.latest("manifest.json");
    let ran = release(&stage, "2026-11-25T09:00:00Z", &[]).ends_with(0);
    assert!(ran.stdout.contains("(release)"), "{}", ran.stdout);
    assert_eq!(recipients(&stage), ["mette@acme.example"], "jonas's accounts came back before the release");
    assert_eq!(stage.latest("manifest.json"), held_report, "latest names the newest run, not the release");
    stage.night("2026-11-26").ends_with(0);
}

#[test]
fn a_release_of_one_client_leaves_the_others_held() {
    let stage = held();
    let part = release(&stage, "2026-11-24T09:00:00Z", &["--client", "dk/c07", "--output", "json"]).ends_with(0);
    assert_eq!(recipients(&stage), ["mette@acme.example"]);
    let part: serde_json::Value = serde_json::from_str(&part.stdout).unwrap();
    let run_id = part["run_id"].as_str().unwrap();
    assert_eq!((&part["mails"]["sent"], &part["mails"]["held"]), (&1.into(), &1.into()));
    let told: String = stage.digests().into_iter().map(|digest| digest.text).collect();
    assert!(told.contains("2 gaps are still held") && told.contains(&format!("release {run_id}")), "{told}");
    let history = stage.does(&["history"]).ends_with(0).stdout;
    assert!(history.contains("release; held in part"), "{history}");
    let rest = stage.does(&["explain", &acme(4)]).ends_with(0).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        rest.contains("the mail about this is still held") && rest.contains(&format!("release {run_id}")),
        "{rest}"
    );
    stage.night("2026-11-25").ends_with(5);
    assert_eq!(recipients(&stage).len(), 1, "the rest stays held");
    release(&stage, "2026-11-25T09:00:00Z", &[]).ends_with(0);
    assert_eq!(recipients(&stage), ["jonas@acme.example", "mette@acme.example"]);
    stage.night("2026-11-26").ends_with(0);
}

#[test]
fn a_release_is_held_again_by_another_guard() {
    let stage = held();
    stage.tiktok.world_mut(|world| (6..=9).for_each(|number| world.unassign(home(number), &acme(number))));
    let mut stage = stage;
    stage.set("guard.max_input_drop_share", "0.01").forget_rows();
    for number in 1..=20 {
        stage.expects("C07", &acme(number), home(number));
    }
    release(&stage, "2026-11-24T09:00:00Z", &[]).ends_with(5);
    assert!(stage.letters().is_empty());
}

#[test]
fn only_the_newest_held_run_can_be_released() {
    let stage = held();
    let ran = stage.does(&["release", "20200101T000000Z-abcd"]).ends_with(2);
    assert!(ran.stderr.contains("only the newest held run"), "{}", ran.stderr);
    release(&stage, "2026-11-24T09:00:00Z", &[]).ends_with(0);
    let ran = release(&stage, "2026-11-24T10:00:00Z", &[]).ends_with(2);
    assert!(ran.stderr.contains("nothing is held"), "{}", ran.stderr);
}

/// A mistyped part, before and after the run was released otherwise.
#[rstest]
#[case("--country", "NO", "no client of the country NO")]
#[case("--client", "DK/C99", "no client DK/C99")]
#[case("--client", "se/c07", "no client SE/C07")]
#[case("--client", "DK/", "no client DK/")]
fn a_part_that_is_nobodys_is_refused_and_releases_nothing(#[case] by: &str, #[case] part: &str, #[case] why: &str) {
    let stage = held();
    let run_id = stage.summary()["run_id"].clone();
    let ran = release(&stage, "2026-11-24T09:00:00Z", &[by, part]).ends_with(2);
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    assert!(stage.letters().is_empty());
    assert_eq!(stage.summary()["run_id"], run_id, "no report was written");
    release(&stage, "2026-11-24T10:00:00Z", &["--country", " dk"]).ends_with(0);
    assert_eq!(recipients(&stage).len(), 2);
}

#[test]
fn four_regressed_accounts_of_forty_are_mailed() {
    let mut stage = Stage::new(acme_world(40));
    for number in 1..=40 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.contact("C07", "mette@acme.example");
    stage.night("2026-11-23").ends_with(0);
    stage.tiktok.world_mut(|world| (1..=4).for_each(|number| world.unassign(ACME, &acme(number))));
    stage.night("2026-11-24").ends_with(0);
    assert_eq!(stage.letters().len(), 1);
}
