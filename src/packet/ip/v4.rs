//! IPv4 (RFC 791): lengths, options that change the destination, fragments, what comes next.

use super::cipso;
use super::fragments::{Fragment, FragmentTable, Identity, Key};
use crate::packet::decoded::{Fault, NotTcp};
use crate::packet::step::{Context, Protocol, Step, Stop, put_together};
use crate::packet::view::{Broken, View};
use std::net::Ipv4Addr;

/// Header without options.
const MIN_HEADER: usize = 20;
/// More fragments.
const MORE_FRAGMENTS: u16 = 0x2000;
/// Fragment offset in units of 8 bytes.
const OFFSET_MASK: u16 = 0x1fff;

/// Reads one IPv4 header.
pub(in crate::packet) fn header<'d>(
    view: View<'d>,
    cx: &mut Context,
    table: &mut FragmentTable,
) -> Step<'d> {
    let first = view.u8(0)?;
    if first >> 4 != 4 {
        return Err(view.broken(0, Fault::Version(first >> 4)).into());
    }
    let header = usize::from(first & 0x0f) * 4;
    if header < MIN_HEADER {
        return Err(view.broken(0, Fault::HeaderLength(header as u8)).into());
    }
    let total = total_length(view, header)?;
    let view = view.limit(total);
    let protocol = view.u8(9)?;
    cx.effective = None;
    cx.ip_length = total;
    cx.source = Ipv4Addr::from(view.array::<4>(12)?).into();
    cx.destination = Ipv4Addr::from(view.array::<4>(16)?).into();
    if header > MIN_HEADER
        && let Some(last) = routed_to(view.limit(header).skip(MIN_HEADER)?, cx.quoted)?
    {
        cx.destination = last.into();
    }
    let payload = view.skip(header)?;
    let fragment = view.u16(6)?;
    if fragment & (MORE_FRAGMENTS | OFFSET_MASK) == 0 {
        cx.fragmented = false;
        return Ok((Protocol::Transport(protocol), payload));
    }
    let length = total - header;
    if length == 0 || payload.data.len() < length {
        return incomplete(fragment, protocol, payload, cx);
    }
    let key = Key {
        source: cx.source,
        destination: cx.destination,
        id: Identity::V4(view.u16(4)? ^ u16::from(protocol) ^ cx.vlan),
    };
    let fragment = Fragment {
        offset: usize::from(fragment & OFFSET_MASK) * 8,
        more: fragment & MORE_FRAGMENTS != 0,
        data: &payload.data[..length],
    };
    let whole = table.add(key, fragment, cx.now);
    put_together(Protocol::Transport(protocol), whole)
}

/// The total length; 0 means that segmentation offload left it open and the frame decides (IN-2).
fn total_length(view: View<'_>, header: usize) -> Result<usize, Stop> {
    match view.u16(2)? {
        0 if view.reported >= header => Ok(view.reported),
        total if usize::from(total) < header => {
            Err(view.broken(2, Fault::TotalLength(total)).into())
        }
        total => Ok(usize::from(total)),
    }
}

/// A fragment cut by the snap length cannot be put together; only a first one has something to show.
fn incomplete<'d>(fragment: u16, protocol: u8, payload: View<'d>, cx: &mut Context) -> Step<'d> {
    if fragment & OFFSET_MASK != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    cx.fragmented = true;
    Ok((Protocol::Transport(protocol), payload))
}

/// Commercial IP security.
const SECURITY: u8 = 134;
/// Loose and strict source and record route.
const ROUTES: [u8; 2] = [131, 137];

/// The options that have to be this long at least: kind and minimum. tshark gives the packet up when they are shorter.
const MIN_OPTION: [(u8, usize); 13] = [
    (7, 3),
    (11, 4),
    (12, 4),
    (25, 8),
    (68, 4),
    (82, 12),
    (130, 3),
    (131, 3),
    (133, 3),
    (SECURITY, 6),
    (136, 4),
    (137, 3),
    (148, 4),
];

/// The length that an option has to have at least. Only requests and reports of Quick-Start (RFC 4782) have a rate and a nonce.
fn shortest(option: &[u8]) -> usize {
    const QUICK_START: u8 = 25;
    match option {
        [QUICK_START, _, function, ..] if !matches!(function >> 4, 0 | 8) => 3,
        [kind, ..] => {
            let known = MIN_OPTION.iter().find(|(known, _)| known == kind);
            known.map_or(0, |&(_, minimum)| minimum)
        }
        [] => 0,
    }
}

/// The last address of a source route that still has hops to go (RFC 791 section 3.1); of several routes only the first is
/// looked at, as in tshark. It forgives `quoted` options whatever is wrong with them.
fn routed_to(mut options: View<'_>, quoted: bool) -> Result<Option<Ipv4Addr>, Broken> {
    let mut first = None;
    while let Some(&kind) = options.data.first() {
        let length = match kind {
            0 => break,
            1 => 1,
            _ => options.data.get(1).map_or(0, |&length| usize::from(length)),
        };
        if kind > 1 && length < 2 {
            break;
        }
        let Some(option) = options.data.get(..length) else {
            break;
        };
        if !quoted && length < shortest(option) {
            return Err(options.broken(1, Fault::HeaderLength(length as u8)));
        }
        if !quoted && kind == SECURITY && !cipso::stays_within(option) {
            return Err(options.broken(length, Fault::Cut));
        }
        if ROUTES.contains(&kind) {
            first.get_or_insert(hops_left(option));
        }
        options = options.skip(length)?;
    }
    Ok(first.flatten())
}

/// The final address of one source route option whose pointer is not past its end.
fn hops_left(option: &[u8]) -> Option<Ipv4Addr> {
    let pointer = *option.get(2)?;
    if pointer < 4 || pointer % 4 != 0 || usize::from(pointer) > option.len() {
        return None;
    }
    option.last_chunk::<4>().copied().map(Ipv4Addr::from)
}
