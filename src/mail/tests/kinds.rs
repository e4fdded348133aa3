//! Each kind of mail: what it says to whom, and what all of them have in common.

use std::collections::BTreeSet;

use mail_parser::MessageParser;
use rstest::rstest;

use super::super::texts::FILES;
use super::*;

/// Something is mended, something was handed over, one account is left.
fn reminder(language: Language) -> Letter {
    let clients = vec![client("C07", "365discount", vec![group(Ask::Assign, vec![account(7_106, "Main")])])];
    Letter {
        number: 3,
        thread: Some(1),
        reminded_since: Some(day("2026-11-16")),
        episode: day("2026-11-16"),
        handed_over: vec![named("C07", "365discount", 7_306_541_027_904_733_185, "365discount app")],
        closed: (0..11)
            .map(|i| closed(7_106_541_027_904_733_200 + i, if i == 3 { "" } else { "365discount brand" }, true))
            .chain([closed(7_206_541_027_904_733_185, "365discount old", false)])
            .collect(),
        ..letter(language, clients)
    }
}

fn closing(language: Language) -> Letter {
    let closed =
        vec![closed(7_106_541_027_904_733_200, "365discount brand", true), closed(7_206, "365discount old", false)];
    Letter { number: 3, thread: Some(1), closed, ..letter(language, Vec::new()) }
}

/// Nobody is at the client who could be asked.
fn passed(language: Language) -> Letter {
    let mut letter = all_five(language);
    letter.clients.iter_mut().for_each(|client| client.through_owner = true);
    letter.clients.truncate(1);
    Letter { to: address("olga@annalect.dk"), name: "Olga".into(), ..letter }
}

fn two_clients_in_vain() -> Vec<Owned> {
    let again = Ask::AssignAgain { last_seen_on: day("2026-10-25"), last_seen_in: "Coop Danmark".into() };
    let add = Ask::AddExpectedMember { other_member: address("omd-dk@annalect-data.info") };
    let both = ["anna@365discount.dk", "bo@365discount.dk"];
    vec![
        owned(named("C07", "365discount", 7_106_541_027_904_733_185, "365discount DK main"), Ask::Assign, &both),
        owned(named("C07", "365discount", 7_106_541_027_904_733_201, ""), Ask::Assign, &both),
        Owned {
            days_open: 1,
            mails: 1,
            ..owned(named("C11", "Coop", 7_206_541_027_904_733_185, "Coop brand"), add, &["coop@coop.dk"])
        },
        owned(named("C11", "Coop", 7_306_541_027_904_733_185, "Coop retail"), again, &["coop@coop.dk"]),
    ]
}

fn owner(language: Language) -> Letter {
    let to = address("olga@annalect.dk");
    Letter { to, name: "Olga".into(), owned: two_clients_in_vain(), ..letter(language, Vec::new()) }
}

/// Asked as one client's person, to pass another's on, and owner of two more.
fn everything(language: Language) -> Letter {
    let mut passed = passed(language);
    let own = client("C02", "Netto", vec![group(Ask::Assign, vec![account(7_106, "Our own"), account(7_107, "")])]);
    passed.clients[0].name = "Bilka".into();
    passed.clients.push(own);
    let closed = vec![closed(7_106_541_027_904_733_200, "365discount brand", true)];
    Letter {
        number: 2,
        thread: Some(1),
        reminded_since: Some(day("2026-11-23")),
        closed,
        owned: two_clients_in_vain(),
        ..passed
    }
}

fn kinds(language: Language) -> Vec<(&'static str, Letter)> {
    let lower = group(Ask::LowerRole, vec![account(1, "One"), account(2, "Two")]);
    let lower = letter(language, vec![client("C07", "365discount", vec![lower])]);
    let mut passed_lower = lower.clone();
    passed_lower.clients[0].through_owner = true;
    let handed = reminder(language).handed_over;
    vec![
        ("first", all_five(language)),
        ("reminder", reminder(language)),
        ("lower", lower),
        ("passed", passed(language)),
        ("passed-lower", passed_lower),
        ("owner", owner(language)),
        ("everything", everything(language)),
        ("closing", closing(language)),
        ("closing-empty", Letter { closed: Vec::new(), ..closing(language) }),
        ("closing-handed-over", Letter { handed_over: handed, ..closing(language) }),
    ]
}

