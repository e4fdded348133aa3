//! What the registers alone say: rows that cannot be judged, and who is to be told.
//!
//! Invariant: it needs no look at TikTok, so it is true on any day, with the register of that day.

use chrono::NaiveDate;

use super::rows;
use crate::domain::{AccountId, ClientKey, Contact, ContactRole, ExpectedAccount, Finding, Register, Scope};

/// The findings of an account's rows that cannot be judged: in conflict with one another, or malformed.
#[must_use]
pub fn set_aside(register: &Register, account: AccountId, today: NaiveDate) -> Vec<Finding> {
    let mut counting: Vec<&ExpectedAccount> =
        register.accounts.iter().filter(|row| row.account_id == account && row.counts_on(today)).collect();
    counting.sort_by_key(|row| row.line);
    let conflicts = rows::conflicts(&counting, today);
    let in_conflict =
        conflicts.into_iter().filter_map(|(at, cause)| Some(rows::invalid(counting[at], cause?, &counting)));
    let bad = register.bad_rows.iter().filter_map(rows::bad_row).filter(|finding| finding.account_id == Some(account));
    in_conflict.chain(bad).collect()
}

/// The persons of a role for a client: its own rows, else its country's.
#[must_use]
pub fn contacts_of<'r>(register: &'r Register, client: &ClientKey, role: ContactRole) -> Vec<&'r Contact> {
    let of = |scope: &Scope| {
        register.contacts.iter().filter(|contact| contact.role == role && contact.scope == *scope).collect::<Vec<_>>()
    };
    let own = of(&Scope::Client(client.clone()));
    if own.is_empty() { of(&Scope::Country(client.country.clone())) } else { own }
}
