//! An expected account that its member does not show: why.
//!
//! Invariant: the causes are tried in the contract's order, and `missing` is reached only when every list that could
//! hold the account was read completely.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::index::{Index, Seen};
use super::near::Slip;
use super::places::{KnownBy, Map, Places};
use super::unexpected::Unexpected;
use super::{Look, Scene, change};
use crate::domain::{
    AccountId, AccountInfo, BusinessCenterId, BusinessCenterStatus, Cause, Confidence, ExpectedAccount, MemberView,
    PastSighting, Reading, Status, Witness,
};

/// What was found about an account that is not seen.
#[derive(Debug)]
pub(crate) struct Absence {
    pub(crate) cause: Cause,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) places: Places,
    /// The places that are in the member's list.
    pub(crate) joined: BTreeSet<BusinessCenterId>,
    pub(crate) suggestion: Option<(AccountId, Slip)>,
    /// What stands in the way of an answer, for `unknown`.
    pub(crate) obstacle: Option<String>,
    pub(crate) last_seen: Option<PastSighting>,
    pub(crate) look: Look,
    /// The places that fell silent and must be believed before the account may be called missing.
    pub(crate) silent: Vec<BusinessCenterId>,
}

/// Judges an account that its member does not show; `others` are sightings by other members.
pub(crate) fn judge<'a>(
    scene: &Scene<'a>,
    index: &Index<'a>,
    map: &Map<'a>,
    unexpected: &Unexpected,
    row: &ExpectedAccount,
    others: &[Seen<'a>],
) -> Absence {
    let places = map.places(row);
    let last_seen = last_seen(scene, row, &places);
    let mut absence = Absence {
        cause: Cause::NotShared,
        confidence: None,
        places,
        joined: BTreeSet::new(),
        suggestion: None,
        obstacle: None,
        last_seen,
        look: Look::None,
        silent: Vec::new(),
    };
    let Some(view) = scene.observation.of(&row.member) else {
        return absence.because(Cause::MemberNotConfigured, None);
    };
    absence.joined = absence
        .places
        .business_centers
        .iter()
        .copied()
        .filter(|id| view.list.business_centers.contains_key(id))
        .collect();

    if view.is_useless() {
        return absence.because(Cause::TokenProblem, None);
    }
    if let Some(canary) = missing_canary(scene, index) {
        return absence.because(Cause::CanaryMissing, Some(format!("canary {canary} is not seen")));
    }
    let suspended = |id: &BusinessCenterId| {
        matches!(view.list.business_centers.get(id).map(|bc| &bc.status), Some(BusinessCenterStatus::Suspended(_)))
    };
    if absence.places.business_centers.iter().any(suspended) {
        absence.confidence = Some(read_confidence([&view.list.reading]));
        absence.look = Look::List;
        return absence.because(Cause::BusinessCenterSuspended, None);
    }
    let needed = needed(view, &absence);
    absence.silent = needed.iter().copied().filter(|id| is_silent_about(scene, view, *id, row.account_id)).collect();
    if let Some((cause, obstacle)) = obstacle(view, &absence, &needed) {
        if !absence.silent.is_empty() {
            absence.look = Look::Listings(absence.silent.clone());
        }
        return absence.because(cause, Some(obstacle));
    }
    if absence.joined.is_empty() && !absence.places.elsewhere.is_empty() {
        return absence.because(Cause::BusinessCenterConflict, None);
    }
    if let Some(witness) = disagreeing_witness(view, row.account_id) {
        return absence.because(Cause::WitnessDisagrees, Some(witness.to_owned()));
    }
    if nobody_was_asked(scene, view, row) && map.is_caught_hiding(index, &row.member, &absence.places.business_centers)
    {
        let witness = "/advertiser/info/, asked about other accounts of that place,";
        return absence.because(Cause::WitnessDisagrees, Some(witness.to_owned()));
    }

    absence.confidence = Some(confidence(view, row.account_id, &absence, &needed));
    absence.look = if absence.joined.is_empty() { Look::List } else { Look::Listings(needed) };
    if !others.is_empty() {
        return absence.because(Cause::SharedWithOtherMember, None);
    }
    absence.suggestion = unexpected.meant(row.account_id, &absence.places.business_centers);
    let cause = if absence.suggestion.is_some() {
        Cause::MistypedId
    } else if is_gone(scene, view, row) {
        Cause::AccountGone
    } else if absence.last_seen.as_ref().is_some_and(|seen| was_a_partner_share(scene, map, row, seen)) {
        Cause::PartnerShareLost
    } else if absence.places.known_by == KnownBy::Nothing {
        Cause::NotShared
    } else if absence.joined.is_empty() {
        Cause::NotAMember
    } else if seen_before_in(scene, row, &absence.joined) {
        Cause::AccessRemoved
    } else {
        Cause::NotAssigned
    };
    absence.because(cause, None)
}

