//! What the owner of clients is told: which accounts the client was reminded of in vain, and who was asked.
//!
//! Invariant: this is the only part of a mail that shows addresses of other persons.

use std::collections::BTreeMap;

use super::clean;
use super::gist::Title;
use super::letter::AskView;
use super::templates::visible;
use super::texts::Texts;
use crate::domain::{Address, Ask, Language, Owned};

/// Addresses that a group names.
const ASKED: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct OwnedClient {
    /// Name, or the code where there is none.
    title: String,
    country: String,
    code: String,
    groups: Vec<OwnedGroup>,
}

visible!(OwnedClient: title, country, code, groups);

impl OwnedClient {
    /// Accounts of the groups, those not shown included.
    pub(super) fn count(&self) -> usize {
        self.groups.iter().map(|group| group.accounts.len() + group.more).sum()
    }
}

/// Accounts for which the same was asked of the same persons.
#[derive(Clone, Debug)]
struct OwnedGroup {
    ask: AskView,
    member: String,
    asked: Vec<String>,
    asked_more: usize,
    /// Accounts of the group, those not shown included.
    count: usize,
    accounts: Vec<OwnedAccount>,
    more: usize,
}

visible!(OwnedGroup: ask, member, asked, asked_more, count, accounts, more);

#[derive(Clone, Debug)]
struct OwnedAccount {
    id: String,
    name: String,
    since: String,
    days: u64,
    mails: u32,
    last: String,
}

visible!(OwnedAccount: id, name, since, days, mails, last);

/// By client and by what was asked of whom, with at most `room` accounts.
///
/// # Errors
/// The sentence that is missing, in words.
pub(super) fn owned(
    all: &[Owned],
    language: Language,
    texts: &Texts,
    mut room: usize,
) -> Result<Vec<OwnedClient>, String> {
    let mut clients = Vec::new();
    for client in all.chunk_by(|a, b| (&a.account.country, &a.account.code) == (&b.account.country, &b.account.code)) {
        let mut sorted: BTreeMap<(&Ask, &Address, &[Address]), Vec<&Owned>> = BTreeMap::new();
        for owned in client {
            sorted.entry((&owned.ask, &owned.member, &owned.asked)).or_default().push(owned);
        }
        let mut groups = Vec::new();
        for ((ask, member, asked), accounts) in sorted {
            if room == 0 {
                break;
            }
            groups.push(OwnedGroup {
                ask: AskView::new(ask, language, texts)?,
                member: member.as_str().to_owned(),
                asked: asked.iter().take(ASKED).map(|address| address.as_str().to_owned()).collect(),
                asked_more: asked.len().saturating_sub(ASKED),
                count: accounts.len(),
                accounts: accounts.iter().take(room).map(|o| account(o, language, texts)).collect::<Result<_, _>>()?,
                more: accounts.len().saturating_sub(room),
            });
            room = room.saturating_sub(accounts.len());
        }
        if let (Some(Owned { account, .. }), false) = (client.first(), groups.is_empty()) {
            clients.push(OwnedClient {
                title: clean::unlinked(&Title::of(account).shown()),
                country: clean::name(&account.country),
                code: clean::name(&account.code),
                groups,
            });
        }
    }
    Ok(clients)
}

fn account(owned: &Owned, language: Language, texts: &Texts) -> Result<OwnedAccount, String> {
    Ok(OwnedAccount {
        id: owned.account.account_id.to_string(),
        name: clean::name(&owned.account.account_name),
        since: texts.day(language, owned.since)?,
        days: owned.days_open,
        mails: owned.mails,
        last: texts.day(language, owned.last_mailed_on)?,
    })
}
