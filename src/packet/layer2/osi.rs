//! Network layer protocol identifiers (ISO 9577), which OSI left behind in LLC, PPP, GRE, IP, frame relay and elsewhere.
//!
//! Owns: the numbers that stand for protocols of ours. Must not know: where they are found.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// What the identifier announces.
pub(in crate::packet) fn packet(view: View<'_>) -> Step<'_> {
    let rest = view.skip(1)?;
    match view.u8(0)? {
        0xcc => Ok((Protocol::Ip, rest)),
        0x8e => Ok((Protocol::Ipv6, rest)),
        0xcf => Ok((Protocol::Ppp, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}
