//! What the operators are told of the night.
//!
//! Invariant: it says nothing that the report does not hold, and names no contact.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::remind::excepts;
use super::summary::NO_BUSINESS_CENTER;
use super::{Reminded, Scene, change};
use crate::domain::{
    ActionOwner, Cause, Change, ClientKey, Digest, Excepted, Exception, Exit, Finding, ReminderState, Standing, Status,
    Summary,
};

/// Days before its last one from which an exception is announced.
const ANNOUNCED_DAYS: i64 = 7;

/// Composes the digest of a run.
#[must_use]
pub fn digest(scene: &Scene<'_>, findings: &[Finding], reminded: &Reminded, summary: &Summary) -> Digest {
    let mut digest = Digest {
        run_id: summary.run_id.clone(),
        day: scene.today,
        verdict: verdict(summary),
        facts: facts(findings, summary),
        sections: Vec::new(),
    };
    let mut section = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            digest.sections.push((heading.to_owned(), lines));
        }
    };
    let mut holds: Vec<String> = summary.guards.iter().map(|g| format!("{}: {}", g.name, g.explanation)).collect();
    if reminded.gaps_kept_back() > 0 {
        let gaps = reminded.gaps_kept_back();
        let are = if gaps == 1 { "1 gap is" } else { &format!("{gaps} gaps are") };
        holds.push(format!("released in part: the mails about {are} still held"));
    }
    if !holds.is_empty() {
        holds.push(format!("Read the report, then: tiktok-access-reconciler release {}", summary.run_id));
    }
    section("Mails are held", holds);
    section("Tokens that TikTok refuses, or that show nothing", refused(scene));
    section(
        "What could not be read",
        summary
            .unread
            .iter()
            .map(|u| match u.business_center_id.as_str() {
                "" => format!("{}: {}", u.member, u.reason),
                id => format!("{}, Business Center {id}: {}", u.member, u.reason),
            })
            .collect(),
    );
    section("New gaps", by_client(findings, |f| f.change == Some(Change::New)));
    section("Mended", by_client(findings, |f| f.change == Some(Change::Resolved)));
    section("No longer expected", by_client(findings, |f| f.change == Some(Change::Withdrawn)));
    section(
        "Look for an open invitation in the member's mailbox",
        by_client(findings, |f| is_open(f) && asks_for_invitation(f.cause) && !asked_for_invitation(scene, f)),
    );
    section(
        "Not the client's to mend (first night, then weekly)",
        by_client(findings, |f| told_tonight(f, scene.today)),
    );
    section(
        "Onboarding requests that are ready to be approved",
        requests(findings, |f| f.status == Status::Ok && f.change != Some(Change::Withdrawn)),
    );
    section(
        "Onboarding requests that wait for the client (first night, then weekly)",
        requests(findings, |f| f.action_owner == Some(ActionOwner::Client) && is_open(f) && weekly(f)),
    );
    section("Exceptions that end within a week", ending(scene, findings));
    section("Clients without a contact", by_client_at(findings, &reminded.nobody));
    let handed_over = |position: &usize| {
        let finding = &findings[*position];
        finding.reminder.state == Some(ReminderState::Escalated) && weekly(finding)
    };
    let (owned, ownerless): (Vec<usize>, Vec<usize>) =
        (0..findings.len()).filter(handed_over).partition(|position| reminded.has_owner(*position));
    section("Reminded as often as configured; the owner's turn", by_client_at(findings, &owned));
    section("Reminded as often as configured; no owner is registered to go on", by_client_at(findings, &ownerless));
    section(
        "Clients with an address that the mail server refuses",
        by_client(findings, |f| f.reminder.state == Some(ReminderState::Suppressed)),
    );
    section(
        "Mails that may or may not have arrived",
        by_client(findings, |f| f.reminder.state == Some(ReminderState::Doubtful)),
    );
    section(
        "Rows of the registers that were set aside",
        summary.bad_rows.iter().map(|b| format!("{} line {}, {}: {}", b.file, b.line, b.field, b.reason)).collect(),
    );
    digest
}

