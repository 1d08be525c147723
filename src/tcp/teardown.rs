//! How a connection was closed (RFC 9293 section 3.6) or aborted (section 3.10.7), as far as the capture shows it.

use super::{Side, Step};
use crate::net::{Nanos, codes};
use crate::packet::SeqNumber;

/// One side's FIN and the segment that acknowledged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fin {
    /// Who sent it.
    pub side: Side,
    /// The frame that carried it first.
    pub step: Step,
    /// Sequence number of the FIN itself (after any payload of the frame), raw.
    pub seq: SeqNumber,
    /// The first segment that acknowledged it.
    pub acked: Option<Step>,
}

/// Why a RST was probably sent; only given when the frames support it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ResetCause {
    /// Nobody listens on that port.
    ClosedPort,
    /// Closed with data in the receive queue (RFC 2525 section 2.17; Linux sends RST,ACK).
    UnreadData,
    /// Abortive close: `SO_LINGER` 0.
    Linger0,
    /// Data met a socket that was already closed.
    WriteAfterClose,
    /// The listener went away before `accept`.
    AcceptQueue,
    /// The program closed without FIN: with data in the receive queue, or abortively. The frames of both look the same.
    UnreadDataOrLinger0,
    /// The frames do not tell.
    #[default]
    Unknown,
}

impl ResetCause {
    codes! {
        /// The code used in JSON and verdicts; never translated.
        code,
        ClosedPort => "closed_port",
        UnreadData => "unread_data",
        Linger0 => "linger0",
        WriteAfterClose => "write_after_close",
        AcceptQueue => "accept_queue",
        UnreadDataOrLinger0 => "unread_data_or_linger0",
        Unknown => "unknown",
    }
}

/// The RST that ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Who sent it.
    pub side: Side,
    /// The frame.
    pub step: Step,
    /// Likely cause.
    pub cause: ResetCause,
    /// The sequence number is exactly the next one its receiver expects: certainly accepted (RFC 9293 section 3.10.7.4).
    pub exact: bool,
}

/// The teardown card of a connection. Everything absent: still open where the capture ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Teardown {
    /// The first FIN.
    pub first_fin: Option<Fin>,
    /// The other side's FIN.
    pub second_fin: Option<Fin>,
    /// The first RST after the handshake.
    pub reset: Option<Reset>,
    /// Payload bytes the other side sent after the first FIN was acknowledged (half-close in use).
    pub half_close_bytes: u64,
}

impl Teardown {
    /// Both FINs crossed: the second was sent before its sender had acknowledged the first (RFC 9293 figure 13).
    #[must_use]
    pub fn simultaneous(&self) -> bool {
        match (self.first_fin, self.second_fin) {
            (Some(first), Some(second)) => {
                first.acked.is_none_or(|ack| ack.frame > second.step.frame)
            }
            _ => false,
        }
    }

    /// Both FINs were acknowledged.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.first_fin.is_some_and(|fin| fin.acked.is_some())
            && self.second_fin.is_some_and(|fin| fin.acked.is_some())
    }

    /// The number of segments of a complete orderly close: 3 when the second FIN also acknowledged the first, else 4.
    #[must_use]
    pub fn segments(&self) -> Option<u8> {
        let (first, second) = (self.first_fin?, self.second_fin?);
        second.acked?;
        Some(if first.acked?.frame == second.step.frame {
            3
        } else {
            4
        })
    }

    /// From the first FIN to the last ACK.
    #[must_use]
    pub fn duration(&self) -> Option<Nanos> {
        let (first, second) = (self.first_fin?, self.second_fin?);
        let last = first.acked?.at.max(second.acked?.at);
        Some(last.since(first.step.at))
    }

    /// How long one direction was closed and the other open: from the first FIN to the second.
    #[must_use]
    pub fn half_closed(&self) -> Option<Nanos> {
        Some(self.second_fin?.step.at.since(self.first_fin?.step.at))
    }
}
