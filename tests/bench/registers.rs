//! A register of many accounts, read from a CSV file, SQLite, PostgreSQL and a web service: time, CPU and peak memory of
//! the reading alone, each in a process of its own.
//!
//! `registers ROWS` prints rows of the bench's table. All hold the same rows; the service is this process, on loopback.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use private_postgres::Server;
use reconciler::config::{Expected, Source};
use reconciler::domain::Address;
use reconciler::expected;

type Fault = Box<dyn Error + Send + Sync>;

const HEADER: &str = "country,client_code,client_name,account_id,account_name,business_center_id,state,start_date,end_date,added_by,tags";
const COLUMNS: &str = "country TEXT, client_code TEXT, client_name TEXT, account_id BIGINT, account_name TEXT,
    business_center_id BIGINT, state TEXT, start_date DATE, end_date DATE, added_by TEXT, tags TEXT";
const CONTACTS: &str = "SELECT '' AS country, '' AS client_code, '' AS email WHERE 1 = 0";

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    match words[..] {
        ["read", kind, url, accounts, contacts] => read(kind, url, accounts, contacts),
        [rows] => measure(rows.parse()?),
        _ => Err("usage: registers ROWS".into()),
    }
}

/// The measured process: reads, and tells seconds and MiB.
fn read(kind: &str, url: &str, accounts: &str, contacts: &str) -> Result<(), Fault> {
    let source = match kind {
        "csv" => Source::Csv,
        "sql" => Source::Sql { url: url.into() },
        _ => Source::Http { authorization: None },
    };
    let settings = Expected { source, accounts: accounts.into(), contacts: contacts.into(), exceptions: None };
    let member = Address::parse("data_extract@annalect-data.info").ok_or("no member")?;
    let zone = "Europe/Copenhagen".parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let begun = Instant::now();
    let register = runtime.block_on(expected::read(&settings, &member, zone))?;
    let took = begun.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse()?;
    // In hundredths of a second, behind the name in brackets.
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let times = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let cpu: u64 = times.map(|time| time.parse().unwrap_or(0)).sum();
    let cpu = cpu as f64 / 100.0;
    println!("{took:.2} s ({cpu:.2} s CPU), {} MiB, {} accounts", peak / 1024, register.accounts.len());
    std::process::exit(0);
}

fn measure(rows: u64) -> Result<(), Fault> {
    let folder = std::env::temp_dir().join(format!("registers-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = |name: &str| folder.join(name).display().to_string();
    write(&folder, rows)?;
    let (file, contacts, mapping) = (path("accounts.csv"), path("contacts.csv"), path("mapping.db"));

    sqlite3(&mapping, &format!("CREATE TABLE accounts ({COLUMNS});\n.import --csv --skip 1 {file} accounts\n"))?;
    let server = Server::start("");
    let schema = server.schema();
    let name = schema.rsplit("%3D").next().unwrap_or_default();
    server.tell(&format!("CREATE TABLE {name}.accounts ({COLUMNS})"));
    server.tell(&format!("\\copy {name}.accounts FROM '{file}' CSV HEADER"));
    let service = serve(&folder)?;

    let query = "SELECT * FROM accounts";
    let (sqlite, from_service) =
        (format!("sqlite://{mapping}"), (format!("{service}/accounts"), format!("{service}/contacts")));
    for (name, words) in [
        ("CSV", ["csv", "", &file, &contacts]),
        ("SQLite", ["sql", &sqlite, query, CONTACTS]),
        ("PostgreSQL", ["sql", &schema, query, CONTACTS]),
        ("JSON over HTTP", ["http", "", &from_service.0, &from_service.1]),
    ] {
        for _ in 0..3 {
            let child = Command::new(std::env::current_exe()?).arg("read").args(words).output()?;
            let said = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
            println!("| registers | {rows} rows, {name} | {} |", said.trim());
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// The register as CSV and as JSON.
fn write(folder: &Path, rows: u64) -> Result<(), Fault> {
    let mut csv = BufWriter::new(File::create(folder.join("accounts.csv"))?);
    let mut json = BufWriter::new(File::create(folder.join("accounts.json"))?);
    writeln!(csv, "{HEADER}")?;
    write!(json, "[")?;
    for row in 0..rows {
        let (client, id) = (row / 500, 7_106_541_027_904_000_000 + row * 7);
        let center = 7_564_000_000_000_000_000 + client;
        writeln!(csv, "DK,C{client:05},Client {client},{id},Account name {row},{center},onboarded,2026-01-01,,Anna,")?;
        let begin = if row == 0 { "" } else { ",\n" };
        write!(
            json,
            "{begin}{{\"country\":\"DK\",\"client_code\":\"C{client:05}\",\"client_name\":\"Client {client}\",\
             \"account_id\":\"{id}\",\"account_name\":\"Account name {row}\",\"business_center_id\":\"{center}\",\
             \"state\":\"onboarded\",\"start_date\":\"2026-01-01\",\"end_date\":null,\"added_by\":\"Anna\",\"tags\":null}}"
        )?;
    }
    write!(json, "]")?;
    csv.flush()?;
    json.flush()?;
    std::fs::write(folder.join("contacts.csv"), "country,client_code,email\n")?;
    std::fs::write(folder.join("contacts.json"), "[]")?;
    Ok(())
}

fn sqlite3(file: &str, script: &str) -> Result<(), Fault> {
    let mut child = Command::new("sqlite3").arg(file).stdin(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(script.as_bytes())?;
    if child.wait()?.success() { Ok(()) } else { Err("sqlite3 refused".into()) }
}

/// Serves the JSON files; gives the address.
fn serve(folder: &Path) -> Result<String, Fault> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let folder = folder.to_path_buf();
    std::thread::spawn(move || -> Result<(), Fault> {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream?);
            let mut first = String::new();
            stream.read_line(&mut first)?;
            let mut line = String::from("…");
            while !line.trim().is_empty() {
                line.clear();
                stream.read_line(&mut line)?;
            }
            let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
            let mut file = File::open(folder.join(format!("{path}.json")))?;
            let length = file.metadata()?.len();
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length:";
            write!(stream.get_mut(), "{head} {length}\r\n\r\n")?;
            std::io::copy(&mut file, stream.get_mut())?;
        }
        Ok(())
    });
    Ok(url)
}
