//! Scenarios: a service that answers byte for byte what it is told, and the register that comes of it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rstest::rstest;

use super::*;
use crate::config::Source;

const SECRET: &str = "Bearer canary-authorization-4711";
const HEADER: &str = "country,client_code,client_name,account_id\n";

const QUICK: Limits = Limits {
    whole: Duration::from_secs(20),
    connect: Duration::from_secs(2),
    silence: Duration::from_millis(300),
    pauses: &[Duration::ZERO, Duration::ZERO],
    bytes: 1 << 20,
    pages: 5,
};

/// Answers requests, one a connection, and remembers their heads.
struct Server {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// The answer is made of the path and of how often it was asked for before.
    fn new(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = heads.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(head) = head(&stream) else { continue };
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let line = |head: &String| head.split(' ').nth(1) == Some(path.as_str());
                let before = seen.lock().unwrap().iter().filter(|head| line(head)).count();
                seen.lock().unwrap().push(head);
                let answer = answer(&path, before);
                // An answer that begins with nothing is one that never comes.
                if answer.is_empty() {
                    std::thread::spawn(move || (stream, std::thread::sleep(Duration::from_secs(3))));
                    continue;
                }
                let _ = (&stream).write_all(&answer);
            }
        });
        Self { url, heads }
    }

    fn paths(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        heads.iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect()
    }
}

