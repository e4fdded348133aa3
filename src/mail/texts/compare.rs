//! What a file of sentences says, without Fluent: the build script has no crates.
//!
//! Invariant: two files with the same sentences can stand in for each other in every template.

use std::collections::{BTreeMap, BTreeSet};

/// Each sentence's key with what it uses: variables such as `$day`, and names on TikTok's screen such as
/// `MENU("Members")`.
pub(crate) fn sentences(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut sentences = BTreeMap::<_, BTreeSet<_>>::new();
    let mut current = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            current = line.split_once(" =").map(|(key, _)| key);
        }
        let Some(key) = current else { continue };
        let used = sentences.entry(key).or_default();
        for mark in ["$", "MENU("] {
            for (at, _) in line.match_indices(mark) {
                let rest = &line[at..];
                let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                let end = match mark {
                    "$" => rest[1..].find(|c| !name(c)).map(|end| end + 1),
                    _ => rest.find(')').map(|end| end + 1),
                };
                used.insert(&rest[..end.unwrap_or(rest.len())]);
            }
        }
    }
    sentences
}
