//! A place for reports: a folder, or a bucket with a prefix.
//!
//! Invariant: whatever is asked of a place means the same in both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::age::Keep;
use super::bucket::Bucket;
use super::files::NewFile;
use super::{Error, folder};
use crate::config::ReportDir;

/// Where reports go.
#[derive(Debug)]
pub struct Place {
    kind: Kind,
    stop: CancellationToken,
}

#[derive(Debug)]
enum Kind {
    Folder(PathBuf),
    Bucket(Bucket),
}

impl Place {
    /// The place that is configured. Nothing is asked or written yet.
    ///
    /// A bucket waits for its server in the way that needs a runtime of several threads.
    ///
    /// # Errors
    /// The environment's settings of the bucket's cloud do not hold.
    pub fn open(dir: &ReportDir) -> Result<Self, Error> {
        Ok(match dir {
            ReportDir::Folder(path) => Self::folder(path),
            ReportDir::Bucket { cloud, name, prefix } => {
                Self { kind: Kind::Bucket(Bucket::open(*cloud, name, prefix)?), stop: CancellationToken::new() }
            }
        })
    }

    /// A folder.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self { kind: Kind::Folder(path.to_path_buf()), stop: CancellationToken::new() }
    }

    #[cfg(test)]
    pub(super) fn bucket(bucket: Bucket) -> Self {
        Self { kind: Kind::Bucket(bucket), stop: CancellationToken::new() }
    }

    /// The same place, which is left alone soon after this is cancelled.
    #[must_use]
    pub fn heeding(self, stop: CancellationToken) -> Self {
        let kind = match self.kind {
            Kind::Bucket(bucket) => Kind::Bucket(bucket.heeding(stop.clone())),
            folder @ Kind::Folder(_) => folder,
        };
        Self { kind, stop }
    }

    /// For `check`: whether a run could write its report.
    ///
    /// # Errors
    /// A sentence with the remedy.
    pub fn check(&self) -> Result<String, String> {
        match &self.kind {
            Kind::Folder(dir) => folder::check(dir),
            Kind::Bucket(bucket) => bucket.check(),
        }
    }

    /// Whether a folder is there, or could be made: mails whose report has no place would be found in none. (A bucket is
    /// not asked: it must be there, and what it takes shows when it is written.)
    ///
    /// # Errors
    /// It could not.
    pub fn can_be(&self) -> Result<(), Error> {
        match &self.kind {
            Kind::Folder(dir) => folder::can_be(dir),
            Kind::Bucket(_) => Ok(()),
        }
    }

    /// Whether a complete report is there of a run that is none of these.
    ///
    /// # Errors
    /// Nobody can look. (A folder that is not there is one without reports.)
    pub fn has_others(&self, known: &BTreeSet<String>) -> Result<bool, Error> {
        match &self.kind {
            Kind::Folder(dir) => folder::has_others(dir, known),
            Kind::Bucket(bucket) => bucket.has_others(known),
        }
    }

    /// The run id wanted, or with the next `xxxx` of which nothing is there.
    ///
    /// # Errors
    /// The bucket cannot be looked into.
    pub fn free_run_id(&self, wanted: &str) -> Result<String, Error> {
        let Some((moment, hash)) = wanted.rsplit_once('-') else { return Ok(wanted.to_owned()) };
        let Ok(first) = u16::from_str_radix(hash, 16) else { return Ok(wanted.to_owned()) };
        for n in 0..=u16::MAX {
            let run_id = format!("{moment}-{:04x}", first.wrapping_add(n));
            let taken = match &self.kind {
                Kind::Folder(dir) => folder::is_taken(dir, &run_id),
                Kind::Bucket(bucket) => bucket.is_taken(&run_id)?,
            };
            if !taken {
                return Ok(run_id);
            }
        }
        Ok(wanted.to_owned())
    }

    /// Removes the reports of runs that are over, oldest first; says how many. The one that `latest` names stays, and
    /// so does whatever is not the whole report of a run. What dead runs left half done goes too.
    ///
    /// # Errors
    /// Something could not be removed; the next time it is tried again.
    pub fn prune(&self, keep: Keep) -> Result<usize, Error> {
        match &self.kind {
            Kind::Folder(dir) => folder::prune(dir, keep, &|| self.stop.is_cancelled()),
            Kind::Bucket(bucket) => bucket.prune(keep, &|| self.stop.is_cancelled()),
        }
    }

    /// Writes the files, whole or not at all; says where.
    pub(super) fn publish(&self, run_id: &str, files: Vec<NewFile<'_>>, latest: bool) -> Result<String, Error> {
        match &self.kind {
            Kind::Folder(dir) => {
                let folder = folder::publish(dir, run_id, files)?;
                if latest {
                    folder::publish_latest(dir, run_id)?;
                }
                Ok(folder.display().to_string())
            }
            Kind::Bucket(bucket) => bucket.publish(run_id, files, latest),
        }
    }
}
