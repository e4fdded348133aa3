//! The database file: opening, refusing, reading only.

use rstest::rstest;
use secrecy::SecretString;

use super::super::*;
use super::world::*;
use crate::domain::History;

#[tokio::test]
async fn reading_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Store::open_read_only(&url(&folder)).await.unwrap().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_empty_file_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/reconciler.db"), b"").unwrap();
    assert!(Store::open_read_only(&url(&folder)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reader_sees_what_a_writer_stored_and_can_write_nothing() {
    let world = World::new().await;
    world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    let reader = Store::open_read_only(&url(&world.folder)).await.unwrap().unwrap();
    let day = date("2026-11-02");
    assert_eq!(reader.history(day).await.unwrap(), world.store.history(day).await.unwrap());
    let refused = reader.begin(&run_on("2026-11-02"), &world.lease).await.unwrap_err();
    assert!(refused.to_string().contains("is the volume read-only?"), "{refused}");
}

#[tokio::test]
async fn a_store_on_a_read_only_volume_can_be_read() {
    let World { folder, store, lease } = World::new().await;
    lease.release(&store).await.unwrap();
    store.close().await;
    let state = folder.path().join("state");
    let _guard = ReadOnly::new(&state);
    let reader = Store::open_read_only(&url(&folder)).await.unwrap().unwrap();
    assert_eq!(reader.history(date("2026-11-01")).await.unwrap(), History::default());
    assert!(reader.check().await.unwrap().contains("is sound: schema 2"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_created_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), b"a file").unwrap();
    let error = Store::open(&url(&folder)).await.unwrap_err().to_string();
    assert!(error.contains("cannot create the store's folder") && error.contains("/state"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/reconciler.db"), "no database ".repeat(1000)).unwrap();
    for error in [
        Store::open(&url(&folder)).await.map(|_| ()).unwrap_err().to_string(),
        Store::open_read_only(&url(&folder)).await.map(|_| ()).unwrap_err().to_string(),
    ] {
        assert!(error.contains("restore it from the last backup"), "{error}");
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_schema() {
    let World { folder, store, lease } = World::new().await;
    sqlx::query("INSERT INTO schema_version VALUES (99, '9.0.0', 'later')").execute(&store.pool).await.unwrap();
    drop((store, lease));
    for error in [
        Store::open(&url(&folder)).await.map(|_| ()).unwrap_err(),
        Store::open_read_only(&url(&folder)).await.map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::NewerSchema { found: 99, .. }), "{error}");
    }
}

#[tokio::test]
async fn a_migration_that_is_killed_midway_leaves_nothing_of_itself() {
    let world = World::new().await;
    // The program died inside its first transaction: SQLite rolls it back, and the next start begins anew.
    let mut tx = world.store.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::raw_sql("CREATE TABLE half (x)").execute(&mut *tx).await.unwrap();
    drop(tx);
    let again = Store::open(&url(&world.folder)).await.unwrap();
    assert!(sqlx::query("SELECT * FROM half").fetch_all(&again.pool).await.is_err());
    assert!(again.check().await.unwrap().ends_with("schema 2, runs stored: 0"));
}

#[rstest]
#[case("postgres://u:secret@db/x", "not built yet")]
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
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder)).await.unwrap();
    for _ in 0..8 {
        let mut tx = store.pool.begin_with("BEGIN IMMEDIATE").await.expect("a connection on which one can begin");
        // What SQLite does on a full or failing disk, and sqlx does not notice.
        sqlx::raw_sql("ROLLBACK").execute(&mut *tx).await.unwrap();
        drop(tx);
    }
}
