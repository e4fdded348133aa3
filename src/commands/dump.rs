//! `dump`: a draft of the accounts register, to standard output or whole into a file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Situation, progress, refuse, screen};
use crate::cli::Output;
use crate::domain::Exit;
use crate::{expected, job};

pub(super) async fn dump(situation: &Situation, out: Option<&Path>, output: Output) -> Exit {
    if let Some(out) = out.filter(|out| is_register(situation, out)) {
        let why = format!("{} is the accounts register itself; give the draft another name", out.display());
        return refuse(Exit::Refused, &why);
    }
    let (on_progress, bar) = progress();
    let dumped = job::dump(&situation.order(on_progress)).await;
    bar.clear();
    let dump = match dumped {
        Ok(dump) => dump,
        Err(refusal) => return refuse(refusal.exit, &refusal),
    };
    for unread in &dump.unread {
        screen::complain(&format!("NOT READ {unread}"));
    }
    if dump.rows.is_empty() && dump.exit != Exit::Done {
        return refuse(dump.exit, &"nothing was read, so there is no draft");
    }
    let draft = match output {
        Output::Text => expected::draft(&dump.rows),
        Output::Json => Ok(format!("{}\n", expected::draft_json(&dump.rows)).into_bytes()),
    };
    let draft = match draft {
        Ok(draft) => draft,
        Err(error) => return refuse(Exit::Unexpected, &error),
    };
    let clients = dump.rows.iter().filter(|row| row.client.is_some()).count();
    let exit = match out {
        None => screen::print(&String::from_utf8_lossy(&draft), dump.exit),
        Some(out) => {
            if let Err(error) = write(out, &draft) {
                return refuse(Exit::NotWritten, &format!("cannot write {}: {error}", out.display()));
            }
            dump.exit
        }
    };
    let open = dump.rows.len() - clients;
    screen::complain(&format!(
        "{} accounts are shared; {open} of them lack country, client_code and client_name, to be filled in",
        dump.rows.len()
    ));
    if dump.exit != Exit::Done {
        screen::complain("The draft lacks what was not read: as a register it would end accounts that are shared.");
    }
    exit
}

/// Whether the draft would take the place of the register that is read.
fn is_register(situation: &Situation, out: &Path) -> bool {
    let register = fs::canonicalize(&situation.config.expected.accounts);
    matches!((fs::canonicalize(out), register), (Ok(out), Ok(register)) if out == register)
}

/// Writes a file, whole or not at all.
fn write(out: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let name = out.file_name().ok_or(std::io::ErrorKind::IsADirectory)?.to_string_lossy();
    let part: PathBuf = out.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, out));
    if written.is_err() {
        // Half a draft helps nobody; if it cannot be removed either, the fault is the same.
        let _ = fs::remove_file(&part);
    }
    written
}
