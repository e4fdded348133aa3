//! The command line: names, help and nothing else.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};

/// Exit codes, as `--help` teaches them.
const EXIT_CODES: &str = "\
Exit codes (if several apply, the first of 1, 3, 7, 5, 4, 6; summary.json lists all):
  0  done; gaps in access are a result, not an error
  1  unexpected error
  2  usage, configuration or input refused
  3  TikTok refused a token, its scopes or its identity: a person must act
  4  something was not read completely: run again
  5  a guard holds the mails: a person must release
  6  some mails were not accepted: they stay due
  7  report or state could not be written
  8  another run holds the lease

Examples:
  tiktok-access-reconciler check                          is everything in place?
  tiktok-access-reconciler plan                           what would tonight's run find and mail?
  tiktok-access-reconciler run                            what the CronJob does
  tiktok-access-reconciler schedule                       the same every night, without a CronJob
  tiktok-access-reconciler explain 7106541027904003927    what is with this account, and what happens next?
  tiktok-access-reconciler history                        how did the last nights go?
  tiktok-access-reconciler --now 2026-12-01T04:30:00Z plan   a rehearsal of another night

Secrets are never given here: the configuration names the variable or file that holds each.";

/// Compares the ad accounts that clients should share with our TikTok member with those they share, writes a report,
/// and mails the people whose access is missing with the one step that is.
#[derive(Debug, Parser)]
#[command(name = "tiktok-access-reconciler", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    /// Configuration file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "RECONCILER_CONFIG",
        default_value = "config/reconciler.toml"
    )]
    pub config: PathBuf,

    /// The moment taken for the present, such as 2026-11-23T04:30:00Z; the clock if absent
    #[arg(long, global = true, value_name = "RFC3339")]
    pub now: Option<DateTime<Utc>>,

    /// Form of the log lines on stderr
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub log_format: LogFormat,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// For programs, one object a line
    Json,
}

/// Form of the result on stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people: an aligned table
    #[default]
    Text,
    /// For programs
    Json,
}

/// The commands of this version.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// One reconciliation, as the CronJob starts it: reads, judges, mails, reports, remembers
    Run {
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// The same reading and judging, without mailing or remembering: writes DIR/<run id>/ with the mails it would send
    Plan {
        /// Folder for the plans
        #[arg(long, value_name = "DIR", default_value = "plan")]
        out: PathBuf,
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Sends what the newest held run would have sent and is still true; another guard holds again
    Release {
        /// The held run, as its digest and report name it
        #[arg(value_name = "RUN_ID")]
        run_id: String,
        /// Only this country's clients; the rest stays held
        #[arg(long, value_name = "COUNTRY", conflicts_with = "client")]
        country: Option<String>,
        /// Only this client; the rest stays held
        #[arg(long, value_name = "COUNTRY/CODE")]
        client: Option<String>,
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Stays up and does `run` on the cron of the configuration; answers at /healthz, /readyz and /metrics
    Schedule {
        /// Where to answer
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "0.0.0.0:8080")]
        listen: SocketAddr,
    },
    /// One account's whole story, as of the newest run: expected by whom, seen where, why, who was mailed, what happens
    /// next, and the step that mends it
    Explain {
        /// The ad account (advertiser id)
        #[arg(value_name = "ACCOUNT_ID")]
        account_id: String,
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Past runs, newest first; or with --account what was judged of one account, day by day
    History {
        /// Only this account's changes, with the mails that listed it
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// At most so many runs or changes
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// A draft of the accounts register, from what is shared today; never a half one
    Dump {
        /// File for the draft; standard output if absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Form of the draft: text is CSV
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Removes a person from the store, and says what it removed
    Forget {
        /// The person's address
        #[arg(value_name = "EMAIL")]
        email: String,
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Looks at configuration, registers, tokens, store, mail server, report folder and templates; one line each
    Check {
        /// Form of the result on stdout
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
}
