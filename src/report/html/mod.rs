//! `report.html`: the night on one page, for a person with a cup of coffee.
//!
//! Invariant: the page asks nobody for anything (its policy forbids it), is complete without its script, and a name from
//! TikTok or the register is never markup.
//!
//! * `page` – what the templates see, part by part · `gaps` – the open gaps by client · `trend` – its drawing

mod gaps;
mod page;
#[cfg(test)]
mod tests;
mod trend;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Report;
use crate::domain::Finding;

/// Gaps that the page lists; the tables hold them all. With 50,000 it has about 20 MB, which a browser still opens at once.
const MOST_GAPS: usize = 50_000;
/// From this many gaps on the clients are folded, so that a browser lays out only what is looked at.
const FOLDED_FROM: usize = 1_000;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// In the order in which they are filled: the part between them is filled once a client.
const PARTS: [(&str, &str); 3] = [
    ("head.html", include_str!("head.html")),
    ("client.html", include_str!("client.html")),
    ("tail.html", include_str!("tail.html")),
];

/// Writes the page. The findings come sorted.
///
/// # Errors
/// Those of what is written to.
pub(super) fn html(report: Report<'_>, sorted: &[&Finding], mut to: impl Write) -> io::Result<()> {
    let templates = templates().map_err(broken)?;
    let mut fill = |part: &str, view: Value| -> io::Result<()> {
        let part = templates.get_template(part).map_err(broken)?;
        part.render_captured_to(view, &mut to).map(|_| ()).map_err(broken)
    };
    let gaps = gaps::open(sorted);
    let shown = &gaps[..gaps.len().min(MOST_GAPS)];
    let page = page::page(report, sorted, &gaps);
    fill("head.html", Value::from(Serde(Shell { page: &page, policy: policy(), style: STYLE })))?;
    for client in shown.chunk_by(|a, b| gaps::client_of(a) == gaps::client_of(b)) {
        fill("client.html", Value::from(Serde(gaps::group(client, gaps.len() < FOLDED_FROM))))?;
    }
    fill("tail.html", Value::from(Serde(Foot { page: &page, script: SCRIPT })))
}

/// What `head.html` may use.
#[derive(Serialize)]
struct Shell<'a> {
    #[serde(flatten)]
    page: &'a page::Page,
    policy: String,
    style: &'static str,
}

/// What `tail.html` may use.
#[derive(Serialize)]
struct Foot<'a> {
    #[serde(flatten)]
    page: &'a page::Page,
    script: &'static str,
}

fn templates() -> Result<Environment<'static>, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_filter("count", counted);
    for (name, source) in PARTS {
        templates.add_template(name, source)?;
    }
    Ok(templates)
}

/// Only the page's own style and script, told by their hashes; no request to anywhere.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// `12345` as `12,345`.
fn counted(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn broken(error: minijinja::Error) -> io::Error {
    io::Error::other(error)
}
