//! The story for a person: an answer that can be pasted into a mail.

use std::fmt::Write as _;

use chrono_tz::Tz;

use super::claim::{Claim, Standing};
use super::{Answer, next};
use crate::commands::table::{plain, wrapped};
use crate::domain::{ActionOwner, Address, Client, ExpectedAccount, StatedRole};
use crate::judge;
use crate::store::{ListedIn, PastPlace};

/// Characters a line.
const WIDTH: usize = 80;

/// Mails that are told one by one, the newest.
const MAILS: usize = 12;

/// Where what stands behind a label begins.
const INDENT: usize = 12;

pub(super) fn text(answer: &Answer<'_>, zone: Tz) -> String {
    let name = plain(answer.name(), 80);
    let mut text = format!("Account {}{}\n", answer.id, if name.is_empty() { name } else { format!(", {name}") });
    for claim in &answer.claims {
        text.push('\n');
        about(answer, claim, &mut text);
    }
    if answer.claims.is_empty() {
        let known = match (answer.register, answer.rows.is_empty(), answer.places.is_empty()) {
            (None, _, true) => "No run expected or saw it.",
            (None, _, false) => "The newest run found nobody who expects it, and no member of ours sees it any more.",
            (Some(_), true, true) => "No run expected or saw it, and today's register does not name it.",
            (Some(_), true, false) => "Nobody expects it, and no member of ours sees it any more.",
            (Some(_), false, _) => "Today's register names it, but no row of it counts today.",
        };
        let _ = write!(text, "\n{}\n", wrapped(known, WIDTH, 0));
    }
    text.push('\n');
    if answer.register.is_none() {
        label(&mut text, "Register", "today's could not be read: whether it names the account is not known");
    }
    for row in &answer.rows {
        label(&mut text, "Register", &registered(row));
    }
    for place in &answer.places {
        label(&mut text, "Seen", &seen(answer, place));
    }
    let earlier = answer.mails.len().saturating_sub(MAILS);
    if earlier > 0 {
        label(&mut text, "Mailed", &format!("{earlier} earlier mails; history --account {} has them", answer.id));
    }
    for mail in answer.mails.iter().skip(earlier) {
        label(&mut text, "Mailed", &format!("{}: {}", mail.day, self::mail(mail)));
    }
    for exception in &answer.exceptions {
        label(&mut text, "Exception", &format!("until {}: {}", exception.until, exception.reason));
    }
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
    let _ = match &answer.as_of {
        Some(run) => writeln!(text, "As of the run of {} ({}).", run.when(zone), run.run_id()),
        None => writeln!(text, "No run is stored yet."),
    };
    text
}

/// A line with a label, wrapped behind it.
fn label(text: &mut String, label: &str, said: &str) {
    if !said.is_empty() {
        let _ = writeln!(text, "{label:<INDENT$}{}", wrapped(said, WIDTH, INDENT));
    }
}

fn about(answer: &Answer<'_>, claim: &Claim, text: &mut String) {
    match (&claim.client, claim.standing) {
        (Some(client), Standing::SetAside | Standing::NotYet | Standing::Withdrawn | Standing::Dropped) => {
            label(text, "Client", &named(client));
        }
        (Some(client), Standing::Judged) if is_expected(claim) => label(text, "Client", &named(client)),
        (Some(client), Standing::Judged) => {
            label(text, "Client", &format!("nobody; perhaps {}, whose accounts alone were seen there", named(client)));
        }
        (None, _) => label(text, "Client", "nobody expects it"),
    }
    label(text, "Status", &status(claim));
    if let Some(cause) = claim.cause.filter(|_| claim.standing != Standing::Withdrawn) {
        label(text, "Meaning", cause.meaning());
    }
    label(text, "Evidence", &claim.note.evidence);
    label(text, "How sure", claim.note.confidence.map_or("", |confidence| confidence.meaning()));
    label(text, "Next step", &claim.note.next_step);
    let turn = match claim.cause.and_then(crate::domain::Cause::action_owner) {
        Some(ActionOwner::Client) => "the client",
        Some(ActionOwner::DataTeam) => "the agency's data team",
        Some(ActionOwner::TikTok) => "TikTok",
        None => "",
    };
    label(text, "Whose turn", if claim.standing == Standing::Withdrawn { "" } else { turn });
    label(text, "Mails", &mails(claim));
    label(text, "What next", &next::words(answer, claim));
}

