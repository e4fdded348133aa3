//! Snapshots of whole mails, and what must be true of each.

use mail_parser::{MessageParser, MimeHeaders};
use rstest::rstest;

use super::super::Writer;
use super::*;
use crate::domain::Digest;

#[rstest]
#[case(Language::English, "en")]
#[case(Language::Danish, "da")]
#[case(Language::Swedish, "sv")]
#[case(Language::Norwegian, "nb")]
#[case(Language::German, "de")]
fn a_first_mail_with_everything_that_can_be_asked(#[case] language: Language, #[case] name: &str) {
    let message = writer().letter(&all_five(language), moment()).unwrap();
    preview(&format!("first-{name}"), &message);
    insta::assert_snapshot!(format!("first_{name}_text"), format!("{}\n\n{}", headers(&message), text(&message)));
    if name == "en" {
        insta::assert_snapshot!("first_en_html", html(&message));
    }
}

#[rstest]
#[case(Language::English, "en")]
#[case(Language::Danish, "da")]
fn a_reminder_says_so_and_stays_in_the_thread(#[case] language: Language, #[case] name: &str) {
    let clients = || vec![client("C07", "365discount", vec![group(Ask::Assign, vec![account(7_106, "Main")])])];
    let first = writer().letter(&letter(language, clients()), moment()).unwrap();
    let reminder = Letter {
        number: 3,
        thread: Some(1),
        reminded_since: Some(day("2026-11-23")),
        day: day("2026-11-30"),
        ..letter(language, clients())
    };
    let message = writer().letter(&reminder, moment() + chrono::Days::new(7)).unwrap();
    preview(&format!("reminder-{name}"), &message);
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    assert_eq!(parsed.in_reply_to().as_text(), Some(first.message_id.trim_matches(['<', '>'])));
    assert_eq!(parsed.references().as_text(), parsed.in_reply_to().as_text());
    assert_ne!(first.message_id, message.message_id);
    insta::assert_snapshot!(format!("reminder_{name}_text"), format!("{}\n\n{}", headers(&message), text(&message)));
}

#[rstest]
#[case(Language::English, "en")]
#[case(Language::Danish, "da")]
fn lowering_a_permission_alone_does_not_ask_for_access(#[case] language: Language, #[case] name: &str) {
    let lower = group(Ask::LowerRole, vec![account(1, "One"), account(2, "Two")]);
    let message = writer().letter(&letter(language, vec![client("C07", "365discount", vec![lower])]), moment());
    insta::assert_snapshot!(format!("lower_{name}_text"), text(&message.unwrap()));
}

#[test]
fn a_rehearsal_goes_to_its_address_alone_and_says_for_whom_it_was() {
    let rehearsal = config::Mail { redirect_to: Some(address("me@example.com")), ..settings() };
    let reminder =
        Letter { number: 2, thread: Some(1), reminded_since: Some(day("2026-11-23")), ..all_five(Language::English) };
    let message = Writer::new(&rehearsal).unwrap().letter(&reminder, moment()).unwrap();
    preview("rehearsal", &message);
    assert_eq!(message.to, address("me@example.com"));
    let head = headers(&message);
    assert!(head.contains("To: me@example.com") && head.contains("[rehearsal] Reminder: "), "{head}");
    assert!(!head.contains("anna@365discount.dk") && !head.contains("In-Reply-To"), "{head}");
    assert!(text(&message).starts_with("*** Rehearsal: without it, this mail would have gone to anna@365discount.dk."));
    assert_ne!(message.message_id, writer().letter(&reminder, moment()).unwrap().message_id);
}

#[test]
fn the_same_letter_gives_the_same_bytes_and_another_moment_the_same_id() {
    let (one, other) = (writer(), writer());
    let write = |writer: &Writer| writer.letter(&all_five(Language::German), moment()).unwrap();
    assert!(write(&one) == write(&other));
    let later = one.letter(&all_five(Language::English), moment() + chrono::Days::new(1)).unwrap();
    assert_eq!(later.message_id, one.letter(&all_five(Language::English), moment()).unwrap().message_id);
}

