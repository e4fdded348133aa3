//! A draft of the accounts register, in the words that its readers understand.
//!
//! Invariant: what is written here and filled in is read back with the same ids, clients, members and days. Names come
//! from TikTok and a person opens the draft in a spreadsheet: in CSV, one that would run there as a formula gets a
//! leading `'`.

use chrono::NaiveDate;

use super::accounts::COLUMNS;
use crate::domain::{Client, DraftRow, harmless_cell};

/// The draft as CSV: UTF-8, comma, LF.
///
/// # Errors
/// None that memory has not.
pub fn draft(rows: &[DraftRow]) -> std::io::Result<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(cells(row).map(|cell| harmless_cell(cell.into()).into_owned()))?;
    }
    writer.into_inner().map_err(::csv::IntoInnerError::into_error)
}

/// The draft as JSON: a list of objects with the columns as keys.
#[must_use]
pub fn draft_json(rows: &[DraftRow]) -> serde_json::Value {
    let object = |row| COLUMNS.iter().map(|column| column.name.to_owned()).zip(cells(row).map(Into::into)).collect();
    rows.iter().map(|row| serde_json::Value::Object(object(row))).collect()
}

/// A row's cells, as `COLUMNS` has them.
fn cells(row: &DraftRow) -> [String; 13] {
    let client =
        |part: fn(&Client) -> &String| row.client.as_deref().map_or_else(String::new, |client| part(client).clone());
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    let facts = row.facts.as_deref();
    [
        client(|client| &client.country),
        client(|client| &client.code),
        client(|client| &client.name),
        row.account_id.to_string(),
        client(|client| &client.parent_code),
        row.account_name.to_string(),
        row.business_center.to_string(),
        row.member.as_str().to_owned(),
        facts.map_or("", |facts| facts.state.as_str()).to_owned(),
        day(facts.and_then(|facts| facts.start)),
        day(facts.and_then(|facts| facts.end)),
        facts.map_or_else(String::new, |facts| facts.added_by.to_string()),
        facts.map_or_else(String::new, |facts| facts.tags.to_string()),
    ]
}
