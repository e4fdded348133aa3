//! Everything that a report says about an account.
//!
//! Invariant: a finding's status and who must act are those of its cause.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    AccountId, ActionOwner, Address, BusinessCenterId, Cause, Change, Client, ClientKey, Confidence, RegisterFacts,
    RegisterState, ReminderState, Role, StatedRole, Status, Text,
};

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
///
/// What is [`Said`] of an account can be read from the finding itself, and set on it; setting gives it a value of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The account; none where the register's text is no id.
    pub account_id: Option<AccountId>,
    /// The register's name, else TikTok's.
    pub account_name: Text,
    /// The register's other columns; none for an unexpected account and a bad row.
    pub register: Option<Arc<RegisterFacts>>,
    /// First certain day of this series.
    pub since: Option<NaiveDate>,
    said: Arc<Said>,
}

/// What is said of an account and could be said of another one, too. The accounts of one client in one Business Center
/// mostly share it, and a night can have a million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
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
    /// What the register writes instead of an account's id; none where the account is known by its id.
    pub written: Option<Box<str>>,
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
    pub client_business_centers: Arc<[(BusinessCenterId, Arc<str>)]>,
    /// Everywhere that any member saw it tonight.
    pub sightings: Arc<[Sighting]>,
    /// Days since [`Finding::since`]; for gaps.
    pub days_open: Option<i64>,
    /// Last day on which a run saw it, by whichever member.
    pub last_seen_on: Option<NaiveDate>,
    /// Where it was last seen, if its own member does not see it tonight.
    pub last_seen_in: Option<(BusinessCenterId, Arc<str>)>,
    /// For a mistyped id.
    pub suggested_account: Option<AccountId>,
    /// The other member, for `shared_with_other_member`.
    pub other_member: Option<Address>,
    /// What was seen, in sentences for the data team. No request ids and no durations.
    pub evidence: Arc<str>,
    /// The one step that mends it; empty where nothing is to be done.
    pub next_step: String,
    /// What the mails do about it.
    pub reminder: ReminderFacts,
}

impl Deref for Finding {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.said
    }
}

impl DerefMut for Finding {
    fn deref_mut(&mut self) -> &mut Said {
        Arc::make_mut(&mut self.said)
    }
}

impl Finding {
    /// A finding of this cause about an account, with nothing else known yet.
    #[must_use]
    pub fn new(cause: Cause, account_id: AccountId) -> Self {
        Self { account_id: Some(account_id), ..Self::about(cause, None) }
    }

    /// A finding of this cause about what the register writes instead of an account's id.
    #[must_use]
    pub fn of_written(cause: Cause, written: impl Into<Box<str>>) -> Self {
        Self::about(cause, Some(written.into()))
    }

    fn about(cause: Cause, written: Option<Box<str>>) -> Self {
        let said = Said {
            change: None,
            status: cause.status(),
            cause,
            action_owner: cause.action_owner(),
            confidence: None,
            client: None,
            written,
            member: None,
            expected_role: None,
            actual_role: None,
            business_center: None,
            business_center_name: Arc::default(),
            client_business_centers: Arc::default(),
            sightings: Arc::default(),
            days_open: None,
            last_seen_on: None,
            last_seen_in: None,
            suggested_account: None,
            other_member: None,
            evidence: Arc::default(),
            next_step: String::new(),
            reminder: ReminderFacts::default(),
        };
        let said = Arc::new(said);
        Self { account_id: None, account_name: Text::default(), register: None, since: None, said }
    }

    /// A finding of which the same is said as of another one.
    #[must_use]
    pub fn saying(said: &Arc<Said>, account_id: AccountId) -> Self {
        let said = Arc::clone(said);
        Self { account_id: Some(account_id), account_name: Text::default(), register: None, since: None, said }
    }

    /// What is said of it, to be said of another one.
    #[must_use]
    pub fn said(&self) -> &Arc<Said> {
        &self.said
    }

    /// The id as the register writes it.
    #[must_use]
    pub fn account_text(&self) -> Cow<'_, str> {
        match (&self.written, self.account_id) {
            (Some(written), _) => Cow::Borrowed(written),
            (None, Some(id)) => Cow::Owned(id.to_string()),
            (None, None) => Cow::Borrowed(""),
        }
    }

    /// Gives it a cause, with the status and the one who must act that belong to it.
    pub fn set_cause(&mut self, cause: Cause) {
        self.cause = cause;
        self.status = cause.status();
        self.action_owner = cause.action_owner();
    }

    /// Holds what the two say alike only once, unless all of it is held only once already.
    pub fn share_with(&mut self, other: &Self) {
        let Some(said) = Arc::get_mut(&mut self.said) else { return };
        if said.client_business_centers == other.client_business_centers {
            said.client_business_centers = Arc::clone(&other.client_business_centers);
        }
        if said.sightings == other.sightings {
            said.sightings = Arc::clone(&other.sightings);
        }
        if said.evidence == other.evidence {
            said.evidence = Arc::clone(&other.evidence);
        }
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

    /// Whether the register asks for it to be onboarded.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.register.as_ref().is_some_and(|register| register.state == RegisterState::Requested)
    }

    /// Whether the row was judged tonight: not one that is in the report only to say that it is no gap any more.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.change != Some(Change::Withdrawn)
            && !(self.status == Status::Unexpected && self.change == Some(Change::Resolved))
    }

    /// Whether it belongs into `diff.csv`: not ok, or somebody must act, or it was mended or withdrawn tonight.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        self.status != Status::Ok
            || self.action_owner.is_some()
            || matches!(self.change, Some(Change::Resolved | Change::Withdrawn))
    }
}
