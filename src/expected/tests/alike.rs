//! A register is the same wherever it is read from.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use private_postgres::Server;
use proptest::prelude::*;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::*;

/// Cells of a table, as texts; an empty one is NULL.
struct Cells<'c> {
    columns: &'c [&'c str],
    rows: &'c [Vec<String>],
}

impl Cells<'_> {
    fn csv(&self) -> String {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns).unwrap();
        for row in self.rows {
            writer.write_record(row).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    fn json(&self) -> String {
        let object = |row: &Vec<String>| {
            let cells = self.columns.iter().zip(row);
            let value = |cell: &String| match cell.parse::<u64>() {
                _ if cell.is_empty() => serde_json::Value::Null,
                Ok(number) if number.to_string() == *cell => number.into(),
                _ => cell.as_str().into(),
            };
            cells.map(|(name, cell)| ((*name).to_owned(), value(cell))).collect::<serde_json::Map<_, _>>()
        };
        serde_json::to_string(&self.rows.iter().map(object).collect::<Vec<_>>()).unwrap()
    }

    /// A table of the name; what looks like a number is one.
    fn sql(&self, name: &str) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("{column} TEXT")).collect();
        let mut script = format!("CREATE TABLE {name} (row_number INTEGER, {});", columns.join(", "));
        for (n, row) in self.rows.iter().enumerate() {
            let value =
                |cell: &String| if cell.is_empty() { "NULL".into() } else { format!("'{}'", cell.replace('\'', "''")) };
            let values: Vec<String> = row.iter().map(value).collect();
            script.push_str(&format!("INSERT INTO {name} VALUES ({n}, {});", values.join(", ")));
        }
        script
    }
}

/// Answers each request by its path, one a connection.
fn serve(bodies: [String; 3]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (body, stream) in bodies.iter().zip(listener.incoming()) {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::from("begin");
            while !line.trim().is_empty() {
                line.clear();
                stream.read_line(&mut line).unwrap();
            }
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length:";
            write!(stream.get_mut(), "{head} {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    url
}

const NAMES: [&[&str]; 3] = [
    &[
        "country",
        "client_code",
        "client_name",
        "account_id",
        "parent_code",
        "account_name",
        "business_center_id",
        "member",
        "state",
        "start_date",
        "end_date",
        "added_by",
        "tags",
    ],
    &["country", "client_code", "email", "name", "language", "role"],
    &["country", "client_code", "account_id", "business_center_id", "reason", "until"],
];

fn cell(column: &'static str) -> BoxedStrategy<String> {
    let odd = "[ -~æøå\u{200b}\u{a0}]{0,12}".prop_map(|text| text.replace('[', "("));
    let usual = match column {
        "account_id" | "business_center_id" => "[1-9][0-9]{0,19}|7\\.1E\\+18| 71|",
        "start_date" | "end_date" | "until" => "202[5-7]-[01][0-9]-[0-3][0-9]|",
        "email" | "member" => "[a-c]@[a-c]\\.example|",
        "country" => "DK|se|",
        "client_code" => "C[1-3]|\\*|",
        "state" => "onboarded|Requested|",
        "role" => "client|owner|",
        "language" => "da|en|xx|",
        _ => "[a-zæ ,;\"']{0,9}",
    };
    prop_oneof![6 => usual, 1 => odd].boxed()
}

/// Rows of a table, of which none is blank, for a file would skip it.
fn rows(table: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    let cells: Vec<_> = NAMES[table].iter().map(|column| cell(column)).collect();
    let blank = |cell: &String| cell.chars().all(|c| c.is_whitespace() || matches!(c, ',' | ';'));
    let row = cells.prop_filter("a blank line", move |row| !row.iter().all(blank));
    proptest::collection::vec(row, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_register_is_the_same_from_files_databases_and_a_service(accounts in rows(0), contacts in rows(1), exceptions in rows(2)) {
        let tables = [accounts, contacts, exceptions];
        let cells = |at: usize| Cells { columns: NAMES[at], rows: &tables[at] };
        let all = [cells(0), cells(1), cells(2)];

        let folder = tempfile::tempdir().unwrap();
        let files = [0, 1, 2].map(|at| folder.path().join(format!("{at}.csv")).to_str().unwrap().to_owned());
        for (file, cells) in files.iter().zip(&all) {
            std::fs::write(file, cells.csv()).unwrap();
        }
        let of_files = said(read_of(Source::Csv, files), 1);

        let url = serve([all[0].json(), all[1].json(), all[2].json()]);
        let of_service = read_of(Source::Http { authorization: None }, [0, 1, 2].map(|at| format!("{url}/{at}")));
        prop_assert_eq!(&said(of_service, 0), &of_files);

        let script = format!("{}{}{}", all[0].sql("accounts"), all[1].sql("contacts"), all[2].sql("exceptions"));
        let queries = ["accounts", "contacts", "exceptions"].map(|name| format!("SELECT * FROM {name} ORDER BY row_number"));
        let file = folder.path().join("mapping.db");
        let schema = Server::shared().schema();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut conn = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script.clone())).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
            let mut conn = schema.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        });
        let of = |url: String| read_of(Source::Sql { url: url.into() }, queries.clone());
        let (of_sqlite, of_postgres) = (of(format!("sqlite://{}", file.display())), of(schema));
        prop_assert_eq!(of_sqlite.fingerprint, of_postgres.fingerprint);
        prop_assert_eq!(&said(of_sqlite, 0), &of_files);
        prop_assert_eq!(&said(of_postgres, 0), &of_files);
    }
}
