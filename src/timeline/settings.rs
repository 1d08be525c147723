//! What the caller may choose: times, ports, what is known of the server before the first frame.

use super::limits;
use crate::net::{Endpoint, Nanos};
use crate::tcp::Limits;

/// Ports of our own chat: line text and WebSocket, one room.
pub const OWN_PORTS: [u16; 2] = [7000, 7080];

/// How the timeline judges and waits. Times are nanoseconds of capture time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an entry is held so that what belongs to it can still be joined.
    pub hold_back: Nanos,
    /// Live: frames may reach the timeline so much after their time stamp (libpcap's time-out).
    pub capture_lag: Nanos,
    /// A program that owes an answer, a greeting or its FIN for so long is stalled.
    pub stall_after: Nanos,
    /// A connection without data for so long is idle.
    pub idle_after: Nanos,
    /// Ports whose connections belong to one chat room, whichever of them a client uses.
    pub room_ports: Vec<u16>,
    /// Endpoints known to listen (our own, or told): they decide who is the client where no handshake was seen.
    pub listening: Vec<Endpoint>,
    /// Endpoints that send a greeting by themselves, known before the first of them was seen.
    pub greets: Vec<Endpoint>,
    /// Endpoints that answer every complete line at once on the same connection (our own line text does).
    pub answers: Vec<Endpoint>,
    /// Connections whose bytes are read at the same time.
    pub max_conversations: usize,
    /// How many connections the analyser remembers ([`Limits::replay`] or [`Limits::live`]).
    pub streams: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hold_back: 20_000_000,
            capture_lag: 10_000_000,
            stall_after: 5_000_000_000,
            idle_after: 60_000_000_000,
            room_ports: OWN_PORTS.to_vec(),
            listening: Vec::new(),
            greets: Vec::new(),
            answers: Vec::new(),
            max_conversations: limits::MAX_CONVERSATIONS,
            streams: Limits::replay(),
        }
    }
}
