//! Messages (S5). Must not know: layout, prose.

use std::sync::Arc;

use serde::Serialize;

use super::{AckRow, Seconds};

/// S5: one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineRow {
    /// Number in the story, from 1.
    pub id: u64,
    /// Number of the line in the chat room's log.
    pub line: Option<u64>,
    /// `tcp.stream`.
    pub stream: u32,
    /// Who sent it: `client` or `server`.
    pub sender: &'static str,
    /// Sender as `ip:port`.
    pub source: String,
    /// Chat name of the stream's client.
    pub name: Option<String>,
    /// Epoch time of the segment that completed it.
    pub at: Seconds,
    /// Since the first frame of the capture.
    pub since_start: Seconds,
    /// `line`, `ws_text`, `http_request` ...
    pub kind: &'static str,
    /// Close code of a WebSocket Close frame.
    pub close_code: Option<u16>,
    /// What was said: UTF-8, controls and invalid bytes escaped visibly, cut to a bound.
    pub text: String,
    /// `text` is all of it.
    pub complete: bool,
    /// Relative sequence numbers of its first and last byte.
    pub seq: (u64, u64),
    /// Bytes on the wire, line end and framing included.
    pub bytes: u64,
    /// Frames that carried it (bounded).
    pub frames: Vec<u64>,
    /// The frame that completed it, listed or not; 0: not known.
    pub last_frame: u64,
    /// How many carried it.
    pub frames_total: u32,
    /// Where its bytes lie in each of these frames, where known.
    pub in_frames: Vec<ByteSpan>,
    /// Flags of the segments that carried it.
    pub flags: Vec<String>,
    /// Messages that began in the same segment, this one included.
    pub sharing: u32,
    /// The TCP ACK that covered its last byte.
    pub ack: Option<AckRow>,
    /// The first data that the other side of the connection sent afterwards: the program's answer.
    pub answer: Option<AckRow>,
    /// No such data came (else: not known, because details were folded).
    pub unanswered: bool,
    /// The message that this one is a copy of.
    pub copy_of: Option<u64>,
    /// Copies of it to other connections.
    pub copies: Vec<CopyRow>,
    /// Copies beyond these that say the same as one of them, and those of which it is not known what they say.
    #[serde(skip)]
    pub unlisted: (u64, u64),
    /// How many connections got a copy, and how many should.
    pub delivered: Option<(u32, u32)>,
    /// A filter that shows the frames.
    pub see: String,
}

/// Bytes of a frame, counted from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ByteSpan {
    /// The frame.
    pub frame: u64,
    /// First byte.
    pub from: u32,
    /// Last byte.
    pub to: u32,
}

/// One copy of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyRow {
    /// The receiver's connection.
    pub stream: u32,
    /// The frame that completed the copy.
    pub frame: u64,
    /// Time from the line to the copy.
    pub after: Seconds,
    /// The receiver's ACK.
    pub ack: Option<AckRow>,
    /// What it says, where that was kept.
    #[serde(skip)]
    pub heard: Option<Heard>,
}

/// What a copy says, and what became of it besides its ACK. Not in the JSON form: there copies stand with their original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who sent it: `server` in a chat room.
    pub sender: &'static str,
    /// As [`LineRow::text`].
    pub text: Arc<str>,
    /// `text` is all of it.
    pub complete: bool,
    /// Segments that carried it.
    pub segments: u32,
    /// The first data that its receiver sent afterwards.
    pub answer: Option<AckRow>,
}

/// Several messages in one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The frame.
    pub frame: u64,
    /// How many began in it.
    pub messages: u32,
    /// The first of them.
    pub first: u64,
}

/// `--find`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The text, made visible.
    pub text: String,
    /// Messages that hold it (bounded).
    pub lines: Vec<LineRow>,
    /// How many do.
    pub total: u64,
}
