//! The database file: opening, refusing, reading only.

use rstest::rstest;
use secrecy::SecretString;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

use super::super::sql::Access;
use super::super::*;
use super::world::*;
use crate::domain::History;

#[tokio::test]
async fn reading_creates_nothing() {
    let home = On::Sqlite.home();
    assert!(Store::open_read_only(&home.url).await.unwrap().is_none());
    assert_eq!(std::fs::read_dir(home.folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_empty_file_is_as_good_as_none() {
    let home = On::Sqlite.home();
    std::fs::create_dir(home.folder.path().join("state")).unwrap();
    std::fs::write(home.folder.path().join("state/reconciler.db"), b"").unwrap();
    assert!(Store::open_read_only(&home.url).await.unwrap().is_none());
}

#[tokio::test]
async fn a_store_on_a_read_only_volume_can_be_read() {
    let World { home, store, lease } = World::new(On::Sqlite).await;
    lease.release(&store).await.unwrap();
    store.close().await;
    let state = home.folder.path().join("state");
    // Also for root, who may write where nobody may: SQLite can have no shared memory there.
    std::fs::create_dir(state.join("reconciler.db-shm")).unwrap();
    let _guard = ReadOnly::new(&state);
    let reader = Store::open_read_only(&home.url).await.unwrap().unwrap();
    assert_eq!(reader.history(date("2026-11-01")).await.unwrap(), History::default());
    assert!(reader.check().await.unwrap().contains("is sound: schema 3"));
}

#[tokio::test]
async fn a_store_that_somebody_keeps_locked_is_not_read_past_the_lock() {
    let World { home, store, lease } = World::new(On::Sqlite).await;
    drop(lease);
    store.close().await;
    let file = home.folder.path().join("state/reconciler.db");
    let options = SqliteConnectOptions::new().filename(&file).journal_mode(SqliteJournalMode::Delete);
    let mut other = options.connect().await.unwrap();
    sqlx::raw_sql("BEGIN EXCLUSIVE; UPDATE lease SET holder = 'half'").execute(&mut other).await.unwrap();
    let error = Store::open_read_only(&home.url).await.map(|_| ()).unwrap_err();
    assert!(error.is_busy(), "{error}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_created_is_named() {
    let home = On::Sqlite.home();
    std::fs::write(home.folder.path().join("state"), b"a file").unwrap();
    let error = Store::open(&home.url).await.unwrap_err().to_string();
    assert!(error.contains("cannot create the store's folder") && error.contains("/state"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let home = On::Sqlite.home();
    std::fs::create_dir(home.folder.path().join("state")).unwrap();
    std::fs::write(home.folder.path().join("state/reconciler.db"), "no database ".repeat(1000)).unwrap();
    for error in [
        Store::open(&home.url).await.map(|_| ()).unwrap_err().to_string(),
        Store::open_read_only(&home.url).await.map(|_| ()).unwrap_err().to_string(),
    ] {
        assert!(error.contains("restore it from the last backup"), "{error}");
    }
}

#[rstest]
#[case("postgres://u:secret@db/x?sslmod=require", "unknown parameter")]
#[case("postgres://u:secret@db/x?sslmode=sometimes", "parameters are wrong")]
#[case("postgres://u:12/secret@db/x", "percent-encoded")]
#[case("postgres://u:12#secret@db/x", "percent-encoded")]
#[case("postgres://u:se/cret@db/secret", "malformed")]
#[case("mysql://u:secret@db/x", "neither sqlite:// nor postgres://")]
#[case("sqlite::memory:", "remembers nothing")]
#[case("sqlite://x.db?secret=1", "parameters are wrong")]
#[tokio::test]
async fn an_address_that_is_none_is_refused_without_being_shown(#[case] url: &str, #[case] says: &str) {
    let error = Store::open(&SecretString::from(url)).await.unwrap_err().to_string();
    assert!(error.contains(says) && !error.contains("secret"), "{error}");
}

/// Makes a folder read-only until it is dropped.
struct ReadOnly<'a>(&'a std::path::Path);

impl<'a> ReadOnly<'a> {
    fn new(path: &'a std::path::Path) -> Self {
        set_mode(path, 0o555);
        Self(path)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        set_mode(self.0, 0o755);
    }
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn after_sqlite_ended_a_transaction_by_itself_the_next_one_begins() {
    let home = On::Sqlite.home();
    let store = Store::open(&home.url).await.unwrap();
    for _ in 0..8 {
        let mut tx = store.pool.begin(Access::Write).await.expect("a connection on which one can begin");
        // What SQLite does on a full or failing disk, and sqlx does not notice.
        tx.script("ROLLBACK").await.unwrap();
        drop(tx);
    }
}
