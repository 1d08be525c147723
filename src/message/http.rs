//! The head of an HTTP/1.x message (RFC 9112 sections 2 to 6), as far as it decides what follows it.
//!
//! Owns: telling a request or status line from a chat line, the few headers that matter. Must not know: bodies, WebSocket frames.

use std::collections::VecDeque;

use super::Text;

/// Bytes of a head beyond which it is no head (common servers stop at 8 to 16 KiB).
pub(super) const MAX_HEAD: u64 = 32 * 1024;

/// A request's method, as far as it decides about the response's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    /// Its response has no body (RFC 9110 section 9.3.2).
    Head,
    /// What follows a successful response belongs to somebody else (RFC 9110 section 9.3.6).
    Connect,
    #[default]
    Other,
}

/// What a first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// `METHOD target HTTP/1.x`.
    Request(Method),
    /// `HTTP/1.x NNN reason`.
    Response(u16),
}

impl FirstLine {
    /// RFC 9112 sections 3 and 4; anything else is no HTTP.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        if let Some(rest) = line.strip_prefix(b"HTTP/1.") {
            let code = rest.get(2..5)?;
            let digits = rest[0].is_ascii_digit() && rest[1] == b' ';
            let status = std::str::from_utf8(code).ok()?.parse().ok()?;
            return digits.then_some(Self::Response(status));
        }
        let mut words = line.split(|&b| b == b' ');
        let (method, _target, version) = (words.next()?, words.next()?, words.next()?);
        let is_method =
            !method.is_empty() && method.len() <= 20 && method.iter().all(u8::is_ascii_uppercase);
        let is_version = version.len() == 8 && version.starts_with(b"HTTP/1.");
        let method = match method {
            b"HEAD" => Method::Head,
            b"CONNECT" => Method::Connect,
            _ => Method::Other,
        };
        (is_method && is_version && words.next().is_none()).then_some(Self::Request(method))
    }
}

/// How long the body after a head is (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// Until an empty chunk (RFC 9112 section 7.1).
    Chunked,
    /// Until the connection closes.
    Unknown,
}

/// A head being read, line by line.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) first: FirstLine,
    pub(super) text: Text,
    upgrade: bool,
    length: Option<u64>,
    /// There is a transfer coding, and whether the last one is chunked.
    chunked: Option<bool>,
    /// `permessage-deflate` was agreed, with whether the client and the server start every message anew (RFC 7692 section 7).
    pub(super) deflate: Option<(bool, bool)>,
}

impl Head {
    pub(super) fn new(first: FirstLine, text: &[u8]) -> Self {
        Self {
            first,
            text: text.into(),
            upgrade: false,
            length: None,
            chunked: None,
            deflate: None,
        }
    }

    /// Takes one header line.
    pub(super) fn header(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|&b| b == b':') else {
            return;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"upgrade") {
            self.upgrade |= value
                .split(|&b| b == b',')
                .any(|token| token.trim_ascii().eq_ignore_ascii_case(b"websocket"));
        } else if name.eq_ignore_ascii_case(b"content-length") {
            self.length = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let last = value.rsplit(|&b| b == b',').next().unwrap_or_default();
            self.chunked = Some(last.trim_ascii().eq_ignore_ascii_case(b"chunked"));
        } else if name.eq_ignore_ascii_case(b"sec-websocket-extensions") {
            self.extensions(value);
        }
    }

    fn extensions(&mut self, value: &[u8]) {
        let value = value.to_ascii_lowercase();
        let has = |word: &str| {
            value
                .split(|&b| b == b';' || b == b',')
                .any(|part| part.trim_ascii() == word.as_bytes())
        };
        if has("permessage-deflate") {
            self.deflate = Some((
                has("client_no_context_takeover"),
                has("server_no_context_takeover"),
            ));
        }
    }

    /// RFC 6455 section 4.1: the request that asks for a WebSocket.
    pub(super) const fn asks_for_websocket(&self) -> bool {
        self.upgrade && matches!(self.first, FirstLine::Request(_))
    }

    /// RFC 6455 section 4.2.2: the answer that grants it.
    pub(super) const fn grants_websocket(&self) -> bool {
        self.upgrade && matches!(self.first, FirstLine::Response(101))
    }

    /// RFC 9112 section 6.3; `asked`: the method that a response answers.
    pub(super) const fn body(&self, asked: Method) -> Body {
        match (self.first, asked) {
            (FirstLine::Response(100..=199 | 204 | 304), _)
            | (FirstLine::Response(_), Method::Head)
            | (FirstLine::Response(200..=299), Method::Connect) => return Body::Length(0),
            _ => {}
        }
        match (self.chunked, self.length, self.first) {
            (Some(true), ..) => Body::Chunked,
            (None, Some(length), _) => Body::Length(length),
            (None, None, FirstLine::Request(_)) => Body::Length(0),
            (Some(false), ..) | (None, None, FirstLine::Response(_)) => Body::Unknown,
        }
    }
}

/// Requests for which a response without body is remembered at once; those before them are taken for usual ones.
const MAX_REMEMBERED: usize = 64;

