//! Guards: when the night is too strange to be mailed.
//!
//! Invariant: a guard only ever holds mail; it changes no finding. Shares are compared with the last run that was
//! neither held nor incomplete, or that was released, account by account.

use std::collections::BTreeMap;

use super::Scene;
use crate::domain::{Finding, GuardTrip, Guards, Status};

/// Whether the mails are held, and by what the judgement cannot see by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Letters that would be sent.
    pub letters: usize,
    /// Gaps that would be mailed for the first time.
    pub first_mailed: usize,
    /// The store is new although reports of earlier runs exist.
    pub store_lost: bool,
}

/// The guards that hold, in a fixed order; none: the mails may go.
#[must_use]
pub fn guards(scene: &Scene<'_>, limits: &Guards, findings: &[Finding], held: Held) -> Vec<GuardTrip> {
    [
        regressed(scene, limits, findings),
        first_mailed(limits, findings, held.first_mailed),
        input_empty(scene),
        input_drop(scene, limits),
        invalid_rows(scene, limits),
        canary(scene),
        (held.letters as u64 > limits.max_mails_per_run).then(|| GuardTrip {
            name: "max_per_run".to_owned(),
            value: held.letters as f64,
            limit: limits.max_mails_per_run as f64,
            explanation: format!("{} mails are due, and a run may send {}", held.letters, limits.max_mails_per_run),
        }),
        held.store_lost.then(|| GuardTrip {
            name: "store_lost".to_owned(),
            value: 1.0,
            limit: 0.0,
            explanation: "the store is new although reports of earlier runs exist, so whom we have mailed is not known; restore the store, or release"
                .to_owned(),
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn regressed(scene: &Scene<'_>, limits: &Guards, findings: &[Finding]) -> Option<GuardTrip> {
    let baseline = scene.history.baseline.as_ref()?;
    let lost: Vec<&Finding> = findings
        .iter()
        .filter(|f| {
            f.is_judged() && f.status == Status::Missing && f.key().is_some_and(|key| baseline.ok.contains(&key))
        })
        .collect();
    let share = share(lost.len(), baseline.ok.len());
    (lost.len() as u64 >= limits.min_regressed && share > limits.max_regressed_share).then(|| GuardTrip {
        name: "regressed".to_owned(),
        value: share,
        limit: limits.max_regressed_share,
        explanation: format!(
            "{} of {} accounts that were ok in run {} are missing now{}",
            lost.len(),
            baseline.ok.len(),
            baseline.run_id,
            cluster(&lost)
        ),
    })
}

fn first_mailed(limits: &Guards, findings: &[Finding], first: usize) -> Option<GuardTrip> {
    let judged = findings.iter().filter(|finding| finding.is_judged()).count();
    let share = share(first, judged);
    (first as u64 >= limits.min_first_mailed && share > limits.max_first_mailed_share).then(|| GuardTrip {
        name: "first_mailed".to_owned(),
        value: share,
        limit: limits.max_first_mailed_share,
        explanation: format!("{first} of {judged} judged accounts would be mailed for the first time"),
    })
}

fn input_empty(scene: &Scene<'_>) -> Option<GuardTrip> {
    (scene.register.account_rows == 0).then(|| GuardTrip {
        name: "input_empty".to_owned(),
        value: 0.0,
        limit: 1.0,
        explanation: "the accounts register has no rows".to_owned(),
    })
}

fn input_drop(scene: &Scene<'_>, limits: &Guards) -> Option<GuardTrip> {
    let before = scene.history.baseline.as_ref()?.register_rows;
    let now = scene.register.account_rows as u64;
    let drop = share(usize::try_from(before.saturating_sub(now)).unwrap_or(usize::MAX), before as usize);
    (drop > limits.max_input_drop_share).then(|| GuardTrip {
        name: "input_drop".to_owned(),
        value: drop,
        limit: limits.max_input_drop_share,
        explanation: format!("the accounts register has {now} rows; it had {before}"),
    })
}

fn invalid_rows(scene: &Scene<'_>, limits: &Guards) -> Option<GuardTrip> {
    let bad = scene.register.bad_rows.iter().filter(|row| row.account.is_some()).count();
    let share = share(bad, scene.register.account_rows);
    (share > limits.max_invalid_share).then(|| GuardTrip {
        name: "invalid_rows".to_owned(),
        value: share,
        limit: limits.max_invalid_share,
        explanation: format!("{bad} of {} rows of the accounts register are bad", scene.register.account_rows),
    })
}

fn canary(scene: &Scene<'_>) -> Option<GuardTrip> {
    let seen =
        |canary: &&crate::domain::AccountId| {
            scene.observation.members.iter().any(|view| {
                view.listings.values().any(|listing| listing.accounts.iter().any(|a| a.account_id == **canary))
            })
        };
    let missing: Vec<String> =
        scene.rules.canaries.iter().filter(|canary| !seen(canary)).map(ToString::to_string).collect();
    (!missing.is_empty()).then(|| GuardTrip {
        name: "canary".to_owned(),
        value: missing.len() as f64,
        limit: 0.0,
        explanation: format!("canaries that are not seen: {}", missing.join(", ")),
    })
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Where most of them are, if half of them are in one Business Center.
fn cluster(lost: &[&Finding]) -> String {
    let mut places: BTreeMap<_, (usize, &str)> = BTreeMap::new();
    for finding in lost {
        if let Some((id, name)) = &finding.last_seen_in {
            let entry = places.entry(*id).or_insert((0, name));
            entry.0 += 1;
        }
    }
    match places.iter().max_by_key(|(_, (count, _))| *count) {
        Some((id, (count, name))) if count * 2 >= lost.len() => {
            format!("; {count} of {} were in Business Center {name} ({id})", lost.len())
        }
        _ => String::new(),
    }
}
