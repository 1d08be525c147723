//! Packets quoted inside ICMP and `ICMPv6` errors (RFC 792, RFC 4443, RFC 4861 section 4.5; rules IC-1 to IC-5).

use crate::packet::decoded::NotTcp;
use crate::packet::icmp_error::{IcmpError, IcmpReason};
use crate::packet::step::{Context, Protocol, Step, Stop};
use crate::packet::view::View;

/// ICMP: unreachable, source quench, redirect, time exceeded, parameter problem quote the packet at byte 8.
pub(in crate::packet) fn v4<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    const REDIRECT: u8 = 5;
    quotes(cx, IcmpReason::of_v4(view.u8(0)?, view.u8(1)?));
    let quote = match view.u8(0)? {
        // The length of the quote in words (RFC 4884), 0 where unknown.
        3 | 4 | 11 | 12 => match usize::from(view.u8(5)?) * 4 {
            0 => view.skip(8)?,
            length => shortened(view.skip(8)?, length)?,
        },
        REDIRECT => shortened(view.skip(8)?, 0)?,
        _ => return Err(Stop::NotTcp(NotTcp::OtherTransport(1))),
    };
    Ok((Protocol::Ip, quote))
}

/// What follows is quoted, by the sender of the packet so far.
fn quotes(cx: &mut Context, reason: Option<IcmpReason>) {
    cx.quoted = true;
    cx.error = reason.map(|reason| IcmpError {
        reason,
        from: cx.source,
    });
}

/// The IP header of a quote and `length` bytes more, as tshark counts them, but never less than the 8 that RFC 792 promises.
fn shortened(quote: View<'_>, length: usize) -> Result<View<'_>, Stop> {
    const PROMISED: usize = 8;
    let header = usize::from(quote.u8(0)? & 0x0f) * 4;
    Ok(quote.limit(header + length.max(PROMISED)))
}

/// `ICMPv6`: the four errors quote the packet at byte 8, a redirect in an option.
pub(in crate::packet) fn v6<'d>(view: View<'d>, cx: &mut Context) -> Step<'d> {
    quotes(cx, IcmpReason::of_v6(view.u8(0)?, view.u8(1)?));
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
