//! What Junos puts in front of a captured packet: a magic number, flags, possibly extensions, then the link header of the
//! interface or, where that was left out, the number of the protocol inside.

use crate::net::LinkType;
use crate::packet::decoded::NotTcp;
use crate::packet::layer2::{frame_relay, osi, ppp};
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::{Broken, View};

/// The first bytes, if the capture has the header at all.
const MAGIC: [u8; 3] = *b"MGC";
/// The frame came in; tshark asks for this bit even where there is no such header.
const RECEIVED: u8 = 0x01;
/// The link header was left out.
const NO_LINK_HEADER: u8 = 0x02;
/// The control byte of LLC frames without numbers.
const UNNUMBERED: u8 = 0x03;
/// Extensions follow, with their length in front.
const EXTENSIONS: u8 = 0x80;

/// A frame of one of Juniper's link types.
pub(super) fn frame(link_type: LinkType, view: View<'_>) -> Step<'_> {
    let marked = view.array::<3>(0)? == MAGIC;
    let flags = if marked { view.u8(3)? } else { 0 };
    let size = match (marked, flags & EXTENSIONS) {
        (false, _) => 0,
        (true, 0) => 4,
        (true, _) => 6 + usize::from(view.u16(4)?),
    };
    let rest = view.skip(size)?;
    let received = view.u8(3)? & RECEIVED != 0;
    if flags & NO_LINK_HEADER != 0 {
        return by_number(u32::from(rest.u8(0)?), rest.skip(4)?);
    }
    match link_type.0 {
        130 => multilink_ppp(rest, received),
        131 => multilink_frame_relay(rest),
        167 | 178 => Ok((Protocol::Ethernet, rest)),
        133 => by_number(
            u32::from(rest.array(0).map(u16::from_le_bytes)?),
            rest.skip(4)?,
        ),
        135 => behind_long_cookie(rest, received),
        // A services card: what it was told, longer for what was received.
        136 => Ok((Protocol::Ip, rest.skip(if received { 16 } else { 12 })?)),
        137 => behind_cookie(rest),
        179 => Ok((Protocol::Ppp, rest.skip(2)?)),
        180 => frame_relay::frame(rest),
        181 => ppp::cisco_hdlc(rest),
        183 => Ok((Protocol::Ip, rest.skip(18)?)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Address and control of PPP.
const PPP_ADDRESS: u16 = 0xff03;
/// The first byte of the cookie that a card writes which bundles links.
const OF_BUNDLE: u8 = 0x54;
/// The same of a card that serves packets as well.
const OF_SERVICE: [u8; 2] = [0x40, 0x47];

/// PPP over several links: behind a cookie, or where one of its protocols shows, perhaps behind two more bytes.
fn multilink_ppp(view: View<'_>, received: bool) -> Step<'_> {
    match view.u8(0)? {
        OF_BUNDLE => return Ok((Protocol::Ppp, view.skip(4)?)),
        first if OF_SERVICE.contains(&first) => {
            let rest = view.skip(8)?;
            return match service(view)? {
                (0, own) if received && !own => Ok((Protocol::Ppp, rest)),
                (0, _) => Ok((Protocol::Ip, rest)),
                (number, _) => by_service_number(number, rest),
            };
        }
        _ => {}
    }
    let framed = view.u16(0)? == PPP_ADDRESS;
    let view = view.skip(if framed { 2 } else { 0 })?;
    for at in [2, 0] {
        if matches!(view.u16(at)?, 0x0021 | 0x0057 | 0x0281 | 0x0283) {
            return Ok((Protocol::Ppp, view.skip(at)?));
        }
    }
    if framed {
        return Ok((Protocol::Ppp, view));
    }
    Err(Stop::NotTcp(NotTcp::NoPayload))
}

/// Frame relay over several links: behind a cookie, or a number and a control byte with or without padding.
fn multilink_frame_relay(view: View<'_>) -> Step<'_> {
    match view.u8(0)? {
        OF_BUNDLE => {
            let rest = view.skip(4)?;
            let control = match rest.array(0)? {
                [0, UNNUMBERED] | [UNNUMBERED, 0] => 2,
                [UNNUMBERED, _] => 1,
                _ => 0,
            };
            osi::packet(rest.skip(control)?)
        }
        first if OF_SERVICE.contains(&first) => {
            let rest = view.skip(8)?;
            match service(view)? {
                (0, false) => Ok((Protocol::Ip, rest)),
                (0 | 4.., _) if rest.u8(0)? == UNNUMBERED => osi::packet(rest.skip(1)?),
                (number, _) => by_service_number(number, rest),
            }
        }
        _ => match view.array(2)? {
            [0, UNNUMBERED] | [UNNUMBERED, 0] => osi::packet(view.skip(4)?),
            [UNNUMBERED, _] => osi::packet(view.skip(3)?),
            _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
        },
    }
}

/// What the cookie of a service tells: a number for the protocol, 0 where the kind of link decides, and whether the
/// router itself sent this.
fn service(cookie: View<'_>) -> Result<(u8, bool), Broken> {
    const OWN: u8 = 0x03;
    Ok((cookie.u8(5)? >> 4, cookie.u8(4)? & OWN == OWN))
}

fn by_service_number(number: u8, rest: View<'_>) -> Step<'_> {
    match number {
        1 => Ok((Protocol::Ipv6, rest)),
        2 => Ok((Protocol::Mpls, rest)),
        3 => osi::packet(rest),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// An ATM interface: a cookie, which may announce a management cell; LLC, an OSI protocol identifier, or IP by its version.
fn behind_cookie(view: View<'_>) -> Step<'_> {
    const MANAGEMENT: u8 = 0x80;
    if view.u8(0)? == MANAGEMENT {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let view = view.skip(4)?;
    match view.array::<3>(0)? {
        [0xaa, 0xaa, UNNUMBERED] => Ok((Protocol::Llc, view)),
        [UNNUMBERED, ..] => osi::packet(view.skip(1)?),
        _ => Ok((Protocol::Ip, view)),
    }
}

/// A newer ATM interface: the same behind a longer cookie, which tells the kind of cell; or PPP, or what was bridged and is sent.
fn behind_long_cookie(view: View<'_>, received: bool) -> Step<'_> {
    const MANAGEMENT: u8 = 0x70;
    const GAP: u8 = 0x3f;
    let bridged = !received && view.u8(3)? & GAP != 0;
    if view.u8(7)? & MANAGEMENT != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let view = view.skip(8)?;
    match view.array::<3>(0)? {
        [0xaa, 0xaa, UNNUMBERED] => Ok((Protocol::Llc, view)),
        _ if bridged => Ok((Protocol::Ethernet, view)),
        [UNNUMBERED, ..] => osi::packet(view.skip(1)?),
        [0x00, 0x21 | 0x57, _] => Ok((Protocol::Ppp, view)),
        _ => Ok((Protocol::Ip, view)),
    }
}

/// Junos' own numbers.
fn by_number(number: u32, rest: View<'_>) -> Step<'_> {
    match number {
        2 | 3 => Ok((Protocol::Ip, rest)),
        4 | 5 | 8 | 32 => Ok((Protocol::Mpls, rest)),
        6 | 7 => Ok((Protocol::Ipv6, rest)),
        10 | 33 | 201 => osi::packet(rest),
        200 => Ok((Protocol::Ppp, rest)),
        202 | 203 => Ok((Protocol::Llc, rest)),
        204 => Ok((Protocol::Ethernet, rest)),
        207 => Ok((Protocol::FrameRelay, rest)),
        208 => ppp::cisco_hdlc(rest),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(other))),
    }
}
