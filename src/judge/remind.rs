//! Who is mailed today, about what, and when next.
//!
//! Invariant: a letter lists certain, open gaps of the person's own clients only; a person who already has a mail of
//! today, whatever became of it, gets no second one.

mod annotate;
mod cadence;
mod contacts;
mod letters;
mod past;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::Scene;
use crate::domain::{
    AccountKey, ActionOwner, Address, Addressing, Change, ClientKey, Contact, Excepted, Exception, Finding, Language,
    Letter, ReminderState, Reminders, Status,
};
use cadence::{Cadence, When};
use contacts::{AddressBook, Persons};
use past::Past;

/// Why a person is or is not mailed today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// A letter is due today.
    Due,
    /// He already got one today.
    AlreadyToday,
    /// Today's was refused for now; the same message is tried again.
    TryAgain,
    /// Today's may or may not have arrived.
    Doubtful,
    /// Today's failed for good by a fault of ours; a new one is due tomorrow.
    FailedToday,
    /// The next day of his series has not come.
    NotYet,
    /// Today is skipped: a weekend or a date of the configuration.
    SkippedDay,
    /// The gap is too young (`grace_nights`).
    Grace,
    /// Every gap has been in as many mails as there are days; it is with the owner.
    HandedOver,
}

impl WhyNot {
    /// In words, for `plan`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Due => "a mail is due today",
            Self::AlreadyToday => "already mailed today",
            Self::TryAgain => "today's mail was refused for now and is tried again",
            Self::Doubtful => "today's mail may have arrived; a new one is due on the next day",
            Self::FailedToday => "today's mail failed; a new one is due on the next day",
            Self::NotYet => "the next day of the series has not come",
            Self::SkippedDay => "no mail goes on this day",
            Self::Grace => "the gap is younger than grace_nights",
            Self::HandedOver => "reminded as often as configured; handed to the owner",
        }
    }
}

/// One person with his gaps, and what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub address: Address,
    /// Today.
    pub why: WhyNot,
    /// The next day on which a mail is due, after today's if one is due today.
    pub next: Option<NaiveDate>,
    /// The day on which a new mail is due if today's does not arrive.
    pub replaced: NaiveDate,
    /// Positions of his gaps among the findings.
    pub gaps: Vec<usize>,
}

/// The part of a held run that a person releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Clients of a country (folded).
    Country(String),
    /// One client.
    Client(ClientKey),
}

impl Only {
    fn lets(&self, client: &ClientKey) -> bool {
        match self {
            Self::Country(country) => *country == *client.country,
            Self::Client(key) => key == client,
        }
    }
}

/// Everything about mail that the night's findings imply.
#[derive(Clone, Debug, Default)]
pub struct Reminded {
    /// Letters that are due today, by address.
    pub letters: Vec<Letter>,
    /// All persons with open gaps, by address.
    pub persons: Vec<Person>,
    /// Gaps that would be mailed today for the first time.
    pub first_mailed: usize,
    /// Positions of gaps without anybody to mail.
    pub nobody: Vec<usize>,
    /// What a release lets through; none: everything.
    only: Option<Only>,
    states: HashMap<usize, ReminderState>,
}

