//! Bytes of frames: a capture file of raw IPv4 and IPv6 packets with TCP inside, also quoted in ICMP errors.

use std::net::IpAddr;

/// One TCP header to be, with its addresses.
#[derive(Clone, Debug)]
pub(crate) struct Tcp {
    pub(crate) from: (IpAddr, u16),
    pub(crate) to: (IpAddr, u16),
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u16,
    pub(crate) window: u16,
    pub(crate) options: Vec<u8>,
    pub(crate) len: usize,
    /// Header length to claim instead of the true one.
    pub(crate) claimed_header: Option<u8>,
}

/// A classic capture file with nanosecond times, being written.
pub(crate) struct Capture {
    bytes: Vec<u8>,
    /// Frames so far.
    pub(crate) frames: u64,
}

impl Capture {
    pub(crate) fn new(link: u32) -> Self {
        let mut bytes = Vec::new();
        for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, link] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        Self { bytes, frames: 0 }
    }

    /// One frame of which the first `kept` bytes were captured.
    pub(crate) fn frame(&mut self, nanos: u64, packet: &[u8], kept: usize) {
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        for word in [
            seconds as u32,
            rest as u32,
            kept as u32,
            packet.len() as u32,
        ] {
            self.bytes.extend_from_slice(&word.to_le_bytes());
        }
        self.bytes.extend_from_slice(&packet[..kept]);
        self.frames += 1;
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// TCP header and payload.
pub(crate) fn tcp(tcp: &Tcp) -> Vec<u8> {
    let mut options = tcp.options.clone();
    while !options.len().is_multiple_of(4) {
        options.push(1);
    }
    let header = 20 + options.len();
    let words = tcp
        .claimed_header
        .map_or(header / 4, |claimed| usize::from(claimed) / 4) as u16;
    let mut bytes = Vec::with_capacity(header + tcp.len);
    bytes.extend_from_slice(&tcp.from.1.to_be_bytes());
    bytes.extend_from_slice(&tcp.to.1.to_be_bytes());
    bytes.extend_from_slice(&tcp.seq.to_be_bytes());
    bytes.extend_from_slice(&tcp.ack.to_be_bytes());
    bytes.extend_from_slice(&(words << 12 | tcp.flags).to_be_bytes());
    bytes.extend_from_slice(&tcp.window.to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&options);
    bytes.resize(header + tcp.len, b'x');
    bytes
}

/// An IP packet around `payload`.
pub(crate) fn ip(from: IpAddr, to: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(40 + payload.len());
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let total = 20 + payload.len() as u16;
            bytes.extend_from_slice(&[0x45, 0]);
            bytes.extend_from_slice(&total.to_be_bytes());
            bytes.extend_from_slice(&[0, 0, 0, 0, 64, protocol, 0, 0]);
            bytes.extend_from_slice(&from.octets());
            bytes.extend_from_slice(&to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            bytes.extend_from_slice(&[0x60, 0, 0, 0]);
            bytes.extend_from_slice(&(payload.len() as u16).to_be_bytes());
            bytes.extend_from_slice(&[protocol, 64]);
            bytes.extend_from_slice(&from.octets());
            bytes.extend_from_slice(&to.octets());
        }
        _ => panic!("both addresses are of one family"),
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// A "port unreachable" from `to` that quotes the first `quoted` bytes of the TCP header.
pub(crate) fn icmp_error(segment: &Tcp, quoted: usize) -> Vec<u8> {
    let (from, to) = (segment.from.0, segment.to.0);
    let inner = ip(from, to, 6, &tcp(segment));
    let cut = if from.is_ipv4() { 20 } else { 40 } + quoted;
    let (kind, protocol): (&[u8], u8) = if from.is_ipv4() {
        (&[3, 3, 0, 0, 0, 0, 0, 0], 1)
    } else {
        (&[1, 4, 0, 0, 0, 0, 0, 0], 58)
    };
    let mut message = kind.to_vec();
    message.extend_from_slice(&inner[..cut.min(inner.len())]);
    ip(to, from, protocol, &message)
}
