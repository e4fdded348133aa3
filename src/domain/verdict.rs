//! What is judged of an account: status, cause and everything a report says about it.
//!
//! Invariant: the words here are the contract's, and each cause belongs to exactly one status and one who must act.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{AccountId, Address, BusinessCenterId, Client, ClientKey, RegisterState, Role, StatedRole};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The contract's word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the contract's word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What is so.
    Status {
        /// Seen with the expected role.
        Ok = "ok",
        /// Not seen, on complete evidence.
        Missing = "missing",
        /// Seen with more than the expected role.
        WrongRole = "wrong_role",
        /// Seen, and expected by nobody.
        Unexpected = "unexpected",
        /// Nothing can be said.
        Unknown = "unknown",
        /// The register's row makes no sense.
        Invalid = "invalid",
    }
}

impl Status {
    /// Whether the status is a gap for `change`: missing, wrong_role and unexpected.
    #[must_use]
    pub fn is_gap(self) -> bool {
        matches!(self, Self::Missing | Self::WrongRole | Self::Unexpected)
    }

    /// Whether the status says something about access: all but unknown and invalid.
    #[must_use]
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::Unknown | Self::Invalid)
    }
}

words! {
    /// Why it is so.
    Cause {
        /// All is well.
        SharedAsExpected = "shared_as_expected",
        /// `STATUS_DISABLE`.
        AccountClosed = "account_closed",
        /// `STATUS_LIMIT`.
        AccountSuspended = "account_suspended",
        /// Any other state but enabled.
        AccountInReview = "account_in_review",
        /// The client's Business Center is not in the member's complete list.
        NotAMember = "not_a_member",
        /// In the Business Center, but the account is not assigned.
        NotAssigned = "not_assigned",
        /// As not assigned, but an earlier run saw it there.
        AccessRemoved = "access_removed",
        /// Nowhere, and the client's Business Center is not known.
        NotShared = "not_shared",
        /// Only another configured member sees it.
        SharedWithOtherMember = "shared_with_other_member",
        /// Last seen in a pool or under another owner's name.
        PartnerShareLost = "partner_share_lost",
        /// One unexpected account of the same client is near.
        MistypedId = "mistyped_id",
        /// `PUNISH` or `DENY`.
        BusinessCenterSuspended = "business_center_suspended",
        /// The id does not exist or was deleted.
        AccountGone = "account_gone",
        /// Operator or Admin where Analyst is expected.
        RoleTooHigh = "role_too_high",
        /// Shared with the member, expected by nobody.
        NotOnboarded = "not_onboarded",
        /// The member's token, scopes or identity were refused.
        TokenProblem = "token_problem",
        /// A canary was not seen.
        CanaryMissing = "canary_missing",
        /// A Business Center, or the list of them, could not be read.
        BusinessCenterUnreadable = "business_center_unreadable",
        /// A listing contradicts itself.
        ListingIncomplete = "listing_incomplete",
        /// A second endpoint says that it is shared.
        WitnessDisagrees = "witness_disagrees",
        /// The register's Business Center is not the one in which the client is known to be.
        BusinessCenterConflict = "business_center_conflict",
        /// TikTok states no role, or one that is not known.
        RoleNotStated = "role_not_stated",
        /// The row names a member that the configuration does not have.
        MemberNotConfigured = "member_not_configured",
        /// The id cannot be one.
        MalformedId = "malformed_id",
        /// Something else in the row.
        MalformedRow = "malformed_row",
        /// A second row for the same client and account.
        DuplicateRow = "duplicate_row",
        /// Clients that do not belong together register the same account.
        ClaimedBySeveralClients = "claimed_by_several_clients",
    }
}

words! {
    /// Who must act.
    ActionOwner {
        /// The client.
        Client = "client",
        /// The agency's data team.
        DataTeam = "data_team",
        /// TikTok's support.
        TikTok = "tiktok",
    }
}

