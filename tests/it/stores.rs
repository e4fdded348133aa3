//! Where a stage's store is: a SQLite file, or with `TEST_STORE=postgres` a schema in a PostgreSQL of this process alone.
//! Read here as nobody but a test reads it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use private_postgres::Server;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection};

/// A store, as a test looks at it.
#[derive(Clone, Debug)]
pub enum Store {
    File(PathBuf),
    /// The address of a schema.
    Schema(String),
}

/// A row of the table of mails.
#[derive(Clone, Debug)]
pub struct StoredMail {
    pub message_id: String,
    pub person: String,
    pub outcome: String,
    pub bytes: Vec<u8>,
}

enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

const MAILS: &str = "SELECT message_id, person, outcome, bytes FROM mails JOIN mail_bytes USING (message_id)
                     ORDER BY created_at, message_id";

impl Store {
    /// The one that `TEST_STORE` asks for; a file of this path otherwise.
    pub fn of_environment(file: PathBuf) -> Self {
        match std::env::var("TEST_STORE").as_deref() {
            Ok("postgres") => Self::Schema(Server::shared().schema()),
            Ok(other) => panic!("TEST_STORE is postgres or absent, not {other}"),
            Err(_) => Self::File(file),
        }
    }

    /// The address as a configuration names it.
    pub fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite://{}", path.display()),
            Self::Schema(url) => url.clone(),
        }
    }

    /// Whether anything of it is there.
    pub fn exists(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Schema(_) => self.count("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()") > 0,
        }
    }

    /// Takes everything away.
    pub fn lose(&self) {
        match self {
            Self::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let _ = fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Self::Schema(_) => self.with(async |conn| {
                let Conn::Postgres(conn) = conn else { unreachable!() };
                let schema: String =
                    sqlx::query("SELECT current_schema()::text").fetch_one(&mut *conn).await.unwrap().get(0);
                let again = format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}");
                sqlx::raw_sql(sqlx::AssertSqlSafe(again)).execute(conn).await.unwrap();
            }),
        }
    }

    /// Whether nobody holds the write lock.
    pub fn can_be_written(&self) -> bool {
        self.with(async |conn| match conn {
            Conn::Sqlite(conn) => {
                sqlx::raw_sql("PRAGMA busy_timeout = 0").execute(&mut *conn).await.unwrap();
                sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK").execute(conn).await.is_ok()
            }
            Conn::Postgres(conn) => {
                let there = sqlx::query("SELECT to_regclass('lease') IS NOT NULL").fetch_one(&mut *conn).await.unwrap();
                let free = sqlx::raw_sql("SELECT 1 FROM lease FOR UPDATE NOWAIT");
                !there.get::<bool, _>(0) || free.execute(conn).await.is_ok()
            }
        })
    }

    /// Holds the write lock while something is done.
    pub fn while_locked(&self, act: impl FnOnce()) {
        self.with(async |conn| {
            match &mut *conn {
                Conn::Sqlite(conn) => sqlx::raw_sql("BEGIN IMMEDIATE").execute(conn).await.map(drop).unwrap(),
                Conn::Postgres(conn) => {
                    sqlx::raw_sql("BEGIN; SELECT 1 FROM lease FOR UPDATE").execute(conn).await.map(drop).unwrap();
                }
            }
            act();
            match &mut *conn {
                Conn::Sqlite(conn) => sqlx::raw_sql("ROLLBACK").execute(conn).await.map(drop).unwrap(),
                Conn::Postgres(conn) => sqlx::raw_sql("ROLLBACK").execute(conn).await.map(drop).unwrap(),
            }
        });
    }

    /// Every mail that was ever intended, digests with an empty person.
    pub fn mails(&self) -> Vec<StoredMail> {
        let there = match self {
            Self::File(path) if !path.exists() => return Vec::new(),
            Self::File(_) => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'mail_bytes'",
            Self::Schema(_) => {
                "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'mail_bytes'"
            }
        };
        if self.count(there) == 0 {
            return Vec::new();
        }
        let of_file = |row: &SqliteRow| StoredMail {
            message_id: row.get(0),
            person: row.get(1),
            outcome: row.get(2),
            bytes: row.get(3),
        };
        let of_schema = |row: &PgRow| StoredMail {
            message_id: row.get(0),
            person: row.get(1),
            outcome: row.get(2),
            bytes: row.get(3),
        };
        self.with(async |conn| match conn {
            Conn::Sqlite(conn) => sqlx::query(MAILS).fetch_all(conn).await.unwrap().iter().map(of_file).collect(),
            Conn::Postgres(conn) => sqlx::query(MAILS).fetch_all(conn).await.unwrap().iter().map(of_schema).collect(),
        })
    }

    /// Stores the newest run again as that of each of these days, with a summary that is longer by so many characters.
    pub fn add_runs(&self, days: impl Iterator<Item = chrono::NaiveDate>, longer: usize) {
        self.with(async |conn| {
            for day in days {
                let copy = format!(
                    "INSERT INTO runs (run_id, command, now, day, started_at, ended_at, register_rows, bad_rows, exit_code,
                                       exit_codes, complete, held, summary)
                     SELECT 'of {day}', command, now, '{day}', started_at, ended_at, register_rows, bad_rows, exit_code,
                            exit_codes, complete, held, '{{\"bad_rows\":[\"{}\"],' || substr(summary, 2)
                     FROM runs WHERE run_id NOT LIKE 'of %'",
                    "x".repeat(longer)
                );
                let copy = sqlx::AssertSqlSafe(copy);
                match &mut *conn {
                    Conn::Sqlite(conn) => sqlx::raw_sql(copy).execute(conn).await.map(drop).unwrap(),
                    Conn::Postgres(conn) => sqlx::raw_sql(copy).execute(conn).await.map(drop).unwrap(),
                }
            }
        });
    }

    fn count(&self, sql: &'static str) -> i64 {
        self.with(async |conn| match conn {
            Conn::Sqlite(conn) => sqlx::query(sql).fetch_one(conn).await.unwrap().get(0),
            Conn::Postgres(conn) => sqlx::query(sql).fetch_one(conn).await.unwrap().get(0),
        })
    }

    fn with<T>(&self, ask: impl AsyncFnOnce(&mut Conn) -> T) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let mut conn = match self {
                Self::File(path) => {
                    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(60));
                    Conn::Sqlite(options.connect().await.unwrap())
                }
                Self::Schema(url) => Conn::Postgres(url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap()),
            };
            let answer = ask(&mut conn).await;
            match conn {
                Conn::Sqlite(conn) => conn.close().await.unwrap(),
                Conn::Postgres(conn) => conn.close().await.unwrap(),
            }
            answer
        })
    }
}
