//! From HTTP to WebSocket (RFC 6455 section 4.2): the checks, the answer, and the session behind it.
//!
//! Owns: what an upgrade request must say, and what its query asks for. Must not know: frames, other paths.

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::accept::refuse;
use super::admit::{Wish, admit, turned_away};
use super::codec::Codec;
use super::connection::Connection;
use super::counted::Counted;
use super::echo::echo;
use super::http::{Answer, Web, plain};
use super::hub::Mail;
use super::origin::may_join;
use super::websocket::{self, FrameCodec, Speech};
use crate::chat::{Replay, SessionEventKind, Token, View};
use crate::net::FourTuple;

/// The subprotocol whose messages are JSON objects with sequence numbers.
pub const SUBPROTOCOL: &str = "chatscope.v1";

impl Web {
    /// Switches to WebSocket (RFC 6455 section 4.2) and hands the socket on.
    pub(super) fn upgrade(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        tuple: FourTuple,
        echoing: bool,
    ) -> Answer {
        let accept = match check(&request, echoing, &self.origins) {
            Ok(accept) => accept,
            Err(refusal) => return *refusal,
        };
        let speech = match offers(request.headers(), SUBPROTOCOL) {
            _ if echoing => Speech::Echo,
            true => Speech::Objects,
            false => Speech::Lines,
        };
        let wish = wish_of(request.uri().query().unwrap_or_default());
        let upgrade = hyper::upgrade::on(&mut request);
        let (web, alive) = (Arc::clone(self), self.alive.clone());
        tokio::spawn(async move {
            if let Some((counted, early)) = upgrade.await.ok().and_then(socket_of) {
                web.converse(counted, early, tuple, speech, wish).await;
            }
            drop(alive);
        });
        let mut response = plain(StatusCode::SWITCHING_PROTOCOLS, "");
        let headers = response.headers_mut();
        headers.clear();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if speech == Speech::Objects {
            headers.insert(
                header::SEC_WEBSOCKET_PROTOCOL,
                HeaderValue::from_static(SUBPROTOCOL),
            );
        }
        response
    }

    async fn converse(
        self: Arc<Self>,
        counted: Counted,
        early: Bytes,
        tuple: FourTuple,
        speech: Speech,
        wish: Wish,
    ) {
        let view = match speech {
            Speech::Echo => return echo(counted.stream, &early, &self.shutdown).await,
            Speech::Lines => View::Frames,
            Speech::Objects => View::Objects,
        };
        let mail = Arc::new(Mail::default());
        let id = match admit(&self.hub, &mail, tuple, view, wish) {
            Ok(id) => id,
            Err(why) => {
                let why = why.to_string();
                turned_away(&self.hub, tuple, &why);
                return refuse(counted.stream, &websocket::refusal(&why)).await;
            }
        };
        let request = counted.read - early.len() as u64;
        let (written, hub) = (counted.written, Arc::clone(&self.hub));
        let emit = |kind| hub.emit(mail.session(), tuple, || kind);
        emit(SessionEventKind::Read { bytes: 0..request });
        emit(SessionEventKind::Wrote {
            lines: 0..0,
            bytes: 0..written,
        });
        let codec = Codec::frames(FrameCodec::new(speech));
        let mut connection = Connection::new(counted.stream, hub, mail, tuple, codec, id)
            .beginning_at(request, written);
        if !early.is_empty() {
            connection.already_read(&early);
        }
        // It may hold HTTP's whole read buffer.
        drop(early);
        connection.run().await;
    }
}

/// The socket under an upgraded connection, and bytes that HTTP read too many.
fn socket_of(upgraded: Upgraded) -> Option<(Counted, Bytes)> {
    let parts = upgraded.downcast::<TokioIo<Counted>>().ok()?;
    Some((parts.io.into_inner(), parts.read_buf))
}

/// The value of `Sec-WebSocket-Accept`, or what is wrong with the request.
fn check(
    request: &Request<Incoming>,
    echoing: bool,
    origins: &[String],
) -> Result<HeaderValue, Box<Answer>> {
    let headers = request.headers();
    let version = headers.get(header::SEC_WEBSOCKET_VERSION);
    let wants = has_token(headers, header::CONNECTION, "upgrade")
        && has_token(headers, header::UPGRADE, "websocket");
    // In HTTP/1.0 nobody can ask for an upgrade (RFC 9110 section 7.8).
    let able = request.method() == Method::GET && request.version() >= Version::HTTP_11;
    if !able || !wants || version.is_none_or(|version| version != "13") {
        let mut response = plain(
            StatusCode::UPGRADE_REQUIRED,
            "426: this path speaks WebSocket, version 13\n",
        );
        let headers = response.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static("13"),
        );
        return Err(Box::new(response));
    }
    if !echoing && !may_join(headers, origins) {
        return Err(Box::new(plain(
            StatusCode::FORBIDDEN,
            "403: pages of this origin may not join; serve the page from localhost, or start with --allow-origin ORIGIN (null for files)\n",
        )));
    }
    // Where it ends, the frames would begin: a server that reads its length differently would take it for frames.
    if !request.body().is_end_stream() {
        return Err(Box::new(plain(
            StatusCode::BAD_REQUEST,
            "400: a request for WebSocket has no content\n",
        )));
    }
    key_of(headers)
        .and_then(|key| HeaderValue::from_str(&derive_accept_key(key)).ok())
        .ok_or_else(|| {
            Box::new(plain(
                StatusCode::BAD_REQUEST,
                "400: a request has one Sec-WebSocket-Key, 16 bytes in base64\n",
            ))
        })
}

