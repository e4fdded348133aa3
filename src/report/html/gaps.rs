//! The open gaps, client by client.

use serde::Serialize;

use super::page::{day, words};
use crate::domain::{ActionOwner, Change, ClientKey, Finding, ReminderFacts, ReminderState, Status};

/// One client's part of the list.
#[derive(Serialize)]
pub(super) struct Group {
    country: String,
    client: String,
    count: u64,
    new: u64,
    /// Days of its oldest gap.
    oldest: i64,
    unfolded: bool,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    new: bool,
    account: String,
    name: String,
    /// Whether it is a request that is not onboarded yet.
    requested: bool,
    cause: String,
    turn: &'static str,
    step: String,
    days: i64,
    since: String,
    mails: u32,
    next: String,
}

/// The gaps that are open: expected accounts that are not as they should be, also where tonight says nothing of them.
pub(super) fn open<'a>(sorted: &[&'a Finding]) -> Vec<&'a Finding> {
    let is_open = |finding: &Finding| {
        matches!(finding.change, Some(Change::New | Change::Open)) && finding.status != Status::Unexpected
    };
    sorted.iter().copied().filter(|finding| is_open(finding)).collect()
}

/// Whose a gap is.
pub(super) fn client_of(finding: &Finding) -> Option<&ClientKey> {
    finding.client.as_ref().map(|client| &client.key)
}

/// The gaps of one client, of which there is at least one.
pub(super) fn group(gaps: &[&Finding], unfolded: bool) -> Group {
    let client = gaps.first().and_then(|gap| gap.client.as_deref());
    Group {
        country: client.map(|client| client.country.clone()).unwrap_or_default(),
        client: client.map(ToString::to_string).unwrap_or_default(),
        count: gaps.len() as u64,
        new: gaps.iter().filter(|gap| gap.change == Some(Change::New)).count() as u64,
        oldest: gaps.iter().filter_map(|gap| gap.days_open).max().unwrap_or(0),
        unfolded,
        rows: gaps.iter().map(|gap| row(gap)).collect(),
    }
}

fn row(gap: &Finding) -> Row {
    Row {
        new: gap.change == Some(Change::New),
        account: gap.account_text().into_owned(),
        name: gap.account_name.to_string(),
        requested: gap.is_requested(),
        cause: words(gap.cause.as_str()),
        turn: turn(gap.action_owner),
        step: gap.next_step.clone(),
        days: gap.days_open.unwrap_or(0),
        since: day(gap.since),
        mails: gap.reminder.mails_sent,
        next: next_mail(&gap.reminder),
    }
}

/// Who must act, as the page names them.
pub(super) fn turn(owner: Option<ActionOwner>) -> &'static str {
    match owner {
        Some(ActionOwner::Client) => "client",
        Some(ActionOwner::DataTeam) => "data team",
        Some(ActionOwner::TikTok) => "TikTok",
        None => "nobody",
    }
}

/// What happens next by mail, the day first where there is one.
fn next_mail(reminder: &ReminderFacts) -> String {
    let on = day(reminder.next_mail_on);
    let why = match reminder.state {
        None | Some(ReminderState::NotMailed) => "not mailed",
        Some(ReminderState::Scheduled) => "",
        Some(ReminderState::Waiting) => "waiting for its day",
        Some(ReminderState::Escalated) => "handed over",
        Some(ReminderState::Snoozed) => "snoozed by an exception",
        Some(ReminderState::Held) => "held by a guard",
        Some(ReminderState::Suppressed) => "address refused",
        Some(ReminderState::Doubtful) => "the last one may not have arrived",
        Some(ReminderState::Nobody) => "no contact to mail",
    };
    match (on.is_empty(), why.is_empty()) {
        (true, _) => why.to_owned(),
        (false, true) => on,
        (false, false) => format!("{on}, {why}"),
    }
}