fn head(mut stream: &TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// An answer as it should be, closed after it.
fn answer(kind: &str, more: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn csv(body: &str) -> Vec<u8> {
    answer("text/csv; charset=utf-8", "", body)
}

fn json(body: &str) -> Vec<u8> {
    answer("application/json", "", body)
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// The other registers of a service of which the accounts are looked at.
fn contacts_or(path: &str, accounts: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    if path == "/contacts" { json("[]") } else { accounts() }
}

fn read_from(url: &str) -> Result<Register, Vec<Fault>> {
    let settings = Expected {
        source: Source::Http { authorization: None },
        accounts: format!("{url}/accounts?key=canary-parameter"),
        contacts: format!("{url}/contacts"),
        exceptions: None,
    };
    let member = Address::parse("extract@agency.example").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(read_within(QUICK, Some(&SECRET.into()), &settings, &member, chrono_tz::Europe::Copenhagen))
}

/// Why the accounts are refused; the address of the server is replaced.
fn refusal(server: &Server) -> String {
    let faults = read_from(&server.url).expect_err("a register came of it");
    let told = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").replace(&server.url, "SERVICE");
    assert!(!told.contains("canary"), "{told}");
    told
}

fn rows(register: &Register) -> Vec<String> {
    register.accounts.iter().map(|row| format!("{} {}", row.line, row.account_id)).collect()
}

fn bad_rows(register: &Register) -> String {
    let told = register.bad_rows.iter().map(|row| format!("{} {}: {}", row.line, row.field, row.reason));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn pages_of_either_kind_are_one_register_and_each_request_says_who_asks() {
    let server = Server::new(|path, _| match path {
        "/accounts?key=canary-parameter" => {
            let more = "Link: </first>; rel=\"first\", </accounts/2?x=1,2>; title=\"a, b\"; rel=\"last next\"\r\n";
            answer("text/csv", more, format!("{HEADER}DK,C1,x,11\nDK,C1,x,x\n"))
        }
        "/accounts/2?x=1,2" => {
            let body = gzipped(br#"{"items": [{"Account_ID": 7106541027904733185, "country": "DK", "client_code": "C1", "client_name": "x"}]}"#);
            answer("application/vnd.mapping+json", "Content-Encoding: gzip\r\nLink: <3>; rel=next\r\n", body)
        }
        "/accounts/3" => csv(&format!("\u{feff}{}DK;C1;x;13", HEADER.replace(',', ";"))),
        "/contacts" => {
            json(r#"[{"country": "DK", "client_code": "C1", "email": "anna@client.example", "name": null}]"#)
        }
        _ => Vec::new(),
    });
    let register = read_from(&server.url).unwrap();
    assert_eq!(rows(&register), ["2 11", "4 7106541027904733185", "6 13"]);
    assert_eq!((register.account_rows, register.bad_rows[0].line, register.contacts.len()), (4, 3, 1));
    assert_eq!(register.bad_rows[0].file, format!("{}/accounts?…", server.url));
    let heads = server.heads.lock().unwrap();
    assert_eq!(heads.len(), 4);
    assert!(heads.iter().all(|head| head.contains(SECRET)));
}

#[test]
fn values_of_json_are_read_without_a_loss_or_damaged() {
    let row = |cells: &str| format!(r#"{{"country": "DK", "client_code": "C1", "client_name": "x", {cells}}}"#);
    let rows_of_json = [
        row(r#""account_id": 7106541027904733185, "tags": ["a", 2, null, true], "start_date": "2025-12-31T23:30:00Z""#),
        row(r#""account_id": "7106541027904733186", "tags": null, "other": {"deep": [[1]]}"#),
        row(r#""account_id": 7.106541027904733e18"#),
        row(r#""account_id": 7106541027904733185.0"#),
        row(r#""account_id": 71065410279047331850"#),
        row(r#""account_id": -5"#),
        row(r#""account_id": null"#),
        row(r#""account_id": ["11"]"#),
        row(r#""account_id": {"id": "11"}"#),
        row(r#""account_id": "11", "ACCOUNT_ID": "12""#),
        row(r#""account_id": "11", "tags": [["a"]]"#),
        row(r#""account_id": "11", "start_date": "yesterday""#),
    ];
    let body = format!("\u{feff} [{}]\n ", rows_of_json.join(","));
    let server = Server::new(move |path, _| contacts_or(path, || json(&body)));
    let register = read_from(&server.url).unwrap();
    assert_eq!(rows(&register), ["1 7106541027904733185", "2 7106541027904733186"]);
    let facts = &register.accounts[0].facts;
    assert_eq!((&*facts.tags, facts.start.unwrap().to_string()), ("a|2|true", "2026-01-01".into()));
    insta::assert_snapshot!(bad_rows(&register));
}

#[test]
fn what_is_no_object_among_objects_is_a_bad_row_of_its_number() {
    let row = r#"{"country": "DK", "client_code": "C1", "client_name": "x", "account_id": "11"}"#;
    let strangers = ["null", "5", "-5", "1.5", "true", "\"anna@client.example\"", "[[\"11\"], {}]"];
    let body = strangers.map(|stranger| format!("{stranger}, {row}")).join(",");
    let server = Server::new(move |path, _| contacts_or(path, || json(&format!("{{\"items\": [{body}]}}"))));
    let register = read_from(&server.url).unwrap();
    assert_eq!((register.accounts.len(), register.account_rows), (7, 14));
    let told = bad_rows(&register);
    for line in [1, 3, 5, 7, 9, 11, 13] {
        assert!(told.contains(&format!("{line} row: it is no object; give each row as one")), "{told}");
    }
    assert!(!told.contains("anna"), "{told}");
    // The row after a stranger has nothing of it.
    assert_eq!(rows(&register)[0], "2 11");
}

#[test]
fn an_empty_list_is_an_empty_register() {
    let server = Server::new(|_, _| json("[]"));
    assert_eq!(read_from(&server.url).unwrap().account_rows, 0);
}

#[rstest]
#[case::broken_off(
    "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 500\r\n\r\ncountry,client_code,client_name,account_id\nDK,C1,x,11\n"
)]
#[case::a_chunk_is_missing(
    "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n36\r\ncountry,client_code,client_name,account_id\nDK,C1,x,11\n\r\n"
)]
#[case::an_error_of_the_server("HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")]
#[case::too_many_requests("HTTP/1.1 429 Wait\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")]
#[case::no_http("gibberish\r\n\r\n")]
#[case::silence("")]
fn what_may_pass_is_asked_again_and_its_rows_count_once(#[case] at_first: &'static str) {
    let sound = || csv(&format!("{HEADER}DK,C1,x,11\nDK,C1,x,12\n"));
    let server =
        Server::new(move |path, before| contacts_or(path, || if before < 2 { at_first.into() } else { sound() }));
    let register = read_from(&server.url).unwrap();
    assert_eq!((rows(&register), register.account_rows), (vec!["2 11".into(), "3 12".into()], 2));
    let calm = Server::new(move |path, _| contacts_or(path, sound));
    assert_eq!(read_from(&calm.url).unwrap().fingerprint, register.fingerprint, "what broke off left a trace");

    let server = Server::new(move |path, _| contacts_or(path, || at_first.into()));
    let told = refusal(&server);
    assert!(told.contains("again and again") && told.contains("remedy"), "{told}");
    assert_eq!(server.paths().iter().filter(|path| path.starts_with("/accounts")).count(), 3);
}

#[test]
fn what_is_no_register_is_refused_at_once_and_says_why() {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let status = |line: &str| format!("HTTP/1.1 {line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes();
    let sound = format!("{HEADER}DK,C1,x,11\n");
    let mut cut = gzipped(sound.as_bytes());
    cut.truncate(cut.len() - 9);
    let gzip = |body: &[u8]| answer("text/csv", "Content-Encoding: gzip\r\n", body);
    let linked = |to: &str| answer("text/csv", &format!("Link: <{to}>; rel=\"next\"\r\n"), &sound);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("401", status("401 Unauthorized")),
        ("404", status("404 Not Found")),
        ("400", status("400 Bad Request")),
        ("204", status("204 No Content")),
        ("302", status("302 Found\r\nLocation: http://127.0.0.1:9/canary")),
        ("a page for browsers", answer("text/html", "", "<html>login anna@client.example</html>")),
        ("no kind", bytes(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{sound}", sound.len()))),
        ("another kind", answer("application/octet-stream", "", &sound)),
        ("no end", bytes(&format!("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n{sound}"))),
        ("brotli", answer("text/csv", "Content-Encoding: br\r\n", &sound)),
        ("no gzip", gzip(sound.as_bytes())),
        ("gzip cut", gzip(&cut)),
        ("gzip bomb", gzip(&gzipped(&vec![b'\n'; 2 << 20]))),
        ("too large", csv(&format!("{sound}{}", "DK,C1,x,11\n".repeat(100_000)))),
        ("JSON cut", json(r#"[{"country": "DK", "client_code": "C1", "client_name": "x", "account_id": "11"},"#)),
        ("JSON twice", json("[][]")),
        ("no JSON", json("country,client_code")),
        ("an error in JSON", json(r#"{"error": "anna@client.example may not"}"#)),
        ("more than the list", json(r#"{"data": [], "next_page": 2}"#)),
        ("no objects", json(r#"["anna@client.example"]"#)),
        ("deep", json(&format!("[{{\"x\": {}", "[".repeat(100_000)))),
        (
            "other keys",
            json(r#"[{"country": "DK", "code": "C1", "client_name": "x", "id": 11, "anna@client.example": 1}]"#),
        ),
        ("no UTF-8", answer("text/csv", "", [HEADER.as_bytes(), b"DK,C1,\xe6,11\n"].concat())),
        ("other columns", csv("id,land\n11,DK\n")),
        ("next page elsewhere", linked("https://127.0.0.1/accounts")),
        ("next page on another port", linked("http://127.0.0.1:9/accounts")),
        ("next page with a user", linked("//canary@HOST/accounts")),
        ("pages in a circle", linked("/accounts?key=canary-parameter")),
    ];
    let mut told = String::new();
    for (case, sent) in cases {
        let of_this_host = |host: &str| {
            let text = sent.windows(4).position(|four| four == b"HOST");
            match text {
                Some(at) => [&sent[..at], host.as_bytes(), &sent[at + 4..]].concat(),
                None => sent.clone(),
            }
        };
        let sent = of_this_host("127.0.0.1");
        let server = Server::new(move |path, _| contacts_or(path, || sent.clone()));
        let refused = refusal(&server);
        assert!(!refused.contains("anna"), "{refused}");
        assert_eq!(server.paths().len(), 2, "{case} was asked for again: {refused}");
        told.push_str(&format!("{case}\n{refused}\n\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn pages_without_an_end_are_no_register() {
    let server = Server::new(|path, _| {
        let number = path.len();
        contacts_or(path, || {
            answer("application/json", &format!("Link: </{}>; rel=next\r\n", "x".repeat(number)), "[]")
        })
    });
    let told = refusal(&server);
    assert!(told.contains("more than 5 pages"), "{told}");
}

#[test]
fn all_faults_are_told_at_once() {
    let server = Server::new(|_, _| b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".to_vec());
    assert_eq!(refusal(&server).matches("refuses expected.authorization").count(), 2);
}
