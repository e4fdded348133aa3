//! What is in the report folder before a run writes into it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{MANIFEST, at};
use crate::report::Error;
use crate::report::age::is_run_id;
use crate::trial;

/// Whether a complete report is there of a run that is none of these. Only what is not there is absent: a volume that is
/// not mounted, or that fails, may hold any.
pub(in crate::report) fn has_others(dir: &Path, known: &BTreeSet<String>) -> Result<bool, Error> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        entries => entries.map_err(unread(dir))?,
    };
    for entry in entries {
        let entry = entry.map_err(unread(dir))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let link = entry.file_type().map_err(unread(dir))?.is_symlink();
        if link || name.starts_with('.') || known.contains(&name) {
            continue;
        }
        let manifest = entry.path().join(MANIFEST);
        match fs::metadata(&manifest) {
            Ok(meta) if meta.is_file() => return Ok(true),
            Err(error) if is_run_id(&name) && !is_absent(&error) => return Err(unread(&manifest)(error)),
            // Nothing, or the folder of somebody else, such as a file system's own `lost+found`.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(false)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unread(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Read { path, source }
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
