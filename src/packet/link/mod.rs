//! Link headers: from a link type and the first bytes to a network protocol (<https://www.tcpdump.org/linktypes.html>).

mod bsd;
mod cable;
mod cooked;
mod devices;
mod erf;
mod exported;
mod juniper;
mod legacy;
mod radiotap;

use super::Frame;
use super::decoded::NotTcp;
use super::layer2::{amateur, atm, frame_relay, ppp, wlan};
use super::step::{Protocol, Step, Stop};
use super::tunnels::relayed;
use super::view::View;
use crate::net::{LinkType, Timestamp};

/// The first step into a frame; `None` for link types that are not read.
pub(super) fn enter(link_type: LinkType, view: View<'_>) -> Option<Step<'_>> {
    Some(match link_type.0 {
        0 => bsd::null(view),
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
        108 => bsd::loopback(view),
        109 => bsd::encrypted(view),
        113 => cooked::sll(view, 14, 2, 16),
        117 => bsd::packet_filter(view),
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
        239 => cooked::nflog(view),
        240 => devices::net_analyzer(view),
        242 => legacy::infiniband(view),
        252 => exported::frame(view),
        253 => cooked::netlink(view),
        258 => return packet_tap(view),
        259 => devices::optical(view),
        276 => cooked::sll(view, 0, 8, 20),
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
