//! `history`: past runs, newest first, as the store remembers them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Value, json};

use super::screen::{self, RED, YELLOW};
use super::table::{Side, aligned};
use super::{Situation, refuse};
use crate::cli::Output;
use crate::domain::{Exit, Status};
use crate::store::{Error, RunRow, Store};

pub(super) async fn history(situation: &Situation, limit: u32, output: Output) -> Exit {
    let runs = match situation.store().await {
        Ok(Some(store)) => {
            let runs = told(&store, limit).await;
            store.close().await;
            runs
        }
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let runs = match runs {
        Ok(runs) => runs,
        Err(error) => return refuse(Exit::NotWritten, &error),
    };
    match output {
        Output::Text => screen::print(&text(&runs, situation.config.zone(), screen::shows_colour()), Exit::Done),
        Output::Json => {
            screen::print_json(&json!({ "runs": runs.iter().map(Told::json).collect::<Vec<_>>() }), Exit::Done)
        }
    }
}

async fn told(store: &Store, limit: u32) -> Result<Vec<Told>, Error> {
    let mut told = Vec::new();
    for run in store.runs(limit).await? {
        let summary = store.summary(run.seq).await?;
        told.push(Told::new(run, summary.as_deref()));
    }
    Ok(told)
}

/// A run, and what its summary says; null where it left none.
pub(super) struct Told {
    run: RunRow,
    summary: Said,
}

/// What is told of a summary: all but its lists of what was bad or not read, which can be long.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    counts: Value,
    changes: Value,
    guards: Value,
    mails: Value,
}

impl Told {
    pub(super) fn new(run: RunRow, summary: Option<&str>) -> Self {
        let summary = summary.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { run, summary }
    }

    /// Judged rows of a status; none if the run did not come so far.
    fn of(&self, status: Status) -> Option<u64> {
        let causes = match self.summary.counts.as_object()?.get(status.as_str()) {
            Some(causes) => causes.as_object()?,
            None => return Some(0),
        };
        Some(causes.values().filter_map(Value::as_u64).sum())
    }

    pub(super) fn run_id(&self) -> &str {
        &self.run.run_id
    }

    pub(super) fn day(&self) -> NaiveDate {
        self.run.day
    }

    pub(super) fn has_ended(&self) -> bool {
        self.run.ended_at.is_some()
    }

    pub(super) fn is_released(&self) -> bool {
        self.run.released_at.is_some()
    }

    /// Its moment in the configured zone.
    pub(super) fn when(&self, zone: Tz) -> String {
        self.run.now.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
    }

    /// The guards that held.
    pub(super) fn guards(&self) -> Vec<&str> {
        let guards = self.summary.guards.as_array();
        guards.into_iter().flatten().filter_map(|guard| guard["name"].as_str()).collect()
    }

    /// The object of the run; keys are stable.
    pub(super) fn json(&self) -> Value {
        let run = &self.run;
        let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let counts: serde_json::Map<String, Value> = Status::ALL
            .iter()
            .filter_map(|status| Some((status.as_str().to_owned(), self.of(*status)?.into())))
            .collect();
        json!({
            "run_id": run.run_id,
            "command": run.command,
            "now": moment(run.now),
            "day": run.day,
            "ended_at": run.ended_at.map(moment),
            "exit_code": run.exit_code,
            "exit_codes": run.exit_codes,
            "complete": run.complete,
            "held": run.held,
            "released_at": run.released_at.map(moment),
            "guards": self.guards(),
            "register_rows": run.register_rows,
            "judged": run.judged,
            "counts": counts,
            "changes": self.summary.changes,
            "mails": self.summary.mails,
        })
    }

    /// What a person should know besides the numbers.
    pub(super) fn remarks(&self) -> String {
        let run = &self.run;
        let mut remarks = Vec::new();
        if run.command != "run" {
            remarks.push(run.command.clone());
        }
        if run.ended_at.is_none() {
            remarks.push("under way, or killed".to_owned());
        } else if !run.complete {
            remarks.push("not read completely".to_owned());
        }
        match (run.held, run.released_at) {
            (true, None) => remarks.push(self.hold()),
            (true, Some(_)) => remarks.push(format!("{}, released", self.hold())),
            (false, _) => {}
        }
        remarks.join("; ")
    }

    /// What held; no guard did where a part was released and the rest stays held.
    fn hold(&self) -> String {
        let guards = self.guards().join(", ");
        if guards.is_empty() { "held in part".to_owned() } else { format!("held by {guards}") }
    }

    fn cells(&self, zone: Tz) -> [String; 8] {
        let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |number| number.to_string());
        let gaps = Status::ALL.iter().filter(|status| status.is_gap()).map(|status| self.of(*status)).sum();
        [
            self.when(zone),
            self.run.exit_code.map_or_else(|| "–".to_owned(), |code| code.to_string()),
            number(self.of(Status::Ok)),
            number(gaps),
            number(self.summary.changes["new"].as_u64()),
            number(self.summary.changes["resolved"].as_u64()),
            number(self.summary.mails["sent"].as_u64()),
            self.run.run_id.clone(),
        ]
    }
}

fn text(runs: &[Told], zone: Tz, colour: bool) -> String {
    if runs.is_empty() {
        return "No run is stored yet.\n".to_owned();
    }
    let (left, right) = (Side::Left, Side::Right);
    let heads = [
        ("when", left),
        ("code", right),
        ("ok", right),
        ("gaps", right),
        ("new", right),
        ("mended", right),
        ("mails", right),
        ("run", left),
    ];
    let rows: Vec<[String; 8]> = runs.iter().map(|told| told.cells(zone)).collect();
    let (head, lines) = aligned(heads, &rows);
    let mut text = format!("{head}\n");
    for (told, mut line) in runs.iter().zip(lines) {
        let remarks = told.remarks();
        if !remarks.is_empty() {
            // Below the line, which is as wide as a small terminal.
            line.push_str(&format!("\n{}{remarks}", " ".repeat(18)));
        }
        text.push_str(&match told.run.exit_code {
            Some(0) => line,
            _ if told.run.held && !told.is_released() => screen::paint(line, RED, colour),
            _ => screen::paint(line, YELLOW, colour),
        });
        text.push('\n');
    }
    text
}
