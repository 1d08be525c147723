//! UDP (RFC 768) and the tunnels known by its ports: VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U, Teredo (RFC 4380),
//! L2TP (RFC 2661), LISP (RFC 9300), GRE and MPLS in UDP (RFC 8086, RFC 7510), CAPWAP (RFC 5415), TZSP.

use super::decoded::{Fault, NotTcp};
use super::tags;
use super::view::View;
use super::walk::{Protocol, Step, Stop};

/// The fixed header.
const HEADER: usize = 8;

/// A UDP-Lite header (RFC 3828): the length field says how much the checksum covers, not how much there is.
pub(super) fn lite(view: View<'_>) -> Step<'_> {
    by_port(view, view.skip(HEADER)?)
}

/// A UDP header.
pub(super) fn header(view: View<'_>) -> Step<'_> {
    let length = usize::from(view.u16(4)?);
    let payload = view.skip(HEADER)?;
    if length < HEADER {
        return Err(view.broken(4, Fault::TotalLength(length as u16)).into());
    }
    by_port(view, payload.limit(length - HEADER))
}

/// The lower port is asked first, as in tshark.
fn by_port<'d>(header: View<'d>, payload: View<'d>) -> Step<'d> {
    let (source, destination) = (header.u16(0)?, header.u16(2)?);
    let (low, high) = (source.min(destination), source.max(destination));
    tunnel(low, payload)
        .or_else(|| tunnel(high, payload))
        .unwrap_or(Err(Stop::NotTcp(NotTcp::OtherTransport(17))))
}

/// The tunnel that lives on `port`.
fn tunnel(port: u16, view: View<'_>) -> Option<Step<'_>> {
    Some(match port {
        1701 => l2tp(view),
        2123 | 2152 | 3386 => gtp(view),
        3544 => teredo(view),
        4341 => view
            .skip(8)
            .map(|view| (Protocol::Ip, view))
            .map_err(Stop::from),
        4754 => Ok((Protocol::Transport(47), view)),
        4789 => view
            .skip(8)
            .map(|view| (Protocol::Ethernet, view))
            .map_err(Stop::from),
        4790 => gpe(view),
        5247 => capwap(view),
        6081 => geneve(view),
        6635 => Ok((Protocol::Mpls, view)),
        37008 => tzsp(view),
        _ => return None,
    })
}

/// VXLAN with a next-protocol field.
fn gpe(view: View<'_>) -> Step<'_> {
    tags::by_next_protocol(view.u8(3)?, view.skip(8)?)
}

/// Options counted in words, then an `EtherType`.
fn geneve(view: View<'_>) -> Step<'_> {
    let options = usize::from(view.u8(0)? & 0x3f) * 4;
    let number = view.u16(2)?;
    Ok((Protocol::EtherType(number), view.skip(8 + options)?))
}

/// Data messages of L2TP version 2: optional length, sequence numbers, offset; then PPP.
fn l2tp(view: View<'_>) -> Step<'_> {
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    const SEQUENCE: u16 = 0x0800;
    const OFFSET: u16 = 0x0200;
    let flags = view.u16(0)?;
    if flags & CONTROL != 0 || flags & 0x0f != 2 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let mut size = 2;
    let mut view = view;
    if flags & LENGTH != 0 {
        view = view.limit(usize::from(view.u16(2)?));
        size += 2;
    }
    size += 4;
    if flags & SEQUENCE != 0 {
        size += 4;
    }
    if flags & OFFSET != 0 {
        size += 2 + usize::from(view.u16(size)?);
    }
    Ok((Protocol::PppFramed, view.skip(size)?))
}

/// GTP version 0 and 1: only T-PDUs (message 255) carry packets.
fn gtp(view: View<'_>) -> Step<'_> {
    const T_PDU: u8 = 255;
    const NOT_PRIME: u8 = 0x10;
    const EXTENSION: u8 = 0x04;
    const OPTIONAL_FIELDS: u8 = 0x07;
    let flags = view.u8(0)?;
    if view.u8(1)? != T_PDU || flags & NOT_PRIME == 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let length = usize::from(view.u16(2)?);
    match flags >> 5 {
        0 => return user_packet(view.limit(20 + length).skip(20)?),
        1 if flags & OPTIONAL_FIELDS == 0 => return user_packet(view.limit(8 + length).skip(8)?),
        1 => {}
        _ => return Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
    let next = if flags & EXTENSION == 0 {
        0
    } else {
        view.u8(11)?
    };
    user_packet(gtp_extensions(next, view.limit(8 + length).skip(12)?)?)
}

/// Skips extension headers: length in words first, type of the next one last.
fn gtp_extensions(mut next: u8, mut view: View<'_>) -> Result<View<'_>, Stop> {
    while next != 0 {
        let size = usize::from(view.u8(0)?) * 4;
        if size == 0 {
            return Err(view.broken(0, Fault::HeaderLength(0)).into());
        }
        next = view.u8(size - 1)?;
        view = view.skip(size)?;
    }
    Ok(view)
}

/// A user packet is IP if its first byte could be one of IP, else Ethernet.
fn user_packet(view: View<'_>) -> Step<'_> {
    match view.u8(0)? {
        0x45..=0x4e | 0x60..=0x6f => Ok((Protocol::Ip, view)),
        _ => Ok((Protocol::Ethernet, view)),
    }
}

/// Authentication and origin indications, then IPv6.
fn teredo(mut view: View<'_>) -> Step<'_> {
    if view.u16(0)? == 1 {
        let lengths = usize::from(view.u8(2)?) + usize::from(view.u8(3)?);
        view = view.skip(4 + lengths + 9)?;
    }
    if view.u16(0)? == 0 {
        view = view.skip(8)?;
    }
    if view.u8(0)? >> 4 == 6 {
        return Ok((Protocol::Ipv6, view));
    }
    Err(Stop::NotTcp(NotTcp::NoPayload))
}

/// CAPWAP data (RFC 5415 section 4.3): 802.3 or 802.11 frames, unless encrypted or split.
fn capwap(view: View<'_>) -> Step<'_> {
    const NATIVE: u8 = 0x01;
    const SPLIT: u8 = 0x80;
    let (preamble, size, kind) = (view.u8(0)?, usize::from(view.u8(1)? >> 3) * 4, view.u8(2)?);
    if preamble != 0 || view.u8(3)? & SPLIT != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let protocol = if kind & NATIVE == 0 {
        Protocol::Ethernet
    } else {
        Protocol::Wlan
    };
    Ok((protocol, view.skip(size)?))
}

/// Sniffed frames sent on: tagged fields up to an end tag, then the frame.
fn tzsp(view: View<'_>) -> Step<'_> {
    const PADDING: u8 = 0;
    const END: u8 = 1;
    let kind = view.u16(2)?;
    let mut at = 4;
    loop {
        match view.u8(at)? {
            PADDING => at += 1,
            END => break,
            _ => at += 2 + usize::from(view.u8(at + 1)?),
        }
    }
    let frame = view.skip(at + 1)?;
    match kind {
        1 => Ok((Protocol::Ethernet, frame)),
        18 => Ok((Protocol::Wlan, frame)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}
