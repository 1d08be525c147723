//! One line in its three encodings: line text, a WebSocket text frame, a framed `chatscope.v1` object.
//!
//! Owns: the bytes that clients receive. Must not know: who receives them or when.
//! Frames from server to client are unmasked (RFC 6455 section 5.1), so without compression they are the same bytes for
//! every client and are made once.

use std::io::Write as _;

use bytes::{BufMut, BytesMut};

use super::{SessionId, Transport};
use crate::net::Timestamp;

/// Which encoding a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// `name: text` and a line feed.
    Text,
    /// The same without line feed as a WebSocket text frame.
    Frames,
    /// A WebSocket text frame holding a `chatscope.v1` JSON object.
    Objects,
}

impl View {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// How a client speaks that reads it.
    #[must_use]
    pub const fn transport(self) -> Transport {
        match self {
            Self::Text => Transport::Line,
            Self::Frames | Self::Objects => Transport::WebSocket,
        }
    }
}

/// What kind of line the room holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Said: `ana: text`.
    Say,
    /// `/me`: `** ana text`, which no notice can be mistaken for.
    Act,
    /// The room itself: `* text`, name empty.
    Notice,
}

impl LineKind {
    /// The code in `chatscope.v1` and in the history file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Act => "act",
            Self::Notice => "notice",
        }
    }

    /// The kind with that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Say, Self::Act, Self::Notice]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// One line of the room. Name and text are safe text already (see [`crate::text`]): no controls, no line ends.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Who may be said to have said it.
    pub session: SessionId,
    /// What kind.
    pub kind: LineKind,
    /// When it was accepted.
    pub at: Timestamp,
    /// Name of the speaker at that time.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
}

impl Line<'_> {
    /// Bytes of the line with that number in one encoding.
    #[must_use]
    pub fn size(&self, view: View, number: u64) -> usize {
        let mut text = BytesMut::new();
        put_text(&mut text, self);
        let mut out = BytesMut::new();
        match view {
            View::Text => return text.len(),
            View::Frames => put_frame(&mut out, &text[..text.len() - 1]),
            View::Objects => put_line_object(&mut out, &mut Vec::new(), number, self),
        }
        out.len()
    }
}

/// What stands before the name where somebody acts. Notices have a space after their one star, whatever they say, and
/// names begin with no star: so neither a person can speak as the room nor a notice look like a person.
const ACT: &[u8] = b"** ";

/// Appends the line in line text.
pub(super) fn put_text(out: &mut BytesMut, line: &Line<'_>) {
    match line.kind {
        LineKind::Say => {
            out.put_slice(line.name.as_bytes());
            out.put_slice(b": ");
        }
        LineKind::Act => {
            out.put_slice(ACT);
            out.put_slice(line.name.as_bytes());
            out.put_u8(b' ');
        }
        LineKind::Notice => out.put_slice(b"* "),
    }
    out.put_slice(line.text.as_bytes());
    out.put_u8(b'\n');
}

/// Bytes of line text before the text itself, for a name of that many bytes.
pub(super) const fn text_prefix(kind: LineKind, name: usize) -> usize {
    match kind {
        LineKind::Say => name + 2,
        LineKind::Act => ACT.len() + name + 1,
        LineKind::Notice => 2,
    }
}

/// Where in line text the name begins.
pub(super) const fn name_at(kind: LineKind) -> usize {
    match kind {
        LineKind::Act => ACT.len(),
        LineKind::Say | LineKind::Notice => 0,
    }
}

/// Appends a WebSocket text frame with that payload (RFC 6455 section 5.2: FIN, opcode 1, no mask).
pub(super) fn put_frame(out: &mut BytesMut, payload: &[u8]) {
    out.put_u8(0x81);
    match payload.len() {
        short @ 0..126 => out.put_u8(short as u8),
        medium @ 126..0x1_0000 => {
            out.put_u8(126);
            out.put_u16(medium as u16);
        }
        long => {
            out.put_u8(127);
            out.put_u64(long as u64);
        }
    }
    out.put_slice(payload);
}

/// Writes a JSON string; safe text holds no controls, so that only quote and backslash need care.
fn put_json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Appends the framed `chatscope.v1` object of line `number`; `scratch` is reused between calls.
pub(super) fn put_line_object(
    out: &mut BytesMut,
    scratch: &mut Vec<u8>,
    number: u64,
    line: &Line<'_>,
) {
    scratch.clear();
    let _ = write!(
        scratch,
        r#"{{"type":"line","number":{number},"time":{},"kind":"{}","session":{},"name":"#,
        line.at,
        line.kind.code(),
        line.session
    );
    // A notice may be about somebody, but nobody says it.
    let nobody = line.kind == LineKind::Notice;
    put_json_string(scratch, if nobody { "" } else { line.name });
    scratch.extend_from_slice(br#","text":"#);
    put_json_string(scratch, line.text);
    scratch.push(b'}');
    put_frame(out, scratch);
}

/// A notice (`* text`) for one client in its encoding. `text` must be safe text.
pub(super) fn notice(view: View, text: &str) -> BytesMut {
    let mut out = BytesMut::with_capacity(text.len() + 32);
    match view {
        View::Text => {
            out.put_slice(b"* ");
            out.put_slice(text.as_bytes());
            out.put_u8(b'\n');
        }
        View::Frames => put_frame(&mut out, format!("* {text}").as_bytes()),
        View::Objects => put_object(&mut out, "notice", &[("text", Field::Text(text))]),
    }
    out
}

/// A field of a `chatscope.v1` object other than a line.
pub(super) enum Field<'a> {
    /// A string of safe text.
    Text(&'a str),
    /// A whole number.
    Number(u64),
}

/// Appends a framed `chatscope.v1` object of another type than `line`.
pub(super) fn put_object(out: &mut BytesMut, kind: &str, fields: &[(&str, Field<'_>)]) {
    let mut json = Vec::with_capacity(128);
    json.extend_from_slice(br#"{"type":"#);
    put_json_string(&mut json, kind);
    for (name, value) in fields {
        json.push(b',');
        put_json_string(&mut json, name);
        json.push(b':');
        match value {
            Field::Text(text) => put_json_string(&mut json, text),
            Field::Number(number) => {
                let _ = write!(json, "{number}");
            }
        }
    }
    json.push(b'}');
    put_frame(out, &json);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line<'static> = Line {
        session: SessionId(3),
        kind: LineKind::Say,
        at: Timestamp::from_parts(1_700_000_000, 5),
        name: "ana",
        text: r#"say "oi" \ olá"#,
    };

    #[test]
    fn text_shapes() {
        let mut out = BytesMut::new();
        for kind in [LineKind::Say, LineKind::Act, LineKind::Notice] {
            put_text(
                &mut out,
                &Line {
                    kind,
                    text: "oi",
                    ..LINE
                },
            );
        }
        assert_eq!(&out[..], b"ana: oi\n** ana oi\n* oi\n");
    }

    #[test]
    fn frame_lengths_are_minimal() {
        for (length, header) in [
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut out = BytesMut::new();
            put_frame(&mut out, &vec![b'x'; length]);
            assert_eq!(out[..header.len()], header[..]);
            assert_eq!(out.len(), header.len() + length);
        }
    }

    #[test]
    fn objects_are_json() {
        let (mut out, mut scratch) = (BytesMut::new(), Vec::new());
        put_line_object(&mut out, &mut scratch, 17, &LINE);
        let value: serde_json::Value = serde_json::from_slice(&scratch).expect("JSON");
        assert_eq!(value["number"], 17);
        assert_eq!(value["text"], LINE.text);
        assert_eq!(value["session"], 3);
    }
}
