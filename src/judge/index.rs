//! The night's evidence, indexed: who sees which account where, and which rows expect it.
//!
//! Invariant: every listed row of every member is in here exactly once, also from incomplete listings.

use std::collections::HashMap;
use std::sync::Arc;

use super::Scene;
use crate::domain::{
    AccountId, Address, BusinessCenterId, Client, ClientKey, ExpectedAccount, ListedAccount, Role, StatedRole,
};

/// One row of one listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) member: &'a Address,
    pub(crate) business_center: BusinessCenterId,
    pub(crate) listed: &'a ListedAccount,
}

/// Sightings by account, and rows by account, each sorted once and searched by halves.
pub(crate) struct Index<'a> {
    seen: Vec<Seen<'a>>,
    rows: Vec<&'a ExpectedAccount>,
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
        // Stable: members stay in the configuration's order, Business Centers in theirs.
        seen.sort_by_key(|s| s.listed.account_id.get());
        let (mut rows, mut dormant): (Vec<&'a ExpectedAccount>, Vec<&'a ExpectedAccount>) =
            scene.register.accounts.iter().partition(|row| row.counts_on(scene.today));
        rows.sort_by_key(|row| (row.account_id.get(), row.line));
        dormant.sort_by_key(|row| (row.account_id.get(), row.line));
        let clients = scene.register.accounts.iter().rev().map(|row| (&row.client.key, &row.client)).collect();
        Self { seen, rows, dormant, clients }
    }

    /// All sightings, by account.
    pub(crate) fn sightings(&self) -> &[Seen<'a>] {
        &self.seen
    }

    /// Everywhere that any member sees the account.
    pub(crate) fn seen(&self, account: AccountId) -> &[Seen<'a>] {
        range(&self.seen, account, |s| s.listed.account_id)
    }

    /// The rows that count today, by account and line.
    pub(crate) fn rows(&self) -> &[&'a ExpectedAccount] {
        &self.rows
    }

    /// The rows that expect the account today, by line.
    pub(crate) fn rows_of(&self, account: AccountId) -> &[&'a ExpectedAccount] {
        range(&self.rows, account, |row| row.account_id)
    }

    /// The rows that name the account, but ended or have not begun, by line.
    pub(crate) fn dormant_rows_of(&self, account: AccountId) -> &[&'a ExpectedAccount] {
        range(&self.dormant, account, |row| row.account_id)
    }

    /// A client as its first row writes it.
    pub(crate) fn client(&self, key: &ClientKey) -> Option<&'a Arc<Client>> {
        self.clients.get(key).copied()
    }
}

fn range<T>(sorted: &[T], account: AccountId, key: impl Fn(&T) -> AccountId) -> &[T] {
    let start = sorted.partition_point(|item| key(item).get() < account.get());
    let length = sorted[start..].iter().take_while(|item| key(item) == account).count();
    &sorted[start..start + length]
}

/// The highest stated role and where: the lowest Business Center id on a tie. Without a stated role, the first sighting.
pub(crate) fn effective<'a>(seen: &[Seen<'a>]) -> Option<Seen<'a>> {
    let rank = |s: &Seen<'_>| match s.listed.role {
        StatedRole::Known(role) => Some(role),
        StatedRole::Absent | StatedRole::New(_) => None,
    };
    let highest: Option<Role> = seen.iter().filter_map(rank).max();
    seen.iter().filter(|s| rank(s) == highest).min_by_key(|s| s.business_center).copied()
}