impl Cause {
    /// The status to which the cause belongs.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::SharedAsExpected | Self::AccountClosed | Self::AccountSuspended | Self::AccountInReview => Status::Ok,
            Self::NotAMember
            | Self::NotAssigned
            | Self::AccessRemoved
            | Self::NotShared
            | Self::SharedWithOtherMember
            | Self::PartnerShareLost
            | Self::MistypedId
            | Self::BusinessCenterSuspended
            | Self::AccountGone => Status::Missing,
            Self::RoleTooHigh => Status::WrongRole,
            Self::NotOnboarded => Status::Unexpected,
            Self::TokenProblem
            | Self::CanaryMissing
            | Self::BusinessCenterUnreadable
            | Self::ListingIncomplete
            | Self::WitnessDisagrees
            | Self::BusinessCenterConflict
            | Self::RoleNotStated
            | Self::MemberNotConfigured => Status::Unknown,
            Self::MalformedId | Self::MalformedRow | Self::DuplicateRow | Self::ClaimedBySeveralClients => {
                Status::Invalid
            }
        }
    }

    /// Who must act; nobody where all is well.
    #[must_use]
    pub fn action_owner(self) -> Option<ActionOwner> {
        match self {
            Self::SharedAsExpected => None,
            Self::NotAMember
            | Self::NotAssigned
            | Self::AccessRemoved
            | Self::NotShared
            | Self::SharedWithOtherMember
            | Self::RoleTooHigh => Some(ActionOwner::Client),
            Self::BusinessCenterSuspended => Some(ActionOwner::TikTok),
            Self::AccountClosed
            | Self::AccountSuspended
            | Self::AccountInReview
            | Self::PartnerShareLost
            | Self::MistypedId
            | Self::AccountGone
            | Self::NotOnboarded
            | Self::TokenProblem
            | Self::CanaryMissing
            | Self::BusinessCenterUnreadable
            | Self::ListingIncomplete
            | Self::WitnessDisagrees
            | Self::BusinessCenterConflict
            | Self::RoleNotStated
            | Self::MemberNotConfigured
            | Self::MalformedId
            | Self::MalformedRow
            | Self::DuplicateRow
            | Self::ClaimedBySeveralClients => Some(ActionOwner::DataTeam),
        }
    }
}

words! {
    /// How sure it is.
    Confidence {
        /// A second endpoint agrees.
        Witnessed = "witnessed",
        /// The same list said so twice in this run.
        ReadTwice = "read_twice",
        /// One complete list said so.
        ReadOnce = "read_once",
    }
}

words! {
    /// Against the last certain status of an earlier calendar day.
    Change {
        /// It became a gap.
        New = "new",
        /// It is still a gap.
        Open = "open",
        /// It was a gap, and is none now.
        Resolved = "resolved",
        /// It was a gap, and nobody expects it now.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What happens with a gap by mail.
    ReminderState {
        /// Mailed today, or on the day `next_mail_on` says.
        Scheduled = "scheduled",
        /// Due, but for grace, a skipped day or the distance between mails.
        Waiting = "waiting",
        /// Handed to the owner.
        Escalated = "escalated",
        /// Excepted.
        Snoozed = "snoozed",
        /// A guard holds the mails.
        Held = "held",
        /// The mail server refuses the address.
        Suppressed = "suppressed",
        /// Today's mail may or may not have arrived.
        Doubtful = "doubtful",
        /// There is no contact.
        Nobody = "nobody",
        /// Not a gap for mail.
        NotMailed = "not_mailed",
    }
}

/// What identifies an account from night to night: its client (none while nobody expects it) and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// Who expects it.
    pub client: Option<ClientKey>,
    /// The account.
    pub account_id: AccountId,
}

/// Where an account was seen tonight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// By whom.
    pub member: Address,
    /// Where.
    pub business_center: BusinessCenterId,
    /// As what.
    pub role: StatedRole,
    /// Owner's name as the listing gives it.
    pub owner: Option<Arc<str>>,
}

/// The register's side of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterFacts {
    /// Onboarded or requested.
    pub state: RegisterState,
    /// First day.
    pub start: Option<NaiveDate>,
    /// Last day.
    pub end: Option<NaiveDate>,
    /// Who added the row.
    pub added_by: Box<str>,
    /// Tags.
    pub tags: Box<str>,
}

/// Reminders of a gap, as the report shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReminderFacts {
    /// What happens; none where nothing is to be mended.
    pub state: Option<ReminderState>,
    /// The most accepted mails that any of its persons got about it.
    pub mails_sent: u32,
    /// Day of the latest of them.
    pub last_mailed_on: Option<NaiveDate>,
    /// Day of the earliest to come.
    pub next_mail_on: Option<NaiveDate>,
}

