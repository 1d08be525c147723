//! `tcp.completeness`: which parts of a conversation were seen (rules C-1 to C-3).
//!
//! Owns: the bits. Must not know: sequence numbers. The value told is the final one (what Wireshark's window shows).

use crate::packet::TcpFlags;

/// SYN.
pub(super) const SYN: u8 = 1;
const SYN_ACK: u8 = 2;
const ACK: u8 = 4;
const DATA: u8 = 8;
const FIN: u8 = 16;
const RST: u8 = 32;

/// Those of a connection that was opened, used and closed.
pub(super) const ORDERLY: u8 = SYN | SYN_ACK | ACK | DATA | FIN;

/// The bits of one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Completeness {
    bits: u8,
    /// The other bits of the first frame (of a SYN: RST): a second pass adds them once the stream has another frame.
    first: u8,
}

impl Completeness {
    /// Of a stream a SYN and nothing else counts, as of one made by a SYN on a known 4-tuple (ST-3), whose data is not counted.
    pub(super) const fn of_syn() -> Self {
        Self {
            bits: SYN,
            first: 0,
        }
    }

    /// A stream that goes on behind an application's greeting: the greeting's data is counted.
    pub(super) const fn of_renewed() -> Self {
        Self {
            bits: DATA,
            first: 0,
        }
    }

    /// From its parts, as [`Self::parts`] gives them.
    pub(super) const fn from_parts([bits, first]: [u8; 2]) -> Self {
        Self { bits, first }
    }

    /// Its parts, to keep.
    pub(super) const fn parts(self) -> [u8; 2] {
        [self.bits, self.first]
    }

    /// Counts the stream's first frame (C-1).
    pub(super) fn first_frame(&mut self, flags: TcpFlags, len: u32) {
        if flags.syn() && !flags.ack() {
            self.bits |= SYN | if len > 0 { DATA } else { 0 };
        }
        self.first = bits_of(flags, len);
    }

    /// Counts a later frame (C-2).
    pub(super) fn later_frame(&mut self, flags: TcpFlags, len: u32) {
        self.bits |= self.first | bits_of(flags, len);
    }

    /// A later frame whose header is broken off before its bits count (IN-4).
    pub(super) fn frame_that_counts_nothing(&mut self) {
        self.bits |= self.first;
    }

    /// The value.
    pub(super) const fn value(self) -> u8 {
        self.bits
    }
}

/// C-2.
const fn bits_of(flags: TcpFlags, len: u32) -> u8 {
    let mut bits = 0;
    if flags.ack() {
        bits |= match (flags.syn(), len) {
            (true, _) => SYN_ACK,
            (false, 0) => ACK,
            (false, _) => DATA,
        };
        if flags.fin() {
            bits |= FIN;
        }
    }
    if flags.rst() {
        bits |= RST;
    }
    bits
}
