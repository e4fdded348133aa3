//! What a person, or a program, sees of a result.
//!
//! Invariant: stdout carries the result alone; colour and progress appear on a terminal only.

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

use super::table::{Side, aligned, plain};
use crate::cli::Output;
use crate::domain::{Change, Exit, Finding, Summary};
use crate::job::Outcome;
use crate::tiktok::Progress;

/// Rows of the table before it refers to the report.
const ROWS: usize = 40;

/// How far the reading is, on a terminal.
#[derive(Clone)]
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new() -> Self {
        Self(std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("reading TikTok {bar:30} {pos}/{len} Business Centers, {elapsed}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    pub(super) fn update(&self, progress: Progress) {
        if let Some(bar) = &self.0 {
            bar.set_length(progress.business_centers_total as u64);
            bar.set_position(progress.business_centers_done as u64);
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A sentence for people, on stderr.
pub(super) fn complain(text: &str) {
    // If stderr is closed nobody is left to be told.
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

pub(super) const RED: u8 = 31;
pub(super) const GREEN: u8 = 32;
pub(super) const YELLOW: u8 = 33;

/// A line in a colour, where the terminal shows colours.
pub(super) fn paint(line: String, colour: u8, shows: bool) -> String {
    if shows { format!("\u{1b}[{colour}m{line}\u{1b}[0m") } else { line }
}

/// Whether stdout shows colours.
pub(super) fn shows_colour() -> bool {
    std::io::stdout().is_terminal()
}

/// The result, on stdout; gives the code of the command, or that of a result that could not be written.
#[must_use]
pub(super) fn print(text: &str, exit: Exit) -> Exit {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => exit,
        // Who closes a pipe has read what he wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit,
        Err(error) => {
            complain(&format!(
                "the result could not be written to standard output: {error}; look at where that goes. What the \
                 command did besides is done"
            ));
            exit.min(Exit::NotWritten)
        }
    }
}

/// As [`print`], an object for programs.
#[must_use]
pub(super) fn print_json(value: &serde_json::Value, exit: Exit) -> Exit {
    print(&format!("{value}\n"), exit)
}

/// As [`print`], what a job left.
#[must_use]
pub(super) fn show(outcome: &Outcome, output: Output) -> Exit {
    let exit = Exit::of_code(outcome.summary.exit_code);
    match output {
        Output::Text => print(&text(outcome, shows_colour()), exit),
        Output::Json => print_json(&json(outcome), exit),
    }
}

fn json(outcome: &Outcome) -> serde_json::Value {
    let persons: Vec<_> = outcome
        .persons
        .iter()
        .map(|p| {
            serde_json::json!({
                "person": p.address.as_str(), "gaps": p.gaps.len(), "owned": p.owned.len(), "today": p.why.words(),
                "next_mail_on": p.next.map(|day| day.to_string()),
            })
        })
        .collect();
    let mut value = serde_json::to_value(&outcome.summary).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("report".to_owned(), outcome.report.clone().into());
        object.insert("troubles".to_owned(), outcome.troubles.clone().into());
        if outcome.summary.command == "plan" {
            object.insert("persons".to_owned(), persons.into());
        }
    }
    value
}

fn text(outcome: &Outcome, colour: bool) -> String {
    let summary = &outcome.summary;
    let mut lines = vec![format!("Run {} ({})", summary.run_id, summary.command), String::new()];
    lines.extend(differences(&outcome.findings, colour));
    lines.extend(counts(summary));
    if summary.command == "plan" {
        lines.extend(persons(outcome));
    }
    for guard in &summary.guards {
        lines.push(format!("HELD by {}: {}", guard.name, guard.explanation));
    }
    for unread in summary.unread.iter().take(ROWS) {
        let place = match unread.business_center_id.as_str() {
            "" => String::new(),
            id => format!(", Business Center {id}"),
        };
        lines.push(format!("NOT READ {}{place}: {}", unread.member, unread.reason));
    }
    for bad in summary.bad_rows.iter().take(ROWS) {
        lines.push(format!("SET ASIDE {} line {}, {}: {}", bad.file, bad.line, bad.field, bad.reason));
    }
    for trouble in &outcome.troubles {
        lines.push(format!("TROUBLE {trouble}"));
    }
    if let Some(report) = &outcome.report {
        lines.push(format!("Report: {report}"));
    }
    for code in &summary.exit_codes {
        let meaning = Exit::ALL.iter().find(|exit| exit.code() == *code).map_or("", |exit| exit.meaning());
        let given = if *code == summary.exit_code { "Exit code" } else { "and code" };
        lines.push(format!("{given} {code}: {meaning}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Everything that is not simply well, aligned.
fn differences(findings: &[Finding], colour: bool) -> Vec<String> {
    let mut rows: Vec<&Finding> = findings.iter().filter(|f| f.is_difference()).collect();
    rows.sort_by_key(|f| {
        let client = f.client.as_ref().map(|c| (c.country.clone(), c.code.clone()));
        (client.is_none(), client, f.account_text())
    });
    if rows.is_empty() {
        return vec!["Every expected account is shared as expected.".to_owned(), String::new()];
    }
    let more = rows.len().saturating_sub(ROWS);
    let heads =
        ["change", "status", "cause", "client", "account", "name", "who", "mail"].map(|head| (head, Side::Left));
    let cells: Vec<[String; 8]> = rows.iter().take(ROWS).map(|f| row(f)).collect();
    let (head, shown) = aligned(heads, &cells);
    let mut lines = vec![head];
    lines.extend(rows.iter().zip(shown).map(|(finding, line)| match finding.change {
        Some(Change::New) => paint(line, RED, colour),
        Some(Change::Resolved) => paint(line, GREEN, colour),
        _ => line,
    }));
    if more > 0 {
        lines.push(format!("… and {more} more; diff.csv has them all"));
    }
    lines.push(String::new());
    lines
}

fn row(finding: &Finding) -> [String; 8] {
    [
        finding.change.map_or("", Change::as_str).to_owned(),
        finding.status.as_str().to_owned(),
        finding.cause.as_str().to_owned(),
        finding.client.as_ref().map_or_else(|| "–".to_owned(), |c| plain(&format!("{} {}", c.country, c.code), 16)),
        plain(&finding.account_text(), 24),
        plain(&finding.account_name, 28),
        finding.action_owner.map_or("", crate::domain::ActionOwner::as_str).to_owned(),
        finding.reminder.state.map_or("", crate::domain::ReminderState::as_str).to_owned(),
    ]
}

fn counts(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for (status, causes) in &summary.counts {
        let total: u64 = causes.values().sum();
        let causes: Vec<String> = causes.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
        lines.push(format!("{status:<10} {total:>6}  {}", causes.join(", ")));
    }
    let changes = &summary.changes;
    let mails = &summary.mails;
    lines.push(format!(
        "changes: {} new, {} open, {} resolved, {} withdrawn",
        changes.new, changes.open, changes.resolved, changes.withdrawn
    ));
    lines.push(format!(
        "mails: {} sent, {} held, {} failed, {} doubtful, {} suppressed, {} redirected",
        mails.sent, mails.held, mails.failed, mails.doubtful, mails.suppressed, mails.redirected
    ));
    lines.push(String::new());
    lines
}

fn persons(outcome: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
    let held = !outcome.summary.guards.is_empty();
    for person in &outcome.persons {
        let next = person.next.map(|day| format!("; next on {day}")).unwrap_or_default();
        let held = if held && person.why == crate::judge::WhyNot::Due { ", but a guard would hold it" } else { "" };
        let open = match (person.gaps.len(), person.owned.len()) {
            (0, 0) => "all closed".to_owned(),
            (gaps, 0) => format!("{gaps} open"),
            (0, owned) => format!("{owned} as the owner"),
            (gaps, owned) => format!("{gaps} open, {owned} as the owner"),
        };
        lines.push(format!("{}: {open}, {}{held}{next}", person.address.as_str(), person.why.words()));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}
