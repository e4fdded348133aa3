//! A report's folder.
//!
//! Invariant: a folder under its final name is whole, and `latest` names a whole one. Everything is written and synced
//! under another name in the same place, and renamed at the end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
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
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    size: u64,
    sha256: String,
}

/// A file's name, with `/` for a folder in between, and what writes it: a table of a million rows is never in memory.
pub(super) type NewFile<'a> = (&'a str, Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'a>);

/// Writes the files, and a manifest of them, into `dir/run_id`.
pub(super) fn publish(dir: &Path, run_id: &str, mut files: Vec<NewFile<'_>>) -> Result<PathBuf, Error> {
    fs::create_dir_all(dir).map_err(at(dir))?;
    remove_leftovers(dir).map_err(at(dir))?;
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
    let mut manifest = Manifest { run_id, files: Vec::with_capacity(files.len()) };
    for (name, write) in files {
        let path = new.join(name);
        if let Some(parent) = path.parent().filter(|parent| !folders.iter().any(|known| known == parent)) {
            fs::create_dir_all(parent).map_err(at(parent))?;
            folders.push(parent.to_path_buf());
        }
        let (size, sha256) = write_synced(&path, write).map_err(at(&path))?;
        manifest.files.push(Entry { name, size, sha256 });
    }
    let (path, bytes) = (new.join("manifest.json"), super::json(&manifest)?);
    write_synced(&path, |to| to.write_all(&bytes)).map_err(at(&path))?;
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

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|n| char::from(b"0123456789abcdef"[usize::from(n)]))
        .collect()
}

/// Writes a file that is on the disk afterwards; gives its size and hash.
fn write_synced(path: &Path, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<(u64, String)> {
    let mut counted = Counted { file: File::create_new(path)?, size: 0, hash: Sha256::new() };
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut counted);
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    counted.file.sync_all()?;
    Ok((counted.size, hex(&counted.hash.finalize())))
}

/// A file with size and hash of what went into it.
struct Counted {
    file: File,
    size: u64,
    hash: Sha256,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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
