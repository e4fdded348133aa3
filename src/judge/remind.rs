//! Who is mailed today, about what, and when next.
//!
//! Invariant: a letter lists certain, open gaps of the person's own clients only; a person who already has a mail of
//! today, whatever became of it, gets no second one.

mod annotate;
mod cadence;
mod closed;
mod contacts;
mod episode;
mod letters;
mod over;
mod past;
mod person;
#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::Scene;
use crate::domain::{
    AccountId, AccountKey, ActionOwner, Address, Addressing, Change, ClientKey, ContactRole, Excepted, Exception,
    Finding, Language, Letter, ReminderState, Reminders, Scope, Status,
};
use cadence::{last_interval, plus};
use closed::Outcomes;
use contacts::{AddressBook, Persons};
use episode::Since;
pub use over::{memory_days, over};
use past::Past;
use person::{Day, Desk, HandedOver, Inbox, Recipient};

/// Why a person is or is not mailed today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// A letter is due today.
    Due,
    /// He already got one today.
    AlreadyToday,
    /// Today's went to the rehearsal's address.
    RehearsedToday,
    /// Today's was refused for now; the same message is tried again.
    TryAgain,
    /// Today's may or may not have arrived.
    Doubtful,
    /// Today's failed for good by a fault of ours; a new one is due tomorrow.
    FailedToday,
    /// The next day of his series has not come.
    NotYet,
    /// A mail is due, but his last one is less than `min_days_between` ago.
    TooNear,
    /// Today is skipped: a weekend or a date of the configuration.
    SkippedDay,
    /// The gap is too young (`grace_nights`).
    Grace,
    /// Every gap has been in as many mails as there are days; it is handed over.
    HandedOver,
}

impl WhyNot {
    /// In words, for `plan`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Due => "a mail is due today",
            Self::AlreadyToday => "already mailed today",
            Self::RehearsedToday => "today's mail went to the rehearsal's address instead",
            Self::TryAgain => "today's mail was refused for now and is tried again",
            Self::Doubtful => "today's mail may have arrived; a new one is due on the next day",
            Self::FailedToday => "today's mail failed; a new one is due on the next day",
            Self::NotYet => "the next day of the series has not come",
            Self::TooNear => "his last mail is less than min_days_between ago",
            Self::SkippedDay => "no mail goes on this day",
            Self::Grace => "the gap is younger than grace_nights",
            Self::HandedOver => "reminded as often as configured; handed over",
        }
    }
}

/// One person with his gaps, and what happens. Without any, a closing mail is due or was sent today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub address: Address,
    /// Today.
    pub why: WhyNot,
    /// The next day on which a mail is due, after today's if one is due today.
    pub next: Option<NaiveDate>,
    /// The same for what he is asked to mend.
    pub next_asked: Option<NaiveDate>,
    /// The same for what he looks after as the owner.
    pub next_owned: Option<NaiveDate>,
    /// The day on which a new mail is due if today's does not arrive.
    pub replaced: NaiveDate,
    /// Positions of his gaps among the findings.
    pub gaps: Vec<usize>,
    /// Positions of the gaps that he looks after as the owner.
    pub owned: Vec<usize>,
    /// Of his gaps, those that the owner looks after now.
    pub handed_over: Vec<usize>,
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
    /// All persons with open gaps or a closing mail, by address.
    pub persons: Vec<Person>,
    /// Gaps that would be mailed today for the first time.
    pub first_mailed: usize,
    /// Positions of gaps without anybody to mail.
    pub nobody: Vec<usize>,
    /// What a release lets through; none: everything.
    only: Option<Only>,
    /// Gaps that a letter of today would list if it were let through.
    kept_back: BTreeSet<AccountKey>,
    /// Letters of which a release lets nothing through.
    pub letters_kept_back: usize,
    states: HashMap<usize, ReminderState>,
    /// The day on which an owner hears of a gap that was in as many mails as there are days.
    handed_over_on: HashMap<usize, NaiveDate>,
    /// The same for a gap that is in as many mails as there are days once today's is accepted.
    handed_over_after_today: HashMap<usize, NaiveDate>,
}

