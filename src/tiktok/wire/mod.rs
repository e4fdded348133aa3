//! TikTok's JSON and nothing else: what is asked, and what an answer says.
//!
//! Invariant: every other module sees only the domain's values. A row that cannot be read makes its whole answer
//! malformed; no row is ever dropped.

mod call;
mod rows;
mod scalar;

use serde::Deserialize;

use super::names::Names;
use scalar::Scalar;

pub(super) use call::{Call, PAGE_SIZE};
pub(super) use rows::{Identity, Page, PageInfo, Reach, States};

/// What the `data` of an answer is read into.
pub(super) trait Content: Sized {
    /// Its JSON.
    type Wire<'a>: Deserialize<'a>;

    /// Reads it; an error says what cannot be read, as the end of a sentence about the answer.
    fn read(wire: Self::Wire<'_>, names: &Names) -> Result<Self, String>;
}

/// The envelope around every answer of the API (fact sheet §1.7); `code` outranks the HTTP status.
pub(super) struct Envelope<T> {
    /// 0 is success.
    pub(super) code: i64,
    /// TikTok's words, without control characters, at most a thousand.
    pub(super) message: String,
    /// For TikTok's support.
    pub(super) request_id: Option<String>,
    /// The content, or what is wrong with it.
    pub(super) content: Result<T, String>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "D: Deserialize<'de>"))]
struct RawEnvelope<'a, D> {
    #[serde(borrow, default)]
    code: Scalar<'a>,
    #[serde(borrow, default)]
    message: Scalar<'a>,
    #[serde(borrow, default)]
    request_id: Scalar<'a>,
    #[serde(default = "none")]
    data: Option<D>,
}

fn none<D>() -> Option<D> {
    None
}

/// Reads an answer; none if it is no envelope, which a missing `code` means too (fact sheet §1.7).
pub(super) fn read<T: Content>(body: &[u8], names: &Names) -> Option<Envelope<T>> {
    match serde_json::from_slice::<RawEnvelope<'_, T::Wire<'_>>>(body) {
        Ok(raw) => {
            let content = raw.data.ok_or_else(|| "it holds no data".to_owned());
            let content =
                if raw.code.integer() == Some(0) { content.and_then(|d| T::read(d, names)) } else { refused() };
            envelope(&raw.code, &raw.message, &raw.request_id, content)
        }
        // A failure's data has another shape, and so may a success: the code decides which it is.
        Err(_) => {
            let raw = serde_json::from_slice::<RawEnvelope<'_, serde::de::IgnoredAny>>(body).ok()?;
            let content = Err("its data do not have the shape that they should".to_owned());
            envelope(&raw.code, &raw.message, &raw.request_id, content)
        }
    }
}

fn refused<T>() -> Result<T, String> {
    Err("it is a refusal".to_owned())
}

fn envelope<T>(
    code: &Scalar<'_>,
    message: &Scalar<'_>,
    request_id: &Scalar<'_>,
    content: Result<T, String>,
) -> Option<Envelope<T>> {
    Some(Envelope {
        code: code.integer()?,
        message: message.text(1000).into(),
        request_id: Some(request_id.text(100)).filter(|id| !id.is_empty()).map(Into::into),
        content,
    })
}

#[cfg(test)]
mod tests;
