//! Accounts that are seen and expected by nobody.

use std::collections::{BTreeSet, HashMap};

use super::index::{self, Index};
use super::near::{self, Slip};
use super::places::Map;
use super::sighted::{place, seen_confidence, sighting};
use super::{Scene, wording};
use crate::domain::{AccountId, BusinessCenterId, Cause, Finding, those_of};

/// Candidates that are compared one by one; of more, those are looked up that can be meant.
const FEW: usize = 1 << 10;

/// The unexpected accounts by place, whichever member sees them: what a mistyped id may have meant.
pub(crate) struct Unexpected {
    /// By account, as all of them are.
    by_place: HashMap<BusinessCenterId, Vec<AccountId>>,
    anywhere: Vec<AccountId>,
}

impl Unexpected {
    pub(super) fn new(index: &Index<'_>, named: &BTreeSet<AccountId>) -> Self {
        let mut unexpected = Self { by_place: HashMap::new(), anywhere: Vec::new() };
        for seen in index.unexpected().flatten() {
            let account = seen.listed.account_id;
            if !named.contains(&account) {
                unexpected.by_place.entry(seen.business_center).or_default().push(account);
                unexpected.anywhere.push(account);
            }
        }
        unexpected
    }

    /// The account that a mistyped id meant, of those in these Business Centers, or anywhere if none is known.
    pub(crate) fn meant(
        &self,
        registered: AccountId,
        places: &BTreeSet<BusinessCenterId>,
    ) -> Option<(AccountId, Slip)> {
        let lists: Vec<&[AccountId]> = match places.is_empty() {
            true => vec![&self.anywhere],
            false => places.iter().filter_map(|id| self.by_place.get(id)).map(Vec::as_slice).collect(),
        };
        if lists.iter().map(|list| list.len()).sum::<usize>() <= FEW {
            return near::meant(registered, lists.into_iter().flatten().copied());
        }
        let there = |id: &AccountId| lists.iter().any(|list| !those_of(list, *id, |account| *account).is_empty());
        let rounded = lists.iter().flat_map(|list| near::rounded_to(registered, list));
        near::meant(registered, near::neighbours(registered).filter(there).chain(rounded.copied()))
    }
}

/// One finding an unexpected account.
pub(super) fn findings<'a>(
    scene: &Scene<'a>,
    index: &Index<'a>,
    map: &Map<'a>,
    named: &BTreeSet<AccountId>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for seen in index.unexpected() {
        let Some(effective) = index::effective(seen) else { continue };
        let account = effective.listed.account_id;
        if named.contains(&account) {
            continue;
        }
        let mut finding = Finding::new(Cause::NotOnboarded, account);
        finding.member = Some(effective.member.clone());
        finding.sightings = seen.iter().map(sighting).collect();
        place(scene, effective, &mut finding);
        finding.client = map.only_client(effective.business_center, index);
        finding.last_seen_on = Some(scene.today);
        if let Some(view) = scene.observation.of(effective.member) {
            finding.confidence = seen_confidence(view, seen, Cause::NotOnboarded);
        }
        finding.evidence = wording::unexpected(scene, effective, seen, index.dormant_rows_of(account)).into();
        finding.next_step = wording::next_step(&finding);
        super::add(&mut findings, finding);
    }
    findings
}
