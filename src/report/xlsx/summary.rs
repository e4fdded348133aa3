//! The first sheet: what sort of night it was, in numbers and sentences.
//!
//! Invariant: it says nothing that `summary.json` and the tables do not hold, and what it cuts it says.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::row::{LINE, cut, fitting, lines};
use super::{LONGEST_SENTENCE, MOST_LINES, Table, frame};
use crate::domain::{ActionOwner, Cause, Change, Exit, Status, Summary};
use crate::report::Report;
use crate::report::columns::{COLUMNS, Values};

/// Columns whose words are told in another place of the sheet.
const TOLD: [&str; 5] = ["change", "status", "cause", "action_owner", "actual_role"];

/// Widths of the columns in characters: two words, a number, one who acts, a sentence.
const WIDTHS: [u8; 5] = [28, 28, 10, 14, 112];
const NUMBER: u16 = 2;
const OWNER: u16 = 3;
const SENTENCE: u16 = 4;

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, report: &Report<'_>, tables: &[Table<'_>; 2]) -> Result<(), XlsxError> {
    sheet.set_name("summary")?;
    for (place, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(place, width)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_screen_gridlines(false);
    let summary = report.summary;
    let mut page = Page { sheet, row: 0 };
    page.title(report)?;
    page.run(report)?;
    page.tables(tables)?;
    page.statuses(summary)?;
    page.changes(summary)?;
    page.owners(summary)?;
    page.mails(summary)?;
    page.guards(summary)?;
    page.unread(summary)?;
    page.bad_rows(summary)?;
    page.columns()
}

/// The sheet, written from top to bottom.
struct Page<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
}

