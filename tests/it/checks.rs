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

#[rstest]
#[case("nowhere", "there is no such folder")]
#[case("accounts.csv", "this is no folder")]
fn a_templates_folder_that_is_none_is_refused(#[case] folder: &str, #[case] why: &str) {
    let mut stage = stage();
    stage.set("mail.templates", &format!("{folder:?}"));
    for arguments in [&["check"][..], &["--now", "2026-11-23T04:30:00Z", "run"], &["plan"]] {
        let ran = stage.does(arguments).ends_with(2);
        let told = if arguments == ["check"] { ran.stdout } else { ran.stderr };
        assert!(
            told.contains(&format!("template {folder}: {why}")) && told.contains("remove mail.templates"),
            "{told}"
        );
    }
    assert!(stage.mails().is_empty());
}

/// A template beside its name replaces nothing, and nobody would notice.
#[test]
fn check_tells_what_replaces_no_template_and_what_can_be() {
    let mut stage = stage();
    stage.set("mail.templates", "\"templates\"");
    let put = |name: &str| fs::write(stage.path("templates").join(name), "").unwrap();
    fs::create_dir(stage.path("templates")).unwrap();
    // A mounted ConfigMap has hidden entries of its own.
    ["..data", "README.md"].into_iter().for_each(put);
    stage.does(&["check"]).ends_with(0);
    ["leter.txt", "fr.ftl", "EN.ftl"].into_iter().for_each(put);
    let told = stage.does(&["check"]).ends_with(2).stdout;
    for name in ["leter.txt", "fr.ftl", "EN.ftl"] {
        assert!(told.contains(&format!("template {name}: this replaces nothing")), "{told}");
    }
    for name in ["en.ftl", "de.ftl", "letter.mjml", "digest.txt"] {
        assert!(told.contains(&format!(" {name}")), "{name} can be replaced: {told}");
    }
    assert!(!told.contains("README") && !told.contains("..data"), "{told}");
    stage.night("2026-11-23").ends_with(0);
}

/// A slip in the client's code sends its mails to the owner or to nobody, and no run says so.
#[test]
fn check_names_the_lines_of_contacts_that_are_nobodys() {
    let mut stage = stage();
    stage
        .contact_row("DK,C70,slip@acme.example,,,client")
        .contact_row("dk,c07 ,second@acme.example,,,client")
        .contact_row("*,*,everybody@agency.example,,,owner")
        .contact_row("DK,*,olga@agency.example,,,owner")
        .contact_row("SE,*,sven@agency.example,,,owner");
    let ran = stage.does(&["check"]).ends_with(0);
    assert!(ran.stdout.contains("lines 3, 5, 7: the accounts register has no such client"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Everything is in place."), "{}", ran.stdout);
    for person in ["slip@", "everybody@", "sven@"] {
        assert!(!ran.stdout.contains(person), "{}", ran.stdout);
    }
}

#[test]
fn check_names_few_lines_of_many() {
    let mut stage = stage();
    for number in 0..30 {
        stage.contact("C99", &format!("person-{number}@acme.example"));
    }
    let ran = stage.does(&["check"]).ends_with(0);
    assert!(ran.stdout.contains("21, 22 and 10 more: the accounts register"), "{}", ran.stdout);
}
