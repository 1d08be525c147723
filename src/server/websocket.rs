//! WebSocket: bytes to messages and control frames (RFC 6455), by tungstenite over bytes in memory.
//!
//! Owns: limits, close codes, what is answered by itself. Must not know: sockets, or what lines mean.
//! The library never touches the socket: what it wants to send (pong, close) is collected and goes out between whole
//! frames of the log, which are written as they are in shared memory.

use std::io::{self, Read, Write};
use std::ops::Range;

use bytes::Bytes;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::lines::Heard;
use super::scan::Scan;
use crate::chat::DisconnectReason;

/// Bytes of one message from a client of `/chat`.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// Bytes of one message on `/echo`, which serves conformance tests.
pub(super) const ECHO_BYTES: usize = 20 * 1024 * 1024;
/// What tungstenite reads at once, always allocated per connection; from memory, so that small costs no system calls.
const READ_BYTES: usize = 512;

/// Input memory kept between reads.
const INPUT_BYTES: usize = 1024;

/// Bytes in memory in the place of a socket.
#[derive(Debug, Default)]
struct Pipe {
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = &self.input[self.at..];
        if left.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = left.len().min(into.len());
        into[..count].copy_from_slice(&left[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(from);
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// Lines of text.
    Lines,
    /// `chatscope.v1` objects.
    Objects,
    /// To be sent back.
    Echo,
}

/// The state of one WebSocket connection.
pub(super) struct FrameCodec {
    socket: WebSocket<Pipe>,
    scan: Scan,
    speech: Speech,
    ended: Option<DisconnectReason>,
}

/// What a client of `chatscope.v1` sends.
#[derive(serde::Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Object {
    /// A line, as line text has it, commands included.
    Say {
        /// The line.
        text: String,
    },
}

impl FrameCodec {
    pub(super) fn new(speech: Speech) -> Self {
        let most = if speech == Speech::Echo {
            ECHO_BYTES
        } else {
            MESSAGE_BYTES
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(usize::MAX)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        Self {
            socket: WebSocket::from_raw_socket(Pipe::default(), Role::Server, Some(config)),
            scan: Scan::default(),
            speech,
            ended: None,
        }
    }

    /// `data` was read at `offset`; lines longer than `most` are refused.
    pub(super) fn feed(
        &mut self,
        data: &[u8],
        offset: u64,
        most: usize,
        each: &mut dyn FnMut(Heard<'_>),
    ) {
        if self.ended.is_some() {
            return;
        }
        let plain = self.scan.feed(data, offset);
        self.socket.get_mut().input.extend_from_slice(data);
        while self.ended.is_none() {
            match self.socket.read() {
                Ok(message) => self.message(message, most, each),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => self.fail(&error),
            }
        }
        if !plain && self.ended.is_none() {
            self.close(
                CloseCode::Invalid,
                "text is not UTF-8",
                DisconnectReason::ProtocolError,
            );
        }
        for _ in 0..self.scan.take_fragments() {
            each(Heard::Flood);
        }
        let _ = self.socket.flush();
        let pipe = self.socket.get_mut();
        pipe.input.clear();
        pipe.at = 0;
        if pipe.input.capacity() > INPUT_BYTES {
            pipe.input = Vec::new();
        }
    }

    fn message(&mut self, message: Message, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        match message {
            Message::Text(_) | Message::Binary(_) if self.speech == Speech::Echo => {
                let _ = self.socket.send(message);
            }
            Message::Text(text) => {
                let bytes = self.scan.next_message().unwrap_or_default();
                self.text(&text, &bytes, most, each);
            }
            Message::Binary(_) => {
                self.close(
                    CloseCode::Unsupported,
                    "text messages only",
                    DisconnectReason::ProtocolError,
                );
            }
            // tungstenite has queued the answer.
            Message::Close(_) => self.ended = Some(DisconnectReason::ClientClosed),
            // tungstenite has queued the answer to a ping.
            Message::Ping(_) | Message::Pong(_) => each(Heard::Flood),
            Message::Frame(_) => {}
        }
    }

    fn text(&self, text: &str, bytes: &Range<u64>, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        if self.speech == Speech::Lines {
            return lines_of(text, bytes, most, each);
        }
        match serde_json::from_str(text) {
            Ok(Object::Say { text }) => lines_of(&text, bytes, most, each),
            Err(_) => each(Heard::NotAnObject(bytes.clone())),
        }
    }

    /// The close code that the client's fault calls for (RFC 6455 section 7.4.1).
    fn fail(&mut self, error: &Error) {
        match error {
            Error::ConnectionClosed | Error::AlreadyClosed => {
                self.ended = Some(DisconnectReason::ClientClosed);
            }
            Error::Utf8(_) => self.close(
                CloseCode::Invalid,
                "text is not UTF-8",
                DisconnectReason::ProtocolError,
            ),
            Error::Capacity(_) => self.close(
                CloseCode::Size,
                "message too big",
                DisconnectReason::OverBound,
            ),
            _ => self.close(CloseCode::Protocol, "", DisconnectReason::ProtocolError),
        }
    }

    /// Sends a close frame, after which nothing may follow.
    fn close(&mut self, code: CloseCode, why: &str, reason: DisconnectReason) {
        self.ended = Some(reason);
        put_close(&mut self.socket.get_mut().output, code.into(), why);
    }

    /// Frames that the protocol wants sent; whole ones.
    pub(super) fn take_output(&mut self) -> Option<Bytes> {
        let output = &mut self.socket.get_mut().output;
        if output.is_empty() {
            None
        } else {
            Some(std::mem::take(output).into())
        }
    }

    /// Why the conversation is over, once it is.
    pub(super) const fn ended(&self) -> Option<DisconnectReason> {
        self.ended
    }
}

/// A message may hold several lines; a line end at its end is not one more. One without any costs as much as one.
fn lines_of(text: &str, bytes: &Range<u64>, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
    if text.is_empty() {
        each(Heard::Flood);
    }
    for line in text.lines() {
        if line.len() > most {
            each(Heard::Overlong(bytes.clone()));
        } else {
            each(Heard::Line(line.as_bytes(), bytes.clone()));
        }
    }
}

/// Appends a close frame (RFC 6455 section 5.5.1); `why` is short ASCII of ours.
pub(super) fn put_close(out: &mut Vec<u8>, code: u16, why: &str) {
    out.extend([0x88, 2 + why.len() as u8]);
    out.extend(code.to_be_bytes());
    out.extend(why.as_bytes());
}

/// What a client is sent that is turned away: the reason as a text frame, close code 1013 (try again later). `why` is short
/// ASCII of ours, cut where its length would need a longer header.
pub(super) fn refusal(why: &str) -> Vec<u8> {
    let why = &why.as_bytes()[..why.len().min(125)];
    let mut out = vec![0x81, why.len() as u8];
    out.extend(why);
    put_close(&mut out, 1013, "");
    out
}

/// The close code for an end that the server decides on.
pub(super) const fn close_code(reason: DisconnectReason) -> u16 {
    match reason {
        DisconnectReason::Shutdown => 1001,
        DisconnectReason::Idle | DisconnectReason::OverBound | DisconnectReason::TakenOver => 1008,
        DisconnectReason::Error => 1011,
        _ => 1000,
    }
}

/// A ping without content (RFC 6455 section 5.5.2).
pub(super) const PING: &[u8] = &[0x89, 0];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A masked frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let key = [9, 8, 7, 6];
        let mut out = vec![first, 0x80 | payload.len() as u8];
        out.extend(key);
        out.extend(
            payload
                .iter()
                .zip(key.iter().cycle())
                .map(|(byte, key)| byte ^ key),
        );
        out
    }

