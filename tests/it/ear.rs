//! Somebody who listens to HTTP: writes down what he is told, and answers as a test wants.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Clone, Debug)]
pub struct Heard {
    /// `GET /path`.
    pub what: String,
    /// In lower case, with names.
    pub head: String,
    pub body: String,
}

/// How he answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Says(u16),
    /// Not at all, and keeps the connection.
    Hangs,
}

pub struct Ear {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    manner: Manner,
    heard: Vec<Heard>,
    kept: Vec<TcpStream>,
}

impl Ear {
    pub fn listens(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { manner, heard: Vec::new(), kept: Vec::new() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || drop(take(stream, &shared)));
            }
        });
        Self { port, state }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was heard since the last call, in order.
    pub fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.state.lock().unwrap().heard)
    }

    pub fn has_heard(&self, count: usize) -> bool {
        self.state.lock().unwrap().heard.len() >= count
    }

    /// What was asked for since the last call, in order.
    pub fn words(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.what).collect()
    }
}

fn take(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let what = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let heard = Heard { what, head, body: String::from_utf8_lossy(&body).into_owned() };
    let mut state = state.lock().unwrap();
    state.heard.push(heard);
    match state.manner {
        Manner::Says(status) => {
            write!(&stream, "HTTP/1.1 {status} said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Manner::Hangs => {
            state.kept.push(stream);
            Ok(())
        }
    }
}
