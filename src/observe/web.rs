//! One request to somebody who listens.
//!
//! Invariant: it ends within its limit, and no fault names the URL, which can hold a key or a password.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use tokio::task::spawn_blocking;
use url::Url;

/// What one request may take, its answer included.
const LIMIT: Duration = Duration::from_secs(5);

/// A client for this URL. It is set up on a thread of its own: reading the certificates takes longer than anything else
/// before TikTok's first request.
pub(super) async fn client(url: &Url) -> Result<Client, String> {
    let is_https = url.scheme() == "https";
    let built = spawn_blocking(move || {
        // Whoever of us comes first installs it, as TikTok's client does.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none()) // a key goes to the configured host only
            .retry(reqwest::retry::never())
            .timeout(LIMIT)
            .http1_only()
            .pool_max_idle_per_host(0)
            .referer(false)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));
        // As with TikTok: what is not sealed by TLS meets no proxy, and needs no certificates.
        let builder = if is_https { builder } else { builder.tls_certs_only([]).no_proxy() };
        builder.build()
    });
    match built.await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(_)) | Err(_) => Err("the HTTP client could not be set up, is a certificate store installed?".to_owned()),
    }
}

/// Sends it; whatever is no 2xx is a fault.
pub(super) async fn sent(request: RequestBuilder) -> Result<(), String> {
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("HTTP {}", answer.status().as_u16())),
        Err(fault) if fault.is_timeout() => Err("no answer in time".to_owned()),
        Err(fault) if fault.is_connect() => Err("no connection".to_owned()),
        Err(_) => Err("a broken connection".to_owned()),
    }
}
