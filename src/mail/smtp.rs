//! The configured SMTP server, and the connections to it that are kept while they are healthy.
//!
//! Invariant: with TLS configured, nothing but `EHLO`, `STARTTLS` and `QUIT` is ever said in plain text, whatever the
//! server offers.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
#[expect(deprecated, reason = "the only way to TLS over a stream with nodelay that lettre 0.11 offers")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Ehlo, Noop};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::dialogue::{Fault, Patience, Session, Stage};
use super::message::{Message, mail_address};
use super::pace::Standing;
use super::wire::Wire;
use super::{Delivery, Error, clean};
use crate::domain::{Address, MailOutcome};

/// Connections at once.
const CONNECTIONS: usize = 4;

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

/// The configured server.
pub(super) struct Server {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    /// The password, bare and as AUTH says it: a server may repeat what it was told.
    secrets: Vec<SecretString>,
    from: lettre::Address,
    roots: Vec<Vec<u8>>,
    pub(super) patience: Patience,
    permits: Semaphore,
    kept: Mutex<Vec<Session>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.security)
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
        let decode = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8().map(Cow::into_owned);
            decoded.map_err(|_| Error::SmtpUrl("user or password is not UTF-8"))
        };
        let (user, password) = (decode(url.username())?, decode(url.password().unwrap_or_default())?);
        let as_said = [BASE64.encode(format!("\0{user}\0{password}")), BASE64.encode(&password), password.clone()];
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            secrets: as_said.into_iter().filter(|_| !password.is_empty()).map(SecretString::from).collect(),
            credentials: (!user.is_empty()).then(|| Credentials::new(user, password)),
            from: mail_address(from).ok_or(Error::Address { what: "mail.from" })?,
            roots,
            patience: Patience {
                greeting: Duration::from_secs(60),
                reply: Duration::from_secs(30),
                text: Duration::from_secs(600),
            },
            permits: Semaphore::new(CONNECTIONS),
            kept: Mutex::new(Vec::new()),
        })
    }

    /// One dialogue. A kept connection that turns out dead before the text is replaced by a new one.
    pub(super) async fn deliver(&self, message: &Message) -> (Delivery, Standing) {
        let (delivery, standing) = self.attempt(message).await;
        (Delivery { reply: self.veiled(&delivery.reply), ..delivery }, standing)
    }

    async fn attempt(&self, message: &Message) -> (Delivery, Standing) {
        // The semaphore is never closed; without a permit there would merely be one connection more.
        let _permit = self.permits.acquire().await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(session) = kept {
            match self.transact(session, message).await {
                Err((stage, fault)) if stage != Stage::Dot && fault.ends_connection() => {}
                ended => return told(ended),
            }
        }
        match self.connect().await {
            Ok(session) => told(self.transact(session, message).await),
            Err(fault) => (Delivery { outcome: fault.outcome(Stage::Before), reply: fault.words() }, Standing::Refuses),
        }
    }

    /// One message over this connection, which is kept if the next mail can go over it.
    async fn transact(&self, mut session: Session, message: &Message) -> Result<String, (Stage, Fault)> {
        let ended = session.transact(&self.from, message).await;
        let reusable = match &ended {
            Ok(_) => true,
            // RSET, or the next mail would find this one's transaction open.
            Err((_, fault)) => !fault.ends_connection() && session.reset().await,
        };
        if reusable {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        ended
    }

    /// Connects, agrees on TLS, signs in, and says nothing more.
    pub(super) async fn check(&self) -> Result<String, String> {
        let place = format!("SMTP server {}:{}", self.host, self.port);
        let remedy = "correct mail.smtp_url, or see that the server can be reached from here";
        let failed = |fault: Fault| format!("{place}: {}; {remedy}", clean::reply(&self.veiled(&fault.words())));
        let mut session = self.connect().await.map_err(failed)?;
        session.expect(&Noop, 2).await.map_err(failed)?;
        session.quit().await;
        let protection = match self.security {
            Security::Implicit | Security::StartTls => "over TLS",
            Security::Plain => "in plain text",
        };
        let signed_in = if self.credentials.is_some() { ", signed in" } else { "" };
        Ok(format!("{place} answers {protection}{signed_in}"))
    }

    /// What the server said, without the password.
    fn veiled(&self, words: &str) -> String {
        self.secrets.iter().fold(words.to_owned(), |words, secret| words.replace(secret.expose_secret(), "[…]"))
    }

    /// Ends the kept connections.
    pub(super) async fn close(&self) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        for session in kept {
            session.quit().await;
        }
    }

    /// A connection that is greeted, encrypted as configured, and signed in.
    async fn connect(&self) -> Result<Session, Fault> {
        let mut connection = match timeout(self.patience.greeting, self.open()).await {
            Ok(opened) => opened?,
            Err(_) => return Err(Fault::Broken("no connection or no greeting in time".to_owned())),
        };
        // lettre keeps no note of PIPELINING; asking again is allowed at any time.
        let ehlo = Ehlo::new(ClientId::default());
        let offers = match timeout(self.patience.reply, connection.command(ehlo)).await {
            Ok(offers) => offers.map_err(|error| Fault::from(&error))?,
            Err(_) => return Err(Fault::Broken("no answer to EHLO in time".to_owned())),
        };
        let pipelining = offers.message().any(|line| line.trim().eq_ignore_ascii_case("PIPELINING"));
        if let Some(credentials) = &self.credentials {
            self.sign_in(&mut connection, credentials).await?;
        }
        Ok(Session { connection, patience: self.patience, pipelining, stuck: false })
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection, credentials: &Credentials) -> Result<(), Fault> {
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if !mechanisms.iter().any(|&mechanism| connection.server_info().supports_auth_mechanism(mechanism)) {
            return Err(Fault::Unfit("the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()));
        }
        match timeout(self.patience.reply, connection.auth(&mechanisms, credentials)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match Fault::from(&error) {
                Fault::Refused { code, words } => Fault::Refused { code, words: format!("sign-in: {words}") },
                other => other,
            }),
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
            Security::Plain => connect(Wire::plain(stream)).await.map_err(|e| Fault::from(&e)),
            Security::Implicit => {
                let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
                stream.upgrade_tls(self.tls()?).await.map_err(|e| tls_fault(&e))?;
                connect(Wire::encrypted(stream)).await.map_err(|e| Fault::from(&e))
            }
            Security::StartTls => {
                let mut connection = connect(Wire::before_starttls(stream)).await.map_err(|e| Fault::from(&e))?;
                if !connection.can_starttls() {
                    let words = "the server offers no STARTTLS although it is required; nothing was sent";
                    return Err(Fault::Unfit(words.to_owned()));
                }
                connection.starttls(self.tls()?, &hello).await.map_err(|e| match Fault::from(&e) {
                    Fault::Broken(_) => tls_fault(&e),
                    refused => refused,
                })?;
                Ok(connection)
            }
        }
    }

    /// Whom we trust, and whose certificate we expect.
    fn tls(&self) -> Result<TlsParameters, Fault> {
        let unusable = |error: SmtpError| Fault::Unfit(format!("TLS cannot be set up: {error}"));
        let mut tls = TlsParameters::builder(self.host.clone());
        for root in &self.roots {
            tls = tls.add_root_certificate(Certificate::from_pem(root).map_err(unusable)?);
        }
        tls.build().map_err(unusable)
    }
}

/// What an ended dialogue means for the mail, and for all others.
fn told(ended: Result<String, (Stage, Fault)>) -> (Delivery, Standing) {
    match ended {
        Ok(reply) => (Delivery { outcome: MailOutcome::Accepted, reply }, Standing::Serves),
        Err((stage, fault)) => {
            let standing = if fault.is_for_everybody(stage) { Standing::Refuses } else { Standing::Serves };
            (Delivery { outcome: fault.outcome(stage), reply: fault.words() }, standing)
        }
    }
}

fn tls_fault(error: &SmtpError) -> Fault {
    let source = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    Fault::Broken(format!("TLS was not agreed: {source}; nothing was sent"))
}