    /// What comes of these bytes: lines with their stretches, answers, the end.
    fn all(parts: &[&[u8]]) -> (Vec<String>, Vec<u8>, Option<DisconnectReason>) {
        let (mut codec, mut offset) = (FrameCodec::new(Speech::Lines), 0);
        let (mut heard, mut answers) = (Vec::new(), Vec::new());
        for part in parts {
            codec.feed(part, offset, 1_000, &mut |one| {
                heard.push(format!("{one:?}"));
            });
            offset += part.len() as u64;
            answers.extend(codec.take_output().unwrap_or_default());
        }
        (heard, answers, codec.ended())
    }

    fn cut(data: &[u8], cuts: &[usize]) -> (Vec<String>, Vec<u8>, Option<DisconnectReason>) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (data.len() + 1)).collect();
        cuts.extend([0, data.len()]);
        cuts.sort_unstable();
        let parts: Vec<&[u8]> = cuts
            .windows(2)
            .map(|pair| &data[pair[0]..pair[1]])
            .collect();
        all(&parts)
    }

    /// Without what only counts.
    fn lines(heard: &[String]) -> Vec<&String> {
        heard.iter().filter(|one| *one != "Flood").collect()
    }

    #[test]
    fn a_refusal_is_one_text_frame_and_a_close() {
        assert_eq!(refusal("full"), b"\x81\x04full\x88\x02\x03\xf5");
        assert_eq!(refusal(&"x".repeat(300)).len(), 2 + 125 + 4);
    }

    #[test]
    fn frames_without_a_line_count_like_one() {
        for (frames, lines, floods) in [
            (vec![frame(0x81, b"")], 0, 1),
            (vec![frame(0x89, b"p")], 0, 1),
            (vec![frame(0x8a, b"")], 0, 1),
            (
                vec![frame(0x01, b""), frame(0x00, b""), frame(0x00, b"")],
                0,
                3,
            ),
            (vec![frame(0x81, b"a\nb")], 2, 0),
            (vec![frame(0x01, b"a"), frame(0x80, b"b")], 1, 1),
        ] {
            let (heard, _, ended) = all(&[&frames.concat()]);
            let said = self::lines(&heard).len();
            assert_eq!((said, heard.len() - said, ended), (lines, floods, None));
        }
    }

    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let text = "[a-zé\n]{0,20}".prop_map(String::into_bytes);
        let one = prop_oneof![
            8 => text.clone().prop_map(|text| frame(0x81, &text)),
            2 => (text.clone(), text.clone()).prop_map(|(a, b)| [frame(0x01, &a), frame(0x89, b"p"), frame(0x80, &b)].concat()),
            2 => text.prop_map(|text| frame(0x89, &text)),
            1 => Just(frame(0x8a, b"")),
        ];
        proptest::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
    }

    proptest! {
        #[test]
        fn cutting_anywhere_changes_nothing(data in frames(), cuts in proptest::collection::vec(any::<usize>(), 0..10)) {
            let whole = all(&[&data]);
            let parts = cut(&data, &cuts);
            prop_assert_eq!((lines(&parts.0), &parts.1, parts.2), (lines(&whole.0), &whole.1, whole.2));
            prop_assert_eq!(parts.0.len(), whole.0.len());
        }

        #[test]
        fn any_bytes_are_survived(data in proptest::collection::vec(any::<u8>(), 0..300), cuts in proptest::collection::vec(any::<usize>(), 0..4)) {
            let (_, _, ended) = cut(&data, &cuts);
            prop_assert!(ended.is_none_or(|reason| reason != DisconnectReason::Error));
        }

        #[test]
        fn damaged_frames_are_survived(data in frames(), at in any::<usize>(), byte in any::<u8>()) {
            let mut data = data;
            if !data.is_empty() {
                let at = at % data.len();
                data[at] = byte;
            }
            let _ = all(&[&data]);
        }
    }
}
