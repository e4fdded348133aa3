//! The operators' digest as its templates see it; English only.
//!
//! Invariant: it fits on a screen or says where the rest is.

use super::clean;
use super::templates::visible;
use crate::domain::Digest;

/// Lines that a section shows.
const LINES: usize = 12;

/// What `digest.mjml` and `digest.txt` may use.
#[derive(Clone, Debug)]
pub(super) struct View {
    lang: &'static str,
    /// The subject, as the page's title.
    subject: String,
    rehearsal_for: Option<String>,
    agency: String,
    verdict: String,
    run_id: String,
    day: String,
    facts: Vec<Vec<String>>,
    sections: Vec<Section>,
    /// Whether `diff.csv` is attached; it may be too large.
    attached: bool,
}

visible!(View: lang, subject, rehearsal_for, agency, verdict, run_id, day, facts, sections, attached);

#[derive(Clone, Debug)]
struct Section {
    heading: String,
    lines: Vec<Entry>,
    more: usize,
}

visible!(Section: heading, lines, more);

/// A line of a section.
#[derive(Clone, Debug)]
struct Entry {
    text: String,
    /// To be pasted as it stands.
    command: bool,
}

visible!(Entry: text, command);

/// A line as it may be shown. A command of ours stays as it is, unless something in it would be a link.
fn entry(line: &str) -> Entry {
    let text = clean::line(line, 400);
    let command =
        text.starts_with("tiktok-access-reconciler ") && !["://", "www.", "@"].iter().any(|x| text.contains(x));
    Entry { text: if command { text } else { clean::unlinked(&text) }, command }
}

/// The digest, for one operator.
pub(super) fn view(digest: &Digest, agency: &str, rehearsal_for: Option<&str>, attached: bool) -> View {
    let text = |text: &str| clean::unlinked(&clean::line(text, 400));
    let section = |(heading, lines): &(String, Vec<String>)| Section {
        heading: text(heading),
        lines: lines.iter().take(LINES).map(|line| entry(line)).collect(),
        more: lines.len().saturating_sub(LINES),
    };
    View {
        lang: "en",
        subject: clean::unlinked(&subject(digest)),
        rehearsal_for: rehearsal_for.map(str::to_owned),
        agency: clean::line(agency, 80),
        verdict: text(&digest.verdict),
        run_id: digest.run_id.clone(),
        day: digest.day.to_string(),
        facts: digest.facts.iter().map(|(label, value)| vec![text(label), text(value)]).collect(),
        sections: digest.sections.iter().map(section).collect(),
        attached,
    }
}

/// The subject: the day and the verdict.
pub(super) fn subject(digest: &Digest) -> String {
    clean::line(&format!("TikTok access, {}: {}", digest.day, clean::line(&digest.verdict, 120)), 160)
}
