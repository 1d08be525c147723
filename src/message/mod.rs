//! Payload of one direction to messages: chat lines, WebSocket frames, the HTTP upgrade before them.
//!
//! Owns: [`Message`] and the splitters that cut a reassembled byte stream into messages.
//! Must not know: sessions, names, sockets, how messages are shown. RFC 6455 (WebSocket), RFC 9112 (HTTP/1.1).

mod kind;

pub use kind::{Message, MessageKind};
