//! The days on which a person is mailed: the episode, its anchor, and what is due.
//!
//! Invariant: only accepted mails count as steps, and calendar days count, never runs.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::WhyNot;
use crate::domain::{AccountKey, Finding, MailOutcome, PastMail, Reminders, Status};
use crate::judge::{Scene, change};

/// Days between mails after the last configured day, where there is only one.
const ONLY_INTERVAL: u64 = 7;

/// What happens today, and when next.
pub(super) struct When {
    pub(super) why: WhyNot,
    pub(super) next: Option<NaiveDate>,
}

/// A person's series of mails as of today.
pub(super) struct Cadence<'a> {
    policy: &'a Reminders,
    findings: &'a [Finding],
    today: NaiveDate,
    gaps: &'a [usize],
    /// Mails of the episode that goes on, oldest first; empty when a new one begins.
    mails: Vec<&'a PastMail>,
    /// Today's mail, of whatever outcome and episode.
    todays: Option<&'a PastMail>,
}

impl<'a> Cadence<'a> {
    pub(super) fn new(
        scene: &Scene<'a>,
        policy: &'a Reminders,
        findings: &'a [Finding],
        gaps: &'a [usize],
        past: &[&'a PastMail],
    ) -> Self {
        let todays = past.iter().copied().find(|m| m.day == scene.today);
        let newest = past.iter().map(|m| m.episode).max();
        let mut mails: Vec<&PastMail> = past.iter().copied().filter(|m| Some(m.episode) == newest).collect();
        mails.sort_by_key(|m| m.number);
        let cadence = Self { policy, findings, today: scene.today, gaps, mails, todays };
        if cadence.goes_on(scene) { cadence } else { Self { mails: Vec::new(), ..cadence } }
    }

    /// Day of the first mail of the episode: today for a new one.
    pub(super) fn episode(&self) -> NaiveDate {
        self.mails.first().map_or(self.today, |m| m.episode)
    }

    /// Number of the next mail: mails that did not arrive used one up, too.
    pub(super) fn number(&self) -> u32 {
        self.mails.iter().map(|m| m.number).max().unwrap_or(0) + 1
    }

    /// The gaps that a mail of today lists: all that are old enough.
    pub(super) fn mailable(&self, gaps: &[usize]) -> Vec<usize> {
        gaps.iter().copied().filter(|gap| self.past_grace(*gap)).collect()
    }

    pub(super) fn when(&self) -> When {
        if let Some(todays) = self.todays {
            let why = match todays.outcome {
                MailOutcome::Accepted | MailOutcome::Redirected => WhyNot::AlreadyToday,
                MailOutcome::Deferred => WhyNot::TryAgain,
                MailOutcome::Intended | MailOutcome::Doubtful => WhyNot::Doubtful,
                MailOutcome::Failed | MailOutcome::Suppressed => WhyNot::FailedToday,
            };
            let next = match why {
                WhyNot::AlreadyToday | WhyNot::TryAgain => self.after(self.today),
                _ => Some(self.replaced()),
            };
            return When { why, next };
        }
        if self.mailable(self.gaps).is_empty() {
            let grown = self.gaps.iter().filter_map(|gap| self.grown(*gap)).min();
            return When { why: WhyNot::Grace, next: grown.map(|day| self.working_day(day)) };
        }
        match self.due() {
            None => When { why: WhyNot::HandedOver, next: None },
            Some(due) if due > self.today => When { why: WhyNot::NotYet, next: Some(self.working_day(due)) },
            Some(_) if self.working_day(self.today) != self.today => {
                When { why: WhyNot::SkippedDay, next: Some(self.working_day(self.today)) }
            }
            Some(_) => When { why: WhyNot::Due, next: self.after(self.today) },
        }
    }

    /// The day on which a new mail is due if today's does not arrive.
    pub(super) fn replaced(&self) -> NaiveDate {
        self.working_day(self.tomorrow())
    }

    /// The day of the next mail if today's is accepted.
    fn after(&self, mailed: NaiveDate) -> Option<NaiveDate> {
        let anchor = if self.begins_anew() { mailed } else { self.anchor().unwrap_or(mailed) };
        Some(self.working_day(self.spaced(self.planned_after(anchor, mailed), Some(mailed))))
    }

    /// The day from which a mail is due; none if every gap was listed as often as there are days.
    fn due(&self) -> Option<NaiveDate> {
        let Some(last) = self.last_accepted() else { return Some(self.today) };
        if self.begins_anew() {
            return Some(self.spaced(self.today, Some(last)));
        }
        let counts = self.counts();
        let steps = self.policy.days.len();
        let open = self.mailable(self.gaps).into_iter().filter_map(|gap| self.findings[gap].key());
        if open.into_iter().all(|key| counts.get(&key).copied().unwrap_or(0) >= steps) {
            return None;
        }
        let anchor = self.anchor().unwrap_or(last);
        Some(self.spaced(self.planned_after(anchor, last), Some(last)))
    }

    /// Whether the days begin anew today: there are new gaps, and no mail is scheduled for the others any more.
    fn begins_anew(&self) -> bool {
        let counts = self.counts();
        let steps = self.policy.days.len();
        let listed = |gap: &usize| self.findings[*gap].key().and_then(|key| counts.get(&key).copied()).unwrap_or(0);
        let gaps = self.mailable(self.gaps);
        gaps.iter().any(|gap| listed(gap) == 0) && !gaps.iter().any(|gap| (1..steps).contains(&listed(gap)))
    }

    /// The accepted mail from which the days count: the first, or a later one that began them anew.
    fn anchor(&self) -> Option<NaiveDate> {
        let steps = self.policy.days.len();
        let mut counts: HashMap<&AccountKey, usize> = HashMap::new();
        let mut anchor = None;
        for mail in self.accepted() {
            let listed: Vec<usize> =
                mail.content.asked.iter().map(|key| counts.get(key).copied().unwrap_or(0)).collect();
            if anchor.is_none() || (listed.contains(&0) && !listed.iter().any(|n| (1..steps).contains(n))) {
                anchor = Some(mail.day);
            }
            for key in &mail.content.asked {
                *counts.entry(key).or_insert(0) += 1;
            }
        }
        anchor
    }

    /// The first planned day after a mail: a mail covers all due days up to its own.
    fn planned_after(&self, anchor: NaiveDate, mailed: NaiveDate) -> NaiveDate {
        let offsets = &self.policy.days;
        let planned = offsets.iter().map(|offset| plus(anchor, u64::from(*offset))).find(|day| *day > mailed);
        planned.unwrap_or_else(|| {
            let interval = match offsets.as_slice() {
                [.., before, last] => u64::from(last - before),
                _ => ONLY_INTERVAL,
            };
            let mut day = plus(anchor, u64::from(offsets.last().copied().unwrap_or(0)));
            while day <= mailed {
                day = plus(day, interval.max(1));
            }
            day
        })
    }

    fn spaced(&self, day: NaiveDate, last: Option<NaiveDate>) -> NaiveDate {
        last.map_or(day, |last| day.max(plus(last, u64::from(self.policy.min_days_between))))
    }

    fn accepted(&self) -> impl Iterator<Item = &&'a PastMail> {
        self.mails.iter().filter(|m| m.outcome == MailOutcome::Accepted)
    }

