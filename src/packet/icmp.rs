//! Packets quoted inside ICMP and ICMPv6 errors (RFC 792, RFC 4443, RFC 4861 section 4.5; rules IC-1 to IC-4).

use super::decoded::NotTcp;
use super::view::View;
use super::walk::{Context, Protocol, Step, Stop};

/// ICMP: unreachable, source quench, redirect, time exceeded, parameter problem quote the packet at byte 8.
pub(super) fn v4<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    match view.u8(0)? {
        3 | 4 | 5 | 11 | 12 => {
            cx.quoted = true;
            Ok((Protocol::Ip, view.skip(8)?))
        }
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(1))),
    }
}

/// ICMPv6: the four errors quote the packet at byte 8, a redirect in an option.
pub(super) fn v6<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    cx.quoted = true;
    match view.u8(0)? {
        1..=4 => Ok((Protocol::Ipv6, view.skip(8)?)),
        137 => redirected(view.skip(40)?),
        _ => Err(Stop::NotTcp(NotTcp::OtherTransport(58))),
    }
}

/// The redirected-header option (4) among neighbour discovery options, each with its length in units of 8 bytes.
fn redirected(mut options: View<'_>) -> Step<'_> {
    loop {
        let (kind, size) = (options.u8(0)?, usize::from(options.u8(1)?) * 8);
        match (kind, size) {
            (_, 0) => return Err(Stop::NotTcp(NotTcp::OtherTransport(58))),
            (4, _) => return Ok((Protocol::Ipv6, options.limit(size).skip(8)?)),
            _ => options = options.skip(size)?,
        }
    }
}
