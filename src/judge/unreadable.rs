//! The register's rows that say less than they should: a gap whose own row one of them could be did not end.
//!
//! Invariant: a row that cannot be read could be any of its client's; one whose client cannot be read, anybody's.

use std::collections::HashSet;

use crate::domain::{AccountKey, Cause, ClientKey, Finding, Status};

/// The invalid rows of a night.
#[derive(Default)]
pub(super) struct Unreadable<'a> {
    /// Of malformed rows; none where the row's client cannot be read.
    clients: HashSet<Option<&'a ClientKey>>,
    /// Of rows that can be read, and contradict one another.
    in_conflict: HashSet<AccountKey>,
}

impl<'a> Unreadable<'a> {
    pub(super) fn new(findings: &'a [Finding]) -> Self {
        let mut unreadable = Self::default();
        for finding in findings.iter().filter(|finding| finding.status == Status::Invalid) {
            if matches!(finding.cause, Cause::MalformedId | Cause::MalformedRow) {
                let client = finding.client.as_ref().map(|client| &client.key);
                unreadable.clients.insert(client.filter(|key| !key.country.is_empty() && !key.code.is_empty()));
            } else {
                unreadable.in_conflict.extend(finding.key());
            }
        }
        unreadable
    }

    /// Whether one of them could be the row that expects the account.
    pub(super) fn could_be(&self, key: &AccountKey) -> bool {
        self.clients.contains(&None) || self.clients.contains(&key.client.as_ref()) || self.in_conflict.contains(key)
    }
}
