//! A relay between runs and PostgreSQL that counts what is asked, and crashes the server at one of the questions.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use private_postgres::Server;

use crate::running::wait_for;

/// When the server crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Never,
    BeforeItIsAsked(usize),
    AfterItAnswered(usize),
}

/// Between runs and a server.
pub struct Relay {
    pub port: u16,
    plan: Arc<Plan>,
}

/// What all connections share.
struct Plan {
    server: Arc<Server>,
    asked: AtomicUsize,
    when: Mutex<When>,
    /// Held until a crashed server is there again.
    crashing: Mutex<()>,
}

/// What the two directions of a connection share.
#[derive(Clone)]
struct Wire {
    plan: Arc<Plan>,
    /// The run hears nothing any more.
    deaf: Arc<AtomicBool>,
    /// The server answered something that the run did not hear.
    answered: Arc<AtomicBool>,
}

impl Relay {
    pub fn to(server: &Arc<Server>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Plan {
            server: Arc::clone(server),
            asked: AtomicUsize::new(0),
            when: Mutex::new(When::Never),
            crashing: Mutex::new(()),
        });
        let relay = Self { port, plan: Arc::clone(&plan) };
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let Ok(upstream) = TcpStream::connect(("127.0.0.1", plan.server.port())) else { continue };
                for stream in [&client, &upstream] {
                    stream.set_nodelay(true).unwrap();
                }
                let wire = Wire { plan: Arc::clone(&plan), deaf: Arc::default(), answered: Arc::default() };
                let (answers, hearer, both) =
                    (upstream.try_clone().unwrap(), client.try_clone().unwrap(), wire.clone());
                thread::spawn(move || both.pass_answers(answers, hearer));
                thread::spawn(move || wire.pass_questions(client, upstream));
            }
        });
        relay
    }

    /// Questions since the last plan.
    pub fn asked(&self) -> usize {
        self.plan.asked.load(Ordering::SeqCst)
    }

    /// Counts from the next question on; waits until the server is there.
    pub fn plan(&self, when: When) {
        drop(self.plan.crashing.lock().unwrap());
        self.plan.asked.store(0, Ordering::SeqCst);
        *self.plan.when.lock().unwrap() = when;
    }
}

impl Wire {
    fn pass_answers(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut some = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut some) {
            if self.deaf.load(Ordering::SeqCst) {
                self.answered.store(true, Ordering::SeqCst);
            } else if to.write_all(&some[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    }

    /// The first message has no kind; `Q`, `S` and `c` are what the server answers.
    fn pass_questions(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut first = true;
        while let Some((message, kind)) = message(&mut from, first) {
            first = false;
            let number = match kind {
                b'Q' | b'S' | b'c' => self.plan.asked.fetch_add(1, Ordering::SeqCst) + 1,
                _ => 0,
            };
            let when = *self.plan.when.lock().unwrap();
            if when == When::BeforeItIsAsked(number) {
                self.crash();
                break;
            }
            let unheard = when == When::AfterItAnswered(number);
            self.deaf.store(unheard, Ordering::SeqCst);
            if to.write_all(&message).is_err() {
                break;
            }
            if unheard {
                wait_for("an answer", || self.answered.load(Ordering::SeqCst));
                self.crash();
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    fn crash(&self) {
        let _until_it_is_there_again = self.plan.crashing.lock().unwrap();
        *self.plan.when.lock().unwrap() = When::Never;
        self.plan.server.crash();
        self.plan.server.begin();
    }
}

fn message(from: &mut TcpStream, first: bool) -> Option<(Vec<u8>, u8)> {
    let mut head = vec![0; if first { 4 } else { 5 }];
    from.read_exact(&mut head).ok()?;
    let length: [u8; 4] = head[head.len() - 4..].try_into().unwrap();
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    from.read_exact(&mut body).ok()?;
    let kind = if first { 0 } else { head[0] };
    head.append(&mut body);
    Some((head, kind))
}