/// Which request a response answers: they come in the same order (RFC 9112 section 9.3.2). Without unusual requests it holds
/// no heap memory.
#[derive(Debug, Default)]
pub(super) struct Requests {
    asked: u64,
    answered: u64,
    /// Numbers of those whose method matters, oldest first.
    unusual: VecDeque<(u64, Method)>,
}

impl Requests {
    /// A request was read.
    pub(super) fn ask(&mut self, method: Method) {
        if method != Method::Other {
            if self.unusual.len() >= MAX_REMEMBERED {
                self.unusual.pop_front();
            }
            self.unusual.push_back((self.asked, method));
        }
        self.asked += 1;
    }

    /// A response of this status was read: the method that it answers. One that answers nothing known is left out.
    pub(super) fn answer(&mut self, status: u16) -> Method {
        let interim = matches!(status, 100 | 102..=199);
        if interim || self.answered == self.asked {
            return Method::Other;
        }
        let number = self.answered;
        self.answered += 1;
        while let Some(&(unusual, method)) = self.unusual.front()
            && unusual <= number
        {
            self.unusual.pop_front();
            if unusual == number {
                return method;
            }
        }
        Method::Other
    }

    /// Bytes are missing in which more may have been asked or answered.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_answer_requests_in_order() {
        let mut requests = Requests::default();
        assert_eq!(requests.answer(200), Method::Other, "unasked");
        for method in [Method::Other, Method::Head, Method::Other, Method::Connect] {
            requests.ask(method);
        }
        let answers = [200, 100, 404, 103, 101, 200].map(|status| requests.answer(status));
        let other = Method::Other;
        assert_eq!(
            answers,
            [other, other, Method::Head, other, other, Method::Connect]
        );
        for _ in 0..1000 {
            requests.ask(Method::Head);
        }
        assert_eq!(requests.unusual.len(), MAX_REMEMBERED);
        assert_eq!(requests.answer(200), Method::Other, "too long ago");
    }

    /// RFC 9112 section 6.3, rules 1, 2, 4, 6, 7 and 8.
    #[test]
    fn how_long_a_body_is() {
        let of = |first: &[u8], headers: &[&[u8]], asked| {
            let mut head = Head::new(FirstLine::parse(first).expect("HTTP"), first);
            for line in headers {
                head.header(line);
            }
            head.body(asked)
        };
        let (ok, post) = (b"HTTP/1.1 200 OK".as_slice(), b"POST / HTTP/1.1".as_slice());
        let (five, chunked) = (
            b"Content-Length: 5".as_slice(),
            b"transfer-encoding: gzip, Chunked".as_slice(),
        );
        assert_eq!(of(ok, &[five], Method::Head), Body::Length(0));
        assert_eq!(
            of(b"HTTP/1.1 304 X", &[chunked], Method::Other),
            Body::Length(0)
        );
        assert_eq!(of(ok, &[], Method::Connect), Body::Length(0));
        assert_eq!(
            of(b"HTTP/1.1 407 X", &[five], Method::Connect),
            Body::Length(5)
        );
        assert_eq!(of(ok, &[five, chunked], Method::Other), Body::Chunked);
        assert_eq!(of(post, &[chunked], Method::Other), Body::Chunked);
        assert_eq!(
            of(ok, &[b"Transfer-Encoding: gzip"], Method::Other),
            Body::Unknown
        );
        assert_eq!(of(ok, &[five], Method::Other), Body::Length(5));
        assert_eq!(of(post, &[], Method::Other), Body::Length(0));
        assert_eq!(of(ok, &[], Method::Other), Body::Unknown);
    }

    #[test]
    fn knows_request_and_status_lines_from_chat() {
        let parse = FirstLine::parse;
        assert_eq!(
            parse(b"GET /chat HTTP/1.1"),
            Some(FirstLine::Request(Method::Other))
        );
        assert_eq!(
            parse(b"HEAD / HTTP/1.1"),
            Some(FirstLine::Request(Method::Head))
        );
        assert_eq!(
            parse(b"HTTP/1.1 101 Switching Protocols"),
            Some(FirstLine::Response(101))
        );
        assert_eq!(parse(b"HTTP/1.0 404"), Some(FirstLine::Response(404)));
        for chat in [
            &b"GET lost"[..],
            b"HTTP/1.1",
            b"HTTP/1.1 is old",
            b"",
            b"oi HTTP/1.1",
        ] {
            assert_eq!(parse(chat), None, "{chat:?}");
        }
    }

    #[test]
    fn reads_the_headers_that_matter() {
        let mut head = Head::new(FirstLine::Response(101), b"HTTP/1.1 101 X");
        head.header(b"UPGRADE:  h2c, WebSocket ");
        head.header(b"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover");
        assert!(head.grants_websocket() && !head.asks_for_websocket());
        assert_eq!(head.deflate, Some((false, true)));
        let mut head = Head::new(FirstLine::Request(Method::Other), b"POST / HTTP/1.1");
        head.header(b"content-LENGTH: 12");
        assert_eq!(head.body(Method::Other), Body::Length(12));
    }
}
