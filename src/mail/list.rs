//! The list that goes with a mail of many accounts.
//!
//! Invariant: it holds every account of the letter, and no cell is a formula.

use fluent_bundle::FluentArgs;

use super::clean;
use super::letter::word;
use super::texts::{Form, Texts};
use crate::domain::Letter;

/// All accounts of the letter as CSV, with what is to be done for each.
///
/// # Errors
/// The sentence that is missing, in words.
pub(super) fn list(letter: &Letter, texts: &Texts) -> Result<Vec<u8>, String> {
    let language = texts.nearest(letter.language);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = [
        "country",
        "client_code",
        "client_name",
        "account_id",
        "account_name",
        "business_center_ids",
        "member",
        "to_do",
    ];
    csv.write_record(header).map_err(|e| e.to_string())?;
    for client in &letter.clients {
        for group in &client.groups {
            let key = format!("todo-{}", word(&group.ask));
            let to_do = texts.say(language, Form::Plain, &key, &FluentArgs::new())?;
            let places: Vec<_> = group.business_centers.iter().map(|(id, _)| id.to_string()).collect();
            let places = places.join(" ");
            for account in &group.accounts {
                csv.write_record([
                    cell(&client.country),
                    cell(&client.code),
                    cell(&client.name),
                    account.account_id.to_string(),
                    cell(&account.name),
                    places.clone(),
                    group.member.as_str().to_owned(),
                    to_do.clone(),
                ])
                .map_err(|e| e.to_string())?;
            }
        }
    }
    csv.into_inner().map_err(|e| e.to_string())
}

/// A text cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = clean::name(text);
    if text.starts_with(['=', '+', '-', '@', '\'']) { format!("'{text}") } else { text }
}
