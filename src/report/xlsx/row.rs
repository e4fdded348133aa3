//! A finding as a row of a sheet.
//!
//! Invariant: a cell is a text, a count or a day, and what XML or a spreadsheet cannot carry leaves a visible mark.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::LONGEST_CELL;
use crate::domain::Finding;
use crate::report::cell::Cell;
use crate::report::columns::COLUMNS;

/// The end of a text that was longer.
const CUT: &str = " … (cut: longer than a cell)";

/// Height of a line in points.
pub(super) const LINE: u32 = 15;

/// Most lines that a row shows; the rest of a longer text is read in the cell, and no row pushes the others off the screen.
const MOST_LINES: usize = 6;

/// A sheet's XML around the place of its rows, and the format of each column.
pub(super) struct Hole<'x> {
    pub(super) before: &'x str,
    pub(super) after: &'x str,
    formats: Vec<&'x str>,
}

impl<'x> Hole<'x> {
    /// Finds the pattern, which is the sheet's last row: one empty cell in the format of each column.
    pub(super) fn find(xml: &'x str, rows: usize) -> Option<Self> {
        let begin = xml.find(&format!("<row r=\"{}\"", rows + 1))?;
        let end = begin + xml.get(begin..)?.find("</row>")? + "</row>".len();
        let formats: Vec<&str> =
            xml.get(begin..end)?.split("<c r=").skip(1).filter_map(|cell| cell.split('"').nth(3)).collect();
        (formats.len() == COLUMNS.len()).then_some(Self { before: xml.get(..begin)?, after: xml.get(end..)?, formats })
    }

    /// Adds a finding as the row of this number, counted from 1.
    pub(super) fn row(&self, number: u32, finding: &Finding, xml: &mut String) {
        let cells: Vec<Cell<'_>> = COLUMNS.iter().map(|column| held((column.cell)(finding))).collect();
        let lines = cells.iter().zip(&COLUMNS).map(|(cell, column)| match cell {
            Cell::Text(text) => lines(text, column.width),
            Cell::Number(_) | Cell::Day(_) => 1,
        });
        // Writing to a text cannot fail.
        let _ = write!(xml, r#"<row r="{number}" ht="{}" customHeight="1">"#, lines.max().unwrap_or(1) * LINE);
        for ((place, cell), format) in (0_u8..).zip(&cells).zip(&self.formats) {
            if *cell != Cell::EMPTY {
                xml.push_str("<c r=\"");
                push_letters(place, xml);
                let _ = write!(xml, r#"{number}" s="{format}""#);
                let _ = push_value(cell, xml);
            }
        }
        xml.push_str("</row>");
    }
}

/// Lines that a text takes in a column of so many digits, as far as a row shows them. Letters are narrower than digits.
pub(super) fn lines(text: &str, width: u8) -> u32 {
    let width = usize::from(width) * 9 / 8;
    if text.len() <= width && !text.contains('\n') {
        return 1;
    }
    let lines = text.split('\n').map(|line| line.chars().take(width * MOST_LINES).count().div_ceil(width).max(1));
    u32::try_from(lines.take(MOST_LINES).sum::<usize>().min(MOST_LINES)).unwrap_or(1)
}

/// The column's letters: `A`, …, `Z`, `AA`, …
fn push_letters(place: u8, xml: &mut String) {
    if let Some(first) = (place / 26).checked_sub(1) {
        xml.push(char::from(b'A' + first));
    }
    xml.push(char::from(b'A' + place % 26));
}

fn push_value(cell: &Cell<'_>, xml: &mut String) -> std::fmt::Result {
    match cell {
        Cell::Text(text) => {
            let blank = |letter: char| letter.is_ascii_whitespace();
            let keeps = if text.starts_with(blank) || text.ends_with(blank) { r#" xml:space="preserve""# } else { "" };
            let _ = write!(xml, r#" t="inlineStr"><is><t{keeps}>"#);
            push_escaped(text, xml);
            xml.push_str("</t></is></c>");
            Ok(())
        }
        Cell::Number(number) => write!(xml, "><v>{number}</v></c>"),
        Cell::Day(day) => write!(xml, "><v>{}</v></c>", serial(*day).unwrap_or_default()),
    }
}

/// The cell as a sheet can hold it.
fn held(cell: Cell<'_>) -> Cell<'_> {
    match cell {
        Cell::Text(text) => Cell::Text(fitting(text)),
        Cell::Day(day) if serial(day).is_none() => Cell::Text(day.to_string().into()),
        cell @ (Cell::Number(_) | Cell::Day(_)) => cell,
    }
}

/// The day as spreadsheets count it; none before March 1900, where they do not agree, and after 9999.
fn serial(day: NaiveDate) -> Option<i64> {
    let days = (day - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    (61..=2_958_465).contains(&days).then_some(days)
}

/// The text without what no cell can hold: line ends become line feeds, other control characters `�`, and a text that is
/// too long ends with a mark.
pub(super) fn fitting(text: Cow<'_, str>) -> Cow<'_, str> {
    let clean = if text.contains(is_foreign) {
        text.replace("\r\n", "\n").replace('\r', "\n").replace(is_foreign, "\u{fffd}").into()
    } else {
        text
    };
    cut(clean, LONGEST_CELL)
}

/// The text with at most so many UTF-16 units.
pub(super) fn cut(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest || text.encode_utf16().count() <= longest {
        return text;
    }
    let mut room = longest.saturating_sub(CUT.encode_utf16().count());
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= room;
        room = room.saturating_sub(letter.len_utf16());
        fits
    });
    let mut short: String = kept.collect();
    short.push_str(CUT);
    short.into()
}

/// What XML cannot carry, and carriage returns, which it turns into line feeds.
fn is_foreign(letter: char) -> bool {
    matches!(letter, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The text as XML. A spreadsheet takes `_x0041_` for an `A`, so that its underscore is written in this way itself.
fn push_escaped(text: &str, xml: &mut String) {
    let mut plain = 0;
    for (place, byte) in text.bytes().enumerate() {
        let instead = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'_' if is_escape(&text.as_bytes()[place..]) => "_x005F_",
            _ => continue,
        };
        xml.push_str(&text[plain..place]);
        xml.push_str(instead);
        plain = place + 1;
    }
    xml.push_str(&text[plain..]);
}

fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', digits @ ..] if digits.len() > 4 && digits[4] == b'_' && digits[..4].iter().all(u8::is_ascii_hexdigit))
}
