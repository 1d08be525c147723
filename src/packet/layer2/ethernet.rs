//! Ethernet II, 802.3 with LLC and SNAP (IEEE 802.3 section 3.2.6, 802.2), Cisco ISL.

use super::type_field::{MAX_LENGTH, type_or_length};
use super::{osi, vendors};
use crate::net::LinkType;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Cisco `FabricPath`, which is known in Ethernet frames only.
const FABRIC_PATH: u16 = 0x8903;

/// An Ethernet frame.
pub(in crate::packet) fn frame(view: View<'_>) -> Step<'_> {
    let number = view.u16(12)?;
    if number <= MAX_LENGTH && is_isl(view) {
        return inter_switch(number, view);
    }
    // `FabricPath` is known behind one tag at most.
    let behind = if matches!(number, 0x8100 | 0x88a8) {
        18
    } else {
        14
    };
    if view.u16(behind - 2) == Ok(FABRIC_PATH) {
        return Ok((Protocol::FabricPath, view.skip(behind)?));
    }
    Ok(type_or_length(number, view.skip(14)?))
}

/// Cisco ISL: the frame type in the fifth byte, a length that counts what follows it (0: all), then at 26 an Ethernet frame
/// with its check sequence, or at 31 a token ring frame.
fn inter_switch(length: u16, view: View<'_>) -> Step<'_> {
    const CHECK_SEQUENCE: usize = 4;
    let view = match length {
        0 => view,
        length => view.of_frame(14 + usize::from(length)),
    };
    match view.u8(5)? >> 4 {
        0 => {
            let frame = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
            Ok((Protocol::Ethernet, frame.skip(26)?))
        }
        1 => Ok((Protocol::Link(LinkType::TOKEN_RING), view.skip(31)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Its multicast destinations.
fn is_isl(view: View<'_>) -> bool {
    matches!(
        view.array::<5>(0),
        Ok([0x01 | 0x0c, 0x00, 0x0c, 0x00, 0x00])
    )
}

/// 802.2: destination SAP, source SAP, control; SNAP adds an organisation and a type.
pub(in crate::packet) fn llc(view: View<'_>) -> Step<'_> {
    const SNAP: (u8, u8) = (0xaa, 0xaa);
    const IP: u8 = 0x06;
    const XNS: u8 = 0x80;
    let saps = (view.u8(0)?, view.u8(1)?);
    let control = view.u8(2)?;
    // Unnumbered frames have one control byte, the others two.
    let rest = view.skip(if control & 3 == 3 { 3 } else { 4 })?;
    let is_information = control & 1 == 0 || control == 3;
    if saps == SNAP && is_information {
        return snap(rest, 2);
    }
    match (is_information, saps) {
        (true, (IP, _)) => Ok((Protocol::Ip, rest)),
        (true, (0x14 | 0x20 | 0x34 | 0x54 | 0xfe, _)) => osi::packet(rest),
        (true, (XNS, _)) => Ok((Protocol::EtherType(rest.u16(0)?), rest.skip(2)?)),
        (_, (high, low)) => {
            let number = u16::from_be_bytes([high, low]);
            Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number))))
        }
    }
}

/// Organisation 0 and the bridge-tunnel organisation carry `EtherType`s; IEEE 802.1's own carries bridged frames behind
/// `padding` bytes.
pub(super) fn snap(view: View<'_>, padding: usize) -> Step<'_> {
    const ETHER_TYPES: [u32; 2] = [0, 0xf8];
    const BRIDGED: u32 = 0x80c2;
    const APPLE: u32 = 0x0000_17f2;
    let organisation = view.u32(0)? >> 8;
    let number = view.u16(3)?;
    let rest = view.skip(5)?;
    match (organisation, number) {
        (APPLE, 0x0800) => vendors::direct_link(rest),
        (BRIDGED, 1 | 7) => Ok((Protocol::Ethernet, rest.skip(padding)?)),
        _ if ETHER_TYPES.contains(&organisation) => Ok((Protocol::EtherType(number), rest)),
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}
