//! What is in a folder is found, and only old reports go from it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::DateTime;

use crate::domain::Calendar;
use crate::report::tests::{names, write_run};
use crate::report::{Keep, Place};

const OLD: [&str; 2] = ["20250101T043000Z-000a", "20250102T043000Z-000b"];
const KEPT: &str = "20250103T043000Z-000c";

fn keep(today: &str) -> Keep {
    let calendar = Calendar { zone: chrono_tz::Europe::Copenhagen };
    Keep { calendar, today: today.parse().unwrap(), days: 400, clock: DateTime::UNIX_EPOCH }
}

fn prune(dir: &Path) -> usize {
    Place::folder(dir).prune(keep("2026-02-07")).unwrap()
}

/// The report of a run, with its manifest and summary as this says.
fn put(dir: &Path, run_id: &str, manifest: &str, summary: &str) {
    fs::create_dir(dir.join(run_id)).unwrap();
    fs::write(dir.join(run_id).join("manifest.json"), manifest).unwrap();
    fs::write(dir.join(run_id).join("summary.json"), summary).unwrap();
}

#[test]
fn only_whole_reports_of_runs_that_are_over_go() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = dir.path();
    for run_id in OLD.into_iter().chain([KEPT]) {
        write_run(dir, run_id, false).unwrap();
    }
    write_run(dir, "20240101T043000Z-0001", true).unwrap();
    let named = |run_id: &str| format!(r#"{{"run_id": "{run_id}", "files": []}}"#);
    put(dir, "20250104T043000Z-0001", &named("another"), r#"{"command": "run"}"#);
    put(dir, "20240105T043000Z-0001", &named("20240105T043000Z-0001"), r#"{"command": "plan"}"#);
    put(dir, "20240106T043000Z-0001", "{", r#"{"command": "run"}"#);
    fs::create_dir(dir.join("20240107T043000Z-0001")).unwrap();
    fs::write(dir.join("20240108T043000Z-0001"), "a file").unwrap();
    write_run(elsewhere.path(), "20240109T043000Z-0001", false).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), dir.join("20240109T043000Z-0001")).unwrap();
    put(dir, "backup", &named("backup"), r#"{"command": "run"}"#);
    let before = names(dir);

    assert_eq!(prune(dir), 2);
    let gone: Vec<String> = before.into_iter().filter(|name| !names(dir).contains(name)).collect();
    assert_eq!(gone, OLD);
    assert_eq!(prune(dir), 0);
    assert_eq!(names(elsewhere.path()).len(), 1);
}

#[test]
fn a_report_of_a_release_goes_too() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = format!(r#"{{"run_id": "{}", "files": []}}"#, OLD[0]);
    put(dir.path(), OLD[0], &manifest, r#"{"command": "release"}"#);
    assert_eq!(prune(dir.path()), 1);
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_report_that_nobody_can_look_at_is_not_taken_for_none() {
    let (dir, known) = (tempfile::tempdir().unwrap(), BTreeSet::from([KEPT.to_owned()]));
    let others = |dir: &Path| Place::folder(dir).has_others(&known);
    assert!(!others(&dir.path().join("absent")).unwrap());
    for run_id in [OLD[0], "lost+found"] {
        fs::create_dir(dir.path().join(run_id)).unwrap();
    }
    fs::write(dir.path().join("20240108T043000Z-0001"), "a file").unwrap();
    write_run(dir.path(), KEPT, true).unwrap();
    assert!(!others(dir.path()).unwrap());

    // A link to itself fails for everybody, also for root, who may read what nobody may.
    let fails = |path: &Path| std::os::unix::fs::symlink(path, path).unwrap();
    fails(&dir.path().join("lost+found/manifest.json"));
    assert!(!others(dir.path()).unwrap());
    fails(&dir.path().join(OLD[0]).join("manifest.json"));
    let told = others(dir.path()).unwrap_err().to_string();
    assert!(told.contains(OLD[0]) && told.contains("is the volume mounted"), "{told}");
    fails(&dir.path().join("away"));
    assert!(others(&dir.path().join("away")).is_err());
    fs::remove_dir_all(dir.path().join(OLD[0])).unwrap();
    write_run(dir.path(), OLD[1], false).unwrap();
    assert!(others(dir.path()).unwrap());
}

#[test]
fn who_is_told_to_stop_removes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), OLD[0], false).unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    assert_eq!(Place::folder(dir.path()).heeding(stop).prune(keep("2026-02-07")).unwrap(), 0);
    assert_eq!(names(dir.path()), [OLD[0]]);
}

#[test]
fn a_report_that_was_half_removed_goes_with_the_next_writing() {
    let dir = tempfile::tempdir().unwrap();
    write_run(dir.path(), OLD[0], false).unwrap();
    // Killed after the renaming, and after the first file.
    let leaving = dir.path().join(format!(".tmp-{}", OLD[0]));
    fs::rename(dir.path().join(OLD[0]), &leaving).unwrap();
    fs::remove_file(leaving.join("manifest.json")).unwrap();
    write_run(dir.path(), KEPT, true).unwrap();
    assert_eq!(names(dir.path()), [KEPT, "latest"]);
}
