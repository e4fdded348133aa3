//! The reading of a run: whose token it is, which Business Centers there are, what each lists.
//!
//! Invariant: every member has a view, and every Business Center of its list has a listing, however the reading went. A
//! list whose answers contradict themselves is read once more. The second reading decides whether it is complete, and
//! what either showed was seen.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Reader;
use super::ask::Answer;
use super::failure::{Failure, Kind};
use super::identity;
use super::walk::{Outcome, Row, Walk, Walked, one_row_an_id};
use super::wire::{Call, Content, Identity, Page};
use crate::domain::{
    BusinessCenter, BusinessCenterId, BusinessCenterList, ByAccount, ListedAccount, Listing, MemberView, Observation,
    Reading, Standing, Witness,
};

/// A list as it was read, once or twice.
pub(super) struct Read<R> {
    pub(super) reading: Reading,
    pub(super) rows: Vec<R>,
    pub(super) request_id: Option<String>,
}

impl Reader {
    /// Reads identity, list of Business Centers and listings of all members: apps side by side, each app's members within
    /// its quota and its bound of requests under way. Failures are values of the observation.
    pub async fn observe(&self) -> Observation {
        Observation { members: join_all((0..self.members.len()).map(|index| self.observe_member(index))).await }
    }

    async fn observe_member(&self, index: usize) -> MemberView {
        let standing = self.identify(index).await;
        // The listings are read while the list still is. Nothing is sent for a member that was just refused.
        let (found, centers) = unbounded_channel();
        let (list, listings) = tokio::join!(self.read_list(index, found), self.read_listings(index, centers));
        let member = &self.members[index];
        MemberView {
            member: member.email.clone(),
            standing: member.refused.get().cloned().unwrap_or(standing),
            list,
            listings,
            infos: ByAccount::default(),
            witness: Witness::NotAsked,
        }
    }

    /// Whose token it is. What cannot be read proves nothing against it, and reading goes on.
    pub(super) async fn identify(&self, index: usize) -> Standing {
        let member = &self.members[index];
        let failure = match self.ask::<Identity>(index, &Call::UserInfo).await {
            Ok(answer) => {
                if answer.content.email.is_some_and(|shown| identity::contradicts(&shown, &member.email)) {
                    member.refuse(Standing::Contradicted);
                }
                return member.refused.get().cloned().unwrap_or(Standing::Good);
            }
            Err(failure) => self.weigh(index, failure, true),
        };
        member.refused.get().cloned().unwrap_or_else(|| Standing::Unconfirmed { reason: failure.into_reason() })
    }

