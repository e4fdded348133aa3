//! Accounts that are seen and expected by nobody.

use std::collections::{BTreeSet, HashMap};

use super::index::{self, Index};
use super::places::Map;
use super::sighted::{place, seen_confidence, sighting};
use super::{Scene, wording};
use crate::domain::{AccountId, BusinessCenterId, Cause, Finding};

/// The unexpected accounts by place, whichever member sees them: what a mistyped id may have meant.
pub(crate) struct Unexpected {
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

    /// Candidates for a mistyped id: in these Business Centers, anywhere if none is known. Some come more than once.
    pub(crate) fn candidates(&self, places: &BTreeSet<BusinessCenterId>) -> Vec<AccountId> {
        if places.is_empty() {
            return self.anywhere.clone();
        }
        places.iter().filter_map(|id| self.by_place.get(id)).flatten().copied().collect()
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
