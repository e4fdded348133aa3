//! A TikTok in miniature, down to the bytes: a true world, and faults laid over it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) at: Instant,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) token: String,
    /// How often this very question was asked before.
    pub(super) nth: usize,
}

impl Asked {
    pub(super) fn is_page(&self, bc: &str, page: &str) -> bool {
        self.path.ends_with("/bc/asset/get/") && self.query["bc_id"] == bc && self.query["page"] == page
    }
    pub(super) fn is(&self, endpoint: &str) -> bool {
        self.path == format!("/open_api/v1.3{endpoint}")
    }
}

#[derive(Clone)]
pub(super) enum Reply {
    /// HTTP 200 with this body.
    Json(String),
    /// This status with this body.
    Status(u16, String),
    /// These bytes, then the connection closes.
    Bytes(Vec<u8>),
    /// No answer at all.
    Hang,
}

pub(super) fn envelope(data: &serde_json::Value) -> Reply {
    Reply::Json(json!({"code": 0, "message": "OK", "request_id": "R0", "data": data}).to_string())
}

pub(super) fn code(code: i64, message: &str) -> Reply {
    Reply::Json(json!({"code": code, "message": message, "request_id": "RX", "data": {}}).to_string())
}

pub(super) type Fault = Arc<dyn Fn(&Asked) -> Option<Reply> + Send + Sync>;

/// What TikTok would truly say.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) email: String,
    /// Accounts by Business Center.
    pub(super) shared: BTreeMap<u64, Vec<u64>>,
}

impl World {
    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let number = |key: &str| asked.query.get(key).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
        let page = |ids: Vec<u64>, row: fn(u64) -> serde_json::Value| {
            let (page, size, total) = (number("page"), number("page_size"), ids.len());
            let list: Vec<_> = ids.into_iter().skip((page - 1) * size).take(size).map(row).collect();
            let info =
                json!({"page": page, "page_size": size, "total_number": total, "total_page": total.div_ceil(size)});
            envelope(&json!({"list": list, "page_info": info}))
        };
        match asked.path.strip_prefix("/open_api/v1.3").unwrap() {
            "/user/info/" => envelope(&json!({"core_user_id": "1", "email": self.email})),
            "/bc/get/" => page(self.shared.keys().copied().collect(), bc_row),
            "/bc/asset/get/" => match self.shared.get(&asked.query["bc_id"].parse().unwrap()) {
                Some(accounts) => page(accounts.clone(), account_row),
                None => code(40002, "no such Business Center"),
            },
            "/advertiser/info/" => {
                let ids: Vec<String> = serde_json::from_str(&asked.query["advertiser_ids"]).unwrap();
                let known = |id: &String| self.shared.values().flatten().any(|account| account.to_string() == *id);
                if ids.iter().all(known) {
                    let row = |id| json!({"advertiser_id": id, "status": "STATUS_ENABLE"});
                    envelope(&json!({"list": ids.into_iter().map(row).collect::<Vec<_>>()}))
                } else {
                    code(40001, "No permission to operate advertiser")
                }
            }
            "/oauth2/advertiser/get/" => {
                let row = |id: &u64| json!({"advertiser_id": id.to_string(), "advertiser_name": "x"});
                envelope(&json!({"list": self.shared.values().flatten().map(row).collect::<Vec<_>>()}))
            }
            other => Reply::Status(404, format!("404 page not found: {other}")),
        }
    }
}

pub(super) fn bc_row(bc: u64) -> serde_json::Value {
    json!({"bc_info": {"bc_id": bc.to_string(), "name": format!("BC {bc}"), "status": "ENABLE"}, "user_role": "STANDARD"})
}

pub(super) fn account_row(id: u64) -> serde_json::Value {
    json!({"asset_type": "ADVERTISER", "asset_id": id.to_string(), "asset_name": format!("Account {id}"),
        "advertiser_account_type": "AUCTION", "advertiser_role": "ANALYST", "owner_bc_name": "Owner", "catalog_role": null})
}

/// The server; it stops with the runtime.
pub(super) struct Server {
    pub(super) url: url::Url,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(super) async fn start(world: World, fault: Fault) -> Self {
        Self::listen(world, fault, true, Duration::ZERO).await
    }

    /// Keeps no log and answers after a delay, for measurements.
    pub(super) async fn start_silent(world: World, fault: Fault, delay: Duration) -> Self {
        Self::listen(world, fault, false, delay).await
    }

    async fn listen(world: World, fault: Fault, keep: bool, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let world = Arc::new(world);
        let kept = Arc::clone(&log);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                tokio::spawn(converse(
                    stream,
                    Arc::clone(&world),
                    Arc::clone(&fault),
                    keep.then(|| Arc::clone(&kept)),
                    delay,
                ));
            }
        });
        Self { url, log }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

async fn converse(
    mut stream: TcpStream,
    world: Arc<World>,
    fault: Fault,
    log: Option<Arc<Mutex<Vec<Asked>>>>,
    delay: Duration,
) {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let mut part = [0; 8192];
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => return,
                Ok(n) => bytes.extend_from_slice(&part[..n]),
            }
        };
        let head = String::from_utf8(bytes.drain(..end).collect()).unwrap();
        let asked = read_head(&head, log.as_deref());
        let reply = fault(&asked).unwrap_or_else(|| world.answer(&asked));
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let (bytes, close) = match reply {
            Reply::Json(body) => (http(200, &body), false),
            Reply::Status(status, body) => (http(status, &body), false),
            Reply::Bytes(bytes) => (bytes, true),
            Reply::Hang => return std::future::pending().await,
        };
        if stream.write_all(&bytes).await.is_err() || close {
            return;
        }
    }
}

pub(super) fn http(status: u16, body: &str) -> Vec<u8> {
    let location = if (300..400).contains(&status) { format!("location: {body}\r\n") } else { String::new() };
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{location}\r\n{body}", body.len()).into_bytes()
}

fn read_head(head: &str, log: Option<&Mutex<Vec<Asked>>>) -> Asked {
    let mut words = head.split(' ');
    let method = words.next().unwrap().to_owned();
    let url = url::Url::parse(&format!("http://x{}", words.next().unwrap())).unwrap();
    let token = head.lines().find_map(|line| line.strip_prefix("access-token: ")).unwrap_or_default().to_owned();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let mut asked = Asked { at: Instant::now(), method, path: url.path().to_owned(), query, token, nth: 0 };
    if let Some(log) = log {
        let mut log = log.lock().unwrap();
        asked.nth = log.iter().filter(|known| known.path == asked.path && known.query == asked.query).count();
        log.push(asked.clone());
    }
    asked
}
