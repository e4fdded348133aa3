//! What went wrong with a bucket.
//!
//! Invariant: no text of a store or its client gets through but a status and a code. Their errors hold URLs, headers and
//! bodies, and those may hold keys and signatures.

use std::error::Error as _;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

/// Why a bucket did not do what it was asked.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is no such object; of one that was to be written: no such bucket.
    Absent,
    /// There is one already.
    Exists,
    /// The store cannot do that.
    Unable,
    /// The store lets us not in, or not do this.
    Refused(String),
    /// It lives elsewhere.
    Elsewhere,
    /// Another answer that is no success.
    Answered(String),
    /// There was no way to it.
    Unreachable,
    /// No answer in time.
    Slow,
    /// Told to stop before there was an answer.
    Stopped,
    /// It holds something else than was written.
    Different,
    /// The client cannot say.
    Other,
}

impl Fault {
    /// Whether it certainly was not done, and will not be later.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self, Self::Absent | Self::Exists | Self::Unable | Self::Refused(_) | Self::Elsewhere)
    }

    /// For people; with a hint at the credentials where they may be the cause.
    pub(super) fn words(&self, credentials: &str) -> String {
        match self {
            Self::Absent => "there is no such bucket; create it, or correct report.dir".to_owned(),
            Self::Exists => "it is there already".to_owned(),
            Self::Unable => "the store cannot do that; look at its client's variables".to_owned(),
            Self::Refused(code) => format!("the store refuses us ({code}): {credentials}"),
            Self::Elsewhere => "the bucket is elsewhere; is AWS_REGION right?".to_owned(),
            Self::Answered(code) => format!("the store answered {code}; run again"),
            Self::Unreachable => {
                format!("the store, or what gives out its credentials, cannot be reached: {credentials}")
            }
            Self::Slow => {
                format!("no answer in time from the store, or from what gives out its credentials: {credentials}")
            }
            Self::Stopped => "told to stop before the store had answered; run again".to_owned(),
            Self::Different => {
                "the store does not hold what was written to it; does another program write there?".to_owned()
            }
            Self::Other => format!("the client of the store failed: {credentials}"),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound { .. } => Self::Absent,
            Error::AlreadyExists { .. } | Error::Precondition { .. } => Self::Exists,
            Error::NotImplemented { .. } | Error::NotSupported { .. } => Self::Unable,
            Error::PermissionDenied { .. } => Self::Refused(code(&text).unwrap_or("403").to_owned()),
            Error::Unauthenticated { .. } => Self::Refused(code(&text).unwrap_or("401").to_owned()),
            error => match (transport(&error), status(&text)) {
                (Some(HttpErrorKind::Timeout), _) => Self::Slow,
                (Some(_), _) => Self::Unreachable,
                (None, Some(status)) => Self::answered(status, code(&text)),
                (None, None) if text.contains("redirect without LOCATION") => Self::Elsewhere,
                (None, None) => Self::Other,
            },
        }
    }
}

impl Fault {
    /// What an answer means that the client gives no name.
    fn answered(status: &str, code: Option<&str>) -> Self {
        let told = code.unwrap_or(status).to_owned();
        match (status, code) {
            ("400", Some("AuthorizationHeaderMalformed")) => Self::Elsewhere,
            ("404", _) => Self::Absent,
            ("408" | "409" | "429", _) => Self::Answered(told),
            (status, _) if status.starts_with('3') => Self::Elsewhere,
            (status, _) if status.starts_with('4') => Self::Refused(told),
            _ => Self::Answered(told),
        }
    }
}

/// Why there was no answer, where there was none.
fn transport(error: &Error) -> Option<HttpErrorKind> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return Some(http.kind());
        }
        source = error.source();
    }
    None
}

/// The number of an answer that was no success.
fn status(text: &str) -> Option<&str> {
    let status = text.split("status code: ").nth(1)?.get(..3)?;
    status.bytes().all(|byte| byte.is_ascii_digit()).then_some(status)
}

/// The code in an answer's XML, such as `AccessDenied`.
fn code(text: &str) -> Option<&str> {
    let code = text.split("<Code>").nth(1)?.split("</Code>").next()?;
    (code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(code)
}
