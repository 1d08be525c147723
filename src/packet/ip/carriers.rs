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
    /// A datagram cannot be longer than its length field says.
    const MAX_DATAGRAM: usize = 65_535;
    let next = view.u8(0)?;
    let rest = view.skip(4)?;
    let mut datagram = Vec::with_capacity(MAX_DATAGRAM);
    let whole =
        Decompress::new(false).decompress_vec(rest.data, &mut datagram, FlushDecompress::Finish);
    if whole.is_err() || datagram.is_empty() {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Err(Stop::Reassembled(Protocol::Transport(next), datagram))
}
