//! The night's evidence, indexed: who sees which account where, and which rows expect it.
//!
//! Invariant: every listed row of every member is in here, also from incomplete listings. Sightings and rows are brought
//! together once, by merging the two in the order of the accounts. Otherwise both stay in the order of their lists, in which
//! the accounts of a client lie together: to go through a million of them in any other order takes several times as long.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Scene;
use crate::domain::{
    AccountId, Address, BusinessCenterId, Client, ClientKey, ExpectedAccount, ListedAccount, Role, StatedRole, those_of,
};

/// One row of one listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) member: &'a Address,
    pub(crate) business_center: BusinessCenterId,
    pub(crate) listed: &'a ListedAccount,
}

/// A row that counts today.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) row: &'a ExpectedAccount,
    seen: Group,
}

/// Neighbours of one account: where they begin, and how many they are.
#[derive(Clone, Copy, Default)]
struct Group {
    start: u32,
    length: u32,
}

/// An account, and a position.
type Place = (u64, u32);

/// Sightings and rows.
pub(crate) struct Index<'a> {
    /// As the listings have them, and behind them once more those of accounts that are seen several times, together.
    seen: Vec<Seen<'a>>,
    /// Positions of the sightings, by account.
    seen_by_account: Vec<u32>,
    /// In the register's order.
    rows: Vec<Expected<'a>>,
    /// Positions of the rows, by account and line.
    by_account: Vec<u32>,
    /// The accounts that several rows name.
    several: HashSet<AccountId>,
    /// The sightings of each account that no row expects.
    unexpected: Vec<Group>,
    dormant: Vec<&'a ExpectedAccount>,
    clients: HashMap<&'a ClientKey, &'a Arc<Client>>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(scene: &Scene<'a>) -> Self {
        let mut seen: Vec<Seen<'a>> = scene
            .observation
            .members
            .iter()
            .flat_map(|view| view.listings.iter().map(move |(id, listing)| (view, *id, listing)))
            .flat_map(|(view, business_center, listing)| {
                listing.accounts.iter().map(move |listed| Seen { member: &view.member, business_center, listed })
            })
            .collect();
        let mut rows = Vec::with_capacity(scene.register.accounts.len());
        let mut dormant = Vec::new();
        for row in &scene.register.accounts {
            if row.counts_on(scene.today) {
                rows.push(Expected { row, seen: Group::default() });
            } else {
                dormant.push(row);
            }
        }
        dormant.sort_by_key(|row| (row.account_id.get(), row.line));
        // Members stay in the configuration's order, Business Centers in theirs, rows in the register's.
        let seen_by_account = places(seen.iter().map(|seen| seen.listed.account_id));
        let rows_by_account = places(rows.iter().map(|expected| expected.row.account_id));
        let groups = together(&seen_by_account, &mut seen);
        let unexpected = merge(&groups, &rows_by_account, &mut rows);
        let seen_by_account = seen_by_account.into_iter().map(|(_, at)| at).collect();
        let several = rows_by_account.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        let several = several.map(|pair| rows[pair[0].1 as usize].row.account_id).collect();
        let by_account = rows_by_account.into_iter().map(|(_, at)| at).collect();
        let mut clients = HashMap::new();
        let mut last: Option<&Arc<Client>> = None;
        for row in &scene.register.accounts {
            if !last.is_some_and(|last| Arc::ptr_eq(last, &row.client)) {
                clients.entry(&row.client.key).or_insert(&row.client);
                last = Some(&row.client);
            }
        }
        Self { seen, seen_by_account, rows, by_account, several, unexpected, dormant, clients }
    }

    /// The rows that count today, in the register's order.
    pub(crate) fn rows(&self) -> &[Expected<'a>] {
        &self.rows
    }

    /// Everywhere that any member sees the row's account.
    pub(crate) fn seen_of(&self, expected: &Expected<'a>) -> &[Seen<'a>] {
        self.group(expected.seen)
    }

    /// The rows whose account its own member sees: those whose state is asked.
    pub(crate) fn wanted_states(&self) -> impl Iterator<Item = &Expected<'a>> {
        let seen = |expected: &&Expected<'a>| self.seen_of(expected).iter().any(|s| *s.member == expected.row.member);
        self.rows.iter().filter(seen)
    }

    /// The sightings of each account that no row expects today, by account.
    pub(crate) fn unexpected(&self) -> impl Iterator<Item = &[Seen<'a>]> {
        self.unexpected.iter().map(|group| self.group(*group))
    }

    fn group(&self, group: Group) -> &[Seen<'a>] {
        &self.seen[group.start as usize..][..group.length as usize]
    }

    /// Everywhere that any member sees the account. Where there is a row, [`Self::seen_of`] need not search.
    pub(crate) fn seen(&self, account: AccountId) -> impl Iterator<Item = &Seen<'a>> {
        let at = those_of(&self.seen_by_account, account, |at| self.seen[*at as usize].listed.account_id);
        at.iter().map(|at| &self.seen[*at as usize])
    }

    /// The rows that expect the account today, by line.
    pub(crate) fn rows_of(&self, account: AccountId) -> impl Iterator<Item = &Expected<'a>> {
        let at = those_of(&self.by_account, account, |at| self.rows[*at as usize].row.account_id);
        at.iter().map(|at| &self.rows[*at as usize])
    }

    /// Whether other rows that count today name the row's account, too.
    pub(crate) fn is_one_of_several(&self, expected: &Expected<'a>) -> bool {
        self.several.contains(&expected.row.account_id)
    }

    /// All rows that name the row's account, by line, if there are several.
    pub(crate) fn several(&self, expected: &Expected<'a>) -> Option<Vec<Expected<'a>>> {
        let account = expected.row.account_id;
        self.is_one_of_several(expected).then(|| self.rows_of(account).copied().collect())
    }

    /// The rows that name the account, but ended or have not begun, by line.
    pub(crate) fn dormant_rows_of(&self, account: AccountId) -> &[&'a ExpectedAccount] {
        those_of(&self.dormant, account, |row| row.account_id)
    }

    /// A client as its first row writes it.
    pub(crate) fn client(&self, key: &ClientKey) -> Option<&'a Arc<Client>> {
        self.clients.get(key).copied()
    }
}

