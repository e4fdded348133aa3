//! One SMTP dialogue a message, over one connection that is kept while it is healthy.
//!
//! Invariants: with TLS configured, nothing but `EHLO` and `STARTTLS` is ever said in plain text; every wait has an
//! end; an outcome is [`MailOutcome::Doubtful`] exactly when the whole text may have reached the server and its answer
//! did not reach us.

use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
#[expect(deprecated, reason = "the only way to TLS over a stream with nodelay that lettre 0.11 offers")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::message::{Message, mail_address};
use super::wire::Wire;
use super::{Delivery, Error, clean};
use crate::domain::{Address, MailOutcome};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// `smtps://`
    Implicit,
    /// `smtp://…?tls=required`
    StartTls,
    /// `smtp://`, which the configuration allows to a loopback address or without a password only.
    Plain,
}

/// Longest waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the connection, TLS and the greeting.
    pub(super) greeting: Duration,
    /// For each answer.
    pub(super) reply: Duration,
    /// For the text and the answer after its final dot (RFC 5321, 4.5.3.2.6).
    pub(super) text: Duration,
}

/// The configured server.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    from: lettre::Address,
    roots: Vec<Vec<u8>>,
    pub(super) patience: Patience,
    connection: Mutex<Option<AsyncSmtpConnection>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.security)
    }
}

/// Where in the dialogue something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Recipient,
    /// The final dot may have gone out.
    Dot,
}

/// What happened.
#[derive(Debug)]
enum Fault {
    /// The server said no.
    Refused { code: u16, words: String },
    /// Connection lost, silence, or nonsense.
    Broken(String),
    /// We must not or cannot go on, and trying again will not help.
    Unfit(String),
}

impl Fault {
    fn outcome(&self, stage: Stage) -> MailOutcome {
        match (self, stage) {
            (Self::Refused { code: 400..=499, .. }, _) => MailOutcome::Deferred,
            (Self::Refused { .. }, Stage::Recipient) => MailOutcome::Suppressed,
            (Self::Refused { .. } | Self::Unfit(_), _) => MailOutcome::Failed,
            (Self::Broken(_), Stage::Dot) => MailOutcome::Doubtful,
            (Self::Broken(_), _) => MailOutcome::Deferred,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Refused { code, words } => format!("{code} {words}"),
            Self::Broken(words) | Self::Unfit(words) => words.clone(),
        }
    }

    /// Whether the connection can no longer be used.
    fn ends_connection(&self) -> bool {
        matches!(self, Self::Broken(_) | Self::Refused { code: 421, .. })
    }
}

