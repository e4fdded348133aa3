//! Two years of nights in a store, and how long a person waits for an answer out of it.
//!
//! `answering NIGHTS ACCOUNTS FILE` makes the store (1 % of the accounts change a night, twenty mails go), says what
//! `history`, `history --account` and `explain` read, and what a night's removal of an old one takes. The file stays, for
//! the commands themselves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use reconciler::domain::{
    AccountId, AccountKey, Address, BusinessCenterId, Cause, Client, ClientKey, Finding, MailContent, MailOutcome,
    Observation, Role, StatedRole,
};
use reconciler::store::{Acquired, Lease, MailIntent, MailKind, NewRun, RunEnding, RunSeq, Store};
use tokio_util::sync::CancellationToken;

type Fault = Box<dyn std::error::Error>;

const SUMMARY: &str = r#"{"complete":true,"counts":{"ok":{"shared_as_expected":9900},"missing":{"access_removed":100}},
    "changes":{"new":50,"open":50,"resolved":50,"withdrawn":0},"guards":[],"unread":[],"bad_rows":[],
    "mails":{"sent":20,"held":0,"failed":0,"doubtful":0,"suppressed":0,"redirected":0}}"#;

/// An account of this number, ok or not on a night: each night the next hundredth changes, and the one after that back.
fn finding(number: u64, night: u64, accounts: u64, client: &Arc<Client>, first: NaiveDate) -> Option<Finding> {
    let slice = (accounts / 200).max(1);
    let turn = (number / slice + 1_000_000 - night % 1_000_000) % (accounts / slice).max(1);
    let missing = turn == 0;
    let mut finding =
        Finding::new(if missing { Cause::AccessRemoved } else { Cause::SharedAsExpected }, id(number)?);
    finding.client = Some(Arc::clone(client));
    finding.account_name = format!("Account name {number}").as_str().into();
    finding.member = Address::parse("data_extract@annalect-data.info");
    finding.business_center = BusinessCenterId::parse("7564000000000000003").ok();
    finding.actual_role = (!missing).then_some(StatedRole::Known(Role::Analyst));
    finding.since = Some(if missing { first + Days::new(night) } else { first });
    Some(finding)
}

fn id(number: u64) -> Option<AccountId> {
    AccountId::parse(&(7_106_541_027_904_000_000 + number * 7).to_string()).ok()
}

async fn night(store: &Store, lease: &Lease, night: u64, accounts: u64, first: NaiveDate) -> Result<(), Fault> {
    let day = first + Days::new(night);
    let now = day.and_hms_opt(4, 30, 0).ok_or("no such moment")?.and_utc();
    let run_id = now.format("%Y%m%dT%H%M%SZ-0000").to_string();
    let command = "run".to_owned();
    let (register_rows, bad_rows) = (accounts, 0);
    let run = NewRun { run_id, command, now, day, started_at: now, register_rows, bad_rows };
    let run = store.begin(&run, lease).await?;
    let (_, present) = store.recall(day).await?;
    let mut client = None;
    let mut findings = Vec::new();
    for number in 0..accounts {
        if number % 500 == 0 {
            let code = format!("C{:05}", number / 500);
            let (country, name) = ("DK".to_owned(), format!("Client {code}"));
            client = Some(Arc::new(Client {
                key: ClientKey::new("DK", &code),
                country,
                name,
                code,
                parent_code: String::new(),
            }));
        }
        findings.extend(client.as_ref().and_then(|client| finding(number, night, accounts, client, first)));
    }
    store.remember(run, &findings, &Observation { members: Vec::new() }, present, day, lease).await?;
    for person in 0..20 {
        let mail = mail(run, person, day, accounts).ok_or("no mail")?;
        store.intend(&mail, lease).await?;
        store.settle(&mail.message_id, MailOutcome::Accepted, None, now, lease).await?;
    }
    let ended = RunEnding { ended_at: now, complete: true, summary: SUMMARY.to_owned(), ..RunEnding::default() };
    store.end(run, &ended, &findings, lease).await?;
    Ok(())
}

/// Twenty kilobytes about twenty accounts.
fn mail(run: RunSeq, person: u64, day: NaiveDate, accounts: u64) -> Option<MailIntent> {
    let gap = |number| {
        Some(AccountKey { client: Some(ClientKey::new("DK", "C00000")), account_id: id(number % accounts)? })
    };
    let content = MailContent {
        asked: (0..20).filter_map(|number| gap(person * 20 + number)).collect(),
        ..MailContent::default()
    };
    let to = Address::parse(&format!("person-{person}@client.example"))?;
    let kind = MailKind::Person { person: to, episode: day, number: 1, content };
    let (message_id, bytes) = (format!("<{person}-{day}@example.org>"), vec![b'x'; 20_000]);
    Some(MailIntent { run, message_id, day, kind, bytes, at: day.and_hms_opt(4, 30, 0)?.and_utc() })
}

#[expect(clippy::print_stdout, reason = "a measurement is its output")]
fn tell(what: &str, begun: Instant) {
    let took: Duration = begun.elapsed();
    println!("{what}: {:.1} ms", took.as_secs_f64() * 1000.0);
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [nights, accounts, file] = arguments.as_slice() else {
        return Err("usage: answering NIGHTS ACCOUNTS FILE".into());
    };
    let (nights, accounts): (u64, u64) = (nights.parse()?, accounts.parse()?);
    let first = NaiveDate::from_ymd_opt(2024, 11, 1).ok_or("no such day")?;
    let store = Store::open(&format!("sqlite://{file}").into()).await?;
    let acquired = Lease::acquire(&store, Duration::from_secs(600), "bench", CancellationToken::new()).await?;
    let Acquired::Held(lease) = acquired else { return Err("the lease is held".into()) };
    for number in 0..nights {
        night(&store, &lease, number, accounts, first).await?;
    }
    let (asked, today) = (id(7).ok_or("no id")?, first + Days::new(nights));
    for _ in 0..2 {
        let begun = Instant::now();
        store.account_story(asked).await?;
        tell("one account's past", begun);
        let begun = Instant::now();
        store.runs(20).await?;
        tell("twenty runs", begun);
        let begun = Instant::now();
        store.recall(today).await?;
        tell("everything that a night recalls", begun);
    }
    let begun = Instant::now();
    let removed = store.expire(today, first + Days::new(1), &[], &lease).await?;
    tell(&format!("removing the oldest night ({} run)", removed.runs), begun);
    lease.release(&store).await?;
    store.close().await;
    Ok(())
}
