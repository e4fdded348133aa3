//! The columns of `diff.csv` and `accounts.csv`.
//!
//! Invariant: names and order are the contract's; a cell is a function of one finding alone.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::domain::{
    ActionOwner, Address, Change, Confidence, Finding, RegisterFacts, ReminderState, Role, Sighting, StatedRole,
};

/// The columns in order.
pub(super) const COLUMNS: [&str; 32] = [
    "change",
    "status",
    "cause",
    "action_owner",
    "confidence",
    "country",
    "client_code",
    "client_name",
    "parent_code",
    "account_id",
    "account_name",
    "state",
    "start_date",
    "end_date",
    "added_by",
    "tags",
    "member",
    "expected_role",
    "actual_role",
    "business_center_id",
    "business_center_name",
    "sightings",
    "since",
    "days_open",
    "last_seen_on",
    "suggested_account_id",
    "evidence",
    "next_step",
    "reminder_state",
    "mails_sent",
    "last_mailed_on",
    "next_mail_on",
];

/// The finding's cells, in the order of [`COLUMNS`], before any guard against formulas.
pub(super) fn cells(finding: &Finding) -> [Cow<'_, str>; 32] {
    let client = finding.client.as_deref();
    let register = finding.register.as_ref();
    let reminder = &finding.reminder;
    [
        word(finding.change.map(Change::as_str)),
        finding.status.as_str().into(),
        finding.cause.as_str().into(),
        word(finding.action_owner.map(ActionOwner::as_str)),
        word(finding.confidence.map(Confidence::as_str)),
        text(client.map(|client| client.country.as_str())),
        text(client.map(|client| client.code.as_str())),
        text(client.map(|client| client.name.as_str())),
        text(client.map(|client| client.parent_code.as_str())),
        finding.account_text.as_ref().into(),
        finding.account_name.as_ref().into(),
        word(register.map(|register| register.state.as_str())),
        day(register.and_then(|register| register.start)),
        day(register.and_then(|register| register.end)),
        text(register.map(added_by)),
        text(register.map(|register| register.tags.as_ref())),
        text(finding.member.as_ref().map(Address::as_str)),
        word(finding.expected_role.map(Role::as_str)),
        text(finding.actual_role.as_ref().map(role)),
        number(finding.business_center),
        finding.business_center_name.as_ref().into(),
        sightings(&finding.sightings).into(),
        day(finding.since),
        number(finding.days_open),
        day(finding.last_seen_on),
        number(finding.suggested_account),
        (&*finding.evidence).into(),
        finding.next_step.as_str().into(),
        word(reminder.state.map(ReminderState::as_str)),
        // A number where mails are, or were, a matter at all.
        number((reminder.state.is_some() || reminder.mails_sent > 0).then_some(reminder.mails_sent)),
        day(reminder.last_mailed_on),
        day(reminder.next_mail_on),
    ]
}

fn added_by(register: &RegisterFacts) -> &str {
    &register.added_by
}

fn word(word: Option<&'static str>) -> Cow<'static, str> {
    word.unwrap_or_default().into()
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or_default().into()
}

fn day(day: Option<NaiveDate>) -> Cow<'static, str> {
    day.map(|day| day.format("%Y-%m-%d").to_string()).unwrap_or_default().into()
}

fn number(number: Option<impl ToString>) -> Cow<'static, str> {
    number.map(|number| number.to_string()).unwrap_or_default().into()
}

/// A role as the reports write it; empty where TikTok states none.
fn role(role: &StatedRole) -> &str {
    match role {
        StatedRole::Known(role) => role.as_str(),
        StatedRole::Absent => "",
        StatedRole::New(word) => word,
    }
}

/// `7564…=ANALYST|7565…=OPERATOR`; where several members see the account, each with ` by <member>`.
fn sightings(sightings: &[Sighting]) -> String {
    let mut sorted: Vec<&Sighting> = sightings.iter().collect();
    sorted.sort_by(|a, b| (a.business_center, &a.member, &a.role).cmp(&(b.business_center, &b.member, &b.role)));
    let several = sorted.windows(2).any(|pair| pair[0].member != pair[1].member);
    let mut cell = String::new();
    for sighting in sorted {
        if !cell.is_empty() {
            cell.push('|');
        }
        // Writing to a text cannot fail.
        let _ = write!(cell, "{}={}", sighting.business_center, role(&sighting.role));
        if several {
            let _ = write!(cell, " by {}", sighting.member.as_str());
        }
    }
    cell
}
