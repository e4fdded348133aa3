//! A run in numbers.
//!
//! Invariant: what a label can say is bounded whatever the registers and TikTok say: every value but a country is a word
//! of ours, and a country is two letters or `other`. Every metric of a judged night has at least one series, because a
//! Pushgateway replaces what it is given by name, and would keep for ever what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::exposition::Exposition;
use crate::domain::{Exit, Finding, GUARDS, MailCounts, Status, Summary};

/// Countries that have series of their own; further ones are `other`.
const MOST_COUNTRIES: usize = 100;

/// What is known of the runs so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gauges {
    /// Code of the last run that ended, when it ended, and whether everything was read.
    pub last: Option<(Exit, DateTime<Utc>, bool)>,
    /// When the last complete run ended, if that is known.
    pub last_complete: Option<DateTime<Utc>>,
    /// The last night that was judged.
    pub night: Option<Night>,
}

/// A judged night.
#[derive(Clone, Debug, PartialEq)]
pub struct Night {
    accounts: BTreeMap<(String, Status, &'static str), u64>,
    oldest_gap_days: i64,
    bad_rows: u64,
    mails: MailCounts,
    guards: BTreeSet<String>,
    toll: Toll,
}

/// What a night took, and what it was given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toll {
    /// Data rows of the accounts register.
    pub register_rows: u64,
    /// Requests to TikTok by endpoint and answer.
    pub answers: BTreeMap<(&'static str, &'static str), u64>,
    /// Silences after suspensions, and pauses before repetitions.
    pub waits: Duration,
    /// Times that TikTok suspended an app.
    pub suspensions: u64,
    /// Where the time went.
    pub phases: Vec<(&'static str, Duration)>,
}

impl Gauges {
    /// A run that ended without a judgement.
    #[must_use]
    pub fn refused(exit: Exit, at: DateTime<Utc>) -> Self {
        Self { last: Some((exit, at, false)), ..Self::default() }
    }

    /// A run that judged its night.
    #[must_use]
    pub fn judged(summary: &Summary, findings: &[Finding], toll: Toll, at: DateTime<Utc>) -> Self {
        Self {
            last: Some((Exit::of_code(summary.exit_code), at, summary.complete)),
            last_complete: summary.complete.then_some(at),
            night: Some(Night::new(summary, findings, toll)),
        }
    }

    /// What is known after a further run: what it does not say stays as it was, as in a Pushgateway.
    pub fn then(&mut self, newer: Self) {
        self.last = newer.last.or(self.last);
        self.last_complete = newer.last_complete.or(self.last_complete);
        if newer.night.is_some() {
            self.night = newer.night;
        }
    }

    /// What Prometheus reads.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = Exposition::default();
        if let Some(night) = &self.night {
            night.write(&mut out);
        }
        if let Some((exit, at, complete)) = self.last {
            out.gauge("run_exit_code", "Exit code of the last run.").is(f64::from(exit.code()));
            out.gauge("run_complete", "Whether the last run read everything.").is(f64::from(u8::from(complete)));
            out.gauge("last_run_timestamp_seconds", "When the last run ended, however.").is(seconds(at));
        }
        if let Some(at) = self.last_complete {
            out.gauge("last_complete_run_timestamp_seconds", "When the last complete run ended.").is(seconds(at));
        }
        out.into_text()
    }
}

impl Night {
    fn new(summary: &Summary, findings: &[Finding], toll: Toll) -> Self {
        let gaps = findings.iter().filter(|f| matches!(f.status, Status::Missing | Status::WrongRole));
        Self {
            accounts: accounts(findings),
            oldest_gap_days: gaps.filter_map(|f| f.days_open).max().unwrap_or(0),
            bad_rows: summary.bad_rows.len() as u64,
            mails: summary.mails,
            guards: summary.guards.iter().map(|guard| guard.name.clone()).collect(),
            toll,
        }
    }

    fn write(&self, out: &mut Exposition) {
        let toll = &self.toll;
        let mut family = out.gauge("accounts", "Judged accounts of the last run.");
        for ((country, status, cause), count) in &self.accounts {
            family.of(&[("country", country), ("status", status.as_str()), ("cause", cause)], count_of(*count));
        }
        if self.accounts.is_empty() {
            family.of(&[("country", "none"), ("status", "ok"), ("cause", "shared_as_expected")], 0.0);
        }
        #[expect(clippy::cast_precision_loss, reason = "days")]
        out.gauge("oldest_gap_days", "Days that the oldest gap has been open.").is(self.oldest_gap_days as f64);
        out.gauge("register_rows", "Rows of the accounts register.").is(count_of(toll.register_rows));
        out.gauge("bad_rows", "Rows of the registers that were set aside.").is(count_of(self.bad_rows));
        let mut family =
            out.gauge("tiktok_answers", "Requests to TikTok by its answer's code, or by what came instead.");
        for ((endpoint, answer), count) in &toll.answers {
            family.of(&[("endpoint", endpoint), ("answer", answer)], count_of(*count));
        }
        if toll.answers.is_empty() {
            family.of(&[("endpoint", "/user/info/"), ("answer", "ok")], 0.0);
        }
        out.gauge("tiktok_wait_seconds", "Silences after suspensions, and pauses before repetitions.")
            .is(toll.waits.as_secs_f64());
        out.gauge("tiktok_suspensions", "Times that TikTok suspended the app.").is(count_of(toll.suspensions));
        let mut family = out.gauge("mails", "Mails to persons by outcome.");
        for (outcome, count, _) in self.mails.outcomes() {
            family.of(&[("outcome", outcome)], count_of(count));
        }
        let mut family = out.gauge("guards_holding", "Whether the guard holds the mails.");
        for guard in GUARDS {
            family.of(&[("guard", guard)], f64::from(u8::from(self.guards.contains(guard))));
        }
        let mut family = out.gauge("run_duration_seconds", "Where the time of the last run went.");
        for (phase, spent) in &toll.phases {
            family.of(&[("phase", phase)], spent.as_secs_f64());
        }
    }
}

/// Judged rows by country, status and cause.
fn accounts(findings: &[Finding]) -> BTreeMap<(String, Status, &'static str), u64> {
    let mut written: BTreeMap<(Option<&str>, Status, &'static str), u64> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.is_judged()) {
        let country = finding.client.as_ref().map(|client| &*client.key.country);
        *written.entry((country, finding.status, finding.cause.as_str())).or_default() += 1;
    }
    let codes: BTreeSet<&str> = written.keys().filter_map(|(country, ..)| country.filter(is_code)).collect();
    let known: BTreeSet<&str> = codes.into_iter().take(MOST_COUNTRIES).collect();
    let mut accounts = BTreeMap::new();
    for ((country, status, cause), count) in written {
        let label = match country {
            None => "none".to_owned(),
            Some(code) if known.contains(code) => code.to_uppercase(),
            Some(_) => "other".to_owned(),
        };
        *accounts.entry((label, status, cause)).or_default() += count;
    }
    accounts
}

/// Two letters. In a register whose columns were mixed up a country can be a name or an address.
fn is_code(country: &&str) -> bool {
    country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn count_of(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp() as f64
}
