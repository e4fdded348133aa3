//! The days on which a person is mailed.
//!
//! Invariant: only accepted mails count as steps, and calendar days count, never runs.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::episode::Open;
use crate::domain::{AccountKey, Reminders};

/// Days between mails after the last configured day, where there is only one; and between two mails to an owner.
const WEEK: u32 = 7;

/// An accepted mail.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) day: NaiveDate,
    /// The gaps that it asked to mend.
    pub(super) asked: &'a [AccountKey],
    /// Whether it listed gaps to the owner.
    pub(super) owned: bool,
}

/// The series of a person's mails as of today.
pub(super) struct Cadence<'a> {
    policy: &'a Reminders,
    today: NaiveDate,
    /// Accepted mails of the episode, oldest first.
    steps: Vec<Step<'a>>,
    /// Day of his last accepted mail, of whatever episode.
    last: Option<NaiveDate>,
    /// Day of the last that listed gaps to him as their owner, of whatever episode.
    last_owned: Option<NaiveDate>,
}

impl<'a> Cadence<'a> {
    /// `all` are his accepted mails, `steps` those of the episode.
    pub(super) fn new(
        policy: &'a Reminders,
        today: NaiveDate,
        all: impl Iterator<Item = Step<'a>> + Clone,
        steps: Vec<Step<'a>>,
    ) -> Self {
        let last_owned = all.clone().filter(|step| step.owned).map(|step| step.day).max();
        Self { policy, today, steps, last: all.map(|step| step.day).max(), last_owned }
    }

    /// The series once a mail of today is accepted.
    pub(super) fn after(&self, step: Step<'a>) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        let last_owned = if step.owned { Some(step.day) } else { self.last_owned };
        Self { policy: self.policy, today: self.today, steps, last: Some(step.day), last_owned }
    }

    /// The day from which a mail that asks for these gaps is planned; none if each was listed as often as there are days.
    pub(super) fn asked_due(&self, open: &Open) -> Option<NaiveDate> {
        let Some((anchor, last)) = self.anchor(open) else { return Some(self.today) };
        let counts = self.counts(open);
        let listed: Vec<usize> = open.keys().map(|key| counts.get(key).copied().unwrap_or(0)).collect();
        if self.begins_anew(&listed, anchor, last) {
            return Some(self.today);
        }
        if listed.iter().all(|count| *count >= self.policy.days.len()) {
            return None;
        }
        Some(self.planned_after(anchor, last))
    }

    /// The day from which a mail to the owner is planned.
    pub(super) fn owned_due(&self) -> NaiveDate {
        self.last_owned.map_or(self.today, |last| plus(last, WEEK).max(self.today))
    }

    /// Whether a gap was in as many mails to him as there are days.
    pub(super) fn is_exhausted(&self, key: &AccountKey, open: &Open) -> bool {
        self.counts(open).get(key).is_some_and(|count| *count >= self.policy.days.len())
    }

    /// Whether the days begin anew with new gaps: no mail is scheduled any more, be it one of the days themselves, that
    /// count from the anchor whichever gaps are left, or one for a gap that was not listed often enough.
    fn begins_anew(&self, listed: &[usize], anchor: NaiveDate, last: NaiveDate) -> bool {
        let days = &self.policy.days;
        let over = plus(anchor, days.last().copied().unwrap_or(0)) <= last;
        over && listed.contains(&0) && !listed.iter().any(|count| (1..days.len()).contains(count))
    }

    /// The accepted mail from which the days count, the first or a later one that began them anew; and the last one.
    fn anchor(&self, open: &Open) -> Option<(NaiveDate, NaiveDate)> {
        let mut counts: HashMap<&AccountKey, usize> = HashMap::new();
        let mut days: Option<(NaiveDate, NaiveDate)> = None;
        for step in self.asking() {
            let keys = || step.asked.iter().filter(|key| counts_for(open, key, step.day));
            let listed: Vec<usize> = keys().map(|key| counts.get(key).copied().unwrap_or(0)).collect();
            let anchor = days.filter(|(anchor, last)| !self.begins_anew(&listed, *anchor, *last));
            days = Some((anchor.map_or(step.day, |(anchor, _)| anchor), step.day));
            for key in keys() {
                *counts.entry(key).or_insert(0) += 1;
            }
        }
        days
    }

    /// How many accepted mails of the episode listed each gap.
    fn counts(&self, open: &Open) -> HashMap<&'a AccountKey, usize> {
        let mut counts = HashMap::new();
        for step in self.asking() {
            for key in step.asked.iter().filter(|key| counts_for(open, key, step.day)) {
                *counts.entry(key).or_insert(0) += 1;
            }
        }
        counts
    }

    fn asking(&self) -> impl Iterator<Item = &Step<'a>> {
        self.steps.iter().filter(|step| !step.asked.is_empty())
    }

    /// The first planned day after a mail: a mail covers all due days up to its own.
    fn planned_after(&self, anchor: NaiveDate, mailed: NaiveDate) -> NaiveDate {
        let offsets = &self.policy.days;
        let planned = offsets.iter().map(|offset| plus(anchor, *offset)).find(|day| *day > mailed);
        planned.unwrap_or_else(|| {
            let mut day = plus(anchor, offsets.last().copied().unwrap_or(0));
            while day <= mailed {
                day = plus(day, last_interval(self.policy));
            }
            day
        })
    }

    /// The day, or the first one after it that is far enough from his last mail.
    pub(super) fn spaced(&self, day: NaiveDate) -> NaiveDate {
        self.last.map_or(day, |last| day.max(plus(last, self.policy.min_days_between)))
    }
}

/// Whether a mail of a day spoke of the gap as it is now, and not of one that was mended long before this one opened.
fn counts_for(open: &Open, key: &AccountKey, day: NaiveDate) -> bool {
    open.get(key).is_none_or(|since| day >= since.mails_from)
}

/// The days between the last two configured ones.
pub(super) fn last_interval(policy: &Reminders) -> u32 {
    match policy.days.as_slice() {
        [.., before, last] => (last - before).max(1),
        _ => WEEK,
    }
}

/// The day itself, or the next one on which mail goes.
pub(super) fn working_day(policy: &Reminders, day: NaiveDate) -> NaiveDate {
    let skipped = |day: &NaiveDate| {
        (policy.skip_weekends && matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
            || policy.skip_dates.contains(day)
    };
    day.iter_days().take(366).find(|day| !skipped(day)).unwrap_or(day)
}

pub(super) fn plus(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}
