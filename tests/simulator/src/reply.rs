//! An answer before it becomes bytes, and how it is to arrive.

use std::time::Duration;

/// An answer and how it is delivered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delivery: Delivery,
    /// On top of the latency.
    pub(crate) late: Duration,
}

/// How an answer goes over the wire.
pub(crate) enum Delivery {
    Whole,
    CutBody,
    CutHeaders,
    Reset,
    Never,
    Drip { bytes: usize, every: Duration },
    Stream { head: Vec<u8>, unit: Vec<u8>, times: usize, tail: Vec<u8> },
}

impl Reply {
    fn new(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        let (headers, delivery, late) = (Vec::new(), Delivery::Whole, Duration::ZERO);
        Self { status, content_type, headers, body, delivery, late }
    }

    pub(crate) fn plain(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.as_bytes().to_vec())
    }

    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self::new(200, "application/json", body)
    }
}

/// The reason phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unusual",
    }
}