/// Plans the mails of a night.
#[must_use]
pub fn remind(scene: &Scene<'_>, policy: &Reminders, addressing: &Addressing, findings: &[Finding]) -> Reminded {
    let (book, past) = (AddressBook::new(scene), Past::new(scene));
    let mut reminded = Reminded::default();
    let mut inboxes = reminded.sort(scene, policy, findings, &book, &past);
    let handed_over = hand_over(scene, policy, findings, (&book, &past), &mut inboxes);
    for person in past.persons() {
        if let (false, Some(contact)) = (book.is_suppressed(&past, person), book.row(person)) {
            inboxes.entry(person).or_insert_with(|| Inbox::new(contact));
        }
    }
    let outcomes = Outcomes::new(scene, &past, findings);
    let desk =
        Desk { scene, policy, findings, book: &book, past: &past, outcomes: &outcomes, handed_over: &handed_over };
    let mut first_mailed = BTreeSet::new();
    for inbox in inboxes.into_values() {
        let language = inbox.contact.language.unwrap_or_else(|| language_of(addressing, findings, &inbox));
        let Some(Day { person, letter, exhausted }) = desk.day(&inbox, language) else { continue };
        if let Some(letter) = letter {
            first_mailed.extend(letter.content.asked.iter().filter(|key| !past.was_asked(key)).cloned());
            reminded.letters.push(letter);
        }
        reminded.persons.push(person);
        let day = plus(scene.today, last_interval(policy));
        reminded.handed_over_after_today.extend(desk.heard_by_owner(exhausted, |_| day));
    }
    reminded.first_mailed = first_mailed.len();
    reminded.handed_over_on = desk.heard_by_owner(handed_over.keys().copied(), |gap| handed_over[&gap].0).collect();
    reminded
}

/// Finds the gaps that were listed as often as there are days; from their day on they lie with the owners, too.
fn hand_over<'a>(
    scene: &Scene<'a>,
    policy: &Reminders,
    findings: &[Finding],
    (book, past): (&AddressBook<'a>, &Past<'a>),
    inboxes: &mut BTreeMap<&'a Address, Inbox<'a>>,
) -> HandedOver {
    let mut told: HashMap<usize, Vec<Recipient>> = HashMap::new();
    for (person, inbox) in inboxes.iter() {
        for gap in &inbox.gaps {
            let Some((key, since)) = findings[*gap].key().zip(findings[*gap].since) else { continue };
            let since = Since::new(scene, policy.reopen_days, &key, since);
            if let Some(asked) = past.asked(policy, person, &key, since) {
                let stands_in = inbox.through_owner.contains(gap);
                told.entry(*gap).or_default().push(Recipient { person: (*person).clone(), stands_in, asked });
            }
        }
    }
    let mut handed_over = HandedOver::new();
    for (gap, told) in told {
        let Some(day) = told.iter().filter_map(|who| who.asked.handed_over).min() else { continue };
        handed_over.insert(gap, (day, told));
    }
    let mut taken: Vec<usize> =
        handed_over.iter().filter(|(_, (day, _))| *day <= scene.today).map(|(gap, _)| *gap).collect();
    taken.sort_unstable();
    for gap in taken {
        let Some(client) = &findings[gap].client else { continue };
        for owner in book.owners(past, &client.key) {
            inboxes.entry(&owner.email).or_insert_with(|| Inbox::new(owner)).owned.push(gap);
        }
    }
    handed_over
}

