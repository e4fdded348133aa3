//! The second look: what is read again, and who else is asked, before a new gap is believed.
//!
//! Invariant: a second look only ever adds sightings and doubts. What was seen once stays seen; a list that cannot be
//! read again is no longer complete.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::future::join_all;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Reader;
use super::walk::one_row_an_id;
use super::wire::{Call, Reach};
use crate::domain::{
    AccountId, AccountInfo, Address, BusinessCenterId, BusinessCenterList, Listing, MemberView, Observation, Reading,
    SecondLook, Witness,
};

/// Accounts that are asked about one by one in a run. New gaps are few on an ordinary night; on another, a guard holds
/// the mails, and the quota is better spent on reading. What is beyond stays unasked.
pub(super) const MOST_QUESTIONS: usize = 500;

/// What a member was asked again.
#[derive(Default)]
struct Again {
    list: Option<BusinessCenterList>,
    listings: Vec<(BusinessCenterId, Listing)>,
    infos: Vec<(AccountId, AccountInfo)>,
    witness: Option<Witness>,
}

impl Reader {
    /// Reads again and asks what the second look names, and replaces the readings. The members that it names are asked
    /// for their witness once a run, where it is configured.
    ///
    /// A list read again with the same ids is `Complete { twice: true }`; with other ids it keeps the ids of both
    /// readings (seen is seen) and the second reading's word. A Business Center that only the second reading shows has
    /// its listing read.
    pub async fn look_again(&self, observation: &mut Observation, look: &SecondLook) {
        let most = self.questions_left.load(Relaxed).min(look.accounts.len());
        self.questions_left.fetch_sub(most, Relaxed);
        let questions = spread(&look.accounts, most);
        let questions = &questions;
        let views = observation.members.iter_mut().enumerate().filter(|(index, _)| *index < self.members.len());
        join_all(views.map(|(index, view)| async move {
            if is_named(look, &view.member) {
                let again = self.ask_again(index, view, look, questions).await;
                again.into_view(view);
                self.update_standing(index, view);
            }
        }))
        .await;
    }

    async fn ask_again(
        &self,
        index: usize,
        view: &MemberView,
        look: &SecondLook,
        questions: &BTreeSet<&(Address, AccountId)>,
    ) -> Again {
        let own = |(member, bc): &(Address, BusinessCenterId)| {
            (*member == view.member && view.listings.contains_key(bc)).then_some(*bc)
        };
        let named: Vec<_> = look.listings.iter().filter_map(own).collect();
        let asked: Vec<_> = questions.iter().filter(|(member, _)| *member == view.member).map(|(_, id)| *id).collect();
        let (witness, (list, new), listings, infos) = tokio::join!(
            self.ask_witness(index, view),
            self.read_list_again(index, view, look.lists.contains(&view.member)),
            self.read_listings(index, self.queue(index, named)),
            self.ask_about(index, &asked, 1),
        );
        Again { list, listings: listings.into_iter().chain(new).collect(), infos, witness }
    }

    async fn read_list_again(
        &self,
        index: usize,
        view: &MemberView,
        named: bool,
    ) -> (Option<BusinessCenterList>, Vec<(BusinessCenterId, Listing)>) {
        if !named {
            return (None, Vec::new());
        }
        let (found, _) = unbounded_channel(); // nobody listens: the known ones are not read again
        let list = self.read_list(index, found).await;
        let new = list.business_centers.keys().filter(|bc| !view.listings.contains_key(bc)).copied().collect();
        let listings = self.read_listings(index, self.queue(index, new)).await.into_iter().collect();
        (Some(list), listings)
    }

    /// Business Centers whose listings are to be read.
    fn queue(&self, index: usize, business_centers: Vec<BusinessCenterId>) -> UnboundedReceiver<BusinessCenterId> {
        let (found, queue) = unbounded_channel();
        let sent = business_centers.into_iter().filter(|bc| found.send(*bc).is_ok()).count();
        self.members[index].total.fetch_add(sent, Relaxed);
        queue
    }

    async fn ask_witness(&self, index: usize, view: &MemberView) -> Option<Witness> {
        let (app_id, secret) = self.members[index].witness.as_ref()?;
        if view.witness != Witness::NotAsked {
            return None;
        }
        Some(match self.ask::<Reach>(index, &Call::Witness { app_id, secret }).await {
            Ok(answer) => Witness::Answered(answer.content.0.into_iter().collect()),
            Err(failure) => Witness::Silent(failure.into_witness_reason()),
        })
    }
}

/// So many of them, evenly spread: the first ones could all be of one place, and another that hides what it has would not
/// be asked about at all.
fn spread<T: Ord>(all: &BTreeSet<T>, most: usize) -> BTreeSet<&T> {
    let is_one = |at: usize| at * most / all.len() != (at + 1) * most / all.len();
    all.iter().enumerate().filter(|(at, _)| is_one(*at)).map(|(_, one)| one).collect()
}

fn is_named(look: &SecondLook, member: &Address) -> bool {
    look.lists.contains(member)
        || look.listings.iter().any(|(named, _)| named == member)
        || look.accounts.iter().any(|(named, _)| named == member)
}

impl Again {
    fn into_view(self, view: &mut MemberView) {
        if let Some(mut second) = self.list {
            let same = second.business_centers.keys().eq(view.list.business_centers.keys());
            second.reading = both(&view.list.reading, second.reading, same);
            for (bc, known) in &view.list.business_centers {
                second.business_centers.entry(*bc).or_insert_with(|| known.clone());
            }
            view.list = second;
        }
        for (bc, mut second) in self.listings {
            if let Some(first) = view.listings.remove(&bc) {
                let ids = |listing: &Listing| listing.accounts.iter().map(|row| row.account_id).collect::<Vec<_>>();
                let same = ids(&first) == ids(&second);
                second.reading = both(&first.reading, second.reading, same);
                second.accounts.extend(first.accounts);
                one_row_an_id(&mut second.accounts);
                second.request_id = second.request_id.or(first.request_id);
            }
            view.listings.insert(bc, second);
        }
        view.infos.extend(self.infos);
        if let Some(witness) = self.witness {
            view.witness = witness;
        }
    }
}

/// The reading that two readings make: the second's word, twice if both are complete and show the same.
fn both(first: &Reading, second: Reading, same: bool) -> Reading {
    match second {
        Reading::Complete { .. } => Reading::Complete { twice: first.is_complete() && same },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_spread_evenly_where_there_are_too_many() {
        let all: BTreeSet<u32> = (0..1000).collect();
        for most in [1, 7, 500, 999] {
            let asked: Vec<u32> = spread(&all, most).into_iter().copied().collect();
            assert_eq!(asked.len(), most);
            let widest = 1000_usize.div_ceil(most);
            assert!(asked.windows(2).all(|pair| (pair[1] - pair[0]) as usize <= widest), "{most}: {asked:?}");
        }
        assert_eq!(spread(&all, 1000).len(), 1000);
        assert!(spread(&all, 0).is_empty() && spread(&BTreeSet::<u32>::new(), 0).is_empty());
    }
}
