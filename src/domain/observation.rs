//! What is actually shared: everything that TikTok's answers of one run say, and how sure it is.
//!
//! Invariant: a reading that failed is a value here, never an absence. "Nothing was listed" can only be said by
//! [`Reading::Complete`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{AccountId, Address, BusinessCenterId, ByAccount, Text};

/// A member's permission on an ad account, ordered by what it may do (fact sheet §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// View campaigns and reports: the one we ask for.
    Analyst,
    /// Create and edit campaigns.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    /// All of them, rising.
    pub const ALL: &'static [Self] = &[Self::Analyst, Self::Operator, Self::Admin];

    /// TikTok's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyst => "ANALYST",
            Self::Operator => "OPERATOR",
            Self::Admin => "ADMIN",
        }
    }
}

/// The role that a row states. TikTok may state none, or one that did not exist when this was written \[U\].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedRole {
    /// One we know.
    Known(Role),
    /// `null`, absent or empty.
    Absent,
    /// One we do not know, as written (cleaned, at most 40 characters).
    New(Box<str>),
}

impl StatedRole {
    /// TikTok's word; empty where it states none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(role) => role.as_str(),
            Self::Absent => "",
            Self::New(word) => word,
        }
    }
}

/// One ad account in one Business Center's listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAccount {
    /// The account.
    pub account_id: AccountId,
    /// Its name at TikTok; may be empty.
    pub name: Text,
    /// How it is shared; neighbours that are shared alike have the value in common.
    pub terms: Arc<Terms>,
}

/// How an account is shared with the member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// The member's permission.
    pub role: StatedRole,
    /// Name of the Business Center that owns it (names are not unique); none where TikTok says none.
    pub owner: Option<Arc<str>>,
}

/// How a list or a listing was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Every page read, distinct ids equal to `total_number`, the same on every page.
    Complete {
        /// Whether it was read a second time with the same result.
        twice: bool,
    },
    /// TikTok answered, but the answers contradict themselves, and did so again when read anew.
    Incomplete {
        /// What contradicts what.
        reason: String,
    },
    /// TikTok refused, or gave nothing usable in all attempts.
    Unreadable {
        /// TikTok's code, where there was an envelope.
        code: Option<i64>,
        /// What happened, without request ids and durations (those go to the log).
        reason: String,
    },
    /// The run ended before it was asked, or finished.
    NotRead {
        /// Why reading stopped.
        reason: String,
    },
}

impl Reading {
    /// Whether absence from it proves anything.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }

    /// Why it is not complete; none if it is.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Complete { .. } => None,
            Self::Incomplete { reason } | Self::Unreadable { reason, .. } | Self::NotRead { reason } => Some(reason),
        }
    }
}

/// TikTok's word on a Business Center (fact sheet §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusinessCenterStatus {
    /// `ENABLE`, `REVIEWING`, or one we do not know: it can be read.
    Usable,
    /// `PUNISH` or `DENY`, as written.
    Suspended(Box<str>),
}

/// One Business Center of a member's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessCenter {
    /// Its name; may be empty.
    pub name: Arc<str>,
    /// Whether TikTok has suspended it.
    pub status: BusinessCenterStatus,
}

/// A member's list of Business Centers (`/bc/get/`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessCenterList {
    /// How it was read.
    pub reading: Reading,
    /// What was listed, also by an incomplete list.
    pub business_centers: BTreeMap<BusinessCenterId, BusinessCenter>,
}

/// The member's accounts in one Business Center (`/bc/asset/get/`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// How it was read.
    pub reading: Reading,
    /// What was listed, also by an incomplete listing; by account id, one row an account.
    pub accounts: Vec<ListedAccount>,
    /// `request_id` of the last answer, for TikTok's support; for log and store only.
    pub request_id: Option<String>,
}

/// Whether TikTok lets the member in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// `/user/info/` answered and does not contradict the configured e-mail.
    Good,
    /// `/user/info/` could not be read; it says nothing.
    Unconfirmed {
        /// What happened.
        reason: String,
    },
    /// The token belongs to somebody else: the (masked) address that TikTok shows does not fit.
    Contradicted,
    /// The token is expired, revoked or wrong; also found midway.
    Dead {
        /// TikTok's code.
        code: i64,
    },
    /// The token lacks a scope.
    ScopeRefused {
        /// The path that was refused, such as `/bc/get/`.
        path: String,
    },
}

impl Standing {
    /// Whether a person must mend the token before this member's silence means anything (exit code 3).
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Contradicted | Self::Dead { .. } | Self::ScopeRefused { .. })
    }
}

/// What `/advertiser/info/` says of one account to one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountInfo {
    /// Code 0: the member reaches the account, which is in this state.
    Visible(AccountState),
    /// 40001 for that id alone.
    Forbidden,
    /// It does not exist or was deleted.
    Gone,
    /// No usable answer, with what happened; of a batch all have it in common.
    Silent(Arc<String>),
}

/// State of an ad account at TikTok (fact sheet §5.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// `STATUS_ENABLE`.
    Enabled,
    /// `STATUS_DISABLE`.
    Closed,
    /// `STATUS_LIMIT`.
    Suspended,
    /// All others.
    InReview,
    /// The answer names no status.
    NotStated,
}

/// The second endpoint that lists what a token reaches (`/oauth2/advertiser/get/`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Not configured (no `app_id` and `app_secret`).
    NotAsked,
    /// It answered.
    Answered(BTreeSet<AccountId>),
    /// It did not, and why.
    Silent(String),
}

/// Everything that one member's token showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// The member.
    pub member: Address,
    /// Whether TikTok lets it in.
    pub standing: Standing,
    /// Its Business Centers.
    pub list: BusinessCenterList,
    /// Its listings; one for every Business Center of the list.
    pub listings: BTreeMap<BusinessCenterId, Listing>,
    /// States of the expected accounts that it sees, and what was asked about new gaps.
    pub infos: ByAccount<AccountInfo>,
    /// The second witness.
    pub witness: Witness,
}

impl MemberView {
    /// Whether the token shows no Business Center at all, which proves nothing about any account.
    #[must_use]
    pub fn shows_nothing(&self) -> bool {
        self.list.reading.is_complete() && self.list.business_centers.is_empty()
    }

    /// Whether a person must look after the token before this member's silence means anything (exit code 3).
    #[must_use]
    pub fn is_useless(&self) -> bool {
        self.standing.is_refused() || self.shows_nothing()
    }
}

/// Everything that TikTok showed in one run, by member in the order of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// One view a configured member.
    pub members: Vec<MemberView>,
}

impl Observation {
    /// The view of a configured member.
    #[must_use]
    pub fn of(&self, member: &Address) -> Option<&MemberView> {
        self.members.iter().find(|view| view.member == *member)
    }
}

/// What must be read again, or asked, before new gaps are believed. Once per list and run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondLook {
    /// Members whose list of Business Centers is read again.
    pub lists: BTreeSet<Address>,
    /// Listings that are read again.
    pub listings: BTreeSet<(Address, BusinessCenterId)>,
    /// Accounts about which `/advertiser/info/` is asked, one id a request.
    pub accounts: BTreeSet<(Address, AccountId)>,
}

impl SecondLook {
    /// Adds what another part of the judgement asks for.
    pub fn extend(&mut self, other: Self) {
        self.lists.extend(other.lists);
        self.listings.extend(other.listings);
        self.accounts.extend(other.accounts);
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.listings.is_empty() && self.accounts.is_empty()
    }
}
