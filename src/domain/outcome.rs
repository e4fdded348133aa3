//! How a run ended: exit codes and the summary.
//!
//! Invariant: the summary is complete before it is written; nothing in it depends on durations or chance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Exit codes of the program. The order is the order of precedence when several apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// 1: a fault of the program.
    Unexpected,
    /// 2: usage, configuration or input refused.
    Refused,
    /// 8: another run holds the lease.
    LeaseHeld,
    /// 3: TikTok refused a token, its scopes or its identity.
    TokenRefused,
    /// 7: report or state could not be written.
    NotWritten,
    /// 5: a guard holds the mails.
    Held,
    /// 4: something was not read completely.
    NotReadCompletely,
    /// 6: some mails were not accepted.
    MailsNotAccepted,
    /// 0: done.
    Done,
}

impl Exit {
    /// All of them, in the order of precedence.
    pub const ALL: &'static [Self] = &[
        Self::Unexpected,
        Self::Refused,
        Self::LeaseHeld,
        Self::TokenRefused,
        Self::NotWritten,
        Self::Held,
        Self::NotReadCompletely,
        Self::MailsNotAccepted,
        Self::Done,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Refused => 2,
            Self::TokenRefused => 3,
            Self::NotReadCompletely => 4,
            Self::Held => 5,
            Self::MailsNotAccepted => 6,
            Self::NotWritten => 7,
            Self::LeaseHeld => 8,
        }
    }

    /// Whether trying again the same night may end better, as the contract's table says.
    #[must_use]
    pub fn retry_helps(self) -> bool {
        match self {
            Self::Unexpected | Self::NotReadCompletely | Self::MailsNotAccepted | Self::NotWritten => true,
            Self::Refused | Self::TokenRefused | Self::Held | Self::LeaseHeld | Self::Done => false,
        }
    }

    /// What a code means here; a code that is none of ours is a fault of the program.
    #[must_use]
    pub fn of_code(code: u8) -> Self {
        Self::ALL.iter().copied().find(|exit| exit.code() == code).unwrap_or(Self::Unexpected)
    }

    /// What it means, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; gaps in access are a result, not an error",
            Self::Unexpected => "unexpected error",
            Self::Refused => "usage, configuration or input refused",
            Self::TokenRefused => "TikTok refused a token, its scopes or its identity; a person must act",
            Self::NotReadCompletely => "something TikTok should have answered was not read completely; run again",
            Self::Held => "a guard holds the mails; a person must release",
            Self::MailsNotAccepted => "some mails were not accepted; they stay due",
            Self::NotWritten => "report or state could not be written",
            Self::LeaseHeld => "another run holds the lease",
        }
    }
}

/// Names of all guards.
pub const GUARDS: [&str; 8] =
    ["canary", "first_mailed", "input_drop", "input_empty", "invalid_rows", "max_per_run", "regressed", "store_lost"];

/// A guard that holds the mails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardTrip {
    /// Name, such as `regressed`.
    pub name: String,
    /// What was found.
    pub value: f64,
    /// What is allowed.
    pub limit: f64,
    /// In words, with the cluster that explains it; for digest and terminal.
    #[serde(skip)]
    pub explanation: String,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    /// By which member.
    pub member: String,
    /// Where; empty for the list of Business Centers, a witness or the identity.
    pub business_center_id: String,
    /// What happened.
    pub reason: String,
}

/// A bad row, as the summary tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadRowNote {
    /// Source.
    pub file: String,
    /// Line.
    pub line: u64,
    /// Column.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

/// Numbers of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// New gaps.
    pub new: u64,
    /// Gaps still open.
    pub open: u64,
    /// Gaps mended.
    pub resolved: u64,
    /// Gaps nobody expects any more.
    pub withdrawn: u64,
}

/// Mails to persons by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MailCounts {
    /// Accepted by the server.
    pub sent: u64,
    /// Held by a guard.
    pub held: u64,
    /// Refused, for now or by a fault of ours; still due.
    pub failed: u64,
    /// Perhaps arrived.
    pub doubtful: u64,
    /// The server refuses the address.
    pub suppressed: u64,
    /// Sent to the rehearsal's address.
    pub redirected: u64,
}

impl MailCounts {
    /// Each outcome: its word, how many, and what it means.
    #[must_use]
    pub fn outcomes(self) -> [(&'static str, u64, &'static str); 6] {
        [
            ("sent", self.sent, "Accepted by the mail server."),
            ("held", self.held, "Held by a guard; a person must release them."),
            ("failed", self.failed, "Refused for now, or by a fault of ours; still due."),
            ("doubtful", self.doubtful, "Perhaps arrived: the run could not learn it."),
            ("suppressed", self.suppressed, "The mail server refuses the address for good."),
            ("redirected", self.redirected, "Sent to the rehearsal's address instead."),
        ]
    }
}

/// `summary.json`, in the contract's order.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Run id.
    pub run_id: String,
    /// The moment the run took for the present, RFC 3339.
    pub now: String,
    /// `run`, `plan` or `release`.
    pub command: String,
    /// The code the process ends with.
    pub exit_code: u8,
    /// All that apply, rising.
    pub exit_codes: Vec<u8>,
    /// Whether everything was read that no exception excuses.
    pub complete: bool,
    /// Judged rows by status and cause.
    pub counts: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// By change.
    pub changes: ChangeCounts,
    /// Guards that hold.
    pub guards: Vec<GuardTrip>,
    /// What was not read.
    pub unread: Vec<Unread>,
    /// Rows set aside.
    pub bad_rows: Vec<BadRowNote>,
    /// By outcome.
    pub mails: MailCounts,
}
