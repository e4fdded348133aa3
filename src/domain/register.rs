//! What should be shared: the registers of Campaign Mapping, read.
//!
//! Invariant: every row of a register is either a value here or a [`BadRow`]; none is lost.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::NaiveDate;

use super::{AccountId, Address, BusinessCenterId, ClientKey, Text, fold};

/// A client as the register writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// What it is compared by.
    pub key: ClientKey,
    /// Country as written, such as `DK`.
    pub country: String,
    /// Client code as written, such as `C07`.
    pub code: String,
    /// Client name, such as `365discount`.
    pub name: String,
    /// Parent code as written; empty where there is none.
    pub parent_code: String,
}

impl Client {
    /// Those who may share a Business Center and an account without a conflict: one parent code, else one client.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::new(&self.key, &self.parent_code)
    }
}

/// As people name a client: `DK C07 365discount`.
impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(format!("{} {} {}", self.country, self.code, self.name).trim())
    }
}

/// A parent code with all its clients, or a client without one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// All clients of one parent code (folded).
    Parent(String),
    /// A client on its own.
    Single(ClientKey),
}

impl Family {
    /// The family of a client with this parent code (empty: none).
    #[must_use]
    pub fn new(key: &ClientKey, parent_code: &str) -> Self {
        let parent = fold(parent_code);
        if parent.is_empty() { Self::Single(key.clone()) } else { Self::Parent(parent) }
    }
}

/// How far Campaign Mapping is with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RegisterState {
    /// In use.
    #[default]
    Onboarded,
    /// A pending onboarding request.
    Requested,
}

impl RegisterState {
    /// As the register writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Onboarded => "onboarded",
            Self::Requested => "requested",
        }
    }
}

/// What a row of the accounts register says besides; rows written alike share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterFacts {
    /// Onboarded or requested.
    pub state: RegisterState,
    /// First day; none: no limit.
    pub start: Option<NaiveDate>,
    /// Last day, inclusive; none: no limit.
    pub end: Option<NaiveDate>,
    /// Who added the row; may be empty.
    pub added_by: Text,
    /// Tags as written; may be empty.
    pub tags: Text,
}

/// A row of the accounts register.
///
/// Its [`Registration`] can be read from the row itself, and set on it; setting gives it a value of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedAccount {
    /// Line in the source, 1-based, the header being line 1 (a quoted line break counts).
    pub line: u64,
    /// The ad account.
    pub account_id: AccountId,
    /// Its name in the register; may be empty.
    pub account_name: Text,
    /// What it may have in common with other rows.
    pub registration: Arc<Registration>,
}

/// What a row says of its account that could be said of another one, too. The rows of one client mostly share it, and a
/// register can have a million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Whose account it is; rows of one client share the value.
    pub client: Arc<Client>,
    /// The client's Business Center, where the register knows it.
    pub business_center: Option<BusinessCenterId>,
    /// The member that should see the account.
    pub member: Address,
    /// Everything else.
    pub facts: Arc<RegisterFacts>,
}

impl Deref for ExpectedAccount {
    type Target = Registration;

    fn deref(&self) -> &Registration {
        &self.registration
    }
}

impl DerefMut for ExpectedAccount {
    fn deref_mut(&mut self) -> &mut Registration {
        Arc::make_mut(&mut self.registration)
    }
}

/// A row of a draft of the accounts register: an account that is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Whose account it is by the register, else probably; none: it has to be found out.
    pub client: Option<Arc<Client>>,
    /// The ad account.
    pub account_id: AccountId,
    /// Its name in the register, else at TikTok; may be empty.
    pub account_name: Text,
    /// Where it is shared.
    pub business_center: BusinessCenterId,
    /// The member that should see it by the register, else that does.
    pub member: Address,
    /// What else the register has of it.
    pub facts: Option<Arc<RegisterFacts>>,
}

/// Days before its first day from which an account already counts, so that access is there in time.
pub const LEAD_DAYS: u64 = 7;

