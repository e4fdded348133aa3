//! What was asked in a run and how it was answered: for log, metrics and store, never for a report.
//!
//! Invariant: it holds no token, no address and no URL, and its size is bounded.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::BusinessCenterId;

use super::retry::Outcome;

/// Faulty calls that are kept one by one.
const MOST_FAULTY: usize = 1000;

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answered {
    /// With an envelope of this code; 0 is success.
    Code(i64),
    /// With this HTTP status and no usable envelope.
    Http(u16),
    /// Not at all, or it broke off.
    Transport,
    /// With code 0 or none, and nothing readable.
    Malformed,
    /// With more than any true answer has.
    TooLarge,
}

impl From<Outcome<'_>> for Answered {
    fn from(outcome: Outcome<'_>) -> Self {
        match outcome {
            Outcome::Transport => Self::Transport,
            Outcome::Http(status) => Self::Http(status),
            Outcome::NoEnvelope | Outcome::Malformed => Self::Malformed,
            Outcome::TooLarge => Self::TooLarge,
            Outcome::Code(code, _) => Self::Code(code),
        }
    }
}

impl Answered {
    /// The answer as metrics name it: one of a list that nobody else can make longer.
    #[must_use]
    pub fn label(self) -> &'static str {
        macro_rules! known {
            ($of:expr; $($code:literal)+; $other:literal) => {
                match $of { $($code => stringify!($code),)+ _ => $other }
            };
        }
        match self {
            Self::Code(0) => "ok",
            // Those that the fact sheet's §3 tells apart.
            Self::Code(code) => {
                known!(code; 40000 40001 40002 40006 40007 40010 40016 40100 40101 40102 40103 40104 40105
                40106 40110 40113 40114 40130 40131 40132 40133 40200 40201 40202 40300 40301 40309 40700 41000 50000 50002
                51000 51010 51305 60001 61000 70001; "other")
            }
            Self::Http(429) => "http_429",
            Self::Http(400..=499) => "http_4xx",
            Self::Http(500..=599) => "http_5xx",
            Self::Http(_) => "http_other",
            Self::Transport => "transport",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Http(status) => write!(f, "http_{status}"),
            Self::Transport => f.write_str("transport"),
            Self::Malformed => f.write_str("malformed"),
            Self::TooLarge => f.write_str("too_large"),
        }
    }
}

/// One call that was not answered with code 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultyCall {
    /// Place of the member in the configuration, from 0.
    pub member_index: usize,
    /// Path within v1.3, such as `/bc/get/`.
    pub endpoint: &'static str,
    /// The Business Center it was about.
    pub business_center_id: Option<BusinessCenterId>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// How it was answered.
    pub answered: Answered,
    /// TikTok's words, cleaned, or ours where it said nothing.
    pub message: String,
    /// For TikTok's support.
    pub request_id: Option<String>,
}

/// Numbers of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Requests sent.
    pub requests: u64,
    /// Requests by endpoint and answer.
    pub answers: BTreeMap<(&'static str, Answered), u64>,
    /// Requests that repeated an earlier one.
    pub repeated: u64,
    /// Pauses before repetitions, added up over all workers.
    pub retry_waits: Duration,
    /// Times that an app was silent after a quota code.
    pub suspensions: u64,
    /// Requests that were given up.
    pub given_up: u64,
    /// Calls that were not answered with code 0, the first thousand, sorted.
    pub faulty: Vec<FaultyCall>,
}

/// Where the workers write.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Calls>);

impl Ledger {
    pub(super) fn open(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn calls(&self) -> Calls {
        let mut calls = self.open().clone();
        calls.faulty.sort_unstable();
        calls
    }
}

impl Calls {
    pub(super) fn note(&mut self, endpoint: &'static str, answered: Answered, attempt: u32) {
        self.requests += 1;
        self.repeated += u64::from(attempt > 1);
        *self.answers.entry((endpoint, answered)).or_default() += 1;
    }

    pub(super) fn note_fault(&mut self, call: FaultyCall) {
        if self.faulty.len() < MOST_FAULTY {
            self.faulty.push(call);
        }
    }
}