/// What sort of night it was, in one sentence.
#[must_use]
pub fn verdict(summary: &Summary) -> String {
    let has = |exit: Exit| summary.exit_codes.contains(&exit.code());
    let gaps = summary.changes.new + summary.changes.open;
    let state = match (summary.changes.new, gaps) {
        (0, 0) => "No gap is open".to_owned(),
        (0, open) => format!("No new gap; {open} still open"),
        (new, open) => format!("{new} new {}, {open} open in all", if new == 1 { "gap" } else { "gaps" }),
    };
    let mut but = Vec::new();
    if has(Exit::TokenRefused) {
        but.push("TikTok refuses a token, or shows it nothing");
    }
    if has(Exit::Held) {
        but.push("the mails are held");
    } else if summary.mails.held > 0 {
        but.push("some mails are still held");
    }
    if has(Exit::NotReadCompletely) {
        but.push("not everything could be read");
    }
    if has(Exit::MailsNotAccepted) {
        but.push("some mails were not accepted");
    }
    if has(Exit::NotWritten) {
        but.push("report or state could not be written");
    }
    if but.is_empty() { format!("{state}.") } else { format!("{state}, but {}.", but.join(", and ")) }
}

fn facts(findings: &[Finding], summary: &Summary) -> Vec<(String, String)> {
    let owner = |owner: ActionOwner| {
        findings.iter().filter(|f| f.action_owner == Some(owner) && f.status != Status::Invalid).count() as u64
    };
    let (changes, mails) = (summary.changes, summary.mails);
    let counted = [
        ("Accounts ok", Status::Ok),
        ("Missing", Status::Missing),
        ("Wrong role", Status::WrongRole),
        ("Unexpected", Status::Unexpected),
        ("Unknown tonight", Status::Unknown),
        ("Invalid rows", Status::Invalid),
    ]
    .map(|(label, counted)| (label, summary.of(counted).to_string()));
    let sums = [
        (
            "New / open / resolved / withdrawn",
            [changes.new, changes.open, changes.resolved, changes.withdrawn].to_vec(),
        ),
        (
            "Client's turn / data team's / TikTok's",
            [ActionOwner::Client, ActionOwner::DataTeam, ActionOwner::TikTok].map(owner).to_vec(),
        ),
        (
            "Mails sent / held / failed / doubtful / refused",
            [mails.sent + mails.redirected, mails.held, mails.failed, mails.doubtful, mails.suppressed].to_vec(),
        ),
    ]
    .map(|(label, sums)| (label, sums.iter().map(u64::to_string).collect::<Vec<_>>().join(" / ")));
    counted.into_iter().chain(sums).map(|(label, value)| (label.to_owned(), value)).collect()
}

fn refused(scene: &Scene<'_>) -> Vec<String> {
    scene
        .observation
        .members
        .iter()
        .filter_map(|view| {
            let renew = "renew it and set the secret";
            let what = match &view.standing {
                Standing::Contradicted => format!("the token belongs to another login; {renew}"),
                Standing::Dead { code } => format!("the token is expired, revoked or wrong (code {code}); {renew}"),
                Standing::ScopeRefused { path } => format!("the token lacks the scope for {path}; {renew}"),
                Standing::Good | Standing::Unconfirmed { .. } if view.shows_nothing() => {
                    format!("{NO_BUSINESS_CENTER}; look in TikTok whether the login is still a member of one")
                }
                Standing::Good | Standing::Unconfirmed { .. } => return None,
            };
            Some(format!("{}: {what}", view.member.as_str()))
        })
        .collect()
}

/// Gaps and faults that no client can mend are told on their first night, then weekly.
fn told_tonight(finding: &Finding, today: NaiveDate) -> bool {
    let ours = matches!(finding.action_owner, Some(ActionOwner::DataTeam | ActionOwner::TikTok));
    let first = finding.since == Some(today) && finding.status == Status::Ok;
    ours && ((is_open(finding) && weekly(finding)) || first)
}

/// Whether nobody can tell from here if the member was invited.
fn asks_for_invitation(cause: Cause) -> bool {
    matches!(cause, Cause::NotAMember | Cause::NotShared)
}

/// Whether that was so before tonight, and was told then.
fn asked_for_invitation(scene: &Scene<'_>, finding: &Finding) -> bool {
    let client = finding.client.as_ref().map(|client| &client.key);
    let past = finding.account_id.and_then(|account| change::remembered(scene, client, account));
    finding.change == Some(Change::Open) && past.is_some_and(|past| asks_for_invitation(past.cause))
}

