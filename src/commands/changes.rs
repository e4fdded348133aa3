//! `history --account`: what was judged of one account, day by day, with the mails that listed it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::table::{Side, aligned, plain};
use super::{Situation, refuse, screen};
use crate::cli::Output;
use crate::domain::{AccountId, Cause, ClientKey, Exit, StatedRole};
use crate::store::{AccountStory, ListedIn, PastState};

pub(super) async fn changes(situation: &Situation, account: &str, limit: u32, output: Output) -> Exit {
    let id = match AccountId::parse(account.trim()) {
        Ok(id) => id,
        Err(damage) => return refuse(Exit::Refused, &format!("this is no account id: {damage}")),
    };
    let story = match situation.story(id).await {
        Ok(story) => story,
        Err(error) => return refuse(Exit::NotWritten, &error),
    };
    let mut changes = of(&story);
    changes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    match output {
        Output::Text => screen::print(&text(id, &story, &changes), Exit::Done),
        Output::Json => {
            let changes: Vec<Value> = changes.iter().map(Change::json).collect();
            screen::print_json(&json!({ "account_id": id.to_string(), "changes": changes }), Exit::Done)
        }
    }
}

/// A day on which something of an account changed, or a mail listed it.
struct Change<'s> {
    /// None for what was so before the oldest run that is kept.
    day: Option<NaiveDate>,
    /// What held from then on; none: nothing of it is stored.
    state: Option<&'s PastState>,
    /// Whether it changed on this day.
    is_new: bool,
    mails: Vec<&'s ListedIn>,
}

/// All of them, newest first.
fn of(story: &AccountStory) -> Vec<Change<'_>> {
    let key_of = |state: &PastState| state.client.as_ref().map(|client| client.key.clone());
    let clients: BTreeSet<Option<ClientKey>> =
        story.states.iter().map(key_of).chain(story.mails.iter().map(|mail| mail.client.clone())).collect();
    let mut changes: Vec<Change<'_>> = Vec::new();
    for client in clients {
        let from = changes.len();
        let states = story.states.iter().filter(|state| key_of(state) == client);
        changes.extend(states.map(|state| Change {
            day: state.run.as_ref().map(|(day, _)| *day),
            state: Some(state),
            is_new: true,
            mails: Vec::new(),
        }));
        for mail in story.mails.iter().filter(|mail| mail.client == client) {
            // The newest state of its day or before it.
            let before = changes[from..].iter().rposition(|change| change.day.is_none_or(|day| day <= mail.day));
            match before.map(|at| from + at) {
                Some(at) if changes[at].day == Some(mail.day) => changes[at].mails.push(mail),
                before => {
                    let state = before.and_then(|at| changes[at].state);
                    let change = Change { day: Some(mail.day), state, is_new: false, mails: vec![mail] };
                    changes.insert(before.map_or(from, |at| at + 1), change);
                }
            }
        }
    }
    // Stable: what came later on a day stays later, and then comes first.
    changes.sort_by_key(|change| change.day);
    changes.reverse();
    changes
}

impl Change<'_> {
    fn json(&self) -> Value {
        let state = self.state;
        let client = state.and_then(|state| state.client.as_ref());
        let cause = state.and_then(|state| state.cause);
        let mails: Vec<Value> = self.mails.iter().map(|mail| super::explain::mail_json(mail)).collect();
        json!({
            "day": self.day,
            "run_id": state.filter(|_| self.is_new).and_then(|state| state.run.as_ref()).map(|(_, id)| id),
            "country": client.map(|client| &client.country),
            "client_code": client.map(|client| &client.code),
            "client_name": client.map(|client| &client.name),
            "status": cause.map(|cause| cause.status().as_str()),
            "cause": cause.map(Cause::as_str),
            "since": state.and_then(|state| state.since),
            "member": state.and_then(|state| state.member.as_ref()).map(crate::domain::Address::as_str),
            "actual_role": state.and_then(|state| state.actual_role.as_ref()).map(StatedRole::as_str),
            "business_center_id": state.and_then(|state| state.business_center).map(|id| id.to_string()),
            "business_center_name": state.map(|state| &state.business_center_name),
            "mails": mails,
        })
    }

    fn cells(&self) -> [String; 6] {
        let day = match (self.day, self.state.and_then(|state| state.since)) {
            (Some(day), _) => day.to_string(),
            (None, Some(since)) => since.to_string(),
            (None, None) => "before".to_owned(),
        };
        let Some(state) = self.state else { return [&*day, "–", "", "", "", ""].map(str::to_owned) };
        let (status, cause) = match (state.cause, &state.client) {
            (Some(cause), _) => (cause.status().as_str(), cause.as_str()),
            (None, Some(_)) => ("withdrawn", ""),
            (None, None) => ("", "unexpected no more"),
        };
        let place = match (state.business_center, state.business_center_name.trim()) {
            (None, _) => String::new(),
            (Some(id), "") => id.to_string(),
            (Some(_), name) => plain(name, 24),
        };
        let client =
            state.client.as_ref().map_or_else(String::new, |c| plain(&format!("{} {}", c.country, c.code), 16));
        [
            day,
            client,
            status.to_owned(),
            cause.to_owned(),
            state.actual_role.as_ref().map_or("", StatedRole::as_str).to_owned(),
            place,
        ]
    }
}

fn text(id: AccountId, story: &AccountStory, changes: &[Change<'_>]) -> String {
    let name = story.states.iter().rev().map(|state| state.account_name.trim()).find(|name| !name.is_empty());
    let mut text = format!("Account {id}{}\n\n", name.map(|name| format!(", {}", plain(name, 60))).unwrap_or_default());
    if changes.is_empty() {
        text.push_str("Nothing of it is stored: no run expected or saw it.\n");
        return text;
    }
    let heads = ["day", "client", "status", "cause", "role", "Business Center"].map(|head| (head, Side::Left));
    let rows: Vec<[String; 6]> = changes.iter().map(Change::cells).collect();
    let (head, lines) = aligned(heads, &rows);
    text.push_str(&format!("{head}\n"));
    for (change, line) in changes.iter().zip(lines) {
        text.push_str(&format!("{line}\n"));
        for mail in &change.mails {
            text.push_str(&format!("            {}\n", super::explain::mail_words(mail)));
        }
    }
    text
}
