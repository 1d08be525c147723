//! The two ways a client speaks, behind one face.
//!
//! Owns: the choice. Must not know: sockets or the room.

use bytes::Bytes;

use super::lines::{Heard, LineCodec};
use super::websocket::{self, FrameCodec};
use crate::chat::DisconnectReason;

/// Bytes of the client's direction to what was heard.
pub(super) enum Codec {
    Lines(LineCodec),
    Frames {
        codec: Box<FrameCodec>,
        /// What it says of its end, at hand: this is asked in every turn of a session, and the codec lies elsewhere.
        ended: Option<DisconnectReason>,
    },
}

impl Codec {
    /// A WebSocket's.
    pub(super) fn frames(codec: FrameCodec) -> Self {
        Self::Frames {
            ended: codec.ended(),
            codec: Box::new(codec),
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
        match self {
            Self::Lines(codec) => codec.feed(data, offset, most, each),
            Self::Frames { codec, ended } => {
                codec.feed(data, offset, most, each);
                *ended = codec.ended();
            }
        }
    }

    /// The client closed its direction at `end`.
    pub(super) fn finish(&mut self, end: u64, most: usize, each: &mut dyn FnMut(Heard<'_>)) {
        if let Self::Lines(codec) = self {
            codec.finish(end, most, each);
        }
    }

    /// What the protocol wants sent by itself.
    pub(super) fn take_output(&mut self) -> Option<Bytes> {
        match self {
            Self::Lines(_) => None,
            Self::Frames { codec, .. } => codec.take_output(),
        }
    }

    /// Why the protocol is over, once it is: nothing more may be sent.
    pub(super) const fn ended(&self) -> Option<DisconnectReason> {
        match self {
            Self::Lines(_) => None,
            Self::Frames { ended, .. } => *ended,
        }
    }

    /// A ping, where the protocol has one.
    pub(super) const fn ping(&self) -> Option<Bytes> {
        match self {
            Self::Lines(_) => None,
            Self::Frames { .. } => Some(Bytes::from_static(websocket::PING)),
        }
    }

    /// The last bytes of an end that the server decided on.
    pub(super) fn farewell(&self, reason: DisconnectReason) -> Option<Bytes> {
        if matches!(self, Self::Lines(_)) || self.ended().is_some() {
            return None;
        }
        let mut out = Vec::new();
        websocket::put_close(&mut out, websocket::close_code(reason), "");
        Some(out.into())
    }
}
