//! Scenarios against a server that lies in one place at a time.

mod asking;
mod read_twice;
mod second_look;
mod server;
mod speed;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::server::{Asked, Fault, Reply, Server, World};
use super::Reader;
use crate::config;
use crate::domain::{Address, Observation};

fn none() -> Fault {
    Arc::new(|_: &Asked| None)
}

fn fault(fault: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Fault {
    Arc::new(fault)
}

/// 3 Business Centers: 120 accounts (three pages), 7, none.
fn world() -> World {
    let shared = BTreeMap::from([(11, (1001..=1120).collect()), (12, (2001..=2007).collect()), (13, Vec::new())]);
    World { email: "d***t@example.org".to_owned(), shared }
}

fn member() -> Address {
    Address::parse("data_extract@example.org").unwrap()
}

fn settings(base_url: url::Url) -> config::Tiktok {
    config::Tiktok {
        base_url,
        requests_per_second: 1_000_000,
        requests_per_minute: 60_000_000,
        retry_pause: Duration::from_millis(1),
        suspension_pause: Duration::from_millis(300),
        max_in_flight: 4,
        request_timeout: Duration::from_secs(5),
        max_attempts: 4,
        run_timeout: Duration::from_secs(60),
        members: vec![config::Member {
            email: member(),
            access_token: "canary-token".into(),
            app_id: Some("77".to_owned()),
            app_secret: Some("canary-secret".into()),
        }],
    }
}

fn reader(settings: &config::Tiktok) -> Reader {
    Reader::new(settings, CancellationToken::new(), Arc::new(|_| ())).unwrap()
}

async fn observe(world: World, fault: Fault) -> (Observation, Reader, Server) {
    let server = Server::start(world, fault).await;
    let reader = reader(&settings(server.url.clone()));
    let observation = reader.observe().await;
    (observation, reader, server)
}