fn written(letter: &Letter) -> Message {
    use std::sync::LazyLock;
    static WRITER: LazyLock<Writer> = LazyLock::new(writer);
    WRITER.letter(letter, moment()).unwrap()
}

fn subject(message: &Message) -> String {
    MessageParser::default().parse(&message.bytes).unwrap().subject().unwrap().to_owned()
}

#[test]
fn each_kind_in_english() {
    for (name, letter) in kinds(Language::English) {
        let message = written(&letter);
        preview(name, &message);
        insta::assert_snapshot!(format!("{name}_en"), format!("{}\n\n{}", subject(&message), text(&message)));
    }
}

#[rstest]
#[case(Language::Danish)]
#[case(Language::Swedish)]
#[case(Language::Norwegian)]
#[case(Language::German)]
fn the_others_in_each_language(#[case] language: Language) {
    let mut all = String::new();
    for (name, letter) in kinds(language).into_iter().skip(1) {
        let message = written(&letter);
        preview(&format!("{name}-{}", language.code()), &message);
        all += &format!("######## {name}: {}\n\n{}\n\n", subject(&message), text(&message));
    }
    insta::assert_snapshot!(format!("others_{}", language.code()), all);
}

/// What a person reads in the HTML part.
fn visible(html: &str) -> String {
    let mut rest = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    let mut seen = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        seen += before;
        seen.push(' ');
        rest = match after.strip_prefix("!--") {
            Some(comment) => comment.split_once("-->").unwrap().1,
            None => after.split_once('>').unwrap().1,
        };
    }
    let entities = [("&#x2f;", "/"), ("&quot;", "\""), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(seen, |seen, (entity, text)| seen.replace(entity, text))
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split_whitespace().filter(|word| !word.starts_with("https://"));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

#[test]
fn text_and_html_say_the_same_in_every_kind_and_language() {
    for (language, ..) in FILES {
        for (name, letter) in kinds(language) {
            let message = written(&letter);
            let html = html(&message);
            let (in_html, in_text) = (words(&visible(&html)), words(&text(&message)));
            let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
                one.difference(other).filter(|word| *word != "ID").cloned().collect::<Vec<_>>()
            };
            assert_eq!(only(&in_text, &in_html), [""; 0], "{name} {language:?}: the HTML lacks");
            assert_eq!(only(&in_html, &in_text), [""; 0], "{name} {language:?}: the text lacks");
            assert!(html.contains(&format!("lang=\"{}\"", language.code())), "{name} {language:?}");
            assert!(headers(&message).contains(&format!("Content-Language: {}", language.code())));
            assert!(!html.contains("<mj"), "every tag was understood");
        }
    }
}

#[test]
fn an_id_to_be_copied_stands_alone() {
    for (name, letter) in kinds(Language::English) {
        let message = written(&letter);
        let (text, html) = (text(&message), html(&message));
        let asked = letter.clients.iter().flat_map(|client| &client.groups).flat_map(|group| &group.accounts);
        let owned = letter.owned.iter().map(|owned| owned.account.account_id);
        for id in asked.map(|account| account.account_id).chain(owned) {
            assert!(text.contains(&format!("    {id}\n")), "{name}: alone on its line: {id}");
            assert!(html.contains(&format!("<td class=\"id\">{id}</td>")), "{name}: alone in its cell: {id}");
        }
    }
}

#[test]
fn links_go_to_the_guide_and_to_tiktok_only() {
    let guide = "https:&#x2f;&#x2f;guide.annalect-data.info&#x2f;tiktok?lang=en&amp;v=2";
    let tiktok = "https://business.tiktok.com/";
    for (name, letter) in kinds(Language::English) {
        let page = html(&written(&letter));
        let links: Vec<_> = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let expected: &[&str] = match name {
            "owner" => &[guide],
            _ if name.starts_with("closing") => &[],
            _ => &[tiktok, guide],
        };
        assert_eq!(links, expected, "{name}");
        assert!(!page.contains("src=") && !page.contains("url("), "no image, no font");
    }
}