impl Reminded {
    /// Says what is to become of each gap, and lays those that are to be mailed before their persons.
    fn sort<'a>(
        &mut self,
        scene: &Scene<'a>,
        policy: &Reminders,
        findings: &[Finding],
        book: &AddressBook<'a>,
        past: &Past<'a>,
    ) -> BTreeMap<&'a Address, Inbox<'a>> {
        let mut inboxes: BTreeMap<&Address, Inbox<'_>> = BTreeMap::new();
        let stands = |(position, finding)| Some((position, standing_state(scene, policy, finding)?));
        let mut standing: Vec<(usize, ReminderState)> = findings.iter().enumerate().filter_map(stands).collect();
        // By account, whatever the order of the register: the first gaps choose the language of a mail.
        standing.sort_by_key(|(position, _)| findings[*position].account_id.map(AccountId::get));
        for (position, state) in standing {
            let finding = &findings[position];
            self.states.insert(position, state);
            if state == ReminderState::NotMailed {
                continue;
            }
            let persons = finding.client.as_ref().map_or(Persons::Nobody, |client| book.persons(past, &client.key));
            match persons {
                Persons::Found(contacts, role) => {
                    for contact in contacts {
                        let inbox = inboxes.entry(&contact.email).or_insert_with(|| Inbox::new(contact));
                        if state != ReminderState::Scheduled {
                            inbox.in_doubt = true;
                            continue;
                        }
                        inbox.gaps.push(position);
                        if role == ContactRole::Owner {
                            inbox.through_owner.insert(position);
                        }
                    }
                }
                _ if state != ReminderState::Scheduled => {}
                Persons::AllSuppressed => {
                    self.states.insert(position, ReminderState::Suppressed);
                    self.nobody.push(position);
                }
                Persons::Nobody => {
                    self.states.insert(position, ReminderState::Nobody);
                    self.nobody.push(position);
                }
            }
        }
        inboxes
    }

    /// Lets only a part of the letters through; the rest stays held.
    pub fn limit(&mut self, only: Only) {
        let lets = |country: &str, code: &str| only.lets(&ClientKey::new(country, code));
        let is_let = |gap: &AccountKey| gap.client.as_ref().is_some_and(|client| only.lets(client));
        let due = self.letters.len();
        self.letters.retain_mut(|letter| {
            self.kept_back.extend(letter.content.listed().filter(|gap| !is_let(gap)).cloned());
            let closed = letter.is_closing();
            letter.clients.retain(|client| lets(&client.country, &client.code));
            letter.handed_over.retain(|account| lets(&account.country, &account.code));
            letter.closed.retain(|closed| lets(&closed.account.country, &closed.account.code));
            letter.owned.retain(|owned| lets(&owned.account.country, &owned.account.code));
            for keys in [&mut letter.content.asked, &mut letter.content.owned] {
                keys.retain(is_let);
            }
            letter.is_closing() == closed && !(closed && letter.closed.is_empty())
        });
        self.letters_kept_back = due - self.letters.len();
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

    /// Whether an owner hears of a gap that was in as many mails as there are days, by its position.
    #[must_use]
    pub fn has_owner(&self, position: usize) -> bool {
        self.handed_over_on.contains_key(&position) || self.handed_over_after_today.contains_key(&position)
    }

    /// Gaps that a release keeps back although a letter of today would list them.
    #[must_use]
    pub fn gaps_kept_back(&self) -> usize {
        self.kept_back.len()
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
pub(super) fn excepts(exception: &Exception, finding: &Finding, today: NaiveDate) -> bool {
    exception.until >= today
        && match &exception.what {
            Excepted::Client(key) => finding.client.as_ref().is_some_and(|c| c.key == *key),
            Excepted::Account(id) => finding.account_id == Some(*id),
            Excepted::BusinessCenter(id) => {
                finding.business_center == Some(*id) || finding.client_business_centers.iter().any(|(bc, _)| bc == id)
            }
        }
}

/// The language of the first of his clients whose country has one.
fn language_of(addressing: &Addressing, findings: &[Finding], inbox: &Inbox<'_>) -> Language {
    let of_country = |country: &str| addressing.languages.get(country).copied();
    let of_gaps = inbox
        .gaps
        .iter()
        .chain(&inbox.owned)
        .filter_map(|gap| findings[*gap].client.as_ref())
        .find_map(|client| of_country(&client.key.country));
    let of_row = || {
        of_country(match &inbox.contact.scope {
            Scope::Client(key) => &key.country,
            Scope::Country(country) => country,
        })
    };
    of_gaps.or_else(of_row).unwrap_or_default()
}
