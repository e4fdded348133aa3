//! Scenarios: a file, an environment, and what comes of them.

use std::path::Path;
use std::time::Duration;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::reader::Log;
use super::*;
use crate::domain::Language;

const SAMPLE: &str = include_str!("../../config/reconciler.toml");

const SMALL: &str = r#"
[[tiktok.members]]
email = "Extract@agency.example"
access_token = { env = "TOKEN" }
[expected]
accounts = "a.csv"
contacts = "c.csv"
[mail]
smtp_url = { env = "SMTP_URL" }
from = "TikTok access <access@agency.example>"
operators = ["ops@agency.example"]
"#;

fn environment(more: &[(&str, &str)]) -> Environment {
    let basic = [
        ("TOKEN", "token-of-the-member"),
        ("TIKTOK_ACCESS_TOKEN", "token-of-the-member"),
        ("SMTP_URL", "smtps://u:p@mail.example"),
    ];
    basic.iter().chain(more).copied().collect()
}

fn load_text(text: &str, more: &[(&str, &str)]) -> Result<Config, Faults> {
    load::from_text(Path::new("reconciler.toml"), text, &environment(more))
}

/// The small configuration with a line of a section added, or replaced where it is there.
fn with(section: &str, line: &str) -> String {
    let key = line.split('=').next().unwrap().trim();
    let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
    let mut text = SMALL.lines().filter(|l| l.split('=').next().unwrap().trim() != key).collect::<Vec<_>>().join("\n");
    match text.find(&header) {
        Some(at) if !header.is_empty() => text.insert_str(at + header.len(), &format!("{line}\n")),
        Some(_) => text.insert_str(0, &format!("{line}\n")),
        None => text.push_str(&format!("\n{header}{line}\n")),
    }
    text
}

/// Key, problem and remedy of the only fault.
fn only_fault(result: Result<Config, Faults>) -> Fault {
    let faults = result.unwrap_err();
    assert_eq!(faults.list().len(), 1, "{faults}");
    faults.list()[0].clone()
}

#[test]
fn the_configuration_to_start_from_is_sound_and_holds_the_defaults() {
    let sample = load_text(SAMPLE, &[]).unwrap();
    let small = load_text(&SMALL.replace("[mail]", "[mail]\n"), &[]).unwrap();
    assert_eq!(format!("{:?}", sample.tiktok), format!("{:?}", small.tiktok));
    assert_eq!(format!("{:?}", sample.store), format!("{:?}", small.store));
    assert_eq!(sample.store.url.expose_secret(), small.store.url.expose_secret());
    assert_eq!(format!("{:?}", sample.report), format!("{:?}", small.report));
    assert_eq!(format!("{:?}", sample.reminders), format!("{:?}", small.reminders));
    assert_eq!(format!("{:?}", sample.guards), format!("{:?}", small.guards));
    assert_eq!(sample.schedule.cron, small.schedule.cron);
    assert_eq!(sample.zone(), small.zone());
    assert_eq!(unbuilt(&sample), Vec::<String>::new());
}

#[test]
fn the_configuration_to_start_from_names_every_key() {
    let environment = environment(&[]);
    let log = Log::new(SAMPLE, &environment);
    load::read(Path::new("x"), document::parse(SAMPLE).unwrap(), &log).unwrap();
    let asked = log.asked.borrow();
    assert!(asked.len() > 60, "{asked:?}");
    for key in asked.iter() {
        let (section, key) = key.rsplit_once('.').unwrap_or(("", key));
        let (mut current, mut found) = ("", false);
        for line in SAMPLE.lines() {
            let bare = line.trim_start_matches("# ");
            if bare.starts_with('[') && !bare.contains('=') {
                current = bare.trim_matches(['[', ']']);
                found |= section.is_empty() && current.split('.').next() == Some(key);
                found |= current == format!("{section}.{key}");
            }
            found |= current == section && bare.split('=').next().unwrap().trim() == key && bare.contains('=');
        }
        assert!(found, "{section}.{key} is not in the configuration to start from");
    }
}

