//! What is in the report folder before a run writes into it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{MANIFEST, at};
use crate::report::Error;
use crate::trial;

/// Whether a complete report is there of a run that is none of these.
pub(in crate::report) fn has_others(dir: &Path, known: &BTreeSet<String>) -> bool {
    fs::read_dir(dir).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            !link && !name.starts_with('.') && !known.contains(&name) && entry.path().join(MANIFEST).is_file()
        })
    })
}

/// Whether something of this name is there already.
pub(in crate::report) fn is_taken(dir: &Path, run_id: &str) -> bool {
    dir.join(run_id).symlink_metadata().is_ok()
}

/// Whether the folder is there, or could be made.
pub(in crate::report) fn can_be(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() { Ok(()) } else { trial::takes(dir).map_err(at(dir)) }
}

/// For `check`: whether a run could write its report.
///
/// # Errors
/// A sentence with the remedy.
pub(in crate::report) fn check(dir: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| {
        format!("{} cannot be written: {error}; is the volume mounted, and may this user write there?", dir.display())
    };
    if !dir.exists() {
        trial::takes(dir).map_err(failed)?;
        return Ok(format!("{} does not exist yet; the first run creates it", dir.display()));
    }
    let trial = dir.join(format!(".check-{}", std::process::id()));
    fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial)).map_err(failed)?;
    Ok(format!("{} can be written", dir.display()))
}
