//! The reports of a run: what was judged, as files for programs and people.
//!
//! Invariant: a report folder is whole or absent, and holds nothing that chance, a clock or a request decided.
//!
//! * `columns` – a finding's cells · `csv`, `xlsx` – tables of them · `html` – the page · `files` – sizes, hashes
//! * `place` – where it goes, whole or not at all: `folder` or `bucket` · `age` – when it goes away
//! * `schema` – the page that tells analysts all of it

mod age;
mod bucket;
mod cell;
mod columns;
mod csv;
mod files;
mod folder;
mod html;
mod place;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
mod xlsx;

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

pub use age::Keep;
pub use csv::{csv, sorted};
pub use place::Place;

use crate::domain::{Finding, Summary, TrendNight};
use files::NewFile;

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
    /// What is there already could not be looked at.
    #[error("cannot read {}: {source}; is the volume mounted, and may this user read it?", path.display())]
    Read {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder is another run's.
    #[error("the report {} exists already; a report is never written over", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// A bucket did not do something.
    #[error("cannot {doing} {what}: {fault}")]
    Bucket {
        /// What it was to do.
        doing: &'static str,
        /// To which object.
        what: String,
        /// Why, with a remedy.
        fault: String,
    },
    /// What the environment says of a bucket's cloud makes no client.
    #[error("report.dir: the environment's settings of {cloud} do not hold: {remedy}")]
    Settings {
        /// Whose.
        cloud: &'static str,
        /// What to look at.
        remedy: &'static str,
    },
    /// An old or half done report could not be removed.
    #[error("cannot remove {}, which is kept no longer: {source}; the next run tries again", path.display())]
    Prune {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
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

/// Writes a report, whole or not at all; says where.
///
/// `latest` is to name it: for a `run`, whatever it could read, and for no `release` or `plan`.
///
/// # Errors
/// There is a report of that name, or something cannot be written. What is there under that name is then what was there
/// before, or this report, whole; and `latest` names a whole one.
pub fn write(place: &Place, report: Report<'_>, latest: bool) -> Result<String, Error> {
    let sorted = sorted(report.findings);
    let rows = || sorted.iter().copied();
    let summary = json(report.summary)?;
    let book = xlsx::Book::new(&report, &sorted)?;
    let mut files: Vec<NewFile<'_>> = vec![
        ("diff.csv", Box::new(|to| csv(rows().filter(|finding| finding.is_difference()), to))),
        ("accounts.csv", Box::new(|to| csv(rows().filter(|finding| finding.is_judged()), to))),
        ("report.html", Box::new(|to| html::html(report, &sorted, to))),
        ("report.xlsx", Box::new(|to| book.write(to))),
        ("summary.json", Box::new(|to| to.write_all(&summary))),
    ];
    for (name, bytes) in report.extra {
        files.push((name, Box::new(move |to| to.write_all(bytes))));
    }
    place.publish(&report.summary.run_id, files, latest)
}

/// The largest `diff.csv` that a mail takes, in bytes. Encoded it has a third more, and Exchange takes 10 MB as it is
/// delivered (Microsoft, "Message size and recipient limits in Exchange Server"), Gmail 25.
const ATTACHABLE: usize = 5 << 20;

/// `diff.csv` alone, as the digest attaches it; none where it is too large for a mail.
#[must_use]
pub fn diff(findings: &[Finding]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; ATTACHABLE];
    let mut space = &mut bytes[..];
    csv(sorted(findings.iter().filter(|finding| finding.is_difference())), &mut space).ok()?;
    let length = ATTACHABLE - space.len();
    bytes.truncate(length);
    Some(bytes)
}

/// A value as JSON for people and programs: indented, with a line feed at the end.
fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| Error::Words { source: error.into() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
