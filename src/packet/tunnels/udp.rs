//! UDP (RFC 768) and the tunnels known by its ports: VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U, Teredo (RFC 4380),
//! L2TP (RFC 2661), LISP (RFC 9300), GRE and MPLS in UDP (RFC 8086, RFC 7510), CAPWAP (RFC 5415), AMT (RFC 7450), AYIYA.

use super::relayed;
use crate::net::PortSet;
use crate::packet::decoded::{Fault, NotTcp};
use crate::packet::layer2::{lwapp, tags};
use crate::packet::step::{Context, Protocol, Step, Stop};
use crate::packet::view::View;

/// The fixed header.
const HEADER: usize = 8;

/// A UDP-Lite header (RFC 3828): the length field says how much the checksum covers, not how much there is.
pub(in crate::packet) fn lite(view: View<'_>) -> Step<'_> {
    by_port(view, view.skip(HEADER)?)
}

/// A UDP header. Length 0 is a jumbogram's where it can be one (RFC 2675 section 4).
pub(in crate::packet) fn header<'d>(view: View<'d>, cx: &Context) -> Step<'d> {
    let length = usize::from(view.u16(4)?);
    let payload = view.skip(HEADER)?;
    if length == 0 && cx.source.is_ipv6() {
        return by_port(view, payload);
    }
    if length < HEADER {
        return Err(view.broken(4, Fault::TotalLength(length as u16)).into());
    }
    by_port(view, payload.limit(length - HEADER))
}

/// The lower port is asked first, as in tshark; frames that capture devices sent on are known by how they begin. What fills up
/// a sampled packet ends here, also where the length fields agree with what was sampled.
fn by_port<'d>(header: View<'d>, payload: View<'d>) -> Step<'d> {
    let payload = payload.unpadded();
    let (source, destination) = (header.u16(0)?, header.u16(2)?);
    let (low, high) = (source.min(destination), source.max(destination));
    for port in [low, high] {
        if let Some(step) = tunnel(port, payload) {
            return step;
        }
        if CLAIMED.contains(port) {
            return Err(Stop::NotTcp(NotTcp::OtherTransport(17)));
        }
    }
    relayed::by_magic(payload).unwrap_or(Err(Stop::NotTcp(NotTcp::OtherTransport(17))))
}

/// Mobile IP through address translation (RFC 3519): a message that carries a packet.
const MOBILE_TUNNEL: u8 = 4;

