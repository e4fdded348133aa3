//! The wire to the service: one GET, and what its failure means.
//!
//! Invariant: redirects are not followed, so the `Authorization` header goes to nobody else; no URL is put into a message
//! as a whole.
//!
//! Proxies: as for TikTok, `HTTPS_PROXY` and its like are honoured for `https`; plain `http`, which the configuration
//! allows to loopback only, never meets one.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::Limits;
use crate::expected::faults::Fault;

/// The longest pause that a service may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Two clients: without TLS there is nothing to trust and no proxy to pass, so neither certificates nor variables are read.
pub(super) struct Service {
    pub(super) limits: Limits,
    /// Where an address needs it.
    sealed: Option<Client>,
    plain: Client,
    authorization: Option<HeaderValue>,
}

/// Why a page was not read.
pub(super) enum Trouble {
    /// It may work in a moment: no connection, an answer that broke off, a server's fault.
    Passing {
        what: String,
        /// As the server asks for.
        pause: Option<Duration>,
    },
    /// An HTTP status that asking again does not change.
    Status(StatusCode),
    /// An answer that is no register: what it is, what to do.
    Unusable(String, &'static str),
    /// A register that is refused.
    Faults(Vec<Fault>),
}

impl Service {
    pub(super) fn new(limits: Limits, authorization: Option<&SecretString>, sealed: bool) -> Result<Self, Fault> {
        let fault = |problem: &str, remedy: &str| Fault {
            file: "expected".to_owned(),
            line: None,
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        };
        let authorization = authorization
            .map(|secret| HeaderValue::from_str(secret.expose_secret()))
            .transpose()
            .map_err(|_| {
                fault("authorization holds a character that no HTTP header can carry", "write the secret again")
            })?
            .map(|mut value| {
                value.set_sensitive(true);
                value
            });
        // Whoever of us comes first installs it, as TikTok's client does.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = || {
            Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never()) // a page that is asked for again begins anew, here
                .connect_timeout(limits.connect)
                .read_timeout(limits.silence)
                .no_gzip() // the body is decompressed where its size is counted
                .http1_only()
                .tcp_nodelay(true)
                .referer(false)
                .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        };
        let no_client = |_| fault("the HTTP client could not be set up", "install a certificate store");
        let plain = builder().tls_certs_only([]).no_proxy().build().map_err(no_client)?;
        let sealed = sealed.then(|| builder().build()).transpose().map_err(no_client)?;
        Ok(Self { limits, sealed, plain, authorization })
    }

    pub(super) fn is_authorized(&self) -> bool {
        self.authorization.is_some()
    }

    /// Asks once; the body is still to come.
    pub(super) async fn get(&self, url: &Url) -> Result<Response, Trouble> {
        let sealed = self.sealed.as_ref().filter(|_| url.scheme() == "https");
        let client = sealed.unwrap_or(&self.plain);
        let mut request =
            client.get(url.clone()).header("accept", "application/json, text/csv").header("accept-encoding", "gzip");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let response = request.send().await.map_err(|error| broken(&error))?;
        match response.status() {
            StatusCode::OK => Ok(response),
            status if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) => {
                let what = format!("it answers with HTTP {}", status.as_u16());
                Err(Trouble::Passing { what, pause: pause(&response) })
            }
            status => Err(Trouble::Status(status)),
        }
    }
}

/// The pause that the server asks for, in seconds; a date is not understood.
fn pause(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// A connection that did not come about, or ended too early.
pub(super) fn broken(error: &reqwest::Error) -> Trouble {
    let what = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection could be made"
    } else {
        "its answer broke off"
    };
    Trouble::Passing { what: what.to_owned(), pause: None }
}

impl Trouble {
    /// The pause before another try, where one may help: as the server asks, or any.
    pub(super) fn pause(&self) -> Option<Option<Duration>> {
        match self {
            Self::Passing { pause, .. } => Some(*pause),
            Self::Status(_) | Self::Unusable(..) | Self::Faults(_) => None,
        }
    }

    /// What is told of it; `page` counts from 1.
    pub(super) fn into_faults(self, source: &str, page: usize, authorized: bool) -> Vec<Fault> {
        let of_page = if page > 1 { format!("page {page}: ") } else { String::new() };
        let (problem, remedy) = match self {
            Self::Faults(faults) => return faults,
            Self::Passing { what, .. } => {
                let what = format!("{what}, again and again");
                (what, "look at the service, its name and its certificate; run again")
            }
            Self::Unusable(what, remedy) => (what, remedy),
            Self::Status(status) => of_status(status, authorized),
        };
        vec![Fault {
            file: source.to_owned(),
            line: None,
            problem: format!("{of_page}{problem}"),
            remedy: remedy.to_owned(),
        }]
    }
}

fn of_status(status: StatusCode, authorized: bool) -> (String, &'static str) {
    let code = status.as_u16();
    match code {
        401 | 403 if authorized => {
            let remedy = "renew the secret of expected.authorization, or let it read this address";
            (format!("the service refuses expected.authorization (HTTP {code})"), remedy)
        }
        401 | 403 => (format!("the service wants to know who asks (HTTP {code})"), "set expected.authorization"),
        404 | 410 => (format!("there is nothing (HTTP {code})"), "correct the URL in the section [expected]"),
        300..=399 => {
            let remedy = "write the URL that it leads to; redirects are not followed, so that the Authorization header goes nowhere else";
            (format!("it is a redirect (HTTP {code})"), remedy)
        }
        200..=299 => (
            format!("the answer is no whole one (HTTP {code})"),
            "let the service answer with HTTP 200 and the register",
        ),
        _ => (format!("the service refuses the request (HTTP {code})"), "try the URL with curl"),
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing { what, .. } | Self::Unusable(what, _) => f.write_str(what),
            Self::Status(status) => write!(f, "HTTP {}", status.as_u16()),
            Self::Faults(faults) => write!(f, "{} faults", faults.len()),
        }
    }
}
