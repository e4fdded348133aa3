//! What happens next with an account by mail, and to whom.

use super::Answer;
use super::claim::{Claim, Standing};
use crate::domain::{ActionOwner, Contact, ContactRole, ReminderState, Status};
use crate::judge;

/// The persons whom the next mail about it would go to, by today's contacts.
pub(super) fn persons<'r>(answer: &Answer<'r>, claim: &Claim) -> Vec<&'r Contact> {
    let (Some(client), Some(register)) = (&claim.client, answer.register) else { return Vec::new() };
    let of = |role| judge::contacts_of(register, &client.key, role);
    let first = match claim.note.reminder_state {
        Some(ReminderState::Escalated) => Vec::new(),
        Some(ReminderState::Scheduled | ReminderState::Waiting | ReminderState::Held | ReminderState::Doubtful) => {
            of(ContactRole::Client)
        }
        _ => return Vec::new(),
    };
    if first.is_empty() { of(ContactRole::Owner) } else { first }
}

/// What happens next, and when.
pub(super) fn words(answer: &Answer<'_>, claim: &Claim) -> String {
    match claim.standing {
        Standing::Judged => after_judgement(answer, claim),
        Standing::Dropped => {
            "Today's register has no row of it for this client: the next run expects it no more.".into()
        }
        Standing::SetAside => "Nobody is mailed. Once the register is corrected, the next run judges it.".into(),
        Standing::NotYet => "The next run judges it for the first time.".into(),
        Standing::Withdrawn if answer.register.is_none() => {
            "Nothing, unless today's register names it again: that could not be read.".into()
        }
        Standing::Withdrawn => "Nothing: nobody expects it any more.".into(),
    }
}

fn after_judgement(answer: &Answer<'_>, claim: &Claim) -> String {
    let next = claim.note.next_mail_on;
    let whom = whom(answer, &persons(answer, claim));
    match claim.note.reminder_state {
        None => without_mail(answer, claim),
        Some(ReminderState::Scheduled) => match next {
            Some(day) => format!("The next mail goes to {whom} on {day}, unless it is mended by then."),
            None => "No day is set for a mail about it; the next run sets one.".to_owned(),
        },
        Some(ReminderState::Waiting) => match next {
            Some(day) => format!("A mail to {whom} waits until {day}: for the nights of grace, a day on which mail goes, or the distance to the last one."),
            None => "Nobody is mailed while it is not certain; the next run judges it again.".to_owned(),
        },
        Some(ReminderState::Escalated) if answer.register.is_some() && persons(answer, claim).is_empty() => {
            "It was in as many mails to the client as are configured, and no owner is registered who could take it over: the operators read of it once a week. Add an owner to the contacts.".to_owned()
        }
        Some(ReminderState::Escalated) => {
            let next = next.map(|day| format!(", next on {day}")).unwrap_or_default();
            format!("It was in as many mails to the client as are configured: {whom} looks after it and hears of it once a week{next}.")
        }
        Some(ReminderState::Snoozed) => match answer.exceptions.iter().max_by_key(|exception| exception.until) {
            Some(exception) => format!("Nobody is mailed about it until {} has passed: {}.", exception.until, exception.reason),
            None if answer.register.is_none() => "It was excepted in the newest run: nobody is mailed while that holds.".to_owned(),
            None => "It was excepted in the newest run; today's exceptions do not cover it, so the next run mails it when it is due.".to_owned(),
        },
        Some(ReminderState::Held) => held(answer),
        Some(ReminderState::Suppressed) => {
            "The mail server refuses the address of everybody who could be told. Correct the contacts; else it is tried again 30 days later.".to_owned()
        }
        Some(ReminderState::Doubtful) => {
            let next = next.map(|day| format!("; a new one goes to {whom} on {day}")).unwrap_or_default();
            format!("The newest mail may or may not have arrived{next}.")
        }
        Some(ReminderState::Nobody) => {
            "Nobody is mailed: the client had neither contact nor owner. Add a row to the contacts.".to_owned()
        }
        Some(ReminderState::NotMailed) => match claim.cause.and_then(crate::domain::Cause::action_owner) {
            Some(ActionOwner::TikTok) => "Nobody is mailed: it lies with TikTok.".to_owned(),
            Some(ActionOwner::Client) => {
                "Nobody is mailed: this is only reported (reminders.role_too_high).".to_owned()
            }
            Some(ActionOwner::DataTeam) | None => "Nobody is mailed: it lies with the data team.".to_owned(),
        },
    }
}

fn without_mail(answer: &Answer<'_>, claim: &Claim) -> String {
    if !answer.as_of.as_ref().is_some_and(super::Told::has_ended) {
        return "That run did not come to its end, or is under way: the next one says what happens.".to_owned();
    }
    match claim.cause.map(crate::domain::Cause::status) {
        Some(Status::Unknown) => "Nobody is mailed while nothing is certain; the next run judges it again.",
        Some(Status::Ok) if claim.cause.and_then(crate::domain::Cause::action_owner).is_some() => {
            "Nobody is mailed: it lies with the data team."
        }
        _ => "Nothing: it is as it should be.",
    }
    .to_owned()
}

fn held(answer: &Answer<'_>) -> String {
    let Some(run) = &answer.as_of else { return String::new() };
    if run.is_released() {
        return "A guard held the mail; it was released, and the next run mails what is still due.".to_owned();
    }
    let (guards, id) = (run.guards().join(", "), run.run_id());
    let holds = match guards.as_str() {
        "" => "That run was released in part, and the mail about this is still held.".to_owned(),
        guards => format!("A guard holds the mails of that run ({guards})."),
    };
    format!("{holds} Read its report; then: tiktok-access-reconciler release {id}")
}

/// Persons by name and address.
fn whom(answer: &Answer<'_>, persons: &[&Contact]) -> String {
    match answer.register {
        None => return "whoever today's register names (it could not be read)".to_owned(),
        Some(_) if persons.is_empty() => return "the client's contacts (today's register names none)".to_owned(),
        Some(_) => {}
    }
    let words: Vec<String> = persons.iter().map(|person| called(person)).collect();
    words.join(" and ")
}

fn called(person: &Contact) -> String {
    let address = person.email.as_str();
    let name = person.name.trim();
    let named = if name.is_empty() { address.to_owned() } else { format!("{name} <{address}>") };
    match person.role {
        ContactRole::Client => named,
        ContactRole::Owner => format!("{named} (the client's owner)"),
    }
}
