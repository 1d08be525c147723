//! Link headers: from a link type and the first bytes to a network protocol (<https://www.tcpdump.org/linktypes.html>).

use super::Frame;
use super::decoded::NotTcp;
use super::step::{Protocol, Step, Stop};
use super::view::View;
use super::{amateur, cable, devices, exported, relayed};
use super::{atm, erf, frame_relay, gre, juniper, legacy, ppp, radiotap, type_field, wlan};
use crate::net::{LinkType, Timestamp};

/// The first step into a frame; `None` for link types that are not read.
pub(super) fn enter(link_type: LinkType, view: View<'_>) -> Option<Step<'_>> {
    Some(match link_type.0 {
        0 => null(view),
        1 | 274 => Ok((Protocol::Ethernet, view)),
        3 => amateur::frame(view),
        6 => legacy::token_ring(view),
        7 => legacy::arcnet(view, 2),
        128 => relayed::tzsp(view),
        129 => legacy::arcnet(view, 4),
        9 | 50 => ppp::framed(view),
        10 => legacy::fddi(view),
        11 | 100 => Ok((Protocol::Llc, view)),
        12 | 14 | 101 => raw(view),
        16 | 18 | 19 | 106 | 228 => Ok((Protocol::Ip, view)),
        32 => devices::smart_edge(view),
        51 => ppp::over_ethernet(view),
        99 => devices::symantec(view),
        104 | 112 => ppp::cisco_hdlc(view),
        105 => Ok((Protocol::WLAN, view)),
        107 => frame_relay::frame(view),
        108 => loopback(view),
        109 => encrypted(view),
        113 => sll(view, 14, 2, 16),
        117 => packet_filter(view),
        119 => wlan::prism(view),
        122 => legacy::over_fibre_channel(view),
        123 => atm::sun(view),
        127 => radiotap::frame(view),
        138 => legacy::firewire(view),
        143 => cable::frame(view),
        163 => wlan::avs(view),
        130 | 131 | 133 | 135..=137 | 167 | 178..=181 | 183 => juniper::frame(link_type, view),
        192 => return per_packet(view),
        197 => erf::record(view),
        202 => amateur::kiss(view),
        204 => view.skip(1).map_err(Stop::from).and_then(ppp::framed),
        226 => devices::solaris(view),
        229 => Ok((Protocol::Ipv6, view)),
        239 => nflog(view),
        240 => devices::net_analyzer(view),
        242 => legacy::infiniband(view),
        252 => exported::frame(view),
        253 => netlink(view),
        258 => return packet_tap(view),
        259 => devices::optical(view),
        276 => sll(view, 0, 8, 20),
        279 => devices::elektrobit(view),
        _ => return None,
    })
}

/// When `frame` was captured: some records tell it themselves.
pub(super) fn time(frame: &Frame<'_>) -> Timestamp {
    match frame.link_type.0 {
        197 => erf::time(frame.data).unwrap_or(frame.timestamp),
        _ => frame.timestamp,
    }
}

/// BSD loopback: an address family in the byte order of the capturing host, which may be either, 16 bits wide on some
/// systems; an `EtherType` or PPP on others.
fn null(view: View<'_>) -> Step<'_> {
    const PPP: [u8; 2] = [0xff, 0x03];
    let bytes = view.array::<4>(0)?;
    if bytes[..2] == PPP {
        return ppp::framed(view);
    }
    let family = match bytes {
        [0, high, 0, 0] if high < 6 => u32::from(high),
        [_, _, 0, 0] => u32::from_le_bytes(bytes),
        [_, _, low, 0] if low < 6 => u32::from(low),
        _ => u32::from_be_bytes(bytes),
    };
    let rest = view.skip(4)?;
    // As tshark: of a large number the low 16 bits are the type.
    if family > u32::from(type_field::MAX_LENGTH) {
        return Ok((Protocol::EtherType(family as u16), rest));
    }
    by_family(family, rest)
}

/// IP without link header, or what the PPP and ISDN drivers of old Linux kernels left in front of it: PPP with its address
/// and control bytes behind nothing, one byte or a made-up MAC address, or ten zeroes while the line was down.
fn raw(view: View<'_>) -> Step<'_> {
    const PPP: [u8; 2] = [0xff, 0x03];
    const DOWN: [u8; 10] = [0; 10];
    for before in [0, 6, 1] {
        if view.array::<2>(before).is_ok_and(|bytes| bytes == PPP) {
            return ppp::framed(view.skip(before)?);
        }
    }
    if view.array::<10>(0).is_ok_and(|bytes| bytes == DOWN) {
        return Ok((Protocol::Ip, view.skip(DOWN.len())?));
    }
    Ok((Protocol::Ip, view))
}

/// OpenBSD loopback: the family in network byte order.
fn loopback(view: View<'_>) -> Step<'_> {
    by_family(view.u32(0)?, view.skip(4)?)
}

/// The families under which BSDs and Darwin know IP.
fn by_family(family: u32, rest: View<'_>) -> Step<'_> {
    match family {
        2 => Ok((Protocol::Ip, rest)),
        24 | 28 | 30 => Ok((Protocol::Ipv6, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(other))),
    }
}

/// Linux cooked capture: the protocol field at `protocol_at` is an `EtherType` or one of Linux' own small numbers; the
/// ARP hardware type at `hardware_at` may say that it is something else.
fn sll(view: View<'_>, protocol_at: usize, hardware_at: usize, header: usize) -> Step<'_> {
    const FRAME_RELAY: u16 = 770;
    const GRE: u16 = 778;
    const RADIOTAP: u16 = 803;
    let number = view.u16(protocol_at)?;
    let hardware = view.u16(hardware_at)?;
    let rest = view.skip(header)?;
    match (hardware, number) {
        (NETLINK, NETFILTER) => netfilter(rest),
        (NETLINK, _) => Err(Stop::NotTcp(NotTcp::NoPayload)),
        (GRE, number) if number > type_field::MAX_LENGTH => gre::payload(number, rest),
        (_, number) if number > type_field::MAX_LENGTH => {
            Ok((type_field::announced(number, rest), rest))
        }
        (FRAME_RELAY, _) => frame_relay::frame(rest),
        (RADIOTAP, _) => radiotap::frame(rest),
        (_, 3) => Ok((Protocol::Ethernet, rest)),
        (_, 4) => Ok((Protocol::Llc, rest)),
        (_, 7) => ppp::framed(rest),
        (_, other) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Netlink, whose cooked header tells the family.
fn netlink(view: View<'_>) -> Step<'_> {
    match (view.u16(2)?, view.u16(14)?) {
        (NETLINK, NETFILTER) => netfilter(view.skip(16)?),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Netlink's hardware type, and its family of netfilter.
const NETLINK: u16 = 824;
const NETFILTER: u16 = 12;

/// Netlink messages of netfilter: 16 bytes in the byte order of the host, length and type first; a log carries a packet.
fn netfilter(mut view: View<'_>) -> Step<'_> {
    const HEADER: usize = 16;
    const LOGGED_PACKET: u16 = 0x0400;
    loop {
        let size = view.array(0).map(u32::from_le_bytes)? as usize;
        let kind = view.array(4).map(u16::from_le_bytes)?;
        if size < HEADER || size > view.reported {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        if kind == LOGGED_PACKET {
            return nflog(view.limit(size).skip(HEADER)?);
        }
        view = view.skip(size.next_multiple_of(4))?;
    }
}

/// OpenBSD's enc interface: family in host byte order, SPI, flags.
fn encrypted(view: View<'_>) -> Step<'_> {
    let bytes = view.array::<4>(0)?;
    let family = match bytes {
        [_, 0, 0, 0] => u32::from_le_bytes(bytes),
        _ => u32::from_be_bytes(bytes),
    };
    match family {
        28 | 30 => Err(Stop::NotTcp(NotTcp::OtherNetwork(family))),
        family => by_family(family, view.skip(12)?),
    }
}

/// OpenBSD's pflog: its length (padded to four) and the family come first.
fn packet_filter(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.u8(0)?).next_multiple_of(4);
    by_family(u32::from(view.u8(1)?), view.skip(size)?)
}

/// Linux netfilter log: family, then attributes in host byte order; attribute 1 begins with the packet's `EtherType` (without
/// it, or if that is 0, the family counts), attribute 9 is the packet; of several of one kind the last one counts.
fn nflog(view: View<'_>) -> Step<'_> {
    const INET: u8 = 2;
    const LINUX_INET6: u8 = 10;
    let family = view.u8(0)?;
    let (packet, number) = logged(view.skip(4)?)?;
    let packet = packet.ok_or(Stop::NotTcp(NotTcp::NoPayload))?;
    match (number, family) {
        (0, INET) => Ok((Protocol::Ip, packet)),
        (0, LINUX_INET6) => Ok((Protocol::Ipv6, packet)),
        (0, _) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(family)))),
        _ => Ok((Protocol::EtherType(number), packet)),
    }
}

/// The packet among the attributes of a log, and its `EtherType`.
fn logged(mut rest: View<'_>) -> Result<(Option<View<'_>>, u16), Stop> {
    const HEADER: u16 = 1;
    const HEADER_SIZE: usize = 8;
    const PAYLOAD: u16 = 9;
    let (mut packet, mut number) = (None, 0);
    while rest.reported >= 4 {
        let [size, kind] = [0, 2].map(|at| rest.array(at).map(u16::from_le_bytes));
        let (size, kind) = (usize::from(size?), kind? & 0x7fff);
        let attribute = rest.limit(size);
        // What was cut is not shown.
        if size < 4 || attribute.data.len() < size {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        match kind {
            HEADER if size == HEADER_SIZE => number = attribute.u16(4)?,
            PAYLOAD => packet = Some(attribute.skip(4)?),
            _ => {}
        }
        match rest.skip(size.next_multiple_of(4)) {
            Ok(next) => rest = next,
            Err(_) => break,
        }
    }
    Ok((packet, number))
}

/// CACE per-packet information: length and the real link type, both little-endian.
fn per_packet(view: View<'_>) -> Option<Step<'_>> {
    wrapped(view, |view| {
        let size = usize::from(view.array(2).map(u16::from_le_bytes)?);
        Ok((view.array(4).map(u32::from_le_bytes)?, size.max(8)))
    })
}

/// Apple's pktap: length and the real link type, both little-endian.
fn packet_tap(view: View<'_>) -> Option<Step<'_>> {
    const FIXED: u32 = 108;
    const PACKET: u32 = 1;
    wrapped(view, |view| {
        let [size, record] = [0, 4].map(|at| view.array(at).map(u32::from_le_bytes));
        if size? < FIXED || record? != PACKET {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        Ok((view.array(8).map(u32::from_le_bytes)?, size? as usize))
    })
}

/// A header that names another link type. It may not name itself or another such header: nothing real does.
fn wrapped<'d>(
    view: View<'d>,
    read: impl FnOnce(View<'d>) -> Result<(u32, usize), Stop>,
) -> Option<Step<'d>> {
    let inner = read(view).and_then(|(link_type, size)| Ok((link_type, view.skip(size)?)));
    match inner {
        Ok((link_type, rest)) => nested(LinkType(link_type), rest),
        Err(stop) => Some(Err(stop)),
    }
}

/// The step into a frame that was sent on: with per-packet information or without.
pub(super) fn relayed(link_type: LinkType, rest: View<'_>) -> Step<'_> {
    let step = match link_type.0 {
        192 => per_packet(rest),
        _ => nested(link_type, rest),
    };
    step.unwrap_or(Err(Stop::NotTcp(NotTcp::OtherNetwork(link_type.0))))
}

/// The first step into a frame inside another one: of link types that only capture files have, not a second time.
fn nested(link_type: LinkType, rest: View<'_>) -> Option<Step<'_>> {
    match link_type.0 {
        123 | 192 | 204 | 258 => None,
        _ => enter(link_type, rest),
    }
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    /// Whether a SYN is found behind `header`.
    fn finds(link_type: u32, header: &[u8]) -> bool {
        let bytes = [header, &ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(
            Decoder::new().decode(&frame(link_type, &bytes)),
            Decoded::Tcp(segment) if segment.source.to_string() == "10.0.0.1:1000"
        )
    }

    /// An Ethernet header.
    const ETHERNET: &[u8] = &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];

    fn ethernet_behind(header: &[u8]) -> Vec<u8> {
        [header, ETHERNET].concat()
    }

    /// tshark 4.0.17 was asked about each of these frames.
    #[test]
    fn rarer_link_types_as_tshark_reads_them() {
        let ppp = &[0xff, 0x03, 0, 0x21];
        let isdn = [&[1; 6][..], ppp].concat();
        // A packet of 40 bytes that netfilter logged, or put into a queue.
        let cooked = [&[0, 4, 3, 0x38][..], &[0; 10], &[0, 12]].concat();
        let netlink = |header: &[u8]| [&cooked[..], header].concat();
        let logged = [
            &[64, 0, 0, 0, 0, 4][..],
            &[0; 10],
            &[2, 0, 0, 0, 44, 0, 9, 0],
        ]
        .concat();
        let mut queued = logged.clone();
        queued[5] = 3;
        for (link_type, header) in [
            (0, &[0x12, 0x34, 8, 0][..]),
            (16, &[]),
            (101, ppp),
            (101, &[1, 0xff, 0x03, 0, 0x21]),
            (101, &isdn),
            (101, &[0; 10]),
            (107, &[0x18, 0x41, 0x03, 0xcc]),
            (107, &[0x18, 0x41, 0x13, 0xcc]),
            (107, &[0x18, 0x41, 8, 0]),
            (112, &[0x0f, 0, 8, 0]),
            (113, &netlink(&logged)),
            (253, &netlink(&logged)),
            (128, &ethernet_behind(&[1, 0, 0, 1, 1])),
            (123, &[2, 0, 0, 100, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]),
            (123, &ethernet_behind(&[1, 0, 0, 100, 0, 1])),
            (123, &ethernet_behind(&[0, 0, 0, 100, 0, 0])),
            (123, &[0, 0, 0, 100]),
            (123, &[3, 0, 0, 5]),
            (123, &[0, 0, 0, 100, 0, 0x21]),
            (123, &[0, 0, 0, 100, 0x18, 0x41, 3, 0xcc]),
            (130, b"MGC\x00\0\0\0\x21"),
            (130, b"MGC\x00\xff\x03\0\x21"),
            (130, b"MGC\x00\xff\x03\x21"),
            (130, b"MGC\x00\x54\0\0\0\0\x21"),
            (130, b"MGC\x00\x40\0\0\0\0\0\0\0"),
            (130, b"MGC\x01\x47\0\0\0\0\0\0\0\0\x21"),
            (130, b"MGC\x01\x47\0\0\0\x03\0\0\0"),
            (131, b"MGC\x00\0\0\x03\xcc"),
            (131, b"MGC\x00\0\0\0\x03\xcc"),
            (131, b"MGC\x00\x54\0\0\0\xcc"),
            (131, b"MGC\x00\x40\0\0\0\0\0\0\0"),
            (131, b"MGC\x00\x47\0\0\0\x03\0\0\0\x03\xcc"),
            (131, b"MGC\x00\x47\0\0\0\0\x30\0\0\xcc"),
            (133, b"MGC\x00\x02\0\0\0"),
            (137, b"MGC\x00\0\0\0\0"),
            (178, &ethernet_behind(b"MGC\x01")),
            (178, &ethernet_behind(b"MGC\x81\0\x04abcd")),
            (178, ETHERNET),
            (178, b"MGC\x02\x02\0\0\0"),
            (179, b"MGC\x00\xff\x03\0\x21"),
            (181, b"MGC\x00\x0f\0\x08\0"),
            (183, &[0; 18]),
        ] {
            assert!(finds(link_type, header), "{link_type} {header:02x?}");
        }
        for (link_type, header) in [
            (101, &[0xff, 0, 0, 0x21][..]),
            (107, &[0x18, 0x41, 0x81, 0, 0, 5, 8, 0]),
            (107, &[0, 1, 8, 0]),
            (107, &[0x19, 8, 0]),
            (
                113,
                &[&[0, 0, 3, 10][..], &[0; 10], &[0, 0xfe, 0xcc]].concat(),
            ),
            (253, &netlink(&queued)),
            (253, &[&[0; 15], &[12][..], &logged].concat()),
            (123, &[0, 0, 0, 5]),
            (130, b"MGC\x00\0\0\x21"),
            (130, b"MGC\x01\x40\0\0\0\0\0\0\0"),
            (130, b"MGC\x00\x40\0\0\0\0\x10\0\0"),
            (131, b"MGC\x00\x40\0\0\0\x03\0\0\0"),
            (137, b"MGC\x00\0\0\0\0\x03\0\xcc"),
            (
                1,
                &[&[0; 12][..], &[0, 0x2d, 0xfe, 0xfe, 3, 0, 0xcc]].concat(),
            ),
        ] {
            assert!(!finds(link_type, header), "{link_type} {header:02x?}");
        }
    }

    /// Types and places of the payload as tshark 4.0.17 knows them.
    #[test]
    fn endace_records() {
        let record = |kind: u8, header: &[u8]| {
            let mut bytes = vec![0; 16];
            (bytes[8], bytes[15]) = (kind, 100);
            bytes.extend_from_slice(header);
            finds(197, &bytes)
        };
        assert!(record(1, &[0xff, 0x03, 0, 0x21]) && record(1, &[0x0f, 0, 8, 0]));
        assert!(record(17, &[0, 0, 0, 0, 0, 0x21]) && record(22, &[]));
        assert!(record(2, &ethernet_behind(&[0, 0])));
        assert!(record(
            0x82,
            &ethernet_behind(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        ));
        assert!(record(
            9,
            &[0, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]
        ));
        assert!(!record(3, &[]) && !record(4, &[0, 0, 0, 0]));
    }
}
