//! Variables in the place of the file.

use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::domain::Language;

#[test]
fn variables_override_keys_and_are_read_as_toml_or_as_they_stand() {
    let variables = [
        ("RECONCILER__TIMEZONE", "Europe/Berlin"),
        ("RECONCILER__TIKTOK__MAX_IN_FLIGHT", "3"),
        ("RECONCILER__TIKTOK__RETRY_PAUSE", "20ms"),
        ("RECONCILER__MAIL__AGENCY_NAME", "365"),
        ("RECONCILER__MAIL__LANGUAGES", "{ DK = \"da\" }"),
        ("RECONCILER__REMINDERS__DAYS", "[0, 1]"),
        ("RECONCILER__REMINDERS__SKIP_WEEKENDS", "false"),
        ("RECONCILER__EXPECTED__CANARIES", "[\"7106541027904733185\"]"),
        ("RECONCILER__TIKTOK__MEMBERS", "[{ email = \"a@b.example\", access_token = { env = \"TOKEN\" } }]"),
        ("RECONCILER_CONFIG", "elsewhere.toml"),
    ];
    let config = load_text(SMALL, &variables).unwrap();
    assert_eq!(config.rules.members[0].as_str(), "a@b.example");
    assert_eq!(config.zone(), chrono_tz::Europe::Berlin);
    assert_eq!((config.tiktok.max_in_flight, config.tiktok.retry_pause), (3, Duration::from_millis(20)));
    assert_eq!(config.mail.agency_name, "365");
    assert_eq!(config.addressing.languages["dk"], Language::Danish);
    assert_eq!((config.reminders.days, config.reminders.skip_weekends), (vec![0, 1], false));
    assert_eq!(config.rules.canaries.len(), 1);
}

#[rstest]
#[case("RECONCILER__TIMEZON", "UTC", "did you mean timezone?")]
#[case("RECONCILER__MAIL__FORM", "x", "did you mean from?")]
#[case("RECONCILER__MAILS__FROM", "x", "did you mean mail?")]
#[case("RECONCILER__MAIL", "x", "RECONCILER__SECTION__KEY")]
#[case("RECONCILER__TIKTOK__MEMBERS__0__EMAIL", "x", "by its number")]
#[case("RECONCILER__MAIL__SMTP_URL", "smtps://u:hunter2@x.example", "remove this variable")]
#[case("RECONCILER__MAIL__FROM", "hunter2 at example", "an address alone")]
fn a_variable_that_overrides_nothing_or_wrongly_is_named(
    #[case] name: &str,
    #[case] value: &str,
    #[case] remedy: &str,
) {
    let faults = load_text(SMALL, &[(name, value)]).unwrap_err();
    assert!(!faults.to_string().contains("hunter2"), "{faults}");
    let fault = only_fault(Err(faults));
    assert_eq!(fault.place, Place::Variable(name.into()));
    assert!(fault.remedy.contains(remedy), "{fault:?}");
}

/// What a variable holds as a list or a table is TOML, as in the file; a number there is not the text of the whole.
#[rstest]
#[case("EXPECTED__CANARIES", "[7100000000000000011]", "expected.canaries[0]", "an id is a text", "7100000000000000011")]
#[case("EXPECTED__CANARIES", "[\"71\", 72 ]", "expected.canaries[1]", "an id is a text", "72")]
#[case("TIKTOK__AGENCY_BUSINESS_CENTERS", "[7.1e18]", "tiktok.agency_business_centers[0]", "this is a text", "7.1e18")]
#[case("MAIL__LANGUAGES", "{ DK = 5 }", "mail.languages.DK", "this is a text", "5")]
#[case("MAIL__LANGUAGES", "{ DK = \"fr\" }", "mail.languages.DK", "not written in this language", "\"fr\"")]
#[case("REMINDERS__SKIP_DATES", "[20261224]", "reminders.skip_dates[0]", "this is a text", "20261224")]
fn a_value_within_a_variable_is_refused_by_its_own_text(
    #[case] name: &str,
    #[case] value: &str,
    #[case] key: &str,
    #[case] problem: &str,
    #[case] shown: &str,
) {
    let name = format!("RECONCILER__{name}");
    let fault = only_fault(load_text(SMALL, &[(&name, value)]));
    assert_eq!((fault.key.as_str(), &fault.place), (key, &Place::Variable(name)));
    assert!(fault.problem.contains(problem), "{fault:?}");
    assert_eq!(fault.value.as_deref(), Some(shown), "{fault:?}");
}

#[rstest]
#[case("app_id = 7000000000000000000", "app_id", "an id is a text")]
#[case("app_id = \"my-app\"", "app_id", "this is no id: it holds a letter")]
#[case("app_id = \"7000 000\"", "app_id", "this is no id: it holds a space")]
#[case("app_secret = \"hunter2\", app_id = \"7\"", "app_secret", "a secret is not written here")]
#[case("role = 5", "role", "this is a text")]
fn a_member_given_by_a_variable_is_read_as_one_of_the_file(
    #[case] more: &str,
    #[case] key: &str,
    #[case] problem: &str,
) {
    let member = format!("[{{ email = \"a@b.example\", access_token = {{ env = \"TOKEN\" }}, {more} }}]");
    let faults = load_text(SMALL, &[("RECONCILER__TIKTOK__MEMBERS", &member)]).unwrap_err();
    assert!(!faults.to_string().contains("hunter2") && !faults.report().contains("hunter2"), "{faults}");
    let fault = only_fault(Err(faults));
    assert_eq!(fault.key, format!("tiktok.members[0].{key}"));
    assert!(fault.problem.contains(problem), "{fault:?}");
}

#[test]
fn a_variable_of_a_section_that_the_file_lacks_is_not_blamed_for_the_other_keys() {
    let faults = load_text("", &[("RECONCILER__TIKTOK__MAX_ATTEMPTS", "3"), ("RECONCILER__MAIL__FROM", "a@b.example")]);
    let faults = faults.unwrap_err();
    assert!(faults.list().iter().any(|fault| fault.key == "tiktok.members"), "{faults}");
    assert!(faults.list().iter().all(|fault| fault.place == Place::Nowhere), "{faults}");
    assert!(!faults.report().contains("RECONCILER__"), "{}", faults.report());
}
