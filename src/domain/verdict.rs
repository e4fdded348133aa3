//! What can be judged of an account.
//!
//! Invariant: the words here are the contract's, and each cause belongs to exactly one status and one who must act.

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
