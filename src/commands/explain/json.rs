//! The story for programs. Keys are stable: those of the reports' columns where they mean the same. What only today's
//! register could say is null where it could not be read.

use serde_json::{Value, json};

use super::claim::Claim;
use super::{Answer, Told, next};
use crate::domain::{
    ActionOwner, Address, Cause, Confidence, ContactRole, Excepted, Exception, ExpectedAccount, ReminderState,
    StatedRole,
};
use crate::store::{ListedIn, PastPlace};

pub(super) fn json(answer: &Answer<'_>) -> Value {
    json!({
        "account_id": answer.id.to_string(),
        "account_name": answer.name(),
        "as_of": answer.as_of.as_ref().map(Told::json),
        "judgements": answer.claims.iter().map(|one| claim(answer, one)).collect::<Vec<_>>(),
        "register": answer.register.map(|_| answer.rows.iter().map(|one| row(one)).collect::<Vec<_>>()),
        "sightings": answer.places.iter().map(place).collect::<Vec<_>>(),
        "mails": answer.mails.iter().map(mail).collect::<Vec<_>>(),
        "exceptions": answer.register.map(|_| answer.exceptions.iter().map(|one| exception(one)).collect::<Vec<_>>()),
    })
}

fn claim(answer: &Answer<'_>, claim: &Claim) -> Value {
    let (client, cause, note) = (claim.client.as_ref(), claim.cause, &claim.note);
    let (certain, until) = claim.certain.unzip();
    let persons: Vec<Value> = next::persons(answer, claim)
        .iter()
        .map(|person| {
            let role = match person.role {
                ContactRole::Client => "client",
                ContactRole::Owner => "owner",
            };
            json!({ "person": person.email.as_str(), "name": person.name, "role": role })
        })
        .collect();
    json!({
        "standing": claim.standing.as_str(),
        "status": cause.map(|cause| cause.status().as_str()),
        "cause": cause.map(Cause::as_str),
        "action_owner": cause.and_then(Cause::action_owner).map(ActionOwner::as_str),
        "confidence": note.confidence.map(Confidence::as_str),
        "country": client.map(|client| &client.country),
        "client_code": client.map(|client| &client.code),
        "client_name": client.map(|client| &client.name),
        "parent_code": client.map(|client| &client.parent_code),
        "account_name": claim.account_name,
        "member": claim.member.as_ref().map(Address::as_str),
        "actual_role": claim.actual_role.as_ref().map(StatedRole::as_str),
        "business_center_id": claim.business_center.as_ref().map(|(id, _)| id.to_string()),
        "business_center_name": claim.business_center.as_ref().map(|(_, name)| name),
        "since": claim.since,
        "days_open": claim.days_open,
        "last_seen_on": claim.last_seen_on,
        "last_certain_cause": certain.map(Cause::as_str),
        "last_certain_on": until.flatten(),
        "withdrawn_on": claim.withdrawn_on,
        "suggested_account_id": note.suggested_account.map(|id| id.to_string()),
        "evidence": note.evidence,
        "next_step": note.next_step,
        "reminder_state": note.reminder_state.map(ReminderState::as_str),
        "mails_sent": claim.mails_sent,
        "last_mailed_on": claim.last_mailed_on,
        "next_mail_on": note.next_mail_on,
        "next_mail_to": answer.register.map(|_| persons),
        "what_next": next::words(answer, claim),
    })
}

fn row(row: &ExpectedAccount) -> Value {
    json!({
        "line": row.line,
        "country": row.client.country,
        "client_code": row.client.code,
        "client_name": row.client.name,
        "parent_code": row.client.parent_code,
        "account_name": &*row.account_name,
        "business_center_id": row.business_center.map(|id| id.to_string()),
        "member": row.member.as_str(),
        "state": row.facts.state.as_str(),
        "start_date": row.facts.start,
        "end_date": row.facts.end,
        "added_by": &*row.facts.added_by,
        "tags": &*row.facts.tags,
    })
}

fn place(place: &PastPlace) -> Value {
    json!({
        "member": place.member.as_str(),
        "business_center_id": place.business_center.to_string(),
        "business_center_name": place.business_center_name,
        "role": place.role.as_str(),
        "owner": place.owner,
        "first_seen_on": place.first_seen_on,
        "last_seen_on": place.last_seen_on,
        "is_over": place.is_over,
    })
}

/// A mail that listed the account.
pub(in crate::commands) fn mail(mail: &ListedIn) -> Value {
    json!({
        "day": mail.day,
        "person": mail.person.as_str(),
        "as": if mail.as_owner { "owner" } else { "client" },
        "number": mail.number,
        "outcome": mail.outcome.as_str(),
    })
}

fn exception(exception: &Exception) -> Value {
    let what = match &exception.what {
        Excepted::Client(_) => "client",
        Excepted::Account(_) => "account",
        Excepted::BusinessCenter(_) => "business_center",
    };
    json!({ "line": exception.line, "what": what, "reason": exception.reason, "until": exception.until })
}
