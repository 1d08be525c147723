//! What the BSDs put in front of a packet: an address family, alone or among other fields.

use crate::packet::decoded::NotTcp;
use crate::packet::layer2::{ppp, type_field};
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// BSD loopback: an address family in the byte order of the capturing host, which may be either, 16 bits wide on some
/// systems; an `EtherType` or PPP on others.
pub(super) fn null(view: View<'_>) -> Step<'_> {
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

/// OpenBSD loopback: the family in network byte order.
pub(super) fn loopback(view: View<'_>) -> Step<'_> {
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

/// OpenBSD's enc interface: family in host byte order, SPI, flags.
pub(super) fn encrypted(view: View<'_>) -> Step<'_> {
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
pub(super) fn packet_filter(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.u8(0)?).next_multiple_of(4);
    by_family(u32::from(view.u8(1)?), view.skip(size)?)
}
