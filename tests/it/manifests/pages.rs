//! What the pages for operators say is so, and what they say to run can be run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use reconciler::domain::Exit;

use super::observed::alerts;
use super::{only, pod, program, read, rendered_text, root, said, validated, yaml};

const PAGES: [&str; 2] = ["k8s/README.md", "k8s/runbook.md"];

/// The anchors of a page's headings.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
        })
        .collect()
}

/// The rows of a page's tables that begin with this cell.
fn row<'a>(page: &'a str, begins: &str) -> &'a str {
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with(begins)).collect();
    assert_eq!(rows.len(), 1, "rows that begin with {begins:?}");
    rows[0]
}

#[test]
fn every_alert_has_an_entry_in_the_runbook_and_names_it() {
    let runbook = read("k8s/runbook.md");
    let rules = yaml(&read("k8s/observability/rules.yaml")).remove(0).to_string();
    for alert in alerts() {
        assert!(runbook.contains(&format!("\n### {alert}\n")), "{alert} has no entry");
        assert!(rules.contains(&format!("\"k8s/runbook.md#{}\"", alert.to_lowercase())), "{alert} names no entry");
    }
    let entries = runbook.lines().filter_map(|line| line.strip_prefix("### TikTokAccess")).count();
    assert_eq!(entries, alerts().len(), "an entry is of no alert");
}

#[test]
fn every_exit_code_has_an_entry_and_its_meaning() {
    let (readme, runbook) = (read("k8s/README.md"), read("k8s/runbook.md"));
    for exit in Exit::ALL {
        let code = exit.code();
        assert!(runbook.contains(&format!("\n### Code {code}\n")), "code {code} has no entry");
        let row = row(&readme, &format!("| [{code}](runbook.md#code-{code}) | "));
        let begins = exit.meaning().split([';', ',']).next().unwrap();
        assert!(row.contains(begins), "code {code}: {begins:?} in {row:?}");
    }
}

#[test]
fn every_guard_has_a_line_in_the_runbook() {
    let runbook = read("k8s/runbook.md");
    let source = read("src/judge/guard.rs");
    let names: BTreeSet<&str> = source.split("name: \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(runbook.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`"))), "{name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for page in PAGES {
        let text = read(page);
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(page) } else { root().join("k8s").join(file) };
            assert!(target.exists(), "{page}: {link}");
            if !anchor.is_empty() {
                assert!(anchors(&fs::read_to_string(target).unwrap()).contains(anchor), "{page}: {link}");
            }
        }
    }
}

/// Requests of a night: accounts, in Business Centers of so many each.
fn requests(accounts: u64, each: u64) -> u64 {
    let centers = accounts.div_ceil(each);
    centers.div_ceil(50) + centers * each.div_ceil(50) + accounts.div_ceil(100) + 1
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
    groups.join(",")
}

#[test]
fn the_table_of_sizes_is_right() {
    let readme = read("k8s/README.md");
    for accounts in [10_000, 50_000, 100_000, 300_000, 1_000_000, 10_000_000] {
        let row = row(&readme, &format!("| {} |", grouped(accounts)));
        let (few, many) = (requests(accounts, 50), requests(accounts, 25));
        assert!(row.contains(&format!("| {} … {} |", grouped(few), grouped(many))), "{few} … {many}: {row}");
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for (cell, quota) in [(cells[3], 10), (cells[4], 50)] {
            let Some((times, unit)) = cell.rsplit_once(' ') else { continue };
            let unit = if unit == "h" { 3_600_f64 } else { 60_f64 };
            let mut said = times.split(" … ").map(|time| time.parse::<f64>().unwrap());
            let first = said.next().unwrap();
            for (said, requests) in [(first, few), (said.next().unwrap_or(first), many)] {
                let true_time = requests as f64 / (0.97 * f64::from(quota)) / unit;
                assert!((said - true_time).abs() < 0.6, "{accounts} at {quota}/s: {said} is {true_time}");
            }
        }
    }
}

/// The first block of shell after this in the README.
fn block(after: &str) -> String {
    let readme = read("k8s/README.md");
    let rest = readme.split(after).nth(1).unwrap_or_else(|| panic!("{after:?} is not in the README"));
    rest.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_overlay_of_your_own_renders_with_what_you_changed() {
    let place = tempfile::tempdir().unwrap();
    for folder in ["config", "k8s"] {
        copy(&root().join(folder), &place.path().join(folder));
    }
    said(Command::new("sh").args(["-ec", &block("**2. Your own overlay**")]).current_dir(place.path()), "").unwrap();
    let mine = place.path().join("k8s/overlays/mine");
    let (file, kustomization) = (mine.join("reconciler.toml"), mine.join("kustomization.yaml"));
    let changed = fs::read_to_string(&file).unwrap().replace("data-team@annalect-data.info", "us@agency.example");
    fs::write(&file, changed).unwrap();
    let image = fs::read_to_string(&kustomization).unwrap();
    fs::write(&kustomization, image.replace("newName: registry.example.com", "newName: registry.agency.example"))
        .unwrap();
    let text = rendered_text(&mine);
    let objects = yaml(&text);
    let config = only(&objects, "ConfigMap")["data"]["reconciler.toml"].as_str().unwrap();
    assert!(config.contains("us@agency.example"));
    let cronjob = only(&objects, "CronJob");
    let image = format!("registry.agency.example/tiktok-access-reconciler:{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(program(pod(cronjob).unwrap())["image"], image);
    let rendered = place.path().join("mine.yaml");
    fs::write(&rendered, text).unwrap();
    validated(super::VERSIONS[0], &[rendered]).unwrap();
}

#[test]
fn the_overlay_of_your_own_is_not_in_this_repository() {
    assert!(read(".gitignore").lines().any(|line| line == "/k8s/overlays/mine"));
}
