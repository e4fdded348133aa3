//! The configuration: as written, then as validated.
//!
//! Invariant: a [`Config`] has passed every check that needs no network; secrets are already resolved and are shown by
//! nothing. This is the only module that reads the environment.

mod address;
mod document;
mod environment;
mod faults;
mod load;
mod log;
mod nearest;
mod reader;
mod secret;
mod sections;
#[cfg(test)]
mod tests;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::SecretString;

use crate::domain::{Address, Addressing, Calendar, Guards, Reminders, Rules};

pub use address::postgres_fault;
pub use environment::{Environment, log_filter};
pub use faults::{Fault, Faults, Place};
pub use load::load;

/// Everything that is configured, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it was read from, for messages.
    pub path: PathBuf,
    /// Days, weekends, cron.
    pub calendar: Calendar,
    /// How TikTok is asked.
    pub tiktok: Tiktok,
    /// Where the registers are.
    pub expected: Expected,
    /// Where state is kept.
    pub store: Store,
    /// Where reports go.
    pub report: Report,
    /// How mail is sent.
    pub mail: Mail,
    /// What the judgement must know.
    pub rules: Rules,
    /// When mails go.
    pub reminders: Reminders,
    /// When mails are held.
    pub guards: Guards,
    /// Who gets mail where the register does not say.
    pub addressing: Addressing,
    /// When `schedule` runs.
    pub schedule: Schedule,
    /// Whom to tell about the run.
    pub observe: Observe,
}

/// How TikTok is asked.
#[derive(Clone, Debug)]
pub struct Tiktok {
    /// Scheme and host, without a path; the token goes nowhere else.
    pub base_url: url::Url,
    /// The app's quota a second.
    pub requests_per_second: u32,
    /// The app's quota a minute.
    pub requests_per_minute: u32,
    /// First pause before a request is tried again; grows.
    pub retry_pause: Duration,
    /// Silence after a quota code.
    pub suspension_pause: Duration,
    /// Requests under way at once, of one app.
    pub max_in_flight: usize,
    /// For one request, whole body included.
    pub request_timeout: Duration,
    /// Attempts of one request, the first included.
    pub max_attempts: u32,
    /// Reading stops then.
    pub run_timeout: Duration,
    /// In order; the first is the register's default.
    pub members: Vec<Member>,
}

/// One of our logins.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its e-mail: what clients invite.
    pub email: Address,
    /// Long-term token.
    pub access_token: SecretString,
    /// Developer app of the token; members with the same one share a quota.
    pub app_id: Option<String>,
    /// With `app_id`: the second witness can be asked.
    pub app_secret: Option<SecretString>,
}

/// Where the registers are.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Kind of source, with the secrets it needs.
    pub source: Source,
    /// Path, query or URL of the accounts.
    pub accounts: String,
    /// Path, query or URL of the contacts.
    pub contacts: String,
    /// Path, query or URL of the exceptions.
    pub exceptions: Option<String>,
}

/// Kind of source.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files.
    Csv,
    /// A database.
    Sql {
        /// `postgres://` or `sqlite://`.
        url: SecretString,
    },
    /// A web service.
    Http {
        /// Value of the `Authorization` header.
        authorization: Option<SecretString>,
    },
}

/// Where state is kept.
#[derive(Clone, Debug)]
pub struct Store {
    /// `sqlite://PATH` or `postgres://…`; may hold a password.
    pub url: SecretString,
    /// Length of the lease.
    pub lease: Duration,
    /// Days for which runs, changes and mails are kept.
    pub keep_days: u32,
}

/// Where reports go.
#[derive(Clone, Debug)]
pub struct Report {
    /// A folder or a bucket.
    pub dir: ReportDir,
    /// Days for which reports are kept.
    pub keep_days: u32,
}

/// A folder, or a bucket of a cloud; its credentials are the environment's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportDir {
    /// On a disk.
    Folder(PathBuf),
    /// `s3://…`, `gs://…`, `az://…`.
    Bucket {
        /// Whose.
        cloud: Cloud,
        /// Bucket; Azure calls it container.
        name: String,
        /// Path in it, without `/` at its ends; may be empty.
        prefix: String,
    },
}

/// Who keeps a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon S3, and what speaks its language.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct Mail {
    /// By which way.
    pub transport: Transport,
    /// Display name of the sender; may be empty.
    pub from_name: String,
    /// Address of the sender.
    pub from: Address,
    /// Where answers go: `reply_to`, else the sender.
    pub reply_to: Address,
    /// Who asks, in the first line.
    pub agency_name: String,
    /// The grant guide.
    pub guide_url: Option<url::Url>,
    /// Rehearsal: every mail goes here.
    pub redirect_to: Option<Address>,
    /// Files here replace the built-in texts.
    pub templates: Option<PathBuf>,
    /// Messages a minute.
    pub max_per_minute: u32,
}

/// By which way mail leaves.
#[derive(Clone, Debug)]
pub enum Transport {
    /// SMTP; the URL may hold a password. TLS unless loopback or without a password.
    Smtp {
        /// `smtps://…` or `smtp://…`.
        url: SecretString,
    },
    /// One `.eml` a mail.
    Directory {
        /// Folder.
        path: PathBuf,
    },
}

/// When `schedule` runs.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Seconds first; valid.
    pub cron: String,
}

/// Whom to tell about the run.
#[derive(Clone, Debug)]
pub struct Observe {
    /// Prometheus Pushgateway; the URL may hold a password.
    pub pushgateway: Option<SecretString>,
    /// Heartbeat; the URL may hold a key.
    pub heartbeat_url: Option<SecretString>,
}

impl Config {
    /// Reads and validates a file with the environment of this process.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Faults> {
        load(path, &Environment::of_process())
    }

    /// Zone of the configuration.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.calendar.zone
    }
}
