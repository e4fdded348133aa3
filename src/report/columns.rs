//! The columns of `diff.csv`, `accounts.csv` and the tables of `report.xlsx`: name, meaning and content in one place.
//!
//! Invariant: names and order are the contract's; a cell is a function of one finding alone.

use std::fmt::Write as _;

use super::cell::Cell;
use crate::domain::{
    ActionOwner, Address, Cause, Change, Client, Confidence, Finding, RegisterFacts, RegisterState, ReminderState,
    Role, Sighting, StatedRole, Status,
};

/// One column.
pub(super) struct Column {
    /// The contract's name.
    pub(super) name: &'static str,
    /// What it says, for the data team.
    pub(super) meaning: &'static str,
    /// What can stand in it.
    pub(super) values: Values,
    /// How wide people get to see it, in characters.
    pub(super) width: u8,
    /// Its cell of a finding, before any guard against formulas.
    pub(super) cell: fn(&Finding) -> Cell<'_>,
}

/// What can stand in a column. An empty cell can everywhere but in `status` and `cause`.
#[derive(Clone, Copy)]
pub(super) enum Values {
    /// A name or a sentence.
    Text,
    /// A number of up to 19 digits that counts nothing.
    Id,
    /// A count.
    Number,
    /// A calendar day.
    Day,
    /// One of a few words, each with its meaning.
    Words(fn() -> Vec<(&'static str, &'static str)>),
}

/// The pairs of word and meaning of an enumeration of the domain.
macro_rules! words {
    ($name:ident) => {
        Values::Words(|| $name::ALL.iter().map(|word| (word.as_str(), word.meaning())).collect())
    };
}

/// Shortens the table below: a column a line or two.
const fn column(
    name: &'static str,
    width: u8,
    values: Values,
    meaning: &'static str,
    cell: fn(&Finding) -> Cell<'_>,
) -> Column {
    Column { name, meaning, values, width, cell }
}

/// Places of the columns that are an account's own; all others follow from what is [`crate::domain::Said`] of it.
pub(super) const OWN: [usize; 8] = [9, 10, 11, 12, 13, 14, 15, 22];

