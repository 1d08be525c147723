//! What a message is: its kind, its bytes, and where in the stream they stood.

use std::ops::Range;

use crate::net::Few;

/// Text of a message: that of a line as people type it stands in place.
pub type Text = Few<u8, 62>;

/// The kinds of message that a direction's bytes are cut into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// One line of text ended by LF, CRLF or a lone CR.
    #[default]
    Line,
    /// Text that no line end followed: silence, an answer or the end of the direction did (prompts, programs whose
    /// `recv(1024)` is their message).
    Unfinished,
    /// The head of an HTTP request (the text is its first line).
    HttpRequest,
    /// The head of an HTTP response (the text is its first line).
    HttpResponse,
    /// A WebSocket text message, fragments joined.
    WsText,
    /// A WebSocket binary message, fragments joined.
    WsBinary,
    /// A WebSocket Close frame with its code; 1005 when the frame carries none (RFC 6455 section 7.1.5).
    WsClose(u16),
    /// A WebSocket Ping.
    WsPing,
    /// A WebSocket Pong.
    WsPong,
    /// Bytes that are no text of any known kind (TLS, binary protocols).
    Binary,
}

impl MessageKind {
    /// The `kind` of JSON Lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Unfinished => "unfinished",
            Self::HttpRequest => "http_request",
            Self::HttpResponse => "http_response",
            Self::WsText => "ws_text",
            Self::WsBinary => "ws_binary",
            Self::WsClose(_) => "ws_close",
            Self::WsPing => "ws_ping",
            Self::WsPong => "ws_pong",
            Self::Binary => "binary",
        }
    }

    /// Whether people said it: a chat line or a WebSocket text.
    #[must_use]
    pub const fn is_said(self) -> bool {
        matches!(self, Self::Line | Self::Unfinished | Self::WsText)
    }
}

/// One message of one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: MessageKind,
    /// Its bytes without line end, framing or mask; cut to a bound (see `complete`).
    pub text: Text,
    /// `text` is the whole message; false when it was longer than the bound or parts of it were not captured.
    pub complete: bool,
    /// The bytes of the direction that carried it, line end and framing included, counted from 0 (relative sequence number - 1).
    pub bytes: Range<u64>,
}
