//! The image, as far as it can be seen without a Docker engine: what the Dockerfile names is there, and the files that it
//! puts together are enough for the program to run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{python, read, root, said};

fn dockerfile() -> String {
    read("Dockerfile")
}

/// Instructions of this name, continued lines joined.
fn instructions(name: &str) -> Vec<String> {
    let joined = dockerfile().replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.strip_prefix(&format!("{name} ")));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Whether a path is named by a pattern of `.dockerignore`, or lies in a folder that is; `*` is one name.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() <= path.len() && pattern.iter().zip(&path).all(|(p, name)| *p == "*" || p == name)
}

/// What `COPY . .` takes: the tracked files that `.dockerignore` leaves, the last pattern that matches deciding.
fn context() -> Vec<String> {
    let patterns = read(".dockerignore");
    let patterns: Vec<&str> = patterns.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let tracked = said(Command::new("git").args(["ls-files"]).current_dir(root()), "").unwrap();
    let is_taken = |path: &&str| {
        let last = patterns.iter().rev().find(|pattern| matches(pattern.trim_start_matches('!'), path));
        last.is_none_or(|pattern| pattern.starts_with('!'))
    };
    tracked.lines().filter(is_taken).map(str::to_owned).collect()
}

/// The build's folder as the builder sees it.
fn built_from(place: &Path) -> BTreeSet<String> {
    let files = context();
    for file in &files {
        let target = place.join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(root().join(file), target).unwrap();
    }
    files.into_iter().collect()
}

#[test]
fn hadolint_finds_nothing() {
    let hadolint = python().with_file_name("hadolint");
    said(Command::new(hadolint).arg("Dockerfile").current_dir(root()), "").unwrap();
}

#[test]
fn what_is_copied_is_a_workspace_with_what_is_built_and_all_that_it_includes() {
    let place = tempfile::tempdir().unwrap();
    let files = built_from(place.path());
    let arguments = ["metadata", "--offline", "--no-deps", "--format-version=1"];
    let metadata = said(Command::new(env!("CARGO")).args(arguments).current_dir(place.path()), "").unwrap();
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let is_built = |package: &str, bin: &str| {
        let package = metadata["packages"].as_array().unwrap().iter().find(|known| known["name"] == package);
        let targets = package.unwrap_or_else(|| panic!("there is no package of this name"))["targets"].as_array();
        targets.unwrap().iter().any(|target| target["name"] == bin && target["kind"][0] == "bin")
    };
    let builds: Vec<String> = instructions("RUN").into_iter().filter(|run| run.contains("cargo build")).collect();
    assert_eq!(builds.len(), 2);
    for build in builds {
        let words: Vec<&str> = build.split(' ').collect();
        let after = |word: &str| words[words.iter().position(|w| *w == word).unwrap() + 1];
        assert!(is_built(after("--package"), after("--bin")), "{build}");
        assert!(words.contains(&"--locked") && words.contains(&"--release"), "{build}");
        let script = after("sh");
        assert!(files.contains(script), "{script} is not copied");
        assert_eq!(
            words[words.iter().position(|w| *w == script).unwrap() + 1],
            format!("target/release/{}", after("--bin"))
        );
    }
    // Texts and migrations are compiled in.
    for file in files.iter().filter(|file| file.ends_with(".rs") && !file.contains("tests")) {
        let source = read(file);
        for text in source.split("include_str!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let included = Path::new(file).parent().unwrap().join(text);
            assert!(place.path().join(&included).exists(), "{file} includes {text}, which is not copied");
        }
    }
    assert!(!files.iter().any(|file| file.starts_with("k8s/overlays") || file.starts_with("tests/it")), "too much");
}

#[test]
fn the_compiler_is_the_pinned_one_and_the_labels_say_what_it_is() {
    let channel = read("rust-toolchain.toml");
    let channel = channel.split("channel = \"").nth(1).unwrap().split('"').next().unwrap();
    let bases = instructions("FROM");
    assert_eq!(bases[0], format!("rust:{channel}-slim-bookworm AS source"));
    assert!(
        bases[1..].iter().all(|base| base.starts_with("source AS ") || base.starts_with("scratch AS ")),
        "{bases:?}"
    );
    let version = format!("org.opencontainers.image.version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(instructions("LABEL").iter().filter(|labels| labels.contains(&version)).count(), 2);
}

#[test]
fn nobody_is_root_in_it() {
    assert_eq!(instructions("USER"), ["65532:65532", "65532:65532"]);
    let last = dockerfile().split("\nFROM ").last().unwrap().to_owned();
    for word in ["scratch AS program", "HEALTHCHECK ", "ENTRYPOINT [\"tiktok-access-reconciler\"]"] {
        assert!(last.contains(word), "{word}");
    }
}

/// Runs a program with this folder for its root: as 65532 where we are root, else as nobody special.
fn run_within(image: &Path, arguments: &[&str]) -> Result<String, String> {
    let is_root = said(Command::new("id").arg("-u"), "").unwrap().trim() == "0";
    let mut command = Command::new(if is_root { "chroot" } else { "unshare" });
    if is_root {
        command.arg("--userspec=65532:65532").arg(image);
    } else {
        command.args(["--map-root-user", "--root"]).arg(image);
    }
    said(command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin").args(arguments), "")
}

#[test]
fn the_files_of_the_image_are_all_that_the_program_needs() {
    let place = tempfile::tempdir().unwrap();
    let image = place.path().join("image");
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tiktok-access-reconciler"));
    said(Command::new("sh").arg(root().join("k8s/image.sh")).arg(&program).arg(&image), "").unwrap();
    fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let version = run_within(&image, &["tiktok-access-reconciler", "--version"]).unwrap();
    assert_eq!(version, format!("tiktok-access-reconciler {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run_within(&image, &["sh", "-c", "true"]).is_err(), "there is a shell in it");
    let besides: u64 = sizes(&image) - fs::metadata(&program).unwrap().len();
    assert!(besides < 8 << 20, "{besides} bytes besides the program");
    assert!(image.join("etc/ssl/certs/ca-certificates.crt").exists());
}

fn sizes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|e| if e.file_type().unwrap().is_dir() { sizes(&e.path()) } else { e.metadata().unwrap().len() }).sum()
}
