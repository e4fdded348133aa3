//! The other end of the line for P9: an SMTP server that takes everything, and a client written by hand to compare with.
//!
//! `posting sink DELAY_MS [LIMIT CODE]` prints its port, listens until its stdin closes, and prints one JSON object. Each
//! answer leaves DELAY_MS after its command came; beyond LIMIT mails in any 60 seconds, MAIL is answered with CODE.
//!
//! `posting raw PORT MAILS FILE` sends the file so often over four connections, as fast as SMTP with PIPELINING allows.

use std::collections::VecDeque;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

type Fault = Box<dyn Error + Send + Sync>;

const CONNECTIONS: usize = 4;
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["sink", delay] => sink(delay.parse()?, None),
        ["sink", delay, limit, code] => sink(delay.parse()?, Some((limit.parse()?, code.parse()?))),
        ["raw", port, mails, file] => raw(port.parse()?, mails.parse()?, &std::fs::read(file)?),
        _ => Err("usage: posting sink DELAY_MS [LIMIT CODE] | posting raw PORT MAILS FILE".into()),
    }
}

/// What the server saw.
#[derive(Default)]
struct Seen {
    connections: usize,
    mails: usize,
    refused: usize,
    first: Option<Instant>,
    last: Option<Instant>,
    /// MAIL commands that were let in, of the last minute.
    recent: VecDeque<Instant>,
    most_in_a_minute: usize,
}

struct Server {
    delay: Duration,
    limit: Option<(usize, u16)>,
    seen: Mutex<Seen>,
}

#[expect(clippy::print_stdout, reason = "a measurement is its output")]
fn sink(delay_ms: u64, limit: Option<(usize, u16)>) -> Result<(), Fault> {
    let server = Arc::new(Server { delay: Duration::from_millis(delay_ms), limit, seen: Mutex::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    println!("{}", listener.local_addr()?.port());
    let serving = Arc::clone(&server);
    std::thread::spawn(move || {
        runtime.block_on(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&serving);
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
    });
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let seen = server.seen.lock().map_err(|_| "the server failed")?;
    let seconds = seen.first.zip(seen.last).map_or(0.0, |(first, last)| (last - first).as_secs_f64());
    println!(
        r#"{{"mails": {}, "refused": {}, "connections": {}, "most_in_a_minute": {}, "seconds": {seconds}}}"#,
        seen.mails, seen.refused, seen.connections, seen.most_in_a_minute
    );
    Ok(())
}

impl Server {
    async fn serve(&self, mut stream: tokio::net::TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        self.look(|seen| {
            seen.connections += 1;
            seen.first.get_or_insert_with(Instant::now);
        });
        tokio::time::sleep(self.delay).await;
        stream.write_all(b"220 sink\r\n").await?;
        let (mut input, mut in_text, mut open) = (Vec::new(), false, true);
        while open {
            if stream.read_buf(&mut input).await? == 0 {
                return Ok(());
            }
            // Whatever came at once is answered at once.
            let mut answers = String::new();
            while open {
                let end: &[u8] = if in_text { b"\r\n.\r\n" } else { b"\r\n" };
                // A text is long, and came in pieces: only its end is looked at.
                let found = match in_text {
                    true => input.ends_with(end).then_some(input.len()),
                    false => input.windows(2).position(|pair| pair == end).map(|at| at + 2),
                };
                let Some(length) = found else { break };
                let command: Vec<u8> = input.drain(..length).collect();
                if in_text {
                    in_text = false;
                    self.look(|seen| {
                        seen.mails += 1;
                        seen.last = Some(Instant::now());
                    });
                    answers.push_str("250 queued\r\n");
                    continue;
                }
                let verb = command.get(..4).unwrap_or_default().to_ascii_uppercase();
                let refusal = if verb == b"MAIL" { self.refuses() } else { None };
                match (verb.as_slice(), refusal) {
                    (_, Some(code)) => {
                        answers = format!("{answers}{code} 4.7.1 too many mails\r\n");
                        open = code != 421;
                        // What was sent along with it.
                        let along = input.iter().filter(|byte| **byte == b'\n').count();
                        input.clear();
                        if open {
                            answers.push_str(&"503 no MAIL\r\n".repeat(along));
                        }
                    }
                    (b"EHLO", _) => answers.push_str("250-sink\r\n250 PIPELINING\r\n"),
                    (b"DATA", _) => {
                        in_text = true;
                        answers.push_str("354 go on\r\n");
                    }
                    (b"QUIT", _) => {
                        answers.push_str("221 bye\r\n");
                        open = false;
                    }
                    _ => answers.push_str("250 ok\r\n"),
                }
            }
            if !answers.is_empty() {
                if !self.delay.is_zero() {
                    tokio::time::sleep(self.delay).await;
                }
                stream.write_all(answers.as_bytes()).await?;
            }
        }
        Ok(())
    }

    /// Whether one more mail is too many in this minute.
    fn refuses(&self) -> Option<u16> {
        self.look(|seen| {
            let now = Instant::now();
            while seen.recent.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
                seen.recent.pop_front();
            }
            if let Some((_, code)) = self.limit.filter(|(limit, _)| seen.recent.len() >= *limit) {
                seen.refused += 1;
                return Some(code);
            }
            seen.recent.push_back(now);
            seen.most_in_a_minute = seen.most_in_a_minute.max(seen.recent.len());
            None
        })
    }

    fn look<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn raw(port: u16, mails: usize, file: &[u8]) -> Result<(), Fault> {
    // Dots doubled beforehand: there is nothing to do but to send.
    let mut text = String::from_utf8_lossy(file).replace("\r\n.", "\r\n..").into_bytes();
    text.extend_from_slice(b".\r\n");
    std::thread::scope(|scope| {
        let text = &text;
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|sender| scope.spawn(move || send(port, (sender..mails).step_by(CONNECTIONS), text)))
            .collect();
        senders.into_iter().try_for_each(|sender| sender.join().map_err(|_| Fault::from("a sender failed"))?)
    })
}

fn send(port: u16, mails: impl Iterator<Item = usize>, text: &[u8]) -> Result<(), Fault> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    let mut expect = |code: &str| -> Result<(), Fault> {
        loop {
            line.clear();
            answers.read_line(&mut line)?;
            match line.strip_prefix(code) {
                Some(rest) if rest.starts_with('-') => {}
                Some(_) => return Ok(()),
                None => return Err(format!("answered {line:?}").into()),
            }
        }
    };
    expect("220")?;
    stream.write_all(b"EHLO bench\r\n")?;
    expect("250")?;
    for mail in mails {
        let envelope =
            format!("MAIL FROM:<bench@example.org>\r\nRCPT TO:<contact-{mail}@client.example>\r\nDATA\r\n");
        stream.write_all(envelope.as_bytes())?;
        expect("250")?;
        expect("250")?;
        expect("354")?;
        stream.write_all(text)?;
        expect("250")?;
    }
    stream.write_all(b"QUIT\r\n")?;
    expect("221")
}
