//! Removing old reports from a folder.
//!
//! Invariant: only whole reports of runs are removed, and one that is half removed has no final name: it is renamed
//! first, and what a crash leaves of it goes with the next writing.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use super::{Error, MANIFEST, Manifest, UNDER_WAY, at, remove_leftovers, sync_folder};
use crate::report::age::{Keep, is_of_a_run};

/// Removes the reports that are over, oldest first, until told to stop; says how many.
pub(in crate::report) fn prune(dir: &Path, keep: Keep, stop: &dyn Fn() -> bool) -> Result<usize, Error> {
    let latest = match fs::read_link(dir.join("latest")) {
        Ok(link) => link.file_name().map(OsString::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(at(&dir.join("latest"))(error)),
    };
    let mut old: Vec<String> = Vec::new();
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let entry = entry.map_err(at(dir))?;
        let is_latest = Some(entry.file_name()) == latest;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if keep.is_over(&name) && !is_latest && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            old.push(name);
        }
    }
    old.sort_unstable();
    let mut removed = 0;
    for run_id in old {
        let folder = dir.join(&run_id);
        if stop() || !is_whole(&folder, &run_id) {
            continue;
        }
        let leaving = dir.join(format!("{UNDER_WAY}{run_id}"));
        fs::rename(&folder, &leaving)
            .and_then(|()| sync_folder(dir))
            .and_then(|()| fs::remove_dir_all(&leaving))
            .map_err(|source| Error::Prune { path: folder, source })?;
        removed += 1;
    }
    remove_leftovers(dir)?;
    Ok(removed)
}

/// Whether it is the whole report of this run, and not a plan's or somebody else's.
fn is_whole(folder: &Path, run_id: &str) -> bool {
    let manifest = fs::read(folder.join(MANIFEST)).unwrap_or_default();
    let named = serde_json::from_slice::<Manifest>(&manifest).is_ok_and(|manifest| manifest.run_id == run_id);
    named && fs::read(folder.join("summary.json")).is_ok_and(|summary| is_of_a_run(&summary))
}
