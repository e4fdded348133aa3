//! Who answers for which client.
//!
//! Invariant: a person is found for a client's gap only through a row of the contacts register about that client or
//! its country, and never while the server refuses his address.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::past::Past;
use crate::domain::{Address, ClientKey, Contact, ContactRole, Language, Scope};
use crate::judge::Scene;

/// The contacts register, by client, by country and by address.
pub(super) struct AddressBook<'a> {
    today: NaiveDate,
    by_client: HashMap<(&'a ClientKey, ContactRole), Vec<&'a Contact>>,
    by_country: HashMap<(&'a Arc<str>, ContactRole), Vec<&'a Contact>>,
    rows: HashMap<&'a Address, Vec<&'a Contact>>,
}

/// Who is to be told of a gap.
pub(super) enum Persons<'a> {
    /// They, in this role.
    Found(Vec<&'a Contact>, ContactRole),
    AllSuppressed,
    Nobody,
}

impl<'a> AddressBook<'a> {
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let mut book =
            Self { today: scene.today, by_client: HashMap::new(), by_country: HashMap::new(), rows: HashMap::new() };
        for contact in &scene.register.contacts {
            match &contact.scope {
                Scope::Client(key) => book.by_client.entry((key, contact.role)).or_default().push(contact),
                Scope::Country(country) => book.by_country.entry((country, contact.role)).or_default().push(contact),
            }
            book.rows.entry(&contact.email).or_default().push(contact);
        }
        book
    }

    /// The client's contacts, else the country's, else the owner; addresses that the server refuses are passed over.
    pub(super) fn persons(&self, past: &Past<'_>, client: &ClientKey) -> Persons<'a> {
        let mut suppressed = false;
        for role in [ContactRole::Client, ContactRole::Owner] {
            let all = self.rows_of(client, role);
            let persons = self.reachable(past, all);
            suppressed |= persons.is_empty() && !all.is_empty();
            if !persons.is_empty() {
                return Persons::Found(persons, role);
            }
        }
        if suppressed { Persons::AllSuppressed } else { Persons::Nobody }
    }

    /// The agency's persons for the client.
    pub(super) fn owners(&self, past: &Past<'_>, client: &ClientKey) -> Vec<&'a Contact> {
        self.reachable(past, self.rows_of(client, ContactRole::Owner))
    }

    /// Whether a person answers for a client, in whatever role.
    pub(super) fn answers(&self, person: &Address, client: &ClientKey) -> bool {
        [ContactRole::Client, ContactRole::Owner]
            .into_iter()
            .any(|role| self.rows_of(client, role).iter().any(|contact| contact.email == *person))
    }

    /// The person's first row; none if he is in the register no more.
    pub(super) fn row(&self, person: &Address) -> Option<&'a Contact> {
        self.rows.get(person)?.first().copied()
    }

    /// Whether the server refuses the person's address.
    pub(super) fn is_suppressed(&self, past: &Past<'_>, person: &Address) -> bool {
        past.is_suppressed(person, &self.fingerprint(person), self.today)
    }

    /// The person's rows as 16 digits that change when one of them does. The store keeps them: what they are made of must
    /// not change from one version of the program to the next.
    pub(super) fn fingerprint(&self, person: &Address) -> String {
        let rows: BTreeSet<[&str; 5]> = self.rows.get(person).into_iter().flatten().map(|row| fields(row)).collect();
        let mut sha = Sha256::new();
        for field in rows.iter().flatten() {
            sha.update(field.as_bytes());
            sha.update([0]);
        }
        sha.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn rows_of<'s>(&'s self, client: &'s ClientKey, role: ContactRole) -> &'s [&'a Contact] {
        self.by_client
            .get(&(client, role))
            .or_else(|| self.by_country.get(&(&client.country, role)))
            .map_or(&[][..], Vec::as_slice)
    }

    /// Each person once, without those whom the server refuses.
    fn reachable(&self, past: &Past<'_>, rows: &[&'a Contact]) -> Vec<&'a Contact> {
        let mut persons: Vec<&'a Contact> = Vec::new();
        for contact in rows {
            if !persons.iter().any(|known| known.email == contact.email) && !self.is_suppressed(past, &contact.email) {
                persons.push(contact);
            }
        }
        persons
    }
}

/// What a row says of its person, in the register's words.
fn fields(row: &Contact) -> [&str; 5] {
    let (country, code) = match &row.scope {
        Scope::Client(key) => (&*key.country, &*key.code),
        Scope::Country(country) => (&**country, "*"),
    };
    let role = match row.role {
        ContactRole::Client => "client",
        ContactRole::Owner => "owner",
    };
    [country, code, role, &row.name, row.language.map_or("", Language::code)]
}
