//! Text in a cell of a spreadsheet.

use std::borrow::Cow;

/// Puts a `'` before a text that a spreadsheet would run as a formula. To be used for CSV, where no cell can say that it
/// is text.
#[must_use]
pub fn harmless_cell(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}").into() } else { text }
}
