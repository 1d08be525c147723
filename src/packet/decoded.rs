//! What became of one frame: the answer of [`Decoder::decode`](super::Decoder::decode).

use super::{IcmpError, Segment, SeqNumber};
use crate::net::{Endpoint, Timestamp};
use std::fmt;

/// The outcome of decoding one frame.
#[derive(Clone, Copy, Debug)]
pub enum Decoded<'a> {
    /// A TCP segment; its [`origin`](Segment::origin) says how much of the analysis it takes part in.
    Tcp(Segment<'a>),
    /// The start of a TCP header that ends before its window field (16 bytes): seen, not analysed (IC-3).
    PartialHeader(PartialHeader),
    /// No TCP in this frame.
    NotTcp(NotTcp),
    /// Frames of this link type cannot be read at all.
    UnsupportedLinkType,
    /// A header on the way to TCP contradicts itself or was cut off.
    Malformed(Malformed),
}

/// The part of a TCP header that an 8-byte ICMP quote or a very short snap length left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialHeader {
    /// Number of the frame.
    pub frame: u64,
    /// Time of the frame.
    pub timestamp: Timestamp,
    /// Sender; `None` when not even the ports are there.
    pub source: Option<Endpoint>,
    /// Receiver; `None` when not even the ports are there.
    pub destination: Option<Endpoint>,
    /// The sequence number, if there.
    pub seq: Option<SeqNumber>,
    /// Quoted inside an ICMP error (else cut by the snap length, or the datagram is that short).
    pub quoted: bool,
    /// That error; of a header that a switch sampled there is none.
    pub error: Option<IcmpError>,
}

/// Why a readable frame holds no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTcp {
    /// The link layer carries something else than IP; the `EtherType`, LLC, PPP or other protocol number as it stands there.
    OtherNetwork(u32),
    /// IP carries another protocol (its number), or a tunnel protocol that carries nothing we follow.
    OtherTransport(u8),
    /// A fragment of IP or of what carries it: the segment appears in the frame that completes the datagram, if any does (IN-3).
    Fragment,
    /// A frame without content for us: management frame, keep-alive, encrypted payload, empty packet.
    NoPayload,
    /// More headers in each other than [`MAX_LAYERS`](super::MAX_LAYERS).
    TooDeep,
}

/// The header that stopped decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Name of the protocol whose header it is.
    pub layer: &'static str,
    /// Where, in bytes from the start of the frame (from the start of the datagram once fragments were put together).
    pub offset: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The captured bytes end inside the header.
    Cut,
    /// An unknown version number.
    Version(u8),
    /// A header length field smaller than the fixed header.
    HeaderLength(u8),
    /// A total length field smaller than the header.
    TotalLength(u16),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} header at byte {}: ", self.layer, self.offset)?;
        match self.fault {
            Fault::Cut => f.write_str("the captured bytes end inside it"),
            Fault::Version(version) => write!(f, "unknown version {version}"),
            Fault::HeaderLength(length) => write!(f, "header length {length} is too small"),
            Fault::TotalLength(length) => write!(f, "total length {length} is too small"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_say_where_and_what() {
        let fault = Malformed {
            layer: "IPv4",
            offset: 14,
            fault: Fault::HeaderLength(8),
        };
        assert_eq!(
            fault.to_string(),
            "IPv4 header at byte 14: header length 8 is too small"
        );
    }
}
