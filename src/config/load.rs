//! From the file to a [`Config`], or to all its faults.
//!
//! Invariant: a fault in one key never hides a fault in another; only a text that is no TOML ends the reading early.

use std::ops::Range;
use std::path::Path;

use super::document::{self, Table};
use super::environment::Environment;
use super::faults::{Fault, Faults, Place};
use super::log::Log;
use super::reader::Section;
use super::{Config, sections, values};
use crate::domain::{Calendar, Rules};

/// Reads and validates a file, with overrides and secrets from the environment.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(path: &Path, environment: &Environment) -> Result<Config, Faults> {
    let alone = |problem: String, remedy: &str| {
        let fault = Fault { key: String::new(), place: Place::Nowhere, value: None, problem, remedy: remedy.into() };
        Faults::new(path.to_owned(), "", &[], vec![fault])
    };
    let bytes = std::fs::read(path).map_err(|error| {
        let remedy = "give --config FILE or $RECONCILER_CONFIG; config/reconciler.toml is one to start from";
        alone(format!("the file cannot be read: {}", error.kind()), remedy)
    })?;
    let source = String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        alone(format!("line {line} is not UTF-8"), "save the file as UTF-8")
    })?;
    from_text(path, &source, environment)
}

/// As [`load`], of a text that was read from the path.
pub(super) fn from_text(path: &Path, source: &str, environment: &Environment) -> Result<Config, Faults> {
    let mut tree = document::parse(source).map_err(|faults| {
        let hidden: Vec<_> = faults.iter().filter_map(|fault| doubtful(source, &fault.place)).collect();
        Faults::new(path.to_owned(), source, &hidden, faults)
    })?;
    let log = Log::new(source, environment);
    log.faults.borrow_mut().extend(document::override_from(environment, &mut tree));
    let config = read(path, tree, &log);
    let (faults, hidden) = (log.faults.into_inner(), log.hidden.into_inner());
    match config {
        Some(config) if faults.is_empty() => Ok(config),
        _ => Err(Faults::new(path.to_owned(), source, &hidden, faults)),
    }
}

/// Reads the whole tree; nothing only after a fault.
pub(super) fn read<'l>(path: &Path, tree: Table, log: &'l Log<'l>) -> Option<Config> {
    let mut root = Section::root(tree, log);
    let zone = root.or("timezone", chrono_tz::Europe::Copenhagen, values::zone);
    let tiktok = sections::tiktok(root.section("tiktok"));
    let expected = sections::expected(root.section("expected"));
    let store = sections::store(root.section("store"));
    let report = sections::report(root.section("report"));
    let mail = sections::mail(root.section("mail"));
    let reminders = sections::reminders(root.section("reminders"));
    let max_per_run = mail.as_ref().map_or(0, |(_, _, max_per_run)| *max_per_run);
    let guards = sections::guards(root.section("guard"), max_per_run);
    let schedule = sections::schedule(root.section("schedule"));
    let observe = sections::observe(root.section("observe"));
    root.finish();

    let (tiktok, agency_business_centers) = tiktok?;
    let (expected, canaries) = expected?;
    let (mail, addressing, _) = mail?;
    let members = tiktok.members.iter().map(|member| member.email.clone()).collect();
    Some(Config {
        path: path.to_owned(),
        calendar: Calendar { zone },
        rules: Rules { members, agency_business_centers, canaries },
        tiktok,
        expected,
        store,
        report,
        mail,
        reminders,
        guards,
        addressing,
        schedule,
        observe,
    })
}

/// What may be a secret in a line that is no TOML: all from the first `=` or quote; else all but a section's name.
fn doubtful(source: &str, place: &Place) -> Option<Range<usize>> {
    let Place::File(span) = place else { return None };
    let start = source.get(..span.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.get(start..)?.lines().next().unwrap_or_default();
    let from = line.find(['=', '"', '\'']).map(|at| at + 1);
    let from = from.or_else(|| (!line.trim_start().starts_with('[')).then_some(0))?;
    Some(start + from..start + line.len())
}
