//! What a finding's row says about mail, once it is known how the mails ended.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

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
        for (position, state) in &self.states {
            findings[*position].reminder = ReminderFacts { state: Some(*state), ..ReminderFacts::default() };
        }
        let past = Past::new(scene);
        let letters: HashMap<&Address, &Letter> = self.letters.iter().map(|letter| (&letter.to, letter)).collect();
        for person in &self.persons {
            let told = Told {
                scene,
                person,
                mails: past.of(&person.address),
                letter: letters.get(&person.address).copied(),
                outcome: outcomes.get(&person.address).copied(),
            };
            let (days_of, todays) = (told.days_by_gap(), told.todays().collect::<HashSet<_>>());
            for (position, part) in told.parts() {
                let finding = &mut findings[position];
                let Some(key) = finding.key() else { continue };
                let kept_back = self.keeps_back(&key);
                let (state, next) = told.of_gap(todays.contains(&key), part, held || kept_back, kept_back);
                let next = next.or_else(|| self.taken_over(&told, position, part));
                let days = days_of.get(&key);
                let facts = &mut finding.reminder;
                facts.mails_sent =
                    facts.mails_sent.max(days.map_or(0, |days| u32::try_from(days.len()).unwrap_or(u32::MAX)));
                facts.last_mailed_on = facts.last_mailed_on.max(days.and_then(BTreeSet::last).copied());
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
        let waits = matches!(why, WhyNot::SkippedDay | WhyNot::Grace);
        let quiet = match part {
            Part::Owned => ReminderState::Escalated,
            _ if waits => ReminderState::Waiting,
            _ => ReminderState::Scheduled,
        };
        match (outcome, why) {
            (None, WhyNot::Due) if held && listed => (ReminderState::Held, None),
            (Some(MailOutcome::Suppressed), _) => (ReminderState::Suppressed, None),
            (Some(MailOutcome::Doubtful | MailOutcome::Intended), _) => {
                (ReminderState::Doubtful, Some(self.person.replaced).filter(|_| !held))
            }
            (None, WhyNot::Doubtful) if listed => {
                (ReminderState::Doubtful, Some(self.person.replaced).filter(|_| !held))
            }
            _ if held => (quiet, None),
            (Some(MailOutcome::Accepted | MailOutcome::Redirected), _) => (quiet, later),
            (Some(MailOutcome::Deferred | MailOutcome::Failed), _) => (quiet, Some(self.person.replaced)),
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

    /// The days of the accepted mails that listed each gap; today's among them once it was accepted.
    fn days_by_gap(&self) -> HashMap<&'m AccountKey, BTreeSet<NaiveDate>> {
        let earlier = self
            .mails
            .iter()
            .filter(|mail| mail.outcome == MailOutcome::Accepted)
            .flat_map(|mail| mail.content.listed().map(|gap| (gap, mail.day)));
        let accepted_now = self.outcome == Some(MailOutcome::Accepted);
        let todays = self.todays().filter(|_| accepted_now).map(|gap| (gap, self.scene.today));
        let mut days: HashMap<&AccountKey, BTreeSet<NaiveDate>> = HashMap::new();
        for (gap, day) in earlier.chain(todays) {
            days.entry(gap).or_default().insert(day);
        }
        days
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
