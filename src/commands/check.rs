//! `check`: is everything in place? One line each with its remedy, all faults at once.

mod contacts;

use tokio_util::sync::CancellationToken;

use super::{Situation, screen};
use crate::cli::Output;
use crate::config;
use crate::domain::Exit;
use crate::{expected, mail, report, store, tiktok};

/// One thing that was looked at.
struct Line {
    about: String,
    said: String,
    mark: Mark,
}

/// What it means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// In place.
    Well,
    /// To be known; stops nothing.
    Note,
    /// The code that a `run` in this state would end with.
    Fault(Exit),
}

pub(super) async fn check(situation: &Situation, output: Output) -> Exit {
    let config = &situation.config;
    let mut lines = vec![well("configuration", format!("{} is valid", config.path.display()))];
    lines.extend(registers(config, &situation.stop).await);
    lines.extend(tokens(config, situation.stop.clone()).await);
    lines.push(store(config).await);
    lines.push(reports(config, situation.stop.clone()));
    lines.extend(mails(config).await);
    let exit = lines.iter().filter_map(Line::exit).min().unwrap_or(Exit::Done);
    match output {
        Output::Text => screen::print(&text(&lines, exit), exit),
        Output::Json => screen::print_json(&json(&lines, exit), exit),
    }
}

impl Line {
    fn exit(&self) -> Option<Exit> {
        match self.mark {
            Mark::Fault(exit) => Some(exit),
            Mark::Well | Mark::Note => None,
        }
    }
}

fn well(about: &str, said: impl Into<String>) -> Line {
    Line { about: about.to_owned(), said: said.into(), mark: Mark::Well }
}

fn note(about: &str, said: impl Into<String>) -> Line {
    Line { about: about.to_owned(), said: said.into(), mark: Mark::Note }
}

fn fault(about: &str, said: impl Into<String>, exit: Exit) -> Line {
    Line { about: about.to_owned(), said: said.into(), mark: Mark::Fault(exit) }
}

async fn registers(config: &config::Config, stop: &CancellationToken) -> Vec<Line> {
    let Some(default) = config.rules.members.first() else { return Vec::new() };
    let reading = expected::read(&config.expected, default, config.zone());
    match stop.run_until_cancelled(reading).await.unwrap_or(Err(expected::Error::Stopped)) {
        Err(error) => vec![fault("registers", error.to_string(), Exit::Refused)],
        Ok(register) => {
            let mut lines = vec![well(
                "registers",
                format!("{} accounts, {} contacts", register.accounts.len(), register.contacts.len()),
            )];
            lines.extend(register.bad_rows.iter().map(|row| {
                // A bad row is reported every night and stops nothing.
                note("registers", format!("set aside: {} line {}, {}: {}", row.file, row.line, row.field, row.reason))
            }));
            let told = contacts::missing(&register).into_iter().chain(contacts::idle(&register));
            lines.extend(told.map(|said| note("contacts", said)));
            lines
        }
    }
}

async fn tokens(config: &config::Config, stop: CancellationToken) -> Vec<Line> {
    let reader = match tiktok::Reader::new(&config.tiktok, stop, std::sync::Arc::new(|_| ())) {
        Ok(reader) => reader,
        Err(error) => return vec![fault("token", error.to_string(), Exit::Refused)],
    };
    let mut lines = Vec::new();
    for probe in reader.probe().await {
        for finding in probe.findings {
            let about = format!("token of {}", probe.member.as_str());
            let of = |said: String| format!("{}: {said}", finding.about);
            lines.push(match finding.result {
                Ok(said) => well(&about, of(said)),
                Err(tiktok::ProbeFault::Refused(said)) => fault(&about, of(said), Exit::TokenRefused),
                Err(tiktok::ProbeFault::Unanswered(said)) => fault(&about, of(said), Exit::NotReadCompletely),
            });
        }
    }
    lines
}

async fn store(config: &config::Config) -> Line {
    match store::Store::open_read_only(&config.store.url).await {
        Ok(Some(store)) => match store.check().await {
            Ok(said) => well("store", said),
            Err(error) => fault("store", error.to_string(), Exit::NotWritten),
        },
        Ok(None) => match store::Store::can_be(&config.store.url) {
            Ok(()) => well("store", "there is none yet; the first run creates it"),
            Err(error) => fault("store", error.to_string(), Exit::NotWritten),
        },
        Err(error) => fault("store", error.to_string(), Exit::NotWritten),
    }
}

fn reports(config: &config::Config, stop: CancellationToken) -> Line {
    match report::Place::open(&config.report.dir) {
        Err(error) => fault("reports", error.to_string(), Exit::Refused),
        Ok(place) => match place.heeding(stop).check() {
            Ok(said) => well("reports", said),
            Err(error) => fault("reports", error, Exit::NotWritten),
        },
    }
}

async fn mails(config: &config::Config) -> Vec<Line> {
    let mut faults = mail::Writer::new(&config.mail).err().map_or_else(Vec::new, |faults| faults.0);
    faults.extend(mail::strays(&config.mail));
    let mut lines = vec![if faults.is_empty() {
        well("templates", "all texts and templates are whole")
    } else {
        fault("templates", mail::TemplateFaults(faults).to_string(), Exit::Refused)
    }];
    lines.push(match mail::Postman::new(&config.mail) {
        Err(error) => fault("mail", error.to_string(), Exit::Refused),
        Ok(postman) => {
            let result = postman.check().await;
            postman.close().await;
            match result {
                Ok(said) => well("mail", said),
                Err(said) => fault("mail", said, Exit::MailsNotAccepted),
            }
        }
    });
    lines
}

fn text(lines: &[Line], exit: Exit) -> String {
    let width = lines.iter().map(|line| line.about.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        let mark = match line.mark {
            Mark::Well => "ok   ",
            Mark::Note => "note ",
            Mark::Fault(_) => "FAULT",
        };
        let pad = " ".repeat(width - line.about.chars().count());
        let said = line.said.trim_end().replace('\n', &format!("\n{}", " ".repeat(width + 9)));
        text.push_str(&format!("{mark}  {}{pad}  {said}\n", line.about));
    }
    match lines.iter().filter(|line| line.exit().is_some()).count() {
        0 => text.push_str("Everything is in place.\n"),
        1 => text.push_str(&format!("1 fault. Exit code {}: {}\n", exit.code(), exit.meaning())),
        faults => text.push_str(&format!("{faults} faults. Exit code {}: {}\n", exit.code(), exit.meaning())),
    }
    text
}

fn json(lines: &[Line], exit: Exit) -> serde_json::Value {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| serde_json::json!({ "about": line.about, "ok": line.exit().is_none(), "said": line.said }))
        .collect();
    serde_json::json!({ "exit_code": exit.code(), "checks": lines })
}
