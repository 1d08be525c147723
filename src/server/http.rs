//! The web port: `/chat` and `/echo` upgrade to WebSocket, `/metrics`, 404 else.
//!
//! Owns: HTTP paths and connections. Must not know: what an upgrade takes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::accept::Serve;
use super::bind;
use super::counted::Counted;
use super::host;
use super::hub::Hub;
use super::shutdown::{Phase, Shutdown};
use crate::net::FourTuple;

/// Time a client has for the head of a request.
const HEADER_TIME: Duration = Duration::from_secs(5);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 16 * 1024;

/// Connections that speak HTTP at once, besides as many as there may be sessions: all of these
/// may come at once, and switch to WebSocket, from when on they count as sessions only.
pub const HTTP_CONNECTIONS: usize = 1_024;

/// Serves HTTP.
pub(super) struct Web {
    pub(super) hub: Arc<Hub>,
    pub(super) peer_timeout: Duration,
    pub(super) alive: mpsc::Sender<()>,
    pub(super) echo: bool,
    /// Further origins whose pages may join.
    pub(super) origins: Vec<String>,
    pub(super) shutdown: Shutdown,
    /// How many connections may speak HTTP at once.
    pub(super) places: usize,
    /// Connections speaking HTTP.
    pub(super) speaking: AtomicUsize,
}

pub(super) type Answer = Response<BoxBody<Bytes, Infallible>>;

impl Serve for Web {
    fn serve(self: &Arc<Self>, stream: TcpStream, tuple: FourTuple) {
        let (web, alive) = (Arc::clone(self), self.alive.clone());
        tokio::spawn(async move {
            bind::prepare_as_far_as_may_be(&stream, web.peer_timeout);
            let before = web.speaking.fetch_add(1, Ordering::Relaxed);
            if before < web.places {
                Arc::clone(&web).speak(stream, tuple).await;
                web.speaking.fetch_sub(1, Ordering::Relaxed);
            } else {
                web.speaking.fetch_sub(1, Ordering::Relaxed);
                super::accept::refuse(stream, web.refusal()).await;
            }
            drop(alive);
        });
    }

    fn refusal(&self) -> &'static [u8] {
        b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    }
}

impl Web {
    async fn speak(self: Arc<Self>, stream: TcpStream, tuple: FourTuple) {
        let service = service_fn(|request| {
            let answer = self.answer(request, tuple);
            async { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Counted::new(stream)), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ending = std::pin::pin!(self.shutdown.reached(Phase::Ending));
        let result = match futures_util::future::select(connection.as_mut(), ending).await {
            Either::Left((result, _)) => result,
            Either::Right(((), connection)) => {
                let mut connection = connection;
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, client = %tuple.client, "HTTP");
        }
    }

    fn answer(self: &Arc<Self>, request: Request<Incoming>, tuple: FourTuple) -> Answer {
        let (version, headers, local) = (request.version(), request.headers(), tuple.server.ip);
        if let Some((status, text)) = host::refusal(version, headers, local, &self.origins) {
            return plain(status, text);
        }
        match request.uri().path() {
            "/chat" => self.upgrade(request, tuple, false),
            "/echo" if self.echo => self.upgrade(request, tuple, true),
            "/metrics" if !only_asks(&request) => get_only(),
            "/metrics" => self.metrics(tuple),
            _ => plain(
                StatusCode::NOT_FOUND,
                "404: nothing here. The chat is at /chat (WebSocket)\n",
            ),
        }
    }

    fn metrics(&self, tuple: FourTuple) -> Answer {
        if !tuple.client.ip.is_loopback() {
            return plain(
                StatusCode::FORBIDDEN,
                "403: /metrics answers this machine only\n",
            );
        }
        let mut response = plain(StatusCode::OK, "");
        *response.body_mut() = Full::from(super::metrics::text(&self.hub)).boxed();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
        );
        response
    }
}

/// A short text answer.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut response = Response::new(Full::from(text).boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// Whether a request changes nothing.
fn only_asks(request: &Request<Incoming>) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn get_only() -> Answer {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "405: GET only\n");
    let methods = HeaderValue::from_static("GET, HEAD");
    response.headers_mut().insert(header::ALLOW, methods);
    response
}
