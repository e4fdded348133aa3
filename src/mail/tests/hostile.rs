//! Names and addresses that try to be something else (R13). `tests/hostile.sh` plays many more.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use mail_parser::{HeaderName, MessageParser};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::super::message::mail_address;
use super::super::{Message, Postman, Writer};
use super::sink::{Script, Sink};
use super::*;
use crate::domain::{Digest, MailOutcome};

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
        "\r\nRCPT TO:<victim@evil.example>\r\nDATA\r\n",
        "\nSubject: other",
        "Content-Type: text/html",
        "{{ lang }}",
        "{{ 7 * 7 }}",
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
        "=?utf-8?B?DQpCY2M6IHZpY3RpbUBldmlsLmV4YW1wbGU=?=",
        "<a href=\"https://evil.example\">x</a>",
        "\\ud800",
        "&#xd800;",
        "\u{fffd}",
        "\u{7f}\u{1b}[31m",
        "🇩🇰",
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
        900 => prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        99 => prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.repeat(10_240 / piece.len())),
        1 => prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.repeat((1 << 20) / piece.len())),
    ]
}

/// What may stand where the register has an address.
fn to() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => Just("anna@365discount.dk".to_owned()),
        2 => name().prop_map(|name| format!("{name}@365discount.dk")),
        2 => name().prop_map(|name| format!("anna@{name}.dk")),
        2 => "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,70}@[a-zæøå-]{1,70}\\.[a-z]{2,9}",
        1 => "\"[ -~]{0,20}\"@365discount\\.dk",
        1 => name(),
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
    for tag in html.split('<').filter_map(|tag| tag.split('>').next()) {
        // Between the quotes stand values; a foreign one has no quote of its own.
        let mut pieces = tag.split('"');
        while let (Some(outside), inside) = (pieces.next(), pieces.next()) {
            let Some((_, rest)) = outside.split_once("href=") else { continue };
            assert_eq!(rest, "", "a link without quotes: {tag}");
            is_ours(&inside.unwrap().replace("&#x2f;", "/"));
        }
    }
}

fn is_ours(to: &str) {
    let ours =
        ["https://guide.annalect-data.info/", "https://business.tiktok.com/", "mailto:data-team@annalect-data.info"];
    assert!(ours.iter().any(|ours| to.starts_with(ours)), "a link to {to}");
}

/// Plays so many cases, on all cores. The same `HOSTILE_SEED` gives the same ones, whatever the machine.
fn play<S: Strategy + Sync>(
    cases: u32,
    strategy: S,
    check: impl Fn(&Line, S::Value) -> Result<(), TestCaseError> + Sync,
) {
    const SHARDS: u32 = 8;
    let seed = from_environment("HOSTILE_SEED", 1);
    let next = AtomicU32::new(0);
    let work = || {
        let line = Line::open();
        loop {
            let shard = next.fetch_add(1, Ordering::SeqCst);
            if shard >= SHARDS {
                return;
            }
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&seed.to_le_bytes());
            bytes[4..8].copy_from_slice(&shard.to_le_bytes());
            let config = ProptestConfig {
                cases: cases.div_ceil(SHARDS),
                failure_persistence: None,
                max_shrink_iters: 200,
                ..ProptestConfig::default()
            };
            let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
            if let Err(failure) = runner.run(&strategy, |value| check(&line, value)) {
                panic!("shard {shard}: {failure}");
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

fn from_environment(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// A postman, and the server at the other end.
struct Line {
    runtime: tokio::runtime::Runtime,
    sink: Sink,
    postman: Postman,
}

impl Line {
    fn open() -> Self {
        let sink = Sink::start(Script { pipelining: true, ..Script::default() });
        let url = format!("smtp://127.0.0.1:{}", sink.port).into();
        let transport = config::Transport::Smtp { url };
        let postman = Postman::new(&config::Mail { transport, max_per_minute: u32::MAX, ..settings() }).unwrap();
        Self { runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), sink, postman }
    }

    /// The server hears of exactly this recipient, and gets exactly these bytes, once.
    fn carries(&self, message: &Message, to: &str) {
        let delivery = self.runtime.block_on(async { self.postman.deliver(message, self.postman.turn().await).await });
        let heard = self.sink.take();
        let beside = |command: &str| command.starts_with("EHLO") || command == "RSET";
        let said: Vec<_> = heard.commands.iter().filter(|command| !beside(command)).collect();
        if to.is_ascii() {
            assert_eq!(delivery.outcome, MailOutcome::Accepted, "{}", delivery.reply);
            assert_eq!(said, ["MAIL FROM:<tiktok-access@annalect-data.info>", &format!("RCPT TO:<{to}>"), "DATA"]);
            let texts: Vec<_> = heard.texts.iter().map(|text| unstuffed(text)).collect();
            assert!(texts == [message.bytes.as_slice()], "other bytes arrived");
        } else {
            assert_eq!(delivery.outcome, MailOutcome::Failed, "{}", delivery.reply);
            assert!(said.is_empty() && heard.texts.is_empty(), "{said:?}");
        }
    }
}

/// The text without the dots that the dialogue adds, and without its end.
fn unstuffed(text: &[u8]) -> Vec<u8> {
    let text = text.strip_suffix(b".\r\n").unwrap();
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect()
}

#[test]
fn no_name_or_address_becomes_a_header_a_recipient_markup_or_a_link() {
    let names = prop::collection::vec(name(), 7);
    play(
        from_environment("HOSTILE", 800),
        (names, 1..4_usize, language(), to()),
        |line, (names, many, language, to)| {
            let again = Ask::AssignAgain { last_seen_on: day("2026-11-19"), last_seen_in: names[0].as_str().into() };
            let mut groups = vec![
                group(Ask::InviteAndAssign, vec![account(1, &names[1]); many]),
                group(again, vec![account(2, &names[2])]),
            ];
            groups[0].business_centers = vec![center("7", &names[3])];
            let client = LetterClient {
                country: names[4].clone(),
                code: names[5].clone(),
                name: names[6].clone(),
                through_owner: false,
                groups,
            };
            // What is no address gets no mail: the names go to one that is.
            let to = Address::parse(&to).unwrap_or_else(|| address("anna@365discount.dk"));
            let account = Named { country: names[1].clone(), ..named(&names[2], &names[3], 3, &names[4]) };
            let again = Ask::AssignAgain { last_seen_on: day("2026-11-19"), last_seen_in: names[1].as_str().into() };
            let letter = Letter {
                name: names[0].clone(),
                to: to.clone(),
                handed_over: vec![account.clone()],
                closed: [true, false].map(|mended| Closed { account: account.clone(), mended }).to_vec(),
                owned: vec![owned(account, again, &["anna@365discount.dk"])],
                ..letter(language, vec![client])
            };
            let Some(expected) = mail_address(&to).map(|to| to.to_string()) else {
                assert!(WRITER.letter(&letter, moment()).is_err());
                return Ok(());
            };
            let message = WRITER.letter(&letter, moment()).unwrap();
            if expected.is_ascii() {
                sound(&message, &expected, &LETTER);
                harmless(&message);
            }
            line.carries(&message, &expected);
            Ok(())
        },
    );
}

#[test]
fn no_line_of_a_digest_becomes_a_header_or_markup() {
    play(from_environment("HOSTILE", 800) / 2, prop::collection::vec(name(), 4), |line, names| {
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
        line.carries(&message, "ops@example.org");
        Ok(())
    });
}
