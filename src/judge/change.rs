//! Against earlier days: what is new, still open, mended or withdrawn, and since when.
//!
//! Invariant: only certain statuses of earlier calendar days count; a night of doubt changes no series and ends no gap.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::index::Index;
use super::unreadable::Unreadable;
use super::{Scene, absent, wording};
use crate::domain::{
    AccountId, AccountKey, Address, BusinessCenterId, Change, ClientKey, Finding, PastGap, PastPlace, Remembered,
    Status,
};

/// The last certain status of an account: as this client's, else as an account that nobody expected.
pub(crate) fn remembered<'h>(
    scene: &Scene<'h>,
    client: Option<&ClientKey>,
    account_id: AccountId,
) -> Option<&'h Remembered> {
    let history = &scene.history.accounts;
    if history.is_empty() {
        return None;
    }
    let of = |client| history.get(&AccountKey { client, account_id });
    of(client.cloned()).or_else(|| of(None))
}

/// Fills in change, since and days open of every finding, and adds the gaps that ended without a row. Gives the places
/// that fell silent, and with them unexpected accounts of earlier days.
pub(crate) fn compare(
    scene: &Scene<'_>,
    index: &Index<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<(Address, BusinessCenterId, AccountId)> {
    for finding in findings.iter_mut() {
        compare_one(scene, finding);
    }
    let mut silent = Vec::new();
    let ended = ended(scene, index, findings, &mut silent);
    findings.extend(ended);
    silent
}

fn compare_one(scene: &Scene<'_>, finding: &mut Finding) {
    let Some(account_id) = finding.account_id else { return };
    let client = match finding.status {
        Status::Unexpected => None,
        _ => finding.client.as_ref().map(|c| &c.key),
    };
    let past = remembered(scene, client, account_id);
    let was_gap = past.is_some_and(|p| p.cause.status().is_gap());
    match finding.status {
        Status::Invalid => return,
        Status::Unknown => {
            if let Some(past) = past {
                finding.evidence = [&*finding.evidence, &wording::last_certain(scene, past)].concat().into();
                if was_gap {
                    finding.change = Some(Change::Open);
                    finding.since = Some(past.since);
                }
            }
        }
        Status::Missing | Status::WrongRole | Status::Unexpected => {
            finding.change = Some(if was_gap { Change::Open } else { Change::New });
            finding.since = Some(past.filter(|_| was_gap).map_or(scene.today, |p| p.since));
        }
        Status::Ok => {
            if was_gap {
                finding.change = Some(Change::Resolved);
            }
            finding.since = Some(past.filter(|_| !was_gap).map_or(scene.today, |p| p.since));
        }
    }
    if matches!(finding.change, Some(Change::New | Change::Open)) {
        let days_open = finding.since.map(|since| (scene.today - since).num_days());
        finding.days_open = days_open;
    }
}

/// Gaps of earlier days that no row and no sighting speaks of any more. One whose row may only be unreadable tonight
/// stays open.
fn ended(
    scene: &Scene<'_>,
    index: &Index<'_>,
    findings: &[Finding],
    silent: &mut Vec<(Address, BusinessCenterId, AccountId)>,
) -> Vec<Finding> {
    // The gaps are few and the findings many: what is judged is looked up, not collected.
    let mut gaps: HashMap<&AccountKey, &PastGap> = scene.history.gaps.iter().collect();
    if gaps.is_empty() {
        return Vec::new();
    }
    let ids: HashSet<AccountId> = gaps.keys().map(|key| key.account_id).collect();
    let mut judged: HashSet<AccountId> = HashSet::new();
    for finding in findings {
        if let Some(id) = finding.account_id.filter(|id| ids.contains(id)) {
            judged.insert(id);
            if let Some(key) = finding.key() {
                gaps.remove(&key);
            }
        }
    }
    let unreadable = Unreadable::new(findings);
    let proves_nothing = absent::missing_canary(scene, index).is_some();
    let mut ended: Vec<Finding> = gaps
        .into_iter()
        .filter_map(|(key, past)| match key.client {
            Some(_) => (!unreadable.could_be(key)).then(|| withdrawn(key, past)),
            None if judged.contains(&key.account_id) || proves_nothing => None,
            None => is_gone(scene, key.account_id, silent).then(|| no_longer_shared(key, past)),
        })
        .collect();
    ended.sort_by(|a, b| {
        let key = |f: &Finding| (f.client.as_ref().map(|c| c.key.clone()), f.account_id);
        key(a).cmp(&key(b))
    });
    ended
}

fn ended_finding(key: &AccountKey, past: &PastGap, change: Change) -> Finding {
    let mut finding = Finding::new(past.remembered.cause, key.account_id);
    finding.account_name = (&*past.account_name).into();
    finding.since = Some(past.remembered.since);
    finding.change = Some(change);
    finding.action_owner = None;
    finding.client = past.client.clone().or_else(|| key.client.as_ref().map(bare_client));
    finding.member = past.member.clone();
    finding
}

fn bare_client(key: &ClientKey) -> Arc<crate::domain::Client> {
    Arc::new(crate::domain::Client {
        key: key.clone(),
        country: key.country.to_string(),
        code: key.code.to_string(),
        name: String::new(),
        parent_code: String::new(),
    })
}

fn withdrawn(key: &AccountKey, past: &PastGap) -> Finding {
    let mut finding = ended_finding(key, past, Change::Withdrawn);
    finding.evidence = wording::withdrawn(&past.remembered).into();
    finding
}

fn no_longer_shared(key: &AccountKey, past: &PastGap) -> Finding {
    let mut finding = ended_finding(key, past, Change::Resolved);
    finding.evidence = "it was shared without being expected, and is no longer shared".into();
    finding
}

/// Whether every place in which the account was ever seen was read completely tonight and is believed, or left a
/// complete list, and no witness says that it is still shared.
fn is_gone(scene: &Scene<'_>, account: AccountId, silent: &mut Vec<(Address, BusinessCenterId, AccountId)>) -> bool {
    let past = scene.history.sightings.of(account);
    let mut is_gone = !past.is_empty();
    for PastPlace { member, business_center: id, .. } in past.iter().map(|seen| &*seen.place) {
        let Some(view) = scene.observation.of(member) else { continue };
        let is_silent = absent::is_silent_about(scene, view, *id, account);
        if is_silent {
            silent.push((member.clone(), *id, account));
        }
        is_gone &= !is_silent
            && !view.standing.is_refused()
            && absent::disagreeing_witness(view, account).is_none()
            && match view.listings.get(id) {
                Some(listing) => listing.reading.is_complete(),
                None => view.list.reading.is_complete() && !view.list.business_centers.is_empty(),
            };
    }
    is_gone
}
