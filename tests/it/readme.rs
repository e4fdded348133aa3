//! What the README says is run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reconciler::domain::{Cause, Status};

use crate::harness::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The first code block of a section of the README.
fn command(section: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split(&format!("\n## {section}\n")).nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.trim().to_owned()
}

#[test]
fn try_it_shows_every_status_and_every_cause_that_holds_nothing() {
    let demo = root().join("demo");
    let tried = ran(Command::new("sh").current_dir(root()).args(["-c", &command("Try it")]).output().unwrap());
    let tried = tried.ends_with(0);
    assert!(tried.stdout.contains("demo/reports/") && tried.stdout.contains("demo/mails/"), "{}", tried.stdout);
    let seen: Vec<Row> = files(&demo.join("reports"))
        .into_iter()
        .filter(|(path, _)| path.ends_with("diff.csv") || path.ends_with("accounts.csv"))
        .flat_map(|(_, bytes)| rows(&String::from_utf8(bytes).unwrap()))
        .collect();
    let column = |name: &str| seen.iter().map(|row| row[name].clone()).collect::<BTreeSet<_>>();
    let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    let statuses: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    let causes: Vec<&str> =
        Cause::ALL.iter().filter(|cause| **cause != Cause::CanaryMissing).map(|cause| cause.as_str()).collect();
    assert_eq!(column("status"), all(&statuses));
    assert_eq!(column("cause"), all(&causes));
    assert!(mails(&demo.join("mails")).len() > 5);
}

#[test]
fn continuous_integration_calls_the_test_command_of_the_readme() {
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == format!("exec {}", command("Test it"))), "{ci}");
}

#[test]
fn every_file_that_the_readme_names_exists() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for link in readme.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        if !link.starts_with("http") {
            assert!(Path::new(&root()).join(link).exists(), "{link}");
        }
    }
}

#[test]
fn the_readme_tells_every_exit_code_as_the_program_does() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for exit in reconciler::domain::Exit::ALL {
        let begins = exit.meaning().split([';', ',']).next().unwrap();
        let row = format!("| {} | ", exit.code());
        let told = readme.lines().find(|line| line.starts_with(&row)).unwrap_or_default();
        assert!(told.contains(begins), "code {}: {begins:?} in {told:?}", exit.code());
    }
}
