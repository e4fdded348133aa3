//! Writing a run's report into the bucket, whole or not at all.

use std::collections::{BTreeMap, hash_map::RandomState};
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use object_store::{PutMode, PutPayload};
use serde::Serialize;
use tokio::time::Instant;

use super::{Bucket, Fault, LATEST};
use crate::report::files::{MANIFEST, Manifest, NewFile};
use crate::report::{Error, json};

/// For a whole report. Far less than what makes a mark a dead run's: who takes longer has given up before his files are
/// removed as leftovers.
pub(super) const PUBLISHING: Duration = Duration::from_secs(600);

/// For removing what a failed report left.
const UNDOING: Duration = Duration::from_secs(10);

/// `latest.json`.
#[derive(Serialize)]
struct Latest<'a> {
    run_id: &'a str,
    /// Seen from `latest.json`.
    manifest: String,
}

impl Bucket {
    /// Writes the files and a manifest of them below `run_id`, and `latest.json` last if it is to name them; says where.
    pub(in crate::report) fn publish(
        &self,
        run_id: &str,
        mut files: Vec<NewFile<'_>>,
        latest: bool,
    ) -> Result<String, Error> {
        let by = Instant::now() + PUBLISHING;
        files.sort_by_key(|(name, _)| *name);
        self.claim(run_id, by)?;
        let manifest = match self.fill(run_id, &files, by) {
            Ok(manifest) => manifest,
            Err(error) => {
                self.undo(run_id);
                return Err(error);
            }
        };
        self.commit(run_id, &manifest, by)?;
        // A mark that stays on a whole report means nothing, and goes with the next night.
        let _ = self.remove(vec![self.mark(run_id)], by);
        if latest {
            let bytes = json(&Latest { run_id, manifest: format!("{run_id}/{MANIFEST}") })?;
            self.put(LATEST, bytes, by).map_err(self.failed("write", LATEST))?;
        }
        Ok(self.shown(run_id))
    }

    /// Takes the run id; refuses one of which anything is there. From here on its objects are ours alone.
    fn claim(&self, run_id: &str, by: Instant) -> Result<(), Error> {
        let exists = || Error::Exists { path: self.shown(run_id).into() };
        let ours = format!("{:016x}\n", RandomState::new().build_hasher().finish()).into_bytes();
        let put = |mode: PutMode| {
            let payload = PutPayload::from(ours.clone());
            self.wait(by, self.store.put_opts(&self.mark(run_id), payload, mode.into())).map(|_| ())
        };
        let claimed = match put(PutMode::Create) {
            // Perhaps by ourselves: the client asks again where an answer was lost.
            Err(Fault::Exists) => match self.read(&format!("{}{run_id}", super::MARK), by) {
                Ok(Some(theirs)) if theirs == ours => Ok(()),
                Ok(_) => return Err(exists()),
                Err(fault) => Err(fault),
            },
            // A store that cannot create what is not there: only the lease is left to keep two runs apart.
            Err(Fault::Unable) => put(PutMode::Overwrite),
            claimed => claimed,
        };
        claimed.map_err(self.failed("write the report", run_id))?;
        let error = match self.is_empty(run_id, by) {
            Ok(true) => return Ok(()),
            Ok(false) => exists(),
            Err(fault) => self.failed("write the report", run_id)(fault),
        };
        let _ = self.remove(vec![self.mark(run_id)], by);
        Err(error)
    }

    /// Writes all files but the manifest, and looks whether they are there.
    fn fill(&self, run_id: &str, files: &[NewFile<'_>], by: Instant) -> Result<Manifest, Error> {
        let mut manifest = Manifest { run_id: run_id.to_owned(), files: Vec::with_capacity(files.len()) };
        for file in files {
            manifest.files.push(self.upload(run_id, file, by)?);
        }
        let listed = self.list(run_id, by).map_err(self.failed("read", run_id))?;
        let there: BTreeMap<_, _> = listed.into_iter().map(|object| (object.location, object.size)).collect();
        let told: BTreeMap<_, _> =
            manifest.files.iter().map(|file| (self.at(&format!("{run_id}/{}", file.name)), file.size)).collect();
        if there == told { Ok(manifest) } else { Err(self.failed("write the report", run_id)(Fault::Different)) }
    }

    /// Writes the manifest: with it the report is whole. Where nobody knows whether it was written or still will be,
    /// nothing is removed: whole it is then, or the next night removes it.
    fn commit(&self, run_id: &str, manifest: &Manifest, by: Instant) -> Result<(), Error> {
        let name = format!("{run_id}/{MANIFEST}");
        let bytes = json(manifest)?;
        let Err(fault) = self.put(&name, bytes, by) else { return Ok(()) };
        match self.is_there(&name, by) {
            Ok(true) => return Ok(()),
            Ok(false) if fault.is_certain() => self.undo(run_id),
            Ok(false) | Err(_) => {}
        }
        Err(self.failed("write the report", &name)(fault))
    }

    /// Removes what a report without manifest left, then its mark. What cannot be removed now the next night removes.
    fn undo(&self, run_id: &str) {
        let by = Instant::now() + UNDOING;
        let listed = self.list(run_id, by).map(|objects| objects.into_iter().map(|object| object.location).collect());
        let _ = listed.and_then(|paths| self.remove(paths, by)).and_then(|()| self.remove(vec![self.mark(run_id)], by));
    }
}
