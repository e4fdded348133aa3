//! What `check` says of the contacts register: clients without a contact, and rows without a client.
//!
//! Invariant: no address is shown, only clients and lines.

use std::collections::BTreeSet;

use crate::domain::{ClientKey, ContactRole, Register, Scope};
use crate::judge;

/// Lines that are named in a note.
const LINES: usize = 20;

/// Clients whose gaps go to the owner or the operators.
pub(super) fn missing(register: &Register) -> Vec<String> {
    let answers = |role: ContactRole, key: &ClientKey| !judge::contacts_of(register, key, role).is_empty();
    let mut seen = BTreeSet::new();
    register
        .accounts
        .iter()
        .filter(|row| seen.insert(row.client.key.clone()))
        .filter(|row| !answers(ContactRole::Client, &row.client.key))
        .map(|row| {
            let client = row.client.to_string();
            if answers(ContactRole::Owner, &row.client.key) {
                format!("{client} has no contact: its mails go to the owner")
            } else {
                format!(
                    "{client} has neither contact nor owner: only the digest tells of it; add a row to the contacts"
                )
            }
        })
        .collect()
}

/// Rows through which nobody is mailed. No fault: clients come and go.
pub(super) fn idle(register: &Register) -> Option<String> {
    // Also of rows that are set aside: whose they are is known.
    let aside = register.bad_rows.iter().filter_map(|row| row.account.as_ref());
    let aside = aside.map(|account| ClientKey::new(&account.country, &account.client_code));
    let clients: BTreeSet<ClientKey> =
        register.accounts.iter().map(|row| row.client.key.clone()).chain(aside).collect();
    let is_idle = |scope: &Scope| match scope {
        Scope::Client(client) => !clients.contains(client),
        Scope::Country(country) => !clients.iter().any(|client| client.country == *country),
    };
    let lines: Vec<u64> = register.contacts.iter().filter(|row| is_idle(&row.scope)).map(|row| row.line).collect();
    let shown: Vec<String> = lines.iter().take(LINES).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(LINES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let which = if lines.len() == 1 { "line" } else { "lines" };
    (!lines.is_empty()).then(|| {
        format!(
            "{which} {}{more}: the accounts register has no such client, so nobody is mailed through this; is there a \
             slip in country or client_code? A country is named, * stands for no country",
            shown.join(", ")
        )
    })
}
