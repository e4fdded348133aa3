//! The quota over the wire, on real time.

use std::time::Duration;

use tiktok_simulator::{Endpoint, Options, Quota, Simulator, What, When};

use crate::client::*;

#[tokio::test]
async fn the_minute_suspends_and_requests_during_it_are_noticed() {
    let quota = Quota { per_minute: Some(3), suspension: Duration::from_millis(80), ..Quota::default() };
    let simulator = Simulator::with(Options { quota, ..Options::default() }, acme()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(page(&simulator, 1).await.code(), 0);
    }
    assert_eq!(page(&simulator, 1).await.code(), 40100);
    assert_eq!(simulator.requests_during_suspension(), 0);
    assert_eq!(page(&simulator, 1).await.code(), 40100);
    assert_eq!(simulator.requests_during_suspension(), 1);
    assert!(simulator.requests()[4].during_suspension);
}

#[tokio::test]
async fn a_scripted_suspension_lasts_as_long_as_it_says() {
    let simulator = Simulator::start(acme()).await;
    let suspended = When::asked(Endpoint::BcAssetGet).on_page(2).once().gives(What::Suspension { seconds: 1 });
    simulator.add_fault(suspended);
    assert_eq!(page(&simulator, 1).await.code(), 0);
    assert_eq!(page(&simulator, 2).await.code(), 40100);
    assert_eq!(page(&simulator, 3).await.code(), 40100);
    assert_eq!(simulator.requests_during_suspension(), 1);
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(page(&simulator, 2).await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_suspension_of_five_minutes_passes_at_once_on_paused_time() {
    let simulator = Simulator::with(Options { quota: Quota::basic(), ..Options::default() }, acme()).await.unwrap();
    simulator.add_fault(When::asked(Endpoint::BcAssetGet).once().gives(What::Suspension { seconds: 300 }));
    assert_eq!(page(&simulator, 1).await.code(), 40100);
    tokio::time::sleep(Duration::from_secs(299)).await;
    assert_eq!(page(&simulator, 1).await.code(), 40100);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(page(&simulator, 1).await.code(), 0);
}