/// Accounts in order, each with its positions in order. An id is far away from its position in memory, and a search would
/// ask for it twenty times.
fn places(accounts: impl Iterator<Item = AccountId>) -> Vec<Place> {
    let mut places: Vec<Place> = accounts.map(AccountId::get).zip(0..).collect();
    places.sort_unstable();
    places
}

/// The sightings of each account, by account.
fn together(by_account: &[Place], seen: &mut Vec<Seen<'_>>) -> Vec<(u64, Group)> {
    // A night has fewer than 4 billion sightings, or they would not fit into memory.
    let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let of_account = |places: &[Place]| {
        let group = match places {
            [(_, only)] => Group { start: *only, length: 1 },
            _ => {
                let group = Group { start: short(seen.len()), length: short(places.len()) };
                for (_, at) in places {
                    let again = seen[*at as usize];
                    seen.push(again);
                }
                group
            }
        };
        (places[0].0, group)
    };
    by_account.chunk_by(|a, b| a.0 == b.0).map(of_account).collect()
}

/// Tells each row its account's sightings; gives those that no row expects.
fn merge(seen: &[(u64, Group)], expecting: &[Place], rows: &mut [Expected<'_>]) -> Vec<Group> {
    let mut seen = seen.iter().copied().peekable();
    let mut unexpected = Vec::new();
    for of_account in expecting.chunk_by(|a, b| a.0 == b.0) {
        let account = of_account[0].0;
        while let Some((_, before)) = seen.next_if(|(other, _)| *other < account) {
            unexpected.push(before);
        }
        let here = seen.next_if(|(other, _)| *other == account).map(|(_, group)| group);
        for (_, at) in of_account {
            rows[*at as usize].seen = here.unwrap_or_default();
        }
    }
    unexpected.extend(seen.map(|(_, group)| group));
    unexpected
}

/// The highest stated role and where: the lowest Business Center id on a tie. Without a stated role, the first sighting.
pub(crate) fn effective<'a>(seen: &[Seen<'a>]) -> Option<Seen<'a>> {
    let rank = |s: &Seen<'_>| match s.listed.terms.role {
        StatedRole::Known(role) => Some(role),
        StatedRole::Absent | StatedRole::New(_) => None,
    };
    let highest: Option<Role> = seen.iter().filter_map(rank).max();
    seen.iter().filter(|s| rank(s) == highest).min_by_key(|s| s.business_center).copied()
}
