//! Who answers for which client.
//!
//! Invariant: a person is found for a client's gap only through a row of the contacts register about that client or
//! its country, and never while the server refuses his address.

use std::collections::HashMap;
use std::sync::Arc;

use super::past::Past;
use crate::domain::{ClientKey, Contact, ContactRole, Finding, Scope};
use crate::judge::Scene;

/// The contacts register, by client and by country.
pub(super) struct AddressBook<'a> {
    by_client: HashMap<(&'a ClientKey, ContactRole), Vec<&'a Contact>>,
    by_country: HashMap<(&'a Arc<str>, ContactRole), Vec<&'a Contact>>,
}

/// Who is to be told of a gap.
pub(super) enum Persons<'a> {
    Found(Vec<&'a Contact>),
    AllSuppressed,
    Nobody,
}

impl<'a> AddressBook<'a> {
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let mut book = Self { by_client: HashMap::new(), by_country: HashMap::new() };
        for contact in &scene.register.contacts {
            match &contact.scope {
                Scope::Client(key) => book.by_client.entry((key, contact.role)).or_default().push(contact),
                Scope::Country(country) => book.by_country.entry((country, contact.role)).or_default().push(contact),
            }
        }
        book
    }

    /// The client's contacts, else the country's, else the owner; addresses that the server refuses are passed over.
    pub(super) fn persons(&self, past: &Past<'_>, finding: &Finding) -> Persons<'a> {
        let Some(client) = &finding.client else { return Persons::Nobody };
        let mut suppressed = false;
        for role in [ContactRole::Client, ContactRole::Owner] {
            let all = self
                .by_client
                .get(&(&client.key, role))
                .or_else(|| self.by_country.get(&(&client.key.country, role)))
                .map_or(&[][..], Vec::as_slice);
            let mut persons: Vec<&'a Contact> = Vec::new();
            for contact in all {
                if past.is_suppressed(&contact.email) {
                    suppressed = true;
                } else if !persons.iter().any(|known| known.email == contact.email) {
                    persons.push(contact);
                }
            }
            if !persons.is_empty() {
                return Persons::Found(persons);
            }
        }
        if suppressed { Persons::AllSuppressed } else { Persons::Nobody }
    }
}
