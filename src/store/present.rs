//! What the tables say now, small enough to keep a million accounts in memory while a night is judged.
//!
//! Invariant: a fingerprint covers every column whose change must be written. So a finding whose fingerprint is the
//! stored one needs no look at the database, and a night without changes costs hardly more than the look itself.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;

use super::business_centers::StoredBusinessCenter;
use super::names::Names;
use crate::domain::{Address, BusinessCenterId, Cause};

/// The present rows, by fingerprint. [`super::Store::recall`] makes it, [`super::Store::remember`] uses it up.
#[derive(Debug, Default)]
pub struct Present {
    /// The run whose rows these are.
    pub(super) seq: i64,
    /// That run's day: the last on which what it held for certain was certain.
    pub(super) day: Option<NaiveDate>,
    pub(super) names: Names,
    /// By client.
    pub(super) accounts: BTreeMap<i64, Shelf<PresentAccount>>,
    /// By member and Business Center.
    pub(super) sightings: BTreeMap<(i64, u64), Shelf<PresentSighting>>,
    pub(super) business_centers: BTreeMap<(Address, BusinessCenterId), StoredBusinessCenter>,
    /// Parent code (folded) by Business Center and client.
    pub(super) clients_of: HashMap<(u64, i64), String>,
}

/// An account's present state.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresentAccount {
    pub(super) account: u64,
    pub(super) print: u64,
    /// None: not judged any more.
    pub(super) cause: Option<Cause>,
    /// Last certain cause, and the day since which its series lasts.
    pub(super) certain: Option<(Cause, NaiveDate)>,
    pub(super) certain_until: Option<NaiveDate>,
}

/// A sighting's present state.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresentSighting {
    pub(super) account: u64,
    pub(super) print: u64,
    pub(super) first_seen_on: NaiveDate,
    pub(super) last_seen_on: Option<NaiveDate>,
}

/// Something that has an account.
pub(super) trait OfAccount {
    fn account(&self) -> u64;
}

impl OfAccount for PresentAccount {
    fn account(&self) -> u64 {
        self.account
    }
}

impl OfAccount for PresentSighting {
    fn account(&self) -> u64 {
        self.account
    }
}

/// Entries by account id, and what tonight had to do with each.
#[derive(Clone, Debug)]
pub(super) struct Shelf<T> {
    entries: Vec<T>,
    tonight: Vec<Tonight>,
    next: usize,
}

/// What tonight had to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tonight {
    Nothing,
    Excused,
    Met,
}

/// An entry that was found.
pub(super) enum Met<T> {
    First(T),
    Again,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), tonight: Vec::new(), next: 0 }
    }
}

impl<T: OfAccount + Copy> Shelf<T> {
    /// Adds an entry; a later one of the same account replaces it once [`Shelf::settle`] ran.
    pub(super) fn push(&mut self, entry: T) {
        self.entries.push(entry);
    }

    /// Sorts, and keeps the newest entry of each account.
    pub(super) fn settle(&mut self) {
        if !self.entries.windows(2).all(|pair| pair[0].account() < pair[1].account()) {
            // Stable, so that the newest of equals is the last; runs of sorted rows merge quickly.
            self.entries.sort_by_key(OfAccount::account);
            self.entries.reverse();
            self.entries.dedup_by_key(|entry| entry.account());
            self.entries.reverse();
        }
        self.entries.shrink_to_fit();
        self.tonight = vec![Tonight::Nothing; self.entries.len()];
        self.next = 0;
    }

    /// Finds an account and marks it as met. Accounts that come in order cost one comparison each.
    pub(super) fn meet(&mut self, account: u64) -> Option<Met<T>> {
        let at = self.find(account)?;
        match std::mem::replace(&mut self.tonight[at], Tonight::Met) {
            Tonight::Met => Some(Met::Again),
            Tonight::Nothing | Tonight::Excused => Some(Met::First(self.entries[at])),
        }
    }

    /// Says that tonight knows of the account, but has nothing to say about it.
    pub(super) fn excuse(&mut self, account: u64) {
        if let Some(at) = self.find(account).filter(|at| self.tonight[*at] == Tonight::Nothing) {
            self.tonight[at] = Tonight::Excused;
        }
    }

    fn find(&mut self, account: u64) -> Option<usize> {
        let at = match self.entries.get(self.next) {
            Some(entry) if entry.account() == account => self.next,
            _ => self.entries.binary_search_by_key(&account, OfAccount::account).ok()?,
        };
        self.next = at + 1;
        Some(at)
    }

    /// The entries of which tonight knows nothing.
    pub(super) fn unmet(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().zip(&self.tonight).filter(|(_, met)| **met == Tonight::Nothing).map(|(entry, _)| entry)
    }
}

/// A fingerprint; compared within one process only.
pub(super) fn print(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
