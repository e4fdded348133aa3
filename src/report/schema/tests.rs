//! The page says what is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{keys, page};
use crate::report::tests::{summary, write_run};

#[test]
fn the_page_is_as_the_program_writes_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/schema/README.md");
    if std::env::var_os("RENEW_SCHEMA").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let renew = "src/report/schema/README.md is not what the program's texts say; renew it with\n\
                 RENEW_SCHEMA=1 cargo test --lib schema";
    let differs =
        written.lines().zip(page().lines()).find(|(written, page)| written != page).map(|(_, line)| line.to_owned());
    assert!(written == page(), "{renew}\nfirst new line: {differs:?}");
}

/// The paths of all keys.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(keys) => {
            for (key, value) in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                found.insert(path.clone());
                paths(value, &path, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| paths(element, &format!("{path}[]"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn told(keys: Vec<(String, &str)>) -> BTreeSet<String> {
    keys.into_iter().map(|(path, _)| path).collect()
}

#[test]
fn every_key_of_the_json_files_is_told_and_none_that_is_not_there() {
    let mut found = BTreeSet::new();
    paths(&serde_json::to_value(summary("x")).unwrap(), "", &mut found);
    for instance in ["counts.missing", "counts.missing.access_removed"] {
        assert!(found.remove(instance), "{instance}");
    }
    found.insert("counts.STATUS.CAUSE".to_owned());
    assert_eq!(told(keys::of_summary()), found);

    let dir = tempfile::tempdir().unwrap();
    let folder = write_run(dir.path(), "20261101T043000Z-ab12", true).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap().replace("001", "NNN");
        assert!(page().contains(&format!("| `{name}` |")), "{name}");
    }
    let mut found = BTreeSet::new();
    paths(&manifest, "", &mut found);
    assert_eq!(told(keys::of_manifest()), found);
}
