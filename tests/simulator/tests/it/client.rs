//! A client that hides nothing: raw bytes, and whether the answer arrived whole.

use std::time::Duration;

use serde_json::Value;
use tiktok_simulator::{Simulator, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const MEMBER: &str = "data_extract@annalect-data.info";
pub(crate) const TOKEN: &str = "canary-token-1";
pub(crate) const ACME: &str = "7564000000000000003";
pub(crate) const ASSETS: &str = "/bc/asset/get/?bc_id=7564000000000000003&asset_type=ADVERTISER&page_size=50";

/// Acme with 120 accounts: three pages of 50.
pub(crate) fn acme() -> World {
    World::new()
        .member(MEMBER, TOKEN)
        .of_app("7000000000000000000", "canary-secret")
        .business_center(ACME, "Acme BC")
        .accounts("7100000000000000001", 120)
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// As long as its content length says.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        let rows = self.json()["data"]["list"].as_array().unwrap().clone();
        rows.iter().map(|row| row["asset_id"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn info(&self, key: &str) -> u64 {
        self.json()["data"]["page_info"][key].as_u64().unwrap()
    }
}

/// GET with the token of the member; `None` if nothing but silence or a broken connection came.
pub(crate) async fn try_get(simulator: &Simulator, path: &str) -> Option<Answer> {
    send(simulator, &format!("GET /open_api/v1.3{path} HTTP/1.1\r\nHost: x\r\nAccess-Token: {TOKEN}\r\n\r\n")).await
}

pub(crate) async fn get(simulator: &Simulator, path: &str) -> Answer {
    try_get(simulator, path).await.expect("an answer")
}

pub(crate) async fn page(simulator: &Simulator, page: u64) -> Answer {
    get(simulator, &format!("{ASSETS}&page={page}")).await
}

pub(crate) async fn send(simulator: &Simulator, request: &str) -> Option<Answer> {
    let address = simulator.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = read(&bytes).filter(|answer| answer.whole) {
            return Some(answer);
        }
        match timeout(Duration::from_millis(1500), stream.read_buf(&mut bytes)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return read(&bytes),
            Ok(Ok(_)) => {}
        }
    }
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.split("Content-Length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
    let body = bytes[end..].to_vec();
    Some(Answer { status: head[9..12].parse().ok()?, whole: body.len() == length, head, body })
}
