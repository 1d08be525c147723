//! CAPWAP data (RFC 5415 section 4.3): what access points send to their controller, whole or in fragments.
//!
//! Owns: its header. Must not know: how fragments wait, what the frames carry.

use crate::packet::decoded::NotTcp;
use crate::packet::ip::fragments::{Fragment, FragmentTable, Identity, Key};
use crate::packet::step::{Context, Protocol, Shape, Step, Stop, put_together};
use crate::packet::view::View;

/// 802.3 frames, or 802.11 frames with the bytes of frame control swapped, as Cisco sends them, unless encrypted.
pub(in crate::packet) fn data<'d>(
    view: View<'d>,
    cx: &Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    const ENCRYPTED: u8 = 1;
    const KEEP_ALIVE: u8 = 0x08;
    const FRAGMENT: u8 = 0x80;
    const LAST: u8 = 0x40;
    const OFFSET_MASK: u16 = 0xfff8;
    let [preamble, size, kind, flags] = view.array(0)?;
    // Of the preamble only the type counts for tshark: encrypted or not.
    if preamble & 0x0f == ENCRYPTED {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    // Of a frame in fragments the one that completes it says what it is.
    let protocol = if flags & KEEP_ALIVE == 0 {
        carried(kind)
    } else {
        Err(Stop::NotTcp(NotTcp::NoPayload))
    };
    let body = view.skip(usize::from(size >> 3) * 4)?;
    if flags & FRAGMENT == 0 {
        return Ok((protocol?, body));
    }
    let Some(data @ [_, ..]) = body.whole() else {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    };
    let (source, destination) = cx.ends();
    let key = Key {
        source,
        destination,
        id: Identity::Capwap(view.u16(4)?),
    };
    let fragment = Fragment {
        offset: usize::from(view.u16(6)? & OFFSET_MASK),
        more: flags & LAST == 0,
        data,
    };
    let whole = table.add(key, fragment, cx.now);
    put_together(protocol?, whole)
}

/// What the byte with the binding and the format of the payload announces: 802.3, or what this binding has natively.
fn carried(kind: u8) -> Result<Protocol, Stop> {
    const NATIVE: u8 = 0x01;
    const WLAN: u8 = 1;
    match (kind & NATIVE, kind >> 1 & 0x1f) {
        (0, _) => Ok(Protocol::Ethernet),
        (_, WLAN) => Ok(Protocol::Wlan(Shape {
            swapped: true,
            ..Shape::default()
        })),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}
