//! What a person lifts: the guards that held the newest run.

use std::collections::BTreeSet;

use super::{Mandate, Refusal};
use crate::domain::{Exit, Register};
use crate::judge::Only;
use crate::store::{Error, RunRow, Store};

/// The mandate to release a run; refused unless it is the newest one, ended, was held, and is not released yet. A part
/// must be somebody's: a slip of the pen would end as a release of nothing.
pub(super) async fn mandate(
    store: &Store,
    register: &Register,
    run_id: &str,
    only: Option<Only>,
) -> Result<Mandate, Refusal> {
    if let Some(stranger) = only.as_ref().and_then(|only| stranger(only, register)) {
        return Err(Refusal::new(Exit::Refused, stranger));
    }
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
    let lifted = lifted(store, &runs).await.map_err(|error| Refusal::new(Exit::NotWritten, error.to_string()))?;
    Ok(Mandate { lifted, only, releases: Some(newest.seq) })
}

/// Why a part is nobody's, if it is.
fn stranger(only: &Only, register: &Register) -> Option<String> {
    let mut clients = register.accounts.iter().map(|row| &row.client.key);
    let (known, what, how) = match only {
        Only::Country(country) => {
            let known = clients.any(|client| *client.country == **country);
            (known, format!("of the country {}", country.to_uppercase()), "--country DK")
        }
        Only::Client(key) => {
            let name = format!("{}/{}", key.country.to_uppercase(), key.code.to_uppercase());
            (clients.any(|client| client == key), name, "--client DK/C07")
        }
    };
    let why =
        format!("the accounts register has no client {what}: nothing was released; write it as there, such as {how}");
    (!known).then_some(why)
}

/// The guards that held: those of the newest run, and where that released only a part, of the run it released.
async fn lifted(store: &Store, runs: &[RunRow]) -> Result<BTreeSet<String>, Error> {
    let mut guards = BTreeSet::new();
    for run in runs.iter().filter(|run| run.ended_at.is_some()) {
        guards.extend(held_by(store.summary(run.seq).await?.as_deref()));
        if run.command != "release" {
            break;
        }
    }
    Ok(guards)
}

/// Runs that are looked at; killed ones in a row beyond that are a case for a person.
const RECENT: u32 = 100;

/// The guards that the run's summary names.
fn held_by(summary: Option<&str>) -> BTreeSet<String> {
    let summary: serde_json::Value = summary.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let guards = summary["guards"].as_array().cloned().unwrap_or_default();
    guards.iter().filter_map(|guard| guard["name"].as_str().map(str::to_owned)).collect()
}
