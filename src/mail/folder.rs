//! The mail folder: one `.eml` a message.
//!
//! Invariant: a file under its final name is whole and on the disk; the same message twice is the same file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::DateTime;

use super::Delivery;
use super::message::{Message, hash};
use crate::domain::MailOutcome;

/// Where the files go.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    /// Writes the message.
    pub(super) async fn deliver(&self, message: &Message) -> Delivery {
        let (path, name, bytes) = (self.path.clone(), name(message), message.bytes.clone());
        let reply = format!("written as {name}");
        match blocking(move || write(&path, &name, &bytes)).await {
            Ok(()) => Delivery { outcome: MailOutcome::Accepted, reply },
            Err(error) => {
                let reply = format!("the mail folder {} could not be written: {error}", self.path.display());
                Delivery { outcome: MailOutcome::Deferred, reply }
            }
        }
    }

    /// Tries the folder with a file that it removes again.
    pub(super) async fn check(&self) -> Result<String, String> {
        let path = self.path.clone();
        let trial = move || {
            let name = format!(".check-{}", std::process::id());
            write(&path, &name, b"")?;
            fs::remove_file(path.join(name))
        };
        let shown = self.path.display();
        match blocking(trial).await {
            Ok(()) => Ok(format!("mails are written to the folder {shown}")),
            Err(error) => {
                Err(format!("the mail folder {shown} cannot be written ({error}); create it or correct mail.directory"))
            }
        }
    }
}

/// `<day>-<hash of the message id>.eml`; the day is that of the mail's own `Date`.
fn name(message: &Message) -> String {
    let head = String::from_utf8_lossy(message.bytes.get(..4096).unwrap_or(&message.bytes)).into_owned();
    let date = head.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("Date: "));
    let day = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.date_naive().to_string());
    let hash = hash(std::iter::once(message.message_id.as_bytes()));
    format!("{}-{hash}.eml", day.as_deref().unwrap_or("undated"))
}

/// Writes under another name, forces it to the disk, renames, forces the folder to the disk.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let target = folder.join(name);
    let draft = folder.join(format!(".{name}.{}.part", std::process::id()));
    let mut file = fs::File::create(&draft)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written?;
    fs::File::open(folder)?.sync_all()
}

/// Runs file work beside the runtime's own threads.
async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
