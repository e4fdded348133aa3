//! What earlier runs left behind, as the judgement needs it.
//!
//! Invariant: an empty history is a valid one; whatever an earlier run could not see is absent, not wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    AccountId, AccountKey, Address, BusinessCenterId, ByClient, Cause, Client, ClientKey, Confidence, Family,
    MailContent, ReminderState, TrendNight, those_of,
};

/// The last certain status of an account, and its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Cause; its status follows from it. Always a certain one.
    pub cause: Cause,
    /// First certain day of the series of gaps (or of no gaps) to which it belongs.
    pub since: NaiveDate,
    /// Last day on which it was certain; none while it still was on [`History::accounts_as_of`].
    pub certain_until: Option<NaiveDate>,
}

/// A gap of an earlier day, as it was then: tonight nothing may speak of it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastGap {
    /// Its series.
    pub remembered: Remembered,
    /// Who expected the account; none for an unexpected one.
    pub client: Option<Arc<Client>>,
    /// Its name.
    pub account_name: Box<str>,
    /// The expected member.
    pub member: Option<Address>,
}

/// What a run said of an account beyond its state, as its report did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountNote {
    /// How sure it was.
    pub confidence: Option<Confidence>,
    /// For a mistyped id: which is probably meant.
    pub suggested_account: Option<AccountId>,
    /// What was seen, in sentences.
    pub evidence: String,
    /// The one step that mends it; empty where there is none.
    pub next_step: String,
    /// What the mails do about it; none where nothing is to be mended.
    pub reminder_state: Option<ReminderState>,
    /// Day of the next mail about it.
    pub next_mail_on: Option<NaiveDate>,
}

/// Where a member saw accounts. Those of one listing mostly share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastPlace {
    /// By whom.
    pub member: Address,
    /// Where.
    pub business_center: BusinessCenterId,
    /// The owner's name then.
    pub owner: Option<Arc<str>>,
}

/// A place where a member saw an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSighting {
    /// Which account.
    pub account_id: AccountId,
    /// By whom and where.
    pub place: Arc<PastPlace>,
    /// First day.
    pub first_seen_on: NaiveDate,
    /// Last day on which a run saw it there.
    pub last_seen_on: NaiveDate,
}

/// Where accounts were seen; by account, and by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastSightings(Vec<PastSighting>);

impl PastSightings {
    /// Where an account was seen.
    #[must_use]
    pub fn of(&self, account: AccountId) -> &[PastSighting] {
        those_of(&self.0, account, |seen| seen.account_id)
    }
}

impl From<Vec<PastSighting>> for PastSightings {
    fn from(mut sightings: Vec<PastSighting>) -> Self {
        sightings.sort_unstable_by(|a, b| (a.account_id.get(), &a.place).cmp(&(b.account_id.get(), &b.place)));
        Self(sightings)
    }
}

/// A Business Center that a member was once in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastBusinessCenter {
    /// Its name when last listed.
    pub name: Arc<str>,
    /// Whether the last complete reading on an earlier day listed accounts, or one by an earlier run of today did.
    pub listed_accounts: bool,
    /// First day on which it listed none although it had listed some before; none if it lists some, or never did.
    pub empty_since: Option<NaiveDate>,
}

/// A finished or broken run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// Its id.
    pub run_id: String,
    /// The moment it took for the present.
    pub now: DateTime<Utc>,
    /// Rows of the accounts register.
    pub register_rows: u64,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailOutcome {
    /// The intent is stored, and nothing else is known: after a crash it is doubtful.
    Intended,
    /// The server took it (2xx).
    Accepted,
    /// Refused for now (4xx, connection); tried again today, byte for byte.
    Deferred,
    /// Refused for good, by a fault of ours (5xx other than to RCPT TO).
    Failed,
    /// The server refuses the address (5xx to RCPT TO).
    Suppressed,
    /// The dialogue broke where acceptance cannot be told.
    Doubtful,
    /// Accepted for the rehearsal's address instead.
    Redirected,
}

impl MailOutcome {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Intended,
        Self::Accepted,
        Self::Deferred,
        Self::Failed,
        Self::Suppressed,
        Self::Doubtful,
        Self::Redirected,
    ];

    /// The store's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Doubtful => "doubtful",
            Self::Redirected => "redirected",
        }
    }

    /// Reads the store's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|outcome| outcome.as_str() == word)
    }
}

/// A mail to a person, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMail {
    /// To whom.
    pub person: Address,
    /// Calendar day.
    pub day: NaiveDate,
    /// First day of the episode to which it belongs.
    pub episode: NaiveDate,
    /// Its number in the episode, from 1.
    pub number: u32,
    /// How it ended.
    pub outcome: MailOutcome,
    /// What it listed.
    pub content: MailContent,
}

/// The run with which the guards compare: the last one that was neither held nor incomplete, or was released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Its id.
    pub run_id: String,
    /// Rows of the accounts register then.
    pub register_rows: u64,
    /// Accounts that were ok then, or when they were last certain: a night of doubt makes none of them forgotten.
    pub ok: ByClient<()>,
}

/// Everything remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The newest run, however it ended; none if the store is new.
    pub newest_run: Option<PastRun>,
    /// Ids of all stored runs.
    pub run_ids: BTreeSet<String>,
    /// Whether any run could mail: it ended and was not held, or was released. Until then the store may be a lost one's
    /// successor that does not know who was mailed.
    pub has_mailed: bool,
    /// Day of the last run of an earlier calendar day; none if there is none.
    pub accounts_as_of: Option<NaiveDate>,
    /// Last certain status of each account as of that run.
    pub accounts: ByClient<Remembered>,
    /// Those of them that were gaps.
    pub gaps: HashMap<AccountKey, PastGap>,
    /// Gaps that were mended before that run: the first day of the newest nights of ok that followed a gap.
    pub mended_on: HashMap<AccountKey, NaiveDate>,
    /// Where accounts were seen, on any day up to and including today.
    pub sightings: PastSightings,
    /// Business Centers by member, as of earlier calendar days, and those that an earlier run of today saw accounts in.
    pub business_centers: BTreeMap<(Address, BusinessCenterId), PastBusinessCenter>,
    /// The clients whose accounts were ever seen in a Business Center, with the family they then belonged to.
    pub clients_of: BTreeMap<BusinessCenterId, BTreeMap<ClientKey, Family>>,
    /// What the guards compare with.
    pub baseline: Option<Baseline>,
    /// Nights of earlier calendar days that the trend still covers, oldest first.
    pub trend: Vec<TrendNight>,
    /// Mails to persons (not the digests), oldest first.
    pub mails: Vec<PastMail>,
}
