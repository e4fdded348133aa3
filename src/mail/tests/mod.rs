//! Whole mails, looked at; hostile names; whole dialogues against a scripted server.

mod dialogues;
mod hostile;
mod kinds;
mod lists;
mod mails;
mod sink;

use chrono::{DateTime, FixedOffset, NaiveDate};
use mail_parser::MessageParser;

use super::{Message, Writer};
use crate::config;
use crate::domain::{
    AccountId, Address, Ask, BusinessCenterId, Closed, Language, Letter, LetterAccount, LetterClient, LetterGroup,
    MailContent, Named, Owned,
};

fn writer() -> Writer {
    Writer::new(&settings()).unwrap()
}

fn headers(message: &Message) -> String {
    let text = String::from_utf8(message.bytes.clone()).unwrap();
    text.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n")
}

fn text(message: &Message) -> String {
    MessageParser::default().parse(&message.bytes).unwrap().body_text(0).unwrap().replace("\r\n", "\n")
}

fn html(message: &Message) -> String {
    MessageParser::default().parse(&message.bytes).unwrap().body_html(0).unwrap().replace("\r\n", "\n")
}

/// Set `MAIL_PREVIEW` to a folder to look at the mails in a browser.
fn preview(name: &str, message: &Message) {
    if let Some(folder) = std::env::var_os("MAIL_PREVIEW") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::write(folder.join(format!("{name}.html")), html(message)).unwrap();
        std::fs::write(folder.join(format!("{name}.eml")), &message.bytes).unwrap();
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn settings() -> config::Mail {
    config::Mail {
        transport: config::Transport::Directory { path: "outbox".into() },
        from_name: "TikTok access".into(),
        from: address("tiktok-access@annalect-data.info"),
        reply_to: address("data-team@annalect-data.info"),
        agency_name: "Annalect".into(),
        guide_url: Some("https://guide.annalect-data.info/tiktok?lang=en&v=2".parse().unwrap()),
        redirect_to: None,
        templates: None,
        max_per_minute: 60_000,
    }
}

fn moment() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-23T00:30:00+01:00").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn member() -> Address {
    address("data_extract@annalect-data.info")
}

fn center(id: &str, name: &str) -> (BusinessCenterId, std::sync::Arc<str>) {
    (BusinessCenterId::parse(id).unwrap(), name.into())
}

fn account(id: u64, name: &str) -> LetterAccount {
    LetterAccount { account_id: AccountId::parse(&id.to_string()).unwrap(), name: name.into(), requested: false }
}

fn group(ask: Ask, accounts: Vec<LetterAccount>) -> LetterGroup {
    LetterGroup { ask, member: member(), business_centers: Vec::new(), accounts }
}

fn client(code: &str, name: &str, groups: Vec<LetterGroup>) -> LetterClient {
    LetterClient { country: "DK".into(), code: code.into(), name: name.into(), through_owner: false, groups }
}

fn letter(language: Language, clients: Vec<LetterClient>) -> Letter {
    Letter {
        to: address("anna@365discount.dk"),
        name: "Anna Sørensen".into(),
        language,
        episode: day("2026-11-23"),
        number: 1,
        thread: None,
        reminded_since: None,
        day: day("2026-11-23"),
        clients,
        handed_over: Vec::new(),
        closed: Vec::new(),
        owned: Vec::new(),
        content: MailContent::default(),
    }
}

fn named(code: &str, client_name: &str, id: u64, name: &str) -> Named {
    let LetterAccount { account_id, name: account_name, .. } = account(id, name);
    Named { country: "DK".into(), code: code.into(), client_name: client_name.into(), account_id, account_name }
}

fn closed(id: u64, name: &str, mended: bool) -> Closed {
    Closed { account: named("C07", "365discount", id, name), mended }
}

/// Reminded of four times in vain.
fn owned(account: Named, ask: Ask, asked: &[&str]) -> Owned {
    Owned {
        account,
        ask,
        member: member(),
        since: day("2026-10-26"),
        days_open: 28,
        mails: 4,
        last_mailed_on: day("2026-11-16"),
        asked: asked.iter().map(|asked| address(asked)).collect(),
    }
}

/// A first mail with everything that can be asked.
fn all_five(language: Language) -> Letter {
    let mut invite = group(
        Ask::InviteAndAssign,
        vec![
            account(7_106_541_027_904_733_185, "365discount DK main"),
            account(7_106_541_027_904_733_201, "365discount DK app"),
            LetterAccount { requested: true, ..account(7_106_541_027_904_733_299, "") },
        ],
    );
    invite.business_centers = vec![center("7012345678901234567", "365discount A/S")];
    let other_member = address("omd-dk@annalect-data.info");
    let add =
        group(Ask::AddExpectedMember { other_member }, vec![account(7_206_541_027_904_733_185, "Coop Danmark brand")]);
    let mut assign = group(Ask::Assign, vec![account(7_306_541_027_904_733_185, "Coop app installs")]);
    assign.business_centers =
        vec![center("7022345678901234567", "Coop Danmark"), center("7032345678901234567", "Coop Online")];
    let again = group(
        Ask::AssignAgain { last_seen_on: day("2026-11-19"), last_seen_in: "Coop Danmark".into() },
        vec![account(7_406_541_027_904_733_185, "Coop retail"), account(7_406_541_027_904_733_186, "Boozt.com x Coop")],
    );
    let lower = group(Ask::LowerRole, vec![account(7_506_541_027_904_733_185, "Coop always on")]);
    letter(
        language,
        vec![client("C07", "365discount", vec![invite]), client("C11", "Coop", vec![add, assign, again, lower])],
    )
}