    /// The member's Business Centers; each is told as soon as it is seen, once.
    pub(super) async fn read_list(&self, index: usize, found: UnboundedSender<BusinessCenterId>) -> BusinessCenterList {
        let told = Mutex::new(HashSet::new());
        let tell = |rows: &[(BusinessCenterId, BusinessCenter)]| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let new = rows.iter().filter(|(bc, _)| told.insert(*bc));
            let heard = new.filter(|(bc, _)| found.send(*bc).is_ok()).count();
            self.members[index].total.fetch_add(heard, Relaxed);
        };
        let read = self.read(index, true, |page| Call::BusinessCenters { page }, tell).await;
        BusinessCenterList { reading: read.reading, business_centers: read.rows.into_iter().collect() }
    }

    /// The listings of a member's Business Centers, as these come in.
    pub(super) async fn read_listings(
        &self,
        index: usize,
        mut business_centers: UnboundedReceiver<BusinessCenterId>,
    ) -> BTreeMap<BusinessCenterId, Listing> {
        let member = &self.members[index];
        // Twice as many as requests may be under way: a listing that waits before it tries again holds up nobody.
        stream::poll_fn(move |context| business_centers.poll_recv(context))
            .map(|bc| async move {
                let call = |page| Call::Assets { bc, page };
                let read: Read<ListedAccount> = self.read(index, false, call, |_| ()).await;
                member.done.fetch_add(1, Relaxed);
                self.tell_progress(index);
                (bc, Listing { reading: read.reading, accounts: read.rows, request_id: read.request_id })
            })
            .buffer_unordered(2 * self.max_in_flight)
            .collect()
            .await
    }

    /// Reads a list; once more if it contradicts itself. Everything that either reading showed is kept. A second
    /// reading that is complete has the last word on what it shows; one that shows nothing, where the first showed
    /// something, is none to believe.
    async fn read<R: Row>(
        &self,
        index: usize,
        whole_member: bool,
        call: impl Fn(u32) -> Call<'static>,
        seen: impl Fn(&[R]),
    ) -> Read<R>
    where
        Page<R>: Content,
    {
        let first = self.walk(index, &call, &seen).await;
        let Outcome::Contradiction(what) = &first.outcome else { return self.conclude(index, whole_member, first) };
        tracing::debug!(
            member.index = index,
            bc.id = call(1).business_center().map(tracing::field::display),
            "a list contradicts itself and is read once more: {what}"
        );
        let mut second = self.walk(index, &call, &seen).await;
        let mut seen_first = first.rows;
        if second.outcome == Outcome::Complete {
            if second.rows.is_empty() && !seen_first.is_empty() {
                let vanished = format!("first {} were listed, then none at all", seen_first.len());
                second.outcome = Outcome::Contradiction(vanished);
            }
            seen_first.retain(|row| second.rows.binary_search_by_key(&row.id(), Row::id).is_err());
        }
        second.rows.extend(seen_first);
        one_row_an_id(&mut second.rows);
        self.conclude(index, whole_member, second)
    }

    fn conclude<R>(&self, index: usize, whole_member: bool, walked: Walked<R>) -> Read<R> {
        let reading = match walked.outcome {
            Outcome::Complete => Reading::Complete { twice: false },
            Outcome::Contradiction(what) => {
                Reading::Incomplete { reason: format!("read twice, contradictory: {what}") }
            }
            Outcome::Failed(failure) => self.weigh(index, failure, whole_member).into_reading(),
        };
        Read { reading, rows: walked.rows, request_id: walked.request_id }
    }

    async fn walk<R: Row>(&self, index: usize, call: &impl Fn(u32) -> Call<'static>, seen: &impl Fn(&[R])) -> Walked<R>
    where
        Page<R>: Content,
    {
        let mut walk = Walk::new();
        let take = |walk: &mut Walk<R>, page, answer: Result<Answer<Page<R>>, Failure>| {
            if let Ok(answer) = &answer {
                seen(&answer.content.rows);
            }
            walk.take(page, answer);
        };
        take(&mut walk, 1, self.ask(index, &call(1)).await);
        // Pages are asked for in order and none under way is dropped: which page is the first faulty one is no accident.
        let hopeless = AtomicBool::new(walk.is_hopeless());
        let mut answers = stream::iter(walk.further_pages())
            .take_while(|_| std::future::ready(!hopeless.load(Relaxed)))
            .map(|page| async move { (page, self.ask(index, &call(page)).await) })
            .buffer_unordered(self.max_in_flight);
        while let Some((page, answer)) = answers.next().await {
            take(&mut walk, page, answer);
            hopeless.store(walk.is_hopeless(), Relaxed);
        }
        drop(answers);
        walk.finish()
    }

    /// What a failure means for the member. A lacking scope refuses it wherever it shows; a refused app only where the
    /// whole member is asked about, for a single Business Center must not silence the others.
    pub(super) fn weigh(&self, index: usize, failure: Failure, whole_member: bool) -> Failure {
        let member = &self.members[index];
        match failure {
            Failure::Unusable { kind: Kind::Scope(path), .. } => {
                Failure::Ended(member.refuse(Standing::ScopeRefused { path }))
            }
            Failure::Unusable { kind: Kind::App, code: Some(code), .. } if whole_member => {
                Failure::Ended(member.refuse(Standing::Dead { code }))
            }
            Failure::Ended(_) | Failure::Unusable { .. } => failure,
        }
    }
}
