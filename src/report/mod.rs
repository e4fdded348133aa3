//! The reports of a run: what was judged, as files for programs and people.
//!
//! Invariant: a report folder is whole or absent, and holds nothing that chance, a clock or a request decided.
//!
//! * `columns` – a finding's cells · `csv`, `xlsx` – tables of them · `html` – the page
//! * `folder` – whole or not at all · `schema` – the page that tells analysts all of it

mod cell;
mod columns;
mod csv;
mod existing;
mod folder;
mod html;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
mod xlsx;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

pub use csv::{csv, is_judged, sorted};
pub use existing::{check, has_others};

use crate::domain::{Finding, Summary, TrendNight};

/// A fault of the reports (exit code 7).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be written.
    #[error("cannot write the report {}: {source}; is the volume mounted, writable and not full?", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder is another run's.
    #[error("the report folder {} exists already; a report is never written over", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// A value could not be put into words.
    #[error("cannot put the report into words: {source}; this is a fault of the program")]
    Words {
        /// Why.
        source: std::io::Error,
    },
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// `summary.json`; its `run_id` names the folder.
    pub summary: &'a Summary,
    /// What sort of night it was, in one sentence.
    pub verdict: &'a str,
    /// The run's calendar day.
    pub day: NaiveDate,
    /// Nights before, oldest first.
    pub trend: &'a [TrendNight],
    /// Every finding, in any order.
    pub findings: &'a [Finding],
    /// More files: name, with `/` for a folder in between, and content.
    pub extra: &'a [(String, Vec<u8>)],
}

/// Writes a report, whole or not at all; gives its folder.
///
/// `latest` is to name it: for a complete `run` only.
///
/// # Errors
/// The folder exists, or something cannot be written; then there is no folder of that name, and `latest` is as it was.
pub fn write(dir: &Path, report: Report<'_>, latest: bool) -> Result<PathBuf, Error> {
    let sorted = sorted(report.findings);
    let rows = || sorted.iter().copied();
    let summary = json(report.summary)?;
    let book = xlsx::Book::new(&report, &sorted)?;
    let mut files: Vec<folder::NewFile<'_>> = vec![
        ("diff.csv", Box::new(|to| csv(rows().filter(|finding| finding.is_difference()), to))),
        ("accounts.csv", Box::new(|to| csv(rows().filter(|finding| is_judged(finding)), to))),
        ("report.html", Box::new(|to| html::html(report, &sorted, to))),
        ("report.xlsx", Box::new(|to| book.write(to))),
        ("summary.json", Box::new(|to| to.write_all(&summary))),
    ];
    for (name, bytes) in report.extra {
        files.push((name, Box::new(move |to| to.write_all(bytes))));
    }
    let run_id = &report.summary.run_id;
    let folder = folder::publish(dir, run_id, files)?;
    if latest {
        folder::publish_latest(dir, run_id)?;
    }
    Ok(folder)
}

/// `diff.csv` alone, as the digest attaches it.
///
/// # Errors
/// None in practice: the bytes stay in memory.
pub fn diff(findings: &[Finding]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    csv(sorted(findings).into_iter().filter(|finding| finding.is_difference()), &mut bytes)?;
    Ok(bytes)
}

/// The run id wanted, or with the next `xxxx` whose folder does not exist.
#[must_use]
pub fn free_run_id(dir: &Path, wanted: &str) -> String {
    let taken = |run_id: &str| dir.join(run_id).symlink_metadata().is_ok();
    let Some((moment, hash)) = wanted.rsplit_once('-') else { return wanted.to_owned() };
    let Ok(first) = u16::from_str_radix(hash, 16) else { return wanted.to_owned() };
    (0..=u16::MAX)
        .map(|n| format!("{moment}-{:04x}", first.wrapping_add(n)))
        .find(|run_id| !taken(run_id))
        .unwrap_or_else(|| wanted.to_owned())
}

/// A value as JSON for people and programs: indented, with a line feed at the end.
fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| Error::Words { source: error.into() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