/// The columns in order.
pub(super) const COLUMNS: [Column; 32] = [
    column(
        "change",
        10,
        words!(Change),
        "Against the last certain night before today; empty where nothing changed.",
        |f| f.change.map(Change::as_str).into(),
    ),
    column("status", 12, words!(Status), "What is so.", |f| f.status.as_str().into()),
    column("cause", 25, words!(Cause), "Why it is so.", |f| f.cause.as_str().into()),
    column("action_owner", 12, words!(ActionOwner), "Who must act; empty where nobody must.", |f| {
        f.action_owner.map(ActionOwner::as_str).into()
    }),
    column("confidence", 12, words!(Confidence), "How sure the status is; empty for unknown.", |f| {
        f.confidence.map(Confidence::as_str).into()
    }),
    column("country", 9, Values::Text, "Country of the client, as the register writes it.", |f| {
        client(f, |client| &client.country)
    }),
    column("client_code", 11, Values::Text, "Code of the client in Campaign Mapping.", |f| {
        client(f, |client| &client.code)
    }),
    column("client_name", 22, Values::Text, "Name of the client.", |f| client(f, |client| &client.name)),
    column("parent_code", 11, Values::Text, "Code that several clients of one company share.", |f| {
        client(f, |client| &client.parent_code)
    }),
    column(
        "account_id",
        22,
        Values::Id,
        "Id of the ad account (advertiser id); a bad row's as the register writes it.",
        |f| f.account_text().into(),
    ),
    column("account_name", 26, Values::Text, "Name in the register, else at TikTok.", |f| (&*f.account_name).into()),
    column("state", 11, Values::Words(states), "How far Campaign Mapping is with the account.", |f| {
        register(f).map(|register| register.state.as_str()).into()
    }),
    column(
        "start_date",
        12,
        Values::Day,
        "First day of the register's row; the account counts from 7 days before.",
        |f| register(f).and_then(|register| register.start).into(),
    ),
    column("end_date", 12, Values::Day, "Last day of the register's row.", |f| {
        register(f).and_then(|register| register.end).into()
    }),
    column("added_by", 18, Values::Text, "Who added the register's row.", |f| {
        register(f).map(|register| &*register.added_by).into()
    }),
    column("tags", 18, Values::Text, "Tags of the register's row.", |f| {
        register(f).map(|register| &*register.tags).into()
    }),
    column(
        "member",
        32,
        Values::Text,
        "Our login that should see the account; for unexpected, the one that does.",
        |f| f.member.as_ref().map(Address::as_str).into(),
    ),
    column("expected_role", 13, Values::Words(roles), "The role that the member should have.", |f| {
        f.expected_role.map(Role::as_str).into()
    }),
    column(
        "actual_role",
        13,
        Values::Words(roles),
        "The highest role that TikTok states; another word is TikTok's own, and new.",
        |f| f.actual_role.as_ref().map(StatedRole::as_str).into(),
    ),
    column(
        "business_center_id",
        22,
        Values::Id,
        "Where the account was seen (with the highest role); else the client's Business Center, if exactly one is known.",
        |f| f.business_center.map(|id| id.to_string()).into(),
    ),
    column("business_center_name", 26, Values::Text, "Its name at TikTok.", |f| (&*f.business_center_name).into()),
    column(
        "sightings",
        32,
        Values::Text,
        "Everywhere the account was seen tonight, as business_center_id=ROLE, joined by |; with \" by MEMBER\" where several of our logins see it.",
        |f| sightings(&f.sightings).into(),
    ),
    column("since", 12, Values::Day, "First certain night of what is so: of the gap, or of being well.", |f| {
        f.since.into()
    }),
    column("days_open", 11, Values::Number, "Days from since to today, of an open gap.", |f| f.days_open.into()),
    column("last_seen_on", 13, Values::Day, "The last day on which a run saw the account.", |f| f.last_seen_on.into()),
    column("suggested_account_id", 22, Values::Id, "For mistyped_id: the id that is probably meant.", |f| {
        f.suggested_account.map(|id| id.to_string()).into()
    }),
    column("evidence", 80, Values::Text, "What was seen, in sentences.", |f| (&*f.evidence).into()),
    column("next_step", 80, Values::Text, "The one step that mends it, and whose it is.", |f| {
        f.next_step.as_str().into()
    }),
    column(
        "reminder_state",
        15,
        words!(ReminderState),
        "What the mails do about it; empty where nothing is to be mended.",
        |f| f.reminder.state.map(ReminderState::as_str).into(),
    ),
    column(
        "mails_sent",
        11,
        Values::Number,
        "The most mails about this gap that any one person got; empty where mails are no matter.",
        |f| {
            let mailed = f.reminder.state.is_some() || f.reminder.mails_sent > 0;
            mailed.then_some(i64::from(f.reminder.mails_sent)).into()
        },
    ),
    column("last_mailed_on", 14, Values::Day, "The day of the latest of them.", |f| f.reminder.last_mailed_on.into()),
    column("next_mail_on", 14, Values::Day, "The day of the earliest to come.", |f| f.reminder.next_mail_on.into()),
];

fn client<'f>(finding: &'f Finding, part: impl Fn(&'f Client) -> &'f String) -> Cell<'f> {
    finding.client.as_deref().map(|client| part(client).as_str()).into()
}

fn register(finding: &Finding) -> Option<&RegisterFacts> {
    finding.register.as_deref()
}

fn states() -> Vec<(&'static str, &'static str)> {
    vec![
        (RegisterState::Onboarded.as_str(), "In use."),
        (RegisterState::Requested.as_str(), "A pending onboarding request."),
    ]
}

fn roles() -> Vec<(&'static str, &'static str)> {
    vec![
        (Role::Analyst.as_str(), "Views campaigns and reports: the one we ask for."),
        (Role::Operator.as_str(), "Creates and edits campaigns."),
        (Role::Admin.as_str(), "Everything."),
    ]
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
        let _ = write!(cell, "{}={}", sighting.business_center, sighting.role.as_str());
        if several {
            let _ = write!(cell, " by {}", sighting.member.as_str());
        }
    }
    cell
}
