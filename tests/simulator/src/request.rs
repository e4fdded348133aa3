//! One HTTP request, as far as the API cares.

/// What arrived.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Decoded, in order, with whatever was sent twice.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) access_token: Option<String>,
    pub(crate) log_id: Option<String>,
    /// The client ends the connection after this.
    pub(crate) last: bool,
    pub(crate) body_length: usize,
}

/// What a buffer holds.
pub(crate) enum Parsed {
    /// Not a whole head yet.
    Incomplete,
    /// A request, and the length of its head.
    Whole(Request, usize),
    /// No HTTP.
    Malformed,
}

/// Reads a request from the front of a buffer.
pub(crate) fn parse(buffer: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::Incomplete,
        Err(_) => return Parsed::Malformed,
    };
    let target = head.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |name: &str| {
        let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    let connection = header("connection").unwrap_or_default().to_ascii_lowercase();
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.split('&').filter(|pair| !pair.is_empty()).map(decode_pair).collect(),
        access_token: header("access-token").filter(|token| !token.is_empty()),
        log_id: header("x-tt-logid").filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic())),
        last: connection == "close" || head.version == Some(0) && connection != "keep-alive",
        body_length: header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0),
    };
    Parsed::Whole(request, length)
}

fn decode_pair(pair: &str) -> (String, String) {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decode(key), decode(value))
}

/// Percent-decoding of a query part; a `+` is a space.
fn decode(text: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
                hex(*high) << 4 | hex(*low)
            }
            _ => *first,
        });
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}
