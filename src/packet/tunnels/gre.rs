//! Generic routing encapsulation (RFC 1701, RFC 2784, RFC 2890; version 1: RFC 2637) with WCCP and ERSPAN inside.

use crate::packet::decoded::NotTcp;
use crate::packet::layer2::{osi, ppp};
use crate::packet::step::{Context, Protocol, Step, Stop};
use crate::packet::view::View;

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
/// Where PPP is inside; in plain PPP not in version 0.
const ACKNOWLEDGMENT: u16 = 0x0080;
const PPP: u16 = 0x880b;
const PPP_STREAM: u16 = 0x8881;
/// The same behind attributes (3GPP2 A.S0008).
const PPP_FLOWS: u16 = 0x88d2;
const VERSION: u16 = 0x0007;
/// Packets that a router hands to a web cache.
const WCCP: u16 = 0x883e;

/// ERSPAN types I and II, and type III.
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;

/// A GRE header and what it announces.
pub(in crate::packet) fn header<'d>(start: View<'d>, cx: &mut Context) -> Step<'d> {
    let view = start;
    let flags = view.u16(0)?;
    let number = view.u16(2)?;
    let acknowledgment = match number {
        PPP_STREAM | PPP_FLOWS => ACKNOWLEDGMENT,
        PPP if flags & VERSION != 0 => ACKNOWLEDGMENT,
        _ => 0,
    };
    let mut size = 4;
    for (bits, bytes) in [
        (CHECKSUM | ROUTING, 4),
        (KEY, 4),
        (SEQUENCE, 4),
        (acknowledgment, 4),
    ] {
        if flags & bits != 0 {
            size += bytes;
        }
    }
    let mut view = view.skip(size)?;
    if flags & ROUTING != 0 {
        view = source_routes(view)?;
    }
    if matches!(number, ERSPAN | ERSPAN_III) {
        return erspan(number, flags & SEQUENCE != 0, view, cx);
    }
    if number == PPP_FLOWS {
        return ppp::byte_stream(behind_attributes(view)?);
    }
    if number == WCCP {
        return wccp(start.skip(4)?, view);
    }
    payload(number, view)
}

/// Skips attributes: a number, whose first bit ends them, and a length, which the four known ones need.
fn behind_attributes(mut view: View<'_>) -> Result<View<'_>, Stop> {
    const LAST: u8 = 0x80;
    loop {
        let (number, length) = (view.u8(0)?, usize::from(view.u8(1)?));
        if length == 0 && matches!(number & !LAST, 1..=4) {
            return Err(Stop::NotTcp(NotTcp::NoPayload));
        }
        view = view.skip(2 + length)?;
        if number & LAST != 0 {
            return Ok(view);
        }
    }
}

/// Skips source route entries: address family, offset, length; an empty one of family 0 ends them.
fn source_routes(mut view: View<'_>) -> Result<View<'_>, Stop> {
    loop {
        let (family, length) = (view.u16(0)?, usize::from(view.u8(3)?));
        view = view.skip(4)?;
        if (family, length) == (0, 0) {
            return Ok(view);
        }
        view = view.skip(length)?;
    }
}

/// What the protocol type announces, ERSPAN apart.
pub(in crate::packet) fn payload(number: u16, view: View<'_>) -> Step<'_> {
    match number {
        // Aruba's controllers: one number per priority and queue.
        0x8200..=0x8370 if number.is_multiple_of(16) => Ok((Protocol::WLAN, view)),
        WCCP => wccp(view, view),
        0x6400 => Ok((Protocol::Ethernet, view)),
        PPP => Ok((Protocol::PppFramed, view)),
        0x00fe => osi::packet(view),
        PPP_STREAM => ppp::byte_stream(view),
        0x6559 => Ok((Protocol::FrameRelay, view)),
        0x0800 | 0x86dd | 0x6558 | 0x8847 | 0x8848 | 0x894f => {
            Ok((Protocol::EtherType(number), view))
        }
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}

/// WCCP version 2 puts four bytes in front of the packet; version 1 does not, which shows in the version nibble. tshark looks
/// for that right behind the type (at `first`), whatever optional fields stand there.
fn wccp<'d>(first: View<'d>, view: View<'d>) -> Step<'d> {
    if first.u8(0)? >> 4 == 4 {
        return Ok((Protocol::Ip, view));
    }
    Ok((Protocol::Ip, view.skip(4)?))
}

/// ERSPAN type I has no header (and GRE then no sequence number), type II has 8 bytes, type III 12 and possibly 8 more.
/// For tshark, a VLAN of type III counts instead of those around it.
fn erspan<'d>(number: u16, sequence: bool, view: View<'d>, cx: &mut Context) -> Step<'d> {
    /// The frame type of type III.
    const NOT_ETHERNET: u8 = 0x7c;
    /// What type II says of a frame that still has its tag.
    const TAGGED: u8 = 0x18;
    if number == ERSPAN && !sequence {
        return Ok((Protocol::Ethernet, view));
    }
    let start = view.u16(0)?;
    let vlan = start & 0x0fff;
    let size = match start >> 12 {
        1 => {
            if view.u8(2)? & TAGGED != TAGGED {
                cx.enter_vlan(vlan);
            }
            8
        }
        2 => {
            cx.vlan = vlan;
            match view.array(10)? {
                [kind, _] if kind & NOT_ETHERNET != 0 => {
                    return Err(Stop::NotTcp(NotTcp::NoPayload));
                }
                [_, more] if more & 1 != 0 => 20,
                _ => 12,
            }
        }
        other => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    };
    Ok((Protocol::Ethernet, view.skip(size)?))
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    /// Whether a SYN is found behind this header, if need be in a stream of PPP frames.
    fn finds(header: &[u8], stream: bool) -> bool {
        let packet = ipv4(6, 40, &tcp(5, &[]));
        let inner = if stream {
            [&[0x7e, 0xff, 3, 0, 0x21][..], &packet, &[0, 0, 0x7e]].concat()
        } else {
            packet
        };
        let bytes = [header, &inner].concat();
        let outer = ipv4(47, 20 + bytes.len() as u16, &bytes);
        matches!(Decoder::new().decode(&frame(101, &outer)), Decoded::Tcp(_))
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn flows_of_mobile_packet_data() {
        assert!(finds(&[0, 0, 0x88, 0x81], true));
        assert!(finds(&[0, 0x80, 0x88, 0x81, 0, 0, 0, 1], true));
        assert!(finds(&[0, 0, 0x88, 0xd2, 0x81, 2, 0, 0], true));
        assert!(finds(&[0, 0, 0x88, 0xd2, 1, 1, 0, 0x83, 1, 0], true));
        assert!(finds(&[0, 0x80, 0x88, 0xd2, 0, 0, 0, 1, 0x81, 1, 0], true));
        assert!(!finds(&[0, 0, 0x88, 0xd2, 0x82, 0], true));
    }

    #[test]
    fn an_empty_route_ends_the_routes() {
        let routed = |routes: &[u8]| finds(&[&[0x40, 0, 8, 0, 0, 0, 0, 0], routes].concat(), false);
        assert!(routed(&[0; 4]) && routed(&[0, 1, 0, 0, 0, 0, 0, 0]));
        assert!(routed(&[0, 0, 0, 2, 0xa, 0xb, 0, 0, 0, 0]));
    }
}
