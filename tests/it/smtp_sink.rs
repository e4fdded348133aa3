//! A scripted SMTP server that a whole run talks to: slow, silent or rude at the point that a test chooses.
//!
//! Invariant: a text counts as accepted as soon as the server begins to say 250, as possibly accepted from its final
//! dot on; so a test that counts both never counts too few.

mod serving;

use std::net::TcpListener;
use std::sync::{Arc, Condvar, Mutex, Once};
use std::time::{Duration, Instant};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::harness::{Mail, mail};

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the server is about to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Mail,
    Rcpt,
    Data,
    /// The text is there, with its final dot.
    Dot,
    Quit,
}

/// What the server does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The usual good answer.
    Go,
    Say(&'static str),
    /// The usual good answer, later.
    After(Duration),
    /// Nothing until [`Sink::let_go`]; then the usual good answer.
    Hold,
    /// Closes the connection.
    Drop,
}

/// TLS of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    None,
    Implicit,
    Start,
}

/// A point of the dialogue as a script sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: At,
    /// Recipient; empty at MAIL and QUIT.
    pub to: String,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server has it and has not answered.
    Open,
    Accepted,
    Refused,
}

/// A text that came with its final dot.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: String,
    /// As they were before the dialogue: dots taken away.
    pub bytes: Vec<u8>,
    pub fate: Fate,
    /// Whether it came through TLS.
    pub encrypted: bool,
}

impl Received {
    pub fn mail(&self) -> Mail {
        mail(&self.bytes)
    }
}

/// Everything that was heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub connections: usize,
    /// Points that were reached, in order.
    pub moments: Vec<Moment>,
    /// Points at which the server holds now.
    pub holding: Vec<Moment>,
    pub texts: Vec<Received>,
    /// Commands that came in plain text.
    pub plain: Vec<String>,
}

type Script = Box<dyn FnMut(&Moment) -> Act + Send>;

struct Inner {
    heard: Heard,
    script: Script,
    /// Rises with each [`Sink::let_go`].
    released: u64,
}

struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
    tls: Tls,
    pipelining: bool,
    config: Arc<rustls::ServerConfig>,
}

/// A listening server; ends with the test's process.
pub struct Sink {
    pub port: u16,
    /// Its certificate, PEM.
    pub root: String,
    shared: Arc<Shared>,
}

impl Sink {
    /// A server in plain text that takes everything.
    pub fn start() -> Self {
        Self::with(Tls::None, false)
    }

    pub fn with(tls: Tls, pipelining: bool) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![key.cert.der().clone()], private).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Inner { heard: Heard::default(), script: Box::new(|_| Act::Go), released: 0 };
        let shared = Shared { inner: Mutex::new(inner), changed: Condvar::new(), tls, pipelining, config };
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&serving);
                shared.update(|inner| inner.heard.connections += 1);
                std::thread::spawn(move || {
                    // A peer that was killed is what these tests are about.
                    let _ = shared.serve(&stream.unwrap());
                });
            }
        });
        Self { port, root: key.cert.pem(), shared }
    }

    /// Plain `smtp://` URL.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on it does this.
    pub fn does(&self, script: impl FnMut(&Moment) -> Act + Send + 'static) {
        self.shared.update(|inner| inner.script = Box::new(script));
    }

    /// Holds the `n`-th time (from 1) that this point is reached, counted from now, and takes everything else.
    pub fn holds_at(&self, at: At, n: usize) {
        let mut seen = 0;
        self.does(move |moment| {
            seen += usize::from(moment.at == at);
            if moment.at == at && seen == n { Act::Hold } else { Act::Go }
        });
    }

    /// Holds this point of the dialogue with one recipient, and takes everything else: mails go side by side, so which
    /// of several is the first to come is nobody's to say.
    pub fn holds_for(&self, at: At, to: &str) {
        let held = Moment { at, to: to.to_owned() };
        self.does(move |moment| if *moment == held { Act::Hold } else { Act::Go });
    }

    /// Whatever is held goes on.
    pub fn let_go(&self) {
        self.shared.update(|inner| inner.released += 1);
    }

    pub fn heard(&self) -> Heard {
        self.shared.lock().heard.clone()
    }

    /// Waits until what was heard is as wanted.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&Heard) -> bool) -> Heard {
        let end = Instant::now() + PATIENCE;
        let mut inner = self.shared.lock();
        while !wanted(&inner.heard) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}; heard {:?}", inner.heard.moments);
            inner = self.shared.changed.wait_timeout(inner, left).unwrap().0;
        }
        inner.heard.clone()
    }

    /// Waits until it holds, and says at which recipient.
    pub fn wait_for_hold(&self) -> String {
        self.wait_until("a hold", |heard| !heard.holding.is_empty()).holding[0].to.clone()
    }

    /// Texts to contacts since the last call, the operators' digest aside.
    pub fn take_letters(&self) -> Vec<Received> {
        self.shared.update(|inner| {
            let texts = std::mem::take(&mut inner.heard.texts);
            texts.into_iter().filter(|text| !text.to.starts_with("data-team@")).collect()
        })
    }
}
