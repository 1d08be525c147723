//! Endace's extensible record format around a captured packet.

use super::decoded::NotTcp;
use super::ppp;
use super::view::View;
use super::walk::{Protocol, Step, Stop};

/// Time (8), type, flags, record length, losses, wire length.
const HEADER: usize = 16;
/// Another extension header of eight bytes follows: set in the type and in the first byte of each such header.
const MORE: u8 = 0x80;

/// One record.
pub(super) fn record(view: View<'_>) -> Step<'_> {
    let kind = view.u8(8)?;
    let mut rest = view.skip(HEADER)?;
    let mut more = kind & MORE != 0;
    while more {
        more = rest.u8(0)? & MORE != 0;
        rest = rest.skip(8)?;
    }
    match kind & !MORE {
        1 | 10 | 15 | 19 => ppp::framed(rest),
        5 | 17 => ppp::framed(rest.skip(4)?),
        2 | 11 | 16 | 20 => Ok((Protocol::Ethernet, rest.skip(2)?)),
        4 => aal5(rest.skip(4)?),
        9 => aal5(rest.skip(8)?),
        22 => Ok((Protocol::Ip, rest)),
        23 => Ok((Protocol::Ipv6, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Behind the cell headers: only what carries LLC is told apart.
fn aal5(frame: View<'_>) -> Step<'_> {
    match frame.array::<3>(0)? {
        [0xaa, 0xaa, 0x03] => Ok((Protocol::LlcBridged, frame)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}
