//! The keys of the JSON files.

use super::row;
use crate::domain::{Change, MailCounts};

/// Keys of `summary.json` by their path, in order; `[]` is an element of a list.
const SUMMARY: [(&str, &str); 22] = [
    ("run_id", "The run."),
    ("now", "The moment that the run took for the present, RFC 3339, UTC."),
    ("command", "`run`, `plan` or `release`."),
    ("exit_code", "The code that the process ends with."),
    ("exit_codes", "All that apply, rising."),
    ("complete", "Whether everything was read that no exception excuses, and no token was refused."),
    ("counts", "The rows of `accounts.csv`."),
    ("counts.STATUS.CAUSE", "Rows of that status and cause; what has none is absent."),
    ("changes", "Rows of `diff.csv` by `change`."),
    ("guards", "Guards that hold the mails; empty on an ordinary night."),
    ("guards[].name", "Which, as the digest names it."),
    ("guards[].value", "What was found."),
    ("guards[].limit", "What is allowed."),
    ("unread", "What TikTok should have answered and was not read completely, excused or not."),
    ("unread[].member", "By which login."),
    ("unread[].business_center_id", "Where, as text; empty for identity, list of Business Centers and witnesses."),
    ("unread[].reason", "What happened."),
    ("bad_rows", "Rows of the registers that were set aside."),
    ("bad_rows[].file", "Of which register."),
    ("bad_rows[].line", "Its line; the header is line 1."),
    ("bad_rows[].field", "The column."),
    ("bad_rows[].reason", "What is wrong, with the remedy."),
];

/// `manifest.json`, likewise.
const MANIFEST: [(&str, &str); 5] = [
    ("run_id", "The run."),
    ("files", "Every other file of the folder, by name."),
    ("files[].name", "Its name, with `/` for a folder in between."),
    ("files[].size", "Bytes."),
    ("files[].sha256", "SHA-256 of its bytes, hexadecimal."),
];

/// Paths and meanings of `summary.json`; what is a word of the domain has the domain's meaning.
pub(super) fn of_summary() -> Vec<(String, &'static str)> {
    let mut keys: Vec<(String, &str)> = Vec::new();
    for (path, meaning) in SUMMARY {
        keys.push((path.to_owned(), meaning));
        if path == "changes" {
            keys.extend(Change::ALL.iter().map(|change| (format!("changes.{}", change.as_str()), change.meaning())));
        }
    }
    keys.push(("mails".to_owned(), "Mails to persons by outcome, without the operators' digest."));
    let outcomes = MailCounts::default().outcomes();
    keys.extend(outcomes.map(|(outcome, _, meaning)| (format!("mails.{outcome}"), meaning)));
    keys
}

/// Paths and meanings of `manifest.json`.
pub(super) fn of_manifest() -> Vec<(String, &'static str)> {
    MANIFEST.map(|(path, meaning)| (path.to_owned(), meaning)).to_vec()
}

/// Adds a file's keys.
pub(super) fn section(page: &mut String, file: &str, keys: &[(String, &str)]) {
    page.push_str(&format!("\n## `{file}`\n\n| key | meaning |\n|---|---|\n"));
    for (path, meaning) in keys {
        row(page, &[&format!("`{path}`"), meaning]);
    }
}
