//! `diff.csv` and `accounts.csv`.
//!
//! Invariant: no cell can run as a formula in a spreadsheet, and the same findings give the same bytes whatever order
//! they come in.

use std::io::Write;

use super::columns::COLUMNS;
use crate::domain::{Change, Finding, Status, harmless_cell};

/// Writes the findings as CSV: UTF-8, LF, RFC 4180, in the order given.
///
/// # Errors
/// Those of what is written to.
pub fn csv<'a>(findings: impl IntoIterator<Item = &'a Finding>, to: impl Write) -> std::io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(to);
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for finding in findings {
        // All cells: numbers of the program's own never begin like a formula, and a text in the id's column that is no id is
        // as foreign as any other.
        for column in &COLUMNS {
            writer.write_field(harmless_cell((column.cell)(finding).into_text()).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

/// The findings by country, client code and account id, rows without a client last; equal ones stay as they come.
#[must_use]
pub fn sorted(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| {
        let by_client = match (client(a), client(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            // None last.
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_client.then_with(|| a.account_text.cmp(&b.account_text))
    });
    sorted
}

fn client(finding: &Finding) -> Option<(&str, &str)> {
    finding.client.as_deref().map(|client| (client.country.as_str(), client.code.as_str()))
}

/// Whether the row was judged tonight: not one that is in the report only to say that it is no gap any more.
#[must_use]
pub fn is_judged(finding: &Finding) -> bool {
    finding.change != Some(Change::Withdrawn)
        && !(finding.status == Status::Unexpected && finding.change == Some(Change::Resolved))
}