/// The tunnel that lives on `port`.
fn tunnel(port: u16, view: View<'_>) -> Option<Step<'_>> {
    let behind = |size, protocol| {
        let rest = view.skip(size).map_err(Stop::from);
        rest.map(|rest| (protocol, rest))
    };
    Some(match port {
        434 if view.u8(0) == Ok(MOBILE_TUNNEL) => behind(4, Protocol::Ip),
        1701 if is_l2tp(view) => l2tp(view),
        2123 | 2152 | 3386 if view.u8(1) != Ok(0) => gtp(port, view),
        2268 => amt(view),
        3544 => teredo(view),
        4306 if view.u8(0) == Ok(1) => behind(1, Protocol::Ip),
        4341 => behind(8, Protocol::Ip),
        30_030 if matches!(view.u8(8), Ok(0x45 | 0x60..=0x6f)) => behind(8, Protocol::Ip),
        30_030 if view.u16(8) == Ok(0xff03) => behind(10, Protocol::Ppp),
        4754 => Ok((Protocol::Transport(47), view)),
        4789 => behind(8, Protocol::Ethernet),
        4790 => gpe(view),
        5072 => ayiya(view),
        5247 => Ok((Protocol::Capwap, view)),
        6081 => geneve(view),
        6343 => Ok((Protocol::Samples, view)),
        6635 => Ok((Protocol::Mpls, view)),
        12_000..=12_004 => Ok((Protocol::Llc, view)),
        12_220 | 12_222 | 12_223 => lwapp::datagram(port, view),
        37_008 => relayed::tzsp(view),
        _ => return None,
    })
}

/// Ports whose protocol takes any datagram, so that tshark does not look at the higher port any more. Found by putting a
/// tunnel's datagram from each port to tshark 4.0.17.
const CLAIMED: PortSet = PortSet::new(&[
    7, 7, 13, 13, 19, 19, 37, 37, 49, 49, 53, 53, 67, 69, 111, 111, 123, 123, 137, 138, 173, 173,
    213, 213, 269, 269, 319, 320, 389, 389, 427, 427, 434, 434, 464, 464, 496, 496, 500, 500, 513,
    514, 520, 521, 524, 525, 546, 547, 631, 631, 664, 664, 701, 701, 853, 854, 910, 910, 921, 921,
    925, 925, 1001, 1001, 1113, 1113, 1153, 1153, 1194, 1194, 1293, 1293, 1628, 1629, 1718, 1719,
    1745, 1745, 1900, 1900, 2099, 2099, 2157, 2157, 2221, 2222, 2246, 2246, 2268, 2269, 2313, 2313,
    2345, 2345, 2887, 2887, 2944, 2945, 2948, 2949, 3000, 3000, 3130, 3130, 3250, 3250, 3343, 3343,
    3357, 3357, 3389, 3389, 3452, 3452, 3455, 3455, 3567, 3567, 3671, 3671, 3784, 3785, 3804, 3804,
    3863, 3863, 4305, 4307, 4342, 4342, 4500, 4500, 4551, 4551, 4555, 4555, 4569, 4569, 4729, 4729,
    4784, 4784, 4791, 4791, 4991, 4991, 5031, 5031, 5246, 5246, 5350, 5351, 5353, 5353, 5355, 5355,
    5404, 5405, 5436, 5436, 5567, 5567, 5683, 5684, 5868, 5868, 6073, 6073, 6118, 6118, 6160, 6160,
    6784, 6784, 6970, 6970, 7074, 7075, 7255, 7255, 7275, 7275, 7784, 7784, 8200, 8200, 8600, 8600,
    8755, 8755, 8767, 8767, 8805, 8805, 8848, 8848, 9200, 9203, 9214, 9214, 9600, 9600, 9875, 9875,
    9877, 9877, 9899, 9899, 9901, 9901, 9956, 9956, 10253, 10253, 11211, 11211, 11273, 11273,
    13400, 13400, 17220, 17220, 17500, 17500, 17755, 17756, 19132, 19132, 19948, 19948, 19999,
    19999, 23272, 23272, 24576, 24577, 25826, 25826, 26000, 26000, 27500, 27500, 27910, 27910,
    27950, 27953, 27960, 27963, 32000, 32000, 32512, 32512, 34962, 34962, 34980, 34980,
]);

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

/// Automatic multicast tunneling: general queries, membership updates and data carry IP.
fn amt(view: View<'_>) -> Step<'_> {
    const TYPE: u8 = 0x0f;
    match view.u8(0)? & TYPE {
        4 | 5 => Ok((Protocol::Ip, view.skip(12)?)),
        6 => Ok((Protocol::Ip, view.skip(2)?)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Anything in anything: identity (its size a power of two), signature (in words), then the next header, when forwarded.
fn ayiya(view: View<'_>) -> Step<'_> {
    const FORWARD: u8 = 1;
    let (identity, signature) = (view.u8(0)? >> 4, view.u8(1)? >> 4);
    let (operation, next) = (view.u8(2)? & 0x0f, view.u8(3)?);
    if operation != FORWARD {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let size = 8 + (1usize << identity) + usize::from(signature) * 4;
    Ok((Protocol::Transport(next), view.skip(size)?))
}

/// L2TP of the two versions there are.
fn is_l2tp(view: View<'_>) -> bool {
    matches!(view.u8(1).map(|byte| byte & 0x0f), Ok(2 | 3))
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

/// GTP version 0 and 1, on the port of GTP' also 2: only T-PDUs (message 255) carry packets. tshark takes them from GTP' as
/// well, whose header has 6 bytes, or in version 0 mostly 20.
fn gtp(port: u16, view: View<'_>) -> Step<'_> {
    const T_PDU: u8 = 255;
    const NOT_PRIME: u8 = 0x10;
    const SHORT: u8 = 0x01;
    let flags = view.u8(0)?;
    if view.u8(1)? != T_PDU {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let length = usize::from(view.u16(2)?);
    let behind = |size: usize| view.limit(size + length).skip(size);
    let version = match flags >> 5 {
        2 if port == 3386 => 1,
        version => version,
    };
    match (version, flags & NOT_PRIME != 0) {
        (0, true) => user_packet(behind(20)?),
        (0, false) if flags & SHORT == 0 => user_packet(behind(20)?),
        (1, true) => gtp_version_1(flags, length, view),
        (0 | 1, false) => user_packet(behind(6)?),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Version 1: optional fields, then extension headers.
fn gtp_version_1(flags: u8, length: usize, view: View<'_>) -> Step<'_> {
    const EXTENSION: u8 = 0x04;
    const OPTIONAL_FIELDS: u8 = 0x07;
    let view = view.limit(8 + length);
    if flags & OPTIONAL_FIELDS == 0 {
        return user_packet(view.skip(8)?);
    }
    let next = if flags & EXTENSION == 0 {
        0
    } else {
        view.u8(11)?
    };
    user_packet(gtp_extensions(next, view.skip(12)?)?)
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
