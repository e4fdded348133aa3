//! Schemas of earlier versions: their data is kept, and a newer one is refused.

use rstest::rstest;

use super::super::sql::{Access, Transaction};
use super::super::*;
use super::world::*;
use crate::domain::*;

const DAY: &str = "2026-11-01";

/// What the first schema held: a mail that was taken and one that was refused for now.
const SAMPLE: &str = "
    CREATE TABLE schema_version (version BIGINT PRIMARY KEY, applied_by TEXT NOT NULL, applied_at TEXT NOT NULL);
    INSERT INTO schema_version VALUES (1, '0.1.0', '2026-11-01T04:30:00Z');
    INSERT INTO runs (seq, run_id, command, now, day, started_at, register_rows, bad_rows, exit_codes, calls)
    VALUES (1, 'r', 'run', '2026-11-01T04:30:00+00:00', '2026-11-01', '2026-11-01T04:30:00+00:00', 10, 0, '[0]', '{}');";

/// The store as the first schema had it.
async fn first_schema(home: &Home, bytes: &[u8]) {
    let store = Store::unprepared(&home.url).unwrap();
    let mut tx = store.pool.begin(Access::Write).await.unwrap();
    let first = match &tx {
        Transaction::Sqlite(_) => include_str!("../migrations/sqlite/0001_start.sql"),
        Transaction::Postgres(_) => include_str!("../migrations/postgres/0001_start.sql"),
    };
    tx.script(first).await.unwrap();
    tx.script(SAMPLE).await.unwrap();
    for (person, outcome) in [("anna", "accepted"), ("bert", "deferred")] {
        let (id, address) = (format!("<{person}-1@example.org>"), format!("{person}@example.org"));
        tx.query(
            "INSERT INTO mails (message_id, seq, kind, person, day, episode, number, verdict, bytes, outcome, created_at)
             VALUES ($1, 1, 'person', $2, $3, $3, 1, '', $4, $5, $6)",
        )
        .bind(&id)
        .bind(&address)
        .bind(date(DAY))
        .bind(bytes)
        .bind(outcome)
        .bind(moment(DAY))
        .run()
        .await
        .unwrap();
        let ClientKey { country, code } = key("C07", 1).client.unwrap();
        let gap = tx.query("INSERT INTO mail_gaps VALUES ($1, $2, $3, $4)").bind(&id).bind(&*country).bind(&*code);
        gap.bind(account(1).get()).run().await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
}

#[rstest]
#[tokio::test]
async fn mails_of_the_first_schema_are_remembered_as_asking_and_sent_again_byte_for_byte(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let home = on.home();
    let bytes: Vec<u8> = (0..30_000_u32).map(|n| (n % 251) as u8).collect();
    first_schema(&home, &bytes).await;
    let reader = Store::open_read_only(&home.url).await.map(|_| ()).unwrap_err();
    assert!(matches!(reader, Error::OlderSchema { found: 1, .. }), "{reader}");

    let world = World::open(home).await;
    let asked = MailContent { asked: vec![key("C07", 1)], ..MailContent::default() };
    let remembered: Vec<_> = world.history(DAY).await.mails.into_iter().map(|m| (m.outcome, m.content)).collect();
    assert_eq!(remembered, [(MailOutcome::Accepted, asked.clone()), (MailOutcome::Deferred, asked)]);
    let waiting = world.store.mails_of_day(date(DAY)).await.unwrap();
    let waiting: Vec<_> = waiting.iter().map(|mail| (mail.outcome, &*mail.bytes)).collect();
    assert_eq!(waiting, [(MailOutcome::Accepted, &[][..]), (MailOutcome::Deferred, &*bytes)]);

    let run = RunSeq(1);
    let intend = async |mail| world.store.intend(&mail, &world.lease).await.unwrap();
    assert_eq!(intend(super::mails::to("anna", 2, run)).await, Intended::Already(MailOutcome::Accepted));
    let Intended::Again(stored) = intend(super::mails::to("bert", 2, run)).await else { panic!("not again") };
    assert_eq!((stored.message_id.as_str(), stored.bytes), ("<bert-1@example.org>", bytes));
}

#[rstest]
#[tokio::test]
async fn an_older_program_refuses_a_newer_schema(#[values(On::Sqlite, On::Postgres)] on: On) {
    let World { home, store, lease } = World::new(on).await;
    store.meddle("INSERT INTO schema_version VALUES (99, '9.0.0', CURRENT_TIMESTAMP)").await.unwrap();
    drop((store, lease));
    for error in [
        Store::open(&home.url).await.map(|_| ()).unwrap_err(),
        Store::open_read_only(&home.url).await.map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::NewerSchema { found: 99, .. }), "{error}");
    }
}

#[rstest]
#[tokio::test]
async fn a_migration_that_is_killed_midway_leaves_nothing_of_itself(#[values(On::Sqlite, On::Postgres)] on: On) {
    let home = on.home();
    first_schema(&home, b"bytes").await;
    // The program died inside its transaction: the database undoes it, and the next start begins anew.
    let store = Store::unprepared(&home.url).unwrap();
    let mut tx = store.pool.begin(Access::Write).await.unwrap();
    tx.script("CREATE TABLE half (x BIGINT); ALTER TABLE mails DROP COLUMN bytes").await.unwrap();
    drop(tx);
    let again = Store::open(&home.url).await.unwrap();
    assert!(again.meddle("INSERT INTO half VALUES (1)").await.is_err());
    assert!(again.check().await.unwrap().ends_with("schema 3, runs stored: 1"));
    assert_eq!(again.number("SELECT COUNT(*) FROM mail_bytes").await, 2);
}

#[rstest]
#[tokio::test]
async fn of_many_that_create_the_schema_at_once_each_finds_it_whole(#[values(On::Sqlite, On::Postgres)] on: On) {
    let home = on.home();
    let opened = futures_util::future::join_all((0..8).map(|_| Store::open(&home.url))).await;
    for store in opened {
        assert!(store.unwrap().check().await.unwrap().ends_with("schema 3, runs stored: 0"));
    }
}
