//! The head of an HTTP/1.x message (RFC 9112 sections 2 to 6), as far as it decides what follows it.
//!
//! Owns: telling a request or status line from a chat line, the few headers that matter. Must not know: bodies, WebSocket frames.

/// Bytes of a head beyond which it is no head (common servers stop at 8 to 16 KiB).
pub(super) const MAX_HEAD: u64 = 32 * 1024;

/// What a first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// `METHOD target HTTP/1.x`.
    Request,
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
        (is_method && is_version && words.next().is_none()).then_some(Self::Request)
    }
}

/// How long the body after a head is (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// Chunked, or until the connection closes.
    Unknown,
}

/// A head being read, line by line.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) first: FirstLine,
    pub(super) text: Box<[u8]>,
    upgrade: bool,
    length: Option<u64>,
    chunked: bool,
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
            chunked: false,
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
            self.chunked = true;
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
        self.upgrade && matches!(self.first, FirstLine::Request)
    }

    /// RFC 6455 section 4.2.2: the answer that grants it.
    pub(super) const fn grants_websocket(&self) -> bool {
        self.upgrade && matches!(self.first, FirstLine::Response(101))
    }

    /// RFC 9112 section 6.3.
    pub(super) const fn body(&self) -> Body {
        match (self.first, self.length) {
            _ if self.chunked => Body::Unknown,
            (FirstLine::Response(100..=199 | 204 | 304), _) | (FirstLine::Request, None) => {
                Body::Length(0)
            }
            (_, Some(length)) => Body::Length(length),
            (FirstLine::Response(_), None) => Body::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_request_and_status_lines_from_chat() {
        let parse = FirstLine::parse;
        assert_eq!(parse(b"GET /chat HTTP/1.1"), Some(FirstLine::Request));
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
        let mut head = Head::new(FirstLine::Request, b"POST / HTTP/1.1");
        head.header(b"content-LENGTH: 12");
        assert_eq!(head.body(), Body::Length(12));
    }
}
