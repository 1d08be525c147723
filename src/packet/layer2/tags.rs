//! Small headers between Ethernet and the network layer: VLAN and its relatives.
//!
//! IEEE 802.1Q, 802.1ad, 802.1ah, 802.1AE (`MACsec` in the clear), 802.1BR, 802.1CB, HSR, Cisco metadata and VN-tag,
//! TRILL (RFC 6325), NSH (RFC 8300).

use super::type_field::type_or_length;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Context, Protocol, Step, Stop};
use crate::packet::view::View;

/// Most VLAN tags in one frame: tshark reads no more of them.
const MAX_VLANS: u8 = 20;

/// A VLAN tag: priority and identifier, then a type or length.
pub(super) fn vlan<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    cx.enter_vlan(view.u16(0)? & 0x0fff);
    cx.vlans += 1;
    if cx.vlans > MAX_VLANS {
        return Err(Stop::NotTcp(NotTcp::TooDeep));
    }
    Ok(type_or_length(view.u16(2)?, view.skip(4)?))
}

/// A tag of `size` bytes followed by an `EtherType`.
pub(super) fn plain(view: View<'_>, size: usize) -> Step<'_> {
    Ok(type_or_length(view.u16(size)?, view.skip(size + 2)?))
}

/// 802.1ah: four bytes of tag, the customer's addresses, then always an `EtherType`.
pub(super) fn backbone(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(16)?), view.skip(18)?))
}

/// Cisco `FabricPath`: two bytes behind the type, then a whole frame without its check sequence.
pub(in crate::packet) fn fabric_path(view: View<'_>) -> Step<'_> {
    const CHECK_SEQUENCE: usize = 4;
    let inner = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
    Ok((Protocol::Ethernet, inner.skip(2)?))
}

/// `MACsec`: only packets that are neither encrypted nor changed. The check value at the end stays, as padding would.
pub(super) fn macsec(view: View<'_>) -> Step<'_> {
    const NOT_PLAIN: u8 = 0x8c;
    const WITH_CHANNEL: u8 = 0x20;
    let control = view.u8(0)?;
    if control & NOT_PLAIN != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    plain(view, if control & WITH_CHANNEL == 0 { 6 } else { 14 })
}

/// TRILL: six bytes, options counted in units of four, then Ethernet.
pub(super) fn trill(view: View<'_>) -> Step<'_> {
    let options = usize::from((view.u16(0)? >> 6) & 0x1f) * 4;
    Ok((Protocol::Ethernet, view.skip(6 + options)?))
}

/// Network service header: its length in words, which metadata of type 1 has always the same, then the next protocol.
pub(super) fn service(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.u8(1)? & 0x3f) * 4;
    let size = match view.u8(2)? {
        1 => 24,
        2 => size.max(8),
        _ => size.max(4),
    };
    by_next_protocol(view.u8(3)?, view.skip(size)?)
}

/// Arista's time stamp (subtype 1) of either size, or another of its headers, then an `EtherType`.
pub(super) fn arista(view: View<'_>) -> Step<'_> {
    let size = match (view.u16(0)?, view.u16(2)?) {
        (1, 0x0010 | 0x0110) => 12,
        (1, 0x0020 | 0x0120) => 10,
        (1, _) => return Err(Stop::NotTcp(NotTcp::NoPayload)),
        _ => 2,
    };
    plain(view, size)
}

/// The next-protocol numbers that NSH and VXLAN-GPE share.
pub(in crate::packet) fn by_next_protocol(number: u8, view: View<'_>) -> Step<'_> {
    match number {
        1 => Ok((Protocol::Ip, view)),
        2 => Ok((Protocol::Ipv6, view)),
        3 => Ok((Protocol::Ethernet, view)),
        4 => Ok((Protocol::EtherType(0x894f), view)),
        5 => Ok((Protocol::Mpls, view)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}
