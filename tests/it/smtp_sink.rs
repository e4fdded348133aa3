//! A scripted SMTP server that a whole run talks to: slow, silent or rude at the point that a test chooses.
//!
//! Invariant: a text counts as accepted as soon as the server begins to say 250, as possibly accepted from its final
//! dot on; so a test that counts both never counts too few.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once};
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

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn update<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let given = change(&mut self.lock());
        self.changed.notify_all();
        given
    }

    /// What the script says; a hold is waited for.
    fn decide(&self, moment: &Moment) -> Act {
        let (act, released) = self.update(|inner| {
            let act = (inner.script)(moment);
            inner.heard.moments.push(moment.clone());
            if act == Act::Hold {
                inner.heard.holding.push(moment.clone());
            }
            (act, inner.released)
        });
        match act {
            Act::Hold => {
                let mut inner = self.lock();
                while inner.released == released {
                    inner = self.changed.wait(inner).unwrap();
                }
                inner.heard.holding.retain(|held| held != moment);
                Act::Go
            }
            Act::After(pause) => {
                std::thread::sleep(pause);
                Act::Go
            }
            other => other,
        }
    }

    fn encrypt(&self, tcp: TcpStream) -> Box<dyn Stream> {
        let tls = rustls::ServerConnection::new(Arc::clone(&self.config)).unwrap();
        Box::new(rustls::StreamOwned::new(tls, tcp))
    }

    fn serve(&self, tcp: &TcpStream) -> std::io::Result<()> {
        tcp.set_nodelay(true)?;
        let mut encrypted = self.tls == Tls::Implicit;
        let mut stream: Box<dyn Stream> =
            if encrypted { self.encrypt(tcp.try_clone()?) } else { Box::new(tcp.try_clone()?) };
        say(&mut *stream, "220 sink")?;
        let mut to = String::new();
        while let Some(command) = line(&mut *stream)? {
            if !encrypted {
                self.update(|inner| inner.heard.plain.push(command.clone()));
            }
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let (at, good) = match verb.as_str() {
                "EHLO" => {
                    let starttls = if self.tls == Tls::Start && !encrypted { "250-STARTTLS\r\n" } else { "" };
                    let pipelining = if self.pipelining { "250-PIPELINING\r\n" } else { "" };
                    say(&mut *stream, &format!("250-sink\r\n{starttls}{pipelining}250 8BITMIME"))?;
                    continue;
                }
                "STARTTLS" if self.tls == Tls::Start => {
                    say(&mut *stream, "220 go")?;
                    stream = self.encrypt(tcp.try_clone()?);
                    encrypted = true;
                    continue;
                }
                "QUIT" => (At::Quit, "221 bye"),
                "MAIL" => (At::Mail, "250 2.1.0 ok"),
                "RCPT" => {
                    to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    (At::Rcpt, "250 2.1.5 ok")
                }
                "DATA" => (At::Data, "354 go on"),
                _ => {
                    say(&mut *stream, "250 ok")?;
                    continue;
                }
            };
            let nobody_yet = matches!(at, At::Mail | At::Quit);
            let moment = Moment { at, to: if nobody_yet { String::new() } else { to.clone() } };
            match self.decide(&moment) {
                Act::Drop => return Ok(()),
                Act::Say(words) => say(&mut *stream, words)?,
                _ => {
                    say(&mut *stream, good)?;
                    if at == At::Data && !self.text(&mut *stream, &to, encrypted)? {
                        return Ok(());
                    }
                }
            }
            if at == At::Quit {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A text and the answer to it; whether the conversation goes on.
    fn text(&self, stream: &mut dyn Stream, to: &str, encrypted: bool) -> std::io::Result<bool> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n.\r\n") {
            // Nothing may follow the final dot before its answer, so that a whole piece can be taken.
            let mut piece = [0; 16_384];
            match stream.read(&mut piece)? {
                0 => return Ok(false),
                count => bytes.extend_from_slice(&piece[..count]),
            }
        }
        bytes.truncate(bytes.len() - 3);
        let received = Received { to: to.to_owned(), bytes: unstuffed(&bytes), fate: Fate::Open, encrypted };
        let place = self.update(|inner| {
            inner.heard.texts.push(received.clone());
            inner.heard.texts.len() - 1
        });
        let settle = |fate| {
            self.update(|inner| {
                if let Some(text) = inner.heard.texts.get_mut(place).filter(|text| text.bytes == received.bytes) {
                    text.fate = fate;
                }
            });
        };
        match self.decide(&Moment { at: At::Dot, to: to.to_owned() }) {
            Act::Drop => return Ok(false),
            Act::Say(words) => {
                settle(if words.starts_with('2') { Fate::Accepted } else { Fate::Refused });
                say(stream, words)?;
            }
            _ => {
                settle(Fate::Accepted);
                say(stream, "250 2.0.0 queued")?;
            }
        }
        Ok(true)
    }
}

fn say(stream: &mut dyn Stream, words: &str) -> std::io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes())?;
    stream.flush()
}

/// A line without its end; `None` at the end of the stream.
fn line(stream: &mut dyn Stream) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// The text without the dots that the dialogue puts before lines that begin with one.
fn unstuffed(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    text
}
