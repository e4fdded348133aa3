//! A report's folder.
//!
//! Invariant: a folder under its final name is whole, and `latest` names a whole one. Everything is written and synced
//! under another name in the same place, and renamed at the end; an old one is renamed back before it is removed.

mod look;
mod prune;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Error;
use super::files::{Counted, Entry, MANIFEST, Manifest, NewFile};

pub(super) use look::{can_be, check, has_others, is_taken};
pub(super) use prune::prune;

/// How folders under way are called; whatever is still called so at the next writing is a dead run's.
const UNDER_WAY: &str = ".tmp-";

/// Writes the files, and a manifest of them, into `dir/run_id`.
pub(super) fn publish(dir: &Path, run_id: &str, mut files: Vec<NewFile<'_>>) -> Result<PathBuf, Error> {
    fs::create_dir_all(dir).map_err(at(dir))?;
    // What cannot be removed is in nobody's way; pruning tells of it.
    let _ = remove_leftovers(dir);
    let folder = dir.join(run_id);
    if folder.exists() {
        return Err(Error::Exists { path: folder });
    }
    files.sort_by_key(|(name, _)| *name);
    let temporary = dir.join(format!("{UNDER_WAY}{run_id}"));
    let written = fill(&temporary, run_id, &files).and_then(|()| fs::rename(&temporary, &folder).map_err(at(&folder)));
    if let Err(error) = written {
        // A full disk gets its room back; if even that fails, the next writing tries again.
        let _ = fs::remove_dir_all(&temporary);
        return Err(error);
    }
    sync_folder(dir).map_err(at(dir))?;
    Ok(folder)
}

/// Fills a new folder; everything in it is on the disk afterwards.
fn fill(new: &Path, run_id: &str, files: &[NewFile<'_>]) -> Result<(), Error> {
    fs::create_dir(new).map_err(at(new))?;
    let mut folders = vec![new.to_path_buf()];
    let mut manifest = Manifest { run_id: run_id.to_owned(), files: Vec::with_capacity(files.len()) };
    for (name, write) in files {
        let path = new.join(name);
        if let Some(parent) = path.parent().filter(|parent| !folders.iter().any(|known| known == parent)) {
            fs::create_dir_all(parent).map_err(at(parent))?;
            folders.push(parent.to_path_buf());
        }
        manifest.files.push(write_synced(&path, name, write).map_err(at(&path))?);
    }
    let (path, bytes) = (new.join(MANIFEST), super::json(&manifest)?);
    write_synced(&path, MANIFEST, |to| to.write_all(&bytes)).map_err(at(&path))?;
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

/// Writes a file that is on the disk afterwards, and tells it as the manifest does.
fn write_synced(path: &Path, name: &str, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<Entry> {
    let mut counted = Counted::new(File::create_new(path)?);
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut counted);
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    let (entry, file) = counted.ends(name);
    file.sync_all()?;
    Ok(entry)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes what dead runs left, as far as possible.
fn remove_leftovers(dir: &Path) -> Result<(), Error> {
    let mut first_fault = Ok(());
    for entry in fs::read_dir(dir).map_err(at(dir))?.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(UNDER_WAY) {
            continue;
        }
        let path = entry.path();
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        first_fault = first_fault.and(removed.map_err(|source| Error::Prune { path, source }));
    }
    first_fault
}
