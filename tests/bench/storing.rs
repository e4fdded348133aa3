//! P8: a first night of many judged accounts and a second one with 1 % changes, into SQLite and PostgreSQL, beside what
//! each database's own client needs to read the same rows from a CSV file.
//!
//! `storing ROWS` prints rows of the bench's table. PostgreSQL is a private server with its usual durability (`fsync`).

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use private_postgres::Server;
use reconciler::domain::{AccountId, Address, Cause, Client, ClientKey, Finding, Observation};
use reconciler::store::{Acquired, Lease, NewRun, RunEnding, Store};
use tokio_util::sync::CancellationToken;

type Fault = Box<dyn std::error::Error>;

const COLUMNS: &str = "seq BIGINT NOT NULL, client_id BIGINT NOT NULL, account_id BIGINT NOT NULL, cause TEXT,
    certain_cause TEXT, since DATE, certain_until DATE, account_name TEXT, member_id BIGINT, business_center_id BIGINT,
    actual_role TEXT";

/// What is said of a gap, as long as it mostly is.
const EVIDENCE: &str = "The member is in Business Center Acme Retail A/S (7564000000000000003) (where earlier runs saw \
the account); its listing of 499 accounts is complete (read twice) and does not hold the account. Last seen on \
2026-11-01 in Business Center Acme Retail A/S (7564000000000000003). /advertiser/info/ refuses it to the member.";
const NEXT_STEP: &str = "client: if the account is still in use, assign it again: in Business Center Acme Retail A/S \
(7564000000000000003), Members → data_extract@annalect-data.info → Assign Asset, tick account 7106541027904023757 with \
permission Analyst";

/// What a night took.
struct Night {
    recalled: Duration,
    stored: Duration,
}

/// The accounts of clients of 500 each; one in a hundred has another cause on the second night.
fn findings(count: u64, second: bool) -> Vec<Finding> {
    let member = Address::parse("data_extract@annalect-data.info");
    let since = NaiveDate::from_ymd_opt(2026, 11, if second { 2 } else { 1 });
    let mut client = None;
    (0..count)
        .filter_map(|number| {
            let id = AccountId::parse(&(7_106_541_027_904_000_000 + number * 7).to_string()).ok()?;
            if number % 500 == 0 {
                let code = format!("C{:05}", number / 500);
                client = Some(Arc::new(Client {
                    key: ClientKey::new("DK", &code),
                    country: "DK".to_owned(),
                    name: format!("Client {code}"),
                    code,
                    parent_code: String::new(),
                }));
            }
            let changed = second && number % 100 == 7;
            let cause = if changed { Cause::AccessRemoved } else { Cause::SharedAsExpected };
            let first = NaiveDate::from_ymd_opt(2026, 11, 1);
            let mut finding = Finding::new(cause, id);
            finding.client = client.clone();
            finding.account_name = format!("Account name {number}").into();
            finding.member = member.clone();
            finding.since = if changed { since } else { first };
            if changed {
                finding.evidence = EVIDENCE.into();
                finding.next_step = NEXT_STEP.to_owned();
            }
            Some(finding)
        })
        .collect()
}

async fn night(store: &Store, lease: &Lease, day: NaiveDate, findings: &[Finding]) -> Result<Night, Fault> {
    let now = day.and_hms_opt(4, 30, 0).ok_or("no such moment")?.and_utc();
    let run = NewRun {
        run_id: day.to_string(),
        command: "run".to_owned(),
        now,
        day,
        started_at: now,
        register_rows: findings.len() as u64,
        bad_rows: 0,
    };
    let run = store.begin(&run, lease).await?;
    let begun = Instant::now();
    let (_, present) = store.recall(day).await?;
    let recalled = begun.elapsed();
    let begun = Instant::now();
    store.remember(run, findings, &Observation { members: Vec::new() }, present, day, lease).await?;
    let ended = RunEnding { ended_at: now, complete: true, ..RunEnding::default() };
    store.end(run, &ended, findings, lease).await?;
    Ok(Night { recalled, stored: begun.elapsed() })
}

