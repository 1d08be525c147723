//! Names of what the analysis flags: Wireshark's fifteen, and ours, kept apart.

use crate::net::flag_set;

/// Wireshark 4.0's `tcp.analysis.*` flags of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AnalysisFlags(pub u16);

impl AnalysisFlags {
    /// A plain retransmission.
    pub const RETRANSMISSION: Self = Self(1);
    /// A retransmission that dup ACKs asked for.
    pub const FAST_RETRANSMISSION: Self = Self(1 << 1);
    /// A retransmission of data already acknowledged.
    pub const SPURIOUS_RETRANSMISSION: Self = Self(1 << 2);
    /// Late, but too soon for a retransmission.
    pub const OUT_OF_ORDER: Self = Self(1 << 3);
    /// "Previous segment(s) not captured".
    pub const LOST_SEGMENT: Self = Self(1 << 4);
    /// "ACKed segment that wasn't captured".
    pub const ACK_LOST_SEGMENT: Self = Self(1 << 5);
    /// The same ACK again.
    pub const DUPLICATE_ACK: Self = Self(1 << 6);
    /// Window 0.
    pub const ZERO_WINDOW: Self = Self(1 << 7);
    /// One byte into a zero window.
    pub const ZERO_WINDOW_PROBE: Self = Self(1 << 8);
    /// Its answer.
    pub const ZERO_WINDOW_PROBE_ACK: Self = Self(1 << 9);
    /// Sequence number one before the next expected.
    pub const KEEP_ALIVE: Self = Self(1 << 10);
    /// Its answer.
    pub const KEEP_ALIVE_ACK: Self = Self(1 << 11);
    /// Only the window changed.
    pub const WINDOW_UPDATE: Self = Self(1 << 12);
    /// The sender filled the peer's window.
    pub const WINDOW_FULL: Self = Self(1 << 13);
    /// A new connection on a known 4-tuple (ST-3, ST-5).
    pub const REUSED_PORTS: Self = Self(1 << 14);

    /// The three kinds of bytes sent again.
    pub const SENT_AGAIN: Self = Self(
        Self::RETRANSMISSION.0 | Self::FAST_RETRANSMISSION.0 | Self::SPURIOUS_RETRANSMISSION.0,
    );

    /// Every flag with its field name, in the order in which JSON lists them.
    pub const NAMES: [(Self, &'static str); 15] = [
        (Self::RETRANSMISSION, "retransmission"),
        (Self::FAST_RETRANSMISSION, "fast_retransmission"),
        (Self::SPURIOUS_RETRANSMISSION, "spurious_retransmission"),
        (Self::OUT_OF_ORDER, "out_of_order"),
        (Self::LOST_SEGMENT, "lost_segment"),
        (Self::ACK_LOST_SEGMENT, "ack_lost_segment"),
        (Self::DUPLICATE_ACK, "duplicate_ack"),
        (Self::ZERO_WINDOW, "zero_window"),
        (Self::ZERO_WINDOW_PROBE, "zero_window_probe"),
        (Self::ZERO_WINDOW_PROBE_ACK, "zero_window_probe_ack"),
        (Self::KEEP_ALIVE, "keep_alive"),
        (Self::KEEP_ALIVE_ACK, "keep_alive_ack"),
        (Self::WINDOW_UPDATE, "window_update"),
        (Self::WINDOW_FULL, "window_full"),
        (Self::REUSED_PORTS, "reused_ports"),
    ];
}

flag_set!(AnalysisFlags, names);

/// What the standard tools get wrong on loopback, said in our own words and never mixed with [`AnalysisFlags`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnFlags(pub u8);

impl OwnFlags {
    /// A zero-byte probe of a zero window, as Linux sends it (N-1; Wireshark: keep-alive).
    pub const PERSIST_PROBE: Self = Self(1);
    /// Source and destination are the same socket: a simultaneous open with itself (N-2; Wireshark: retransmission).
    pub const SELF_CONNECT: Self = Self(1 << 1);
    /// Longer than the MSS that its receiver offered: segmentation offload, not a fault (N-3).
    pub const OFFLOADED: Self = Self(1 << 2);
    /// The SYN,ACK of a simultaneous open (N-4; Wireshark: retransmission).
    pub const SIMULTANEOUS_OPEN: Self = Self(1 << 3);

    /// Every flag with its JSON name (field `notes`).
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::PERSIST_PROBE, "persist_probe"),
        (Self::SELF_CONNECT, "self_connect"),
        (Self::OFFLOADED, "offloaded"),
        (Self::SIMULTANEOUS_OPEN, "simultaneous_open"),
    ];
}

flag_set!(OwnFlags, names);
