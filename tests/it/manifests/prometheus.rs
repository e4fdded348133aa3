//! A Pushgateway and a Prometheus of this test alone, on free ports of this machine.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::sleep;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tempfile::TempDir;

/// How long a server may take to say something.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Both servers.
pub(super) struct Monitoring {
    pushgateway: u16,
    prometheus: u16,
    _processes: [Served; 2],
    _data: TempDir,
}

impl Monitoring {
    /// Starts them; Prometheus scrapes the Pushgateway as the README says, and the `schedule` on a port, and evaluates the
    /// rules.
    pub(super) fn start(rules: &Path, scheduled: u16) -> Self {
        let data = TempDir::new().unwrap();
        let (pushgateway, prometheus) = (free_port(), free_port());
        let config = format!(
            "global: {{scrape_interval: 100ms, evaluation_interval: 100ms}}\nrule_files: [{:?}]\nscrape_configs:\n\
             - {{job_name: pushgateway, honor_labels: true, static_configs: [{{targets: [\"127.0.0.1:{pushgateway}\"]}}]}}\n\
             - {{job_name: scheduled, static_configs: [{{targets: [\"127.0.0.1:{scheduled}\"]}}]}}\n",
            rules.display().to_string()
        );
        let file = data.path().join("prometheus.yml");
        fs::write(&file, config).unwrap();
        let processes = [
            serve(
                "prometheus-pushgateway",
                &[
                    format!("--web.listen-address=127.0.0.1:{pushgateway}"),
                    // Debian's keeps what it is given from start to start.
                    format!("--persistence.file={}", data.path().join("pushed").display()),
                ],
            ),
            serve(
                "prometheus",
                &[
                    format!("--config.file={}", file.display()),
                    format!("--storage.tsdb.path={}", data.path().join("data").display()),
                    format!("--web.listen-address=127.0.0.1:{prometheus}"),
                ],
            ),
        ];
        let both = Self { pushgateway, prometheus, _processes: processes, _data: data };
        both.until("both are ready", || {
            let ready = |port| http(port, "GET", "/-/ready", "").is_some_and(|(status, _)| status == 200);
            (ready(pushgateway) && ready(prometheus)).then_some(())
        });
        both
    }

    /// Where the Pushgateway is.
    pub(super) fn pushgateway(&self) -> String {
        format!("http://127.0.0.1:{}", self.pushgateway)
    }

    /// Replaces all that the group has.
    pub(super) fn push(&self, group: &str, metrics: &str) {
        let (status, body) = http(self.pushgateway, "PUT", &format!("/metrics/job/{group}"), metrics).unwrap();
        assert!(status < 300, "{status} {body}");
    }

    /// The series that a query answers with now.
    pub(super) fn query(&self, query: &str) -> Vec<Value> {
        let query = utf8_percent_encode(query, NON_ALPHANUMERIC).to_string();
        let answer = self.get(&format!("/api/v1/query?query={query}"));
        answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{query}: {answer}")).clone()
    }

    /// Waits until these alerts fire and no other.
    pub(super) fn fires(&self, expected: &[&str]) {
        self.until(&format!("{expected:?} fire"), || (self.firing() == expected).then_some(()));
    }

    /// The alerts that fire now, by name.
    fn firing(&self) -> Vec<String> {
        let answer = self.get("/api/v1/alerts");
        let alerts = answer["data"]["alerts"].as_array().unwrap().iter();
        let mut names: Vec<String> = alerts
            .filter(|alert| alert["state"] == "firing")
            .map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    /// Asks until it gives something.
    pub(super) fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = ask() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "not after {PATIENCE:?}: {what}; firing: {:?}", self.firing());
            sleep(Duration::from_millis(50));
        }
    }

    fn get(&self, path: &str) -> Value {
        let (_, body) = http(self.prometheus, "GET", path, "").unwrap();
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{path}: {body}"))
    }
}

fn serve(program: &str, arguments: &[String]) -> Served {
    let mut command = Command::new(program);
    let child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Served(child.unwrap_or_else(|error| {
        panic!("{program} cannot be started ({error}): tests/run.sh installs it (Debian: prometheus, prometheus-pushgateway)")
    }))
}

/// A port that nobody has, and that nobody else in this process is given: not one of those that the system hands out.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Relaxed)) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// One request over HTTP/1.0, whose answer ends with the connection; none while nobody listens.
fn http(port: u16, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
