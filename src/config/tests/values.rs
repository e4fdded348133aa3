//! Single values: what can be and what cannot.

use rstest::rstest;

use super::*;
use crate::config::{Cloud, ReportDir};

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
#[case("store", "url = \"postgres://u@db/x?sslmod=require\"", "store.url")]
#[case("store", "url = \"postgres://u:12/hunter2@db/x\"", "store.url")]
#[case("store", "lease = \"500ms\"", "store.lease")]
#[case("report", "dir = \"ftp://x\"", "report.dir")]
#[case("report", "dir = \"s3://\"", "report.dir")]
#[case("report", "dir = \"gs:///reports\"", "report.dir")]
#[case("report", "dir = \"s3://..\"", "report.dir")]
#[case("report", "dir = \"s3://bucket/a//b\"", "report.dir")]
#[case("report", "dir = \"az://container/../b\"", "report.dir")]
#[case("report", "dir = \"s3://key:hunter2@bucket/reports\"", "report.dir")]
#[case("report", "dir = \"az://container?sig=hunter2\"", "report.dir")]
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
#[case("report", "dir = \"/var/lib/reports with space\"")]
#[case("report", "dir = \"gs://bucket_1.example\"")]
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
#[case("s3://bucket", Cloud::S3, "bucket", "")]
#[case("s3://bucket/", Cloud::S3, "bucket", "")]
#[case("gs://bucket/tiktok/reports/", Cloud::Google, "bucket", "tiktok/reports")]
#[case("az://container/reports", Cloud::Azure, "container", "reports")]
fn a_bucket_is_read_as_whose_which_and_where(
    #[case] dir: &str,
    #[case] cloud: Cloud,
    #[case] name: &str,
    #[case] prefix: &str,
) {
    let config = load_text(&with("report", &format!("dir = {dir:?}")), &[]).unwrap();
    let expected = ReportDir::Bucket { cloud, name: name.to_owned(), prefix: prefix.to_owned() };
    assert_eq!(config.report.dir, expected);
}

#[test]
fn a_register_comes_encrypted_or_from_this_machine() {
    let load = |accounts: &str| {
        let text = with("expected", "source = \"http\"").replace("\"a.csv\"", &format!("{accounts:?}"));
        load_text(&text.replace("\"c.csv\"", "\"http://127.0.0.1:8080/contacts\""), &[])
    };
    assert!(load("https://mapping.example/accounts?country=DK").is_ok());
    for refused in ["http://mapping.example/accounts", "https://u:hunter2@mapping.example/accounts", "a.csv"] {
        let fault = only_fault(load(refused));
        assert_eq!(fault.key, "expected.accounts");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
}
