//! Link layers of older networks (token ring, FDDI, ARCNET, IP over Fibre Channel, `FireWire`, `InfiniBand`), headers of older capture
//! devices (`SmartEdge`, Solaris, `netANALYZER`, Symantec), and the protocol identifiers that OSI left behind.
//!
//! Owns: where in these headers the number stands that tells what follows. Must not know: which link types have them.

use super::decoded::NotTcp;
use super::step::{Protocol, Step, Stop};
use super::view::View;

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

/// A network layer protocol identifier (ISO 9577).
pub(super) fn osi(view: View<'_>) -> Step<'_> {
    let rest = view.skip(1)?;
    match view.u8(0)? {
        0xcc => Ok((Protocol::Ip, rest)),
        0x8e => Ok((Protocol::Ipv6, rest)),
        0xcf => Ok((Protocol::Ppp, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// IP over Fibre Channel: two network addresses of eight bytes.
pub(super) fn over_fibre_channel(view: View<'_>) -> Step<'_> {
    Ok((Protocol::Llc, view.skip(16)?))
}

/// Redback's `SmartEdge`: what it carries at 18, where the frame's data begin at 20, where its layer 3 begins at 22. The
/// distance of the two tells what stands between them. Measured with tshark 4.0.17: every number and distance.
pub(super) fn smart_edge(view: View<'_>) -> Step<'_> {
    let (kind, data, layer_3) = (view.u16(18)?, view.u16(20)?, view.u16(22)?);
    let between = i32::from(layer_3) - i32::from(data);
    let view = view.skip(usize::from(data))?;
    let protocol = match (kind, between) {
        (1, 0) => Protocol::Ip,
        (1, 2) => Protocol::Ppp,
        (1, 4) => Protocol::PppFramed,
        (9, 0) => Protocol::Ipv6,
        (6, 0) => return Ok((Protocol::Ppp, view.skip(4)?)),
        (6, 1..) => return Ok((Protocol::Ethernet, view.skip(4)?)),
        (1 | 3 | 4 | 8 | 9, _) | (2, 1..) => Protocol::Ethernet,
        _ => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(kind)))),
    };
    Ok((protocol, view))
}

/// Solaris' view of IP: family at 1, at 4 how much the packet takes, which ends with what was captured.
pub(super) fn solaris(view: View<'_>) -> Step<'_> {
    let (family, length) = (view.u8(1)?, view.u32(4)?);
    let Some(at) = view.data.len().checked_sub(length as usize) else {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    };
    let rest = view.skip(at)?;
    match family {
        2 => Ok((Protocol::Ip, rest)),
        26 => Ok((Protocol::Ipv6, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Hilscher's `netANALYZER`: the versions that tshark knows, then an Ethernet frame with its check sequence.
pub(super) fn net_analyzer(view: View<'_>) -> Step<'_> {
    const VERSION: u8 = 0x3f;
    const CHECK_SEQUENCE: usize = 4;
    let version = view.u8(1)? & VERSION;
    if !matches!(version, 4 | 6 | 8 | 10) {
        return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(version))));
    }
    let frame = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
    Ok((Protocol::Ethernet, frame.skip(4)?))
}

/// Symantec firewall: an `EtherType` at 6 and the packet at 44, or at 10 and 56.
pub(super) fn symantec(view: View<'_>) -> Step<'_> {
    match (view.u16(6)?, view.u16(10)?) {
        (number, 0) => Ok((Protocol::EtherType(number), view.skip(44)?)),
        (0, number) => Ok((Protocol::EtherType(number), view.skip(56)?)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Apple's IP over `FireWire`: two addresses of eight bytes, then an `EtherType`.
pub(super) fn firewire(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(16)?), view.skip(18)?))
}

/// IP over `InfiniBand`: 40 bytes, an `EtherType`, two reserved bytes.
pub(super) fn infiniband(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(40)?), view.skip(44)?))
}
