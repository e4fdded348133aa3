//! The wire to TikTok: one GET, its whole answer, its size and time bounded.
//!
//! Invariant: there is one method, and it sends a GET of a [`Call`] to the configured host (promise 7). Redirects are
//! not followed, so the token leaves to nobody else (R16). No URL is ever put into a message: one of them holds a secret.
//!
//! Proxies: `HTTPS_PROXY` and its like are honoured for `https` to another machine, because clusters have them and the
//! token stays sealed inside the tunnel (CONNECT, then TLS with TikTok's certificate). Plain `http`, which the
//! configuration allows to loopback only, never meets a proxy. (The proxy variables are, with `SSL_CERT_FILE`, the part
//! of the environment that reqwest and not `config` reads.)

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::names::Names;
use super::retry::Outcome;
use super::wire::{self, Call, Content, Envelope};

const ACCESS_TOKEN: HeaderName = HeaderName::from_static("access-token");

/// Why no reading can begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// TLS or the resolver cannot be set up.
    #[error("the HTTP client could not be set up, is a certificate store installed?")]
    Client(#[source] reqwest::Error),
    /// A token that no header can carry.
    #[error("the access token of member {} of the configuration holds a character that no HTTP header can carry: copy it again", member_index + 1)]
    Token {
        /// Place of the member in the configuration, from 0.
        member_index: usize,
    },
}

/// A member's token, ready to be sent and shown by nothing.
pub(super) struct Token(HeaderValue);

impl Token {
    pub(super) fn new(secret: &SecretString, member_index: usize) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(secret.expose_secret()).map_err(|_| Error::Token { member_index })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// Whether a text shows it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.to_str().is_ok_and(|token| !token.is_empty() && text.contains(token))
    }
}

/// The HTTP client.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    names: Names,
}

/// What one request brought.
pub(super) enum Brought<T> {
    /// An envelope, its content readable or not.
    Envelope(Envelope<T>),
    /// Something else; the text says what, for log and reason.
    Nothing(Nothing, String),
}

/// The ways in which a request brings no envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    Transport,
    Http(u16),
    NoEnvelope,
    TooLarge,
}

impl<T> Brought<T> {
    /// What decides about it.
    pub(super) fn outcome(&self) -> Outcome<'_> {
        match self {
            Self::Envelope(envelope) if envelope.code == 0 && envelope.content.is_err() => Outcome::Malformed,
            Self::Envelope(envelope) => Outcome::Code(envelope.code, &envelope.message),
            Self::Nothing(Nothing::Transport, _) => Outcome::Transport,
            Self::Nothing(Nothing::Http(status), _) => Outcome::Http(*status),
            Self::Nothing(Nothing::NoEnvelope, _) => Outcome::NoEnvelope,
            Self::Nothing(Nothing::TooLarge, _) => Outcome::TooLarge,
        }
    }
}

impl Client {
    pub(super) fn new(base: &Url, request_timeout: Duration, connections: usize) -> Result<Self, Error> {
        // Whoever of us comes first installs it. ring builds in a fifth of aws-lc's time.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never()) // every request passes the limiter
            .timeout(request_timeout)
            .connect_timeout(request_timeout.min(Duration::from_secs(10)))
            .http1_only()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(connections)
            .referer(false)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
        // Without TLS there is nothing to trust and no proxy to pass: neither certificates nor variables are read.
        let builder = if base.scheme() == "https" { builder } else { builder.tls_certs_only([]).no_proxy() };
        let http = builder.build().map_err(|fault| Error::Client(fault.without_url()))?;
        Ok(Self { http, base: base.clone(), names: Names::default() })
    }

    /// Asks once.
    pub(super) async fn get<T: Content>(&self, token: &Token, call: &Call<'_>) -> Brought<T> {
        let sent = self.http.get(call.url(&self.base)).header(ACCESS_TOKEN, token.0.clone()).send().await;
        let mut response = match sent {
            Ok(response) => response,
            Err(fault) => return broken(fault),
        };
        let status = response.status().as_u16();
        let limit = call.largest_answer();
        let announced = response.content_length().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let mut body = Vec::with_capacity(announced.min(64 << 10));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    return Brought::Nothing(Nothing::TooLarge, format!("an answer of more than {} MiB", limit >> 20));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(fault) => return broken(fault),
            }
        }
        judge(status, wire::read(&body, &self.names))
    }
}

/// Checks HTTP status, then envelope (fact sheet §1.8). `code` outranks the status, but a server's fault stays one.
fn judge<T>(status: u16, envelope: Option<Envelope<T>>) -> Brought<T> {
    match (status, envelope) {
        (200, Some(envelope)) => Brought::Envelope(envelope),
        (200, None) => Brought::Nothing(Nothing::NoEnvelope, "an answer that is not TikTok's JSON".to_owned()),
        (400..=499, Some(envelope)) if envelope.code != 0 => Brought::Envelope(envelope),
        (status, _) => Brought::Nothing(Nothing::Http(status), format!("HTTP {status}")),
    }
}

fn broken<T>(fault: reqwest::Error) -> Brought<T> {
    let fault = fault.without_url();
    let what = if fault.is_timeout() {
        "no answer in time"
    } else if fault.is_connect() {
        "no connection"
    } else if fault.is_body() || fault.is_decode() {
        "an answer that broke off"
    } else {
        "a broken connection"
    };
    tracing::debug!(error = chain(&fault), "TikTok was not reached, or its answer broke off");
    Brought::Nothing(Nothing::Transport, what.to_owned())
}

/// The causes of a fault, outermost first; they name hosts and states of connections, never a URL.
fn chain(fault: &reqwest::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(fault) = cause {
        text = format!("{text}: {fault}");
        cause = fault.source();
    }
    text
}
