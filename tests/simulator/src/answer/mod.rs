//! What an honest TikTok answers; the bytes of the envelope.

mod advertisers;
mod listing;
mod user;

use std::io::Write;

use crate::endpoint::Endpoint;
use crate::fault::Tampering;
use crate::options::Options;
use crate::rules::{Parameters, Refusal};
use crate::world::{View, World};

/// Everything that an answer depends on.
pub(crate) struct Question<'a> {
    pub(crate) world: &'a World,
    pub(crate) options: &'a Options,
    pub(crate) member: usize,
    pub(crate) endpoint: Endpoint,
    pub(crate) parameters: &'a Parameters,
    pub(crate) tampering: &'a Tampering,
}

/// The body of an answer and its code.
pub(crate) fn answer(question: &Question<'_>, view: &mut View, request_id: &str) -> (Vec<u8>, i64) {
    let mut body = success_head(request_id);
    let data = scope_refusal(question).map_or_else(
        || match question.endpoint {
            Endpoint::UserInfo => user::write(question, &mut body),
            Endpoint::BcGet => listing::write_business_centers(question, view, &mut body),
            Endpoint::BcAssetGet => listing::write_assets(question, view, &mut body),
            Endpoint::Oauth2AdvertiserGet => advertisers::write_all(question, view, &mut body),
            Endpoint::AdvertiserInfo => advertisers::write_details(question, view, &mut body),
        },
        Err,
    );
    match data {
        Ok(()) => {
            body.push(b'}');
            (body, 0)
        }
        Err(refusal) => (refused(&refusal, request_id), refusal.code),
    }
}

/// An envelope with an error code and empty data.
pub(crate) fn refused(refusal: &Refusal, request_id: &str) -> Vec<u8> {
    let Refusal { code, message } = refusal;
    let message = serde_json::Value::from(message.as_str());
    format!(r#"{{"code":{code},"message":{message},"request_id":"{request_id}","data":{{}}}}"#).into_bytes()
}

fn success_head(request_id: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(16 * 1024);
    for part in [r#"{"code":0,"message":"OK","request_id":""#, request_id, r#"","data":"#] {
        body.extend_from_slice(part.as_bytes());
    }
    body
}

fn scope_refusal(question: &Question<'_>) -> Option<Refusal> {
    let needed = question.endpoint.scopes();
    let held = &question.world.members[question.member].scopes;
    if needed.is_empty() || needed.iter().any(|scope| held.contains(scope)) {
        return None;
    }
    let path = question.endpoint.path();
    Some(Refusal::new(40001, format!("The advertiser does not grant you {path}:GET permission")))
}

/// Writes text as a JSON string.
fn write_string(body: &mut Vec<u8>, text: &str) {
    // A vector takes everything.
    let _ = serde_json::to_writer(body, text);
}

/// Writes literal JSON with numbers in it.
fn write_raw(body: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    let _ = body.write_fmt(arguments);
}
