//! Registers from databases and a web service: the same nights as from files, and no night at all from what broke off.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use private_postgres::{PASSWORD, Server};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tiktok_simulator::{Options, Simulator, World};

use crate::harness::*;
use crate::running::*;
use crate::service::Service;
use crate::stores::Store;

const TABLES: [&str; 3] = ["accounts", "contacts", "exceptions"];
const AUTHORIZATION: &str = "Bearer canary-authorization-77b1";

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo").join(file)
}

fn cells(table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(demo(&format!("{table}.csv"))).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Tables of texts with the demo's registers; an empty cell is NULL.
fn script() -> String {
    let mut script = String::new();
    for table in TABLES {
        let rows = cells(table);
        script.push_str(&format!("CREATE TABLE {table} (n INTEGER, {} TEXT);", rows[0].join(" TEXT, ")));
        for (n, row) in rows.iter().enumerate().skip(1) {
            let value = |cell: &String| if cell.is_empty() { "NULL".to_owned() } else { format!("'{cell}'") };
            let values: Vec<String> = row.iter().map(value).collect();
            script.push_str(&format!("INSERT INTO {table} VALUES ({n}, {});", values.join(", ")));
        }
    }
    script
}

fn json(rows: &[Vec<String>], names: &[String]) -> String {
    let object = |row: &Vec<String>| {
        let cells = names.iter().zip(row).map(|(name, cell)| (name.clone(), serde_json::Value::from(cell.as_str())));
        cells.collect::<serde_json::Map<_, _>>()
    };
    serde_json::to_string(&rows.iter().map(object).collect::<Vec<_>>()).unwrap()
}

fn create(url: &str, script: String) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        match url.strip_prefix("sqlite://") {
            Some(file) => {
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
                let mut conn = options.connect().await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            None => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut conn = options.connect().await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
        }
    });
}

/// Where the registers are: variables of the run, and how a message names each of them.
struct From {
    variables: Vec<(String, String)>,
    names: [String; 3],
}

fn from_files() -> From {
    From { variables: Vec::new(), names: TABLES.map(|table| format!("config/demo/{table}.csv")) }
}

fn from_database(url: &str) -> From {
    create(url, script());
    let mut variables = vec![
        ("RECONCILER__EXPECTED__SOURCE".to_owned(), "sql".to_owned()),
        ("RECONCILER__EXPECTED__URL".to_owned(), "{ env = \"MAPPING\" }".to_owned()),
        ("MAPPING".to_owned(), url.to_owned()),
    ];
    for table in TABLES {
        let name = format!("RECONCILER__EXPECTED__{}", table.to_uppercase());
        variables.push((name, format!("SELECT * FROM {table} ORDER BY n")));
    }
    From { variables, names: TABLES.map(|table| format!("{table} query, result")) }
}

/// Accounts as JSON on two pages, the others as files.
fn from_service(service: &Service) -> From {
    let rows = cells("accounts");
    let (names, rows) = (&rows[0], &rows[1..]);
    let next = "Link: </accounts?page=2>; rel=\"next\"\r\n";
    service.gives("/accounts", "application/json", next, &json(&rows[..40], names));
    service.gives("/accounts?page=2", "application/json", "", &json(&rows[40..], names));
    for table in ["contacts", "exceptions"] {
        let body = fs::read_to_string(demo(&format!("{table}.csv"))).unwrap();
        service.gives(&format!("/{table}"), "text/csv", "", &body);
    }
    let mut variables = vec![
        ("RECONCILER__EXPECTED__SOURCE".to_owned(), "http".to_owned()),
        ("RECONCILER__EXPECTED__AUTHORIZATION".to_owned(), "{ env = \"WHO_ASKS\" }".to_owned()),
        ("WHO_ASKS".to_owned(), AUTHORIZATION.to_owned()),
    ];
    let names = TABLES.map(|table| format!("{}/{table}", service.url));
    for (table, url) in TABLES.iter().zip(&names) {
        variables.push((format!("RECONCILER__EXPECTED__{}", table.to_uppercase()), url.clone()));
    }
    From { variables, names }
}

