//! Bytes in and out: HTTP/1.1 with keep-alive over one connection, and every way to break it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::reply::{Delivery, Reply, reason};
use crate::request::{Parsed, Request, parse};
use crate::server::Server;

const MAX_HEAD: usize = 64 * 1024;

/// Serves connections until dropped; dropping closes them all.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let server = Arc::clone(&server);
                    // A connection that breaks concerns its client only.
                    connections.spawn(async move { let _ = serve_connection(stream, &server).await; });
                }
                // Out of file handles, most likely: some will be free soon.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(mut stream: TcpStream, server: &Server) -> io::Result<()> {
    // Without this, small answers wait for the client's delayed acknowledgement.
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    while let Some(request) = next_request(&mut stream, &mut buffer).await? {
        let mut under_way = Some(server.in_flight());
        let reply = server.answer(&request);
        let wait = server.options().latency + reply.late;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        if matches!(reply.delivery, Delivery::Whole) {
            // Before it is sent: a quick client must not be counted twice.
            under_way.take();
        }
        if !deliver(&mut stream, reply).await? || request.last {
            return Ok(());
        }
    }
    Ok(())
}

/// The next request; `None` when the client is done or speaks no HTTP.
async fn next_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        match parse(buffer) {
            Parsed::Whole(request, head) => {
                let whole = head + request.body_length;
                while buffer.len() < whole {
                    if stream.read_buf(buffer).await? == 0 {
                        return Ok(None);
                    }
                }
                buffer.drain(..whole);
                return Ok(Some(request));
            }
            Parsed::Incomplete if buffer.len() < MAX_HEAD => {
                if stream.read_buf(buffer).await? == 0 {
                    return Ok(None);
                }
            }
            Parsed::Incomplete | Parsed::Malformed => {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
                return Ok(None);
            }
        }
    }
}

/// Sends an answer; gives whether the connection can go on.
async fn deliver(stream: &mut TcpStream, reply: Reply) -> io::Result<bool> {
    let length = match &reply.delivery {
        Delivery::Stream { head, unit, times, tail } => head.len() + unit.len() * times + tail.len(),
        _ => reply.body.len(),
    };
    let mut bytes = head(&reply, length);
    let head_length = bytes.len();
    match reply.delivery {
        Delivery::Whole => {
            bytes.extend_from_slice(&reply.body);
            stream.write_all(&bytes).await?;
            Ok(true)
        }
        Delivery::CutBody => {
            bytes.extend_from_slice(&reply.body[..reply.body.len() / 2]);
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
            Ok(false)
        }
        Delivery::CutHeaders => {
            stream.write_all(&bytes[..head_length / 2]).await?;
            stream.shutdown().await?;
            Ok(false)
        }
        Delivery::Reset => {
            stream.set_zero_linger()?;
            Ok(false)
        }
        Delivery::Never => {
            let mut ignored = [0; 1024];
            while stream.read(&mut ignored).await? > 0 {}
            Ok(false)
        }
        Delivery::Drip { bytes: drop, every } => {
            stream.write_all(&bytes).await?;
            for drop in reply.body.chunks(drop) {
                stream.write_all(drop).await?;
                tokio::time::sleep(every).await;
            }
            Ok(true)
        }
        Delivery::Stream { head, unit, times, tail } => {
            bytes.extend_from_slice(&head);
            stream.write_all(&bytes).await?;
            for _ in 0..times {
                stream.write_all(&unit).await?;
            }
            stream.write_all(&tail).await?;
            Ok(true)
        }
    }
}

fn head(reply: &Reply, length: usize) -> Vec<u8> {
    let (status, content_type) = (reply.status, reply.content_type);
    let mut head = Vec::with_capacity(256 + if matches!(reply.delivery, Delivery::Whole) { length } else { 0 });
    let first =
        format!("HTTP/1.1 {status} {}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n", reason(status));
    head.extend_from_slice(first.as_bytes());
    for (name, value) in &reply.headers {
        for part in [name, ": ", value, "\r\n"] {
            head.extend_from_slice(part.as_bytes());
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}
