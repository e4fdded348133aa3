//! The list that goes with a mail of many accounts, for a person (`accounts.xlsx`) and for a program (`accounts.csv`).
//!
//! Invariant: both hold every account that the letter asks for or that its reader owns, ids digit by digit, and no cell
//! is a formula.

use chrono::{DateTime, FixedOffset};
use fluent_bundle::{FluentArgs, FluentValue};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, IgnoreError, Workbook, XlsxError};

use super::clean;
use super::letter::word;
use super::texts::{Form, Texts};
use crate::domain::{Ask, Letter, harmless_cell};

/// Longest cell in characters; a spreadsheet refuses more than 32,767.
const CELL: usize = 30_000;

/// Narrowest and widest column in characters.
const WIDTHS: (usize, usize) = (10, 60);

const COLUMNS: [&str; 8] = [
    "country",
    "client_code",
    "client_name",
    "account_id",
    "account_name",
    "business_center_ids",
    "our_login",
    "to_do",
];

/// What only the owner is told.
const OWNER_COLUMNS: [&str; 5] = ["open_since", "days_open", "mails", "last_mailed_on", "asked"];

/// Header and rows, all of the same length.
pub(super) struct List(Vec<Vec<String>>);

impl List {
    /// All accounts of the letter, with what is to be done for each.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn new(letter: &Letter, texts: &Texts) -> Result<Self, String> {
        let one = FluentArgs::from_iter([("accounts", FluentValue::from(1))]);
        let to_do = |ask: &Ask| texts.say(letter.language, Form::Plain, &format!("todo-{}", word(ask)), &one);
        let mut columns = COLUMNS.map(str::to_owned).to_vec();
        if !letter.owned.is_empty() {
            columns.extend(OWNER_COLUMNS.map(str::to_owned));
        }
        let width = columns.len();
        let mut rows = vec![columns];
        for client in &letter.clients {
            for group in &client.groups {
                let to_do = to_do(&group.ask)?;
                let places = joined(group.business_centers.iter().map(|(id, _)| id.to_string()));
                for account in &group.accounts {
                    let mut row = vec![
                        clean::name(&client.country),
                        clean::name(&client.code),
                        clean::name(&client.name),
                        account.account_id.to_string(),
                        clean::name(&account.name),
                        places.clone(),
                        group.member.as_str().to_owned(),
                        to_do.clone(),
                    ];
                    row.resize(width, String::new());
                    rows.push(row);
                }
            }
        }
        for owned in &letter.owned {
            let account = &owned.account;
            rows.push(vec![
                clean::name(&account.country),
                clean::name(&account.code),
                clean::name(&account.client_name),
                account.account_id.to_string(),
                clean::name(&account.account_name),
                String::new(),
                owned.member.as_str().to_owned(),
                to_do(&owned.ask)?,
                owned.since.to_string(),
                owned.days_open.to_string(),
                owned.mails.to_string(),
                owned.last_mailed_on.to_string(),
                joined(owned.asked.iter().map(|address| address.as_str().to_owned())),
            ]);
        }
        Ok(Self(rows))
    }

    /// As CSV.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub(super) fn csv(&self) -> Result<Vec<u8>, String> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        for row in &self.0 {
            csv.write_record(row.iter().map(|cell| harmless_cell(cell.into()).into_owned()))
                .map_err(|e| e.to_string())?;
        }
        csv.into_inner().map_err(|e| e.to_string())
    }

    /// As a workbook, created at `date`: every cell is text, so that no id is rounded.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub(super) fn xlsx(&self, date: DateTime<FixedOffset>) -> Result<Vec<u8>, String> {
        self.workbook(date).map_err(|error| format!("accounts.xlsx: {error}"))
    }

    fn workbook(&self, date: DateTime<FixedOffset>) -> Result<Vec<u8>, XlsxError> {
        let text = Format::new().set_num_format("@").set_align(FormatAlign::Top);
        let header = Format::new().set_num_format("@").set_bold();
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_timestamp(date.timestamp())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let sheet = workbook.add_worksheet();
        let mut widths = Vec::new();
        for (row, cells) in (0..).zip(&self.0) {
            widths.resize(cells.len(), WIDTHS.0);
            for ((column, cell), width) in (0..).zip(cells).zip(&mut widths) {
                sheet.write_string_with_format(row, column, cell, if row == 0 { &header } else { &text })?;
                *width = (cell.chars().count() + 3).clamp(*width, WIDTHS.1.max(*width));
            }
        }
        for (column, width) in (0..).zip(&widths) {
            sheet.set_column_width(column, u32::try_from(*width).unwrap_or_default())?;
        }
        if let (Ok(rows), Ok(columns)) = (u32::try_from(self.0.len()), u16::try_from(widths.len())) {
            let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
            sheet.autofilter(0, 0, last_row, last_column)?;
            sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        workbook.save_to_buffer()
    }
}

/// Several in one cell.
fn joined(parts: impl Iterator<Item = String>) -> String {
    clean::line(&parts.collect::<Vec<_>>().join(" "), CELL)
}
