//! What a finding's row says about mail, once it is known how the mails ended.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::contacts::AddressBook;
use super::past::Past;
use super::person::earliest;
use super::{Person, Reminded, WhyNot};
use crate::domain::{AccountKey, Address, Finding, Letter, MailOutcome, PastMail, ReminderFacts, ReminderState};
use crate::judge::Scene;

impl Reminded {
    /// Fills in what each finding's row says about mail, once it is known how the mails ended.
    pub fn annotate(
        &self,
        scene: &Scene<'_>,
        findings: &mut [Finding],
        outcomes: &BTreeMap<Address, MailOutcome>,
        held: bool,
    ) {
        let (book, past) = (AddressBook::new(scene), Past::new(scene));
        let earlier = mails_to_its_persons(&book, &past);
        for (position, state) in &self.states {
            let finding = &mut findings[*position];
            let Mails { sent, last } = finding.key().and_then(|key| earlier.get(&key).copied()).unwrap_or_default();
            let facts = ReminderFacts { mails_sent: sent, last_mailed_on: last, ..ReminderFacts::default() };
            finding.reminder = ReminderFacts { state: Some(*state), ..facts };
        }
        let letters: HashMap<&Address, &Letter> = self.letters.iter().map(|letter| (&letter.to, letter)).collect();
        for person in &self.persons {
            let told = Told {
                scene,
                person,
                mails: past.of(&person.address),
                letter: letters.get(&person.address).copied(),
                outcome: outcomes.get(&person.address).copied(),
            };
            let (mails, todays) = (told.mails_by_gap(), told.todays().collect::<HashSet<_>>());
            for (position, part) in told.parts() {
                let finding = &mut findings[position];
                let Some(key) = finding.key() else { continue };
                let kept_back = self.keeps_back(&key);
                let listed = todays.contains(&key) || self.kept_back.contains(&key);
                let (mut state, next) = told.of_gap(listed, part, held || kept_back, kept_back);
                let mut next = next.or_else(|| self.taken_over(&told, position, part));
                if state == ReminderState::Suppressed && stands_in(&book, &past, person, &key) {
                    next = Some(person.replaced);
                }
                if state == ReminderState::Scheduled && next.is_none() {
                    // It was in as many mails as there are days, and no owner is there to take it over.
                    state = ReminderState::Escalated;
                }
                let mails = mails.get(&key).copied().unwrap_or_default();
                let facts = &mut finding.reminder;
                facts.mails_sent = facts.mails_sent.max(mails.sent);
                facts.last_mailed_on = facts.last_mailed_on.max(mails.last);
                facts.next_mail_on = earliest(facts.next_mail_on, next);
                facts.state = Some(more_telling(facts.state, state));
            }
        }
    }

    /// The day on which the owner takes over, for a gap of which its person is reminded no more.
    fn taken_over(&self, told: &Told<'_>, position: usize, part: Part) -> Option<NaiveDate> {
        let accepted_now = told.outcome == Some(MailOutcome::Accepted);
        let after_today = || self.handed_over_after_today.get(&position).filter(|_| accepted_now);
        let day = self.handed_over_on.get(&position).or_else(after_today)?;
        (part == Part::Asked && *day > told.scene.today).then_some(*day)
    }
}

/// Whether an owner is told once the server has refused a person's address.
fn stands_in(book: &AddressBook<'_>, past: &Past<'_>, person: &Person, key: &AccountKey) -> bool {
    let owners = key.client.as_ref().map(|client| book.owners(past, client)).unwrap_or_default();
    owners.iter().any(|owner| owner.email != person.address)
}

/// Accepted mails that listed a gap.
#[derive(Clone, Copy, Default)]
struct Mails {
    sent: u32,
    /// Day of the last.
    last: Option<NaiveDate>,
}

/// Counts mails by the gaps that they listed; their days rise, and a day has one.
fn mails_by_gap<'m>(listed: impl Iterator<Item = (NaiveDate, &'m AccountKey)>) -> HashMap<&'m AccountKey, Mails> {
    let mut by_gap: HashMap<&AccountKey, Mails> = HashMap::new();
    for (day, gap) in listed {
        let mails = by_gap.entry(gap).or_default();
        if mails.last != Some(day) {
            *mails = Mails { sent: mails.sent + 1, last: Some(day) };
        }
    }
    by_gap
}

/// The gaps that a person's accepted mails listed, with their days.
fn accepted<'m>(mails: &[&'m PastMail]) -> impl Iterator<Item = (NaiveDate, &'m AccountKey)> {
    let accepted = mails.iter().filter(|mail| mail.outcome == MailOutcome::Accepted);
    accepted.flat_map(|mail| mail.content.listed().map(|gap| (mail.day, gap)))
}

