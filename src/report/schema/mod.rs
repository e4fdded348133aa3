//! The page for analysts, `README.md` beside this file: every file, column, key and word of the reports.
//!
//! Invariant: what it says of columns, words and exit codes is what the code says, and it names every key of
//! `summary.json`. It is made in tests alone, which compare it with the file.

mod keys;
mod tests;

use std::fmt::Write as _;

use super::columns::{COLUMNS, Values};
use super::xlsx::{LONGEST_CELL, LONGEST_SENTENCE, MOST_LINES, MOST_ROWS};
use crate::domain::{ActionOwner, Cause, Exit};

const FIRST: &str = "\
# The reports

Each run writes one folder, `<report.dir>/<run id>/`, whole or not at all. This page says what is in it.

<!-- Written by a test from the program's own texts. To renew it: RENEW_SCHEMA=1 cargo test --lib schema -->

**Run id**: `YYYYMMDDTHHMMSSZ-xxxx`, such as `20261123T043000Z-ab12`: the run's moment in UTC, and four digits made from
that moment and the registers. It names the folder, and stands in both JSON files, in the log and in the digest.

**Latest**: `<report.dir>/latest` is a symbolic link to the newest complete report of `run` (not of `plan` or `release`). In
an object store it is `latest.json` instead, with `run_id` and, seen from there, the path of its `manifest`. Where a
`manifest.json` is, the report is whole.

| file | for | what |
|---|---|---|
| `diff.csv` | programs | every row whose status is not ok or that somebody must act on, and what was mended or withdrawn tonight |
| `accounts.csv` | programs | every judged row, same columns |
| `report.xlsx` | people | a summary and both tables |
| `report.html` | people | one page for a browser: what changed, what is open by client and cause, who must act, the trend of 90 days |
| `summary.json` | programs | the night in numbers |
| `manifest.json` | programs | every other file with size and hash; written last |
| `mails/NNN.eml` | people | of `plan` only: the mails that a run would send |

The same input, answers of TikTok, stored state and moment give the same bytes.

## In a spreadsheet

Open `report.xlsx`. Its ids are text, its days are days, its counts are numbers; no cell is a formula.

**Do not double-click the CSV files.** A spreadsheet takes an account id for a number and rounds it after 15 digits:
`7106541027904733185` becomes `7.10654102790473E+18`, and its last digits are lost. Import them, and choose *text* for the
columns `account_id`, `business_center_id` and `suggested_account_id` (or for all).

CSV is UTF-8 without BOM, comma, LF, quoted as in RFC 4180, sorted by `country`, `client_code` and `account_id`, with
`unexpected` rows without a client last. A cell that begins with `=`, `+`, `-`, `@`, a tab or a line end has a `'` before it,
so that no spreadsheet runs it as a formula; programs take it away again. In `report.xlsx` there is none: it needs none.
";

/// The page as it should be.
fn page() -> String {
    let mut page = FIRST.to_owned();
    sheets(&mut page);
    columns(&mut page);
    words(&mut page);
    causes(&mut page);
    keys::section(&mut page, "summary.json", &keys::of_summary());
    exits(&mut page);
    keys::section(&mut page, "manifest.json", &keys::of_manifest());
    page
}

fn sheets(page: &mut String) {
    let text = format!(
        "
## `report.xlsx`

| sheet | what |
|---|---|
| `summary` | the verdict, the run with its exit codes, counts by status and cause with what each means (also the legend of the \
colours), changes, who must act, mails by outcome, guards, what could not be read, rows that were set aside, the columns |
| `diff`, `accounts` | the tables of the same names; filters on, header and the first three columns stay, the status is coloured |

A table shows its first {rows} rows and `summary` says how many more there are; the CSV holds all. In a cell, line ends are
LF, other control characters are `�`, a text of more than {cell} characters is cut with a mark, and a day before March
1900 is text. The lists of `summary` end after {lines} lines and its sentences after {sentence} characters, with a mark;
`summary.json` holds all.
",
        rows = thousands(MOST_ROWS),
        cell = thousands(LONGEST_CELL),
        lines = MOST_LINES,
        sentence = thousands(LONGEST_SENTENCE),
    );
    page.push_str(&text);
}

fn columns(page: &mut String) {
    page.push_str(
        "
## Columns

Of `diff.csv`, `accounts.csv` and the sheets of these names. Every cell but `status` and `cause` can be empty.

| column | holds | meaning |
|---|---|---|
",
    );
    for column in &COLUMNS {
        let holds = match column.values {
            Values::Text => "text".to_owned(),
            Values::Id => "id, 1 to 19 digits".to_owned(),
            Values::Number => "number".to_owned(),
            Values::Day => "day, `YYYY-MM-DD`".to_owned(),
            Values::Words(_) if column.name == "cause" => "a word, see [causes](#causes)".to_owned(),
            Values::Words(words) => words().iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        };
        row(page, &[&format!("`{}`", column.name), &holds, column.meaning]);
    }
}

fn words(page: &mut String) {
    page.push_str("\n## Words\n");
    for column in COLUMNS.iter().filter(|column| !matches!(column.name, "cause" | "actual_role")) {
        if let Values::Words(words) = column.values {
            let _ = write!(page, "\n| `{}` | meaning |\n|---|---|\n", column.name);
            for (word, meaning) in words() {
                row(page, &[&format!("`{word}`"), meaning]);
            }
        }
    }
}

fn causes(page: &mut String) {
    page.push_str(
        "
## Causes

Each cause has one status and one who must act. Where several would fit, the first that applies is taken, in an order
that believes what was seen before what was not, and a doubt before a gap.

| status | cause | must act | meaning |
|---|---|---|---|
",
    );
    for cause in Cause::ALL {
        let (status, owner) = (cause.status().as_str(), cause.action_owner().map_or("", ActionOwner::as_str));
        row(page, &[&format!("`{status}`"), &format!("`{}`", cause.as_str()), owner, cause.meaning()]);
    }
}

fn exits(page: &mut String) {
    page.push_str(
        "\n**Exit codes**, in the order in which one of several is given:\n\n| code | meaning |\n|---|---|\n",
    );
    for exit in Exit::ALL {
        row(page, &[&exit.code().to_string(), exit.meaning()]);
    }
}

/// A row of a table.
fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}
