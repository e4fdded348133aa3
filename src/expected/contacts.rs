//! The contacts register: who answers for which client.
//!
//! Invariant: a contact is set aside only where it cannot be known who he is, for whom, or in which role.

use std::io::Read;

use super::blocks::Blocks;
use super::csv::Sheet;
use super::faults::Fault;
use super::row::{Column, Flaws, Row, optional, quoted, required};
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

/// Adds the rows of a file to the register.
pub(super) fn read(file: &str, blocks: Blocks<impl Read>, register: &mut Register) -> Result<(), Vec<Fault>> {
    Sheet::open(file, blocks, COLUMNS)?.each(|row| {
        let mut flaws = row.flaws();
        if let Some(contact) = contact(&row, &mut flaws) {
            register.contacts.push(contact);
        }
        if !flaws.is_empty() {
            register.bad_rows.push(flaws.into_bad_row(file, row.line, None));
        }
    })
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
