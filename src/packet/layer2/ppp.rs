//! PPP (RFC 1661, RFC 1662 framing, RFC 1990 multilink, RFC 3518 bridging) and PPPoE sessions (RFC 2516).

use super::osi;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Part, Protocol, Step, Stop};
use crate::packet::view::View;

/// A PPPoE session packet: version and type, code, session, length, then PPP.
pub(in crate::packet) fn over_ethernet(view: View<'_>) -> Step<'_> {
    let length = usize::from(view.u16(4)?);
    Ok((Protocol::Ppp, view.skip(6)?.limit(length)))
}

/// PPP that may start with the HDLC address and control bytes, or be Cisco HDLC in disguise.
pub(in crate::packet) fn framed(view: View<'_>) -> Step<'_> {
    match view.u8(0)? {
        0x0f | 0x8f => cisco_hdlc(view),
        0xff => Ok((Protocol::Ppp, view.skip(2)?)),
        _ => Ok((Protocol::Ppp, view)),
    }
}

/// Cisco HDLC: address, control, `EtherType`; for OSI a control byte and a protocol identifier.
pub(in crate::packet) fn cisco_hdlc(view: View<'_>) -> Step<'_> {
    by_cisco_type(view.u16(2)?, view.skip(4)?)
}

/// A type that Cisco HDLC and Cisco's frame relay carry.
pub(super) const fn is_cisco_type(number: u16) -> bool {
    matches!(number, 0x0800 | 0x86dd | 0x8847 | 0x8848 | 0x6558 | 0xfefe)
}

/// What such a type announces.
pub(super) fn by_cisco_type(number: u16, rest: View<'_>) -> Step<'_> {
    match number {
        0xfefe => osi::packet(rest.skip(1)?),
        number if is_cisco_type(number) => Ok((Protocol::EtherType(number), rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// The protocol field, one byte long if that is odd, and its payload.
pub(in crate::packet) fn payload(view: View<'_>) -> Step<'_> {
    let first = view.u8(0)?;
    let (number, rest) = if first & 1 == 1 {
        (u16::from(first), view.skip(1)?)
    } else {
        (view.u16(0)?, view.skip(2)?)
    };
    match number {
        0x0021 | 0x0800 => Ok((Protocol::Ip, rest)),
        0x0057 | 0x86dd => Ok((Protocol::Ipv6, rest)),
        0x0281 | 0x0283 => Ok((Protocol::Mpls, rest)),
        0x0023 => osi::packet(rest),
        0x002f => van_jacobson(rest),
        0x0031 => bridged(rest),
        0x003d => multilink(rest),
        0x004b => Ok((Protocol::Llc, rest)),
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}

/// RFC 1144, uncompressed: a whole packet with the number of its compression slot in the protocol field.
fn van_jacobson(view: View<'_>) -> Step<'_> {
    const PROTOCOL: usize = 9;
    const TCP: u8 = 6;
    if view.u8(0)? >> 4 != 4 || view.data.len() <= PROTOCOL {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let mut packet = view.data.to_vec();
    packet[PROTOCOL] = TCP;
    Err(Stop::Reassembled(Protocol::Ip, packet))
}

/// PPP as it goes over a serial line (RFC 1662 section 4), as CDMA 2000 carries it: whole frames between flags.
pub(in crate::packet) fn byte_stream(view: View<'_>) -> Step<'_> {
    const FLAG: u8 = 0x7e;
    const ESCAPE: u8 = 0x7d;
    let mut frames = Vec::new();
    let mut between = view.data.split(|&byte| byte == FLAG).skip(1).peekable();
    while let Some(frame) = between.next() {
        // Behind the last flag a frame begins that goes on elsewhere.
        if frame.is_empty() || between.peek().is_none() {
            continue;
        }
        let mut bytes = frame.iter();
        let mut plain = Vec::with_capacity(frame.len());
        while let Some(&byte) = bytes.next() {
            match byte {
                ESCAPE => plain.extend(bytes.next().map(|escaped| escaped ^ 0x20)),
                byte => plain.push(byte),
            }
        }
        frames.push(Part {
            protocol: Protocol::PppFramed,
            reported: plain.len(),
            bytes: plain,
        });
    }
    Err(Stop::Several(frames))
}

/// Bridging: flags (low nibble: padding length), MAC type 1 for Ethernet. Control messages carry nothing.
fn bridged(view: View<'_>) -> Step<'_> {
    const CONTROL: u8 = 0x10;
    match view.u8(1)? {
        _ if view.u8(0)? & CONTROL != 0 => Err(Stop::NotTcp(NotTcp::NoPayload)),
        1 => Ok((Protocol::Ethernet, view.skip(2)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Multilink with long sequence numbers: only packets that were not split (first and last bit set).
fn multilink(view: View<'_>) -> Step<'_> {
    if view.u8(0)? & 0xc0 == 0xc0 {
        Ok((Protocol::Ppp, view.skip(4)?))
    } else {
        Err(Stop::NotTcp(NotTcp::Fragment))
    }
}
