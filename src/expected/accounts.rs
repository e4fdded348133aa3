//! The accounts register.
//!
//! Invariant: rows of one client, of one name and parent code, share one [`Client`], which is called as the client's first
//! row calls it. A client is compared without case, so it has one writing wherever it is told of.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::column::{Column, Holds, optional, required};
use super::row::{Row, cut, quoted};
use super::table::Table;
use crate::domain::{
    AccountId, Address, BadAccount, BadRowCause, BusinessCenterId, Client, ClientKey, ExpectedAccount, Register,
    RegisterFacts, RegisterState, Registration, Texts,
};

pub(super) const COLUMNS: &[Column] = &[
    required("country"),
    required("client_code"),
    required("client_name"),
    required("account_id").holding(Holds::Id),
    optional("parent_code"),
    optional("account_name"),
    optional("business_center_id").holding(Holds::Id),
    optional("member"),
    optional("state"),
    optional("start_date").holding(Holds::Day),
    optional("end_date").holding(Holds::Day),
    optional("added_by"),
    optional("tags").holding(Holds::List),
];
const COUNTRY: usize = 0;
const CLIENT_CODE: usize = 1;
const CLIENT_NAME: usize = 2;
const ACCOUNT_ID: usize = 3;
const PARENT_CODE: usize = 4;
const ACCOUNT_NAME: usize = 5;
const BUSINESS_CENTER_ID: usize = 6;
const MEMBER: usize = 7;
const STATE: usize = 8;
const START_DATE: usize = 9;
const END_DATE: usize = 10;
const ADDED_BY: usize = 11;
const TAGS: usize = 12;

/// The accounts, row by row.
pub(super) struct Accounts {
    source: String,
    known: Known,
}

impl Accounts {
    /// Of this source; a row without a member of its own gets the default.
    pub(super) fn new(source: &str, default_member: &Address) -> Self {
        let known = Known {
            default_member: default_member.clone(),
            clients: HashMap::new(),
            first: HashMap::new(),
            members: HashMap::new(),
            key: String::new(),
            registration: None,
            facts: Arc::default(),
            words: [String::new(), String::new()],
            texts: Texts::default(),
        };
        Self { source: source.to_owned(), known }
    }
}

impl Table for Accounts {
    const COLUMNS: &'static [Column] = COLUMNS;

    fn take(&mut self, row: &Row<'_>, register: &mut Register) {
        register.account_rows += 1;
        let mut flaws = row.flaws();
        match self.known.account(row, &mut flaws) {
            Some(account) if flaws.is_empty() => register.accounts.push(account),
            _ => {
                let id = flaws.begins_with("account_id");
                let cause = if id { BadRowCause::MalformedId } else { BadRowCause::MalformedRow };
                let account = BadAccount {
                    cause,
                    country: cut(row.text(COUNTRY), 100),
                    client_code: cut(row.text(CLIENT_CODE), 100),
                    client_name: cut(row.text(CLIENT_NAME), 100),
                    account_id: cut(row.id(ACCOUNT_ID), 100),
                };
                register.bad_rows.push(flaws.into_bad_row(&self.source, row.line, Some(account)));
            }
        }
    }
}

/// What earlier rows have in common with this one.
struct Known {
    default_member: Address,
    /// As a row writes it.
    clients: HashMap<Box<str>, Arc<Client>>,
    /// That of each client's first row.
    first: HashMap<ClientKey, Arc<Client>>,
    members: HashMap<Box<str>, Address>,
    key: String,
    /// That of the row before, which is mostly this row's, too.
    registration: Option<Arc<Registration>>,
    facts: Arc<RegisterFacts>,
    /// Who added that row, and its tags: a laid text cannot be read yet.
    words: [String; 2],
    texts: Texts,
}

