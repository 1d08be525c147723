//! IPv4 (RFC 791): lengths, options that change the destination, what comes next.

use super::decoded::{Fault, NotTcp};
use super::view::View;
use super::walk::{Context, Protocol, Step, Stop};
use std::net::Ipv4Addr;

/// Header without options.
const MIN_HEADER: usize = 20;
/// More fragments.
const MORE_FRAGMENTS: u16 = 0x2000;
/// Fragment offset in units of 8 bytes.
const OFFSET_MASK: u16 = 0x1fff;

/// Reads one IPv4 header.
pub(super) fn header<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
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
    cx.source = Ipv4Addr::from(view.array::<4>(12)?).into();
    cx.destination = Ipv4Addr::from(view.array::<4>(16)?).into();
    let payload = view.skip(header)?;
    let fragment = view.u16(6)?;
    if fragment & (MORE_FRAGMENTS | OFFSET_MASK) != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    Ok((Protocol::Transport(protocol), payload))
}

/// The total length; 0 means that segmentation offload left it open and the frame decides (IN-2).
fn total_length(view: View<'_>, header: usize) -> Result<usize, Stop> {
    match view.u16(2)? {
        0 => Ok(view.reported),
        total if usize::from(total) < header => {
            Err(view.broken(2, Fault::TotalLength(total)).into())
        }
        total => Ok(usize::from(total)),
    }
}
