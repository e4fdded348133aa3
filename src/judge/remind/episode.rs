//! A person's mails that belong together: from his first until none of his gaps is open.
//!
//! Invariant: mails of any outcome use up their number; only accepted ones are steps, and a rehearsal is no mail of his.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::cadence::plus;
use crate::domain::{AccountKey, MailOutcome, PastMail, Status};
use crate::judge::{Scene, change};

/// A person's open gaps.
pub(super) type Open = HashMap<AccountKey, Since>;

/// Since when a gap is open.
#[derive(Clone, Copy)]
pub(super) struct Since {
    /// The first certain day.
    pub(super) day: NaiveDate,
    /// Mails from this day on were about this gap: for one that returned soon all mails, for it is not new.
    pub(super) mails_from: NaiveDate,
}

impl Since {
    pub(super) fn new(scene: &Scene<'_>, reopen_days: u32, key: &AccountKey, day: NaiveDate) -> Self {
        let mended = scene.history.mended_on.get(key).filter(|mended| **mended < day);
        let returned_soon = mended.is_some_and(|mended| day <= plus(*mended, reopen_days));
        Self { day, mails_from: if returned_soon { NaiveDate::MIN } else { day } }
    }
}

/// The episode of today, which may be a new one.
pub(super) struct Episode<'a> {
    today: NaiveDate,
    /// Its mails, oldest first; empty when a new one begins.
    mails: Vec<&'a PastMail>,
    /// The highest number that is used up, be it by a rehearsal.
    used: u32,
}

impl<'a> Episode<'a> {
    pub(super) fn new(scene: &Scene<'_>, reopen_days: u32, open: &Open, past: &[&'a PastMail]) -> Self {
        // A rehearsal is no mail of his.
        let his = || past.iter().copied().filter(|m| m.outcome != MailOutcome::Redirected);
        let newest = his().map(|m| m.episode).max();
        let mut mails: Vec<&PastMail> = his().filter(|m| Some(m.episode) == newest).collect();
        mails.sort_by_key(|m| m.number);
        if !goes_on(scene, reopen_days, open, &mails) {
            mails.clear();
        }
        let first_day = mails.first().map_or(scene.today, |m| m.episode);
        let used = past.iter().filter(|m| m.episode == first_day).map(|m| m.number).max().unwrap_or(0);
        Self { today: scene.today, mails, used }
    }

    /// Day of its first mail: today for a new one.
    pub(super) fn first_day(&self) -> NaiveDate {
        self.mails.first().map_or(self.today, |m| m.episode)
    }

    /// Number of the next mail.
    pub(super) fn next_number(&self) -> u32 {
        self.used + 1
    }

    /// Number of its first mail that he has, or may have: the thread hangs on it.
    pub(super) fn thread(&self) -> Option<u32> {
        let may_have =
            |m: &&&PastMail| matches!(m.outcome, MailOutcome::Accepted | MailOutcome::Doubtful | MailOutcome::Intended);
        self.mails.iter().find(may_have).map(|m| m.number)
    }

    /// Its accepted mails, oldest first.
    pub(super) fn accepted(&self) -> impl DoubleEndedIterator<Item = &'a PastMail> {
        self.mails.iter().copied().filter(|m| m.outcome == MailOutcome::Accepted)
    }
}

/// Whether one of his gaps was open, or is within `reopen_days`, all the time.
fn goes_on(scene: &Scene<'_>, reopen_days: u32, open: &Open, mails: &[&PastMail]) -> bool {
    let Some(last_mail) = mails.iter().map(|m| m.day).max() else { return false };
    let Some(until) = open_until(scene, open, mails, last_mail) else { return true };
    let reopened = plus(until, reopen_days);
    open.is_empty()
        || open.iter().any(|(key, since)| {
            let listed = || mails.iter().any(|m| m.content.listed().any(|k| k == key));
            since.day < until || (since.day <= reopened && listed())
        })
}

/// The day on which the last listed gap was closed; none while one is open or in doubt.
fn open_until(scene: &Scene<'_>, open: &Open, mails: &[&PastMail], last_mail: NaiveDate) -> Option<NaiveDate> {
    let mut until = last_mail;
    for key in mails.iter().flat_map(|m| m.content.listed()) {
        if open.get(key).is_some_and(|since| since.day <= last_mail) {
            return None;
        }
        if let Some(past) = change::remembered(scene, key.client.as_ref(), key.account_id) {
            let mended = match past.cause.status() {
                Status::Ok => Some(past.since),
                _ => scene.history.mended_on.get(key).copied().filter(|mended| *mended > last_mail),
            };
            until = until.max(mended.unwrap_or(scene.today));
        }
    }
    Some(until)
}
