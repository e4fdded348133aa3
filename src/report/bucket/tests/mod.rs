//! Reports in a bucket, with a store that fails wherever it can.

mod failing;
mod pruning;
mod publishing;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::domain::Calendar;
use crate::report::files::{Manifest, NewFile};
use crate::report::{Keep, Place};
use failing::{Failing, How};

const FIRST: &str = "20261101T043000Z-0001";
const SECOND: &str = "20261102T043000Z-0002";

/// The bucket over a store, under a prefix.
fn bucket(store: &Failing) -> Bucket {
    Bucket::of(Arc::new(store.clone()), "s3://bucket/night/reports".to_owned(), "night/reports", "look at the key")
}

fn place(store: &Failing) -> Place {
    Place::bucket(bucket(store))
}

/// Files of all sizes: none, some, and more than two parts.
fn files<'a>() -> Vec<NewFile<'a>> {
    vec![
        ("summary.json", Box::new(|to| to.write_all(br#"{"command": "run"}"#))),
        ("diff.csv", Box::new(|_| Ok(()))),
        ("accounts.csv", Box::new(|to| (0..13).try_for_each(|n| to.write_all(&vec![n; 1 << 20])))),
        ("mails/001.eml", Box::new(|to| to.write_all(b"Subject: x\r\n"))),
    ]
}

fn publish(store: &Failing, run_id: &str, latest: bool) -> Result<String, Error> {
    bucket(store).publish(run_id, files(), latest)
}

/// A run that nothing is to happen to.
fn publish_small(store: &Failing, run_id: &str, latest: bool) {
    bucket(store).publish(run_id, files().into_iter().take(1).collect(), latest).unwrap();
}

/// All objects below the prefix, by name.
async fn objects(store: &Failing) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for object in store.inner.list(None).try_collect::<Vec<_>>().await.unwrap() {
        let bytes = store.inner.get(&object.location).await.unwrap().bytes().await.unwrap();
        let name = object.location.as_ref().strip_prefix("night/reports/").unwrap().to_owned();
        found.insert(name, bytes.to_vec());
    }
    found
}

/// Every manifest's files are there as it says, with size and hash, and `latest.json` names a run that has one. Gives the
/// runs that are whole, and the objects that belong to none.
async fn assert_sound(store: &Failing, case: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut objects = objects(store).await;
    let latest = objects.remove(LATEST);
    let runs: BTreeSet<String> =
        objects.keys().filter_map(|name| Some(name.strip_suffix("/manifest.json")?.to_owned())).collect();
    for run in &runs {
        let manifest = objects.remove(&format!("{run}/manifest.json")).unwrap();
        let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(manifest.run_id, *run, "{case}");
        for file in manifest.files {
            let bytes =
                objects.remove(&format!("{run}/{}", file.name)).unwrap_or_else(|| panic!("{case}: {}", file.name));
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((file.size, file.sha256), (bytes.len() as u64, hash), "{case}: {}", file.name);
        }
    }
    if let Some(latest) = latest {
        let latest: serde_json::Value = serde_json::from_slice(&latest).unwrap();
        assert!(runs.contains(latest["run_id"].as_str().unwrap()), "{case}: {latest}");
    }
    (runs, objects.into_keys().collect())
}

/// What is kept on a day, two hours after whatever was done now.
fn keep(today: &str, days: u32) -> Keep {
    let clock: DateTime<Utc> = Utc::now() + chrono::Duration::hours(2);
    Keep { calendar: Calendar { zone: chrono_tz::Europe::Copenhagen }, today: today.parse().unwrap(), days, clock }
}