impl Absence {
    fn because(mut self, cause: Cause, obstacle: Option<String>) -> Self {
        self.cause = cause;
        self.obstacle = obstacle;
        if !cause.status().is_certain() {
            self.confidence = None;
        }
        self
    }
}

/// The Business Centers whose listings must be complete: those where the account should be, or was seen before; every
/// one if it is not known where it should be.
fn needed(view: &MemberView, absence: &Absence) -> Vec<BusinessCenterId> {
    if absence.places.business_centers.is_empty() {
        view.list.business_centers.keys().copied().collect()
    } else {
        let listed = |id: &&BusinessCenterId| view.list.business_centers.contains_key(id);
        absence.joined.iter().chain(absence.places.besides.iter().filter(listed)).copied().collect()
    }
}

/// What must be complete and is not: the unreadable before the contradictory.
fn obstacle(view: &MemberView, absence: &Absence, needed: &[BusinessCenterId]) -> Option<(Cause, String)> {
    let mut found: Option<(Cause, String)> = None;
    let mut note = |cause: Cause, text: String| {
        if found.as_ref().is_none_or(|(known, _)| *known == Cause::ListingIncomplete && cause != *known) {
            found = Some((cause, text));
        }
    };
    let Places { business_centers: places, besides, .. } = &absence.places;
    let needs_list = places.is_empty() || needed.len() < places.len() + besides.len();
    if needs_list && let Some((cause, reason)) = unsure(&view.list.reading) {
        note(cause, format!("the list of Business Centers: {reason}"));
    }
    for id in needed {
        match view.listings.get(id).map(|listing| unsure(&listing.reading)) {
            None => note(Cause::BusinessCenterUnreadable, format!("Business Center {id}: it was not read")),
            Some(Some((cause, reason))) => note(cause, format!("Business Center {id}: {reason}")),
            Some(None) if absence.silent.contains(id) => {
                note(Cause::ListingIncomplete, format!("Business Center {id} {SILENCE}"));
            }
            Some(None) => {}
        }
    }
    found
}

/// An account that must always be seen and is not.
pub(crate) fn missing_canary(scene: &Scene<'_>, index: &Index<'_>) -> Option<AccountId> {
    scene.rules.canaries.iter().copied().find(|canary| index.seen(*canary).next().is_none())
}

fn unsure(reading: &Reading) -> Option<(Cause, &str)> {
    match reading {
        Reading::Complete { .. } => None,
        Reading::Incomplete { reason } => Some((Cause::ListingIncomplete, reason)),
        Reading::Unreadable { reason, .. } | Reading::NotRead { reason } => {
            Some((Cause::BusinessCenterUnreadable, reason))
        }
    }
}

/// What a Business Center that fell silent does.
pub(crate) const SILENCE: &str = "listed accounts before and lists none at all tonight";

/// Whether a Business Center fell silent, and no witness agrees that the account is not shared.
pub(crate) fn is_silent_about(scene: &Scene<'_>, view: &MemberView, id: BusinessCenterId, account: AccountId) -> bool {
    fell_silent(scene, view, id) && !second_witness_agrees(view, account)
}

/// Whether a Business Center that listed accounts before lists none at all for the first night.
pub(crate) fn fell_silent(scene: &Scene<'_>, view: &MemberView, id: BusinessCenterId) -> bool {
    view.listings.get(&id).is_some_and(|listing| listing.reading.is_complete() && listing.accounts.is_empty())
        && scene.history.business_centers.get(&(view.member.clone(), id)).is_some_and(|past| past.listed_accounts)
}

/// Which second endpoint says that the account is shared after all.
pub(crate) fn disagreeing_witness(view: &MemberView, account: AccountId) -> Option<&'static str> {
    if matches!(view.infos.get(account), Some(AccountInfo::Visible(_))) {
        return Some("/advertiser/info/");
    }
    match &view.witness {
        Witness::Answered(accounts) if accounts.contains(&account) => Some("/oauth2/advertiser/get/"),
        Witness::Answered(_) | Witness::NotAsked | Witness::Silent(_) => None,
    }
}

