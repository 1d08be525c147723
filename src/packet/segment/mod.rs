//! One decoded TCP segment: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND of RFC 9293 section 3.3.1, with where it came from.

mod flags;
pub(super) mod header;
mod options;
mod seq_number;

pub use flags::TcpFlags;
pub use options::{MAX_WINDOW_SHIFT, OptionFault, SackBlocks, TcpOption, TcpOptions, only_size};
pub use seq_number::SeqNumber;

use std::net::IpAddr;

use super::IcmpError;
use crate::net::{Endpoint, Timestamp};

/// Bytes of a TCP header without options (RFC 9293 section 3.1).
pub const FIXED_HEADER: u8 = 20;

/// How a TCP header was found, which decides how much of the analysis it takes part in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SegmentOrigin {
    /// A segment on its way (possibly reassembled from IP fragments): the whole analysis.
    #[default]
    Direct,
    /// Header length field below 20 (IN-4): analysed with `len` = IP payload - that length, then processing stops.
    ShortHeader,
    /// No length is known, so like a quote (IN-4, IN-3): the header says it is longer than the IP payload ("short segment"),
    /// or this is the first fragment of a datagram that cannot be put together because the frame was cut.
    TruncatedHeader,
    /// Quoted inside an ICMP error (IC-1, IC-2): joins or opens a stream, no base numbers, no analysis flags.
    IcmpQuote {
        /// The error; of a header that a switch sampled there is none (IC-5).
        error: Option<IcmpError>,
        /// It ends where its packet said so, not where the capture was cut.
        ends: bool,
    },
}

impl SegmentOrigin {
    /// The ICMP error that quotes it.
    #[must_use]
    #[inline]
    pub const fn error(&self) -> Option<IcmpError> {
        match self {
            Self::IcmpQuote { error, .. } => *error,
            _ => None,
        }
    }
}

/// One TCP segment of one frame. Borrows from the frame or from the defragmenter.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Number of the frame that holds it (for fragments: the frame that completed the datagram).
    pub frame: u64,
    /// Time of that frame.
    pub timestamp: Timestamp,
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// SEG.SEQ as sent.
    pub seq: SeqNumber,
    /// The acknowledgment field as sent, whether or not ACK is set.
    pub ack: SeqNumber,
    /// Control bits.
    pub flags: TcpFlags,
    /// The window field as sent, never scaled.
    pub window: u16,
    /// Urgent pointer as sent.
    pub urgent: u16,
    /// Payload bytes by the IP length (SEG.LEN without SYN and FIN): a frame cut by the snap length keeps its true value.
    pub len: u32,
    /// Header length in bytes as the data-offset field gives it.
    pub header_length: u8,
    /// How many bytes of the header were captured: 16 at least, fewer than `header_length` when the frame was cut in it.
    pub header_captured: u8,
    /// Option bytes, as far as captured.
    pub options: TcpOptions<'a>,
    /// The captured part of the payload; shorter than `len` when the frame was cut, empty unless the origin is direct.
    pub payload: &'a [u8],
    /// Length of the innermost IP datagram as its header gives it (the last fragment's, for one put together).
    pub ip_length: u32,
    /// How the header was found.
    pub origin: SegmentOrigin,
    /// The addresses that name the connection, source and destination, where a home address option (RFC 6275 section 6.3) or
    /// a routing header (RFC 8754) makes them others than the IPv6 header's (IN-7).
    pub effective: Option<(IpAddr, IpAddr)>,
}

impl Segment<'_> {
    /// The two ends that name the connection: sender, receiver.
    #[must_use]
    pub fn ends(&self) -> (Endpoint, Endpoint) {
        match self.effective {
            None => (self.source, self.destination),
            Some((source, destination)) => (
                Endpoint::new(source, self.source.port),
                Endpoint::new(destination, self.destination.port),
            ),
        }
    }

    /// Some of its header or payload is not there.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        matches!(self.origin, SegmentOrigin::Direct)
            && ((self.payload.len() as u64) < self.len as u64 || !self.header_is_whole())
    }

    /// The whole header was captured. Where not, tshark breaks off before it prints what the analysis found.
    #[must_use]
    pub const fn header_is_whole(&self) -> bool {
        self.header_captured >= self.header_length
    }
}
