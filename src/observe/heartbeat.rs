//! A service outside of the cluster hears that a night began, and how it ended; it calls somebody when it hears nothing.
//!
//! Invariant: it hears of a success only after a complete run that was written down, and never before it heard of the
//! start.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::web;
use crate::domain::{Exit, Summary};

/// Where the service listens.
pub struct Heartbeat(Url);

/// What it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    /// A night begins: `…/start`.
    Start,
    /// It was complete: `…`.
    Success,
    /// It was not, or ended before it judged anything: `…/fail`.
    Fail,
}

impl Pulse {
    /// What is said of a run that judged its night.
    ///
    /// Complete, and the code is 0 or 5. A guard that holds is the program at work: everything was read, and the operators
    /// have a digest with the command that releases it. Code 6 is a failure although everything was read: who watches by
    /// mail alone must hear of mails that do not arrive in a way that is none. Codes 1, 3, 4 and 7 are failures because the
    /// night was not read or not kept.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        let good = [Exit::Done, Exit::Held].map(Exit::code);
        let is_good = summary.complete && summary.exit_codes.iter().all(|code| good.contains(code));
        if is_good { Self::Success } else { Self::Fail }
    }

    /// What is said of a run that ended before it judged anything; nothing where another run is at work (code 8), which
    /// tells its own end. If that one hangs, the missing success calls.
    #[must_use]
    pub fn of_refusal(exit: Exit) -> Option<Self> {
        (exit != Exit::LeaseHeld).then_some(Self::Fail)
    }
}

impl Heartbeat {
    /// The service of this URL.
    #[must_use]
    pub fn new(url: &SecretString) -> Option<Self> {
        Url::parse(url.expose_secret()).ok().map(Self)
    }

    /// Says it; once more if it was not heard.
    ///
    /// # Errors
    /// What happened, without the URL.
    pub async fn say(&self, said: Pulse) -> Result<(), String> {
        let url = self.url(said);
        let client = web::client(&url).await?;
        match web::sent(client.get(url.clone())).await {
            Ok(()) => Ok(()),
            Err(_) => web::sent(client.get(url)).await,
        }
    }

    fn url(&self, said: Pulse) -> Url {
        let mut url = self.0.clone();
        let word = match said {
            Pulse::Start => "start",
            Pulse::Success => return url,
            Pulse::Fail => "fail",
        };
        // Only a URL that cannot be a base, such as mailto:, has no segments; the configuration refuses those.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(word);
        }
        url
    }
}
