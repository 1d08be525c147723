//! IPv6, its extension headers and fragments (RFC 8200), jumbograms (RFC 2675), AH (RFC 4302).

use super::fragments::{Fragment, FragmentTable, Identity, Key};
use crate::packet::decoded::{Fault, NotTcp};
use crate::packet::step::{Context, Protocol, Step, Stop, put_together};
use crate::packet::view::View;
use std::net::Ipv6Addr;

/// The fixed header.
const HEADER: usize = 40;
/// Hop-by-hop options.
const HOP_BY_HOP: u8 = 0;
/// Fragment header.
pub(in crate::packet) const FRAGMENT: u8 = 44;

/// Reads one IPv6 header.
pub(in crate::packet) fn header<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    let version = view.u8(0)? >> 4;
    if version != 6 {
        return Err(view.broken(0, Fault::Version(version)).into());
    }
    let length = usize::from(view.u16(4)?);
    let next = view.u8(6)?;
    cx.source = Ipv6Addr::from(view.array::<16>(8)?).into();
    cx.destination = Ipv6Addr::from(view.array::<16>(24)?).into();
    cx.effective = None;
    let payload = view.skip(HEADER)?;
    let length = match length {
        0 if next == HOP_BY_HOP => jumbo_length(payload).unwrap_or(0),
        length => length,
    };
    if length == 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    cx.ip_length = HEADER + length;
    cx.short = payload.reported < length;
    cx.reassembled = false;
    Ok((Protocol::Transport(next), payload.limit(length)))
}

/// The jumbo payload option (194) among hop-by-hop options; of another length than 4, or smaller than 65,536, it is invalid
/// (RFC 2675 section 3).
fn jumbo_length(options: View<'_>) -> Option<usize> {
    let end = (usize::from(options.u8(1).ok()?) + 1) * 8;
    let mut at = 2;
    while at < end {
        match options.u8(at).ok()? {
            0 => at += 1,
            194 if options.u8(at + 1) == Ok(4) => {
                let length = options.u32(at + 2).ok()?;
                return (length > 0xffff).then_some(length as usize);
            }
            _ => at += 2 + usize::from(options.u8(at + 1).ok()?),
        }
    }
    None
}

/// What all extension headers share: next header, length in units of 8 bytes without the first.
pub(super) fn extension(view: View<'_>) -> Step<'_> {
    let next = view.u8(0)?;
    let size = (usize::from(view.u8(1)?) + 1) * 8;
    Ok((Protocol::Transport(next), view.skip(size)?))
}

/// Authentication header: length in units of 4 bytes without the first two.
pub(in crate::packet) fn authentication(view: View<'_>) -> Step<'_> {
    let next = view.u8(0)?;
    let size = (usize::from(view.u8(1)?) + 2) * 4;
    Ok((Protocol::Transport(next), view.skip(size)?))
}

/// Fragment header. The next header of the frame that completes the datagram counts, as in tshark.
pub(in crate::packet) fn fragment<'d>(
    view: View<'d>,
    cx: &mut Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    let next = Protocol::Transport(view.u8(0)?);
    let offset_and_more = view.u16(2)?;
    // As tshark: by where the packet goes in the end, so that fragments with a route and without do not meet.
    let (source, destination) = cx.ends();
    let key = Key {
        source,
        destination,
        id: Identity::V6(view.u32(4)?),
    };
    let payload = view.skip(8)?;
    let (offset, more) = (
        usize::from(offset_and_more & 0xfff8),
        offset_and_more & 1 != 0,
    );
    // In a datagram put together already, tshark takes another fragment header for the only one.
    if offset == 0 && !more || cx.reassembled {
        return Ok((next, payload));
    }
    let Some(data @ [_, ..]) = payload.whole().filter(|_| !cx.short) else {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    };
    let fragment = Fragment { offset, more, data };
    let whole = table.add(key, fragment, cx.now);
    cx.reassembled = whole.is_some();
    put_together(next, whole)
}
