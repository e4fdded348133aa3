//! A report's folder.
//!
//! Invariant: a folder under its final name is whole, and `latest` names a whole one. Everything is written and synced
//! under another name in the same place, and renamed at the end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Error;

/// How folders under way are called; whatever is still called so at the next writing is a dead run's.
const UNDER_WAY: &str = ".tmp-";

/// `manifest.json`.
#[derive(Serialize)]
struct Manifest<'a> {
    run_id: &'a str,
    files: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    size: usize,
    sha256: String,
}

/// Writes the files, and a manifest of them, into `dir/run_id`.
pub(super) fn publish(dir: &Path, run_id: &str, files: &mut [(String, Vec<u8>)]) -> Result<PathBuf, Error> {
    fs::create_dir_all(dir).map_err(at(dir))?;
    remove_leftovers(dir).map_err(at(dir))?;
    let folder = dir.join(run_id);
    if folder.exists() {
        return Err(Error::Exists { path: folder });
    }
    files.sort();
    let temporary = dir.join(format!("{UNDER_WAY}{run_id}"));
    let written = fill(&temporary, run_id, files).and_then(|()| fs::rename(&temporary, &folder).map_err(at(&folder)));
    if let Err(error) = written {
        // A full disk gets its room back; if even that fails, the next writing tries again.
        let _ = fs::remove_dir_all(&temporary);
        return Err(error);
    }
    sync_folder(dir).map_err(at(dir))?;
    Ok(folder)
}

/// Fills a new folder; everything in it is on the disk afterwards.
fn fill(new: &Path, run_id: &str, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
    fs::create_dir(new).map_err(at(new))?;
    let mut folders = vec![new.to_path_buf()];
    for (name, bytes) in files {
        let path = new.join(name);
        if let Some(parent) = path.parent().filter(|parent| !folders.iter().any(|known| known == parent)) {
            fs::create_dir_all(parent).map_err(at(parent))?;
            folders.push(parent.to_path_buf());
        }
        write_synced(&path, bytes).map_err(at(&path))?;
    }
    let path = new.join("manifest.json");
    write_synced(&path, &manifest(run_id, files)?).map_err(at(&path))?;
    for folder in folders.iter().rev() {
        sync_folder(folder).map_err(at(folder))?;
    }
    Ok(())
}

/// Names the place of a fault.
fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Write { path, source }
}

/// Lets `latest` name the run's folder, which is whole.
pub(super) fn publish_latest(dir: &Path, run_id: &str) -> Result<(), Error> {
    let link = dir.join("latest");
    let temporary = dir.join(format!("{UNDER_WAY}latest"));
    let replace = || {
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::os::unix::fs::symlink(run_id, &temporary)?;
        fs::rename(&temporary, &link)?;
        sync_folder(dir)
    };
    replace().map_err(|source| Error::Write { path: link.clone(), source })
}

fn manifest(run_id: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Error> {
    let entry = |(name, bytes): &'_ (String, Vec<u8>)| Entry {
        name: name.clone(),
        size: bytes.len(),
        sha256: hex(&Sha256::digest(bytes)),
    };
    super::json(&Manifest { run_id, files: files.iter().map(entry).collect() })
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|n| char::from(b"0123456789abcdef"[usize::from(n)]))
        .collect()
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn remove_leftovers(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(UNDER_WAY) {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
