//! PostgreSQL stops at a statement of a run, and is started again (R9). `tests/breaks.sh` breaks at every statement.
//!
//! The run speaks to the server through a relay that counts what it asks, and crashes the server at one of the
//! questions: before the server has got it, or after the server has answered and before the run hears of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use private_postgres::{PASSWORD, Server};

use crate::harness::*;
use crate::running::*;
use crate::smtp_sink::{Received, Sink};
use crate::stores::Store;

const DAY: &str = "2026-11-23";
const PERSONS: usize = 3;

/// When the server crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Never,
    BeforeItIsAsked(usize),
    AfterItAnswered(usize),
}

/// Between runs and a server.
struct Relay {
    port: u16,
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
    fn to(server: &Arc<Server>) -> Self {
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

    /// From the next question on; waits until the server is there.
    fn crash(&self, when: When) {
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

/// Whatever the server has stands in the store as intended before.
fn assert_intended(stage: &Stage, letters: &[Received], case: &str) {
    let stored = stage.store.mails();
    for letter in letters {
        let known = stored.iter().any(|mail| mail.person == letter.to && mail.bytes == letter.bytes);
        assert!(known, "{case}: a mail to {} without a stored intent", letter.to);
    }
}

/// Runs a morning in a schema of its own; gives the number of questions and the code.
fn play(server: &Arc<Server>, relay: &Relay, when: When) -> (usize, i32) {
    let case = format!("{when:?}");
    let sink = Sink::start();
    let mut stage = Stage::with_persons(PERSONS, &sink);
    let url = server.schema();
    let port = |port: u16| format!("127.0.0.1:{port}");
    let through = format!("{}&sslmode=disable", url.replace(&port(server.port()), &port(relay.port)));
    stage.store = Store::Schema(url);
    stage.env("STORE_URL", &through);
    relay.crash(when);
    let ran = stage.starts(DAY).ends();
    let asked = relay.plan.asked.load(Ordering::SeqCst);
    relay.crash(When::Never);
    assert!(ran.code == 0 || ran.code == 6 || ran.code == 7, "{case}: code {}\n{}", ran.code, ran.stderr);
    if ran.code == 7 {
        assert!(ran.stderr.contains("cannot "), "{case}: it says what it could not do:\n{}", ran.stderr);
    }
    for fault in ["panicked", "fault of the program", PASSWORD] {
        assert!(!ran.stderr.contains(fault), "{case}: {fault}:\n{}", ran.stderr);
    }
    stage.assert_reports_are_whole();
    let mut letters = sink.take_letters();
    assert_intended(&stage, &letters, &case);

    let again = stage.starts(DAY).ends();
    assert!(again.code == 0 || again.code == 6, "{case}, again: code {}\n{}", again.code, again.stderr);
    letters.extend(sink.take_letters());
    for number in 1..=PERSONS {
        let mails = letters.iter().filter(|letter| letter.to == person(number)).count();
        let doubtful = stage.of_person(number, "reminder_state") == "doubtful";
        assert!(mails == 1 || (mails == 0 && doubtful), "{case}: person {number} got {mails}");
    }
    stage.assert_is_sound();
    (asked, ran.code)
}

#[test]
fn wherever_postgresql_stops_no_mail_goes_without_a_stored_intent_and_the_next_run_needs_no_hand() {
    let server = Arc::new(Server::start("-c fsync=off"));
    let relay = Relay::to(&server);
    let (questions, code) = play(&server, &relay, When::Never);
    assert!(code == 0 && questions > 40, "{questions} questions, code {code}");
    let stride = std::env::var("BREAKS_STRIDE").map_or(13, |text| text.parse().unwrap());
    let points: Vec<When> = (1..=questions)
        .flat_map(|number| [When::BeforeItIsAsked(number), When::AfterItAnswered(number)])
        .step_by(stride)
        .collect();
    let halves = points.len().div_ceil(2);
    let codes: Vec<i32> = thread::scope(|scope| {
        let playing: Vec<_> = points
            .chunks(halves)
            .map(|points| {
                scope.spawn(move || {
                    let server = Arc::new(Server::start("-c fsync=off"));
                    let relay = Relay::to(&server);
                    points.iter().map(|when| play(&server, &relay, *when).1).collect::<Vec<_>>()
                })
            })
            .collect();
        playing.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let of = |code| codes.iter().filter(|c| **c == code).count();
    let told = format!("{questions} questions, {} breaks: {} × 0, {} × 6, {} × 7\n", codes.len(), of(0), of(6), of(7));
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
    assert!(of(7) > 0, "{told}");
}

#[test]
fn a_server_that_is_gone_is_code_7_with_its_remedy_and_without_the_password() {
    let mut stage = Stage::new(acme_world(1));
    stage.expects("C07", &acme(1), ACME);
    stage.env("STORE_URL", &format!("postgres://reconciler:{PASSWORD}@127.0.0.1:9/reconciler"));
    let ran = stage.does(&["check"]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("is PostgreSQL up") && told.contains("127.0.0.1:9/reconciler"), "{told}");
    assert!(!told.contains(PASSWORD), "{told}");
}
