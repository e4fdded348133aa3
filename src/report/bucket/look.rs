//! What is in the bucket before a run writes into it.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt as _};
use tokio::time::Instant;

use super::{Bucket, Fault, LOOKING};
use crate::report::Error;
use crate::report::files::MANIFEST;

/// What `check` writes and removes.
const TRIAL: &str = ".check";

impl Bucket {
    /// Whether a complete report is there of a run that is none of these. Listed is only the topmost level: thousands
    /// of runs are a few requests.
    pub(in crate::report) fn has_others(&self, known: &BTreeSet<String>) -> Result<bool, Error> {
        let by = Instant::now() + LOOKING;
        let top = self.wait(by, self.store.list_with_delimiter(Some(&self.root))).map_err(self.failed("read", ""))?;
        for run in &top.common_prefixes {
            let name = run.filename().unwrap_or_default();
            if name.starts_with('.') || known.contains(name) {
                continue;
            }
            if self.is_there(&format!("{name}/{MANIFEST}"), by).map_err(self.failed("read", name))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether something is there of this run.
    pub(in crate::report) fn is_taken(&self, run_id: &str) -> Result<bool, Error> {
        let by = Instant::now() + LOOKING;
        let taken = || Ok(!self.is_empty(run_id, by)? || self.is_there(&format!("{}{run_id}", super::MARK), by)?);
        taken().map_err(self.failed("read", run_id))
    }

    /// For `check`: whether a run could write its report, and remove old ones.
    pub(in crate::report) fn check(&self) -> Result<String, String> {
        let by = Instant::now() + LOOKING;
        let look = || {
            self.wait(by, self.store.list_with_delimiter(Some(&self.root))).map_err(self.failed("read", ""))?;
            self.put(TRIAL, Vec::new(), by).map_err(self.failed("write", TRIAL))?;
            self.remove(vec![self.at(TRIAL)], by).map_err(self.failed("remove", TRIAL))
        };
        look().map_err(|error| error.to_string())?;
        Ok(format!("{} can be written", self.shown))
    }

    /// Whether there is such an object.
    pub(super) fn is_there(&self, name: &str, by: Instant) -> Result<bool, Fault> {
        match self.wait(by, self.store.head(&self.at(name))) {
            Ok(_) => Ok(true),
            Err(Fault::Absent) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Whether nothing is there of this run but perhaps its mark.
    pub(super) fn is_empty(&self, run_id: &str, by: Instant) -> Result<bool, Fault> {
        let first = async { self.store.list(Some(&self.at(run_id))).next().await.transpose() };
        self.wait(by, first).map(|first| first.is_none())
    }

    /// All that is there of this run but its mark.
    pub(super) fn list(&self, run_id: &str, by: Instant) -> Result<Vec<ObjectMeta>, Fault> {
        self.wait(by, self.store.list(Some(&self.at(run_id))).try_collect())
    }

    /// Removes objects; those that are not there do not matter.
    pub(super) fn remove(&self, paths: Vec<Path>, by: Instant) -> Result<(), Fault> {
        let removed = self.store.delete_stream(futures_util::stream::iter(paths).map(Ok).boxed());
        let all = removed.try_for_each(|_| async { Ok(()) });
        match self.wait(by, all) {
            Ok(()) | Err(Fault::Absent) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}