    fn last_accepted(&self) -> Option<NaiveDate> {
        self.accepted().map(|m| m.day).max()
    }

    /// How many accepted mails of the episode listed a gap.
    fn counts(&self) -> HashMap<AccountKey, usize> {
        let mut counts = HashMap::new();
        for mail in self.accepted() {
            for key in &mail.content.asked {
                *counts.entry(key.clone()).or_insert(0) += 1;
            }
        }
        counts
    }

    /// Whether the newest episode goes on: one of his gaps was open, or is within `reopen_days`, all the time.
    fn goes_on(&self, scene: &Scene<'_>) -> bool {
        if self.mails.is_empty() {
            return false;
        }
        let Some(until) = self.open_until(scene) else { return true };
        let reopened = plus(until, u64::from(self.policy.reopen_days));
        self.gaps.iter().any(|gap| {
            let finding = &self.findings[*gap];
            let since = finding.since.unwrap_or(self.today);
            let listed = finding.key().is_some_and(|key| self.mails.iter().any(|m| m.content.asked.contains(&key)));
            (listed && since <= reopened) || since < until
        })
    }

    /// The day on which the last listed gap was closed; none while one is open or in doubt.
    fn open_until(&self, scene: &Scene<'_>) -> Option<NaiveDate> {
        let last_mail = self.mails.iter().map(|m| m.day).max()?;
        let mut until = last_mail;
        for key in self.mails.iter().flat_map(|m| &m.content.asked) {
            let open = |f: &&usize| {
                self.findings[**f].key().as_ref() == Some(key)
                    && self.findings[**f].since.is_some_and(|since| since <= last_mail)
            };
            if self.gaps.iter().any(|gap| open(&gap)) {
                return None;
            }
            if let Some(past) = change::remembered(scene, key.client.as_ref(), key.account_id) {
                let closed = if past.cause.status() == Status::Ok { past.since } else { self.today };
                until = until.max(closed);
            }
        }
        Some(until)
    }

    fn past_grace(&self, gap: usize) -> bool {
        self.grown(gap).is_some_and(|day| day <= self.today)
    }

    /// The day on which a gap is old enough to be mailed.
    fn grown(&self, gap: usize) -> Option<NaiveDate> {
        self.findings[gap].since.map(|since| plus(since, u64::from(self.policy.grace_nights)))
    }

    fn tomorrow(&self) -> NaiveDate {
        plus(self.today, 1)
    }

    /// The day itself, or the next one on which mail goes.
    fn working_day(&self, day: NaiveDate) -> NaiveDate {
        let skipped = |day: &NaiveDate| {
            (self.policy.skip_weekends && matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
                || self.policy.skip_dates.contains(day)
        };
        day.iter_days().take(366).find(|day| !skipped(day)).unwrap_or(day)
    }
}

fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}
