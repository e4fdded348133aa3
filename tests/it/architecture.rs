//! Who may use whom: the `use` lines are read, and what crosses a wall is named.

use std::fs;
use std::path::{Path, PathBuf};

const EDGES: [&str; 7] = ["expected", "tiktok", "store", "report", "mail", "observe", "schedule"];

/// Crates that talk to the outside; the pure core may name none of them.
const OUTSIDE: [&str; 13] = [
    "tokio",
    "object_store",
    "reqwest",
    "sqlx",
    "lettre",
    "hyper",
    "rustls",
    "tracing",
    "std::fs",
    "std::net",
    "std::env",
    "std::time",
    "std::process",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(sources(&entry.path()));
        } else if entry.path().extension().is_some_and(|e| e == "rs") {
            found.push(entry.path());
        }
    }
    found
}

/// The code of a file: without comments, so that a doc comment may name a neighbour.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Whether the code names `crate::<room>`, also inside `use crate::{…}`.
fn names(code: &str, room: &str) -> bool {
    let word = |text: &str| {
        text.match_indices(room).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + room.len()..].chars().next();
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            edge(before) && edge(after)
        })
    };
    code.match_indices("crate::").any(|(at, _)| {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => top_level(list.split(';').next().unwrap_or_default()).any(word),
            None => {
                rest.starts_with(room) && !rest[room.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            }
        }
    })
}

/// The first words of a `use` list's parts.
fn top_level(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    list.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(|part| part.trim().split("::").next().unwrap_or_default().trim_end_matches(['}', '\n', ' ']))
}

fn room(name: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = sources(&src.join(name)).into_iter().collect::<Vec<_>>();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), code(&path))).collect()
}

/// Rooms that none of the files of `from` may name.
fn crossings(from: &str, forbidden: &[&str]) -> Vec<String> {
    room(from)
        .iter()
        .flat_map(|(path, code)| {
            forbidden.iter().filter(|f| names(code, f)).map(move |f| format!("{} uses crate::{f}", path.display()))
        })
        .collect()
}

#[test]
fn no_edge_uses_another_edge_nor_the_story_above_it() {
    for edge in EDGES {
        let mut forbidden: Vec<&str> = EDGES.iter().copied().filter(|other| *other != edge).collect();
        forbidden.extend(["judge", "job", "commands", "cli"]);
        assert_eq!(crossings(edge, &forbidden), [""; 0]);
    }
}

#[test]
fn the_pure_core_uses_nothing_but_the_domain() {
    let above = ["judge", "config", "job", "commands", "cli", "telemetry"];
    assert_eq!(crossings("domain", &[&EDGES[..], &above[..]].concat()), [""; 0]);
    assert_eq!(crossings("judge", &[&EDGES[..], &above[1..]].concat()), [""; 0]);
    for name in ["domain", "judge"] {
        for (path, code) in room(name) {
            for outside in OUTSIDE {
                let named = code.contains(&format!("use {outside}")) || code.contains(&format!("{outside}::"));
                assert!(!named, "{} names {outside}", path.display());
            }
            assert!(
                !code.contains("Utc::now") && !code.contains("Local::now"),
                "{} looks at the clock",
                path.display()
            );
            assert!(!code.contains("async fn"), "{} waits", path.display());
        }
    }
}

#[test]
fn few_rooms_know_each_foreign_language() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let homes: [(&str, &[&str]); 7] = [
        ("sqlx", &["store", "expected/sql"]),
        ("lettre", &["mail"]),
        ("reqwest", &["tiktok", "observe", "expected/http"]),
        ("object_store", &["report"]),
        ("std::env", &["config"]),
        ("hyper", &["schedule"]),
        ("tokio_cron_scheduler", &["schedule"]),
    ];
    for (language, homes) in homes {
        let tests = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
        for path in sources(&src).into_iter().filter(|path| !tests(path)) {
            let inside = homes.iter().any(|home| path.strip_prefix(&src).unwrap().starts_with(home));
            let code = code(&path);
            let named = code.contains(&format!("{language}::")) || code.contains(&format!("use {language}"));
            assert!(inside || !named, "{} names {language}, which only {homes:?} may", path.display());
        }
    }
}

#[test]
fn the_reader_of_use_lines_sees_what_crosses() {
    assert!(names("use crate::{config, store::{Lease, Store}};", "store"));
    assert!(names("use crate::mail::Writer;", "mail"));
    assert!(names("let x = crate::store::Store::open();", "store"));
    assert!(!names("use crate::domain::{report, mail};", "mail"));
    assert!(!names("use crate::{domain::mail, config};", "mail"));
    assert!(!names("use crate::stored;", "store"));
}
