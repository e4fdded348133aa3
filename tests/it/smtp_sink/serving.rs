//! One connection of the sink: what is read, when the script is asked, what is said.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, MutexGuard};

use super::{Act, At, Fate, Inner, Moment, Received, Shared, Tls};

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(super) fn update<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let given = change(&mut self.lock());
        self.changed.notify_all();
        given
    }

    /// What the script says; a hold is waited for.
    fn decide(&self, moment: &Moment) -> Act {
        let (act, released) = self.update(|inner| {
            let act = (inner.script)(moment);
            inner.heard.moments.push(moment.clone());
            if act == Act::Hold {
                inner.heard.holding.push(moment.clone());
            }
            (act, inner.released)
        });
        match act {
            Act::Hold => {
                let mut inner = self.lock();
                while inner.released == released {
                    inner = self.changed.wait(inner).unwrap();
                }
                inner.heard.holding.retain(|held| held != moment);
                drop(inner);
                self.changed.notify_all();
                Act::Go
            }
            Act::After(pause) => {
                std::thread::sleep(pause);
                Act::Go
            }
            other => other,
        }
    }

    fn encrypt(&self, tcp: TcpStream) -> Box<dyn Stream> {
        let tls = rustls::ServerConnection::new(Arc::clone(&self.config)).unwrap();
        Box::new(rustls::StreamOwned::new(tls, tcp))
    }

    pub(super) fn serve(&self, tcp: &TcpStream) -> std::io::Result<()> {
        tcp.set_nodelay(true)?;
        let mut encrypted = self.tls == Tls::Implicit;
        let mut stream: Box<dyn Stream> =
            if encrypted { self.encrypt(tcp.try_clone()?) } else { Box::new(tcp.try_clone()?) };
        say(&mut *stream, "220 sink")?;
        let mut to = String::new();
        while let Some(command) = line(&mut *stream)? {
            if !encrypted {
                self.update(|inner| inner.heard.plain.push(command.clone()));
            }
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let (at, good) = match verb.as_str() {
                "EHLO" => {
                    let starttls = if self.tls == Tls::Start && !encrypted { "250-STARTTLS\r\n" } else { "" };
                    let pipelining = if self.pipelining { "250-PIPELINING\r\n" } else { "" };
                    say(&mut *stream, &format!("250-sink\r\n{starttls}{pipelining}250 8BITMIME"))?;
                    continue;
                }
                "STARTTLS" if self.tls == Tls::Start => {
                    say(&mut *stream, "220 go")?;
                    stream = self.encrypt(tcp.try_clone()?);
                    encrypted = true;
                    continue;
                }
                "QUIT" => (At::Quit, "221 bye"),
                "MAIL" => (At::Mail, "250 2.1.0 ok"),
                "RCPT" => {
                    to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    (At::Rcpt, "250 2.1.5 ok")
                }
                "DATA" => (At::Data, "354 go on"),
                _ => {
                    say(&mut *stream, "250 ok")?;
                    continue;
                }
            };
            let nobody_yet = matches!(at, At::Mail | At::Quit);
            let moment = Moment { at, to: if nobody_yet { String::new() } else { to.clone() } };
            match self.decide(&moment) {
                Act::Drop => return Ok(()),
                Act::Say(words) => say(&mut *stream, words)?,
                _ => {
                    say(&mut *stream, good)?;
                    if at == At::Data && !self.text(&mut *stream, &to, encrypted)? {
                        return Ok(());
                    }
                }
            }
            if at == At::Quit {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A text and the answer to it; whether the conversation goes on.
    fn text(&self, stream: &mut dyn Stream, to: &str, encrypted: bool) -> std::io::Result<bool> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n.\r\n") {
            // Nothing may follow the final dot before its answer, so that a whole piece can be taken.
            let mut piece = [0; 16_384];
            match stream.read(&mut piece)? {
                0 => return Ok(false),
                count => bytes.extend_from_slice(&piece[..count]),
            }
        }
        bytes.truncate(bytes.len() - 3);
        let received = Received { to: to.to_owned(), bytes: unstuffed(&bytes), fate: Fate::Open, encrypted };
        let place = self.update(|inner| {
            inner.heard.texts.push(received.clone());
            inner.heard.texts.len() - 1
        });
        let settle = |fate| {
            self.update(|inner| {
                if let Some(text) = inner.heard.texts.get_mut(place).filter(|text| text.bytes == received.bytes) {
                    text.fate = fate;
                }
            });
        };
        match self.decide(&Moment { at: At::Dot, to: to.to_owned() }) {
            Act::Drop => return Ok(false),
            Act::Say(words) => {
                settle(if words.starts_with('2') { Fate::Accepted } else { Fate::Refused });
                say(stream, words)?;
            }
            _ => {
                settle(Fate::Accepted);
                say(stream, "250 2.0.0 queued")?;
            }
        }
        Ok(true)
    }
}

fn say(stream: &mut dyn Stream, words: &str) -> std::io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes())?;
    stream.flush()
}

/// A line without its end; `None` at the end of the stream.
fn line(stream: &mut dyn Stream) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// The text without the dots that the dialogue puts before lines that begin with one.
fn unstuffed(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    text
}
