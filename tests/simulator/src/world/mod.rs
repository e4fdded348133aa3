//! The world behind the API: members, Business Centers, ad accounts, and what is assigned to whom.
//!
//! Invariant: an id is a positive int64 and is unique among its kind; an assignment counts only while its member is in
//! the Business Center.

mod build;
mod edit;
mod file;
mod generate;
mod view;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

pub use file::WorldFileError;
pub use generate::{GENERATED_MEMBER, GENERATED_TOKEN, generated_account_id, generated_business_center_id};
pub(crate) use view::View;

use crate::fault::Fault;

/// Who is a member of what and sees which accounts, and the faults scripted with it.
///
/// ```
/// use tiktok_simulator::World;
/// let world = World::new()
///     .member("data_extract@annalect-data.info", "token-1")
///     .business_center("7564000000000000003", "Acme BC")
///     .account("7100000000000000011", "Acme – DE")
///     .account("7100000000000000012", "Acme – FR").with_role("OPERATOR");
/// assert_eq!(world.assigned_in("7564000000000000003", "data_extract@annalect-data.info").len(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(crate) members: Vec<Member>,
    pub(crate) business_centers: Vec<BusinessCenter>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) account_by_id: HashMap<u64, u32>,
    pub(crate) directly_granted: Vec<(usize, u32)>,
    pub(crate) deleted: HashSet<u64>,
    pub(crate) faults: Vec<Fault>,
}

/// A login that was invited by clients, and its token.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) email: String,
    pub(crate) token: Secret,
    pub(crate) token_state: TokenState,
    pub(crate) app_id: Option<u64>,
    pub(crate) app_secret: Option<Secret>,
    pub(crate) core_user_id: u64,
    /// Overrides the mask; an empty text leaves the address out.
    pub(crate) masked_email: Option<String>,
    pub(crate) scopes: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenState {
    Valid,
    Revoked,
    Expired,
}

#[derive(Clone, Debug)]
pub(crate) struct BusinessCenter {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) status: Cow<'static, str>,
    pub(crate) kind: Cow<'static, str>,
    /// `None`: every member of the world, as STANDARD.
    pub(crate) joined: Option<Vec<(usize, UserRole)>>,
    pub(crate) assignments: Vec<Assignment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserRole {
    Standard,
    Admin,
}

/// An account assigned in a Business Center.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) account: u32,
    /// `None`: every member of the Business Center.
    pub(crate) member: Option<usize>,
    pub(crate) role: Option<Cow<'static, str>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: u64,
    pub(crate) name: Box<str>,
    pub(crate) status: Cow<'static, str>,
    /// `None`: the Business Center in whose listing it stands.
    pub(crate) owner_bc_name: Option<Box<str>>,
}

/// A token or app secret; its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl UserRole {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Admin => "ADMIN",
        }
    }
}

impl BusinessCenter {
    /// The member's role in it, if he joined.
    pub(crate) fn role_of(&self, member: usize) -> Option<UserRole> {
        match &self.joined {
            None => Some(UserRole::Standard),
            Some(joined) => joined.iter().find(|(joined, _)| *joined == member).map(|(_, role)| *role),
        }
    }
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ids and roles of the accounts assigned to a member in a Business Center, in the order of the listing.
    ///
    /// # Panics
    /// If the world has no such member or Business Center.
    #[must_use]
    pub fn assigned_in(&self, business_center: &str, member: &str) -> Vec<(String, Option<String>)> {
        let (bc, member) = (self.business_center_index(business_center), self.member_index(member));
        let bc = &self.business_centers[bc];
        if bc.role_of(member).is_none() {
            return Vec::new();
        }
        bc.assignments
            .iter()
            .filter(|assignment| assignment.member.is_none_or(|one| one == member))
            .map(|one| (self.account_of(one).id.to_string(), one.role.as_deref().map(str::to_owned)))
            .collect()
    }

    pub(crate) fn account_of(&self, assignment: &Assignment) -> &Account {
        &self.accounts[assignment.account as usize]
    }

    pub(crate) fn find_business_center(&self, id: u64) -> Option<usize> {
        self.business_centers.iter().position(|bc| bc.id == id)
    }

    pub(crate) fn find_member(&self, email: &str) -> Option<usize> {
        self.members.iter().position(|member| member.email == email)
    }

    fn business_center_index(&self, id: &str) -> usize {
        let id = id_of(id);
        let Some(index) = self.find_business_center(id) else { panic!("the world has no Business Center {id}") };
        index
    }

    fn member_index(&self, email: &str) -> usize {
        let Some(index) = self.find_member(email) else { panic!("the world has no member {email}") };
        index
    }

    fn account_index(&self, id: &str) -> u32 {
        let id = id_of(id);
        let Some(index) = self.account_by_id.get(&id) else { panic!("the world has no account {id}") };
        *index
    }
}

/// A positive int64 without leading zeros.
pub(crate) fn parse_id(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().filter(|id| i64::try_from(*id).is_ok())
}

fn id_of(text: &str) -> u64 {
    let Some(id) = parse_id(text) else { panic!("{text:?} is no id: it must be a positive int64 in digits") };
    id
}