/// What those who answer for a gap's client got about it by earlier runs: the most of any of them, and the latest.
fn mails_to_its_persons<'m>(book: &AddressBook<'_>, past: &Past<'m>) -> HashMap<&'m AccountKey, Mails> {
    let mut most: HashMap<&AccountKey, Mails> = HashMap::new();
    for person in past.persons() {
        for (gap, mails) in mails_by_gap(accepted(past.of(person))) {
            if gap.client.as_ref().is_some_and(|client| book.answers(person, client)) {
                let known = most.entry(gap).or_default();
                *known = Mails { sent: known.sent.max(mails.sent), last: known.last.max(mails.last) };
            }
        }
    }
    most
}

/// In which part of a person's mails a gap is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Asked,
    HandedOver,
    Owned,
}

/// What one person was told, and how today's mail to him ended.
struct Told<'m> {
    scene: &'m Scene<'m>,
    person: &'m Person,
    mails: &'m [&'m PastMail],
    letter: Option<&'m Letter>,
    outcome: Option<MailOutcome>,
}

impl<'m> Told<'m> {
    /// His gaps, each with its part.
    fn parts(&self) -> Vec<(usize, Part)> {
        let Person { gaps, owned, handed_over, .. } = self.person;
        let handed_over: HashSet<&usize> = handed_over.iter().collect();
        let asked =
            gaps.iter().map(|gap| (*gap, if handed_over.contains(gap) { Part::HandedOver } else { Part::Asked }));
        asked.chain(owned.iter().map(|gap| (*gap, Part::Owned))).collect()
    }

    /// What a gap's row says for this person: the state, and the day of the next mail about it. `listed`: today's mail
    /// lists it.
    fn of_gap(&self, listed: bool, part: Part, held: bool, kept_back: bool) -> (ReminderState, Option<NaiveDate>) {
        let why = &self.person.why;
        let outcome = self.outcome.filter(|_| listed && !kept_back);
        let later = match part {
            Part::Asked => self.person.next_asked,
            Part::Owned => self.person.next_owned,
            Part::HandedOver => return (ReminderState::Escalated, None),
        };
        let waits = matches!(why, WhyNot::TooNear | WhyNot::SkippedDay | WhyNot::Grace);
        let quiet = match part {
            Part::Owned => ReminderState::Escalated,
            _ if waits => ReminderState::Waiting,
            _ => ReminderState::Scheduled,
        };
        match (outcome, why) {
            (None, WhyNot::Due | WhyNot::TryAgain) if held && listed => (ReminderState::Held, None),
            (Some(MailOutcome::Suppressed), _) => (ReminderState::Suppressed, None),
            (Some(MailOutcome::Doubtful | MailOutcome::Intended), _) => {
                (ReminderState::Doubtful, Some(self.person.replaced).filter(|_| !held))
            }
            (None, WhyNot::Doubtful) if listed => {
                (ReminderState::Doubtful, Some(self.person.replaced).filter(|_| !held))
            }
            (Some(MailOutcome::Accepted), _) => (quiet, later),
            (Some(MailOutcome::Deferred | MailOutcome::Failed | MailOutcome::Redirected), _) => {
                (quiet, Some(self.person.replaced))
            }
            (None, WhyNot::Due | WhyNot::TryAgain) if listed => (quiet, Some(self.scene.today)),
            (None, WhyNot::FailedToday | WhyNot::Doubtful) => {
                (quiet, Some(later.map_or(self.person.replaced, |day| day.max(self.person.replaced))))
            }
            (None, _) => (quiet, later),
        }
    }

    /// The gaps that today's mail lists, be it this run's letter or an earlier run's.
    fn todays(&self) -> impl Iterator<Item = &'m AccountKey> {
        let earlier =
            self.mails.iter().filter(|mail| mail.day == self.scene.today).flat_map(|mail| mail.content.listed());
        earlier.chain(self.letter.into_iter().flat_map(|letter| letter.content.listed()))
    }

    /// The accepted mails that listed each gap; today's among them once it was accepted.
    fn mails_by_gap(&self) -> HashMap<&'m AccountKey, Mails> {
        let accepted_now = self.outcome == Some(MailOutcome::Accepted);
        let todays = self.todays().filter(|_| accepted_now).map(|gap| (self.scene.today, gap));
        mails_by_gap(accepted(self.mails).chain(todays))
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