#[test]
fn only_an_owner_sees_who_was_asked() {
    let ours = ["data_extract@annalect-data.info", "omd-dk@annalect-data.info"].map(str::to_owned);
    for (name, letter) in kinds(Language::English) {
        let message = written(&letter);
        let mut allowed = BTreeSet::from(ours.clone());
        allowed.extend(letter.owned.iter().flat_map(|owned| &owned.asked).map(|asked| asked.as_str().to_owned()));
        for part in [text(&message), visible(&html(&message))] {
            let seen: BTreeSet<_> = words(&part).into_iter().filter(|word| word.contains('@')).collect();
            assert!(seen.is_subset(&allowed), "{name}: {seen:?}");
            for asked in letter.owned.iter().flat_map(|owned| &owned.asked) {
                assert!(seen.contains(asked.as_str()), "{name}");
            }
        }
    }
}

#[test]
fn a_closing_mail_asks_nothing_and_stays_in_the_thread() {
    let first = written(&Letter { number: 1, thread: None, ..closing(Language::English) });
    let message = written(&closing(Language::English));
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    assert_eq!(parsed.in_reply_to().as_text(), Some(first.message_id.trim_matches(['<', '>'])));
    assert_eq!(subject(&message), "TikTok access for 365discount: nothing left to do, thank you");
    let empty = written(&Letter { closed: Vec::new(), ..closing(Language::English) });
    assert_eq!(subject(&empty), "TikTok access: nothing left to do, thank you");
    for message in [&message, &empty] {
        assert!(text(message).contains("nothing is open any more"));
        for step in ["Business Center", "Step", "Analyst", "password"] {
            assert!(!text(message).contains(step) && !html(message).contains(step), "{step}");
        }
    }
    let handed = Letter { handed_over: reminder(Language::English).handed_over, ..closing(Language::English) };
    assert!(!text(&written(&handed)).contains("nothing is open"), "the colleague has it still");
}

#[test]
fn an_account_that_is_merely_named_tells_its_client_where_there_are_several() {
    let said = text(&written(&everything(Language::English)));
    assert!(said.contains("  * 365discount: 365discount brand\n    7106541027904733200\n"), "{said}");
    assert!(text(&written(&closing(Language::English))).contains("  * 365discount brand\n    7106541027904733200\n"));
}

#[test]
fn headings_are_real_and_in_order() {
    for (name, letter) in kinds(Language::English) {
        let page = html(&written(&letter));
        let levels: Vec<_> = page.match_indices("<h").filter_map(|(at, _)| page[at + 2..].chars().next()).collect();
        let levels: Vec<_> = levels.into_iter().filter_map(|c| c.to_digit(10)).collect();
        assert!(levels.iter().all(|level| [2, 3].contains(level)), "{name}: {levels:?}");
        assert!(name == "closing-empty" || levels.first() == Some(&2), "{name}: {levels:?}");
    }
}

/// WCAG's contrast of two colours such as `#0a58a8`.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

#[test]
fn every_text_can_be_read_in_light_and_dark() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    let template = include_str!("../templates/letter.mjml");
    let (light, dark) = template.split_once("prefers-color-scheme: dark").unwrap();
    let (dark, rest) = dark.split_once("</mj-style>").unwrap();
    let light = format!("{light}{rest}");
    let colours = |style: &str, names: &[&str]| -> BTreeSet<String> {
        let found = names.iter().flat_map(|name| style.match_indices(name).map(|(at, _)| &style[at + name.len()..]));
        found.filter_map(|rest| Some(rest[rest.find('#')?..].get(..7)?.to_owned())).collect()
    };
    let inks = [" color: ", "{ color: ", " color=\""];
    for (style, paper) in [(&*light, ["#ffffff", "#f6f8fa"]), (dark, ["#161b22", "#0d1117"])] {
        for ink in colours(style, &inks).iter().filter(|ink| *ink != "#ffffff") {
            for paper in paper {
                assert!(style.contains(paper));
                let ratio = contrast(ink, paper);
                assert!(ratio >= 4.5, "{ink} on {paper}: {ratio:.2}");
            }
        }
    }
    assert!(light.contains("background-color=\"#0a58a8\" color=\"#ffffff\"") && contrast("#ffffff", "#0a58a8") >= 4.5);
}
