//! Scenarios: databases as people have them, and the register that comes of them.

use std::path::Path;

use private_postgres::{PASSWORD, Server};
use rstest::rstest;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::*;
use crate::config::Source;

const NO_CONTACTS: &str = "SELECT '' AS country, '' AS client_code, '' AS email WHERE 1 = 0";

/// A database that begins with this; kept as long as its folder.
struct World {
    url: String,
    folder: tempfile::TempDir,
}

impl World {
    fn sqlite(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mapping.db");
        block_on(async {
            let mut conn = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        });
        Self { url: format!("sqlite://{}", file.display()), folder }
    }

    fn postgres(script: &str) -> Self {
        let url = Server::shared().schema();
        block_on(async {
            let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
            let mut conn = options.connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script.to_owned())).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        });
        Self { url, folder: tempfile::tempdir().unwrap() }
    }

    fn read(&self, accounts: &str, contacts: &str) -> Result<Register, String> {
        let settings = Expected {
            source: Source::Sql { url: self.url.clone().into() },
            accounts: accounts.to_owned(),
            contacts: contacts.to_owned(),
            exceptions: None,
        };
        let member = Address::parse("extract@agency.example").unwrap();
        let zone = chrono_tz::Europe::Copenhagen;
        let wish = Wish { url: &self.url.clone().into(), settings: &settings, default_member: &member, zone };
        block_on(attempt(&wish)).map_err(|troubles| {
            let faults = troubles.into_iter().flat_map(Trouble::into_faults).map(|fault| fault.to_string());
            faults.collect::<Vec<_>>().join("\n").replace(&self.folder.path().display().to_string(), "FOLDER")
        })
    }

    fn accounts(&self, query: &str) -> Result<Register, String> {
        self.read(query, NO_CONTACTS)
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Rows of which only the last columns matter.
fn with(cells: &str) -> String {
    format!("SELECT 'DK' AS country, 'C1' AS client_code, 'x' AS client_name, {cells}")
}

fn told(register: &Register) -> String {
    let good = register.accounts.iter().map(|row| {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let facts = &row.facts;
        format!("{} {} {} {} [{}]", row.line, row.account_id, day(facts.start), day(facts.end), &*facts.tags)
    });
    let bad = register.bad_rows.iter().map(|row| format!("{} {} {}: {}", row.file, row.line, row.field, row.reason));
    good.chain(bad).collect::<Vec<_>>().join("\n")
}

/// What each row of a database becomes, one query a row.
fn each(world: &World, rows: &[&str]) -> String {
    let told =
        |cells: &&str| told(&world.accounts(&with(cells)).unwrap_or_else(|refused| panic!("{cells}: {refused}")));
    rows.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn values_of_postgresql_are_read_without_a_loss_or_damaged() {
    let world = World::postgres(
        "CREATE TYPE phase AS ENUM ('onboarded', 'Requested'); CREATE DOMAIN short AS varchar(25);
         CREATE TYPE pair AS (a int, b int)",
    );
    let said = each(
        &world,
        &[
            "7106541027904733185::bigint AS account_id, DATE '2026-01-01' AS start_date, 'infinity'::date AS end_date",
            "7106541027904733185::numeric(20) AS account_id, TIMESTAMP '2026-01-01 23:59:59.9' AS start_date",
            "' 7106541027904733185 '::char(25) AS account_id, TIMESTAMPTZ '2026-01-01 23:30:00+00' AS start_date",
            "'7106541027904733185'::short AS account_id, '2026-01-01'::text AS start_date, 'Requested'::phase AS state",
            "'7106541027904733185'::jsonb AS account_id, '[\"a\", 2]'::jsonb AS tags",
            "'\"7106541027904733185\"'::json AS account_id, ARRAY['a', 'b, c', NULL]::varchar[] AS tags",
            "11::smallint AS account_id, '{}'::text[] AS tags, point '(1,2)' AS other, ROW(1, 2)::pair AS more, \
             '[1,5)'::int4range AS third, 'a'::tsvector AS fourth, ARRAY[ROW(1, 2)::pair] AS fifth",
            "7106541027904733185::numeric(38, 2) AS account_id",
            "71065410279047331850::numeric AS account_id",
            "7106541027904733185::float8 AS account_id",
            "7::real AS account_id",
            "NULL::bigint AS account_id",
            "true AS account_id",
            "'\\x37'::bytea AS account_id",
            "ARRAY[11, 12] AS account_id",
            "11 AS account_id, ARRAY[['a'], ['b']] AS tags",
            "11 AS account_id, 'infinity'::timestamp AS start_date",
            "'0c6e4b1e-4f1f-4f0e-9c3e-2f1f0a5b9d11'::uuid AS account_id",
        ],
    );
    insta::assert_snapshot!(said);
}

#[test]
fn values_of_sqlite_are_taken_for_what_they_are_whatever_their_column_says() {
    let world = World::sqlite("CREATE TABLE t (id REAL, day DATE)");
    let said = each(
        &world,
        &[
            "7106541027904733185 AS account_id, '2026-01-01' AS start_date, NULL AS end_date, '[\"a\",\"b\"]' AS tags",
            "'7106541027904733185' AS account_id, '2026-01-01 23:59:59' AS start_date, '[a] b' AS tags",
            "11 AS account_id, '2026-01-01T23:30:00Z' AS start_date",
            "7106541027904733185.0 AS account_id",
            "CAST(7 AS REAL) AS account_id",
            "71065410279047331850 AS account_id",
            "NULL AS account_id",
            "x'37ff' AS account_id",
            "CAST(x'ff' AS TEXT) AS account_id",
            "11 AS account_id, 1767225600 AS start_date",
            "11 AS account_id, '[[1]]' AS tags",
        ],
    );
    insta::assert_snapshot!(said);
}

#[test]
fn a_database_of_any_encoding_is_read() {
    let server = Server::shared();
    server.tell("CREATE DATABASE narrow_register TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    let url = server.url("public").replace("/postgres?", "/narrow_register?");
    let world = World { url, folder: tempfile::tempdir().unwrap() };
    let query = "SELECT 'DK' AS country, 'Ø1' AS client_code, chr(216) || 'l & Brød' AS client_name, 11 AS account_id";
    let client = &world.accounts(query).unwrap().accounts[0].client;
    assert_eq!((client.code.as_str(), client.name.as_str()), ("Ø1", "Øl & Brød"));
}

#[test]
fn names_of_columns_need_no_case_and_what_is_not_ours_may_be_there_twice() {
    let query = "SELECT 1 AS x, 2 AS x, 'DK' AS \"COUNTRY\", 'C1' AS \" Client_Code\", 'x' AS client_name, 11 AS \"Account_ID\"";
    for world in [World::sqlite(""), World::postgres("")] {
        assert_eq!(told(&world.accounts(&format!("{query};\n")).unwrap()), "1 11   []");
    }
}

#[test]
fn a_query_that_cannot_be_read_as_a_register_is_refused_and_says_why() {
    let setup = "CREATE TABLE t (id BIGINT); CREATE TABLE people (email TEXT); INSERT INTO people VALUES ('anna@client.example')";
    let fine = with("11 AS account_id");
    let cases = [
        "SELECT * FROM nowhere",
        "SELEC 1",
        "SELECT 'DK' AS country, 1 AS id, 'x' AS \"anna@client.example\"",
        "SELECT 'DK' AS country, 'C1' AS client_code, 'x' AS client_name, 1 AS account_id, 2 AS Account_id",
        "SELECT 1 AS country WHERE 1 = 0",
        "INSERT INTO t VALUES (1) RETURNING 'DK' AS country, 'C1' AS client_code, 'x' AS client_name, id AS account_id",
        "DELETE FROM t",
        "COMMIT",
        &format!("{fine}; DELETE FROM t"),
        &format!("{fine}; SELECT 'anna@client.example'"),
        &format!("{fine} FROM anna@client.example"),
    ];
    for (name, world) in [("sqlite", World::sqlite(setup)), ("postgres", World::postgres(setup))] {
        let mut said = String::new();
        for query in cases {
            let refused = world.accounts(query).expect_err(query);
            assert!(!refused.contains("anna") && !refused.contains(PASSWORD), "{refused}");
            said.push_str(&format!("{query}\n{refused}\n\n"));
        }
        insta::assert_snapshot!(format!("refused_by_{name}"), said);
    }
    let world = World::postgres(setup);
    let refused = world.accounts(&with("email::bigint AS account_id FROM people")).unwrap_err();
    assert!(refused.contains("invalid input syntax") && !refused.contains("anna"), "{refused}");
    let refused = world.accounts(&with("nextval('s') AS account_id")).unwrap_err();
    assert!(refused.contains("accounts query"), "{refused}");
    let both = world.read("SELECT 1 / 0 AS country", "SELECT * FROM nowhere").unwrap_err();
    assert!(both.contains("accounts query") && both.contains("contacts query"), "{both}");
    let late = format!("{} FROM generate_series(1, 5) AS i ORDER BY i", with("10 / (3 - i) AS account_id"));
    let refused = world.accounts(&late).unwrap_err();
    assert!(refused.contains("division by zero"), "{refused}");
}

#[rstest]
#[case::no_file("sqlite://nowhere/mapping.db")]
#[case::a_folder("sqlite://src")]
#[case::no_database("sqlite://Cargo.toml")]
#[case::parameters("sqlite://Cargo.toml?secret=canary-1")]
#[case::nobody_listens("postgres://user:canary-2@127.0.0.1:9/mapping")]
#[case::tls("TLS")]
#[case::wrong_password("PASSWORD")]
#[case::no_such_database("DATABASE")]
fn a_database_that_cannot_be_reached_is_told_without_its_secrets(#[case] url: &str) {
    let server = || Server::shared().url("public");
    let url = match url {
        "TLS" => format!("{}&sslmode=require", server()),
        "PASSWORD" => server().replace(PASSWORD, "canary-3"),
        "DATABASE" => server().replace("/postgres?", "/elsewhere?"),
        url => url.to_owned(),
    };
    let world = World { url, folder: tempfile::tempdir().unwrap() };
    let refused = world.accounts("SELECT 1").unwrap_err();
    let refused = refused.replace(&Server::shared().port().to_string(), "PORT");
    assert!(!refused.contains("canary") && !refused.contains(PASSWORD), "{refused}");
    assert!(!std::path::Path::new("nowhere").exists());
    let name = std::thread::current().name().unwrap().rsplit("::").next().unwrap().to_owned();
    insta::assert_snapshot!(format!("not_reached_{name}"), refused);
}

#[test]
fn what_may_pass_is_known_from_what_stays() {
    let of = |url: &str| {
        let url = url.to_owned();
        block_on(async move { Database::open(&url.into()).await.err().unwrap().may_pass() })
    };
    assert!(of("postgres://user@127.0.0.1:9/mapping"));
    assert!(!of(&Server::shared().url("public").replace(PASSWORD, "wrong")));
    assert!(!of("sqlite://nowhere/mapping.db"));
}

#[test]
fn all_queries_are_of_one_moment_in_which_nothing_can_be_written() {
    let world = World::postgres("CREATE TABLE t (id BIGINT)");
    let state = "current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only')
                 || ' ' || current_setting('statement_timeout') || ' ' || pg_current_snapshot()::text";
    let accounts = format!(
        "SELECT 'DK' AS country, 'C1' AS client_code, {state} AS client_name, txid_current_if_assigned() AS x, 11 AS account_id"
    );
    let contacts = format!(
        "SELECT 'DK' AS country, 'C1' AS client_code, 'a@b.example' AS email, {state} AS name FROM pg_sleep(0.01)"
    );
    // Between the two queries others commit.
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (url, stopped) = (world.url.clone(), stop.clone());
    let others = std::thread::spawn(move || {
        block_on(async {
            let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
            let mut conn = options.connect().await.unwrap();
            while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
                sqlx::raw_sql("INSERT INTO t VALUES (1)").execute(&mut conn).await.unwrap();
            }
        });
    });
    let register = world.read(&accounts, &contacts).unwrap();
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    others.join().unwrap();
    let seen = &register.accounts[0].client.name;
    assert!(seen.starts_with("repeatable read on 5min "), "{seen}");
    assert_eq!(seen, &register.contacts[0].name);
}

#[test]
fn a_file_that_another_program_writes_or_nobody_may_write_is_read() {
    let setup = "PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (11)";
    let world = World::sqlite(setup);
    let query = with("id AS account_id FROM t");
    assert_eq!(told(&world.accounts(&query).unwrap()), "1 11   []");
    let file = world.folder.path().join("mapping.db");
    block_on(async {
        let mut writer = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE; INSERT INTO t VALUES (12)").execute(&mut writer).await.unwrap();
        let url = world.url.clone();
        let query = query.clone();
        let read = std::thread::spawn(move || {
            World { url, folder: tempfile::tempdir().unwrap() }.accounts(&query).map(|register| told(&register))
        });
        assert_eq!(read.join().unwrap().unwrap(), "1 11   []", "what is not committed is not there");
        writer.close().await.unwrap();
    });
}

/// A table of which a program has changed half, in a transaction that it has not ended: pages are on the disk already.
fn half_written(world: &World, act: impl AsyncFnOnce(&Path)) {
    let file = world.folder.path().join("mapping.db");
    block_on(async {
        let mut writer = SqliteConnectOptions::new().filename(&file).pragma("cache_size", "1").connect().await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE; UPDATE t SET id = 12").execute(&mut writer).await.unwrap();
        act(&file).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut writer).await.unwrap();
        writer.close().await.unwrap();
    });
}

const MANY: &str = "CREATE TABLE t (id INTEGER, filling TEXT);
    INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    SELECT 11, hex(randomblob(500)) FROM n";

#[test]
fn what_is_not_committed_is_not_read_however_long_its_writer_takes() {
    let world = World::sqlite(MANY);
    half_written(&world, async |_| {
        let trouble = sqlite::Database::open_within(&world.url, Duration::from_millis(50)).await.err().unwrap();
        assert!(trouble.may_pass());
        let told = trouble.into_faults().remove(0).to_string();
        assert!(told.contains("another program holds the database"), "{told}");
    });
    assert_eq!(world.accounts(&with("id AS account_id FROM t WHERE id = 11")).unwrap().accounts.len(), 500);
}

#[test]
fn what_a_killed_program_left_half_written_is_not_read_as_it_is() {
    let world = World::sqlite(MANY);
    let left = World { url: world.url.replace("mapping.db", "left.db"), folder: tempfile::tempdir().unwrap() };
    half_written(&world, async |file| {
        for end in ["", "-journal"] {
            let of = |name: &str| file.with_file_name(format!("{name}{end}"));
            std::fs::copy(of("mapping.db"), of("left.db")).unwrap();
        }
    });
    let refused = left.accounts(&with("id AS account_id FROM t")).map(|register| told(&register)).unwrap_err();
    assert!(refused.contains("was killed while it wrote"), "{refused}");
}

#[test]
fn a_file_in_a_folder_that_cannot_be_written_is_read_unless_a_log_holds_more() {
    let world = World::sqlite("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (11)");
    let beside = |end: &str| world.folder.path().join(format!("mapping.db{end}"));
    // SQLite fails as in a read-only folder, whoever runs this test: it can have no shared memory there.
    std::fs::create_dir(beside("-shm")).unwrap();
    let read = || world.accounts(&with("id AS account_id FROM t")).map(|register| told(&register));
    assert_eq!(read().unwrap(), "1 11   []");
    std::fs::write(beside("-wal"), "").unwrap();
    assert_eq!(read().unwrap(), "1 11   []");

    let other = World::sqlite("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER)");
    block_on(async {
        let file = other.folder.path().join("mapping.db");
        let mut writer = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        sqlx::raw_sql("INSERT INTO t VALUES (12)").execute(&mut writer).await.unwrap();
        for end in ["", "-wal"] {
            std::fs::copy(other.folder.path().join(format!("mapping.db{end}")), beside(end)).unwrap();
        }
        writer.close().await.unwrap();
    });
    assert_eq!(read().unwrap(), "1 12   []", "SQLite itself can read a log that is there");
}

#[test]
fn the_fingerprint_follows_every_cell_and_where_each_query_ends() {
    let world = World::sqlite("");
    let of = |accounts: &str, contacts: &str| world.read(accounts, contacts).unwrap().fingerprint;
    let one = with("11 AS account_id");
    assert_eq!(of(&one, NO_CONTACTS), of(&with("'11' AS account_id, 5 AS other"), NO_CONTACTS));
    assert_ne!(of(&one, NO_CONTACTS), of(&with("12 AS account_id"), NO_CONTACTS));
    assert_ne!(of(&one, NO_CONTACTS), of(&with("1 AS account_id, '1' AS parent_code"), NO_CONTACTS));
    assert_ne!(of(&one, NO_CONTACTS), of(&format!("{one} UNION ALL {one}"), NO_CONTACTS));
}
