//! Letters that take every way through the templates, with which a new [`super::Writer`] tries them. Each sentence alone
//! is tried by the texts.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::texts::FILES;
use crate::domain::{
    AccountId, Address, Ask, BusinessCenterId, Closed, Digest, Language, Letter, LetterAccount, LetterClient,
    LetterGroup, MailContent, Named, Owned,
};

/// What a writer is tried with.
pub(super) struct Specimens {
    pub(super) letters: Vec<Letter>,
    pub(super) digest: Digest,
    pub(super) date: DateTime<FixedOffset>,
}

/// One letter in each language, some rich ones in English, and a digest. `None` cannot happen.
pub(super) fn specimens() -> Option<Specimens> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23)?;
    let date = DateTime::parse_from_rfc3339("2026-11-23T04:30:00+01:00").ok()?;
    let mut letters = rich(day)?;
    if let Some(plain) = letters.first().cloned() {
        letters.extend(FILES[1..].iter().map(|(language, ..)| Letter { language: *language, ..plain.clone() }));
    }
    let digest = Digest {
        run_id: "specimen".to_owned(),
        day,
        verdict: "a specimen".to_owned(),
        facts: vec![("new gaps".to_owned(), "3".to_owned())],
        sections: vec![("Section".to_owned(), vec!["a line".to_owned(); 30])],
    };
    Some(Specimens { letters, digest, date })
}

/// One that asks a little, one with everything, one for which a body is too small, one to an owner, a closing one.
fn rich(day: NaiveDate) -> Option<Vec<Letter>> {
    let member = Address::parse("member@example.org")?;
    let asks = [
        Ask::InviteAndAssign,
        Ask::AddExpectedMember { other_member: member.clone() },
        Ask::Assign,
        Ask::AssignAgain { last_seen_on: day, last_seen_in: "Business Center".into() },
        Ask::LowerRole,
    ];
    let account_id = AccountId::parse("1").ok()?;
    let center = (BusinessCenterId::parse("1").ok()?, "Business Center".into());
    let account = |i| LetterAccount { account_id, name: if i == 0 { "" } else { "x" }.into(), requested: i == 1 };
    let client = |name: &str, each: usize, asks: &[Ask]| LetterClient {
        country: "DK".to_owned(),
        code: "C07".to_owned(),
        name: name.to_owned(),
        through_owner: name == "passed",
        groups: asks
            .iter()
            .map(|ask| LetterGroup {
                ask: ask.clone(),
                member: member.clone(),
                business_centers: (1..each).map(|_| center.clone()).collect(),
                accounts: (0..each).map(account).collect(),
            })
            .collect(),
    };
    let named = |name: &str| Named {
        country: "DK".to_owned(),
        code: "C07".to_owned(),
        client_name: "A".to_owned(),
        account_id,
        account_name: name.into(),
    };
    let owned = |ask: &Ask, many: bool| Owned {
        account: named(if many { "x" } else { "" }),
        ask: ask.clone(),
        member: member.clone(),
        since: day,
        days_open: if many { 28 } else { 1 },
        mails: if many { 4 } else { 1 },
        last_mailed_on: day,
        asked: vec![member.clone(); if many { 9 } else { 1 }],
    };
    let bare = Letter {
        to: member.clone(),
        name: String::new(),
        language: Language::English,
        episode: day,
        number: 1,
        thread: None,
        reminded_since: None,
        day,
        clients: Vec::new(),
        handed_over: Vec::new(),
        closed: Vec::new(),
        owned: Vec::new(),
        content: MailContent::default(),
    };
    let everything = Letter {
        name: "Anna".to_owned(),
        number: 2,
        thread: Some(1),
        reminded_since: Some(day),
        clients: vec![client("A", 1, &asks), client("B", 7, &asks), client("passed", 1, &asks[2..3])],
        handed_over: vec![named("x"); 11],
        closed: [true, false].map(|mended| Closed { account: named("x"), mended }).to_vec(),
        owned: asks.iter().flat_map(|ask| [vec![owned(ask, false)], vec![owned(ask, true); 4]].concat()).collect(),
        ..bare.clone()
    };
    Some(vec![
        Letter { clients: vec![client("A", 1, &asks[2..3])], ..bare.clone() },
        everything,
        Letter { clients: vec![client("A", super::letter::SHOWN + 1, &asks[4..])], ..bare.clone() },
        Letter { owned: vec![owned(&Ask::Assign, false)], ..bare.clone() },
        Letter { owned: vec![Owned { asked: Vec::new(), ..owned(&Ask::Assign, false) }], ..bare.clone() },
        bare,
    ])
}
