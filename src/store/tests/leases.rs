//! The lease: one writer at a time, and no writing after it was lost.

use std::time::Duration;

use futures_util::FutureExt as _;
use sqlx::Row;
use tokio_util::sync::CancellationToken;

use super::super::*;
use super::world::*;

const SHORT: Duration = Duration::from_millis(400);

async fn acquire(store: &Store) -> Acquired {
    Lease::acquire(store, SHORT, "second", CancellationToken::new()).await.unwrap()
}

/// Two stores on one file; the first holds the lease.
async fn two() -> (tempfile::TempDir, Store, Lease, Store) {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::open(&url(&folder)).await.unwrap();
    let lease = held(Lease::acquire(&first, SHORT, "first", CancellationToken::new()).await);
    let second = Store::open(&url(&folder)).await.unwrap();
    (folder, first, lease, second)
}

#[tokio::test]
async fn a_renewed_lease_is_not_taken_over() {
    let (_folder, _first, _lease, second) = two().await;
    assert!(matches!(acquire(&second).await, Acquired::Busy { holder } if holder == "first"));
}

#[tokio::test]
async fn a_released_lease_is_free_at_once() {
    let (_folder, first, lease, second) = two().await;
    lease.release(&first).await.unwrap();
    assert!(matches!(acquire(&second).await, Acquired::Held(_)));
}

#[tokio::test]
async fn a_dead_holders_lease_is_taken_over_and_the_woken_holder_can_write_nothing() {
    let (_folder, first, lease, second) = two().await;
    lease.freeze();
    let taken = held(Ok(acquire(&second).await));
    let late = first.begin(&run_on("2026-11-01"), &lease).await;
    assert!(matches!(late, Err(Error::LeaseLost { .. })), "{late:?}");
    assert!(lease.lost().is_cancelled());
    second.begin(&run_on("2026-11-01"), &taken).await.unwrap();
    lease.release(&first).await.unwrap();
    second.begin(&run_on("2026-11-01"), &taken).await.expect("a lost lease frees nothing");
}

#[tokio::test]
async fn the_holder_learns_of_the_loss_by_its_next_beat() {
    let (_folder, first, lease, _second) = two().await;
    sqlx::query("UPDATE lease SET fence = fence + 1").execute(&first.pool).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), lease.lost().cancelled()).await.expect("the loss was noticed");
}

#[tokio::test]
async fn a_write_is_a_sign_of_life() {
    let (_folder, first, lease, second) = two().await;
    lease.freeze();
    let beat = async || -> i64 { sqlx::query("SELECT beat FROM lease").fetch_one(&first.pool).await.unwrap().get(0) };
    let before = beat().await;
    first.begin(&run_on("2026-11-01"), &lease).await.unwrap();
    assert_eq!(beat().await, before + 1);
    drop(second);
}

#[tokio::test]
async fn waiting_can_be_called_off() {
    let (_folder, _first, lease, second) = two().await;
    lease.freeze();
    let off = CancellationToken::new();
    off.cancel();
    let acquired = Lease::acquire(&second, SHORT, "second", off).await.unwrap();
    assert!(matches!(acquired, Acquired::CalledOff));
}

#[tokio::test]
async fn of_many_that_start_at_once_one_gets_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let start = |_| {
        let url = url(&folder);
        tokio::spawn(async move {
            let store = Store::open(&url).await.unwrap();
            Lease::acquire(&store, SHORT, "one of many", CancellationToken::new()).await.unwrap()
        })
    };
    let ended = futures_util::future::join_all((0..8).map(start)).await;
    let held = ended.iter().filter(|ended| matches!(ended, Ok(Acquired::Held(_)))).count();
    assert_eq!(held, 1);
}

#[tokio::test]
async fn a_lease_is_stale_once_its_proof_is_a_length_old_and_fresh_when_proven_anew() {
    let (folder, length) = (tempfile::tempdir().unwrap(), Duration::from_secs(1));
    let store = Store::open(&url(&folder)).await.unwrap();
    let lease = held(Lease::acquire(&store, length, "first", CancellationToken::new()).await);
    lease.freeze();
    tokio::time::sleep(length).await;
    assert!(lease.stale().now_or_never().is_some());
    store.prove(&lease).await.unwrap();
    assert!(lease.stale().now_or_never().is_none());
    sqlx::query("UPDATE lease SET fence = fence + 1").execute(&store.pool).await.unwrap();
    assert!(matches!(store.prove(&lease).await, Err(Error::LeaseLost { .. })));
}