/// Everything that two nights of the demo leave, but for what names run and source: by file.
fn two_nights(from: &From) -> Vec<(String, String)> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (night, day) in [("night-1.toml", "2026-11-23"), ("night-2.toml", "2026-11-24")] {
        let world = ["world.toml", night].map(|file| fs::read_to_string(demo(file)).unwrap()).concat();
        let tiktok = Simulator::in_background(Options::default(), World::from_toml(&world).unwrap()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiktok-access-reconciler"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().stdin(Stdio::null());
        command.args(["--config", "config/demo/reconciler.toml", "--now", &format!("{day}T04:30:00Z"), "run"]);
        for (n, value) in [(1, "demo-token-1"), (2, "demo-token-2"), (3, "demo-token-3")] {
            command.env(format!("DEMO_TOKEN_{n}"), value);
        }
        command.env("DEMO_SECRET", "demo-secret").env("RECONCILER_LOG", "trace");
        command.env("RECONCILER__TIKTOK__BASE_URL", tiktok.base_url());
        command.env("RECONCILER__STORE__URL", format!("sqlite://{}", path("state.db")));
        command.env("RECONCILER__REPORT__DIR", path("reports")).env("RECONCILER__MAIL__DIRECTORY", path("mails"));
        command.envs(from.variables.iter().map(|(name, value)| (name, value)));
        let ran = ran(command.output().unwrap()).ends_with(3);
        for said in [&ran.stdout, &ran.stderr] {
            assert!(!said.contains("canary-"), "{said}");
            assert!(!said.contains("mette@"), "{said}");
        }
    }
    let mut left = Vec::new();
    for (file, bytes) in files(folder.path()) {
        assert!(!bytes.windows(7).any(|seven| seven == b"canary-"), "{}", file.display());
        let run = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        if ["accounts.csv", "diff.csv", "summary.json"].contains(&name) {
            let day = run.split('T').next().unwrap();
            let mut text = String::from_utf8(bytes).unwrap().replace(run, "RUN");
            for (source, table) in from.names.iter().zip(TABLES) {
                text = text.replace(source, table);
            }
            left.push((format!("{day} {name}"), without_lines(&text)));
        } else if name.ends_with(".eml") && !mail(&bytes).to.starts_with("data-team@") {
            left.push((name.to_owned(), String::from_utf8(bytes).unwrap()));
        }
    }
    assert!(left.len() > 10, "{}", left.len());
    left
}

/// A header is a line of a file, and of nothing else.
fn without_lines(text: &str) -> String {
    let mut parts = text.split("ine ");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("ine ");
        masked.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    let json = masked.lines().map(|line| if line.trim_start().starts_with("\"line\": ") { "\"line\"" } else { line });
    json.collect::<Vec<_>>().join("\n")
}

#[test]
fn two_nights_are_the_same_from_files_databases_and_a_service() {
    let wanted = two_nights(&from_files());
    let folder = TempDir::new().unwrap();
    let service = Service::start();
    let sources = [
        ("SQLite", from_database(&format!("sqlite://{}", folder.path().join("mapping.db").display()))),
        ("PostgreSQL", from_database(&Server::shared().schema())),
        ("a service", from_service(&service)),
    ];
    for (source, from) in sources {
        let left = two_nights(&from);
        let names = |left: &[(String, String)]| left.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&left), names(&wanted), "{source}");
        for ((name, left), (_, wanted)) in left.iter().zip(&wanted) {
            assert!(left == wanted, "{source}, {name}:\n{left}\n\nand from files:\n{wanted}");
        }
    }
    assert!(service.heads().iter().all(|head| head.contains(AUTHORIZATION)));
}

/// A stage whose registers come from a service: five accounts, of which one is missing.
fn stage(service: &Service) -> Stage {
    let mut stage = Stage::new(acme_world(4));
    let rows: Vec<String> =
        (1..=5).map(|n| format!("{{\"country\": \"DK\", \"client_code\": \"C07\", \"client_name\": \"Acme\", \"account_id\": {}, \"business_center_id\": {ACME}}}", acme(n))).collect();
    service.gives("/accounts", "application/json", "", &format!("[{}]", rows.join(",")));
    service.gives("/contacts", "text/csv", "", "country,client_code,email\nDK,C07,mette@acme.example\n");
    stage.set("expected.source", "\"http\"").set("expected.authorization", "{ env = \"WHO_ASKS\" }");
    stage.set("expected.accounts", &format!("\"{}/accounts\"", service.url));
    stage.set("expected.contacts", &format!("\"{}/contacts\"", service.url));
    stage.env("WHO_ASKS", AUTHORIZATION).env("RECONCILER_LOG", "trace");
    stage
}