#[test]
fn the_digest_fits_a_screen_and_carries_the_diff() {
    let digest = Digest {
        run_id: "20261122T233000Z-3f2a".into(),
        day: day("2026-11-23"),
        verdict: "3 new gaps, nothing held".into(),
        facts: vec![("judged".into(), "318".into()), ("new gaps".into(), "3".into())],
        sections: vec![
            ("Data team".into(), (1..=30).map(|i| format!("DK/C{i:02}: mistyped id 7106541027904733{i:03}")).collect()),
            (
                "Held".into(),
                vec![
                    "312 of 318 are in Business Center Coop.dk".into(),
                    "tiktok-access-reconciler --config config/reconciler.toml release 20261122T233000Z-3f2a".into(),
                ],
            ),
            ("Mails".into(), vec!["2 accepted, 1 doubtful".into()]),
        ],
    };
    let to = address("data-team@annalect-data.info");
    let message = writer().digest(&digest, &to, 1, Some(b"change,status\nnew,missing\n"), moment()).unwrap();
    preview("digest", &message);
    insta::assert_snapshot!("digest_text", format!("{}\n\n{}", headers(&message), text(&message)));
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    let attached = parsed.attachment(0).unwrap();
    assert_eq!(attached.attachment_name(), Some("diff.csv"));
    assert_eq!(attached.contents(), b"change,status\nnew,missing\n");
    let second = writer().digest(&digest, &to, 2, None, moment()).unwrap();
    assert_ne!(second.message_id, message.message_id);
    let parsed = MessageParser::default().parse(&second.bytes).unwrap();
    assert_eq!(parsed.attachment_count(), 0);
    for body in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
        assert!(body.contains("diff.csv of the report 20261122T233000Z-3f2a; it is too large for a mail"), "{body}");
    }
}

#[test]
fn faults_of_templates_are_told_all_at_once_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "Dear {{ name }},\n{{ surname }}\n").unwrap();
    std::fs::write(folder.path().join("digest.txt"), "{% if %}\n").unwrap();
    std::fs::write(folder.path().join("letter.mjml"), "<mjml><mj-body>\n<mj-txt>x</mj-txt></mj-body></mjml>").unwrap();
    let settings = || config::Mail { templates: Some(folder.path().into()), ..settings() };
    let faults = Writer::new(&settings()).unwrap_err().to_string();
    assert!(faults.contains("template letter.mjml, line 2: <mj-txt> is not allowed here"), "{faults}");
    assert!(faults.contains("template digest.txt, line 1: syntax error"), "{faults}");
    for file in ["letter.mjml", "digest.txt"] {
        std::fs::remove_file(folder.path().join(file)).unwrap();
    }
    let faults = Writer::new(&settings()).unwrap_err().to_string();
    assert_eq!(faults, "template letter.txt, line 2: undefined value: `surname` is undefined");
    std::fs::write(folder.path().join("letter.txt"), "Only {{ accounts }}.\n").unwrap();
    std::fs::write(folder.path().join("da.ftl"), include_str!("../texts/da.ftl").replace("closed =", "shut ="))
        .unwrap();
    let faults = Writer::new(&settings()).unwrap_err().to_string();
    assert_eq!(faults, "template da.ftl: `closed` is missing\ntemplate da.ftl: nothing uses `shut`");
    let broken = include_str!("../texts/sv.ftl")
        .replace("[3] mars", "[3] { -mars }")
        .replace("{ $address }", "{ $adress }")
        .replace("= Frågor?", "= Frågor & svar?")
        .replace("MENU(\"Next\")", "MENY(\"Next\")");
    std::fs::remove_file(folder.path().join("da.ftl")).unwrap();
    std::fs::write(folder.path().join("sv.ftl"), broken.replace("$adress }", "$address }").replace(" & ", " "))
        .unwrap();
    let faults = Writer::new(&settings()).unwrap_err().to_string();
    assert!(faults.contains("template sv.ftl: the text `date` in language `sv`: "), "{faults}");
    assert!(faults.contains("template sv.ftl: the text `step-invite` in language `sv`: "), "{faults}");
    std::fs::write(folder.path().join("sv.ftl"), broken).unwrap();
    let faults = Writer::new(&settings()).unwrap_err().to_string();
    assert!(faults.contains("template sv.ftl: `rehearsal` has no `$adress`"), "{faults}");
    assert!(faults.contains("template sv.ftl: `questions` holds < or &"), "{faults}");
    std::fs::remove_file(folder.path().join("sv.ftl")).unwrap();
    let message = Writer::new(&settings()).unwrap().letter(&all_five(Language::English), moment()).unwrap();
    assert_eq!(text(&message), "Only 8.");
}

#[test]
fn neither_debug_shows_an_address_or_a_word() {
    let message = writer().letter(&all_five(Language::English), moment()).unwrap();
    let shown = format!("{message:?} {:?}", writer());
    assert!(!shown.contains("anna") || !shown.contains("365discount.dk"), "{shown}");
    assert!(!shown.contains("Coop"));
}