#[test]
fn what_is_not_said_follows_from_what_is() {
    let config = load_text(SMALL, &[]).unwrap();
    assert_eq!(config.mail.agency_name, "TikTok access");
    assert_eq!(config.mail.reply_to.as_str(), "access@agency.example");
    assert_eq!(config.rules.members[0].as_str(), "extract@agency.example");
    assert_eq!(config.guards.max_mails_per_run, 500);
    let config = load_text(&with("mail", r#"from = "access@agency.example""#), &[]).unwrap();
    assert_eq!((config.mail.from_name.as_str(), config.mail.agency_name.as_str()), ("", "agency.example"));
}

#[test]
fn nothing_configured_names_each_required_key_once() {
    let faults = load_text("", &[]).unwrap_err();
    let keys: Vec<_> = faults.list().iter().map(|fault| fault.key.as_str()).collect();
    let required = [
        "tiktok.members.email",
        "expected.accounts",
        "expected.contacts",
        "mail.smtp_url",
        "mail.from",
        "mail.operators",
    ];
    assert_eq!(keys, required);
}

#[test]
fn all_faults_are_told_at_once_with_line_caret_and_remedy_and_without_secret_or_address() {
    let text = r#"timezone = "Europe/Copenhagn"
retries = 3

[[tiktok.members]]
email = "anna at example"
acces_token = "hunter2-literal"
access_token = "hunter2-secret"
role = "ADMIN" # hunter2, ask anna@example.org

[expected]
accounts = "a.csv"
contacts = 7

[mail]
transport = "directory"
from = "ops@example.org, x@example.org"
operators = ["ops@example.org", "ops at example"]
max_per_minute = 0

[reminders]
days = [1, 3]

[guard]
max_regressed_share = 1.5
"#;
    let faults =
        load_text(text, &[("RECONCILER__STORE__LEASE", "forever"), ("RECONCILER__STORE__LEESE", "9s")]).unwrap_err();
    for rendered in [faults.to_string(), faults.report()] {
        assert!(
            !rendered.contains("hunter2") && !rendered.contains('@') && !rendered.contains("at example"),
            "{rendered}"
        );
    }
    insta::assert_snapshot!(faults.to_string(), @r#"
    the configuration is refused, 14 faults:

    reconciler.toml:1: timezone: there is no such time zone
      value:  "Europe/Copenhagn"
      remedy: write a name such as "Europe/Copenhagen" or "UTC"

    reconciler.toml:2: retries: there is no such key
      remedy: remove it; known here: timezone, tiktok, expected, store, report, mail, reminders, guard, schedule, observe

    reconciler.toml:5: tiktok.members[0].email: this is no e-mail address (not shown here)
      remedy: write one address in quotes, without a name

    reconciler.toml:6: tiktok.members[0].acces_token: there is no such key
      remedy: did you mean access_token? Else remove it

    reconciler.toml:7: tiktok.members[0].access_token: a secret is not written in the file
      remedy: write { env = "NAME" } or { file = "PATH" }, and renew this secret

    reconciler.toml:8: tiktok.members[0].role: there is no such choice
      value:  "ADMIN"
      remedy: write "ANALYST"

    reconciler.toml:12: expected.contacts: this is a text
      value:  7
      remedy: write it in quotes

    reconciler.toml:16: mail.from: this is no sender (not shown here)
      remedy: write "Name <address>", or an address alone

    reconciler.toml:17: mail.operators[1]: this is no e-mail address (not shown here)
      remedy: write one address in quotes, without a name

    reconciler.toml:18: mail.max_per_minute: this is out of range
      value:  0
      remedy: write a whole number from 1 to 100000, without quotes

    reconciler.toml:21: reminders.days: this does not begin with 0
      value:  [1, 3]
      remedy: write days after the first mail that begin with 0 and rise: [0, 3, 7, 14]

    reconciler.toml:24: guard.max_regressed_share: this is out of range
      value:  1.5
      remedy: write a number from 0 to 1; 0.25 is a quarter

    environment variable RECONCILER__STORE__LEASE: store.lease: this is no length of time
      value:  forever
      remedy: write a whole number with ms, s, m or h, in quotes: "500ms", "30s", "5m", "2h"

    environment variable RECONCILER__STORE__LEESE: store.leese: there is no such key
      remedy: did you mean lease? Else remove it
    "#);
    insta::assert_snapshot!(faults.report(), @r#"
     × timezone: there is no such time zone
      ╭─[reconciler.toml:1:1]
    1 │ timezone = "Europe/Copenhagn"
      ·            ──────────────────
      ╰────
     help: write a name such as "Europe/Copenhagen" or "UTC"

     × retries: there is no such key
      ╭─[reconciler.toml:2:1]
    2 │ retries = *
      · ───────
      ╰────
     help: remove it; known here: timezone, tiktok, expected, store, report, mail, reminders, guard, schedule,
           observe

     × tiktok.members[0].email: this is no e-mail address (not shown here)
      ╭─[reconciler.toml:5:1]
    5 │ email = *****************
      ·         ─────────────────
      ╰────
     help: write one address in quotes, without a name

     × tiktok.members[0].acces_token: there is no such key
      ╭─[reconciler.toml:6:1]
    6 │ acces_token = *****************
      · ───────────
      ╰────
     help: did you mean access_token? Else remove it

     × tiktok.members[0].access_token: a secret is not written in the file
      ╭─[reconciler.toml:7:1]
    7 │ access_token = ****************
      ·                ────────────────
      ╰────
     help: write { env = "NAME" } or { file = "PATH" }, and renew this secret

     × tiktok.members[0].role: there is no such choice
      ╭─[reconciler.toml:8:1]
    8 │ role = "ADMIN" #******************************
      ·        ───────
      ╰────
     help: write "ANALYST"

     × expected.contacts: this is a text
       ╭─[reconciler.toml:12:1]
    12 │ contacts = 7
       ·            ─
       ╰────
     help: write it in quotes

     × mail.from: this is no sender (not shown here)
       ╭─[reconciler.toml:16:1]
    16 │ from = ********************************
       ·        ────────────────────────────────
       ╰────
     help: write "Name <address>", or an address alone

     × mail.operators[1]: this is no e-mail address (not shown here)
       ╭─[reconciler.toml:17:1]
    17 │ operators = ["***************", ****************]
       ·                                 ────────────────
       ╰────
     help: write one address in quotes, without a name

     × mail.max_per_minute: this is out of range
       ╭─[reconciler.toml:18:1]
    18 │ max_per_minute = 0
       ·                  ─
       ╰────
     help: write a whole number from 1 to 100000, without quotes

     × reminders.days: this does not begin with 0
       ╭─[reconciler.toml:21:1]
    21 │ days = [1, 3]
       ·        ──────
       ╰────
     help: write days after the first mail that begin with 0 and rise: [0, 3, 7, 14]

     × guard.max_regressed_share: this is out of range
       ╭─[reconciler.toml:24:1]
    24 │ max_regressed_share = 1.5
       ·                       ───
       ╰────
     help: write a number from 0 to 1; 0.25 is a quarter

     × store.lease (from RECONCILER__STORE__LEASE = forever): this is no length of time
     help: write a whole number with ms, s, m or h, in quotes: "500ms", "30s", "5m", "2h"

     × store.leese (from RECONCILER__STORE__LEESE): there is no such key
     help: did you mean lease? Else remove it
    "#);
}

#[test]
fn a_line_that_is_no_toml_is_shown_without_what_may_be_a_secret() {
    let faults = load_text("timezone = \"UTC\"\n[tiktok\naccess_token = hunter2\n", &[]).unwrap_err();
    insta::assert_snapshot!(faults.report(), @r#"
     × reconciler.toml: this is not TOML: unclosed table, expected `]`
      ╭─[reconciler.toml:2:1]
    2 │ [tiktok
      ·       ─
      ╰────
     help: correct the line; strings stand in quotes, and each key is written once in its section
    "#);
}

#[rstest]
#[case("", r#"timezone = "Mars/Base""#, "timezone")]
#[case("tiktok", r#"base_url = "http://tiktok.example""#, "tiktok.base_url")]
#[case("tiktok", r#"base_url = "https://tiktok.example/open_api""#, "tiktok.base_url")]
#[case("tiktok", r#"base_url = "https://u:p@tiktok.example""#, "tiktok.base_url")]
#[case("tiktok", r#"base_url = "https://tiktok.example?x=1""#, "tiktok.base_url")]
#[case("tiktok", "max_in_flight = 0", "tiktok.max_in_flight")]
#[case("tiktok", "max_attempts = 21", "tiktok.max_attempts")]
#[case("tiktok", "requests_per_second = \"10\"", "tiktok.requests_per_second")]
#[case("tiktok", "retry_pause = 1", "tiktok.retry_pause")]
#[case("tiktok", "request_timeout = \"0s\"", "tiktok.request_timeout")]
#[case("tiktok", "run_timeout = \"30 minutes\"", "tiktok.run_timeout")]
#[case("tiktok", "agency_business_centers = [\"7.1E+18\"]", "tiktok.agency_business_centers[0]")]
#[case("expected", "source = \"xlsx\"", "expected.source")]
#[case("expected", "source = \"sql\"", "expected.url")]
#[case("expected", "canaries = [7106541027904733185]", "expected.canaries[0]")]
#[case("store", "url = \"mysql://x\"", "store.url")]
#[case("store", "url = \"postgres://u:hunter2@db/x\"", "store.url")]
#[case("store", "lease = \"500ms\"", "store.lease")]
#[case("report", "dir = \"ftp://x\"", "report.dir")]
#[case("report", "keep_days = 0", "report.keep_days")]
#[case("mail", "operators = []", "mail.operators")]
#[case("mail", "languages = { DK = \"fr\" }", "mail.languages.DK")]
#[case("mail", "languages = { DK = \"da\", dk = \"en\" }", "mail.languages.dk")]
#[case("mail", "agency_name = \"A\\r\\nBcc: b\"", "mail.agency_name")]
#[case("mail", "smtp_url = \"smtps://u:hunter2@mail.example\"", "mail.smtp_url")]
#[case("mail", "smtp_url = { env = \"SMTP_URL\", file = \"x\" }", "mail.smtp_url")]
#[case("mail", "smtp_url = { env = \"NOT_SET\" }", "mail.smtp_url")]
#[case("mail", "smtp_url = { file = \"/nowhere/smtp\" }", "mail.smtp_url")]
#[case("reminders", "days = []", "reminders.days")]
#[case("reminders", "days = [0, 3, 3]", "reminders.days")]
#[case("reminders", "skip_dates = [\"24.12.2026\"]", "reminders.skip_dates[0]")]
#[case("guard", "max_invalid_share = nan", "guard.max_invalid_share")]
#[case("schedule", "cron = \"30 4 * * *\"", "schedule.cron")]
#[case("schedule", "cron = \"0 0 0 31 2 *\"", "schedule.cron")]
#[case("observe", "pushgateway = \"http://u:hunter2@push\"", "observe.pushgateway")]
fn a_value_that_cannot_be_is_refused_by_its_key(#[case] section: &str, #[case] line: &str, #[case] key: &str) {
    let text = with(section, line);
    let faults = load_text(&text, &[]).unwrap_err();
    assert!(!faults.to_string().contains("hunter2") && !faults.report().contains("hunter2"), "{faults}");
    assert_eq!(only_fault(Err(faults)).key, key);
}

#[rstest]
#[case("tiktok", r#"base_url = "http://127.0.0.9:8080""#)]
#[case("tiktok", r#"base_url = "http://[::1]:8080/""#)]
#[case("tiktok", r#"base_url = "http://localhost:8080""#)]
#[case("store", "url = \"sqlite:///var/lib/with space/r.db\"")]
#[case("store", "url = \"postgres://reconciler@db/x\"")]
#[case("report", "dir = \"s3://bucket/reports\"")]
#[case("reminders", "skip_dates = [2026-12-24, \"2026-12-25\"]")]
#[case("guard", "max_invalid_share = 1")]
#[case("mail", "transport = \"directory\"\nsmtp_url = { env = \"NOT_SET\" }")]
fn a_value_that_can_be_is_taken(#[case] section: &str, #[case] line: &str) {
    let mut text = with(section, line);
    if line.contains("smtp_url") {
        text = text.replace("smtp_url = { env = \"SMTP_URL\" }\n", "");
    }
    load_text(&text, &[]).unwrap();
}

#[rstest]
#[case("smtps://u:p@mail.example", true)]
#[case("smtp://u:p@mail.example:587?tls=required", true)]
#[case("smtp://mail.example:25", true)]
#[case("smtp://u:p@127.0.0.1:25", true)]
#[case("smtp://u:p@[::1]:25", true)]
#[case("smtp://u:p@localhost:25", true)]
#[case("smtp://u:p@mail.example:587", false)]
#[case("smtp://u:p@mail.example?tls=opportunistic", false)]
#[case("https://mail.example", false)]
#[case("smtp:", false)]
#[case("", false)]
#[case("smtps://u:p@mail.example\nsecond line", false)]
fn a_password_never_goes_over_the_network_unencrypted(#[case] url: &str, #[case] sound: bool) {
    assert_eq!(load_text(SMALL, &[("SMTP_URL", url)]).is_ok(), sound);
}

#[test]
fn a_secret_is_read_from_a_file_without_its_last_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "token-in-a-file\r\n").unwrap();
    let text = SMALL.replace("env = \"TOKEN\"", &format!("file = '{}'", path.display()));
    assert_eq!(load_text(&text, &[]).unwrap().tiktok.members[0].access_token.expose_secret(), "token-in-a-file");
    std::fs::write(&path, "\n").unwrap();
    let fault = only_fault(load_text(&text, &[]));
    assert!(fault.problem.contains("is empty"), "{fault:?}");
}

#[test]
fn a_secret_in_the_place_of_a_variables_name_is_not_shown() {
    let text = SMALL.replace("\"TOKEN\"", "\"3f9a-hunter2\"");
    let faults = load_text(&text, &[]).unwrap_err();
    assert!(!faults.to_string().contains("hunter2") && !faults.report().contains("hunter2"), "{faults}");
}

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

#[test]
fn two_members_with_one_address_are_refused() {
    let twice = "[[tiktok.members]]\nemail = \" EXTRACT@agency.example\"\naccess_token = { env = \"TOKEN\" }\n";
    assert_eq!(only_fault(load_text(&format!("{twice}{SMALL}"), &[])).key, "tiktok.members[1].email");
}

#[test]
fn an_app_secret_without_its_app_is_refused() {
    let text = SMALL.replace("[expected]", "app_secret = { env = \"TOKEN\" }\n[expected]");
    assert_eq!(only_fault(load_text(&text, &[])).key, "tiktok.members[0].app_id");
}

#[test]
fn what_is_configured_and_not_built_is_told() {
    let text = with("mail", "languages = { DK = \"da\", SE = \"sv\" }")
        + "\n[report]\ndir = \"s3://b\"\n[store]\nurl = \"postgres://db/x\"\n[observe]\npushgateway = \"http://push\"\n";
    let lines = unbuilt(&load_text(&text, &[]).unwrap());
    let keys: Vec<_> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(keys, ["store.url", "report.dir", "observe.pushgateway", "mail.languages"]);
}

#[test]
fn a_file_that_is_missing_or_is_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reconciler.toml");
    assert!(only_fault(load(&path, &environment(&[]))).problem.contains("cannot be read"));
    std::fs::write(&path, b"# fine\n# K\xf8benhavn\n").unwrap();
    assert!(only_fault(load(&path, &environment(&[]))).problem.contains("line 2"));
}

proptest::proptest! {
    #[test]
    fn whatever_the_file_holds_it_is_taken_or_refused(bytes: Vec<u8>, at in 0..2000_usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        std::fs::write(&path, &bytes).unwrap();
        proptest::prop_assert!(load(&path, &environment(&[])).is_err());
        // A sound file with a piece knocked out and replaced.
        let mut text = SAMPLE.as_bytes().to_vec();
        let end = (at + bytes.len() / 2).min(text.len());
        text.splice(at.min(end)..end, bytes);
        std::fs::write(&path, &text).unwrap();
        if let Err(faults) = load(&path, &environment(&[])) {
            proptest::prop_assert!(!faults.list().is_empty());
            proptest::prop_assert!(!faults.report().is_empty() && !faults.to_string().contains('@'));
        }
    }
}
