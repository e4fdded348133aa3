//! What the tables say now, small enough to keep a million accounts in memory while a night is judged.
//!
//! Invariant: a fingerprint covers every column whose change must be written. So a finding whose fingerprint is the
//! stored one needs no look at the database, and a night without changes costs hardly more than the look itself.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;

use super::business_centers::StoredBusinessCenter;
use super::names::Names;
use crate::domain::{AccountId, Address, BusinessCenterId, Cause};

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
    pub(super) account: AccountId,
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
    pub(super) account: AccountId,
    pub(super) print: u64,
    pub(super) first_seen_on: NaiveDate,
    pub(super) last_seen_on: Option<NaiveDate>,
}

/// Something that has an account.
pub(super) trait OfAccount {
    fn account(&self) -> AccountId;
}

impl OfAccount for PresentAccount {
    fn account(&self) -> AccountId {
        self.account
    }
}

impl OfAccount for PresentSighting {
    fn account(&self) -> AccountId {
        self.account
    }
}

/// Entries by account, while row after row of run after run is read: in each run the accounts come in order.
#[derive(Debug)]
pub(super) struct Growing<T> {
    /// In order.
    entries: Vec<T>,
    /// In order, and new in this run.
    late: Vec<T>,
}

impl<T> Default for Growing<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), late: Vec::new() }
    }
}

impl<T: OfAccount> Growing<T> {
    /// The entry of an account, made if there is none.
    pub(super) fn entry(&mut self, account: AccountId, make: impl FnOnce() -> T) -> &mut T {
        if self.late.last().is_some_and(|last| account.get() <= last.account().get()) {
            self.join();
        }
        match find(&self.entries, account) {
            Ok(at) => &mut self.entries[at],
            Err(at) => {
                let to =
                    if at == self.entries.len() && self.late.is_empty() { &mut self.entries } else { &mut self.late };
                let at = to.len();
                to.push(make());
                &mut to[at]
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len() + self.late.len()
    }

    /// All entries, by account.
    pub(super) fn grown(mut self) -> Vec<T> {
        self.join();
        self.entries
    }

    fn join(&mut self) {
        if !self.late.is_empty() {
            self.entries.append(&mut self.late);
            // Stable, which merges two halves in order without looking at most of them twice.
            self.entries.sort_by_key(|entry| entry.account().get());
        }
    }
}

/// Where an account's entry is, or would be.
fn find(entries: &[impl OfAccount], account: AccountId) -> Result<usize, usize> {
    match entries.last() {
        Some(last) if last.account().get() >= account.get() => {
            entries.binary_search_by_key(&account.get(), |entry| entry.account().get())
        }
        _ => Err(entries.len()),
    }
}

/// Entries by account, and what tonight had to do with each.
#[derive(Clone, Debug)]
pub(super) struct Shelf<T> {
    entries: Box<[T]>,
    tonight: Box<[Tonight]>,
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
        Self { entries: Box::default(), tonight: Box::default(), next: 0 }
    }
}

impl<T: OfAccount + Copy> Shelf<T> {
    /// A shelf of entries that come by account.
    pub(super) fn new(entries: impl Iterator<Item = T>) -> Self {
        let entries: Box<[T]> = entries.collect();
        let tonight = vec![Tonight::Nothing; entries.len()].into();
        Self { entries, tonight, next: 0 }
    }

    /// Finds an account and marks it as met. Accounts that come in order cost one comparison each.
    pub(super) fn meet(&mut self, account: AccountId) -> Option<Met<T>> {
        let at = self.seek(account)?;
        match std::mem::replace(&mut self.tonight[at], Tonight::Met) {
            Tonight::Met => Some(Met::Again),
            Tonight::Nothing | Tonight::Excused => Some(Met::First(self.entries[at])),
        }
    }

    /// Says that tonight knows of the account, but has nothing to say about it.
    pub(super) fn excuse(&mut self, account: AccountId) {
        if let Some(at) = self.seek(account).filter(|at| self.tonight[*at] == Tonight::Nothing) {
            self.tonight[at] = Tonight::Excused;
        }
    }

    /// An account's entry.
    pub(super) fn get(&self, account: AccountId) -> Option<&T> {
        find(&self.entries, account).ok().map(|at| &self.entries[at])
    }

    fn seek(&mut self, account: AccountId) -> Option<usize> {
        let at = match self.entries.get(self.next) {
            Some(entry) if entry.account() == account => self.next,
            _ => find(&self.entries, account).ok()?,
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Of(AccountId, u32);

    impl OfAccount for Of {
        fn account(&self) -> AccountId {
            self.0
        }
    }

    fn account(number: u64) -> AccountId {
        AccountId::parse(&number.to_string()).unwrap()
    }

    fn run() -> impl Strategy<Value = BTreeSet<u64>> {
        proptest::collection::btree_set(1_u64..40, 0..20)
    }

    proptest! {
        /// Run after run, whichever accounts each has, every account has one entry, of the newest run that has it.
        #[test]
        fn entries_that_grow_are_a_map_that_is_overwritten(runs in proptest::collection::vec(run(), 0..8)) {
            let (mut growing, mut map) = (Growing::default(), BTreeMap::new());
            for (run, accounts) in (0..).zip(&runs) {
                for number in accounts {
                    let entry = growing.entry(account(*number), || Of(account(*number), 1_000));
                    prop_assert_eq!(entry.1, map.insert(*number, run).unwrap_or(1_000));
                    entry.1 = run;
                }
                prop_assert_eq!(growing.len(), map.len());
            }
            let grown = growing.grown();
            prop_assert_eq!(&grown, &map.iter().map(|(number, run)| Of(account(*number), *run)).collect::<Vec<_>>());
        }

        /// In whatever order tonight names accounts, each is met once, and those never named are unmet.
        #[test]
        fn what_is_met_is_told_from_what_is_not(there in run(), tonight in proptest::collection::vec((1_u64..40, any::<bool>()), 0..40)) {
            let mut shelf = Shelf::new(there.iter().map(|number| Of(account(*number), 0)));
            let (mut met, mut named) = (BTreeSet::new(), BTreeSet::new());
            for (number, excused) in tonight {
                named.insert(number);
                if excused {
                    shelf.excuse(account(number));
                    continue;
                }
                match shelf.meet(account(number)) {
                    Some(Met::First(entry)) => prop_assert!(entry.0 == account(number) && met.insert(number)),
                    Some(Met::Again) => prop_assert!(met.contains(&number)),
                    None => prop_assert!(!there.contains(&number)),
                }
                prop_assert_eq!(shelf.get(account(number)).is_some(), there.contains(&number));
            }
            let unmet: BTreeSet<u64> = shelf.unmet().map(|entry| entry.0.get()).collect();
            prop_assert_eq!(unmet, &there - &named);
        }
    }
}
