//! What the page says outside of the list of gaps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::super::Report;
use super::trend::{self, Trend};
use super::{FOLDED_FROM, MOST_GAPS, gaps};
use crate::domain::{ActionOwner, BadRowNote, Cause, Change, Exit, Finding, Status, Summary, Unread};

/// Lines of a list outside of the gaps; the tables hold the rest.
const MOST_LINES: usize = 500;
/// Accounts that a line of changes names.
const MOST_NAMED: usize = 20;

/// What the templates may use.
#[derive(Serialize)]
pub(super) struct Page {
    /// The day in words.
    date: String,
    /// `good`, `attention` or `trouble`: the verdict's colour; the sentence says the same.
    tone: &'static str,
    verdict: String,
    /// Whether nothing was mailed or stored.
    is_plan: bool,
    /// Name and explanation of each guard that holds.
    guards: Vec<(String, String)>,
    /// The command that lifts them.
    release: Option<String>,
    changes: Vec<Changed>,
    turns: Vec<Turn>,
    /// Each cause of tonight that is not plain well, and what it means.
    meanings: Vec<(String, &'static str)>,
    gaps: u64,
    clients: u64,
    /// Gaps that the page leaves to the tables.
    left_out: u64,
    folded: bool,
    countries: BTreeSet<String>,
    client_names: BTreeSet<String>,
    causes: BTreeSet<String>,
    ready: List<Account>,
    waiting: List<Account>,
    unexpected: List<Account>,
    ailing: List<Account>,
    unread: List<Unread>,
    unknown: Vec<Caused>,
    bad_rows: List<BadRowNote>,
    trend: Trend,
    facts: Vec<(&'static str, String)>,
}

/// A list that may be cut.
#[derive(Serialize)]
struct List<T> {
    count: u64,
    lines: Vec<T>,
    left_out: u64,
}

/// What came, went or ended tonight.
#[derive(Serialize)]
struct Changed {
    heading: &'static str,
    count: u64,
    lines: List<ChangedLine>,
}

#[derive(Serialize)]
struct ChangedLine {
    client: String,
    cause: String,
    count: u64,
    accounts: Vec<String>,
    more: u64,
}

/// Who must act, and on what.
#[derive(Serialize)]
struct Turn {
    who: &'static str,
    count: u64,
    causes: Vec<Caused>,
}

#[derive(Serialize)]
struct Caused {
    cause: String,
    count: u64,
    /// Whether the list of gaps holds them.
    listed: bool,
}

/// An account in a list.
#[derive(Serialize)]
struct Account {
    client: String,
    account: String,
    name: String,
    cause: String,
    place: String,
    since: String,
    note: String,
}

pub(super) fn page(report: Report<'_>, sorted: &[&Finding], gaps: &[&Finding]) -> Page {
    let summary = report.summary;
    let of_gaps = |text: &dyn Fn(&Finding) -> Option<String>| gaps.iter().filter_map(|gap| text(gap)).collect();
    let client_names: BTreeSet<String> = of_gaps(&|gap| gap.client.as_deref().map(ToString::to_string));
    let listed = |wanted: &dyn Fn(&Finding) -> bool| {
        list(sorted.iter().filter(|finding| wanted(finding)).map(|finding| account(finding)))
    };
    Page {
        date: report.day.format("%A %-d %B %Y").to_string(),
        tone: tone(summary),
        verdict: report.verdict.to_owned(),
        is_plan: summary.command == "plan",
        guards: summary.guards.iter().map(|guard| (words(&guard.name), guard.explanation.clone())).collect(),
        release: (!summary.guards.is_empty() && summary.command != "plan")
            .then(|| format!("tiktok-access-reconciler release {}", summary.run_id)),
        changes: changes(sorted),
        turns: turns(sorted),
        meanings: meanings(sorted),
        gaps: gaps.len() as u64,
        clients: gaps.chunk_by(|a, b| gaps::client_of(a) == gaps::client_of(b)).count() as u64,
        left_out: gaps.len().saturating_sub(MOST_GAPS) as u64,
        folded: gaps.len() >= FOLDED_FROM,
        countries: of_gaps(&|gap| gap.client.as_deref().map(|client| client.country.clone())),
        client_names,
        causes: of_gaps(&|gap| Some(words(gap.cause.as_str()))),
        ready: listed(&|finding| finding.is_requested() && finding.status == Status::Ok),
        waiting: listed(&|finding| finding.is_requested() && finding.status != Status::Ok && finding.is_judged()),
        unexpected: listed(&|finding| finding.status == Status::Unexpected && finding.is_judged()),
        ailing: listed(&|finding| finding.status == Status::Ok && finding.cause != Cause::SharedAsExpected),
        unread: list(summary.unread.iter().cloned()),
        unknown: caused(sorted.iter().filter(|finding| finding.status == Status::Unknown)),
        bad_rows: list(summary.bad_rows.iter().cloned()),
        trend: trend::trend(report.trend, &summary.trend_night(report.day)),
        facts: facts(summary),
    }
}

/// Only the page's colour: what went wrong comes before what is new.
fn tone(summary: &Summary) -> &'static str {
    match (summary.exit_code, summary.changes.new) {
        (0, 0) => "good",
        (0, _) => "attention",
        _ => "trouble",
    }
}

fn changes(sorted: &[&Finding]) -> Vec<Changed> {
    [
        ("New gaps", Change::New, false),
        ("Mended", Change::Resolved, false),
        ("No longer expected", Change::Withdrawn, false),
        ("Newly shared, but expected by nobody", Change::New, true),
    ]
    .into_iter()
    .map(|(heading, change, unexpected)| {
        let mut lines: BTreeMap<(bool, String, Cause), Vec<Cow<'_, str>>> = BTreeMap::new();
        let wanted = |f: &&&Finding| f.change == Some(change) && (f.status == Status::Unexpected) == unexpected;
        let mut count = 0;
        for finding in sorted.iter().filter(wanted) {
            let key = (finding.client.is_none(), client_of(finding), finding.cause);
            lines.entry(key).or_default().push(finding.account_text());
            count += 1;
        }
        Changed {
            heading,
            count,
            lines: list(lines.into_iter().map(|((_, client, cause), a)| line(client, cause, &a))),
        }
    })
    .collect()
}

fn line(client: String, cause: Cause, accounts: &[Cow<'_, str>]) -> ChangedLine {
    ChangedLine {
        client,
        cause: words(cause.as_str()),
        count: accounts.len() as u64,
        accounts: accounts.iter().take(MOST_NAMED).map(ToString::to_string).collect(),
        more: accounts.len().saturating_sub(MOST_NAMED) as u64,
    }
}

fn turns(sorted: &[&Finding]) -> Vec<Turn> {
    ActionOwner::ALL
        .iter()
        .map(|owner| {
            let causes = caused(sorted.iter().filter(|f| f.is_judged() && f.action_owner == Some(*owner)));
            Turn { who: gaps::turn(Some(*owner)), count: causes.iter().map(|caused| caused.count).sum(), causes }
        })
        .collect()
}

fn meanings(sorted: &[&Finding]) -> Vec<(String, &'static str)> {
    let causes: BTreeSet<Cause> = sorted.iter().map(|finding| finding.cause).collect();
    let told = causes.into_iter().filter(|cause| *cause != Cause::SharedAsExpected);
    told.map(|cause| (words(cause.as_str()), cause.meaning())).collect()
}

/// How often each cause comes, the most frequent first.
fn caused<'f>(findings: impl Iterator<Item = &'f &'f Finding>) -> Vec<Caused> {
    let mut counts: BTreeMap<Cause, u64> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.cause).or_default() += 1;
    }
    let mut counts: Vec<(Cause, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed = |cause: Cause| matches!(cause.status(), Status::Missing | Status::WrongRole);
    counts
        .into_iter()
        .map(|(cause, count)| Caused { cause: words(cause.as_str()), count, listed: listed(cause) })
        .collect()
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let meaning = |code: &u8| Exit::of_code(*code).meaning();
    let codes: Vec<String> = match &*summary.exit_codes {
        [] => vec![format!("0: {}", Exit::Done.meaning())],
        codes => codes.iter().map(|code| format!("{code}: {}", meaning(code))).collect(),
    };
    let mails = summary.mails;
    let mails = [
        ("sent", mails.sent),
        ("held", mails.held),
        ("not accepted", mails.failed),
        ("doubtful", mails.doubtful),
        ("to refused addresses", mails.suppressed),
        ("redirected", mails.redirected),
    ]
    .map(|(label, count)| format!("{} {label}", super::counted(count)));
    let counts = Status::ALL.iter().map(|s| format!("{} {}", super::counted(summary.of(*s)), words(s.as_str())));
    vec![
        ("Run", summary.run_id.clone()),
        ("Command", summary.command.clone()),
        ("Its moment", summary.now.clone()),
        ("Ended with", codes.join("; ")),
        ("Everything was read", if summary.complete { "yes" } else { "no" }.to_owned()),
        ("Accounts", counts.collect::<Vec<_>>().join(", ")),
        ("Mails", mails.join(", ")),
    ]
}

fn list<T>(lines: impl Iterator<Item = T>) -> List<T> {
    let mut kept = Vec::new();
    let mut left_out = 0;
    for line in lines {
        if kept.len() < MOST_LINES { kept.push(line) } else { left_out += 1 }
    }
    List { count: kept.len() as u64 + left_out, lines: kept, left_out }
}

fn account(finding: &Finding) -> Account {
    Account {
        client: client_of(finding),
        account: finding.account_text().into_owned(),
        name: finding.account_name.to_string(),
        cause: words(finding.cause.as_str()),
        place: match finding.business_center {
            Some(id) if finding.business_center_name.is_empty() => id.to_string(),
            Some(id) => format!("{} ({id})", finding.business_center_name),
            None => String::new(),
        },
        since: day(finding.since),
        note: finding.next_step.clone(),
    }
}

fn client_of(finding: &Finding) -> String {
    finding.client.as_deref().map(ToString::to_string).unwrap_or_default()
}

/// A word of the contract as one reads it.
pub(super) fn words(word: &str) -> String {
    word.replace('_', " ")
}

/// ISO, as in the tables; empty for none.
pub(super) fn day(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}
