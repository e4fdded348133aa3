//! What a file of sentences says, without Fluent: the build script has no crates.
//!
//! Invariant: where two files have the same sentences that use the same, either serves every template.

use std::collections::{BTreeMap, BTreeSet};

/// One sentence as written.
#[derive(Default)]
pub(crate) struct Sentence<'a> {
    /// Its lines.
    pub(crate) text: String,
    /// Variables such as `$day`, and names on TikTok's screen such as `MENU("Members")`.
    pub(crate) uses: BTreeSet<&'a str>,
}

/// The sentences of a file by key.
pub(crate) fn sentences(source: &str) -> BTreeMap<&str, Sentence<'_>> {
    let mut sentences = BTreeMap::<_, Sentence<'_>>::new();
    let mut current = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            current = line.split_once(" =").map(|(key, _)| key);
        }
        let Some(key) = current else { continue };
        let sentence = sentences.entry(key).or_default();
        sentence.text.push_str(line);
        sentence.text.push('\n');
        let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for (at, _) in line.match_indices('$') {
            let rest = &line[at..];
            sentence.uses.insert(&rest[..rest[1..].find(|c| !name(c)).map_or(rest.len(), |end| end + 1)]);
        }
        for (at, _) in line.match_indices("MENU(") {
            let rest = &line[at..];
            sentence.uses.insert(&rest[..rest.find(')').map_or(rest.len(), |end| end + 1)]);
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_known_by_its_key_and_by_what_it_uses() {
        let source = "# no = $comment\nstep = Open { MENU(\"Members\") } in { $place }, { $count ->\n    [one] 1\n   *[other] { $count }\n} below\nand = and\n";
        let sentences = sentences(source);
        assert_eq!(sentences.keys().copied().collect::<Vec<_>>(), ["and", "step"]);
        let used: Vec<_> = sentences["step"].uses.iter().copied().collect();
        assert_eq!(used, ["$count", "$place", "MENU(\"Members\")"]);
        assert!(sentences["and"].uses.is_empty());
    }
}
