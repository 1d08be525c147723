//! VNC greetings (RFC 6143 section 7.1.1): the line after which tshark 4.0 starts a new conversation.
//!
//! On a port that no other protocol claims, tshark knows VNC by its first line, `RFB 003.008`, and then files every later
//! frame of the connection under a new stream number. Nothing else of VNC is read. Owns: which connections go on under a
//! new number. Must not know: streams. The rules were found by asking tshark 4.0.17 about crafted conversations.

use rustc_hash::FxHashSet;

use crate::packet::Segment;
use crate::tcp::key::Key;

/// Connections of this kind that are remembered; later ones keep their number.
const MAX_GREETED: usize = 4096;
/// The length of the line.
const LENGTH: usize = 12;

/// The connections that said the line.
#[derive(Clone, Debug, Default)]
pub(super) struct Greetings {
    greeted: FxHashSet<Key>,
    /// Those of them whose next frame begins the new stream.
    due: FxHashSet<Key>,
}

/// It may be such a greeting.
#[inline]
pub(super) fn is_greeting(segment: &Segment<'_>) -> bool {
    segment.payload.len() == LENGTH && segment.payload.starts_with(b"RFB ")
}

impl Greetings {
    /// No connection waits for a new stream.
    #[inline]
    pub(super) fn none_due(&self) -> bool {
        self.due.is_empty()
    }

    /// Whether this frame begins the new stream of its connection.
    pub(super) fn begins(&mut self, key: &Key) -> bool {
        self.due.remove(key)
    }

    /// A SYN has opened the connection anew: it may greet again.
    pub(super) fn forget(&mut self, key: &Key) {
        if !self.greeted.is_empty() {
            self.greeted.remove(key);
            self.due.remove(key);
        }
    }

    /// Reads what may be a greeting.
    pub(super) fn read(&mut self, key: Key, segment: &Segment<'_>) {
        let ends = segment.payload.last() == Some(&b'\n') && segment.len as usize == LENGTH;
        let claimed = is_claimed(segment.source.port) || is_claimed(segment.destination.port);
        if ends && !claimed && self.greeted.len() < MAX_GREETED && self.greeted.insert(key) {
            self.due.insert(key);
        }
    }
}

/// Ports that tshark gives to a protocol by number, VNC's own among them, as far as VNC servers are found near them.
const fn is_claimed(port: u16) -> bool {
    matches!(
        port,
        0..1024
            | 5500
            | 5501
            | 5534
            | 5555
            | 5671
            | 5672
            | 5683
            | 5684
            | 5701
            | 5721
            | 5868
            | 5900
            | 5901
    ) || matches!(
        port,
        5985 | 5997 | 6000..=6063 | 6068 | 6075 | 6084 | 6121 | 6160 | 6346 | 6379 | 6417 | 6653
    ) || matches!(port, 6666..=6668 | 6881..=6889 | 7000 | 7075 | 8000 | 8008 | 8080 | 8088 | 8443 | 8888)
}
