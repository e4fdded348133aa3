//! The mails of earlier runs, looked up by person and by gap.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::cadence::{Step, last_interval, plus};
use super::episode::Since;
use crate::domain::{AccountKey, Address, MailOutcome, PastMail, Reminders};
use crate::judge::Scene;

/// Days for which an address that the server refused is not tried again.
pub(super) const SUPPRESSED_DAYS: u32 = 30;

/// Past mails, indexed once.
pub(super) struct Past<'a> {
    by_person: HashMap<&'a Address, Vec<&'a PastMail>>,
    asked: HashSet<&'a AccountKey>,
    listed: HashSet<&'a AccountKey>,
}

/// How often and when a person was asked about a gap.
pub(super) struct Asked {
    /// Accepted mails.
    pub(super) mails: u32,
    /// Day of the last.
    pub(super) last: NaiveDate,
    /// Day on which the gap is handed to the owner; none while it was in fewer mails than there are days.
    pub(super) handed_over: Option<NaiveDate>,
}

impl<'a> Past<'a> {
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let mut past = Self { by_person: HashMap::new(), asked: HashSet::new(), listed: HashSet::new() };
        for mail in &scene.history.mails {
            past.by_person.entry(&mail.person).or_default().push(mail);
            if mail.outcome == MailOutcome::Accepted {
                past.asked.extend(&mail.content.asked);
                past.listed.extend(mail.content.listed());
            }
        }
        past
    }

    /// Everybody who was ever mailed.
    pub(super) fn persons(&self) -> impl Iterator<Item = &'a Address> {
        self.by_person.keys().copied()
    }

    /// A person's mails, oldest first.
    pub(super) fn of(&self, person: &Address) -> &[&'a PastMail] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// Whether the server refused the address lately, and his rows in the contacts register are still the same.
    pub(super) fn is_suppressed(&self, person: &Address, contact: &str, today: NaiveDate) -> bool {
        self.of(person).iter().any(|mail| {
            mail.outcome == MailOutcome::Suppressed
                && today < plus(mail.day, SUPPRESSED_DAYS)
                && (mail.content.contact.is_empty() || mail.content.contact == contact)
        })
    }

    /// Whether any accepted mail asked to mend the gap.
    pub(super) fn was_asked(&self, gap: &AccountKey) -> bool {
        self.asked.contains(gap)
    }

    /// Whether any accepted mail listed the gap, to whomever.
    pub(super) fn was_listed(&self, gap: &AccountKey) -> bool {
        self.listed.contains(gap)
    }

    /// What a person was told about a gap; none if he was not asked.
    pub(super) fn asked(&self, policy: &Reminders, person: &Address, gap: &AccountKey, since: Since) -> Option<Asked> {
        let days: Vec<NaiveDate> = accepted(self.of(person))
            .filter(|step| step.day >= since.mails_from && step.asked.contains(gap))
            .map(|step| step.day)
            .collect();
        let last = days.iter().copied().max()?;
        let handed_over = days.get(policy.days.len().saturating_sub(1)).map(|day| plus(*day, last_interval(policy)));
        Some(Asked { mails: u32::try_from(days.len()).unwrap_or(u32::MAX), last, handed_over })
    }
}

/// The steps among mails.
pub(super) fn accepted<'a>(mails: &[&'a PastMail]) -> impl Iterator<Item = Step<'a>> + Clone {
    mails.iter().copied().filter(|mail| mail.outcome == MailOutcome::Accepted).map(step)
}

/// A mail as a step.
pub(super) fn step(mail: &PastMail) -> Step<'_> {
    Step { day: mail.day, asked: &mail.content.asked, owned: !mail.content.owned.is_empty() }
}
