//! Why a question has no answer, as a value and as a sentence.
//!
//! Invariant: a sentence holds no request id and no duration that was measured: the same answers give the same words.

use std::time::Duration;

use crate::domain::{Reading, Standing};

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The run is over, or TikTok's quota of the day is, or the member is refused: nobody need ask on.
    Ended(String),
    /// TikTok refused, or gave nothing usable in all attempts.
    Unusable { code: Option<i64>, kind: Kind, reason: String },
}

/// What a refusal is about, for those who must tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The object does not exist or was deleted.
    Gone,
    /// The token lacks a scope; it bears the path.
    Scope(String),
    /// The app or the caller is refused.
    App,
    /// The token is dead.
    Dead,
    /// Refused otherwise.
    Refused,
    /// Nothing usable in all attempts.
    Spent,
}

impl Failure {
    /// As a reading.
    pub(super) fn into_reading(self) -> Reading {
        match self {
            Self::Ended(reason) => Reading::NotRead { reason },
            Self::Unusable { code, reason, .. } => Reading::Unreadable { code, reason },
        }
    }

    /// As the silence of `/oauth2/advertiser/get/`. A mixed-up app shows as 40000, 40101 or 40113 (fact sheet §11).
    pub(super) fn into_witness_reason(self) -> String {
        let mixed_up = matches!(self, Self::Unusable { code: Some(40000 | 40101 | 40113), .. });
        let reason = self.into_reason();
        if mixed_up {
            format!("{reason}: check app_id and app_secret, they must be of the token's app")
        } else {
            reason
        }
    }

    /// As a sentence.
    pub(super) fn into_reason(self) -> String {
        match self {
            Self::Ended(reason) | Self::Unusable { reason, .. } => reason,
        }
    }
}

impl Kind {
    /// What happened, in words that are the same whenever the answers are.
    pub(super) fn reason(&self, code: Option<i64>, words: &str, attempts: u32) -> String {
        match (self, code) {
            // The words of a fault that passes differ from answer to answer; those of a refusal say what to mend.
            (Self::Spent, None) => format!("no usable answer in {attempts} attempts, at last {words}"),
            (Self::Spent, Some(code)) => format!("no usable answer in {attempts} attempts, at last code {code}"),
            (_, None) => format!("no usable answer: {words}"),
            (_, Some(code)) if words.is_empty() => format!("TikTok refused with code {code}"),
            (_, Some(code)) => format!("TikTok refused with code {code}: {words}"),
        }
    }
}

pub(super) fn stopped() -> Failure {
    Failure::Ended("the run was told to stop".to_owned())
}

pub(super) fn quota_used_up() -> Failure {
    Failure::Ended("TikTok's quota of the day is used up: three quota answers in a row".to_owned())
}

/// Why nothing more is read for a member.
pub(super) fn why_refused(standing: &Standing) -> String {
    match standing {
        Standing::Dead { code } => format!("TikTok refuses the member's token (code {code})"),
        Standing::ScopeRefused { path } => format!("the member's token lacks the scope for {path}"),
        Standing::Contradicted => "the token belongs to somebody else than the member".to_owned(),
        Standing::Good | Standing::Unconfirmed { .. } => "the member is not read".to_owned(),
    }
}

/// The end by the clock.
pub(super) fn out_of_time(limit: Duration) -> Failure {
    Failure::Ended(format!("the run's time limit of {} was reached", span(limit)))
}

/// A time limit as the configuration writes it.
fn span(limit: Duration) -> String {
    let seconds = limit.as_secs();
    if limit.subsec_millis() != 0 {
        format!("{}ms", limit.as_millis())
    } else if seconds >= 60 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}
