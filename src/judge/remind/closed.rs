//! What was mended, or is no longer needed, since a person's last mail.
//!
//! Invariant: an account is called closed on certain evidence only: seen tonight, or taken out of a register none of
//! whose unreadable rows could be its own.

use std::collections::{BTreeSet, HashMap};

use super::contacts::AddressBook;
use super::episode::Episode;
use super::past::Past;
use crate::domain::{AccountKey, Address, Change, Closed, Finding, Named, PastMail, Status};
use crate::judge::Scene;
use crate::judge::unreadable::Unreadable;

/// The night's findings about accounts that were ever mailed.
pub(super) struct Outcomes<'a> {
    findings: HashMap<AccountKey, &'a Finding>,
    unreadable: Unreadable<'a>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn new(scene: &Scene<'_>, past: &Past<'_>, findings: &'a [Finding]) -> Self {
        if scene.history.mails.is_empty() {
            return Self { findings: HashMap::new(), unreadable: Unreadable::default() };
        }
        let judged = findings.iter().filter(|finding| finding.status != Status::Invalid);
        let listed = judged.filter_map(|finding| Some((finding.key().filter(|key| past.was_listed(key))?, finding)));
        Self { findings: listed.collect(), unreadable: Unreadable::new(findings) }
    }

    /// Whether the gap is closed; if so, whether it was mended.
    fn mended(&self, key: &AccountKey) -> Option<bool> {
        match self.findings.get(key) {
            Some(finding) if finding.change == Some(Change::Withdrawn) => self.withdrawn(key),
            Some(finding) => matches!(finding.status, Status::Ok | Status::WrongRole).then_some(true),
            None => self.withdrawn(key),
        }
    }

    fn withdrawn(&self, key: &AccountKey) -> Option<bool> {
        (!self.unreadable.could_be(key)).then_some(false)
    }

    /// What his last mail listed, or an earlier one of the episode, and is closed since.
    pub(super) fn closed_since(
        &self,
        book: &AddressBook<'_>,
        person: &Address,
        episode: &Episode<'_>,
        still_open: impl Fn(&AccountKey) -> bool,
    ) -> Vec<Closed> {
        let Some(last) = episode.accepted().next_back() else { return Vec::new() };
        let mut closed: Vec<Closed> = his(book, person, episode)
            .into_iter()
            .filter(|key| !still_open(key))
            .filter_map(|key| {
                let mended = self.mended(key)?;
                self.is_news(key, last).then(|| Closed { account: self.named(key), mended })
            })
            .collect();
        closed.sort();
        closed
    }

    /// Whether all gaps that the episode's mails listed are closed, and no mail has said so yet.
    pub(super) fn all_closed(&self, book: &AddressBook<'_>, person: &Address, episode: &Episode<'_>) -> bool {
        let keys = his(book, person, episode);
        episode.accepted().next_back().is_some_and(|mail| !mail.content.is_closing())
            && !keys.is_empty()
            && keys.iter().all(|key| self.mended(key).is_some())
    }

    /// Whether the last mail still spoke of it, or it was closed after that.
    fn is_news(&self, key: &AccountKey, last: &PastMail) -> bool {
        last.content.listed().any(|listed| listed == key)
            || self.findings.get(key).is_some_and(|finding| finding.since.is_some_and(|since| since > last.day))
    }

    fn named(&self, key: &AccountKey) -> Named {
        let named = self.findings.get(key).and_then(|finding| named(finding));
        named.unwrap_or_else(|| {
            let (country, code) =
                key.client.as_ref().map_or(("", ""), |client| (client.country.as_ref(), client.code.as_ref()));
            Named {
                country: country.to_uppercase(),
                code: code.to_uppercase(),
                client_name: String::new(),
                account_id: key.account_id,
                account_name: "".into(),
            }
        })
    }
}

/// The gaps that the episode's accepted mails listed, of clients that are still his.
fn his<'m>(book: &AddressBook<'_>, person: &Address, episode: &Episode<'m>) -> BTreeSet<&'m AccountKey> {
    episode
        .accepted()
        .flat_map(|mail| mail.content.listed())
        .filter(|key| key.client.as_ref().is_some_and(|client| book.answers(person, client)))
        .collect()
}

/// The account of a finding, as a letter names it.
pub(super) fn named(finding: &Finding) -> Option<Named> {
    let client = finding.client.as_ref()?;
    Some(Named {
        country: client.country.clone(),
        code: client.code.clone(),
        client_name: client.name.clone(),
        account_id: finding.account_id?,
        account_name: (&*finding.account_name).into(),
    })
}
