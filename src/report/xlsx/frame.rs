//! The workbook without the rows of its tables: sheets, formats, widths, filters, colours.
//!
//! Invariant: it is dated by the run, never by the clock; colours only repeat what a word in the cell says.

use chrono::{DateTime, NaiveTime};
use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::row::LINE;
use super::{Table, summary};
use crate::domain::Status;
use crate::report::Report;
use crate::report::columns::{COLUMNS, Values};

/// Columns that stay when the others are scrolled: change, status and cause. As far as the account id they would fill
/// the screen of a laptop.
const FROZEN: u16 = 3;

/// Characters that the button of a filter covers.
const FILTER: usize = 3;

/// Background and ink of a status.
fn colours(status: Status) -> (u32, u32) {
    match status {
        Status::Ok => (0xE2_F0_D9, 0x27_4E_13),
        Status::Missing => (0xF8_CB_C6, 0x7F_12_10),
        Status::WrongRole => (0xFF_E0_B0, 0x66_3C_00),
        Status::Unexpected => (0xD6_E6_F5, 0x0B_3A_63),
        Status::Unknown => (0xE4_E4_E4, 0x33_33_33),
        Status::Invalid => (0xE6_DC_F0, 0x45_20_68),
    }
}

/// The status as a format: background and ink.
pub(super) fn coloured(status: Status) -> Format {
    let (background, ink) = colours(status);
    Format::new().set_background_color(background).set_font_color(ink)
}

/// The heading of a table.
pub(super) fn header() -> Format {
    Format::new()
        .set_num_format("@")
        .set_bold()
        .set_font_color(0xFF_FF_FF)
        .set_background_color(0x2F_3B_4C)
        .set_align(FormatAlign::VerticalCenter)
        .set_border_bottom(FormatBorder::Thin)
}

/// Text that stays text, whatever it begins with.
pub(super) fn text() -> Format {
    Format::new().set_num_format("@").set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_text_wrap()
}

/// A count.
pub(super) fn number() -> Format {
    Format::new().set_num_format("0").set_align(FormatAlign::Top).set_align(FormatAlign::Right).set_indent(1)
}

fn day() -> Format {
    Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top).set_align(FormatAlign::Left)
}

/// The workbook with a pattern row at the end of each table that has rows.
pub(super) fn workbook(report: &Report<'_>, tables: &[Table<'_>; 2]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The program's moment; a summary without one is dated by its day.
    let moment = DateTime::parse_from_rfc3339(&report.summary.now)
        .map_or_else(|_| report.day.and_time(NaiveTime::MIN).and_utc().timestamp(), |moment| moment.timestamp());
    let created = ExcelDateTime::from_timestamp(moment)?;
    let title = format!("TikTok access, {}", report.day);
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created).set_title(title));
    summary::write(workbook.add_worksheet(), report, tables)?;
    for table in tables {
        lay_out(workbook.add_worksheet(), table)?;
    }
    workbook.save_to_buffer()
}

fn lay_out(sheet: &mut Worksheet, table: &Table<'_>) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    let last = u32::try_from(table.shown).unwrap_or(u32::MAX);
    let columns = (0_u16..).zip(&COLUMNS);
    for (place, column) in columns.clone() {
        sheet.write_string_with_format(0, place, column.name, &header())?;
        let heading = u8::try_from(column.name.len() + FILTER).unwrap_or(u8::MAX);
        sheet.set_column_width(place, column.width.max(heading))?;
        if last > 0 {
            let format = match column.values {
                Values::Number => number(),
                Values::Day => day(),
                Values::Text | Values::Id | Values::Words(_) => text(),
            };
            sheet.write_blank(last, place, &format)?;
        }
    }
    let last_column = columns.last().map_or(0, |(place, _)| place);
    sheet.set_row_height(0, 2 * LINE)?;
    sheet.set_freeze_panes(1, FROZEN)?;
    sheet.autofilter(0, 0, last, last_column)?;
    sheet.set_landscape().set_repeat_rows(0, 0)?;
    if last > 0 {
        sheet.ignore_error_range(1, 0, last, last_column, IgnoreError::NumberStoredAsText)?;
        colour_statuses(sheet, last)?;
    }
    Ok(())
}

/// A rule for each status, whatever the number of rows.
fn colour_statuses(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let Some((column, _)) = (0_u16..).zip(&COLUMNS).find(|(_, column)| column.name == "status") else { return Ok(()) };
    for status in Status::ALL {
        let rule = ConditionalFormatCellRule::EqualTo(status.as_str());
        let format = ConditionalFormatCell::new().set_rule(rule).set_format(coloured(*status));
        sheet.add_conditional_format(1, column, last, column, &format)?;
    }
    Ok(())
}