/// Both nights, and what `size` says after each.
async fn nights(url: String, count: u64, size: impl Fn() -> u64) -> Result<([Night; 2], [u64; 2]), Fault> {
    let store = Store::open(&url.into()).await?;
    let acquired = Lease::acquire(&store, Duration::from_secs(600), "bench", CancellationToken::new()).await?;
    let Acquired::Held(lease) = acquired else { return Err("the lease is held".into()) };
    let empty = size();
    let (mut nights, mut sizes) = (Vec::new(), Vec::new());
    for (day, second) in [(1, false), (2, true)] {
        let day = NaiveDate::from_ymd_opt(2026, 11, day).ok_or("no such day")?;
        nights.push(night(&store, &lease, day, &findings(count, second)).await?);
        sizes.push(size());
    }
    let [first, second] = nights.try_into().map_err(|_| "two nights")?;
    Ok(([first, second], [sizes[0] - empty, sizes[1] - sizes[0]]))
}

#[expect(clippy::print_stdout, reason = "a measurement is its output")]
fn tell(database: &str, rival: &str, most: f64, nights: &[Night; 2], bytes: [u64; 2], imported: Duration) {
    let [first, second] = nights;
    let verdict = |met| if met { "met" } else { "NOT MET" };
    let ratio = first.stored.as_secs_f64() / imported.as_secs_f64();
    let (stored, imported) = (first.stored.as_secs_f64(), imported.as_secs_f64());
    println!(
        "| P8 | {database}, first night against {rival} | {stored:.2} s : {imported:.2} s = {ratio:.2} × | ≤ {most} × | {} |",
        verdict(ratio <= most)
    );
    let time = second.stored.as_secs_f64() / first.stored.as_secs_f64();
    let size = bytes[1] as f64 / bytes[0] as f64;
    println!(
        "| P8 | {database}, second night, 1 % changed | {:.1} % of the time, {:.1} % of {} MB; recalled in {:.2} s | ≤ 5 % | {} |",
        100.0 * time,
        100.0 * size,
        bytes[0] / 1_000_000,
        second.recalled.as_secs_f64(),
        verdict(time <= 0.05 && size <= 0.05)
    );
}

/// Runs `sqlite3` with these commands; gives the time.
fn sqlite3(database: &Path, commands: &[&str]) -> Result<Duration, Fault> {
    let begun = Instant::now();
    let status = Command::new("sqlite3").arg(database).args(commands).stdin(Stdio::null()).status()?;
    if status.success() { Ok(begun.elapsed()) } else { Err("sqlite3 failed".into()) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let count = std::env::args().nth(1).ok_or("usage: storing ROWS")?.parse()?;
    let folder = std::env::temp_dir().join(format!("storing-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;

    let server = Server::start("-c max_wal_size=8GB -c checkpoint_timeout=1h");
    let url = server.schema();
    let written = || server.tell("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").parse().unwrap_or(0);
    let (nights_of_postgres, bytes) = nights(url, count, written).await?;
    let csv = folder.join("rows.csv");
    server.tell(&format!("\\copy (SELECT * FROM t0.account_states WHERE seq = 1) TO '{}' CSV", csv.display()));
    let mut times = Vec::new();
    for round in 0..3 {
        server.tell(&format!("CREATE TABLE rival{round} ({COLUMNS}, PRIMARY KEY (seq, client_id, account_id))"));
        let begun = Instant::now();
        server.tell(&format!("\\copy rival{round} FROM '{}' CSV", csv.display()));
        times.push(begun.elapsed());
    }
    tell("PostgreSQL", "`\\copy`", 1.3, &nights_of_postgres, bytes, median(times));

    let file = folder.join("store.db");
    let size = || {
        let of = |end: &str| std::fs::metadata(format!("{}{end}", file.display())).map_or(0, |meta| meta.len());
        // The log is folded into the file at some time: what is in the file at the end counts.
        let _ = sqlite3(&file, &["PRAGMA wal_checkpoint(PASSIVE)"]);
        of("")
    };
    let (nights_of_sqlite, bytes) = nights(format!("sqlite://{}", file.display()), count, size).await?;
    let mut times = Vec::new();
    for round in 0..3 {
        let rival = folder.join(format!("rival{round}.db"));
        sqlite3(&rival, &[&format!("CREATE TABLE account_states ({COLUMNS})")])?;
        times.push(sqlite3(&rival, &[".mode csv", &format!(".import '{}' account_states", csv.display())])?);
    }
    tell("SQLite", "`sqlite3 .import` without index", 1.0, &nights_of_sqlite, bytes, median(times));
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
