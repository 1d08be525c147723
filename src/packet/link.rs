//! Link headers: from a link type and the first bytes to a network protocol (<https://www.tcpdump.org/linktypes.html>).

use super::decoded::NotTcp;
use super::ethernet::type_or_length;
use super::view::View;
use super::walk::{Protocol, Step, Stop};
use crate::net::LinkType;

/// Linux ARP hardware types below SLL2, where the protocol field means something else than an `EtherType`.
const SLL_HEADER: usize = 16;
const SLL2_HEADER: usize = 20;

/// The first step into a frame; `None` for link types that are not read.
pub(super) fn enter(link_type: LinkType, view: View<'_>) -> Option<Step<'_>> {
    Some(match link_type.0 {
        0 => null(view),
        1 => Ok((Protocol::Ethernet, view)),
        12 | 14 | 101 | 228 => Ok((Protocol::Ip, view)),
        108 => loopback(view),
        113 => sll(view, 14, SLL_HEADER),
        229 => Ok((Protocol::Ipv6, view)),
        276 => sll(view, 0, SLL2_HEADER),
        _ => return None,
    })
}

/// BSD loopback: an address family in the byte order of the capturing host, which may be either.
fn null(view: View<'_>) -> Step<'_> {
    let bytes = view.array::<4>(0)?;
    let family = match bytes {
        [_, _, 0, 0] => u32::from_le_bytes(bytes),
        _ => u32::from_be_bytes(bytes),
    };
    by_family(family, view)
}

/// OpenBSD loopback: the family in network byte order.
fn loopback(view: View<'_>) -> Step<'_> {
    by_family(view.u32(0)?, view)
}

/// The families under which BSDs, Darwin, Windows and Linux know IP.
fn by_family(family: u32, view: View<'_>) -> Step<'_> {
    match family {
        2 => Ok((Protocol::Ip, view.skip(4)?)),
        10 | 23 | 24 | 28 | 30 => Ok((Protocol::Ipv6, view.skip(4)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(other))),
    }
}

/// Linux cooked capture: the protocol field at `protocol_at` is an `EtherType` for everything we follow.
fn sll(view: View<'_>, protocol_at: usize, header: usize) -> Step<'_> {
    type_or_length(view.u16(protocol_at)?, view.skip(header)?)
}
