//! What a database refuses, in sentences.
//!
//! Invariant: the database's own words are told but for words with an `@`, which can be a person's address out of a
//! value, or a part of the database's address; no password ever is.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::expected::column::Wrong;
use crate::expected::faults::Fault;
use crate::expected::row::cut;

/// Something that stops the reading.
pub(super) struct Trouble {
    /// Which query, or the database.
    pub(super) about: String,
    pub(super) why: Why,
}

/// What it is.
pub(super) enum Why {
    /// The address has parameters that are none.
    Parameters,
    /// There is no such file.
    NoFile(PathBuf),
    /// The result lacks columns, or has some twice.
    Columns { wrong: Vec<Wrong>, found: Vec<String> },
    /// The database says so, or cannot be reached.
    Failed(sqlx::Error),
}

impl From<sqlx::Error> for Why {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error)
    }
}

/// A database's own word for a fault: SQLite's primary result code, or PostgreSQL's SQLSTATE.
pub(super) fn code(error: &sqlx::Error) -> (Option<i32>, Option<&str>) {
    let Some(error) = error.as_database_error() else { return (None, None) };
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => (None, Some(error.code())),
        None => (error.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff), None),
    }
}

impl Trouble {
    /// Whether it may be over in a moment.
    pub(super) fn may_pass(&self) -> bool {
        let Why::Failed(error) = &self.why else { return false };
        match code(error) {
            (Some(code), _) => matches!(code, 5 | 6),
            (_, Some(state)) => matches!(state, "57P01" | "57P02" | "57P03" | "53300") || state.starts_with("08"),
            (None, None) => matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed),
        }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        let Self { about, why } = self;
        let fault = |problem: String, remedy: &str| Fault {
            file: about.clone(),
            line: None,
            problem,
            remedy: remedy.to_owned(),
        };
        match why {
            Why::Parameters => {
                vec![fault(
                    "its parameters are not understood".into(),
                    "write sqlite://PATH or postgres://USER@HOST/DATABASE",
                )]
            }
            Why::NoFile(path) => vec![fault(
                format!("there is no file {}", path.display()),
                "correct the path (it begins in the working directory), or mount the volume",
            )],
            Why::Columns { wrong, found } => {
                let names: Vec<String> =
                    found.iter().filter(|name| !name.contains('@')).map(|name| cut(name, 60)).collect();
                let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let tell = |wrong: Wrong| match wrong {
                    Wrong::Missing(name) => fault(
                        format!("{wrong}; the result has: {found}"),
                        &format!("give it its name in the query: SELECT … AS {name}"),
                    ),
                    Wrong::Repeated(..) => fault(
                        wrong.to_string(),
                        "keep the one that counts in the query, rename or leave out the others",
                    ),
                };
                wrong.into_iter().map(tell).collect()
            }
            Why::Failed(error) => vec![fault(said(&error), remedy(&error))],
        }
    }
}

/// The reading took longer than anybody waits.
pub(super) fn out_of_time(patience: Duration) -> Fault {
    Fault {
        file: "expected.url".into(),
        line: None,
        problem: format!("the queries were not answered within {} minutes", patience.as_secs() / 60),
        remedy: "look at the database and at the plans of the queries (EXPLAIN); run again".into(),
    }
}

fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => format!("the database says: {}", without_addresses(error.message())),
        sqlx::Error::Io(error) => format!("the connection failed: {error}"),
        sqlx::Error::Tls(error) => format!("the encryption failed: {}", without_addresses(&error.to_string())),
        _ => "the database's answer is not understood".to_owned(),
    }
}

/// A short text on one line, in which no word holds an `@`.
fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    cut(&words.collect::<Vec<_>>().join(" "), 300)
}

fn remedy(error: &sqlx::Error) -> &'static str {
    /// SQLite's, of a journal that a program which may write has to undo first.
    const UNFINISHED: &str = "776";
    match code(error) {
        (Some(_), _) if error.as_database_error().and_then(DatabaseError::code).as_deref() == Some(UNFINISHED) => {
            "a program was killed while it wrote; open the file once with sqlite3 and a user who may write it"
        }
        (Some(code), _) => by_code(code),
        (_, Some(state)) => by_state(state),
        (None, None) => match error {
            sqlx::Error::Io(_) => "is the database up, and are host and port in expected.url right? Then run again",
            sqlx::Error::Tls(_) => "do sslmode and sslrootcert in expected.url fit the server's certificate?",
            _ => "try the query with psql or sqlite3",
        },
    }
}

fn by_code(code: i32) -> &'static str {
    match code {
        5 | 6 => "another program holds the database; end it or run again",
        8 => "write a query that only reads",
        10 | 11 | 26 => "the file is damaged or no SQLite database; restore it, or correct expected.url",
        14 => "is the file readable for this user?",
        23 => "let this user read what the query names",
        _ => "write one SELECT that only reads in the section [expected]; try it with sqlite3",
    }
}

fn by_state(state: &str) -> &'static str {
    match state {
        "25006" | "42601" => "write one SELECT that only reads in the section [expected]; try it with psql",
        "3D000" => "create the database, or name another one in expected.url",
        "42501" => "grant the user of expected.url what the query reads (GRANT SELECT ON …)",
        "53300" => "the server takes no more connections; end others or raise max_connections",
        "57014" => "the query took longer than 5 minutes; look at its plan (EXPLAIN)",
        "57P01" | "57P02" | "57P03" => "PostgreSQL stops or starts; run again",
        "XX001" | "XX002" => "the database is damaged; restore it from the last backup",
        _ if state.starts_with("28") => "the server refuses the user or the password of expected.url; renew the secret",
        _ if state.starts_with("53") => "the server lacks memory or disk; make room and run again",
        _ => "correct the query in the section [expected]; try it with psql",
    }
}
