//! B.A.T.M.A.N. advanced (compatibility versions 6 to 15): meshes of Ethernet, with fragments of their own.
//!
//! Owns: its headers. Must not know: how fragments wait, what the Ethernet frames carry.

use super::numbered::{Fragment, FrameTable, Key};
use crate::net::Timestamp;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop, put_together};
use crate::packet::view::View;

/// Its `EtherType`.
pub(in crate::packet) const ETHER_TYPE: u16 = 0x4305;

/// Unicast (with one or two addresses) and broadcast packets carry Ethernet; others announce or ask something.
pub(in crate::packet) fn packet<'d>(
    view: View<'d>,
    now: Timestamp,
    table: &mut FrameTable,
) -> Step<'d> {
    let size = match (view.u8(1)?, view.u8(0)?) {
        (6..=13, 3) => 9,
        (14, 3) | (15, 0x40) | (6..=9, 4) => 10,
        (10..=13, 4) => 13,
        (14, 4) | (15, 1) => 14,
        (14, 9) | (15, 0x42) => 18,
        (12 | 13, 6) => return half(view, [2, 9, 10], now, table),
        (14, 6) => return half(view, [4, 10, 12], now, table),
        (15, 0x41) => return part(view, now, table),
        _ => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(ETHER_TYPE)))),
    };
    Ok((Protocol::Ethernet, view.skip(size)?))
}

/// Half a frame before version 15, with its destination, flags and source at these places: the first half has a bit set and
/// the number before the other's.
fn half<'d>(
    view: View<'d>,
    [destination, flags, source]: [usize; 3],
    now: Timestamp,
    table: &mut FrameTable,
) -> Step<'d> {
    const FIRST: u8 = 1;
    let is_first = view.u8(flags)? & FIRST != 0;
    let key = Key {
        destination: Some(view.array(destination)?),
        source: Some(view.array(source)?),
        sequence: view.u16(source + 6)?.wrapping_add(u16::from(is_first)),
    };
    let fragment = one_of_two(is_first, view.skip(source + 8)?.whole());
    put_together(Protocol::Ethernet, table.add(key, fragment, now))
}

/// A part of a packet in version 15, counted from the end. tshark knows packets of two parts, and takes what was captured of
/// them for all of it.
fn part<'d>(view: View<'d>, now: Timestamp, table: &mut FrameTable) -> Step<'d> {
    let is_first = match view.u8(3)? >> 4 {
        0 => false,
        1 => true,
        _ => return Err(Stop::NotTcp(NotTcp::Fragment)),
    };
    let key = Key {
        destination: Some(view.array(4)?),
        source: Some(view.array(10)?),
        sequence: view.u16(16)?,
    };
    let fragment = one_of_two(is_first, Some(view.skip(20)?.data));
    put_together(Protocol::Batman, table.add(key, fragment, now))
}

fn one_of_two(is_first: bool, data: Option<&[u8]>) -> Fragment<'_> {
    Fragment {
        number: u8::from(!is_first),
        more: is_first,
        data,
    }
}
