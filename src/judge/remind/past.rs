//! The mails of earlier runs, looked up by person and by gap.

use std::collections::{HashMap, HashSet};

use chrono::Days;

use crate::domain::{AccountKey, Address, MailOutcome, PastMail};
use crate::judge::Scene;

/// Days for which an address that the server refused is not tried again.
const SUPPRESSED_DAYS: u64 = 30;

/// Past mails, indexed once.
pub(super) struct Past<'a> {
    by_person: HashMap<&'a Address, Vec<&'a PastMail>>,
    suppressed: HashSet<&'a Address>,
    mailed: HashSet<&'a AccountKey>,
}

impl<'a> Past<'a> {
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let mut past = Self { by_person: HashMap::new(), suppressed: HashSet::new(), mailed: HashSet::new() };
        for mail in &scene.history.mails {
            past.by_person.entry(&mail.person).or_default().push(mail);
            match mail.outcome {
                MailOutcome::Accepted => past.mailed.extend(&mail.content.asked),
                MailOutcome::Suppressed => {
                    let until = mail.day.checked_add_days(Days::new(SUPPRESSED_DAYS));
                    if until.is_some_and(|until| scene.today < until) {
                        past.suppressed.insert(&mail.person);
                    }
                }
                MailOutcome::Intended
                | MailOutcome::Deferred
                | MailOutcome::Failed
                | MailOutcome::Doubtful
                | MailOutcome::Redirected => {}
            }
        }
        past
    }

    /// A person's mails, oldest first.
    pub(super) fn of(&self, person: &Address) -> &[&'a PastMail] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// Whether the server refused the address lately.
    pub(super) fn is_suppressed(&self, person: &Address) -> bool {
        self.suppressed.contains(person)
    }

    /// Whether any accepted mail listed the gap.
    pub(super) fn was_mailed(&self, gap: &AccountKey) -> bool {
        self.mailed.contains(gap)
    }
}