#[test]
fn what_is_no_whole_register_ends_the_night_before_anything_is_judged_or_mailed() {
    let service = Service::start();
    let stage = stage(&service);
    stage.night("2026-11-23").ends_with(0);
    assert_eq!(stage.letters().len(), 1);
    let (mails, reports) = (stage.mails().len(), files(&stage.path("reports")).len());
    let first = format!(
        "{{\"country\": \"DK\", \"client_code\": \"C07\", \"client_name\": \"Acme\", \"account_id\": {}}}",
        acme(1)
    );
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let broken = [
        format!("{head}Content-Length: 5000\r\n\r\n[{first},"),
        format!("{head}\r\n[{first},"),
        format!("{head}Content-Length: 2\r\nLink: <https://elsewhere.example/accounts>; rel=next\r\n\r\n[]"),
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<html>logged o".to_owned(),
        "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ];
    for answer in broken {
        service.says("/accounts", &answer);
        // What may pass is asked for again, which takes seconds: once is enough.
        let commands = [&["--now", "2026-11-24T04:30:00Z", "run"][..], &["plan"], &["check"]];
        let commands = if answer.contains("5000") { &commands[..1] } else { &commands };
        for command in commands {
            let ran = stage.does(command).ends_with(2);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains(&format!("{}/accounts", service.url)) && said.contains("remedy"), "{said}");
            assert!(!said.contains("canary-") && !said.contains("mette@"), "{said}");
        }
    }
    assert_eq!((stage.mails().len(), files(&stage.path("reports")).len()), (mails, reports));

    // A day later all is well again, and nothing has shrunk.
    let rows: Vec<String> = (1..=5).map(|n| first.replace(&acme(1), &acme(n))).collect();
    service.gives("/accounts", "application/json", "", &format!("[{}]", rows.join(",")));
    stage.night("2026-11-25").ends_with(0);
    assert_eq!(stage.summary()["changes"]["open"], 1, "{}", stage.summary());
}

#[test]
fn an_empty_list_is_a_register_that_a_guard_looks_at() {
    let service = Service::start();
    let stage = stage(&service);
    stage.night("2026-11-23").ends_with(0);
    service.gives("/accounts", "application/json", "", "[]");
    stage.night("2026-11-24").ends_with(5);
    assert_eq!(stage.letters().len(), 1);
}

#[test]
fn stopped_while_a_register_lets_it_wait() {
    let service = Service::start();
    let stage = stage(&service);
    service.is_silent_about("/accounts");
    let run = stage.starts("2026-11-23");
    wait_for("a request", || !service.heads().is_empty());
    run.signal("TERM");
    let ran = run.ends_within(LAST_WORDS).ends_with(4);
    assert!(ran.stderr.contains("the reading of the registers was stopped"), "{}", ran.stderr);
    assert!(!stage.path("reports").exists() && !stage.store.exists());
}

#[test]
fn a_database_that_refuses_ends_the_night_and_its_password_is_seen_nowhere() {
    let url = Server::shared().schema();
    create(&url, "CREATE TABLE t (id BIGINT); INSERT INTO t VALUES (7), (NULL)".to_owned());
    let mut stage = Stage::new(acme_world(4));
    stage.set("expected.source", "\"sql\"").set("expected.url", "{ env = \"MAPPING\" }").env("MAPPING", &url);
    stage.env("RECONCILER_LOG", "trace");
    let fine =
        "SELECT 'DK' AS country, 'C07' AS client_code, 'Acme' AS client_name, id AS account_id FROM t ORDER BY id";
    stage.set("expected.contacts", "\"SELECT '' AS country, '' AS client_code, '' AS email WHERE 1 = 0\"");
    for (query, why) in [
        ("SELECT * FROM nowhere", "relation \"nowhere\" does not exist"),
        (
            "INSERT INTO t VALUES (1) RETURNING 1 AS country, 1 AS client_code, 1 AS client_name, 1 AS account_id",
            "read-only",
        ),
        (&fine.replace("account_id", "id"), "the column account_id is missing"),
    ] {
        stage.set("expected.accounts", &format!("'''{query}'''"));
        for command in [&["run"][..], &["check"]] {
            let ran = stage.does(command).ends_with(2);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(said.contains("accounts query") && said.contains(why), "{said}");
            assert!(!said.contains(PASSWORD), "{said}");
        }
    }
    stage.set("expected.accounts", &format!("\"\"\"\n{fine}\n\"\"\""));
    let said = stage.does(&["check"]).stdout;
    assert!(said.contains("set aside: accounts query, result line 2, account_id"), "{said}");
    assert!(said.contains("1 accounts, 0 contacts"), "{said}");
}

#[test]
fn stopped_while_a_query_never_ends() {
    let folder = TempDir::new().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("mapping.db").display());
    create(&sqlite, "CREATE TABLE t (id INTEGER)".to_owned());
    let schema = Server::shared().schema();
    let columns = "'DK' AS country, 'C07' AS client_code, 'Acme' AS client_name";
    let endless = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i % 9 + 1 FROM n) SELECT {columns}, i AS account_id FROM n WHERE i > 9"
    );
    for url in [sqlite, schema] {
        let mut stage = Stage::new(acme_world(1));
        stage.set("expected.source", "\"sql\"").set("expected.url", "{ env = \"MAPPING\" }").env("MAPPING", &url);
        stage.set("expected.accounts", &format!("\"{endless}\"")).set("expected.contacts", "\"SELECT 1\"");
        let file = url.strip_prefix("sqlite://").map(|file| Store::File(file.into()));
        let database = file.unwrap_or(Store::Schema(url));
        let run = stage.starts("2026-11-23");
        wait_for("the query", || run.is_at(&database));
        run.signal("TERM");
        run.ends_within(LAST_WORDS).ends_with(4);
    }
}
