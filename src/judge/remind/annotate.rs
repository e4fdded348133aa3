//! What a finding's row says about mail, once it is known how the mails ended.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::past::Past;
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
            let outcome = outcomes.get(&person.address).copied();
            let days_of =
                days_by_gap(past.of(&person.address), letters.get(&person.address).copied(), outcome, scene.today);
            for position in &person.gaps {
                let finding = &mut findings[*position];
                let Some(key) = finding.key() else { continue };
                let held = held || self.keeps_back(&key);
                let outcome = outcome.filter(|_| !self.keeps_back(&key));
                let state = Self::person_state(person, outcome, held);
                let next = if held { None } else { next_mail(scene, person, outcome) };
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

/// The days of the accepted mails that listed each gap; today's among them once it was accepted, be it this run's letter
/// or an earlier one's that was tried again.
fn days_by_gap<'m>(
    past: &[&'m PastMail],
    letter: Option<&'m Letter>,
    outcome: Option<MailOutcome>,
    today: NaiveDate,
) -> HashMap<&'m AccountKey, BTreeSet<NaiveDate>> {
    let accepted_now = outcome == Some(MailOutcome::Accepted);
    let earlier = past
        .iter()
        .filter(|mail| mail.outcome == MailOutcome::Accepted || (accepted_now && mail.day == today))
        .flat_map(|mail| mail.content.asked.iter().map(|gap| (gap, mail.day)));
    let tonight =
        letter.filter(|_| accepted_now).into_iter().flat_map(|letter| &letter.content.asked).map(|gap| (gap, today));
    let mut days: HashMap<&AccountKey, BTreeSet<NaiveDate>> = HashMap::new();
    for (gap, day) in earlier.chain(tonight) {
        days.entry(gap).or_default().insert(day);
    }
    days
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
