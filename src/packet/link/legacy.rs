//! Link layers of older networks: token ring, FDDI, ARCNET, IP over Fibre Channel, `FireWire`, `InfiniBand`.
//!
//! Owns: where in these headers the number stands that tells what follows. Must not know: which link types have them.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Token ring: 14 bytes, then source routing when the source address says so, then LLC.
pub(super) fn token_ring(view: View<'_>) -> Step<'_> {
    const ROUTED: u8 = 0x80;
    const LLC: u8 = 1;
    if view.u8(1)? >> 6 != LLC {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let routing = match view.u8(8)? & ROUTED {
        0 => 0,
        _ => usize::from(view.u8(14)? & 0x1f),
    };
    Ok((Protocol::Llc, view.skip(14 + routing)?))
}

/// FDDI: frame control, two addresses; asynchronous LLC frames.
pub(super) fn fddi(view: View<'_>) -> Step<'_> {
    if view.u8(0)? & 0xf0 != 0x50 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Ok((Protocol::Llc, view.skip(13)?))
}

/// ARCNET: source, destination, in Linux an offset, then at `at` the protocol; RFC 1201 IP has three more bytes (and before
/// them four in frames of a size that the hardware cannot send), RFC 1051 IP none.
pub(super) fn arcnet(view: View<'_>, at: usize) -> Step<'_> {
    const EXCEPTION: u8 = 0xff;
    let (protocol, rest) = (view.u8(at)?, view.skip(at + 1)?);
    let size = match rest.u8(0)? {
        EXCEPTION if at == 2 => 7,
        _ => 3,
    };
    match protocol {
        0xd4 => Ok((Protocol::Ip, rest.skip(size)?)),
        0xf0 => Ok((Protocol::Ip, rest)),
        0xc4 => Ok((Protocol::Ipv6, rest.skip(size)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// IP over Fibre Channel: two network addresses of eight bytes.
pub(super) fn over_fibre_channel(view: View<'_>) -> Step<'_> {
    Ok((Protocol::Llc, view.skip(16)?))
}

/// Apple's IP over `FireWire`: two addresses of eight bytes, then an `EtherType`.
pub(super) fn firewire(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(16)?), view.skip(18)?))
}

/// IP over `InfiniBand`: 40 bytes, an `EtherType`, two reserved bytes.
pub(super) fn infiniband(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(40)?), view.skip(44)?))
}