/// Plans the mails of a night.
#[must_use]
pub fn remind(scene: &Scene<'_>, policy: &Reminders, addressing: &Addressing, findings: &[Finding]) -> Reminded {
    let (book, past) = (AddressBook::new(scene), Past::new(scene));
    let mut reminded = Reminded::default();
    let mut gaps_of: BTreeMap<Address, (Vec<usize>, &Contact)> = BTreeMap::new();
    for (position, finding) in findings.iter().enumerate() {
        let Some(state) = standing_state(scene, policy, finding) else { continue };
        reminded.states.insert(position, state);
        if state != ReminderState::Scheduled {
            continue;
        }
        match book.persons(&past, finding) {
            Persons::Found(contacts) => {
                for contact in contacts {
                    gaps_of.entry(contact.email.clone()).or_insert_with(|| (Vec::new(), contact)).0.push(position);
                }
            }
            Persons::AllSuppressed => {
                reminded.states.insert(position, ReminderState::Suppressed);
                reminded.nobody.push(position);
            }
            Persons::Nobody => {
                reminded.states.insert(position, ReminderState::Nobody);
                reminded.nobody.push(position);
            }
        }
    }
    let mut first_mailed = BTreeSet::new();
    for (address, (gaps, contact)) in gaps_of {
        let cadence = Cadence::new(scene, policy, findings, &gaps, past.of(&address));
        let When { why, next } = cadence.when();
        if why == WhyNot::Due {
            let listed = cadence.mailable(&gaps);
            first_mailed.extend(
                listed.iter().copied().filter(|gap| findings[*gap].key().is_some_and(|key| !past.was_mailed(&key))),
            );
            let language = contact.language.unwrap_or_else(|| language_of(addressing, findings, &gaps));
            reminded.letters.push(letters::compose(scene, findings, &listed, contact, language, &cadence));
        }
        reminded.persons.push(Person { address, why, next, replaced: cadence.replaced(), gaps });
    }
    reminded.first_mailed = first_mailed.len();
    reminded
}

impl Reminded {
    /// Lets only a part of the letters through; the rest stays held.
    pub fn limit(&mut self, only: Only) {
        for letter in &mut self.letters {
            letter.clients.retain(|client| only.lets(&ClientKey::new(&client.country, &client.code)));
            letter.content.asked.retain(|gap| gap.client.as_ref().is_some_and(|client| only.lets(client)));
        }
        self.letters.retain(|letter| !letter.content.asked.is_empty());
        self.only = Some(only);
    }

    /// Whether a gap is kept back although nothing holds the run as a whole.
    fn keeps_back(&self, key: &AccountKey) -> bool {
        self.only.as_ref().is_some_and(|only| key.client.as_ref().is_none_or(|client| !only.lets(client)))
    }

    /// Whether a release let only a part through.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.only.is_some()
    }
}

/// The state before anybody is looked up: scheduled for a gap that is to be mailed; none where nothing is to be mended.
fn standing_state(scene: &Scene<'_>, policy: &Reminders, finding: &Finding) -> Option<ReminderState> {
    match finding.change {
        Some(Change::New | Change::Open) => {}
        Some(Change::Resolved | Change::Withdrawn) | None => return None,
    }
    if scene.register.exceptions.iter().any(|exception| excepts(exception, finding, scene.today)) {
        return Some(ReminderState::Snoozed);
    }
    Some(match finding.status {
        Status::Missing if finding.action_owner == Some(ActionOwner::Client) => ReminderState::Scheduled,
        Status::WrongRole if policy.remind_role_too_high => ReminderState::Scheduled,
        Status::Unknown => ReminderState::Waiting,
        Status::Missing | Status::WrongRole | Status::Unexpected | Status::Invalid | Status::Ok => {
            ReminderState::NotMailed
        }
    })
}

/// Whether an exception of today covers the finding.
fn excepts(exception: &Exception, finding: &Finding, today: NaiveDate) -> bool {
    exception.until >= today
        && match &exception.what {
            Excepted::Client(key) => finding.client.as_ref().is_some_and(|c| c.key == *key),
            Excepted::Account(id) => finding.account_id == Some(*id),
            Excepted::BusinessCenter(id) => {
                finding.business_center == Some(*id) || finding.client_business_centers.iter().any(|(bc, _)| bc == id)
            }
        }
}

fn language_of(addressing: &Addressing, findings: &[Finding], gaps: &[usize]) -> Language {
    gaps.iter()
        .filter_map(|gap| findings[*gap].client.as_ref())
        .find_map(|client| addressing.languages.get(&*client.key.country).copied())
        .unwrap_or_default()
}