/// Whether it is a gap, and certainly one.
fn is_open(finding: &Finding) -> bool {
    matches!(finding.change, Some(Change::New | Change::Open)) && finding.status != Status::Unknown
}

fn weekly(finding: &Finding) -> bool {
    finding.days_open.is_none_or(|days| days % 7 == 0)
}

/// Pending requests, one line a client, cause and day since when: whoever approves them asks for all of a client at once.
fn requests(findings: &[Finding], wanted: impl Fn(&Finding) -> bool) -> Vec<String> {
    let since = |f: &Finding| f.since.map(|day| format!(" since {day}")).unwrap_or_default();
    lines(findings.iter().filter(|f| f.is_requested() && wanted(f)), since)
}

/// Exceptions in their last week, the next to end first: afterwards their gaps are mailed like any other.
fn ending(scene: &Scene<'_>, findings: &[Finding]) -> Vec<String> {
    let ends_soon = |until: NaiveDate| (0..=ANNOUNCED_DAYS).contains(&(until - scene.today).num_days());
    let mut ending: Vec<&Exception> = scene.register.exceptions.iter().filter(|e| ends_soon(e.until)).collect();
    ending.sort_by_key(|exception| (exception.until, exception.line));
    let snoozed = |exception: &Exception| {
        findings
            .iter()
            .filter(|f| f.reminder.state == Some(ReminderState::Snoozed) && excepts(exception, f, scene.today))
            .count()
    };
    ending
        .into_iter()
        .map(|exception| {
            let gaps = match snoozed(exception) {
                0 => "no gap is open".to_owned(),
                1 => "1 gap is snoozed".to_owned(),
                gaps => format!("{gaps} gaps are snoozed"),
            };
            format!(
                "{}, to {}, because: {}; {gaps}",
                excepted(scene, &exception.what),
                exception.until,
                exception.reason
            )
        })
        .collect()
}

fn excepted(scene: &Scene<'_>, what: &Excepted) -> String {
    match what {
        Excepted::Client(key) => {
            let row = scene.register.accounts.iter().find(|row| row.client.key == *key);
            row.map_or_else(|| format!("{} {}", key.country, key.code), |row| row.client.to_string())
        }
        Excepted::Account(id) => format!("account {id}"),
        Excepted::BusinessCenter(id) => format!("Business Center {id}"),
    }
}

/// One line a client and cause: `DK C07 365discount: 3 × not_assigned (7100…, …)`.
fn by_client(findings: &[Finding], wanted: impl Fn(&Finding) -> bool) -> Vec<String> {
    lines(findings.iter().filter(|f| wanted(f)), |_| String::new())
}

fn by_client_at(findings: &[Finding], positions: &[usize]) -> Vec<String> {
    lines(positions.iter().filter_map(|position| findings.get(*position)), |_| String::new())
}

/// One line a client, cause and `more` behind the cause; a client is named as its first finding writes it.
fn lines<'f>(findings: impl Iterator<Item = &'f Finding>, more: impl Fn(&Finding) -> String) -> Vec<String> {
    type Group<'f> = (bool, Option<&'f ClientKey>, String, Cause);
    let mut groups: BTreeMap<Group<'f>, (&'f Finding, Vec<Cow<'f, str>>)> = BTreeMap::new();
    for finding in findings {
        let client = finding.client.as_ref().map(|client| &client.key);
        let group = groups.entry((client.is_none(), client, more(finding), finding.cause));
        group.or_insert_with(|| (finding, Vec::new())).1.push(finding.account_text());
    }
    let line = |((_, _, more, cause), (first, accounts)): (Group<'f>, (&Finding, Vec<Cow<'f, str>>))| {
        let client = first.client.as_ref().map_or_else(|| "no client".to_owned(), ToString::to_string);
        format!("{client}: {} × {}{more} ({})", accounts.len(), cause.as_str(), first_of(accounts))
    };
    groups.into_iter().map(line).collect()
}

/// The first few accounts, by id.
fn first_of(mut accounts: Vec<Cow<'_, str>>) -> String {
    accounts.sort_unstable();
    let more = if accounts.len() > 3 { ", …" } else { "" };
    accounts.truncate(3);
    accounts.join(", ") + more
}
