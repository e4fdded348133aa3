//! `report.html` in a real browser: Debian's Chromium, driven by Playwright, with axe-core looking at it.

mod scenes;

use std::path::{Path, PathBuf};
use std::process::Command;

use reconciler::report::{self, Report};
use scenes::{Night, bad, empty, large, normal, today};

fn written(dir: &Path, name: &str, night: &Night) -> PathBuf {
    let report = Report {
        summary: &night.summary,
        verdict: &night.verdict,
        day: today(),
        findings: &night.findings,
        trend: &night.trend,
        extra: &[],
    };
    let written = report::write(&report::Place::folder(&dir.join(name)), report, false).unwrap();
    Path::new(&written).join("report.html")
}

/// What `tests/run.sh` installs; without it this fails rather than looks away.
fn required(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run the tests with tests/run.sh"))
}

/// One browser looks at all pages; every promise is a line of its output, and the first broken one ends it.
#[test]
fn the_page_keeps_its_promises_in_a_browser() {
    let (modules, chromium) = (required("PAGE_MODULES"), required("CHROMIUM"));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("node");
    command.arg("tests/page/look.mjs").current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("PAGE_MODULES", modules).env("CHROMIUM", chromium);
    for (name, night) in [("empty", empty()), ("normal", normal()), ("bad", bad()), ("large", large())] {
        command.arg(written(folder.path(), name, &night));
    }
    let output = command.output().expect("node is installed by tests/run.sh");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.ends_with("all promises kept\n"), "{said}");
}
