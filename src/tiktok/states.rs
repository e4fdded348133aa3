//! What `/advertiser/info/` says of single accounts.
//!
//! Invariant: silence is never read as a refusal. One forbidden id can fail the whole batch (fact sheet §5.8), so only
//! an answer about one id alone says something about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use super::Reader;
use super::failure::{Failure, Kind};
use super::wire::{Call, States};
use crate::domain::{AccountId, AccountInfo, Address, MemberView, Observation};

/// Ids a request: no maximum is documented, all clients take 100 (fact sheet §5.8).
const BATCH: usize = 100;
/// Refused batches that are halved, for each member and reading. One forbidden id costs seven; a thousand means that
/// TikTok refuses them all.
const MOST_HALVINGS: usize = 1000;

impl Reader {
    /// Reads the states of the accounts that a member sees and `wanted` names for it, into its `infos`.
    pub async fn read_states(&self, observation: &mut Observation, wanted: &BTreeMap<Address, BTreeSet<AccountId>>) {
        let views = observation.members.iter_mut().enumerate();
        join_all(views.map(|(index, view)| async move {
            if index >= self.members.len() {
                return;
            }
            if let Some(wanted) = wanted.get(&view.member) {
                let seen = seen_and_wanted(view, wanted);
                let infos = self.ask_about(index, &seen, BATCH).await;
                view.infos.extend(infos);
                self.update_standing(index, view);
            }
        }))
        .await;
    }

    /// Asks about accounts, so many ids a request.
    pub(super) async fn ask_about(
        &self,
        index: usize,
        ids: &[AccountId],
        batch: usize,
    ) -> Vec<(AccountId, AccountInfo)> {
        let no_scope = OnceLock::new();
        let halvings = AtomicUsize::new(MOST_HALVINGS);
        let (no_scope, halvings) = (&no_scope, &halvings);
        stream::iter((0..ids.len()).step_by(batch))
            .map(|start| {
                let ids = &ids[start..ids.len().min(start + batch)];
                self.ask_batch(index, ids, no_scope, halvings)
            })
            .buffer_unordered(self.max_in_flight)
            .fold(Vec::with_capacity(ids.len()), |mut all, some| async {
                all.extend(some);
                all
            })
            .await
    }

    async fn ask_batch(
        &self,
        index: usize,
        ids: &[AccountId],
        no_scope: &OnceLock<Arc<String>>,
        halvings: &AtomicUsize,
    ) -> Vec<(AccountId, AccountInfo)> {
        let unnamed = Arc::new("the answer does not name the account".to_owned());
        let mut infos = Vec::with_capacity(ids.len());
        let mut open = vec![ids];
        while let Some(ids) = open.pop() {
            let every = |info: AccountInfo| ids.iter().map(move |id| (*id, info.clone()));
            if let Some(reason) = no_scope.get() {
                infos.extend(every(AccountInfo::Silent(Arc::clone(reason))));
                continue;
            }
            match self.ask::<States>(index, &Call::Advertisers { ids }).await {
                Ok(answer) => infos.extend(ids.iter().map(|id| {
                    let state = answer.content.0.get(id).copied().map(AccountInfo::Visible);
                    (*id, state.unwrap_or_else(|| AccountInfo::Silent(Arc::clone(&unnamed))))
                })),
                Err(failure) if ids.len() > 1 && is_for_one_of_many(&failure) && take_one(halvings) => {
                    let (left, right) = ids.split_at(ids.len() / 2);
                    open.extend([right, left]);
                }
                Err(failure) => {
                    if let Failure::Unusable { kind: Kind::Scope(_), reason, .. } = &failure {
                        no_scope.get_or_init(|| Arc::new(reason.clone()));
                    }
                    infos.extend(every(info(failure, ids.len())));
                }
            }
        }
        infos
    }

    /// A token can die at any question.
    pub(super) fn update_standing(&self, index: usize, view: &mut MemberView) {
        if let Some(refused) = self.members[index].refused.get() {
            view.standing = refused.clone();
        }
    }
}

fn seen_and_wanted(view: &MemberView, wanted: &BTreeSet<AccountId>) -> Vec<AccountId> {
    let rows = view.listings.values().flat_map(|listing| &listing.accounts);
    let mut seen: Vec<AccountId> = rows.map(|row| row.account_id).filter(|id| wanted.contains(id)).collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// Whether one id may have failed the others.
fn is_for_one_of_many(failure: &Failure) -> bool {
    match failure {
        Failure::Unusable { kind: Kind::Gone, .. } => true,
        Failure::Unusable { kind: Kind::Refused, code, .. } => matches!(code, Some(40001 | 40011)),
        Failure::Unusable { .. } | Failure::Ended(_) => false,
    }
}

fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok()
}

/// What a failed question about so many ids says of each.
fn info(failure: Failure, ids: usize) -> AccountInfo {
    match failure {
        Failure::Unusable { kind: Kind::Gone, .. } if ids == 1 => AccountInfo::Gone,
        Failure::Unusable { kind: Kind::Refused, code: Some(40001), .. } if ids == 1 => AccountInfo::Forbidden,
        failure => AccountInfo::Silent(failure.into_reason().into()),
    }
}
