//! What a person lifts: the guards that held the newest run.

use std::collections::BTreeSet;

use super::{Mandate, Refusal};
use crate::domain::Exit;
use crate::judge::Only;
use crate::store::{RunRow, Store};

/// The mandate to release a run; refused unless it is the newest one, ended, was held, and is not released yet.
pub(super) async fn mandate(store: &Store, run_id: &str, only: Option<Only>) -> Result<Mandate, Refusal> {
    let runs = store.runs(RECENT).await.map_err(|error| Refusal::new(Exit::NotWritten, error.to_string()))?;
    // A run that was killed sent nothing that a guard would have held; it stands in nobody's way.
    let Some(newest) = runs.iter().find(|run| run.ended_at.is_some()) else {
        return Err(Refusal::new(Exit::Refused, "no run is stored yet, so none is held"));
    };
    if !newest.held || newest.released_at.is_some() {
        return Err(Refusal::new(
            Exit::Refused,
            format!("nothing is held: the newest run {} sent its mails", newest.run_id),
        ));
    }
    if newest.run_id != run_id {
        return Err(Refusal::new(
            Exit::Refused,
            format!("only the newest held run can be released: {}; read its report first", newest.run_id),
        ));
    }
    Ok(Mandate { lifted: lifted(&runs), only, releases: Some(newest.seq) })
}

/// The guards that held: those of the newest run, and where that released only a part, of the run it released.
fn lifted(runs: &[RunRow]) -> BTreeSet<String> {
    let mut guards = BTreeSet::new();
    for run in runs.iter().filter(|run| run.ended_at.is_some()) {
        guards.extend(held_by(run.summary.as_deref()));
        if run.command != "release" {
            break;
        }
    }
    guards
}

/// Runs that are looked at; killed ones in a row beyond that are a case for a person.
const RECENT: u32 = 100;

/// The guards that the run's summary names.
fn held_by(summary: Option<&str>) -> BTreeSet<String> {
    let summary: serde_json::Value = summary.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let guards = summary["guards"].as_array().cloned().unwrap_or_default();
    guards.iter().filter_map(|guard| guard["name"].as_str().map(str::to_owned)).collect()
}
