//! IPv4 (RFC 791): lengths, options that change the destination, fragments, what comes next.

use super::fragments::{Fragment, FragmentTable, Identity, Key};
use super::v4_options;
use crate::packet::decoded::{Fault, NotTcp};
use crate::packet::step::{Context, Protocol, Step, Stop, put_together};
use crate::packet::view::View;
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
    if header > MIN_HEADER {
        let options = view.limit(header).skip(MIN_HEADER)?;
        // tshark forgives a quote whatever is wrong with them.
        if !cx.quoted {
            v4_options::check(options)?;
        }
        if let Some(last) = v4_options::last_stop(options) {
            cx.destination = last.into();
        }
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
