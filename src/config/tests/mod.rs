//! Scenarios: a file, an environment, and what comes of them.

mod overrides;
mod rendering;
mod secrets;
mod values;

use std::path::Path;

use secrecy::ExposeSecret;

use super::log::Log;
use super::{Config, Environment, Fault, Faults, Place, document, load};

const SAMPLE: &str = include_str!("../../../config/reconciler.toml");

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
fn a_file_from_windows_is_read_and_its_lines_are_counted() {
    let text = format!("\u{feff}{}", with("tiktok", "max_attempts = 0").replace('\n', "\r\n"));
    let line = text.lines().position(|line| line == "max_attempts = 0").unwrap() + 1;
    let faults = load_text(&text, &[]).unwrap_err();
    assert_eq!(faults.line(&faults.list()[0]), Some(line));
    load_text(&text.replace("max_attempts = 0", "max_attempts = 1"), &[]).unwrap();
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
fn an_app_is_an_id_and_is_given_as_one() {
    let of = |app_id: &str| SMALL.replace("[expected]", &format!("app_id = {app_id}\n[expected]"));
    let config = load_text(&of("\" 7000000000000000000 \""), &[]).unwrap();
    assert_eq!(config.tiktok.members[0].app_id.as_deref(), Some("7000000000000000000"));
    for (app_id, problem) in [("7000000000000000000", "an id is a text"), ("\"7E18\"", "scientific notation")] {
        let fault = only_fault(load_text(&of(app_id), &[]));
        assert_eq!(fault.key, "tiktok.members[0].app_id");
        assert!(fault.problem.contains(problem), "{fault:?}");
    }
}

#[test]
fn a_file_that_is_missing_or_is_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reconciler.toml");
    assert!(only_fault(load::load(&path, &environment(&[]))).problem.contains("cannot be read"));
    std::fs::write(&path, b"# fine\n# K\xf8benhavn\n").unwrap();
    assert!(only_fault(load::load(&path, &environment(&[]))).problem.contains("line 2"));
}

proptest::proptest! {
    #[test]
    fn whatever_the_file_holds_it_is_taken_or_refused(bytes: Vec<u8>, at in 0..2000_usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        std::fs::write(&path, &bytes).unwrap();
        proptest::prop_assert!(load::load(&path, &environment(&[])).is_err());
        // A sound file with a piece knocked out and replaced.
        let mut text = SAMPLE.as_bytes().to_vec();
        let end = (at + bytes.len() / 2).min(text.len());
        text.splice(at.min(end)..end, bytes);
        std::fs::write(&path, &text).unwrap();
        if let Err(faults) = load::load(&path, &environment(&[])) {
            proptest::prop_assert!(!faults.list().is_empty());
            proptest::prop_assert!(!faults.report().contains('@') && !faults.to_string().contains('@'));
        }
    }
}
