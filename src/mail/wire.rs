//! The stream under the SMTP dialogue.
//!
//! Invariants: no answer can make us buffer without end; what a peer says in plain text before TLS is never read as an
//! answer given under TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead as FuturesRead, AsyncWrite as FuturesWrite};
#[expect(deprecated, reason = "the only way to TLS over a stream with nodelay that lettre 0.11 offers")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that a peer may send between two writes of ours: a TLS handshake or an answer are smaller.
const READ_LIMIT: usize = 32 * 1024;

/// Lines in them; the longest answer, to `EHLO`, has a few dozen. lettre reads an answer anew with each of its lines and
/// never pauses, so that no timeout would end what takes the square of their number.
const LINE_LIMIT: usize = 256;

/// First byte of a TLS handshake record; no SMTP command begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// A plain or encrypted stream.
#[derive(Debug)]
pub(super) struct Wire {
    inner: Inner,
    /// Bytes read since the last write.
    read: usize,
    /// Lines in them.
    lines: usize,
    /// Until STARTTLS: read byte by byte. lettre keeps what it has buffered when it begins TLS, so answers that
    /// someone slipped in behind the plain ones would count as answers of the server; left unread, they break the
    /// handshake instead.
    bytewise: bool,
}

#[derive(Debug)]
#[expect(deprecated, reason = "see above")]
enum Inner {
    Plain(TcpStream),
    Encrypted(Box<AsyncNetworkStream>),
}

impl Wire {
    /// A plain stream that stays plain.
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self { inner: Inner::Plain(stream), read: 0, lines: 0, bytewise: false }
    }

    /// A plain stream that will be encrypted by STARTTLS.
    pub(super) fn before_starttls(stream: TcpStream) -> Self {
        Self { inner: Inner::Plain(stream), read: 0, lines: 0, bytewise: true }
    }

    /// A stream that is encrypted already.
    #[expect(deprecated, reason = "see above")]
    pub(super) fn encrypted(stream: AsyncNetworkStream) -> Self {
        Self { inner: Inner::Encrypted(Box::new(stream)), read: 0, lines: 0, bytewise: false }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read > READ_LIMIT || self.lines > LINE_LIMIT {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the server's answer has no end")));
        }
        let room = if self.bytewise { buf.remaining().min(1) } else { buf.remaining() };
        let target = buf.initialize_unfilled_to(room);
        let count = match &mut self.inner {
            Inner::Plain(stream) => {
                let mut part = ReadBuf::new(target);
                ready!(Pin::new(stream).poll_read(cx, &mut part))?;
                part.filled().len()
            }
            Inner::Encrypted(stream) => ready!(FuturesRead::poll_read(Pin::new(stream.as_mut()), cx, target))?,
        };
        self.lines += target.iter().take(count).filter(|byte| **byte == b'\n').count();
        buf.advance(count);
        self.read += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        (self.read, self.lines) = (0, 0);
        if bytes.first() == Some(&TLS_HANDSHAKE) {
            self.bytewise = false;
        }
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Inner::Encrypted(stream) => FuturesWrite::poll_write(Pin::new(stream.as_mut()), cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Inner::Encrypted(stream) => FuturesWrite::poll_flush(Pin::new(stream.as_mut()), cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Inner::Encrypted(stream) => FuturesWrite::poll_close(Pin::new(stream.as_mut()), cx),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.inner {
            Inner::Plain(stream) => stream.peer_addr(),
            Inner::Encrypted(stream) => stream.peer_addr(),
        }
    }
}