/// Whether a new gap rests on the listings alone: more new gaps than are asked about one by one, and no other witness.
/// Then a listing that was caught hiding one account is not believed about the others.
fn nobody_was_asked(scene: &Scene<'_>, view: &MemberView, row: &ExpectedAccount) -> bool {
    !view.infos.contains(row.account_id)
        && !matches!(view.witness, Witness::Answered(_))
        && change::remembered(scene, Some(&row.client.key), row.account_id)
            .is_none_or(|past| past.cause.status() != Status::Missing)
}

/// Whether a second endpoint says, too, that the account is not shared.
fn second_witness_agrees(view: &MemberView, account: AccountId) -> bool {
    let listed = match &view.witness {
        Witness::Answered(accounts) => Some(accounts.contains(&account)),
        Witness::NotAsked | Witness::Silent(_) => None,
    };
    let asked = match view.infos.get(account) {
        Some(AccountInfo::Forbidden | AccountInfo::Gone) => Some(false),
        Some(AccountInfo::Visible(_)) => Some(true),
        Some(AccountInfo::Silent(_)) | None => None,
    };
    matches!((listed, asked), (Some(false), None | Some(false)) | (None, Some(false)))
}

fn confidence(view: &MemberView, account: AccountId, absence: &Absence, needed: &[BusinessCenterId]) -> Confidence {
    if second_witness_agrees(view, account) {
        return Confidence::Witnessed;
    }
    if absence.joined.is_empty() {
        return read_confidence([&view.list.reading]);
    }
    read_confidence(needed.iter().filter_map(|id| view.listings.get(id)).map(|listing| &listing.reading))
}

/// Twice only if each of them was read twice.
fn read_confidence<'r>(readings: impl IntoIterator<Item = &'r Reading>) -> Confidence {
    let twice = readings.into_iter().all(|reading| matches!(reading, Reading::Complete { twice: true }));
    if twice { Confidence::ReadTwice } else { Confidence::ReadOnce }
}

/// The latest earlier sighting: by the row's own member, else by any. Of several on one day the one where the account
/// should be.
fn last_seen(scene: &Scene<'_>, row: &ExpectedAccount, places: &Places) -> Option<PastSighting> {
    let past = scene.history.sightings.of(row.account_id);
    let latest = |own: bool| {
        past.iter()
            .filter(|seen| !own || seen.place.member == row.member)
            .max_by_key(|seen| {
                let there = seen.place.business_center;
                (seen.last_seen_on, places.business_centers.contains(&there), Reverse(there))
            })
            .cloned()
    };
    latest(true).or_else(|| latest(false))
}

/// Whether TikTok says, or said of this same gap, that the id does not exist. It is asked about new gaps only, and an id
/// that is gone does not come back unseen.
fn is_gone(scene: &Scene<'_>, view: &MemberView, row: &ExpectedAccount) -> bool {
    match view.infos.get(row.account_id) {
        Some(info) => *info == AccountInfo::Gone,
        None => change::remembered(scene, Some(&row.client.key), row.account_id)
            .is_some_and(|past| past.cause == Cause::AccountGone),
    }
}

fn seen_before_in(scene: &Scene<'_>, row: &ExpectedAccount, joined: &BTreeSet<BusinessCenterId>) -> bool {
    let mut past = scene.history.sightings.of(row.account_id).iter().map(|seen| &seen.place);
    past.any(|place| place.member == row.member && joined.contains(&place.business_center))
}

/// Last seen in a pool, or under the name of another owner than the Business Center that listed it.
fn was_a_partner_share(scene: &Scene<'_>, map: &Map<'_>, row: &ExpectedAccount, seen: &PastSighting) -> bool {
    map.is_pool(seen.place.business_center)
        || (scene.other_owner(&seen.place).is_some() && !was_the_clients(scene, row, seen))
}

/// Whether the gap was the client's when it was last certain, and no sighting came since: then the owner was no other,
/// whatever the Business Center is called by now.
fn was_the_clients(scene: &Scene<'_>, row: &ExpectedAccount, seen: &PastSighting) -> bool {
    change::remembered(scene, Some(&row.client.key), row.account_id).is_some_and(|past| {
        past.since > seen.last_seen_on
            && matches!(past.cause, Cause::NotAMember | Cause::AccessRemoved | Cause::NotAssigned | Cause::NotShared)
    })
}
