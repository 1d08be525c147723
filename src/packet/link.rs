//! Link headers: from a link type and the first bytes to a network protocol (<https://www.tcpdump.org/linktypes.html>).

use super::decoded::NotTcp;
use super::ethernet::type_or_length;
use super::view::View;
use super::walk::{Protocol, Step, Stop};
use super::{ethernet, ppp, wlan};
use crate::net::LinkType;

/// The first step into a frame; `None` for link types that are not read.
pub(super) fn enter(link_type: LinkType, view: View<'_>) -> Option<Step<'_>> {
    Some(match link_type.0 {
        0 => null(view),
        1 => Ok((Protocol::Ethernet, view)),
        6 => token_ring(view),
        9 | 50 => ppp::framed(view),
        10 => view
            .skip(13)
            .map(|rest| (Protocol::Llc, rest))
            .map_err(Stop::from),
        11 | 100 => Ok((Protocol::Llc, view)),
        12 | 14 | 101 | 228 => Ok((Protocol::Ip, view)),
        51 => ppp::over_ethernet(view),
        104 => ppp::cisco_hdlc(view),
        105 => wlan::frame(view, false),
        107 => frame_relay(view),
        108 => loopback(view),
        109 => encrypted(view),
        113 => sll(view, 14, 16),
        117 => packet_filter(view),
        119 => wlan::prism(view),
        122 => view
            .skip(16)
            .map(|rest| (Protocol::Llc, rest))
            .map_err(Stop::from),
        127 => wlan::radiotap(view),
        138 => by_ether_type(view, 16),
        163 => wlan::avs(view),
        192 => return per_packet(view),
        204 => view.skip(1).map_err(Stop::from).and_then(ppp::framed),
        205 => view.skip(1).map_err(Stop::from).and_then(ppp::cisco_hdlc),
        206 => view.skip(1).map_err(Stop::from).and_then(frame_relay),
        229 => Ok((Protocol::Ipv6, view)),
        239 => nflog(view),
        240 => view
            .skip(4)
            .map(|rest| (Protocol::Ethernet, rest))
            .map_err(Stop::from),
        242 => by_ether_type(view, 40),
        258 => return packet_tap(view),
        276 => sll(view, 0, 20),
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
    by_family(family, view.skip(4)?)
}

/// OpenBSD loopback: the family in network byte order.
fn loopback(view: View<'_>) -> Step<'_> {
    by_family(view.u32(0)?, view.skip(4)?)
}

/// The families under which BSDs, Darwin, Windows and Linux know IP.
fn by_family(family: u32, rest: View<'_>) -> Step<'_> {
    match family {
        2 => Ok((Protocol::Ip, rest)),
        10 | 23 | 24 | 28 | 30 => Ok((Protocol::Ipv6, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(other))),
    }
}

/// Linux cooked capture: the protocol field at `protocol_at` is an `EtherType` or one of Linux' own small numbers.
fn sll(view: View<'_>, protocol_at: usize, header: usize) -> Step<'_> {
    let number = view.u16(protocol_at)?;
    let rest = view.skip(header)?;
    match number {
        3 => Ok((Protocol::Ethernet, rest)),
        4 => Ok((Protocol::Llc, rest)),
        7 => ppp::framed(rest),
        number => Ok(type_or_length(number, rest)),
    }
}

/// A header of `size` bytes that ends with an `EtherType` and possibly two reserved bytes counted in `size`.
fn by_ether_type(view: View<'_>, size: usize) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(size)?), view.skip(size + 2)?))
}

/// Token ring: 14 bytes, then source routing when the source address says so, then LLC.
fn token_ring(view: View<'_>) -> Step<'_> {
    const ROUTED: u8 = 0x80;
    let routing = match view.u8(8)? & ROUTED {
        0 => 0,
        _ => usize::from(view.u8(14)? & 0x1f),
    };
    Ok((Protocol::Llc, view.skip(14 + routing)?))
}

/// Frame relay (RFC 2427): a Q.922 address, then NLPID, SNAP or Cisco's `EtherType`.
pub(super) fn frame_relay(view: View<'_>) -> Step<'_> {
    let mut size = 1;
    while view.u8(size - 1)? & 1 == 0 {
        size += 1;
    }
    if view.u8(size)? != 0x03 {
        return by_ether_type(view, size);
    }
    let (number, rest) = match view.u8(size + 1)? {
        0 => (view.u8(size + 2)?, view.skip(size + 3)?),
        number => (number, view.skip(size + 2)?),
    };
    match number {
        0x80 => ethernet::snap(rest),
        0xcc => Ok((Protocol::Ip, rest)),
        0x8e => Ok((Protocol::Ipv6, rest)),
        0xcf => Ok((Protocol::Ppp, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// OpenBSD's enc interface: family in host byte order, SPI, flags.
fn encrypted(view: View<'_>) -> Step<'_> {
    let bytes = view.array::<4>(0)?;
    let family = match bytes {
        [_, 0, 0, 0] => u32::from_le_bytes(bytes),
        _ => u32::from_be_bytes(bytes),
    };
    by_family(family, view.skip(12)?)
}

/// OpenBSD's pflog: its length (padded to four) and the family come first.
fn packet_filter(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.u8(0)?).next_multiple_of(4);
    by_family(u32::from(view.u8(1)?), view.skip(size)?)
}

/// Linux netfilter log: family, then attributes in host byte order; attribute 9 is the packet.
fn nflog(view: View<'_>) -> Step<'_> {
    const PAYLOAD: u16 = 9;
    let family = u32::from(view.u8(0)?);
    let mut rest = view.skip(4)?;
    loop {
        let [size, kind] = [0, 2].map(|at| rest.array(at).map(u16::from_le_bytes));
        let (size, kind) = (usize::from(size?), kind? & 0x7fff);
        if size < 4 {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        if kind == PAYLOAD {
            return by_family(family, rest.limit(size).skip(4)?);
        }
        rest = rest.skip(size.next_multiple_of(4))?;
    }
}

/// CACE per-packet information: length and the real link type, both little-endian.
fn per_packet(view: View<'_>) -> Option<Step<'_>> {
    wrapped(view, |view| {
        let size = usize::from(view.array(2).map(u16::from_le_bytes)?);
        Ok((view.array(4).map(u32::from_le_bytes)?, size))
    })
}

/// Apple's pktap: length and the real link type, both little-endian.
fn packet_tap(view: View<'_>) -> Option<Step<'_>> {
    wrapped(view, |view| {
        let size = view.array(0).map(u32::from_le_bytes)? as usize;
        Ok((view.array(8).map(u32::from_le_bytes)?, size))
    })
}

/// A header that names another link type. It may not name itself or another such header: nothing real does.
fn wrapped<'d>(
    view: View<'d>,
    read: impl FnOnce(View<'d>) -> Result<(u32, usize), Stop>,
) -> Option<Step<'d>> {
    let inner = read(view).and_then(|(link_type, size)| Ok((link_type, view.skip(size)?)));
    match inner {
        Ok((192 | 258, _)) => None,
        Ok((link_type, rest)) => enter(LinkType(link_type), rest),
        Err(stop) => Some(Err(stop)),
    }
}