impl Page<'_> {
    fn title(&mut self, report: &Report<'_>) -> Result<(), XlsxError> {
        self.sheet.set_row_height(0, 28)?;
        self.plain(0, &format!("TikTok access, {}", report.day), &Format::new().set_bold().set_font_size(18))?;
        self.row += 1;
        self.plain(0, report.verdict, &Format::new().set_bold().set_font_size(13))?;
        self.row += 1;
        Ok(())
    }

    fn run(&mut self, report: &Report<'_>) -> Result<(), XlsxError> {
        let summary = report.summary;
        self.heading(["The run", "", "", "", ""])?;
        self.fact("Day", &report.day.to_string())?;
        self.fact("Run id", &summary.run_id)?;
        self.fact("Moment", &summary.now)?;
        self.fact("Command", &summary.command)?;
        let complete = match summary.complete {
            true => "yes: everything was read that no exception excuses",
            false => "no: what that leaves uncertain is unknown, and nobody is mailed for it",
        };
        self.fact("Complete", complete)?;
        let also = summary.exit_codes.iter().filter(|code| **code != summary.exit_code);
        for (label, code) in
            [("Exit code", &summary.exit_code)].into_iter().chain(also.map(|code| ("It also has", code)))
        {
            let meaning = Exit::of_code(*code).meaning();
            self.fact(label, &format!("{code}: {meaning}"))?;
        }
        Ok(())
    }

    fn tables(&mut self, tables: &[Table<'_>; 2]) -> Result<(), XlsxError> {
        let what = [
            "every row whose status is not ok or that somebody must act on, and what was mended or withdrawn tonight",
            "every judged row",
        ];
        self.heading(["Where the rows are", "", "Rows", "", "What"])?;
        for (table, what) in tables.iter().zip(what) {
            let said = match table.rows - table.shown {
                0 => format!("Also in {}.csv: {what}.", table.name),
                more => format!(
                    "The sheet shows the first {} rows, AND {more} MORE ARE NOT IN IT; {}.csv holds all: {what}.",
                    table.shown, table.name
                ),
            };
            self.line([&format!("Sheet {}", table.name), ""], Some(table.rows as u64), "", &said)?;
        }
        self.line(
            ["summary.json, manifest.json", ""],
            None,
            "",
            "For programs: this sheet in numbers; the files with size and SHA-256.",
        )
    }

    /// Counts of statuses and causes, which are the legend of the colours, too.
    fn statuses(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.heading(["Status", "Cause", "Rows", "Who must act", "What it means"])?;
        for status in Status::ALL {
            let format = frame::coloured(*status).set_num_format("@").set_bold();
            for place in 0..=SENTENCE {
                self.sheet.write_blank(self.row, place, &format)?;
            }
            self.plain(0, status.as_str(), &format)?;
            let count = format.clone().set_num_format("0").set_align(FormatAlign::Right).set_indent(1);
            self.sheet.write_number_with_format(self.row, NUMBER, number(summary.of(*status)), &count)?;
            self.plain(SENTENCE, status.meaning(), &format.set_text_wrap())?;
            self.row += 1;
            for cause in Cause::ALL.iter().filter(|cause| cause.status() == *status) {
                let rows = summary.counts.get(status.as_str()).and_then(|causes| causes.get(cause.as_str()));
                let owner = cause.action_owner().map_or("", ActionOwner::as_str);
                self.line(["", cause.as_str()], Some(rows.copied().unwrap_or(0)), owner, cause.meaning())?;
            }
        }
        Ok(())
    }

    fn changes(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.heading(["Change", "", "Rows", "", "Against the last certain night before today"])?;
        for change in Change::ALL {
            let counts = summary.changes;
            let rows = match change {
                Change::New => counts.new,
                Change::Open => counts.open,
                Change::Resolved => counts.resolved,
                Change::Withdrawn => counts.withdrawn,
            };
            self.line([change.as_str(), ""], Some(rows), "", change.meaning())?;
        }
        Ok(())
    }

    fn owners(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.heading(["Who must act", "", "Rows", "", "Who that is"])?;
        for owner in ActionOwner::ALL {
            let rows = Cause::ALL.iter().filter(|cause| cause.action_owner() == Some(*owner)).filter_map(|cause| {
                summary.counts.get(cause.status().as_str()).and_then(|causes| causes.get(cause.as_str()))
            });
            self.line([owner.as_str(), ""], Some(rows.sum()), "", owner.meaning())?;
        }
        Ok(())
    }

    fn mails(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.heading(["Mails", "", "Mails", "", "To persons, by outcome; without the operators' digest"])?;
        for (outcome, count, meaning) in summary.mails.outcomes() {
            self.line([outcome, ""], Some(count), "", meaning)?;
        }
        Ok(())
    }

    fn guards(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.list(["Guards that hold the mails", "", "", "", "Found and allowed"], &summary.guards, |page, guard| {
            let found = format!("{} found, {} allowed. {}", guard.value, guard.limit, guard.explanation);
            page.line([&guard.name, ""], None, "", found.trim_end())
        })
    }

    fn unread(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        let headings = ["What could not be read", "Business Center", "", "", "Why"];
        self.list(headings, &summary.unread, |page, unread| {
            page.line([&unread.member, &unread.business_center_id], None, "", &unread.reason)
        })
    }

    fn bad_rows(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        let headings = ["Rows that were set aside", "Column", "Line", "", "Why"];
        self.list(headings, &summary.bad_rows, |page, row| {
            page.line([&row.file, &row.field], Some(row.line), "", &row.reason)
        })
    }

    fn columns(&mut self) -> Result<(), XlsxError> {
        self.heading(["Columns of the tables", "", "", "", "What they say"])?;
        for column in &COLUMNS {
            self.line([column.name, ""], None, "", column.meaning)?;
            if let Values::Words(words) = column.values
                && !TOLD.contains(&column.name)
            {
                for (word, meaning) in words() {
                    self.line(["", word], None, "", meaning)?;
                }
            }
        }
        Ok(())
    }

    /// A section with a line for each of what happened.
    fn list<T>(
        &mut self,
        headings: [&str; 5],
        happened: &[T],
        mut line: impl FnMut(&mut Self, &T) -> Result<(), XlsxError>,
    ) -> Result<(), XlsxError> {
        self.heading(headings)?;
        if happened.is_empty() {
            return self.line(["none", ""], None, "", "");
        }
        for one in happened.iter().take(MOST_LINES) {
            line(self, one)?;
        }
        match happened.len().saturating_sub(MOST_LINES) {
            0 => Ok(()),
            more => {
                self.line(["…", ""], None, "", &format!("{more} more are not in this sheet; summary.json holds all."))
            }
        }
    }

    fn heading(&mut self, words: [&str; 5]) -> Result<(), XlsxError> {
        self.row += 1;
        for (place, word) in (0..).zip(words) {
            let format = match place {
                NUMBER => frame::header().set_align(FormatAlign::Right).set_indent(1),
                _ => frame::header(),
            };
            self.sheet.write_string_with_format(self.row, place, word, &format)?;
        }
        self.row += 1;
        Ok(())
    }

    /// A fact of the run; its text may run over the columns to its right.
    fn fact(&mut self, label: &str, fact: &str) -> Result<(), XlsxError> {
        self.plain(0, label, &frame::text())?;
        self.plain(1, fact, &Format::new().set_num_format("@"))?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, words: [&str; 2], count: Option<u64>, owner: &str, sentence: &str) -> Result<(), XlsxError> {
        let idle = count == Some(0);
        let format = |format: Format| if idle { format.set_font_color(0x80_80_80) } else { format };
        for (place, word) in (0..).zip(words) {
            self.plain(place, word, &format(frame::text()))?;
        }
        if let Some(count) = count {
            self.sheet.write_number_with_format(self.row, NUMBER, number(count), &format(frame::number()))?;
        }
        self.plain(OWNER, owner, &format(frame::text()))?;
        self.plain(SENTENCE, sentence, &format(frame::text()))?;
        let texts = words.into_iter().chain(["", owner, sentence]).zip(WIDTHS);
        let lines = texts.map(|(text, width)| lines(text, width)).max().unwrap_or(1);
        self.sheet.set_row_height(self.row, lines * LINE)?;
        self.row += 1;
        Ok(())
    }

    fn plain(&mut self, place: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        if !text.is_empty() {
            let text = cut(fitting(text.into()), LONGEST_SENTENCE);
            self.sheet.write_string_with_format(self.row, place, &*text, format)?;
        }
        Ok(())
    }
}

/// A count as a spreadsheet has it.
#[expect(clippy::cast_precision_loss, reason = "no count of a night reaches 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
