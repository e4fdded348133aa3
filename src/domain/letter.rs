//! What a mail says, before it has words: a value of the judgement that the mail's texts render.
//!
//! Invariant: a letter holds the gaps of one person's own clients only, and each step it asks for is still open.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{AccountId, AccountKey, Address, BusinessCenterId, Language};

/// What the reader is asked to do about a group of accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Steps 1 and 2: invite the member, then assign the accounts.
    InviteAndAssign,
    /// Steps 1 and 2 again for the right address: another member of ours sees the accounts.
    AddExpectedMember {
        /// The one with which the accounts are shared.
        other_member: Address,
    },
    /// Step 2: the member is in the Business Center.
    Assign,
    /// Step 2: we could read the accounts until a day.
    AssignAgain {
        /// The last day.
        last_seen_on: NaiveDate,
        /// Where, by name (an id where it has none).
        last_seen_in: Arc<str>,
    },
    /// The permission is higher than Analyst.
    LowerRole,
}

/// One account in a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LetterAccount {
    /// Id.
    pub account_id: AccountId,
    /// Name; may be empty.
    pub name: Box<str>,
    /// A pending onboarding request waits for it.
    pub requested: bool,
}

/// Accounts of a client for which the same is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterGroup {
    /// What is asked.
    pub ask: Ask,
    /// The e-mail to invite or assign.
    pub member: Address,
    /// Business Centers where it is to be done, id and name; empty where none is known.
    pub business_centers: Vec<(BusinessCenterId, Arc<str>)>,
    /// The accounts, by id.
    pub accounts: Vec<LetterAccount>,
}

/// One client in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterClient {
    /// Country as written.
    pub country: String,
    /// Client code as written.
    pub code: String,
    /// Client name as written; may be empty.
    pub name: String,
    /// Nobody at the client can be mailed, so its owner is asked to pass it on.
    pub through_owner: bool,
    /// By ask, in the order in which they are to be done.
    pub groups: Vec<LetterGroup>,
}

/// One account that a letter merely names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Country as written.
    pub country: String,
    /// Client code as written.
    pub code: String,
    /// Client name as written; may be empty.
    pub client_name: String,
    /// Id.
    pub account_id: AccountId,
    /// Name; may be empty.
    pub account_name: Box<str>,
}

/// An account that his last mail listed, and that is no gap any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closed {
    /// Which.
    pub account: Named,
    /// We can read it; else it is no longer needed.
    pub mended: bool,
}

/// A gap that the client was reminded of as often as configured, in the mail to the owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// Which.
    pub account: Named,
    /// What the client was asked.
    pub ask: Ask,
    /// The e-mail to invite or assign.
    pub member: Address,
    /// First certain day of the gap.
    pub since: NaiveDate,
    /// Days from then to the day of the letter.
    pub days_open: u64,
    /// Accepted mails that listed it, to the person who got most of them.
    pub mails: u32,
    /// Day of the last of them.
    pub last_mailed_on: NaiveDate,
    /// Who was asked at the client; empty where nobody could be, and the owner got the mails instead.
    pub asked: Vec<Address>,
}

/// One mail to one person.
///
/// A letter that asks nothing, names nothing as handed over and has nothing owned is the closing one of its episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Address,
    /// The person's name; may be empty.
    pub name: String,
    /// In which language.
    pub language: Language,
    /// Day of the first mail of the episode; today for the first.
    pub episode: NaiveDate,
    /// Number of the mail in the episode, from 1.
    pub number: u32,
    /// Number of the episode's first mail that its reader has, or may have; none if this is the first.
    pub thread: Option<u32>,
    /// The calendar day for which it is written.
    pub day: NaiveDate,
    /// For a reminder: the day of the first mail that asked for one of these gaps since it opened.
    pub reminded_since: Option<NaiveDate>,
    /// What is asked, by country and code.
    pub clients: Vec<LetterClient>,
    /// Gaps of which he was reminded as often as configured: the owner looks after them now. By country, code and id.
    pub handed_over: Vec<Named>,
    /// What his last mail listed and is closed since. By country, code and id.
    pub closed: Vec<Closed>,
    /// What he looks after as the owner. By country, code and id.
    pub owned: Vec<Owned>,
    /// What the store remembers of it.
    pub content: MailContent,
}

impl Letter {
    /// Whether it closes the episode.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.content.is_closing()
    }
}

/// What of a mail's content is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailContent {
    /// The gaps of which its reader was asked to mend something, sorted.
    pub asked: Vec<AccountKey>,
    /// The gaps that it listed to him as their owner, sorted.
    pub owned: Vec<AccountKey>,
    /// The person's rows in the contacts register then, as a fingerprint: a refused address is tried again once they
    /// change.
    pub contact: String,
}

impl MailContent {
    /// Whether nothing is open in it.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.asked.is_empty() && self.owned.is_empty()
    }

    /// All gaps that it listed.
    pub fn listed(&self) -> impl Iterator<Item = &AccountKey> {
        self.asked.iter().chain(&self.owned)
    }
}

/// What the operators are told, once a day or when the verdict changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// The run.
    pub run_id: String,
    /// Calendar day.
    pub day: NaiveDate,
    /// One sentence: what sort of night it was.
    pub verdict: String,
    /// Short facts in order: label and value, such as `new gaps` and `3`.
    pub facts: Vec<(String, String)>,
    /// Sections in order: heading and lines.
    pub sections: Vec<(String, Vec<String>)>,
}
