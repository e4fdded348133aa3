//! PostgreSQL's own ways: schemas, servers that stop, passwords.

use private_postgres::{PASSWORD, Server, USER};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::*;
use super::world::*;
use crate::domain::History;

#[tokio::test]
async fn reading_creates_no_table() {
    let home = On::Postgres.home();
    assert!(Store::open_read_only(&home.url).await.unwrap().is_none());
    assert_eq!(Store::unprepared(&home.url).unwrap().version().await.unwrap(), 0);
}

#[tokio::test]
async fn agencies_share_a_database_with_a_schema_each() {
    let (one, other) = (World::new(On::Postgres).await, World::new(On::Postgres).await);
    one.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    assert_eq!((one.rows("account_states").await, other.rows("account_states").await), (1, 0));
    assert_eq!(other.history("2026-11-02").await, History::default());
}

#[tokio::test]
async fn a_store_in_a_later_schema_of_the_search_path_is_another_agencys() {
    let World { home, store, lease } = World::new(On::Postgres).await;
    drop((store, lease));
    let theirs = home.url.expose_secret().rsplit("%3D").next().unwrap().to_owned();
    let ours = On::Postgres.home();
    let both: SecretString = format!("{},{theirs}", ours.url.expose_secret()).into();
    assert!(Store::open_read_only(&both).await.unwrap().is_none());
    let world = World::open(Home { url: both, ..ours }).await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    assert_eq!(Store::open(&home.url).await.unwrap().number("SELECT COUNT(*) FROM runs").await, 0);
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_named_with_its_remedy() {
    let url: SecretString = Server::shared().url("nowhere").into();
    let looked = Store::open_read_only(&url).await.map(|_| ()).unwrap_err().to_string();
    assert!(looked.contains("CREATE SCHEMA"), "{looked}");
    let opened = Store::open(&url).await.map(|_| ()).unwrap_err().to_string();
    assert!(opened.contains("create the schema that search_path names"), "{opened}");
}

#[tokio::test]
async fn a_database_that_is_not_encoded_in_utf8_is_refused_before_anything_is_in_it() {
    let server = Server::shared();
    server.tell("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    let url: SecretString = server.url("public").replace("/postgres?", "/narrow?").into();
    for _ in 0..2 {
        for error in [
            Store::open(&url).await.map(|_| ()).unwrap_err().to_string(),
            Store::open_read_only(&url).await.map(|_| ()).unwrap_err().to_string(),
        ] {
            assert!(error.contains("LATIN1") && error.contains("CREATE DATABASE"), "{error}");
        }
    }
    assert_eq!(Store::unprepared(&url).unwrap().version().await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_server_refuses_is_told_without_the_password() {
    let server = Server::shared();
    let right = server.url("public");
    let wrong = "canary-wrong-password";
    for (url, says) in [
        (right.replace(PASSWORD, wrong), "refuses the user or the password"),
        (right.replace("/postgres?", "/nowhere?"), "create the database"),
        (right.replace(USER, "somebody"), "refuses the user or the password"),
        (format!("{right}&sslmode=require"), "sslmode"),
    ] {
        for error in [
            Store::open(&url.clone().into()).await.map(|_| ()).unwrap_err(),
            Store::open_read_only(&url.into()).await.map(|_| ()).unwrap_err(),
        ] {
            let told = format!("{error} {error:?}");
            assert!(told.contains(says), "{told}");
            assert!(!told.contains(PASSWORD) && !told.contains(wrong), "{told}");
            assert!(error.to_string().contains("127.0.0.1"), "the place is named: {error}");
        }
    }
}

#[tokio::test]
async fn intents_are_on_the_disk_whatever_the_databases_default() {
    let server = Server::shared();
    let home = On::Postgres.home();
    server.tell(
        "CREATE ROLE hasty SUPERUSER LOGIN PASSWORD 'canary-hasty'; ALTER ROLE hasty SET synchronous_commit = off",
    );
    let url = home.url.expose_secret().replace(USER, "hasty").replace(PASSWORD, "canary-hasty");
    let store = Store::open(&url.into()).await.unwrap();
    let on = store.number("SELECT COUNT(*) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'on'");
    assert_eq!(on.await, 1);
}

#[tokio::test]
async fn a_lock_that_somebody_keeps_is_told_as_busy() {
    let world = World::new(On::Postgres).await;
    let other = Store::open(&world.home.url).await.unwrap();
    let mut held = other.pool.begin(sql::Access::Write).await.unwrap();
    held.query("UPDATE lease SET beat = beat").run().await.unwrap();
    let error = world.store.begin(&run_on("2026-11-01"), &world.lease).await.unwrap_err();
    assert!(error.is_busy() && error.to_string().contains("another program holds the database"), "{error}");
    drop(held);
    world.store.begin(&run_on("2026-11-01"), &world.lease).await.unwrap();
}

#[tokio::test]
async fn broken_connections_are_replaced_and_a_broken_transaction_is_undone() {
    let server = Server::start("-c fsync=off");
    let home = Home { url: server.schema().into(), folder: tempfile::tempdir().unwrap() };
    let world = World::open(home).await;
    let run = world.store.begin(&run_on("2026-11-01"), &world.lease).await.unwrap();
    let mut broken = world.store.fenced(&world.lease, "test").await.unwrap();
    broken.query("DELETE FROM runs").run().await.unwrap();
    server.crash();
    let mail = super::mails::to("anna", 1, run);
    assert!(broken.query("SELECT 1").one().await.is_err());
    assert!(broken.commit().await.is_err());
    server.begin();
    assert_eq!(world.store.intend(&mail, &world.lease).await.unwrap(), Intended::New);
    assert_eq!(world.rows("runs").await, 1);
}

#[tokio::test]
async fn a_server_that_comes_back_within_the_patience_of_a_run_is_waited_for() {
    let server = Server::start("-c fsync=off");
    let home = Home { url: server.schema().into(), folder: tempfile::tempdir().unwrap() };
    let world = World::open(home).await;
    server.crash();
    let run = run_on("2026-11-01");
    let (begun, server) = tokio::join!(
        world.store.begin(&run, &world.lease),
        tokio::task::spawn_blocking(move || {
            server.begin();
            server
        })
    );
    begun.unwrap();
    drop(server);
}
