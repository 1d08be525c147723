//! Line text: bytes to lines.
//!
//! Owns: line ends (LF, CRLF), the length bound, and what is no line text at all. Must not know: what lines mean.
//! Nothing is lost when reading stops anywhere: what is read is kept here, not in a future that may be dropped.

use std::ops::Range;

/// What came out of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// A line without its end; the bytes that carried it, end included.
    Line(&'a [u8], Range<u64>),
    /// A line grew beyond the bound; it is swallowed up to its end.
    Overlong(Range<u64>),
    /// Nothing to be taken up that costs as much as a line: as many bytes of an overlong one again, a ping, an empty message.
    Flood,
    /// A message of `chatscope.v1` that is not one of its objects.
    NotAnObject(Range<u64>),
    /// The client speaks another protocol, HTTP or TLS; nothing of it is taken up.
    Stranger(Range<u64>),
}

/// The state between reads: an incomplete line.
#[derive(Debug, Default)]
pub(super) struct LineCodec {
    partial: Vec<u8>,
    /// Offset of the first byte of the line being read.
    start: u64,
    /// Bytes swallowed since the last [`Heard::Overlong`] or [`Heard::Flood`], while swallowing.
    swallowing: Option<usize>,
    /// Whether the client has been heard.
    heard: Opening,
}

/// What the first line said of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Opening {
    /// There was none yet.
    #[default]
    Awaited,
    /// Line text.
    Text,
    /// Anything else.
    Other,
}

impl LineCodec {
    /// For a connection of which `offset` bytes were understood before.
    pub(super) fn starting_at(offset: u64) -> Self {
        Self {
            start: offset,
            ..Self::default()
        }
    }

    /// `data` was read at `offset`; lines longer than `most` bytes are refused.
    pub(super) fn feed(
        &mut self,
        data: &[u8],
        offset: u64,
        most: usize,
        each: &mut dyn FnMut(Heard<'_>),
    ) {
        if self.heard == Opening::Other {
            return;
        }
        let mut at = offset;
        for part in data.split_inclusive(|&byte| byte == b'\n') {
            let end = at + part.len() as u64;
            match part.strip_suffix(b"\n") {
                Some(line) => self.complete(line, end, most, each),
                None => self.keep(part, end, most, each),
            }
            at = end;
        }
    }

    fn complete(&mut self, line: &[u8], end: u64, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        let bytes = self.start..end;
        self.start = end;
        if self.swallowing.take().is_some() {
            return;
        }
        if self.partial.is_empty() {
            self.deliver(line, bytes, most, each);
        } else {
            let mut whole = std::mem::take(&mut self.partial);
            whole.extend_from_slice(line);
            self.deliver(&whole, bytes, most, each);
        }
    }

    fn deliver(
        &mut self,
        line: &[u8],
        bytes: Range<u64>,
        most: usize,
        each: &mut dyn FnMut(Heard<'_>),
    ) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.heard == Opening::Awaited {
            self.heard = opening(line);
            if self.heard == Opening::Other {
                each(Heard::Stranger(bytes.clone()));
            }
        }
        if self.heard == Opening::Other {
            return;
        }
        if line.len() > most {
            each(Heard::Overlong(bytes));
        } else {
            each(Heard::Line(line, bytes));
        }
    }

    fn keep(&mut self, part: &[u8], end: u64, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        if let Some(swallowed) = &mut self.swallowing {
            *swallowed += part.len();
            while *swallowed >= most.max(1) {
                *swallowed -= most.max(1);
                each(Heard::Flood);
            }
            return;
        }
        // One more byte may be the CR of a line of the full length.
        if self.partial.len() + part.len() > most.saturating_add(1) {
            self.partial = Vec::new();
            self.swallowing = Some(0);
            each(Heard::Overlong(self.start..end));
            return;
        }
        self.partial.extend_from_slice(part);
    }

    /// The client closed its direction at `end`: what it typed last is a line too.
    pub(super) fn finish(&mut self, end: u64, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        if !self.partial.is_empty() {
            let whole = std::mem::take(&mut self.partial);
            self.deliver(&whole, self.start..end, most, each);
        }
    }
}

/// What a client's first line says of its protocol. A browser that is sent to this port, by a typing error or by a page
/// that wants to speak in its reader's name, begins with a request line (RFC 9112 section 3) or a TLS record of the kind
/// handshake (RFC 8446 section 5.1).
fn opening(line: &[u8]) -> Opening {
    let mut words = line.split(|&byte| byte == b' ');
    let (method, _, version) = (words.next(), words.next(), words.next());
    let is_method = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
    let requests = method.is_some_and(is_method)
        && version.is_some_and(|word| word.starts_with(b"HTTP/"))
        && words.next().is_none();
    if requests || line.starts_with(&[0x16, 0x03]) {
        Opening::Other
    } else {
        Opening::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(parts: &[&[u8]], most: usize) -> Vec<String> {
        let (mut codec, mut out, mut offset) = (LineCodec::default(), Vec::new(), 0);
        let mut each = |heard: Heard<'_>| {
            out.push(match heard {
                Heard::Line(line, bytes) => format!("{} {bytes:?}", String::from_utf8_lossy(line)),
                other => format!("{other:?}"),
            });
        };
        for part in parts {
            codec.feed(part, offset, most, &mut each);
            offset += part.len() as u64;
        }
        codec.finish(offset, most, &mut each);
        out
    }

    #[test]
    fn line_ends() {
        assert_eq!(
            all(&[b"a\nb\r\nc\rd\n\ne"], 80),
            ["a 0..2", "b 2..5", "c\rd 5..9", " 9..10", "e 10..11"]
        );
        assert_eq!(
            all(&[b"t", b"e", b"s", b"t", b"e", b"\r", b"\n"], 80),
            ["teste 0..7"]
        );
    }

    #[test]
    fn overlong_lines_are_swallowed_once() {
        assert_eq!(all(&[b"12345\r\n", b"ok\n"], 5), ["12345 0..7", "ok 7..10"]);
        assert_eq!(all(&[b"123456\nok\n"], 5), ["Overlong(0..7)", "ok 7..10"]);
        let parts: Vec<&[u8]> = vec![b"1234567", b"89", b"0123", b"\nok\n"];
        assert_eq!(all(&parts, 5), ["Overlong(0..7)", "Flood", "ok 14..17"]);
    }

    #[test]
    fn other_protocols_are_known_by_their_first_line() {
        let request = b"POST /x HTTP/1.1\r\nHost: a\r\n\r\nhello\n";
        assert_eq!(all(&[request], 80), ["Stranger(0..18)"]);
        assert_eq!(
            all(&[b"GE", b"T / HTTP/1.0\n", b"x\n"], 80),
            ["Stranger(0..15)"]
        );
        assert_eq!(all(&[b"\x16\x03\x01\x02\nx\n"], 80), ["Stranger(0..5)"]);
        assert_eq!(all(&[b"\x16", b"\x03\x01"], 80), ["Stranger(0..3)"]);
        let talk = [
            "hello\nGET / HTTP/1.1\n",
            "GET / HTTP/1.1 is how it begins\n",
            "I GET / HTTP/1.1\n",
        ];
        for text in talk {
            assert!(
                !all(&[text.as_bytes()], 80)[0].contains("Stranger"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn cutting_anywhere_changes_nothing(data in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'x')], 0..200), cuts in proptest::collection::vec(0_usize..200, 0..8)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(data.len())).collect();
            cuts.extend([0, data.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &data[pair[0]..pair[1]]).collect();
            prop_assert_eq!(all(&parts, 1_000), all(&[&data], 1_000));
        }
    }
}
