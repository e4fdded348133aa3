//! Removing old reports from the bucket, and what dead runs left.
//!
//! Invariant: a whole report of a run loses its manifest before its first file; what has no manifest is removed only where
//! a mark says that this program began it and a time has passed in which nobody can still be at it.

use std::time::Duration;

use object_store::ObjectMeta;
use tokio::time::Instant;

use super::publish::PUBLISHING;
use super::{Bucket, Fault, LATEST, MARK};
use crate::report::Error;
use crate::report::age::{Keep, is_of_a_run, is_run_id};
use crate::report::files::{MANIFEST, Manifest};

/// For all of it in one night; the rest is the next one's.
const PRUNING: Duration = Duration::from_secs(120);

/// A mark of this age is a dead run's: six times what a report may take, so that clocks may differ.
const DEAD: Duration = Duration::from_secs(6 * PUBLISHING.as_secs());

impl Bucket {
    /// Removes the reports that are over, oldest first, until told to stop; says how many.
    pub(in crate::report) fn prune(&self, keep: Keep, stop: &dyn Fn() -> bool) -> Result<usize, Error> {
        let by = Instant::now() + PRUNING;
        let top = self.wait(by, self.store.list_with_delimiter(Some(&self.root))).map_err(self.failed("read", ""))?;
        for run_id in top.objects.iter().filter_map(|object| dead(object, keep)) {
            self.settle(run_id, by).map_err(self.failed("remove", run_id))?;
        }
        let latest = self.latest(by).map_err(self.failed("read", LATEST))?;
        let names = top.common_prefixes.iter().filter_map(|run| run.filename());
        let mut old: Vec<&str> = names.filter(|name| keep.is_over(name) && latest.as_deref() != Some(name)).collect();
        old.sort_unstable();
        let mut removed = 0;
        for run_id in old {
            if stop() {
                break;
            }
            removed += usize::from(self.retire(run_id, by).map_err(self.failed("remove", run_id))?);
        }
        Ok(removed)
    }

    /// The run that `latest.json` names.
    fn latest(&self, by: Instant) -> Result<Option<String>, Fault> {
        let Some(bytes) = self.read(LATEST, by)? else { return Ok(None) };
        let latest: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        latest["run_id"].as_str().map(|run_id| Some(run_id.to_owned())).ok_or(Fault::Different)
    }

    /// Removes a report, if it is the whole one of a run.
    fn retire(&self, run_id: &str, by: Instant) -> Result<bool, Fault> {
        let manifest = format!("{run_id}/{MANIFEST}");
        let Some(bytes) = self.read(&manifest, by)? else { return Ok(false) };
        let named = serde_json::from_slice::<Manifest>(&bytes).is_ok_and(|manifest| manifest.run_id == run_id);
        let summary = self.read(&format!("{run_id}/summary.json"), by)?.unwrap_or_default();
        if !named || !is_of_a_run(&summary) {
            return Ok(false);
        }
        self.put(&format!("{MARK}{run_id}"), b"leaving\n".to_vec(), by)?;
        self.remove(vec![self.at(&manifest)], by)?;
        self.settle(run_id, by)?;
        Ok(true)
    }

    /// Brings a marked run to its end: whole, or absent.
    fn settle(&self, run_id: &str, by: Instant) -> Result<(), Fault> {
        if !self.is_there(&format!("{run_id}/{MANIFEST}"), by)? {
            let left = self.list(run_id, by)?.into_iter().map(|object| object.location).collect();
            self.remove(left, by)?;
        }
        self.remove(vec![self.mark(run_id)], by)
    }
}

/// The run of a mark that nobody can be at any more.
fn dead(object: &ObjectMeta, keep: Keep) -> Option<&str> {
    let run_id = object.location.filename()?.strip_prefix(MARK).filter(|run_id| is_run_id(run_id))?;
    let age = (keep.clock - object.last_modified).to_std().ok()?;
    (age > DEAD).then_some(run_id)
}
