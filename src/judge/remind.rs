//! Who is mailed today, about what, and when next.
//!
//! Invariant: a letter lists certain, open gaps of the person's own clients only; a person who already has a mail of
//! today, whatever became of it, gets no second one.

mod cadence;
mod letters;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::Scene;
use crate::domain::{
    AccountKey, ActionOwner, Address, Addressing, Change, ClientKey, Contact, ContactRole, Excepted, Exception,
    Finding, Language, Letter, MailOutcome, PastMail, ReminderFacts, ReminderState, Reminders, Scope, Status,
};
use cadence::{Cadence, When};

/// Days for which an address that the server refused is not tried again.
const SUPPRESSED_DAYS: u64 = 30;

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
    let book = AddressBook::new(scene);
    let mut reminded = Reminded::default();
    let mut gaps_of: BTreeMap<Address, (Vec<usize>, &Contact)> = BTreeMap::new();
    for (position, finding) in findings.iter().enumerate() {
        let Some(state) = standing_state(scene, policy, finding) else { continue };
        reminded.states.insert(position, state);
        if state != ReminderState::Scheduled {
            continue;
        }
        match book.persons(scene, finding) {
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
        let past: Vec<&PastMail> = scene.history.mails.iter().filter(|m| m.person == address).collect();
        let cadence = Cadence::new(scene, policy, findings, &gaps, &past);
        let When { why, next } = cadence.when();
        if why == WhyNot::Due {
            let listed = cadence.mailable(&gaps);
            first_mailed.extend(listed.iter().copied().filter(|gap| never_mailed(scene, findings, *gap)));
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
            letter.gaps.retain(|gap| gap.client.as_ref().is_some_and(|client| only.lets(client)));
        }
        self.letters.retain(|letter| !letter.gaps.is_empty());
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

    /// Fills in what each finding's row says about mail, once it is known how the mails ended.
    pub fn annotate(
        &self,
        scene: &Scene<'_>,
        findings: &mut [Finding],
        outcomes: &BTreeMap<Address, MailOutcome>,
        held: bool,
    ) {
        for (position, state) in &self.states {
            findings[*position].reminder = ReminderFacts { state: Some(*state), ..ReminderFacts::default() };
        }
        for person in &self.persons {
            let outcome = outcomes.get(&person.address).copied();
            let past: Vec<&PastMail> = scene.history.mails.iter().filter(|m| m.person == person.address).collect();
            let letter = self.letters.iter().find(|l| l.to == person.address);
            for position in &person.gaps {
                let finding = &mut findings[*position];
                let Some(key) = finding.key() else { continue };
                let held = held || self.keeps_back(&key);
                let outcome = outcome.filter(|_| !self.keeps_back(&key));
                let state = Self::person_state(person, outcome, held);
                let next = if held { None } else { next_mail(scene, person, outcome) };
                let mut days: Vec<NaiveDate> = past
                    .iter()
                    .filter(|m| m.outcome == MailOutcome::Accepted && m.gaps.contains(&key))
                    .map(|m| m.day)
                    .collect();
                // Today's is this run's letter, or what an earlier run of the day could not deliver.
                let todays = letter.is_some_and(|l| l.gaps.contains(&key))
                    || past.iter().any(|m| m.day == scene.today && m.gaps.contains(&key));
                if outcome == Some(MailOutcome::Accepted) && todays && !days.contains(&scene.today) {
                    days.push(scene.today);
                }
                let facts = &mut finding.reminder;
                facts.mails_sent = facts.mails_sent.max(u32::try_from(days.len()).unwrap_or(u32::MAX));
                facts.last_mailed_on = facts.last_mailed_on.max(days.into_iter().max());
                facts.next_mail_on = earliest(facts.next_mail_on, next);
                facts.state = Some(more_telling(facts.state, state));
            }
        }
    }

    fn person_state(person: &Person, outcome: Option<MailOutcome>, held: bool) -> ReminderState {
        match (outcome, &person.why) {
            (Some(MailOutcome::Doubtful | MailOutcome::Intended), _) | (None, WhyNot::Doubtful) => {
                ReminderState::Doubtful
            }
            (Some(MailOutcome::Suppressed), _) => ReminderState::Suppressed,
            (None, WhyNot::Due) if held => ReminderState::Held,
            (_, WhyNot::HandedOver) => ReminderState::Escalated,
            (_, WhyNot::SkippedDay | WhyNot::Grace) => ReminderState::Waiting,
            _ => ReminderState::Scheduled,
        }
    }
}

/// The next mail once today's ended: tomorrow's replacement where today's did not arrive for certain.
fn next_mail(scene: &Scene<'_>, person: &Person, outcome: Option<MailOutcome>) -> Option<NaiveDate> {
    match outcome {
        Some(MailOutcome::Accepted | MailOutcome::Redirected) => person.next,
        Some(MailOutcome::Deferred | MailOutcome::Failed | MailOutcome::Doubtful | MailOutcome::Intended) => {
            Some(person.replaced)
        }
        Some(MailOutcome::Suppressed) => None,
        None => match person.why {
            WhyNot::Due | WhyNot::TryAgain => Some(scene.today),
            _ => person.next,
        },
    }
}

fn earliest(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Of two persons' states for one gap, the one that an analyst must know.
fn more_telling(known: Option<ReminderState>, new: ReminderState) -> ReminderState {
    let rank = |state: ReminderState| match state {
        ReminderState::Held => 6,
        ReminderState::Doubtful => 5,
        ReminderState::Suppressed => 4,
        ReminderState::Escalated => 3,
        ReminderState::Waiting => 2,
        ReminderState::Scheduled | ReminderState::Snoozed | ReminderState::Nobody | ReminderState::NotMailed => 1,
    };
    match known {
        Some(known) if rank(known) > rank(new) => known,
        _ => new,
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

fn never_mailed(scene: &Scene<'_>, findings: &[Finding], gap: usize) -> bool {
    findings[gap].key().is_some_and(|key| {
        !scene.history.mails.iter().any(|m| m.outcome == MailOutcome::Accepted && m.gaps.contains(&key))
    })
}

fn language_of(addressing: &Addressing, findings: &[Finding], gaps: &[usize]) -> Language {
    gaps.iter()
        .filter_map(|gap| findings[*gap].client.as_ref())
        .find_map(|client| addressing.languages.get(&*client.key.country).copied())
        .unwrap_or_default()
}

/// Who answers for which client.
struct AddressBook<'a> {
    by_client: HashMap<(&'a ClientKey, ContactRole), Vec<&'a Contact>>,
    by_country: HashMap<(&'a Arc<str>, ContactRole), Vec<&'a Contact>>,
}

enum Persons<'a> {
    Found(Vec<&'a Contact>),
    AllSuppressed,
    Nobody,
}

impl<'a> AddressBook<'a> {
    fn new(scene: &Scene<'a>) -> Self {
        let mut book = Self { by_client: HashMap::new(), by_country: HashMap::new() };
        for contact in &scene.register.contacts {
            match &contact.scope {
                Scope::Client(key) => book.by_client.entry((key, contact.role)).or_default().push(contact),
                Scope::Country(country) => book.by_country.entry((country, contact.role)).or_default().push(contact),
            }
        }
        book
    }

    /// The client's contacts, else the country's, else the owner; addresses that the server refuses are passed over.
    fn persons(&self, scene: &Scene<'_>, finding: &Finding) -> Persons<'a> {
        let Some(client) = &finding.client else { return Persons::Nobody };
        let mut suppressed = false;
        for role in [ContactRole::Client, ContactRole::Owner] {
            let all = self
                .by_client
                .get(&(&client.key, role))
                .or_else(|| self.by_country.get(&(&client.key.country, role)))
                .map_or(&[][..], Vec::as_slice);
            let mut persons: Vec<&'a Contact> = Vec::new();
            for contact in all {
                if is_suppressed(scene, &contact.email) {
                    suppressed = true;
                } else if !persons.iter().any(|known| known.email == contact.email) {
                    persons.push(contact);
                }
            }
            if !persons.is_empty() {
                return Persons::Found(persons);
            }
        }
        if suppressed { Persons::AllSuppressed } else { Persons::Nobody }
    }
}

fn is_suppressed(scene: &Scene<'_>, address: &Address) -> bool {
    scene.history.mails.iter().any(|m| {
        m.person == *address
            && m.outcome == MailOutcome::Suppressed
            && m.day.checked_add_days(Days::new(SUPPRESSED_DAYS)).is_some_and(|until| scene.today < until)
    })
}
