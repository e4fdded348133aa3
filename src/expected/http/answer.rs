//! What an answer says of itself, before its body is read.

use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING};

use super::service::Trouble;

/// How a register is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
}

pub(super) struct Answer {
    pub(super) format: Format,
    pub(super) compressed: bool,
}

impl Answer {
    /// Refuses what is neither CSV nor JSON by its own word, and CSV of which nobody could say whether it is whole.
    pub(super) fn of(response: &Response) -> Result<Self, Trouble> {
        let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header(CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let format = match kind.as_str() {
            "text/csv" | "application/csv" => Format::Csv,
            json if json == "application/json" || (json.starts_with("application/") && json.ends_with("+json")) => {
                Format::Json
            }
            other => return Err(no_register(other)),
        };
        let compressed = match header(CONTENT_ENCODING).map(|coding| coding.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => false,
            Some("gzip" | "x-gzip") => true,
            Some(_) => {
                let remedy = "let the service answer with gzip, or without compression";
                return Err(Trouble::Unusable("it is compressed in a way that is not known here".into(), remedy));
            }
        };
        // JSON and gzip show by themselves whether they are whole; a CSV that ends with the connection does not.
        let chunked = header(TRANSFER_ENCODING).is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
        let shows_its_end = compressed || format == Format::Json || chunked || header(CONTENT_LENGTH).is_some();
        if !shows_its_end {
            let remedy = "let the service send Content-Length, or Transfer-Encoding: chunked";
            return Err(Trouble::Unusable("it does not say where it ends, so it could be a part only".into(), remedy));
        }
        Ok(Self { format, compressed })
    }
}

fn no_register(kind: &str) -> Trouble {
    let remedy = "correct the URL in the section [expected], or let the service say text/csv or application/json";
    let what = match kind {
        "" => "it does not say what it is (no Content-Type)".to_owned(),
        "text/html" | "application/xhtml+xml" => "it is a web page, perhaps a login, and no register".to_owned(),
        kind => {
            let shown: String =
                kind.chars().filter(|c| c.is_ascii_alphanumeric() || "/+-.".contains(*c)).take(60).collect();
            format!("it is {shown}, neither text/csv nor application/json")
        }
    };
    Trouble::Unusable(what, remedy)
}
