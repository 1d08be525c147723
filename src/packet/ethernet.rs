//! Ethernet II, 802.3 with LLC and SNAP, VLAN tags (IEEE 802.3 section 3.2.6, 802.1Q, 802.2).

use super::decoded::NotTcp;
use super::view::View;
use super::walk::{Context, Protocol, Step, Stop};

/// Type fields up to here are 802.3 lengths.
const MAX_LENGTH: u16 = 1500;
/// IPv4.
pub(super) const TYPE_IPV4: u16 = 0x0800;
/// IPv6.
pub(super) const TYPE_IPV6: u16 = 0x86dd;

/// An Ethernet frame.
pub(super) fn frame(view: View<'_>) -> Step<'_> {
    type_or_length(view.u16(12)?, view.skip(14)?)
}

/// What follows a type/length field: 802.3 lengths mean LLC and cut the padding off.
pub(super) fn type_or_length(number: u16, view: View<'_>) -> Step<'_> {
    if number > MAX_LENGTH {
        return Ok((Protocol::EtherType(number), view));
    }
    Ok((Protocol::Llc, view.limit(usize::from(number))))
}

/// The payload that an `EtherType` announces.
pub(super) fn by_type<'d>(number: u16, view: View<'d>, cx: &mut Context) -> Step<'d> {
    match number {
        TYPE_IPV4 => Ok((Protocol::Ip, view)),
        TYPE_IPV6 => Ok((Protocol::Ipv6, view)),
        0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
            cx.vlan = view.u16(0)? & 0x0fff;
            type_or_length(view.u16(2)?, view.skip(4)?)
        }
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}

/// 802.2: destination SAP, source SAP, control; SNAP adds an organisation and a type.
pub(super) fn llc(view: View<'_>) -> Step<'_> {
    let saps = view.u16(0)?;
    let organisation_and_type = match saps {
        0xaaaa => view.u32(3)?,
        0x0606 => return Ok((Protocol::Ip, view.skip(3)?)),
        _ => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(saps)))),
    };
    let number = view.u16(6)?;
    match organisation_and_type >> 8 {
        0 | 0x0000_00f8 => Ok((Protocol::EtherType(number), view.skip(8)?)),
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}
