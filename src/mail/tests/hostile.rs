//! Names that try to be something else.

use std::sync::LazyLock;

use mail_parser::{HeaderName, MessageParser};
use proptest::prelude::*;

use super::*;
use crate::domain::Digest;

static WRITER: LazyLock<Writer> = LazyLock::new(|| Writer::new(&settings()).unwrap());

/// What an attacker, a spreadsheet or a cat on a keyboard may have put into a name.
fn name() -> impl Strategy<Value = String> {
    let pieces = [
        "\r\n",
        "\r",
        "\n",
        "\0",
        "\r.\r",
        "\r\n.\r\n",
        "\n.\n",
        "\nBcc: victim@evil.example",
        "\r\n\r\n",
        "{{ lang }}",
        "{% if %}",
        "<script>alert(1)</script>",
        "</mj-text>",
        "<mj-include path=\"/etc/passwd\" />",
        "]]>",
        "-->",
        "&lt;b&gt;",
        "http://evil.example/x",
        "www.evil.example",
        "evil.example",
        "mailto:a@evil.example",
        "a@evil.example",
        "javascript:alert(1)",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "=?utf-8?q?x?=",
        "\"",
        "'",
        "<",
        ">",
        ",",
        ";",
        "\\",
        "Ærøskøbing",
        "日本語",
        "👩‍👩‍👧",
        "{ $x }",
        "<!--[if mso]>",
        "\u{85}",
        "\u{2028}",
        "--",
        "=",
        " ",
        "x",
    ];
    let piece = prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), "\\PC{0,8}", ".{0,4}"];
    prop_oneof![
        9 => prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        1 => prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.repeat(10_240 / piece.len())),
    ]
}

fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(super::super::texts::FILES.map(|(language, ..)| language).to_vec())
}

/// What every message must be, whatever it is about.
fn sound(message: &Message, to: &str, headers: &[&str]) {
    let text = std::str::from_utf8(&message.bytes).expect("ASCII");
    assert!(text.is_ascii());
    assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']), "bare CR or LF");
    assert!(text.lines().all(|line| line.len() <= 998));
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    let recipients = parsed.to().unwrap().as_list().unwrap();
    assert_eq!(recipients.iter().map(|a| a.address().unwrap()).collect::<Vec<_>>(), [to]);
    assert!(parsed.cc().is_none() && parsed.bcc().is_none());
    let names: Vec<_> = parsed.headers().iter().map(|header| header.name.as_str().to_owned()).collect();
    assert_eq!(names, headers);
    assert_eq!(parsed.headers().iter().filter(|h| h.name == HeaderName::To).count(), 1);
    assert_eq!((parsed.text_body_count(), parsed.html_body_count()), (1, 1));
}

const LETTER: [&str; 12] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "List-Unsubscribe",
    "MIME-Version",
    "Content-Type",
];

fn harmless(message: &Message) {
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    for body in [&text, &html] {
        assert!(!body.contains("evil.example") && !body.contains("://evil"), "a link: {body}");
        let invisible = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\0'];
        assert!(!body.contains(invisible), "an invisible mark");
    }
    for tag in ["<script", "<mj-", "<!--[if mso]>alert", "<b>"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    assert_eq!(html.matches("href=").count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_becomes_a_header_a_recipient_markup_or_a_link(
        names in prop::collection::vec(name(), 7), many in 1..4_usize, language in language()
    ) {
        let again = Ask::AssignAgain { last_seen_on: day("2026-11-19"), last_seen_in: names[0].as_str().into() };
        let mut groups = vec![
            group(Ask::InviteAndAssign, vec![account(1, &names[1]); many]),
            group(again, vec![account(2, &names[2])]),
        ];
        groups[0].business_centers = vec![center("7", &names[3])];
        let client = LetterClient { country: names[4].clone(), code: names[5].clone(), name: names[6].clone(), through_owner: false, groups };
        let account = Named { country: names[1].clone(), ..named(&names[2], &names[3], 3, &names[4]) };
        let again = Ask::AssignAgain { last_seen_on: day("2026-11-19"), last_seen_in: names[1].as_str().into() };
        let letter = Letter {
            name: names[0].clone(),
            handed_over: vec![account.clone()],
            closed: [true, false].map(|mended| Closed { account: account.clone(), mended }).to_vec(),
            owned: vec![owned(account, again, &["anna@365discount.dk"])],
            ..letter(language, vec![client])
        };
        let message = WRITER.letter(&letter, moment()).unwrap();
        sound(&message, "anna@365discount.dk", &LETTER);
        harmless(&message);
    }

    #[test]
    fn no_line_of_a_digest_becomes_a_header_or_markup(names in prop::collection::vec(name(), 4)) {
        let digest = Digest {
            run_id: "run".into(),
            day: day("2026-11-23"),
            verdict: names[0].clone(),
            facts: vec![(names[1].clone(), names[2].clone())],
            sections: vec![(names[3].clone(), names.clone())],
        };
        let message = WRITER.digest(&digest, &address("ops@example.org"), 1, None, moment()).unwrap();
        let headers: Vec<_> = LETTER.into_iter().filter(|&name| name != "List-Unsubscribe").collect();
        sound(&message, "ops@example.org", &headers);
    }
}