impl Known {
    /// The row's account; nothing only after a flaw.
    fn account(&mut self, row: &Row<'_>, flaws: &mut super::row::Flaws) -> Option<ExpectedAccount> {
        if !flaws.is_empty() {
            return None;
        }
        // First, because it says which kind of `invalid` the row is.
        let written = row.id(ACCOUNT_ID);
        let account_id = AccountId::parse(written)
            .map_err(|damage| flaws.push("account_id", format!("{} is no account id: {damage}", quoted(written))))
            .ok();
        let country = row.needed(COUNTRY, flaws);
        let code = row.needed(CLIENT_CODE, flaws);
        if code == "*" {
            flaws.push("client_code", "* stands for all clients in the contacts only; name the client".into());
        }
        let business_center = match row.id(BUSINESS_CENTER_ID) {
            "" => None,
            written => BusinessCenterId::parse(written)
                .map_err(|damage| {
                    let reason = format!("{} is no Business Center id: {damage}", quoted(written));
                    flaws.push("business_center_id", reason);
                })
                .ok(),
        };
        let member = self.member(row.text(MEMBER));
        if member.is_none() {
            flaws
                .push("member", "it is no e-mail address (not shown here); write the login that clients invite".into());
        }
        let state = state(row.text(STATE));
        if state.is_none() {
            let reason = format!("{} is no state; write onboarded or requested", quoted(row.text(STATE)));
            flaws.push("state", reason);
        }
        let (start, end) = (row.date(START_DATE, flaws), row.date(END_DATE, flaws));
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            flaws.push("end_date", format!("{end} is before the start date {start}; correct one of them"));
        }
        if !flaws.is_empty() {
            return None;
        }
        let client = self.client(country, code, row.text(CLIENT_NAME), row.text(PARENT_CODE));
        let facts = self.facts(state?, start, end, [row.text(ADDED_BY), row.text(TAGS)]);
        Some(ExpectedAccount {
            line: row.line,
            account_id: account_id?,
            account_name: self.texts.add(row.text(ACCOUNT_NAME)),
            registration: self.registration(Registration { client, business_center, member: member?, facts }),
        })
    }

    fn registration(&mut self, registration: Registration) -> Arc<Registration> {
        // Texts that were only laid all look empty: facts with two of them are the same only if they are one value.
        let same = |known: &Registration| {
            Arc::ptr_eq(&known.facts, &registration.facts)
                && Arc::ptr_eq(&known.client, &registration.client)
                && known.business_center == registration.business_center
                && known.member == registration.member
        };
        Arc::clone(match &mut self.registration {
            Some(known) if same(known) => known,
            known => known.insert(Arc::new(registration)),
        })
    }

    /// Accounts are mostly registered several at once, and differ in nothing else then.
    fn facts(
        &mut self,
        state: RegisterState,
        start: Option<NaiveDate>,
        end: Option<NaiveDate>,
        words: [&str; 2],
    ) -> Arc<RegisterFacts> {
        let known = (self.facts.state, self.facts.start, self.facts.end);
        if known != (state, start, end) || self.words != words {
            let [added_by, tags] = words.map(|word| self.texts.add(word));
            self.facts = Arc::new(RegisterFacts { state, start, end, added_by, tags });
            self.words = words.map(ToOwned::to_owned);
        }
        self.facts.clone()
    }

    fn client(&mut self, country: &str, code: &str, name: &str, parent_code: &str) -> Arc<Client> {
        self.key.clear();
        for part in [country, code, name, parent_code] {
            self.key.push_str(part);
            self.key.push('\0');
        }
        if let Some(client) = self.clients.get(self.key.as_str()) {
            return client.clone();
        }
        let (key, written) = (ClientKey::new(country, code), self.key.as_str().into());
        let client = match self.first.get(&key).map(Arc::clone) {
            Some(first) if (first.country.as_str(), first.code.as_str()) != (country, code) => {
                self.client(&first.country, &first.code, name, parent_code)
            }
            first => {
                let client = Arc::new(Client {
                    key: key.clone(),
                    country: country.to_owned(),
                    code: code.to_owned(),
                    name: name.to_owned(),
                    parent_code: parent_code.to_owned(),
                });
                if first.is_none() {
                    self.first.insert(key, client.clone());
                }
                client
            }
        };
        self.clients.insert(written, client.clone());
        client
    }

    fn member(&mut self, written: &str) -> Option<Address> {
        if written.is_empty() {
            return Some(self.default_member.clone());
        }
        if let Some(member) = self.members.get(written) {
            return Some(member.clone());
        }
        let member = Address::parse(written)?;
        self.members.insert(written.into(), member.clone());
        Some(member)
    }
}

fn state(written: &str) -> Option<RegisterState> {
    if written.is_empty() {
        return Some(RegisterState::default());
    }
    [RegisterState::Onboarded, RegisterState::Requested].into_iter().find(|s| written.eq_ignore_ascii_case(s.as_str()))
}
