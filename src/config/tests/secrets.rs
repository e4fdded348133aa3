//! Secrets: found, sound, and never shown.

use rstest::rstest;
use secrecy::ExposeSecret;

use super::*;

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
fn a_pushgateway_may_have_a_password_where_the_file_does_not_show_it() {
    let text = SMALL.to_owned() + "\n[observe]\npushgateway = { env = \"PUSH\" }\n";
    let config = load_text(&text, &[("PUSH", "https://robot:hunter2@push.example")]).unwrap();
    assert_eq!(config.observe.pushgateway.as_ref().unwrap().expose_secret(), "https://robot:hunter2@push.example");
    assert!(!format!("{config:?}").contains("hunter2"));
    let fault = only_fault(load_text(&text, &[("PUSH", "robot:hunter2@push.example")]));
    assert!(fault.key == "observe.pushgateway" && !format!("{fault:?}").contains("hunter2"), "{fault:?}");
}
