//! Values by ad account, where there can be a million: a hash map needs two to four times the memory.
//!
//! Invariant: in the order of the ids as numbers, each id once.

use std::collections::HashMap;
use std::fmt;

use super::{AccountId, AccountKey, ClientKey};

/// Those of one account, among things that stand in the order of their accounts' ids as numbers.
pub fn those_of<T>(sorted: &[T], account: AccountId, key: impl Fn(&T) -> AccountId) -> &[T] {
    let start = sorted.partition_point(|item| key(item).get() < account.get());
    let length = sorted[start..].iter().take_while(|item| key(item) == account).count();
    &sorted[start..start + length]
}

/// Values by account.
#[derive(Clone, PartialEq, Eq)]
pub struct ByAccount<T>(Vec<(AccountId, T)>);

impl<T> Default for ByAccount<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for ByAccount<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> ByAccount<T> {
    /// The value of an account.
    #[must_use]
    pub fn get(&self, account: AccountId) -> Option<&T> {
        self.find(account).ok().map(|at| &self.0[at].1)
    }

    /// Whether the account has a value.
    #[must_use]
    pub fn contains(&self, account: AccountId) -> bool {
        self.find(account).is_ok()
    }

    /// Gives an account a value. For many at once there is [`Extend`].
    pub fn insert(&mut self, account: AccountId, value: T) {
        match self.find(account) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (account, value)),
        }
    }

    /// How many accounts have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no account has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by account.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &T)> {
        self.0.iter().map(|(account, value)| (*account, value))
    }

    fn find(&self, account: AccountId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&account.get(), |(account, _)| account.get())
    }
}

/// Of several values of one account the last one counts.
impl<T> Extend<(AccountId, T)> for ByAccount<T> {
    fn extend<I: IntoIterator<Item = (AccountId, T)>>(&mut self, values: I) {
        let all = &mut self.0;
        all.extend(values);
        if !all.is_sorted_by(|(a, _), (b, _)| a.get() < b.get()) {
            // Stable, and backwards while equal ones go: the last of them stays.
            all.reverse();
            all.sort_by_key(|(account, _)| account.get());
            all.dedup_by_key(|(account, _)| *account);
        }
    }
}

impl<T> FromIterator<(AccountId, T)> for ByAccount<T> {
    fn from_iter<I: IntoIterator<Item = (AccountId, T)>>(values: I) -> Self {
        let mut all = Self::default();
        all.extend(values);
        all.0.shrink_to_fit();
        all
    }
}

/// Values by the client that expects an account, none for an account that nobody expects, and by account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByClient<T>(HashMap<Option<ClientKey>, ByAccount<T>>);

impl<T> Default for ByClient<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> ByClient<T> {
    /// The value of an account.
    #[must_use]
    pub fn get(&self, key: &AccountKey) -> Option<&T> {
        self.0.get(&key.client)?.get(key.account_id)
    }

    /// Whether the account has a value.
    #[must_use]
    pub fn contains(&self, key: &AccountKey) -> bool {
        self.get(key).is_some()
    }

    /// Gives an account a value.
    pub fn insert(&mut self, key: AccountKey, value: T) {
        self.0.entry(key.client).or_default().insert(key.account_id, value);
    }

    /// Gives all accounts of a client their values.
    pub fn put(&mut self, client: Option<ClientKey>, accounts: ByAccount<T>) {
        if !accounts.is_empty() {
            self.0.insert(client, accounts);
        }
    }

    /// How many accounts have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(ByAccount::len).sum()
    }

    /// Whether no account has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(AccountKey, T)> for ByClient<T> {
    fn from_iter<I: IntoIterator<Item = (AccountKey, T)>>(values: I) -> Self {
        let mut all = Self::default();
        values.into_iter().for_each(|(key, value)| all.insert(key, value));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn account(number: u64) -> AccountId {
        AccountId::parse(&number.to_string()).unwrap()
    }

    proptest! {
        /// Whatever is added, one by one or many at once, it is what a map would hold.
        #[test]
        fn it_is_a_map(rounds in proptest::collection::vec((proptest::collection::vec((1_u64..40, 0_u8..9), 0..30), any::<bool>()), 0..5)) {
            let (mut all, mut map) = (ByAccount::default(), BTreeMap::new());
            for (values, at_once) in rounds {
                let values = values.into_iter().map(|(number, value)| (account(number), value));
                map.extend(values.clone().map(|(account, value)| (account.get(), value)));
                if at_once {
                    all.extend(values);
                } else {
                    values.for_each(|(account, value)| all.insert(account, value));
                }
            }
            prop_assert!(all.iter().map(|(account, value)| (account.get(), *value)).eq(map.clone()));
            for number in 1..40 {
                prop_assert_eq!(all.get(account(number)), map.get(&number));
                prop_assert_eq!(all.contains(account(number)), map.contains_key(&number));
            }
            prop_assert_eq!((all.len(), all.is_empty()), (map.len(), map.is_empty()));
        }
    }
}
