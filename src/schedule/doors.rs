//! `/healthz`, `/readyz` and `/metrics`, to be read and nothing else.
//!
//! Invariant: nobody who knocks can hold up a run or another guest: an answer is a value at hand, a request has to be small and
//! quick, and when the house is full the one who has stayed longest leaves.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::vitals::{Readiness, Vitals};

/// Connections at a time.
const MOST_GUESTS: usize = 64;
/// For a request's head.
const HEAD: Duration = Duration::from_secs(2);
/// For a connection, answer included.
const STAY: Duration = Duration::from_secs(5);
/// For a request's head, in bytes.
const LARGEST_HEAD: usize = 8 << 10;

/// Answers until told to stop.
pub async fn serve(listener: TcpListener, vitals: Arc<Vitals>, stop: CancellationToken) {
    let mut guests: VecDeque<AbortHandle> = VecDeque::new();
    while let Some(arrival) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = arrival else {
            // No file handle is left for it, most likely: one is soon.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        guests.retain(|guest| !guest.is_finished());
        if guests.len() >= MOST_GUESTS
            && let Some(longest) = guests.pop_front()
        {
            longest.abort();
        }
        guests.push_back(tokio::spawn(receive(stream, Arc::clone(&vitals))).abort_handle());
    }
    for guest in guests {
        guest.abort();
    }
}

async fn receive(stream: TcpStream, vitals: Arc<Vitals>) {
    let service = service_fn(move |request: hyper::Request<_>| {
        let answer = answer(request.method(), request.uri().path(), &vitals, Instant::now());
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Who breaks off, or asks in a way that is no HTTP, has got what he gets.
    let _ = timeout(STAY, connection).await;
}

/// What is told; pure.
fn answer(method: &Method, path: &str, vitals: &Vitals, now: Instant) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/healthz" | "/readyz" | "/metrics" if method != Method::GET => {
            (StatusCode::METHOD_NOT_ALLOWED, "only GET\n".to_owned())
        }
        "/healthz" => match vitals.ails(now) {
            None => (StatusCode::OK, "alive\n".to_owned()),
            Some(ailment) => (StatusCode::SERVICE_UNAVAILABLE, format!("{ailment}\n")),
        },
        "/readyz" => match vitals.readiness() {
            Readiness::Ready => (StatusCode::OK, "ready\n".to_owned()),
            Readiness::Unknown => (StatusCode::SERVICE_UNAVAILABLE, "the store was not looked at yet\n".to_owned()),
            Readiness::StoreAway => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n".to_owned()),
        },
        "/metrics" => (StatusCode::OK, vitals.metrics()),
        _ => (StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET"));
    }
    response
}
