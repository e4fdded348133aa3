//! The body of an answer, handed from the connection to the thread that makes rows of it.
//!
//! Invariant: it ends where the answer ended; if that broke off, it ends with an error. What a small answer swells to is
//! bounded, and never in memory as a whole.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use flate2::read::MultiGzDecoder;
use reqwest::Response;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::service::{Trouble, broken};

/// Pieces that wait to be read.
const AHEAD: usize = 8;

/// A piece, or none where the answer ended well.
pub(super) type Piece = Option<Vec<u8>>;

/// What is wrong with a body that came in whole.
pub(super) type Flaw = Arc<OnceLock<&'static str>>;

/// A body that is still to come, of at most so many bytes.
pub(super) fn body(compressed: bool, bytes_left: u64) -> (Sender<Piece>, Coming) {
    let (sender, receiver) = channel(AHEAD);
    let pieces = Pieces { receiver, piece: Vec::new(), at: 0, ended: false };
    (sender, Coming { pieces, compressed, bytes_left, flaw: Flaw::default() })
}

/// A body before anything of it is read.
pub(super) struct Coming {
    pieces: Pieces,
    compressed: bool,
    bytes_left: u64,
    flaw: Flaw,
}

impl Coming {
    pub(super) fn flaw(&self) -> Flaw {
        self.flaw.clone()
    }

    /// Begins to read, and waits: to be called on a thread that may.
    pub(super) fn open(self) -> Body {
        let Self { pieces, compressed, bytes_left, flaw } = self;
        let source: Box<dyn Read> = if compressed { Box::new(MultiGzDecoder::new(pieces)) } else { Box::new(pieces) };
        Body { source, bytes_left, flaw }
    }
}

/// Sends the answer to its reader.
pub(super) async fn send(mut response: Response, sender: Sender<Piece>) -> Result<(), Trouble> {
    loop {
        let piece = response.chunk().await.map_err(|error| broken(&error))?;
        let ended = piece.is_none();
        // A reader that is gone has found something wrong, and tells it itself.
        if sender.send(piece.map(Vec::from)).await.is_err() || ended {
            return Ok(());
        }
    }
}

/// Bytes as they came.
struct Pieces {
    receiver: Receiver<Piece>,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !self.ended {
            match self.receiver.blocking_recv() {
                Some(Some(piece)) => (self.piece, self.at) = (piece, 0),
                Some(None) => self.ended = true,
                None => return Err(io::ErrorKind::ConnectionAborted.into()),
            }
        }
        let read = (&self.piece[self.at..]).read(bytes)?;
        self.at += read;
        Ok(read)
    }
}

/// Bytes as they were meant.
pub(super) struct Body {
    source: Box<dyn Read>,
    pub(super) bytes_left: u64,
    flaw: Flaw,
}

impl Read for Body {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(bytes).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.flaw.get_or_init(|| "its compression is damaged, or it is cut off");
            }
        })?;
        match self.bytes_left.checked_sub(read as u64) {
            Some(left) => self.bytes_left = left,
            None => {
                self.flaw.get_or_init(|| "it is larger than any true register (512 MiB)");
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(read)
    }
}
