//! What operators apply to a cluster, as `kubectl kustomize` renders it and without a cluster: is it valid, is it locked
//! in, and does it say the same as the program?

mod agreement;
mod image;
mod locked_in;
mod observed;
mod pages;
pub(crate) mod prometheus;
mod settings;
mod stub;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The last three minor versions that kubernetes-validate knows.
const VERSIONS: [&str; 3] = ["1.35.0", "1.36.0", "1.37.0"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Python of the tests' environment, which has PyYAML, kubernetes-validate and hadolint.
fn python() -> PathBuf {
    let python = std::env::var_os("SDK_PYTHON");
    PathBuf::from(python.unwrap_or_else(|| panic!("SDK_PYTHON is not set: run the tests with tests/run.sh")))
}

/// What a command says, given this on stdin; without the command, or after its failure, a sentence.
fn said(command: &mut Command, stdin: &str) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("{name} cannot be started ({error}): tests/run.sh says how it is installed")
        });
    let mut input = child.stdin.take().unwrap();
    let text = stdin.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    drop(writer.join().unwrap()); // who does not read it breaks the pipe
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(words(&output.stdout))
    } else {
        Err(format!("{name}: {}{}", words(&output.stdout), words(&output.stderr)))
    }
}

/// The documents of a YAML text.
fn yaml(text: &str) -> Vec<Value> {
    let script = "import json, sys, yaml; json.dump([d for d in yaml.safe_load_all(sys.stdin) if d], sys.stdout)";
    let json = said(Command::new(python()).args(["-c", script]), text).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// What `kubectl apply -k` would send.
fn rendered_text(folder: &Path) -> String {
    said(Command::new("kubectl").arg("kustomize").arg(folder), "").unwrap()
}

/// The same as objects; each folder is rendered once.
fn rendered(folder: &str) -> Vec<Value> {
    static RENDERED: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::new(BTreeMap::new());
    let mut rendered = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    rendered.entry(folder.to_owned()).or_insert_with(|| yaml(&rendered_text(&root().join(folder)))).clone()
}

/// Every folder below k8s/ that can be applied, so that a new overlay cannot be forgotten; but an operator's own.
fn folders() -> Vec<String> {
    fn search(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() && entry.file_name() != "mine" {
                search(&entry.path(), found);
            } else if entry.file_name() == "kustomization.yaml" {
                found.push(folder.strip_prefix(root()).unwrap().display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    search(&root().join("k8s"), &mut found);
    found.sort();
    found
}

/// Those that run the program: all but the base, which has no store, and what only watches.
fn overlays() -> Vec<String> {
    folders().into_iter().filter(|folder| folder.starts_with("k8s/overlays/")).collect()
}

/// The pod template of an object, if it has one.
fn pod(object: &Value) -> Option<&Value> {
    let path = match object["kind"].as_str()? {
        "CronJob" => "/spec/jobTemplate/spec/template",
        "Deployment" | "Job" => "/spec/template",
        "Pod" => "",
        _ => return None,
    };
    object.pointer(path)
}

/// A list, or nothing.
fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|key| list(&pod["spec"], key))
}

/// The object of this kind, of which there is one.
fn only<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    let first = found.next().unwrap_or_else(|| panic!("there is no {kind}"));
    assert!(found.next().is_none(), "there are two of {kind}");
    first
}

/// The program's container in a pod.
fn program(pod: &Value) -> &Value {
    list(&pod["spec"], "containers").iter().find(|container| container["name"] == "reconciler").unwrap()
}

fn validated(version: &str, files: &[PathBuf]) -> Result<String, String> {
    let arguments = ["-m", "kubernetes_validate", "--strict", "--quiet", "-k", version];
    said(Command::new(python()).args(arguments).args(files), "")
}

#[test]
fn kubectl_is_new_enough() {
    let version = said(Command::new("kubectl").args(["version", "--client", "--output=json"]), "").unwrap();
    let version: Value = serde_json::from_str(&version).unwrap();
    let minor = version["clientVersion"]["minor"].as_str().unwrap().trim_end_matches('+');
    assert!(minor.parse::<u32>().unwrap() >= 27, "kubectl 1.{minor} is too old, install 1.27 or newer");
}

#[test]
fn every_folder_is_valid_for_the_last_three_minor_versions() {
    let place = tempfile::tempdir().unwrap();
    let mut files = vec![root().join("k8s/files.yaml")];
    for folder in folders() {
        let file = place.path().join(format!("{}.yaml", folder.replace('/', "-")));
        fs::write(&file, rendered_text(&root().join(folder))).unwrap();
        files.push(file);
    }
    assert!(files.len() > 9, "{files:?}");
    // The validator would let a file with a misspelt key pass unless it is strict.
    let misspelt = place.path().join("misspelt.yaml");
    fs::write(&misspelt, rendered_text(&root().join("k8s/base")).replace("timeZone:", "timezone:")).unwrap();
    for version in VERSIONS {
        validated(version, &files).unwrap_or_else(|errors| panic!("{version}: {errors}"));
        assert!(validated(version, std::slice::from_ref(&misspelt)).unwrap_err().contains("timezone"));
    }
}

#[test]
fn the_overlays_of_the_contract_are_there_and_none_is_like_another() {
    let texts: BTreeSet<String> = ["sqlite", "postgres", "demo", "scheduled", "agencies"]
        .iter()
        .map(|name| rendered_text(&root().join("k8s/overlays").join(name)))
        .collect();
    assert_eq!(texts.len(), 5);
}
