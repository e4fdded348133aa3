//! The exceptions: gaps that are known and not mailed for a while.
//!
//! Invariant: an exception covers one thing, for a reason, to a day.

use super::column::{Column, Holds, optional, required};
use super::row::{Flaws, Row, quoted};
use super::table::Table;
use crate::domain::{AccountId, BusinessCenterId, ClientKey, Excepted, Exception, Register};

const COLUMNS: &[Column] = &[
    optional("country"),
    optional("client_code"),
    optional("account_id").holding(Holds::Id),
    optional("business_center_id").holding(Holds::Id),
    required("reason"),
    required("until").holding(Holds::Day),
];
const COUNTRY: usize = 0;
const CLIENT_CODE: usize = 1;
const ACCOUNT_ID: usize = 2;
const BUSINESS_CENTER_ID: usize = 3;
const REASON: usize = 4;
const UNTIL: usize = 5;

/// The exceptions, row by row.
pub(super) struct Exceptions {
    source: String,
}

impl Exceptions {
    /// Of this source.
    pub(super) fn new(source: &str) -> Self {
        Self { source: source.to_owned() }
    }
}

impl Table for Exceptions {
    const COLUMNS: &'static [Column] = COLUMNS;

    fn take(&mut self, row: &Row<'_>, register: &mut Register) {
        let mut flaws = row.flaws();
        match exception(row, &mut flaws) {
            Some(exception) if flaws.is_empty() => register.exceptions.push(exception),
            _ => register.bad_rows.push(flaws.into_bad_row(&self.source, row.line, None)),
        }
    }
}

/// The row's exception; nothing only after a flaw.
fn exception(row: &Row<'_>, flaws: &mut Flaws) -> Option<Exception> {
    if !flaws.is_empty() {
        return None;
    }
    let what = excepted(row, flaws);
    let reason = row.needed(REASON, flaws);
    let until = match row.needed(UNTIL, flaws) {
        "" => None,
        _ => row.date(UNTIL, flaws),
    };
    Some(Exception { line: row.line, what: what?, reason: reason.to_owned(), until: until? })
}

fn excepted(row: &Row<'_>, flaws: &mut Flaws) -> Option<Excepted> {
    let (country, code) = (row.text(COUNTRY), row.text(CLIENT_CODE));
    let (account, business_center) = (row.id(ACCOUNT_ID), row.id(BUSINESS_CENTER_ID));
    match (country, code, account, business_center) {
        (_, "*", "", "") => {
            flaws.push("client_code", "* stands for all clients in the contacts only; name the client".into());
            None
        }
        (country, code, "", "") if !country.is_empty() && !code.is_empty() => {
            Some(Excepted::Client(ClientKey::new(country, code)))
        }
        ("", "", written, "") if !written.is_empty() => AccountId::parse(written)
            .map_err(|damage| flaws.push("account_id", format!("{} is no account id: {damage}", quoted(written))))
            .map(Excepted::Account)
            .ok(),
        ("", "", "", written) if !written.is_empty() => BusinessCenterId::parse(written)
            .map_err(|damage| {
                flaws.push("business_center_id", format!("{} is no Business Center id: {damage}", quoted(written)));
            })
            .map(Excepted::BusinessCenter)
            .ok(),
        _ => {
            let remedy = "write exactly one of: country with client_code, account_id, business_center_id";
            flaws.push("row", format!("it does not say what is excepted; {remedy}"));
            None
        }
    }
}
