//! Where the IP and TCP headers of a segment stand in its frame, whatever link layer, tag or tunnel is before them.
//!
//! The decoder has found the segment; here its own bytes are looked for, with an IP header of its addresses in front.

use std::net::IpAddr;
use std::ops::Range;

use crate::packet::Segment;

/// Byte ranges in the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The IP header, options and extension headers included.
    pub(super) ip: Range<usize>,
    /// The TCP header.
    pub(super) tcp: Range<usize>,
}

/// The place of both headers, if they are whole.
pub(super) fn locate(data: &[u8], segment: &Segment<'_>) -> Option<Place> {
    let mut beginning = [0; 12];
    beginning[..2].copy_from_slice(&segment.source.port.to_be_bytes());
    beginning[2..4].copy_from_slice(&segment.destination.port.to_be_bytes());
    beginning[4..8].copy_from_slice(&segment.seq.0.to_be_bytes());
    beginning[8..].copy_from_slice(&segment.ack.0.to_be_bytes());
    let matches = data
        .windows(12)
        .enumerate()
        .filter(|(_, bytes)| *bytes == beginning);
    matches
        .filter_map(|(at, _)| {
            let length = usize::from(data.get(at + 12)? >> 4) * 4;
            let end = at + length;
            (length >= 20 && end <= data.len()).then_some(at..end)
        })
        .find_map(|tcp| ip_before(data, tcp.start, segment).map(|ip| Place { ip, tcp }))
}

/// The IP header that ends where the TCP header begins.
fn ip_before(data: &[u8], tcp: usize, segment: &Segment<'_>) -> Option<Range<usize>> {
    let ends = (segment.source.ip, segment.destination.ip);
    (0..tcp).rev().map(|at| at..tcp).find(|range| {
        let header = &data[range.clone()];
        match ends {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                header.len() >= 20
                    && header.len() <= 60
                    && header[0] == 0x40 | (header.len() / 4) as u8
                    && header.len().is_multiple_of(4)
                    && header[12..16] == source.octets()
                    && header[16..20] == destination.octets()
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                header.len() >= 40
                    && header[0] >> 4 == 6
                    && header[8..24] == source.octets()
                    && header[24..40] == destination.octets()
            }
            _ => false,
        }
    })
}
