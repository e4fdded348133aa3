//! What a finding's row says about mail, once it is known how the mails ended.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{Person, Reminded, WhyNot};
use crate::domain::{Address, Finding, MailOutcome, PastMail, ReminderFacts, ReminderState};
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
                if outcome == Some(MailOutcome::Accepted)
                    && letter.is_some_and(|l| l.gaps.contains(&key))
                    && !days.contains(&scene.today)
                {
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
            scene.today.checked_add_days(Days::new(1))
        }
        Some(MailOutcome::Suppressed) => None,
        None => match person.why {
            WhyNot::Due => Some(scene.today),
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
