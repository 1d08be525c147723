//! Ethernet II, 802.3 with LLC and SNAP (IEEE 802.3 section 3.2.6, 802.2), Cisco ISL, and the `EtherType` table.

use super::decoded::NotTcp;
use super::step::{Context, Protocol, Step, Stop};
use super::view::View;
use super::{amateur, batman, devices, legacy, osi, ppp, relayed, tags, vendors};

/// Type fields up to here are 802.3 lengths.
pub(super) const MAX_LENGTH: u16 = 1500;
/// Cisco `FabricPath`, which is known in Ethernet frames only.
const FABRIC_PATH: u16 = 0x8903;

/// An Ethernet frame.
pub(super) fn frame(view: View<'_>) -> Step<'_> {
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
        1 => legacy::token_ring(view.skip(31)?),
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

/// What follows a type/length field: 802.3 lengths mean LLC and cut the padding off.
pub(super) fn type_or_length(number: u16, view: View<'_>) -> (Protocol, View<'_>) {
    if number > MAX_LENGTH {
        return (announced(number, view), view);
    }
    (Protocol::Llc, view.limit(usize::from(number)))
}

/// What a type stands for in Ethernet, its tags and Linux' cooked headers. Only there tshark also looks at what follows:
/// IPv4 has a second type, which does without a number in the table.
pub(super) fn announced(number: u16, view: View<'_>) -> Protocol {
    const BY_ITS_LOOKS: u16 = 0xfff2;
    match view.u8(0) {
        Ok(first) if number == BY_ITS_LOOKS && first >> 4 == 4 => Protocol::Ip,
        _ => Protocol::EtherType(number),
    }
}

/// Reads what an `EtherType` announces.
type Reader = for<'d> fn(View<'d>, &mut Context) -> Step<'d>;

/// The reader of an `EtherType`; `None` for those that announce nothing of ours.
fn reader(number: u16) -> Option<Reader> {
    let reader: Reader = match number {
        0x0800 => |view, _| Ok((Protocol::Ip, view)),
        0x86dd => |view, _| Ok((Protocol::Ipv6, view)),
        0x8100 | 0x9100 => tags::vlan,
        0x88a8 => |view, _| tags::plain(view, 2),
        0x8847 | 0x8848 => |view, _| Ok((Protocol::Mpls, view)),
        0x8864 => |view, _| ppp::over_ethernet(view),
        0x8870 => |view, _| Ok((Protocol::Llc, view)),
        0x6558 => |view, _| Ok((Protocol::Ethernet, view)),
        0x8926 | 0x892f | 0xf1c1 => |view, _| tags::plain(view, 4),
        0x893f | 0x8909 | 0x8988 => |view, _| tags::plain(view, 6),
        0x88e7 => |view, _| tags::backbone(view),
        0x88de => |view, _| vendors::lab_manager(view),
        0x88e5 => |view, _| tags::macsec(view),
        0x22f3 => |view, _| tags::trill(view),
        0x894f => |view, _| tags::service(view),
        0xd28b => |view, _| tags::arista(view),
        batman::ETHER_TYPE => |view, _| Ok((Protocol::Batman, view)),
        0x2452 => |view, _| Ok((Protocol::WLAN, view)),
        0x88bb | 0xbbbb => |view, _| relayed::lwapp(12_222, view),
        0x99fe => |view, _| devices::tecmp(view),
        0x08ff => |view, _| amateur::bpq(view),
        0x22e5 => |view, _| vendors::gigamon(view),
        0x886c => |view, _| vendors::home_pna(view),
        0x88a1 => |view, _| vendors::telkonet(view),
        0xe555 => |view, _| vendors::extreme(view),
        _ => return None,
    };
    Some(reader)
}

/// The payload that an `EtherType` announces.
pub(super) fn by_type<'d>(number: u16, view: View<'d>, cx: &mut Context) -> Step<'d> {
    match reader(number) {
        Some(read) => read(view, cx),
        None => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}

/// Something of ours may follow this `EtherType`.
pub(super) fn is_known_type(number: u16) -> bool {
    reader(number).is_some()
}

/// 802.2: destination SAP, source SAP, control; SNAP adds an organisation and a type.
pub(super) fn llc(view: View<'_>) -> Step<'_> {
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
