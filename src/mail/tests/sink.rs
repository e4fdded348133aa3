//! A scripted SMTP server: says what it is told to, remembers what it heard.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How the server acts at one point.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Say(&'static str),
    /// Says it a little later.
    SayLate(&'static str),
    /// Closes the connection without a word.
    Drop,
    /// Says nothing for as long as the client waits.
    Silence,
}

/// TLS of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    None,
    Implicit,
    Start,
}

/// What the server does, for every connection alike.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) tls: Tls,
    pub(super) greeting: Act,
    /// Instead of what it offers.
    pub(super) ehlo: Option<Act>,
    /// Instead of agreeing on TLS.
    pub(super) starttls: Option<Act>,
    /// What it offers behind `AUTH`.
    pub(super) mechanisms: &'static str,
    /// After the credentials.
    pub(super) auth: Act,
    pub(super) mail: Act,
    pub(super) rcpt: Act,
    pub(super) data: Act,
    /// After the final dot.
    pub(super) dot: Act,
    /// Closes while the text is coming in.
    pub(super) drop_in_text: bool,
    /// Mails after which a connection says 421 to MAIL.
    pub(super) per_connection: usize,
    /// Offers PIPELINING.
    pub(super) pipelining: bool,
    /// Slipped in behind the answer to STARTTLS, in plain text.
    pub(super) injected: &'static str,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            tls: Tls::None,
            greeting: Act::Say("220 sink"),
            ehlo: None,
            starttls: None,
            mechanisms: "PLAIN LOGIN",
            auth: Act::Say("235 2.7.0 welcome"),
            mail: Act::Say("250 2.1.0 ok"),
            rcpt: Act::Say("250 2.1.5 ok"),
            data: Act::Say("354 go on"),
            dot: Act::Say("250 2.0.0 queued"),
            drop_in_text: false,
            per_connection: usize::MAX,
            pipelining: false,
            injected: "",
        }
    }
}

/// What was heard.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) connections: usize,
    /// Commands, with `TLS` before those that came encrypted.
    pub(super) commands: Vec<String>,
    /// Texts as they came, before the dots are taken away.
    pub(super) texts: Vec<Vec<u8>>,
}

/// A listening server; ends with the test's process.
pub(super) struct Sink {
    pub(super) port: u16,
    pub(super) root: Vec<u8>,
    heard: Arc<Mutex<Heard>>,
}

impl Sink {
    pub(super) fn start(script: Script) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let root = key.cert.pem().into_bytes();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![key.cert.der().clone()], private).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let log = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, config, log) = (script.clone(), Arc::clone(&config), Arc::clone(&log));
                log.lock().unwrap().connections += 1;
                std::thread::spawn(move || drop(serve(&stream.unwrap(), &script, &config, &log)));
            }
        });
        Self { port, root, heard }
    }

    /// What was heard since the last call.
    pub(super) fn take(&self) -> Heard {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    pub(super) fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

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

/// Whether the conversation goes on.
fn act(stream: &mut dyn Stream, doing: Act) -> std::io::Result<bool> {
    match doing {
        Act::Say(words) => stream.write_all(format!("{words}\r\n").as_bytes()).map(|()| !words.starts_with("421")),
        Act::SayLate(words) => {
            std::thread::sleep(Duration::from_millis(300));
            act(stream, Act::Say(words))
        }
        Act::Drop => Ok(false),
        Act::Silence => {
            std::thread::sleep(Duration::from_secs(20));
            Ok(false)
        }
    }
}

fn serve(
    tcp: &TcpStream,
    script: &Script,
    config: &Arc<rustls::ServerConfig>,
    heard: &Mutex<Heard>,
) -> std::io::Result<()> {
    let encrypt = |tcp: TcpStream| {
        let tls = rustls::ServerConnection::new(Arc::clone(config)).unwrap();
        Box::new(rustls::StreamOwned::new(tls, tcp)) as Box<dyn Stream>
    };
    tcp.set_nodelay(true)?;
    let mut encrypted = script.tls == Tls::Implicit;
    let mut stream = if encrypted { encrypt(tcp.try_clone()?) } else { Box::new(tcp.try_clone()?) };
    if !act(&mut *stream, script.greeting)? {
        return Ok(());
    }
    let mut mails = 0;
    let hear = |encrypted: bool, words: &str| {
        heard.lock().unwrap().commands.push(format!("{}{words}", if encrypted { "TLS " } else { "" }));
    };
    while let Some(command) = line(&mut *stream)? {
        hear(encrypted, &command);
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let next = match verb.as_str() {
            "EHLO" if script.ehlo.is_some() => script.ehlo.unwrap(),
            "EHLO" => {
                let starttls = if script.tls == Tls::Start && !encrypted { "250-STARTTLS\r\n" } else { "" };
                let pipelining = if script.pipelining { "250-PIPELINING\r\n" } else { "" };
                let offers =
                    format!("250-sink\r\n{starttls}{pipelining}250-8BITMIME\r\n250 AUTH {}\r\n", script.mechanisms);
                stream.write_all(offers.as_bytes())?;
                continue;
            }
            "STARTTLS" if script.starttls.is_some() => script.starttls.unwrap(),
            "STARTTLS" => {
                stream.write_all(format!("220 go\r\n{}", script.injected).as_bytes())?;
                stream = encrypt(tcp.try_clone()?);
                encrypted = true;
                continue;
            }
            "AUTH" if command == "AUTH LOGIN" => {
                // `Username:`, `Password:`
                for question in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                    stream.write_all(question.as_bytes())?;
                    let Some(answer) = line(&mut *stream)? else { return Ok(()) };
                    hear(encrypted, &answer);
                }
                script.auth
            }
            "AUTH" => script.auth,
            "MAIL" => {
                mails += 1;
                if mails > script.per_connection { Act::Say("421 4.7.0 enough") } else { script.mail }
            }
            "RCPT" => script.rcpt,
            "DATA" => script.data,
            "QUIT" => Act::Say("221 bye"),
            _ => Act::Say("250 ok"),
        };
        if !act(&mut *stream, next)? || verb == "QUIT" {
            return Ok(());
        }
        if verb == "DATA" && matches!(next, Act::Say(words) if words.starts_with('3')) {
            if script.drop_in_text {
                return Ok(());
            }
            let mut text = Vec::new();
            while !text.ends_with(b"\r\n.\r\n") {
                // Nothing may follow the final dot before its answer, so that a whole piece can be taken.
                let mut piece = [0; 16_384];
                match stream.read(&mut piece)? {
                    0 => return Ok(()),
                    count => text.extend_from_slice(&piece[..count]),
                }
            }
            heard.lock().unwrap().texts.push(text);
            if !act(&mut *stream, script.dot)? {
                return Ok(());
            }
        }
    }
    Ok(())
}
