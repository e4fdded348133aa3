//! What is in the report folder before a run writes into it.

use std::fs;
use std::path::Path;

/// Whether a complete report of an earlier run is there.
#[must_use]
pub fn has_runs(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            !hidden && entry.path().join("manifest.json").is_file()
        })
    })
}

/// For `check`: whether a run could write its report.
///
/// # Errors
/// A sentence with the remedy.
pub fn check(dir: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| {
        format!("{} cannot be written: {error}; is the volume mounted, and may this user write there?", dir.display())
    };
    if !dir.exists() {
        return Ok(format!("{} does not exist yet; the first run creates it", dir.display()));
    }
    let trial = dir.join(format!(".check-{}", std::process::id()));
    fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial)).map_err(failed)?;
    Ok(format!("{} can be written", dir.display()))
}
