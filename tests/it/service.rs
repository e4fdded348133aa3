//! A web service that answers byte for byte what it is told.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Answers by path; what it does not know never gets an answer.
pub struct Service {
    pub url: String,
    answers: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (answers, heads) =
            (Arc::<Mutex<BTreeMap<String, Vec<u8>>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (known, seen) = (answers.clone(), heads.clone());
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(head) = head(&stream) else { continue };
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                seen.lock().unwrap().push(head);
                match known.lock().unwrap().get(&path) {
                    Some(answer) => _ = (&stream).write_all(answer),
                    None => held.push(stream),
                }
            }
        });
        Self { url, answers, heads }
    }

    /// Answers as it should.
    pub fn gives(&self, path: &str, kind: &str, more: &str, body: &str) {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n"
        );
        self.says(path, &format!("{head}{body}"));
    }

    /// Answers with these bytes, and closes the connection.
    pub fn says(&self, path: &str, answer: &str) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer.as_bytes().to_vec());
    }

    /// Answers no more.
    pub fn is_silent_about(&self, path: &str) {
        self.answers.lock().unwrap().remove(path);
    }

    /// What was asked, each request's lines.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
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