/// Whether somebody expects it: an unexpected account's client is a guess.
fn is_expected(claim: &Claim) -> bool {
    claim.cause != Some(crate::domain::Cause::NotOnboarded)
}

fn named(client: &Client) -> String {
    format!("{} {} {}", client.country, client.code, client.name).trim().to_owned()
}

fn status(claim: &Claim) -> String {
    let Some(cause) = claim.cause else { return "not judged yet".to_owned() };
    let since = claim.since.map(|since| format!(" since {since}")).unwrap_or_default();
    let words = format!("{}: {}", cause.status().as_str(), cause.as_str());
    match (claim.standing, claim.certain) {
        (Standing::Withdrawn, _) => {
            let on = claim.withdrawn_on.map(|day| format!(" on {day}")).unwrap_or_default();
            format!("withdrawn{on}: nobody expected it any more. It was {words}{since}")
        }
        (_, Some((certain, until))) => {
            let until = until.map(|day| format!(", certain until {day}")).unwrap_or_default();
            format!("{words}. Before: {}: {}{since}{until}", certain.status().as_str(), certain.as_str())
        }
        _ => match claim.days_open {
            Some(0) | None => format!("{words}{since}"),
            Some(1) => format!("{words}{since}, 1 day"),
            Some(days) => format!("{words}{since}, {days} days"),
        },
    }
}

fn mails(claim: &Claim) -> String {
    match (claim.mailed, claim.last_mailed_on) {
        (_, None) => String::new(),
        ((1, _), Some(day)) => format!("1 so far, on {day}"),
        ((mails, 1), Some(day)) => format!("{mails} so far to one person, the last on {day}"),
        ((mails, persons), Some(day)) => format!("{mails} so far to {persons} persons, the last on {day}"),
    }
}

fn registered(row: &ExpectedAccount) -> String {
    let mut parts = vec![format!("line {}: {}", row.line, named(&row.client)), row.facts.state.as_str().to_owned()];
    match (row.facts.start, row.facts.end) {
        (None, None) => {}
        (Some(start), None) => parts.push(format!("from {start}")),
        (None, Some(end)) => parts.push(format!("until {end}")),
        (Some(start), Some(end)) => parts.push(format!("from {start} until {end}")),
    }
    parts.push(format!("for {}", row.member.as_str()));
    if !row.facts.added_by.is_empty() {
        parts.push(format!("added by {}", &*row.facts.added_by));
    }
    if !row.facts.tags.is_empty() {
        parts.push(format!("tags {}", &*row.facts.tags));
    }
    parts.join(", ")
}

fn seen(answer: &Answer<'_>, place: &PastPlace) -> String {
    let role = match &place.role {
        StatedRole::Absent => "without a stated role".to_owned(),
        role => format!("as {}", role.as_str()),
    };
    let at = judge::place(place.business_center, &place.business_center_name);
    let (who, first, last) = (place.member.as_str(), place.first_seen_on, place.last_seen_on);
    let owner = match place.owner.as_deref().map(str::trim) {
        Some(owner) if !owner.is_empty() && owner != place.business_center_name.trim() => format!(", owned by {owner}"),
        _ => String::new(),
    };
    if place.is_over {
        let when = if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
        return format!("by {who} in {at} {role} {when}, and not any more{owner}");
    }
    let unread = match answer.as_of.as_ref().map(super::Told::day) {
        Some(day) if last < day => format!(" (not read completely since {last})"),
        _ => String::new(),
    };
    format!("by {who} in {at} {role} since {first}{unread}{owner}")
}

/// A mail that listed the account, without its day.
pub(in crate::commands) fn mail(mail: &ListedIn) -> String {
    let role = if mail.as_owner { ", as the owner" } else { "" };
    let person: &Address = &mail.person;
    format!("mail {} to {}{role}: {}", mail.number, person.as_str(), mail.outcome.as_str())
}
