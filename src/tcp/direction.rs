//! What one direction of a connection remembers between frames, field by field (`docs/analysis.md`, chapter 4).
//!
//! Owns: the per-direction variables. Must not know: the rules that read and write them, the other direction.
//! A sequence number of 0 means "not known yet" (SQ-2), also when a real one happens to be 0.

use super::acks::Unacked;
use super::{AnalysisFlags, FinPart, Observation};
use crate::net::Timestamp;
use crate::packet::SeqNumber;

/// The shift before any handshake was seen (W-1).
pub(super) const SHIFT_UNKNOWN: i8 = -1;
/// The shift when window scaling is not in use (W-4).
pub(super) const SHIFT_NOT_USED: i8 = -2;
/// The last window before the first frame: no 16-bit window equals it.
pub(super) const NO_WINDOW: u32 = u32::MAX;

/// State of one direction. "Last" values are those of the direction's last frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Direction {
    /// The sequence number that is shown as 0: the ISN, or a guess (BS-1 to BS-3).
    pub(super) base: Option<SeqNumber>,
    /// Highest end seen; SYN and FIN count one.
    pub(super) next: SeqNumber,
    /// End of the part without holes, as far as A-67 tracks it.
    pub(super) cont: SeqNumber,
    /// Last acknowledgment field, whether or not ACK was set.
    pub(super) last_ack: SeqNumber,
    /// Last window field, as sent.
    pub(super) last_win: u32,
    /// Frame and time that raised `next`.
    pub(super) next_frame: u64,
    /// See `next_frame`.
    pub(super) next_time: Timestamp,
    /// Time of the last frame.
    pub(super) last_time: Timestamp,
    /// Frame where the acknowledgment number last changed.
    pub(super) nondup: u64,
    /// Duplicate ACKs counted; 2^32 - 1 after A-50.
    pub(super) dup_acks: u32,
    /// Push-bytes counter (B-6).
    pub(super) push_sum: u32,
    /// Sum of the first three SACK blocks of the last frame (B-5).
    pub(super) sack_sum: u32,
    /// Flags of the last frame.
    pub(super) last_flags: AnalysisFlags,
    /// Window scale shift, or one of the two constants above.
    pub(super) shift: i8,
    /// `last_win` comes from a SYN, which is never scaled.
    pub(super) syn_win: bool,
    /// Bytes in flight can be told.
    pub(super) flight_known: bool,
    /// The last counted segment had PSH (B-6).
    pub(super) pushed: bool,
    /// Sent FIN first.
    pub(super) closer: bool,
    /// Subtypes of Multipath TCP options that the connection has met, a bit each: by now, and at the last frame.
    pub(super) paths: [u16; 2],
    /// Segments sent and not acknowledged.
    pub(super) unacked: Unacked,
    /// Frames sent.
    pub(super) packets: u64,
    /// Payload bytes sent, copies included.
    pub(super) bytes: u64,
    /// The same with the IP and TCP headers.
    pub(super) ip_bytes: u64,
    /// The frame with which this side closed its window, and its time; `None` while open.
    pub(super) zero_window: Option<(u64, Timestamp)>,
}

impl Default for Direction {
    fn default() -> Self {
        Self {
            base: None,
            next: SeqNumber(0),
            cont: SeqNumber(0),
            last_ack: SeqNumber(0),
            last_win: NO_WINDOW,
            next_frame: 0,
            next_time: Timestamp::ZERO,
            last_time: Timestamp::ZERO,
            nondup: 0,
            dup_acks: 0,
            push_sum: 0,
            sack_sum: 0,
            last_flags: AnalysisFlags(0),
            shift: SHIFT_UNKNOWN,
            syn_win: false,
            flight_known: true,
            pushed: false,
            closer: false,
            paths: [0; 2],
            unacked: Unacked::default(),
            packets: 0,
            bytes: 0,
            ip_bytes: 0,
            zero_window: None,
        }
    }
}

impl Direction {
    /// `next` is known (SQ-2).
    pub(super) const fn next_known(&self) -> bool {
        self.next.0 != 0
    }

    /// this FIN begins the closing, or the other side's did.
    pub(super) const fn initiates_or_answers(&mut self, peer: &Self, seen: &mut Observation) {
        seen.fin = if peer.closer {
            FinPart::Answers
        } else {
            FinPart::Initiates
        };
        self.closer |= !peer.closer;
    }

    /// Takes note of the Multipath TCP options of both directions up to here. False when there are new ones since this
    /// direction's last frame.
    #[inline]
    pub(super) const fn same_paths(&mut self, peer: &Self) -> bool {
        let both = self.paths[0] | peer.paths[0];
        let same = both == self.paths[1];
        self.paths[1] = both;
        same
    }
}
