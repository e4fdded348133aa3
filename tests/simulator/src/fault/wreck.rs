//! Answers that are no sound envelope, or do not arrive whole.

use std::time::Duration;

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::What;
use crate::reply::{Delivery, Reply, reason};

/// The answer that this fault makes of an honest one.
pub(crate) fn wreck(mut reply: Reply, fault: &What) -> Reply {
    match fault {
        What::HttpStatus { status, html } => return http_status(*status, *html),
        What::Html => return html(200, "<html><body><h1>Please wait…</h1></body></html>"),
        What::Redirect { to } => {
            reply = Reply::plain(302, "");
            reply.headers.push(("Location", to.clone()));
        }
        What::TruncatedJson => reply.body.truncate(reply.body.len() * 2 / 3),
        What::InvalidUtf8 => {
            let middle = reply.body.len() / 2;
            reply.body.splice(middle..middle, [0xC3, 0x28, 0xFF]);
        }
        What::DeepJson { depth } => {
            let (open, close) = ("[".repeat(*depth), "]".repeat(*depth));
            reply.body =
                format!(r#"{{"code":0,"message":"OK","request_id":"deep","data":{open}{close}}}"#).into_bytes();
        }
        What::GzipGarbage => {
            reply.headers.push(("Content-Encoding", "gzip".to_owned()));
            reply.body = b"\x1f\x8b\x08\x00 this is not what gzip looks like".to_vec();
        }
        What::GzipBomb { megabytes } => {
            reply.headers.push(("Content-Encoding", "gzip".to_owned()));
            reply.body = gzip_bomb(*megabytes, &reply.body);
        }
        What::HugeBody { megabytes } => reply.delivery = huge_body(*megabytes),
        What::CutBody => reply.delivery = Delivery::CutBody,
        What::CutHeaders => reply.delivery = Delivery::CutHeaders,
        What::Reset => reply.delivery = Delivery::Reset,
        What::Hang => reply.delivery = Delivery::Never,
        What::SlowBody { bytes, every_ms } => {
            reply.delivery = Delivery::Drip { bytes: (*bytes).max(1), every: Duration::from_millis(*every_ms) };
        }
        What::Late { ms } => reply.late = Duration::from_millis(*ms),
        _ => {}
    }
    reply
}

fn html(status: u16, body: &str) -> Reply {
    let mut reply = Reply::plain(status, body);
    reply.content_type = "text/html; charset=utf-8";
    reply
}

fn http_status(status: u16, as_html: bool) -> Reply {
    let reason = reason(status);
    if as_html {
        html(
            status,
            &format!("<html><head><title>{status} {reason}</title></head><body><h1>{reason}</h1></body></html>"),
        )
    } else {
        Reply::plain(status, &format!("{status} {reason}"))
    }
}

fn huge_body(megabytes: usize) -> Delivery {
    let mut unit = String::new();
    for n in 0..1000 {
        unit.push_str(&format!(
            r#"{{"asset_type":"ADVERTISER","asset_id":"79{n:017}","asset_name":"one of too many","advertiser_role":"ANALYST"}},"#
        ));
    }
    let last = r#"{"asset_type":"ADVERTISER","asset_id":"7900000000000000000","asset_name":"the last","advertiser_role":"ANALYST"}"#;
    Delivery::Stream {
        head: br#"{"code":0,"message":"OK","request_id":"huge","data":{"list":["#.to_vec(),
        times: megabytes * 1_000_000 / unit.len() + 1,
        unit: unit.into_bytes(),
        tail: format!(r#"{last}],"page_info":{{"page":1,"page_size":50,"total_number":50,"total_page":1}}}}}}"#)
            .into_bytes(),
    }
}

/// White space, then the answer. One packed megabyte is repeated, so that this costs nothing here.
fn gzip_bomb(megabytes: usize, answer: &[u8]) -> Vec<u8> {
    let blank = vec![b' '; 1_000_000];
    let packed = deflate(&blank, FlushCompress::Full);
    let tail = deflate(answer, FlushCompress::Finish);
    let mut crc = Crc::new();
    let mut one = Crc::new();
    one.update(&blank);
    let mut bomb = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff".to_vec();
    for _ in 0..megabytes {
        bomb.extend_from_slice(&packed);
        crc.combine(&one);
    }
    bomb.extend_from_slice(&tail);
    let mut rest = Crc::new();
    rest.update(answer);
    crc.combine(&rest);
    bomb.extend_from_slice(&crc.sum().to_le_bytes());
    bomb.extend_from_slice(&crc.amount().to_le_bytes());
    bomb
}

fn deflate(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() + 1024);
    // Into enough room, packing cannot fail.
    let _ = Compress::new(Compression::best(), false).compress_vec(bytes, &mut packed, flush);
    packed
}
