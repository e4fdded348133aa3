//! The contacts register: who answers for which client.
//!
//! Invariant: a contact is set aside only where it cannot be known who he is, for whom, or in which role.

use super::column::{Column, optional, required};
use super::row::{Flaws, Row, quoted};
use super::table::Table;
use crate::domain::{Address, ClientKey, Contact, ContactRole, Language, Register, Scope, fold};

const COLUMNS: &[Column] = &[
    required("country"),
    required("client_code"),
    required("email"),
    optional("name"),
    optional("language"),
    optional("role"),
];
const COUNTRY: usize = 0;
const CLIENT_CODE: usize = 1;
const EMAIL: usize = 2;
const NAME: usize = 3;
const LANGUAGE: usize = 4;
const ROLE: usize = 5;

/// The contacts, row by row.
pub(super) struct Contacts {
    source: String,
}

impl Contacts {
    /// Of this source.
    pub(super) fn new(source: &str) -> Self {
        Self { source: source.to_owned() }
    }
}

impl Table for Contacts {
    const COLUMNS: &'static [Column] = COLUMNS;

    fn take(&mut self, row: &Row<'_>, register: &mut Register) {
        let mut flaws = row.flaws();
        if let Some(contact) = contact(row, &mut flaws) {
            register.contacts.push(contact);
        }
        if !flaws.is_empty() {
            register.bad_rows.push(flaws.into_bad_row(&self.source, row.line, None));
        }
    }
}

/// The row's contact; nothing only after a flaw. An unknown language is a flaw, and the contact stays.
fn contact(row: &Row<'_>, flaws: &mut Flaws) -> Option<Contact> {
    if !flaws.is_empty() {
        return None;
    }
    let country = row.needed(COUNTRY, flaws);
    let code = row.needed(CLIENT_CODE, flaws);
    let email = Address::parse(row.text(EMAIL));
    if email.is_none() {
        flaws.push("email", "it is no e-mail address (not shown here); write one address".into());
    }
    let role = match fold(row.text(ROLE)).as_str() {
        "" | "client" => Some(ContactRole::Client),
        "owner" => Some(ContactRole::Owner),
        _ => None,
    };
    if role.is_none() {
        flaws.push("role", format!("{} is no role; write client or owner", quoted(row.text(ROLE))));
    }
    let sound = flaws.is_empty();
    let written = row.text(LANGUAGE);
    let language = Language::parse(written);
    if language.is_none() && !written.is_empty() {
        let reason = "is no language of the mails, the country's is used, else English; write en, da, sv, nb or de";
        flaws.push("language", format!("{} {reason}", quoted(written)));
    }
    if !sound {
        return None;
    }
    let scope = match code {
        "*" => Scope::Country(fold(country).into()),
        _ => Scope::Client(ClientKey::new(country, code)),
    };
    Some(Contact { line: row.line, scope, email: email?, name: row.text(NAME).to_owned(), language, role: role? })
}
