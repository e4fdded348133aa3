//! Letters that use every sentence, with which a new [`super::Writer`] tries its templates.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::texts::FILES;
use crate::domain::{
    AccountId, Address, Ask, BusinessCenterId, Digest, Letter, LetterAccount, LetterClient, LetterGroup, MailContent,
};

/// What a writer is tried with.
pub(super) struct Specimens {
    pub(super) letters: Vec<Letter>,
    pub(super) digest: Digest,
    pub(super) date: DateTime<FixedOffset>,
}

/// Two letters in each language, one with few and one with many accounts, and a digest. `None` cannot happen.
pub(super) fn specimens() -> Option<Specimens> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23)?;
    let date = DateTime::parse_from_rfc3339("2026-11-23T04:30:00+01:00").ok()?;
    let member = Address::parse("member@example.org")?;
    let center = (BusinessCenterId::parse("1").ok()?, "Business Center".into());
    let asks = [
        Ask::InviteAndAssign,
        Ask::AddExpectedMember { other_member: member.clone() },
        Ask::Assign,
        Ask::AssignAgain { last_seen_on: day, last_seen_in: "Business Center".into() },
        Ask::LowerRole,
    ];
    let letter = |language, number, each: usize, asks: &[Ask]| -> Option<Letter> {
        let account_id = AccountId::parse("1").ok()?;
        let account = |i| LetterAccount { account_id, name: if i == 0 { "" } else { "x" }.into(), requested: i == 1 };
        let group = |ask: &Ask| LetterGroup {
            ask: ask.clone(),
            member: member.clone(),
            business_centers: (1..each).map(|_| center.clone()).collect(),
            accounts: (0..each).map(account).collect(),
        };
        let client = |name: usize| LetterClient {
            country: "DK".to_owned(),
            code: "C07".to_owned(),
            name: name.to_string(),
            through_owner: false,
            groups: asks.iter().map(group).collect(),
        };
        Some(Letter {
            to: member.clone(),
            name: if number > 1 { "Anna".to_owned() } else { String::new() },
            language,
            episode: day,
            number,
            day,
            clients: (0..each).map(client).collect(),
            handed_over: Vec::new(),
            closed: Vec::new(),
            owned: Vec::new(),
            content: MailContent::default(),
        })
    };
    let mut letters = Vec::new();
    for (language, ..) in FILES {
        letters.push(letter(language, 1, 1, &asks)?);
        letters.push(letter(language, 2, 8, &asks)?);
        letters.push(letter(language, 1, 2, &asks[4..])?);
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
