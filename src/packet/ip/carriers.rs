//! Headers behind IP that only carry another packet and are met rarely: PIM, DSR, `IPComp`.
//!
//! Must not know: what they carry.

use flate2::{Decompress, FlushDecompress};

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// PIM register messages (RFC 7761 section 4.9.3, or version 1 inside IGMP) carry the packet to be sent on.
pub(in crate::packet) fn registered(number: u8, view: View<'_>) -> Step<'_> {
    let kind = (number, view.u8(0)?, view.u8(1)?);
    match kind {
        (2, 0x14, 1) if view.u8(4)? >> 4 != 1 => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
        (103, 0x21, _) | (2, 0x14, 1) => Ok((Protocol::Ip, view.skip(8)?)),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(number))),
    }
}

/// DSR (RFC 4728): with a flow state header four bytes, else options, whose length the header tells and which may run over it.
pub(in crate::packet) fn source_routed(view: View<'_>) -> Step<'_> {
    const FLOW_STATE: u8 = 0x80;
    const PADDING: u8 = 224;
    let (next, flags) = (Protocol::Transport(view.u8(0)?), view.u8(1)?);
    let mut at = 4;
    if flags & FLOW_STATE == 0 {
        let end = at + usize::from(view.u16(2)?);
        while at < end {
            at += match view.u8(at)? {
                PADDING => 1,
                _ => 2 + usize::from(view.u8(at + 1)?),
            };
        }
    }
    Ok((next, view.skip(at)?))
}

/// `IPComp` (RFC 3173): deflate is the only method in use, under its own number or a negotiated one. A stream that was cut is
/// shown as far as it goes.
pub(in crate::packet) fn compressed(view: View<'_>) -> Step<'_> {
    let next = view.u8(0)?;
    let datagram = inflated(view.skip(4)?.data).unwrap_or_default();
    if datagram.is_empty() {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Err(Stop::Reassembled(Protocol::Transport(next), datagram))
}

/// What was deflated, up to the longest datagram that a length field can tell of; `None`: it is no such data.
fn inflated(data: &[u8]) -> Option<Vec<u8>> {
    const MAX_DATAGRAM: usize = 65_535;
    /// Room for most of them: more would be cleared for nothing.
    const ROOM: usize = 2048;
    let mut inflater = Decompress::new(false);
    let mut datagram = Vec::new();
    while datagram.len() == datagram.capacity() && datagram.len() < MAX_DATAGRAM {
        datagram.reserve_exact(ROOM.min(MAX_DATAGRAM - datagram.len()));
        let rest = data.get(inflater.total_in() as usize..)?;
        inflater
            .decompress_vec(rest, &mut datagram, FlushDecompress::None)
            .ok()?;
    }
    Some(datagram)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * data.len() + 100);
        let mut deflater = Compress::new(Compression::fast(), false);
        let status = deflater.compress_vec(data, &mut out, FlushCompress::Finish);
        status.expect("there is room");
        out
    }

    #[test]
    fn datagrams_of_any_length_come_back_and_no_longer_ones() {
        let data: Vec<u8> = (0..70_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        for length in [1, 2047, 2048, 2049, 4096, 65_535, 70_000] {
            let whole = deflated(&data[..length]);
            let read = inflated(&whole).expect("it is deflated");
            assert!(read == data[..length.min(65_535)], "{length}");
        }
    }

    #[test]
    fn what_was_cut_is_read_as_far_as_it_goes_and_what_is_not_deflated_not_at_all() {
        let data = b"a first line, a second line, a third line, and so on";
        let whole = deflated(data);
        let read = inflated(&whole[..whole.len() - 5]).expect("its beginning is there");
        assert!(!read.is_empty() && data.starts_with(&read), "{read:?}");
        assert_eq!(inflated(&[0xff; 8]), None);
        assert_eq!(inflated(&[]), Some(Vec::new()));
    }
}
