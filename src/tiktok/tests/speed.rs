//! How many pages a second one core reads; run by hand, in release.

use std::time::Instant;

use super::server::{Server, World, account_row};
use super::*;

/// `cargo test --release tiktok::tests::speed -- --ignored --nocapture`; server and client share the thread.
#[tokio::test]
#[ignore = "a measurement"]
async fn pages_a_second() {
    for (centers, accounts) in [(2000_u64, 25_u64), (200, 500), (2000, 500)] {
        let shared = (0..centers).map(|bc| (10_000 + bc, Vec::new())).collect();
        let rows: Vec<_> = (0..accounts.min(50)).map(|row| account_row(7_100_000_000_000_000_000 + row)).collect();
        let pages = accounts.div_ceil(50);
        let bodies: Vec<String> = (1..=pages)
            .map(|page| {
                let rows = rows.iter().enumerate().map(|(n, row)| {
                    let mut row = row.clone();
                    row["asset_id"] = format!("{}", 7_100_000_000_000_000_000 + page * 1000 + n as u64).into();
                    row
                });
                let list: Vec<_> = rows.collect();
                serde_json::json!({"code": 0, "message": "OK", "request_id": "R", "data": {"list": list, "page_info":
                    {"page": page, "page_size": 50, "total_number": accounts, "total_page": pages}}})
                .to_string()
            })
            .collect();
        let world = World { email: String::new(), shared };
        let fault = fault(move |asked| {
            let page: usize = asked.query.get("page")?.parse().ok()?;
            asked.is("/bc/asset/get/").then(|| Reply::Json(bodies[page - 1].clone()))
        });
        let server = Server::start_silent(world, fault, Duration::ZERO).await;
        let mut settings = settings(server.url.clone());
        settings.max_in_flight = 16;
        let reader = reader(&settings);
        let start = Instant::now();
        let observation = reader.observe().await;
        let took = start.elapsed().as_secs_f64();
        let complete = observation.members[0].listings.values().filter(|l| l.reading.is_complete()).count();
        let requests = reader.calls().requests;
        let rate = f64::from(u32::try_from(requests).unwrap()) / took;
        assert_eq!(complete as u64, centers);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        tell(&format!("{memory}; {centers} Business Centers of {accounts}: {requests} requests, {rate:.0}/s"));
    }
}

/// 80 ms, 16 in flight: the time against the bound that no reader can beat.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn latency() {
    let sizes = (0..300_u64).map(|bc| if bc % 10 == 0 { 900 } else { 60 + bc });
    let shared = sizes.enumerate().map(|(n, size)| {
        let bc = 10_000 + n as u64;
        (bc, (1..=size).map(|account| bc * 10_000 + account).collect())
    });
    let world = World { email: String::new(), shared: shared.collect() };
    let server = Server::start_silent(world, none(), Duration::from_millis(80)).await;
    let mut settings = settings(server.url.clone());
    settings.max_in_flight = 16;
    let reader = reader(&settings);
    let start = Instant::now();
    let observation = reader.observe().await;
    let took = start.elapsed().as_secs_f64();
    assert!(observation.members[0].listings.values().all(|listing| listing.reading.is_complete()));
    let requests = reader.calls().requests;
    let bound = requests.div_ceil(16) as f64 * 0.08;
    tell(&format!("{requests} requests in {took:.2} s, {:.3} of the latency bound", took / bound));
}

#[expect(clippy::print_stderr, reason = "a measurement is read by a person")]
fn tell(result: &str) {
    eprintln!("{result}");
}