/// The one key: 16 bytes in base64 (RFC 6455 section 4.2.1).
fn key_of(headers: &HeaderMap) -> Option<&[u8]> {
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let (key, more) = (keys.next()?.as_bytes(), keys.next());
    let digits = key.strip_suffix(b"==")?;
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    (more.is_none() && digits.len() == 22 && digits.iter().all(base64)).then_some(key)
}

/// Whether a comma-separated header holds a token, in any case.
fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name);
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}

fn offers(headers: &HeaderMap, protocol: &str) -> bool {
    has_token(headers, header::SEC_WEBSOCKET_PROTOCOL, protocol)
}

/// How a query is written.
const QUERY: &str = "/chat?resume=TOKEN, TOKEN the 32 digits of your welcome, then &after=N, N the number of the last line that you have, or &replay=none";

/// `resume=TOKEN` with `after=N` (the last number seen) or `replay=none`. What is no token is looked for like one that
/// nobody has, so that its client is told; so is one whose other words are not understood, instead of being sent anything
/// else than it asked for.
fn wish_of(query: &str) -> Wish {
    let value = |wanted: &str| {
        query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let (after, replay) = (value("after"), value("replay"));
    let replay = match (after.map(str::parse::<u64>), replay.map(Replay::parse)) {
        (Some(Err(_)), _) | (_, Some(None)) => None,
        (Some(Ok(number)), _) => Some(Replay::From(number.saturating_add(1))),
        (None, replay) => Some(replay.flatten().unwrap_or(Replay::Missed)),
    };
    let usage = Wish {
        usage: Some(QUERY),
        ..Wish::default()
    };
    match (value("resume"), replay) {
        (Some(token), Some(replay)) => {
            Wish::resuming((Token::parse(token).unwrap_or(Token::NOBODY), replay))
        }
        (None, Some(Replay::Missed)) => Wish::default(),
        (_, None) | (None, Some(_)) => usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_and_base64_of_sixteen_bytes() {
        let known = |keys: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for key in keys {
                headers.append(header::SEC_WEBSOCKET_KEY, HeaderValue::from_static(key));
            }
            key_of(&headers).is_some()
        };
        let good = "dGhlIHNhbXBsZSBub25jZQ==";
        assert!(known(&[good]));
        for bad in [
            &[][..],
            &[good, good],
            &["!!!!!!!!!!!!!!!!!!!!!!!!"],
            &["dGhlIHNhbXBsZSBub25jZQ!="],
            &["dGhlIHNhbXBsZSBub25jZ==="],
            &["dGhlIHNhbXBsZSBub25jZXXX"],
            &["dGhlIHNhbXBsZQ=="],
            &[""],
        ] {
            assert!(!known(bad), "{bad:?}");
        }
    }

    #[test]
    fn resume_in_the_query() {
        let token = "00112233445566778899aabbccddeeff";
        let asked = |query: &str| wish_of(&query.replace("TOKEN", token));
        let resumed = |query: &str| {
            let (known, replay) = asked(query).resume.expect("it is understood");
            assert_eq!(known, Token::parse(token).expect("a token"));
            replay
        };
        assert_eq!(resumed("resume=TOKEN"), Replay::Missed);
        assert_eq!(resumed("x=1&resume=TOKEN&after=41"), Replay::From(42));
        assert_eq!(resumed("after=0&resume=TOKEN"), Replay::From(1));
        assert_eq!(resumed("resume=TOKEN&replay=none"), Replay::Nothing);
        assert_eq!(
            resumed("resume=TOKEN&after=41&replay=none"),
            Replay::From(42)
        );
        for stranger in ["resume=abc", "resume=", "resume"] {
            let nobody = Some((Token::NOBODY, Replay::Missed));
            assert_eq!(asked(stranger).resume, nobody, "{stranger}");
        }
        for nothing in ["", "x=1", "x", "&&"] {
            assert_eq!(asked(nothing), Wish::default(), "{nothing}");
        }
    }

    #[test]
    fn a_query_that_is_not_understood_resumes_nothing() {
        for query in [
            "resume=TOKEN&after=x",
            "resume=TOKEN&after=",
            "resume=TOKEN&after",
            "resume=TOKEN&after=-1",
            "resume=TOKEN&after=18446744073709551616",
            "resume=TOKEN&replay=x",
            "resume=TOKEN&replay=x&after=41",
            "after=41",
            "replay=none",
        ] {
            let wish = wish_of(&query.replace("TOKEN", "00112233445566778899aabbccddeeff"));
            assert_eq!((wish.resume, wish.usage), (None, Some(QUERY)), "{query}");
        }
    }
}
