//! The `EtherType` table: what the numbers of ours announce.
//!
//! Must not know: where they stand.

use super::{amateur, batman, lwapp, ppp, tags, tecmp, vendors};
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Context, Protocol, Step, Stop};
use crate::packet::view::View;

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
        0x88bb | 0xbbbb => |view, _| lwapp::frame(view),
        0x99fe => |view, _| tecmp::entries(view),
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
pub(in crate::packet) fn by_type<'d>(number: u16, view: View<'d>, cx: &mut Context) -> Step<'d> {
    match reader(number) {
        Some(read) => read(view, cx),
        None => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(number)))),
    }
}

/// Something of ours may follow this `EtherType`.
pub(super) fn is_known_type(number: u16) -> bool {
    reader(number).is_some()
}
