//! Reads TikTok as `run` does, and nothing else: what the bench compares with other clients.
//!
//! `reading CONFIG` prints one JSON object.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use reconciler::{config, tiktok};
use tokio_util::sync::CancellationToken;

#[expect(clippy::print_stdout, reason = "a measurement is its output")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: reading CONFIG")?;
    let config = config::load(Path::new(&path), &config::Environment::of_process())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // On a worker, as the program does.
    let reading = runtime.spawn(async move {
        let reader = tiktok::Reader::new(&config.tiktok, CancellationToken::new(), Arc::new(|_| ()))?;
        let start = Instant::now();
        let observation = reader.observe().await;
        let seconds = start.elapsed().as_secs_f64();
        let listings = observation.members.iter().flat_map(|view| view.listings.values());
        let (rows, complete) = listings.fold((0, true), |(rows, complete), listing| {
            (rows + listing.accounts.len(), complete && listing.reading.is_complete())
        });
        if !complete {
            return Err("a listing was not read completely".into());
        }
        println!(r#"{{"pages": {}, "rows": {rows}, "seconds": {seconds}}}"#, reader.calls().requests);
        Ok::<(), Box<dyn Error + Send + Sync>>(())
    });
    runtime.block_on(reading)?.map_err(|fault| fault as Box<dyn Error>)
}
