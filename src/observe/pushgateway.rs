//! A Pushgateway keeps the last run's metrics where Prometheus finds them.
//!
//! Invariant: POST replaces metrics by name. So a run that was not complete, and says nothing of a complete one, leaves the
//! last complete one's moment as it is; and a run that judged nothing leaves the night's numbers.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::Gauges;
use super::web;

/// The group, unless the URL names one.
const GROUP: &str = "metrics/job/tiktok_access_reconciler";

/// A Pushgateway; user and password of its URL go as basic authentication.
pub struct Pushgateway(Url);

impl Pushgateway {
    /// The one of this URL; with a path such as `/metrics/job/omd` that group, else this program's own.
    #[must_use]
    pub fn new(url: &SecretString) -> Option<Self> {
        let mut url = Url::parse(url.expose_secret()).ok()?;
        if !url.path().contains("/metrics/job/") {
            let path = format!("{}/{GROUP}", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        Some(Self(url))
    }

    /// Pushes what a run says.
    ///
    /// # Errors
    /// What happened, without the URL.
    pub async fn push(&self, gauges: &Gauges) -> Result<(), String> {
        let request = web::client(&self.0).await?.post(self.0.clone());
        web::sent(request.header("Content-Type", "text/plain; version=0.0.4").body(gauges.text())).await
    }
}
