//! What can be configured and is not built yet: one line each, deleted on the day it is built.
//!
//! Invariant: nobody finds out by its absence; `check` tells every line.

use super::{Config, Source};

/// One line for each configured feature that this version does not have, and what happens instead.
#[must_use]
pub fn unbuilt(config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |configured: bool, line: &str| {
        if configured {
            lines.push(line.to_owned());
        }
    };
    let http = matches!(config.expected.source, Source::Http { .. });
    note(http, "expected.source = \"http\": this version reads files and databases only");
    lines
}