/// One line of the reports: everything judged of one account of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Against earlier days.
    pub change: Option<Change>,
    /// What is so; [`Cause::status`] of the cause.
    pub status: Status,
    /// Why.
    pub cause: Cause,
    /// Who must act.
    pub action_owner: Option<ActionOwner>,
    /// How sure.
    pub confidence: Option<Confidence>,
    /// Whose; none for an unexpected account without a known client.
    pub client: Option<Arc<Client>>,
    /// The account; none where the register's text is no id.
    pub account_id: Option<AccountId>,
    /// The id as the register writes it; the same as `account_id` where there is one.
    pub account_text: Box<str>,
    /// The register's name, else TikTok's.
    pub account_name: Box<str>,
    /// The register's other columns; none for an unexpected account and a bad row.
    pub register: Option<RegisterFacts>,
    /// The expected member, or for an unexpected account the one that sees it.
    pub member: Option<Address>,
    /// The role the member should have; none where the account is not expected.
    pub expected_role: Option<Role>,
    /// The effective role; none where not seen.
    pub actual_role: Option<StatedRole>,
    /// Where it was seen; else the client's Business Center, where exactly one is known.
    pub business_center: Option<BusinessCenterId>,
    /// Its name; may be empty.
    pub business_center_name: Arc<str>,
    /// The Business Centers that a mail names; empty where none is known.
    pub client_business_centers: Vec<(BusinessCenterId, Arc<str>)>,
    /// Everywhere that any member saw it tonight.
    pub sightings: Vec<Sighting>,
    /// First certain day of this series.
    pub since: Option<NaiveDate>,
    /// Days since then; for gaps.
    pub days_open: Option<i64>,
    /// Last day on which a run saw it.
    pub last_seen_on: Option<NaiveDate>,
    /// Where it was last seen, if that is not tonight.
    pub last_seen_in: Option<(BusinessCenterId, Arc<str>)>,
    /// For a mistyped id.
    pub suggested_account: Option<AccountId>,
    /// The other member, for `shared_with_other_member`.
    pub other_member: Option<Address>,
    /// What was seen, in sentences for the data team. No request ids and no durations.
    pub evidence: String,
    /// The one step that mends it; empty where nothing is to be done.
    pub next_step: String,
    /// What the mails do about it.
    pub reminder: ReminderFacts,
}

impl Finding {
    /// A finding of this cause about an id as written, with nothing else known yet.
    #[must_use]
    pub fn new(cause: Cause, account_text: impl Into<Box<str>>) -> Self {
        Self {
            change: None,
            status: cause.status(),
            cause,
            action_owner: cause.action_owner(),
            confidence: None,
            client: None,
            account_id: None,
            account_text: account_text.into(),
            account_name: "".into(),
            register: None,
            member: None,
            expected_role: None,
            actual_role: None,
            business_center: None,
            business_center_name: Arc::from(""),
            client_business_centers: Vec::new(),
            sightings: Vec::new(),
            since: None,
            days_open: None,
            last_seen_on: None,
            last_seen_in: None,
            suggested_account: None,
            other_member: None,
            evidence: String::new(),
            next_step: String::new(),
            reminder: ReminderFacts::default(),
        }
    }

    /// Gives it a cause, with the status and the one who must act that belong to it.
    pub fn set_cause(&mut self, cause: Cause) {
        self.cause = cause;
        self.status = cause.status();
        self.action_owner = cause.action_owner();
    }

    /// The key under which the store remembers it; none for a row without a readable id.
    #[must_use]
    pub fn key(&self) -> Option<AccountKey> {
        let client = match self.status {
            Status::Unexpected => None,
            _ => self.client.as_ref().map(|c| c.key.clone()),
        };
        self.account_id.map(|account_id| AccountKey { client, account_id })
    }

    /// Whether it belongs into `diff.csv`: not ok, or somebody must act, or it was mended or withdrawn tonight.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        self.status != Status::Ok
            || self.action_owner.is_some()
            || matches!(self.change, Some(Change::Resolved | Change::Withdrawn))
    }
}
