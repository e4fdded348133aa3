//! A bucket with reports: Amazon S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage.
//!
//! Invariants: a run has a `manifest.json` only while all its files are there, and `latest.json` names such a run. No wait
//! is without an end. Of what a store or its client says, nothing is shown but codes: the rest may hold a key.
//!
//! An object store has no rename. So a run is claimed before its first file by an object [`MARK`]`<run id>` that only one
//! can create; its files follow, then the manifest, which makes it whole; then the mark goes. An old report goes the
//! other way: mark, no manifest, no files, no mark. Whatever crash leaves a mark behind, the night after finishes it.
//!
//! * `cloud` – clients, from the environment · `wait` – answers in time · `fault` – what went wrong, in words
//! * `look` – what is there · `publish`, `upload` – whole or not at all · `prune` – old and half done ones

mod cloud;
mod fault;
mod look;
mod prune;
mod publish;
#[cfg(test)]
mod tests;
mod upload;
mod wait;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::time::Instant;

use super::Error;
use crate::config::Cloud;
use fault::Fault;
use wait::Patience;

/// How objects begin that mark a run as under way, in either direction.
const MARK: &str = ".tmp-";

/// The object that names the newest whole report of `run`.
const LATEST: &str = "latest.json";

/// For looking at what is there.
const LOOKING: Duration = Duration::from_secs(20);

/// A bucket with a prefix.
pub(super) struct Bucket {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// As people write it, such as `s3://bucket/reports`.
    shown: String,
    /// What to say of a store that lets nobody in: which credentials were found, or not.
    credentials: &'static str,
    patience: Patience,
}

impl fmt::Debug for Bucket {
    /// The client holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Bucket {
    /// A client with the environment's credentials; nothing is asked yet.
    pub(super) fn open(cloud: Cloud, name: &str, prefix: &str) -> Result<Self, Error> {
        let (store, credentials) = cloud::client(cloud, name)?;
        Ok(Self::of(store, cloud::shown(cloud, name, prefix), prefix, credentials))
    }

    fn of(store: Arc<dyn ObjectStore>, shown: String, prefix: &str, credentials: &'static str) -> Self {
        Self { store, root: Path::from(prefix), shown, credentials, patience: Patience::default() }
    }

    /// The same bucket, which is left alone soon after this is cancelled.
    pub(super) fn heeding(self, stop: tokio_util::sync::CancellationToken) -> Self {
        Self { patience: Patience::heeding(stop), ..self }
    }

    /// An object by its name below the prefix.
    fn at(&self, name: &str) -> Path {
        self.root.parts().chain(Path::from(name).parts()).collect()
    }

    /// As people write it.
    fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.shown)
    }

    fn mark(&self, run_id: &str) -> Path {
        self.at(&format!("{MARK}{run_id}"))
    }

    /// Words for a fault.
    fn failed(&self, doing: &'static str, name: &str) -> impl FnOnce(Fault) -> Error {
        let what = if name.is_empty() { self.shown.clone() } else { self.shown(name) };
        let credentials = self.credentials;
        move |fault| Error::Bucket { doing, what, fault: fault.words(credentials) }
    }

    /// A small object whole; none if it is not there.
    fn read(&self, name: &str, by: Instant) -> Result<Option<Vec<u8>>, Fault> {
        let path = self.at(name);
        let read = async { self.store.get(&path).await?.bytes().await };
        match self.wait(by, read) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Fault::Absent) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