impl Server {
    /// Reads the URL. `roots` (PEM) are trusted besides the system's.
    pub(super) fn new(url: &SecretString, from: &Address, roots: Vec<Vec<u8>>) -> Result<Self, Error> {
        let url = url::Url::parse(url.expose_secret()).map_err(|_| Error::SmtpUrl("it is no URL"))?;
        let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (security, port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None | Some("required")) => (Security::Implicit, 465),
            ("smtp", Some("required")) => (Security::StartTls, 587),
            ("smtp", None) => (Security::Plain, 25),
            _ => return Err(Error::SmtpUrl("use smtps://… or smtp://…?tls=required")),
        };
        // Brackets of an IPv6 address belong to the URL, not to the certificate.
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(Error::SmtpUrl("it names no host"));
        }
        let decode = |text: &str| percent_decoded(text).ok_or(Error::SmtpUrl("user or password is not UTF-8"));
        let (user, password) = (decode(url.username())?, decode(url.password().unwrap_or_default())?);
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            credentials: (!user.is_empty()).then(|| Credentials::new(user, password)),
            from: mail_address(from).ok_or(Error::Address { what: "mail.from" })?,
            roots,
            patience: Patience {
                greeting: Duration::from_secs(60),
                reply: Duration::from_secs(30),
                text: Duration::from_secs(600),
            },
            connection: Mutex::new(None),
        })
    }

    /// One dialogue. A kept connection that turns out dead before the text is replaced once.
    pub(super) async fn deliver(&self, message: &Message) -> Delivery {
        let mut kept = self.connection.lock().await;
        loop {
            let (mut connection, fresh) = match kept.take() {
                Some(connection) => (connection, false),
                None => match self.connect().await {
                    Ok(connection) => (connection, true),
                    Err(fault) => return Delivery { outcome: fault.outcome(Stage::Before), reply: fault.words() },
                },
            };
            match self.dialogue(&mut connection, message).await {
                Ok(reply) => {
                    *kept = Some(connection);
                    return Delivery { outcome: MailOutcome::Accepted, reply };
                }
                Err((stage, fault)) if !fresh && stage != Stage::Dot && fault.ends_connection() => {}
                Err((stage, fault)) => {
                    // RSET, or the next mail would find this one's transaction open.
                    if !fault.ends_connection() && self.command(&mut connection, Rset).await.is_ok() {
                        *kept = Some(connection);
                    }
                    return Delivery { outcome: fault.outcome(stage), reply: fault.words() };
                }
            }
        }
    }

    /// Connects, agrees on TLS, signs in, and says nothing more.
    pub(super) async fn check(&self) -> Result<String, String> {
        let place = format!("SMTP server {}:{}", self.host, self.port);
        let mut connection = self.connect().await.map_err(|fault| {
            let words = clean::reply(&fault.words());
            format!("{place}: {words}; correct mail.smtp_url, or see that the server can be reached from here")
        })?;
        let healthy = self.command(&mut connection, Noop).await;
        let _ = timeout(Duration::from_secs(2), connection.quit()).await;
        healthy.map_err(|fault| format!("{place}: it does not answer NOOP: {}", clean::reply(&fault.words())))?;
        let protection = match self.security {
            Security::Implicit | Security::StartTls => "over TLS",
            Security::Plain => "in plain text",
        };
        let signed_in = if self.credentials.is_some() { ", signed in" } else { "" };
        Ok(format!("{place} answers {protection}{signed_in}"))
    }

    /// Ends the kept connection.
    pub(super) async fn close(&self) {
        if let Some(mut connection) = self.connection.lock().await.take() {
            let _ = timeout(Duration::from_secs(2), connection.quit()).await;
        }
    }

    /// A connection that is greeted, encrypted as configured, and signed in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let mut connection = match timeout(self.patience.greeting, self.open()).await {
            Ok(opened) => opened?,
            Err(_) => return Err(Fault::Broken("no connection or no greeting in time".to_owned())),
        };
        let Some(credentials) = &self.credentials else { return Ok(connection) };
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if !mechanisms.iter().any(|&mechanism| connection.server_info().supports_auth_mechanism(mechanism)) {
            return Err(Fault::Unfit("the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()));
        }
        match timeout(self.patience.reply, connection.auth(&mechanisms, credentials)).await {
            Ok(Ok(_)) => Ok(connection),
            Ok(Err(error)) => match fault(&error) {
                Fault::Refused { code, words } => Err(Fault::Refused { code, words: format!("sign-in: {words}") }),
                other => Err(other),
            },
            Err(_) => Err(Fault::Broken("no answer to AUTH in time".to_owned())),
        }
    }

    /// TCP, TLS, greeting, EHLO.
    #[expect(deprecated, reason = "see the import")]
    async fn open(&self) -> Result<AsyncSmtpConnection, Fault> {
        let unreachable = |error: std::io::Error| Fault::Broken(format!("no connection: {error}"));
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        // Without it, every mail waits 40 ms for an acknowledgement (Nagle): 22 against 6,900 mails a second.
        stream.set_nodelay(true).map_err(unreachable)?;
        let hello = ClientId::default();
        let connect = |wire| AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
        match self.security {
            Security::Plain => connect(Wire::plain(stream)).await.map_err(|e| fault(&e)),
            Security::Implicit => {
                let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
                stream.upgrade_tls(self.tls()?).await.map_err(|e| tls_fault(&e))?;
                connect(Wire::encrypted(stream)).await.map_err(|e| fault(&e))
            }
            Security::StartTls => {
                let mut connection = connect(Wire::before_starttls(stream)).await.map_err(|e| fault(&e))?;
                if !connection.can_starttls() {
                    let words = "the server offers no STARTTLS although it is required; nothing was sent";
                    return Err(Fault::Unfit(words.to_owned()));
                }
                connection.starttls(self.tls()?, &hello).await.map_err(|e| match fault(&e) {
                    Fault::Broken(_) => tls_fault(&e),
                    refused => refused,
                })?;
                Ok(connection)
            }
        }
    }

    /// Whom we trust, and whose certificate we expect.
    fn tls(&self) -> Result<TlsParameters, Fault> {
        let unusable = |error: lettre::transport::smtp::Error| Fault::Unfit(format!("TLS cannot be set up: {error}"));
        let mut tls = TlsParameters::builder(self.host.clone());
        for root in &self.roots {
            tls = tls.add_root_certificate(Certificate::from_pem(root).map_err(unusable)?);
        }
        tls.build().map_err(unusable)
    }

    /// MAIL, RCPT, DATA, text; the server's last words.
    async fn dialogue(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<String, (Stage, Fault)> {
        let before = |fault| (Stage::Before, fault);
        let Some(to) = mail_address(&message.to) else {
            return Err(before(Fault::Unfit("the recipient's address cannot stand in an envelope".to_owned())));
        };
        let mut parameters = Vec::new();
        if !(message.bytes.is_ascii() && self.from.to_string().is_ascii() && to.to_string().is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let words = "the server takes no address beyond ASCII (SMTPUTF8)";
                return Err(before(Fault::Unfit(words.to_owned())));
            }
            parameters.extend([MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]);
        }
        self.expect(connection, Mail::new(Some(self.from.clone()), parameters), 2).await.map_err(before)?;
        self.expect(connection, Rcpt::new(to, Vec::new()), 2).await.map_err(|fault| (Stage::Recipient, fault))?;
        self.expect(connection, Data, 3).await.map_err(before)?;

        // lettre asks for the next piece of text once more before it writes the final dot: from then on the whole text
        // may arrive.
        let dot = AtomicBool::new(false);
        let mut pieces = iter::once(message.bytes.as_slice());
        let text = iter::from_fn(|| {
            pieces.next().or_else(|| {
                dot.store(true, Ordering::SeqCst);
                None
            })
        });
        let answer = timeout(self.patience.text, connection.message_iter(text)).await;
        let stage = if dot.load(Ordering::SeqCst) { Stage::Dot } else { Stage::Before };
        match answer {
            Ok(Ok(response)) if severity(&response) == 2 => Ok(words(&response)),
            Ok(Ok(response)) => Err((stage, Fault::Broken(format!("an answer out of place: {}", words(&response))))),
            Ok(Err(error)) => Err((stage, fault(&error))),
            Err(_) => Err((stage, Fault::Broken("no answer to the text in time".to_owned()))),
        }
    }

    /// A command whose answer must begin with the digit.
    async fn expect(
        &self,
        connection: &mut AsyncSmtpConnection,
        command: impl std::fmt::Display,
        digit: u16,
    ) -> Result<(), Fault> {
        let response = self.command(connection, command).await?;
        if severity(&response) == digit {
            return Ok(());
        }
        Err(Fault::Broken(format!("an answer out of place: {}", words(&response))))
    }

    async fn command(
        &self,
        connection: &mut AsyncSmtpConnection,
        command: impl std::fmt::Display,
    ) -> Result<Response, Fault> {
        match timeout(self.patience.reply, connection.command(command)).await {
            Ok(answer) => answer.map_err(|error| fault(&error)),
            Err(_) => Err(Fault::Broken("no answer in time".to_owned())),
        }
    }
}

/// The first digit of an answer.
fn severity(response: &Response) -> u16 {
    u16::from(response.code()) / 100
}

fn words(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

/// lettre's error as ours: a refusal has a code, everything else is a broken connection.
fn fault(error: &lettre::transport::smtp::Error) -> Fault {
    let source = std::error::Error::source(error).map(ToString::to_string);
    match error.status() {
        Some(code) => Fault::Refused { code: code.into(), words: source.unwrap_or_default() },
        None => Fault::Broken(source.map_or_else(|| error.to_string(), |source| format!("connection lost: {source}"))),
    }
}

fn tls_fault(error: &lettre::transport::smtp::Error) -> Fault {
    let source = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    Fault::Broken(format!("TLS was not agreed: {source}; nothing was sent"))
}

/// `%40` and the like in user and password of a URL.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}
