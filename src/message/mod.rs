//! Payload of one direction to messages: chat lines, WebSocket frames, the HTTP upgrade before them.
//!
//! Owns: [`Message`] and the [`Splitter`] that cuts a reassembled byte stream into messages.
//! Must not know: sessions, names, sockets, how messages are shown. RFC 6455 and 7692 (WebSocket), RFC 9112 (HTTP/1.1).

mod chunked;
mod direction;
mod http;
mod inflate;
mod kind;
mod splitter;
mod tail;
mod websocket;
mod ws_header;

pub use kind::{Message, MessageKind, Text};
pub use splitter::Splitter;

/// Bytes of text kept of one message: a line of our own chat (8 KiB) fits whole.
pub const MAX_TEXT: usize = 8 * 1024;

#[cfg(test)]
mod tests;
