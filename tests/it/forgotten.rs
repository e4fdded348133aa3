//! What is forgotten: persons when they ask, nights when they are old.

use crate::harness::*;
use crate::story;

const METTE: &str = "mette@acme.example";

/// Acme expects three accounts; the third is not shared, and Mette was asked for it.
fn asked() -> Stage {
    let mut stage = Stage::new(acme_world(2));
    for number in 1..=3 {
        stage.expects("C07", &acme(number), ACME);
    }
    stage.contact("C07", METTE).env("RECONCILER_LOG", "trace");
    stage.night("2026-11-23").ends_with(0);
    stage
}

#[test]
fn a_forgotten_person_is_gone_from_the_store_and_is_a_new_one_next_night() {
    let stage = asked();
    let said = stage.does(&["forget", " Mette@Acme.example ", "--output", "json"]).ends_with(0);
    let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&told["mails"], &told["first_mailed_on"]), (&1.into(), &"2026-11-23".into()));
    assert!(!said.stderr.to_lowercase().contains(METTE), "{}", said.stderr);
    for (path, bytes) in files(stage.dir.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let holds = bytes.windows(METTE.len()).any(|part| part == METTE.as_bytes());
        assert!(!(name.starts_with("state.db") && holds), "{name}");
    }
    assert!(stage.store.mails().iter().all(|mail| mail.person != METTE));
    let again = stage.does(&["forget", METTE]).ends_with(0);
    assert_eq!(again.stdout, "Nothing about this person is stored.\n");
    stage.night("2026-11-24").ends_with(0);
    let row = stage.account(&acme(3));
    assert_eq!((row["mails_sent"].as_str(), row["last_mailed_on"].as_str()), ("1", "2026-11-24"));
}

#[test]
fn whom_to_forget_must_be_an_address_and_nothing_need_be_stored() {
    let stage = Stage::new(acme_world(1));
    let ran = stage.does(&["forget", "mette at acme"]).ends_with(2);
    assert!(!ran.stderr.contains("mette"), "{}", ran.stderr);
    stage.does(&["forget", METTE]).ends_with(0);
    assert!(!stage.store.exists(), "forgetting creates no store");
}

/// What every night of the story said, and all its mails.
fn told(keep_days: Option<&str>) -> (Stage, Vec<String>, Vec<Vec<u8>>) {
    let mut nights = Vec::new();
    let mut stage = story::stage();
    if let Some(days) = keep_days {
        stage.set("store.keep_days", days);
    }
    let (stage, told) = story::play(stage, |stage| {
        nights.extend(["accounts.csv", "diff.csv", "summary.json"].map(|file| stage.latest(file)));
    });
    (stage, nights, told.into_iter().map(|told| told.mail.bytes).collect())
}

#[test]
fn sixty_days_say_and_mail_the_same_with_a_short_memory() {
    let (long, nights, mails) = told(None);
    let (short, same_nights, same_mails) = told(Some("1"));
    for (night, same) in nights.iter().zip(&same_nights) {
        assert_eq!(same, night);
    }
    assert_eq!(same_mails, mails);
    let runs = |stage: &Stage| {
        let ran = stage.does(&["history", "--limit", "100", "--output", "json"]).ends_with(0);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        told["runs"].as_array().unwrap().len()
    };
    assert_eq!(runs(&long), 53);
    assert!(runs(&short) < 45, "{}", runs(&short));
    assert!(short.store.mails().len() < long.store.mails().len() / 2 + 10);
}
