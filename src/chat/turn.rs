//! One turn of a session at its connection: what it was handed to send.
//!
//! Must not know: sockets.

use std::time::Duration;

use super::DisconnectReason;
use super::log::Taken;

/// What [`Room::take`](super::Room::take) handed out, in this order.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// Bytes of notices and answers.
    pub side: usize,
    /// Lines of the room.
    pub taken: Taken,
    /// Bytes of the farewell.
    pub farewell: usize,
    /// More is owed than this turn held.
    pub more: bool,
    /// The session was asked to end: it may not take for ever to be sent the rest.
    pub ending: bool,
    /// Nothing more is owed and the session ends now.
    pub closing: Option<DisconnectReason>,
    /// Lines wait but are held back for that long.
    pub held: Option<Duration>,
    /// The ledger has become long: call [`Room::acknowledged`](super::Room::acknowledged).
    pub ask: bool,
}
