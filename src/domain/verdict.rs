//! What can be judged of an account.
//!
//! Invariant: the words here are the contract's, and each cause belongs to exactly one status and one who must act. What
//! is written above a word is what reports and their documentation tell people of it.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $meaning:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// All of them, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The contract's word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in one sentence for people.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),+).trim_start(),)+ }
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
        /// Shared as it should be; where somebody must act all the same, the cause says why.
        Ok = "ok",
        /// Expected and not shared, on complete evidence.
        Missing = "missing",
        /// Shared, with a higher permission than Analyst.
        WrongRole = "wrong_role",
        /// Shared with us, and expected by nobody.
        Unexpected = "unexpected",
        /// Nothing certain can be said tonight: it neither opens nor closes a gap, and nobody is mailed for it.
        Unknown = "unknown",
        /// The register's row cannot be judged until it is mended.
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
        /// The member sees the account as Analyst.
        SharedAsExpected = "shared_as_expected",
        /// Shared as expected, but TikTok says that the account is closed (STATUS_DISABLE).
        AccountClosed = "account_closed",
        /// Shared as expected, but TikTok says that the account is suspended (STATUS_LIMIT).
        AccountSuspended = "account_suspended",
        /// Shared as expected, but TikTok says that the account is not enabled, mostly because it is in review.
        AccountInReview = "account_in_review",
        /// The client's Business Center is known, and the member is not in it: no invitation, or one that nobody
        /// accepted yet.
        NotAMember = "not_a_member",
        /// The member is in the client's Business Center, and the account is not assigned to it there.
        NotAssigned = "not_assigned",
        /// An earlier run saw the account; the member is still in that Business Center, and the account is not assigned
        /// to it any more.
        AccessRemoved = "access_removed",
        /// Everything was read, the account is nowhere, and the client's Business Center is not known.
        NotShared = "not_shared",
        /// Another member of ours sees the account, and the expected one does not.
        SharedWithOtherMember = "shared_with_other_member",
        /// Last seen in a Business Center of several clients (a pool) or under another owner's name, and gone from
        /// there.
        PartnerShareLost = "partner_share_lost",
        /// The register's id is probably mistyped: one account that nobody expects has nearly the same
        /// (suggested_account_id).
        MistypedId = "mistyped_id",
        /// TikTok has suspended the client's Business Center (PUNISH or DENY).
        BusinessCenterSuspended = "business_center_suspended",
        /// TikTok says that the account does not exist or was deleted.
        AccountGone = "account_gone",
        /// The member is Operator or Admin where Analyst is expected: it works, but gives more rights than needed.
        RoleTooHigh = "role_too_high",
        /// Shared with the member, and no row of the register expects it today.
        NotOnboarded = "not_onboarded",
        /// TikTok refuses the member's token, scopes or identity, or shows it nothing at all: what it does not show
        /// proves nothing.
        TokenProblem = "token_problem",
        /// An account that must always be seen was not seen, so that the run proves nothing.
        CanaryMissing = "canary_missing",
        /// A Business Center in which the account could be, or the list of them, could not be read.
        BusinessCenterUnreadable = "business_center_unreadable",
        /// A listing in which the account could be does not add up, or is suddenly empty.
        ListingIncomplete = "listing_incomplete",
        /// The listing lacks the account, and a second endpoint of TikTok says that it is shared.
        WitnessDisagrees = "witness_disagrees",
        /// The register's Business Center is not the one in which the client is known to be.
        BusinessCenterConflict = "business_center_conflict",
        /// The account is shared, and TikTok states no role, or one that is not known.
        RoleNotStated = "role_not_stated",
        /// The row names a member that the configuration does not have.
        MemberNotConfigured = "member_not_configured",
        /// The row's account id cannot be one; the evidence names the damage.
        MalformedId = "malformed_id",
        /// Something else in the row cannot be read; the evidence names it.
        MalformedRow = "malformed_row",
        /// A second row for the same client and account; the first is judged.
        DuplicateRow = "duplicate_row",
        /// Clients that do not belong together register the same account for the same days.
        ClaimedBySeveralClients = "claimed_by_several_clients",
    }
}

words! {
    /// Who must act.
    ActionOwner {
        /// The client, whom the mails ask.
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
        /// A second endpoint of TikTok agrees.
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
        /// Mailed today, or on the day that next_mail_on names.
        Scheduled = "scheduled",
        /// Due, but for the nights of grace, a skipped day or the distance between two mails.
        Waiting = "waiting",
        /// The client was reminded as often as configured; the owner has it.
        Escalated = "escalated",
        /// Excepted by the exceptions register.
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