impl ExpectedAccount {
    /// Whether the row's own period holds the day.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.facts.start.is_none_or(|start| start <= day) && self.facts.end.is_none_or(|end| day <= end)
    }

    /// Whether the account counts on the day: from [`LEAD_DAYS`] before the first day to the last, inclusive.
    #[must_use]
    pub fn counts_on(&self, day: NaiveDate) -> bool {
        let ahead = day.checked_add_days(chrono::Days::new(LEAD_DAYS)).unwrap_or(day);
        self.facts.start.is_none_or(|start| start <= ahead) && self.facts.end.is_none_or(|end| day <= end)
    }

    /// Whether the two rows' own periods share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let before =
            |end: Option<NaiveDate>, start: Option<NaiveDate>| matches!((end, start), (Some(e), Some(s)) if e < s);
        !before(self.facts.end, other.facts.start) && !before(other.facts.end, self.facts.start)
    }
}

/// What a contact is to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ContactRole {
    /// The client's own person.
    #[default]
    Client,
    /// The agency's person for the client.
    Owner,
}

/// Which clients a contact answers for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One client.
    Client(ClientKey),
    /// `*`: the clients of a country (folded) that have no row of the same role of their own.
    Country(Arc<str>),
}

/// Languages of the mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// English, where nothing else is said.
    #[default]
    English,
    /// Danish.
    Danish,
    /// Swedish.
    Swedish,
    /// Norwegian (bokmål).
    Norwegian,
    /// German.
    German,
}

impl Language {
    /// Reads an ISO 639 code (`da`, `da-DK`, `DA`; `no` and `nb` are Norwegian).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = fold(text);
        match text.split(['-', '_']).next().unwrap_or_default() {
            "en" => Some(Self::English),
            "da" => Some(Self::Danish),
            "sv" => Some(Self::Swedish),
            "no" | "nb" => Some(Self::Norwegian),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// ISO 639 code for `Content-Language` and `lang`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Danish => "da",
            Self::Swedish => "sv",
            Self::Norwegian => "nb",
            Self::German => "de",
        }
    }
}

/// A row of the contacts register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Line in the source.
    pub line: u64,
    /// For whom.
    pub scope: Scope,
    /// Where mail goes.
    pub email: Address,
    /// How the person is greeted; may be empty.
    pub name: String,
    /// The person's own choice, before the country's.
    pub language: Option<Language>,
    /// Client's or agency's.
    pub role: ContactRole,
}

/// What an exception excepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excepted {
    /// A client with all its accounts.
    Client(ClientKey),
    /// One account.
    Account(AccountId),
    /// Everything in a Business Center.
    BusinessCenter(BusinessCenterId),
}

/// A row of the exceptions: a gap that is known and not to be mailed for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Line in the source.
    pub line: u64,
    /// What it covers.
    pub what: Excepted,
    /// Why.
    pub reason: String,
    /// Last day, inclusive.
    pub until: NaiveDate,
}

/// Why a row is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRowCause {
    /// The account id cannot be one.
    MalformedId,
    /// Anything else.
    MalformedRow,
}

/// A row that was set aside, with what could still be read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Name of the source: the path as configured, or which query or URL.
    pub file: String,
    /// Line in it.
    pub line: u64,
    /// Column.
    pub field: String,
    /// What is wrong with it and what to do.
    pub reason: String,
    /// For the `invalid` row of the report; none for a contact or an exception.
    pub account: Option<BadAccount>,
}

/// What could be read of a bad row of the accounts register, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAccount {
    /// Which kind of `invalid`.
    pub cause: BadRowCause,
    /// As written; may be empty.
    pub country: String,
    /// As written; may be empty.
    pub client_code: String,
    /// As written; may be empty.
    pub client_name: String,
    /// As written, at most 100 characters; may be anything.
    pub account_id: String,
}

/// The registers of one night.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Accounts in the order of the source.
    pub accounts: Vec<ExpectedAccount>,
    /// Contacts in the order of the source.
    pub contacts: Vec<Contact>,
    /// Exceptions in the order of the source.
    pub exceptions: Vec<Exception>,
    /// Rows that were set aside, of all three.
    pub bad_rows: Vec<BadRow>,
    /// Data rows of the accounts register, good and bad.
    pub account_rows: usize,
    /// Hash over the bytes of all sources: the input's share of the run id.
    pub fingerprint: [u8; 32],
}
