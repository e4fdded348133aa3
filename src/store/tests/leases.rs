//! The lease: one writer at a time, and no writing after it was lost.

use std::time::Duration;

use futures_util::FutureExt as _;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use super::super::*;
use super::world::*;

const SHORT: Duration = Duration::from_millis(400);

async fn acquire(store: &Store) -> Acquired {
    Lease::acquire(store, SHORT, "second", CancellationToken::new()).await.unwrap()
}

/// Two stores in one place; the first holds the lease.
async fn two(on: On) -> (Home, Store, Lease, Store) {
    let home = on.home();
    let first = Store::open(&home.url).await.unwrap();
    let lease = held(Lease::acquire(&first, SHORT, "first", CancellationToken::new()).await);
    let second = Store::open(&home.url).await.unwrap();
    (home, first, lease, second)
}

#[rstest]
#[tokio::test]
async fn a_renewed_lease_is_not_taken_over(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (_folder, _first, _lease, second) = two(on).await;
    assert!(matches!(acquire(&second).await, Acquired::Busy { holder } if holder == "first"));
}

#[rstest]
#[tokio::test]
async fn a_released_lease_is_free_at_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (_folder, first, lease, second) = two(on).await;
    lease.release(&first).await.unwrap();
    assert!(matches!(acquire(&second).await, Acquired::Held(_)));
}

#[rstest]
#[tokio::test]
async fn a_dead_holders_lease_is_taken_over_and_the_woken_holder_can_write_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let (_folder, first, lease, second) = two(on).await;
    lease.freeze();
    let taken = held(Ok(acquire(&second).await));
    let late = first.begin(&run_on("2026-11-01"), &lease).await;
    assert!(matches!(late, Err(Error::LeaseLost { .. })), "{late:?}");
    assert!(lease.lost().is_cancelled());
    second.begin(&run_on("2026-11-01"), &taken).await.unwrap();
    lease.release(&first).await.unwrap();
    second.begin(&run_on("2026-11-01"), &taken).await.expect("a lost lease frees nothing");
}

#[rstest]
#[tokio::test]
async fn the_holder_learns_of_the_loss_by_its_next_beat(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (_folder, first, lease, _second) = two(on).await;
    first.meddle("UPDATE lease SET fence = fence + 1").await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), lease.lost().cancelled()).await.expect("the loss was noticed");
}

#[rstest]
#[tokio::test]
async fn a_write_is_a_sign_of_life(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (_folder, first, lease, second) = two(on).await;
    lease.freeze();
    let beat = || first.number("SELECT beat FROM lease");
    let before = beat().await;
    first.begin(&run_on("2026-11-01"), &lease).await.unwrap();
    assert_eq!(beat().await, before + 1);
    drop(second);
}

#[rstest]
#[tokio::test]
async fn waiting_can_be_called_off(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (_folder, _first, lease, second) = two(on).await;
    lease.freeze();
    let off = CancellationToken::new();
    off.cancel();
    let acquired = Lease::acquire(&second, SHORT, "second", off).await.unwrap();
    assert!(matches!(acquired, Acquired::CalledOff));
}

#[rstest]
#[tokio::test]
async fn of_many_that_start_at_once_one_gets_the_lease(#[values(On::Sqlite, On::Postgres)] on: On) {
    let home = on.home();
    let start = |_| {
        let url = home.url.clone();
        tokio::spawn(async move {
            let store = Store::open(&url).await.unwrap();
            Lease::acquire(&store, SHORT, "one of many", CancellationToken::new()).await.unwrap()
        })
    };
    let ended = futures_util::future::join_all((0..8).map(start)).await;
    let held = ended.iter().filter(|ended| matches!(ended, Ok(Acquired::Held(_)))).count();
    assert_eq!(held, 1);
}

#[rstest]
#[tokio::test]
async fn of_two_that_start_at_once_one_gets_the_lease_a_hundred_times(#[values(On::Sqlite, On::Postgres)] on: On) {
    let home = on.home();
    let (first, second) = (Store::open(&home.url).await.unwrap(), Store::open(&home.url).await.unwrap());
    for round in 0..100 {
        match tokio::join!(acquire(&first), acquire(&second)) {
            (Acquired::Held(lease), Acquired::Busy { .. }) => lease.release(&first).await.unwrap(),
            (Acquired::Busy { .. }, Acquired::Held(lease)) => lease.release(&second).await.unwrap(),
            other => panic!("round {round}: {other:?}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_lease_is_stale_once_its_proof_is_a_length_old_and_fresh_when_proven_anew(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let (home, length) = (on.home(), Duration::from_secs(1));
    let store = Store::open(&home.url).await.unwrap();
    let lease = held(Lease::acquire(&store, length, "first", CancellationToken::new()).await);
    lease.freeze();
    tokio::time::sleep(length).await;
    assert!(lease.stale().now_or_never().is_some());
    store.prove(&lease).await.unwrap();
    assert!(lease.stale().now_or_never().is_none());
    store.meddle("UPDATE lease SET fence = fence + 1").await.unwrap();
    assert!(matches!(store.prove(&lease).await, Err(Error::LeaseLost { .. })));
}
