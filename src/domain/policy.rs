//! The configured rules of judgement, guards and reminders, validated.
//!
//! Invariant: limits are in range, lists are sorted as the rules need them; see the configuration's own documentation
//! for each meaning.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{AccountId, Address, BusinessCenterId, Language};

/// What the judgement must know besides evidence.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Configured members in order; the first is the default.
    pub members: Vec<Address>,
    /// Pools: never a client's own.
    pub agency_business_centers: BTreeSet<BusinessCenterId>,
    /// Accounts that must be seen.
    pub canaries: Vec<AccountId>,
}

/// Which mails go when.
#[derive(Clone, Debug)]
pub struct Reminders {
    /// Offsets from the first mail; begins with 0, rises.
    pub days: Vec<u32>,
    /// Least distance of two mails to a person, in days.
    pub min_days_between: u32,
    /// Nights a gap must be certain before the first mail.
    pub grace_nights: u32,
    /// Days within which a gap that returns continues.
    pub reopen_days: u32,
    /// No mail on Saturday and Sunday.
    pub skip_weekends: bool,
    /// No mail on these days.
    pub skip_dates: BTreeSet<NaiveDate>,
    /// Whether a role that is too high is mailed.
    pub remind_role_too_high: bool,
}

/// Limits beyond which mails are held.
#[derive(Clone, Debug)]
pub struct Guards {
    /// Of all that were ok: share that may be missing now.
    pub max_regressed_share: f64,
    /// Fewer than this never hold.
    pub min_regressed: u64,
    /// Of all judged: share that may be mailed for the first time.
    pub max_first_mailed_share: f64,
    /// Fewer than this never hold.
    pub min_first_mailed: u64,
    /// Share of rows that the register may lose.
    pub max_input_drop_share: f64,
    /// Share of rows that may be bad.
    pub max_invalid_share: f64,
    /// Mails a run may send.
    pub max_mails_per_run: u64,
}

/// Who gets mail where the register does not say.
#[derive(Clone, Debug)]
pub struct Addressing {
    /// Who gets what has no contact and no owner, the digest, and everything about the program itself.
    pub operators: Vec<Address>,
    /// Language by folded country.
    pub languages: BTreeMap<String, Language>,
}

/// The calendar of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// Zone in which days begin and end.
    pub zone: Tz,
}

impl Calendar {
    /// The calendar day of a moment.
    #[must_use]
    pub fn day(&self, moment: chrono::DateTime<chrono::Utc>) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }
}
