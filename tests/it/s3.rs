//! s3s-fs as an S3 server that nobody here wrote: it checks signatures and keeps each object as a file. In front of it a
//! gate that holds or refuses the requests that a test chooses.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;

use crate::harness::*;
use crate::running::{assert_manifest_holds, wait_for};

pub const KEY: &str = "AKIARECONCILER";
/// A secret that must never be seen anywhere.
pub const SECRET: &str = "canary-secret-key-8d21";
const BUCKET: &str = "reports-of-tests";

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// No answer, ever.
    Silent,
    /// Refused with this status.
    Refuses(u16),
}

type Decides = Arc<Mutex<Box<dyn Fn(&str, &str) -> Gate + Send>>>;

/// The server; ends with the test's process.
pub struct Bucket {
    root: TempDir,
    port: u16,
    decides: Decides,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Bucket {
    pub fn start() -> Self {
        let root = TempDir::new().unwrap();
        std::fs::create_dir(root.path().join(BUCKET)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut s3 = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        s3.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let decides: Decides = Arc::new(Mutex::new(Box::new(|_, _| Gate::Open)));
        let heard = Arc::default();
        let serving = serve(listener, s3.build(), Arc::clone(&decides), Arc::clone(&heard));
        std::thread::spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serving);
        });
        Self { root, port, decides, heard }
    }

    /// Reports of this stage go here, below `nightly`.
    pub fn takes_reports_of(&self, stage: &mut Stage) {
        stage
            .set("report.dir", &format!("\"s3://{BUCKET}/nightly\""))
            .env("AWS_ENDPOINT", &self.url())
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "eu-north-1");
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Decides by method and path what becomes of requests from now on.
    pub fn gates(&self, decides: impl Fn(&str, &str) -> Gate + Send + 'static) {
        *self.decides.lock().unwrap() = Box::new(decides);
    }

    /// Waits for a request whose method and path contain this.
    pub fn wait_for(&self, text: &str) {
        wait_for(text, || self.heard.lock().unwrap().iter().any(|request| request.contains(text)));
    }

    /// The folder of an object or a prefix.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(BUCKET).join("nightly").join(name)
    }

    /// The names at the top, sorted; folders without a file are the server's own.
    pub fn names(&self) -> Vec<String> {
        let top = self.path("");
        let first =
            |path: PathBuf| path.strip_prefix(&top).unwrap().iter().next().unwrap().to_str().unwrap().to_owned();
        files(&top).into_keys().map(first).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The run that `latest.json` names.
    pub fn latest(&self) -> Option<String> {
        let latest = std::fs::read_to_string(self.path("latest.json")).ok()?;
        let latest: serde_json::Value = serde_json::from_str(&latest).unwrap();
        Some(latest["run_id"].as_str().unwrap().to_owned())
    }

    /// Whatever has a manifest is as it says, and `latest.json` names one of those; gives them.
    pub fn assert_reports_are_whole(&self) -> Vec<String> {
        let whole: Vec<String> =
            self.names().into_iter().filter(|name| self.path(name).join("manifest.json").is_file()).collect();
        for run in &whole {
            assert_manifest_holds(&self.path(run));
        }
        assert!(self.latest().is_none_or(|latest| whole.contains(&latest)), "{:?} of {whole:?}", self.latest());
        whole
    }
}

async fn serve(listener: TcpListener, s3: S3Service, decides: Decides, heard: Arc<Mutex<Vec<String>>>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let (s3, decides, heard) = (s3.clone(), Arc::clone(&decides), Arc::clone(&heard));
        let service = service_fn(move |request: Request<Incoming>| {
            let (s3, method, path) = (s3.clone(), request.method().to_string(), request.uri().path().to_owned());
            heard.lock().unwrap().push(format!("{method} {path}"));
            let gate = (decides.lock().unwrap())(&method, &path);
            async move {
                Ok::<_, Infallible>(match gate {
                    Gate::Open => s3.call(request.map(s3s::Body::from)).await.unwrap(),
                    Gate::Silent => pending().await,
                    Gate::Refuses(status) => {
                        let body = s3s::Body::from("<Error><Code>SaidByTheTest</Code></Error>".to_owned());
                        let status = StatusCode::from_u16(status).unwrap();
                        Response::builder().status(status).body(body).unwrap()
                    }
                })
            }
        });
        tokio::spawn(async move {
            // Who leaves in the middle of a request is killed or stopped, as the test wants it.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
