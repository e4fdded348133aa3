//! What was asked and answered. Tokens are never kept, a secret in a query is blotted out.

use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::request::Request;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// As sent.
    pub method: String,
    /// As sent, with the base path.
    pub path: String,
    /// Decoded, in order; a secret (also a token that was wrongly sent here) is `***`.
    pub query: Vec<(String, String)>,
    /// E-mail of the member whose token was sent, if it is known.
    pub member: Option<String>,
    /// Since the simulator started.
    pub at: Duration,
    /// HTTP status of the answer.
    pub status: u16,
    /// `code` of the answer, if it was an envelope.
    pub code: Option<i64>,
    /// Names of the faults that struck, joined with `+`.
    pub fault: Option<String>,
    /// Sent while the app was suspended.
    pub during_suspension: bool,
}

impl LoggedRequest {
    pub(crate) fn new(request: &Request, at: Duration) -> Self {
        let blot = |(key, value): &(String, String)| {
            let value = if is_secret(key) { "***" } else { value };
            (key.clone(), value.to_owned())
        };
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.iter().map(blot).collect(),
            member: None,
            at,
            status: 200,
            code: None,
            fault: None,
            during_suspension: false,
        }
    }

    /// The call, if it is one that is served.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        Endpoint::from_path(&self.path)
    }

    /// A query parameter's (first) value.
    #[must_use]
    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(one, _)| one == key).map(|(_, value)| value.as_str())
    }

    /// One line for a person.
    #[must_use]
    pub fn line(&self) -> String {
        let query: Vec<_> = self.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let code = self.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
        let fault = self.fault.as_deref().unwrap_or("");
        let (at, method, path, status) = (self.at.as_secs_f64(), &self.method, &self.path, self.status);
        format!("{at:9.3}s {method} {path} {} -> {status} {code} {fault}", query.join(" ")).trim_end().to_owned()
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains("secret") || key.contains("token")
}
