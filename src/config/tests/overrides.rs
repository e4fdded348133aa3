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
