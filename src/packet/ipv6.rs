//! IPv6 and its extension headers (RFC 8200), jumbograms (RFC 2675).

use super::decoded::{Fault, NotTcp};
use super::view::View;
use super::walk::{Context, Protocol, Step, Stop};
use std::net::Ipv6Addr;

/// The fixed header.
pub(super) const HEADER: usize = 40;

/// Reads one IPv6 header.
pub(super) fn header<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    let version = view.u8(0)? >> 4;
    if version != 6 {
        return Err(view.broken(0, Fault::Version(version)).into());
    }
    let length = usize::from(view.u16(4)?);
    let next = view.u8(6)?;
    cx.source = Ipv6Addr::from(view.array::<16>(8)?).into();
    cx.destination = Ipv6Addr::from(view.array::<16>(24)?).into();
    let payload = view.skip(HEADER)?;
    // Zero: segmentation offload or a jumbogram; the frame decides.
    let payload = if length == 0 {
        payload
    } else {
        payload.limit(length)
    };
    Ok((Protocol::Transport(next), payload))
}

/// Hop-by-hop options, routing, destination options: next header, length in units of 8 bytes without the first.
pub(super) fn extension<'d>(number: u8, view: View<'d>, cx: &mut Context) -> Step<'d> {
    if cx.source.is_ipv4() {
        return Err(Stop::NotTcp(NotTcp::OtherTransport(number)));
    }
    let next = view.u8(0)?;
    let size = (usize::from(view.u8(1)?) + 1) * 8;
    Ok((Protocol::Transport(next), view.skip(size)?))
}
