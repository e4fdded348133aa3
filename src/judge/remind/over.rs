//! Episodes of which no mail will ever ask again.
//!
//! Invariant: an episode is over only if all its mails are older than things are kept, and [`memory_days`] are kept at
//! least; whatever decides about a mail looks back no further than that, but into an episode that is not closed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::contacts::AddressBook;
use super::past::SUPPRESSED_DAYS;
use crate::domain::{Address, MailOutcome, PastMail, Reminders};
use crate::judge::Scene;

/// The days for which mails and mended gaps are remembered whatever the store is told to keep.
#[must_use]
pub fn memory_days(policy: &Reminders) -> u32 {
    // A day more than any of them, so that no comparison falls on the edge.
    policy.reopen_days.max(policy.min_days_between).max(SUPPRESSED_DAYS) + 1
}

/// The episodes, by person and first day, that ended before a day and are closed: a person's older ones; and his newest if
/// its last accepted mail was the closing one, or none was accepted, or he answers for none of its clients any more.
#[must_use]
pub fn over(scene: &Scene<'_>, before: NaiveDate) -> Vec<(Address, NaiveDate)> {
    let book = AddressBook::new(scene);
    let mut persons: BTreeMap<&Address, BTreeMap<NaiveDate, Vec<&PastMail>>> = BTreeMap::new();
    for mail in &scene.history.mails {
        persons.entry(&mail.person).or_default().entry(mail.episode).or_default().push(mail);
    }
    let mut over = Vec::new();
    for (person, episodes) in persons {
        let newest = episodes.keys().next_back().copied();
        for (episode, mails) in episodes {
            let is_old = mails.iter().all(|mail| mail.day < before);
            if is_old && (Some(episode) != newest || is_closed(&book, person, &mails)) {
                over.push((person.clone(), episode));
            }
        }
    }
    over
}

fn is_closed(book: &AddressBook<'_>, person: &Address, mails: &[&PastMail]) -> bool {
    let accepted = || mails.iter().filter(|mail| mail.outcome == MailOutcome::Accepted);
    let answers = |mail: &&PastMail| {
        mail.content.listed().filter_map(|gap| gap.client.as_ref()).any(|client| book.answers(person, client))
    };
    match accepted().max_by_key(|mail| mail.number) {
        None => true,
        Some(last) => last.content.is_closing() || !accepted().any(answers),
    }
}
