//! Endace's extensible record format around a captured packet.

use crate::net::Timestamp;
use crate::packet::decoded::NotTcp;
use crate::packet::layer2::{atm, ppp};
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Time (8), type, flags, record length, losses, wire length.
const HEADER: usize = 16;
/// Another extension header of eight bytes follows: set in the type and in the first byte of each such header.
const MORE: u8 = 0x80;

/// When the record says that its frame was captured, which counts for tshark too: seconds and a fraction of 32 bits, in the
/// byte order of a PC. `None` where it is cut or too far in the future.
pub(super) fn time(record: &[u8]) -> Option<Timestamp> {
    const SECOND: u64 = 1_000_000_000;
    let time = u64::from_le_bytes(*record.first_chunk()?);
    let nanos = (time & 0xffff_ffff) * SECOND;
    // Rounded as tshark does.
    let nanos = (nanos + (nanos & 0x8000_0000) * 2) >> 32;
    let seconds = i64::try_from((time >> 32) * SECOND).ok()?;
    Some(Timestamp::from_nanos(seconds.checked_add_unsigned(nanos)?))
}

/// One record.
pub(super) fn record(view: View<'_>) -> Step<'_> {
    let kind = view.u8(8)?;
    let on_the_wire = usize::from(view.u16(14)?);
    let mut rest = view.skip(HEADER)?;
    let mut more = kind & MORE != 0;
    while more {
        more = rest.u8(0)? & MORE != 0;
        rest = rest.skip(8)?;
    }
    // What stands between the record's header and the frame.
    let between = match kind & !MORE {
        2 | 11 | 16 | 20 => 2,
        4 | 5 | 17 => 4,
        9 => 8,
        _ => 0,
    };
    let frame = rest.skip(between)?.of_frame(on_the_wire);
    match kind & !MORE {
        1 | 5 | 10 | 15 | 17 | 19 => ppp::framed(frame),
        2 | 11 | 16 | 20 => Ok((Protocol::Ethernet, frame)),
        4 => aal5(rest.u32(0)?, frame),
        9 => aal5(rest.u32(4)?, frame),
        22 => Ok((Protocol::Ip, frame)),
        23 => Ok((Protocol::Ipv6, frame)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Behind the headers of the cell (the last one's first four bytes tell the circuit, RFC 2684): LLC, else LAN emulation;
/// nothing of ours on the circuits 0/5 and 0/16, which carry signalling and management.
fn aal5(cell: u32, frame: View<'_>) -> Step<'_> {
    const SIGNALLING: u32 = 5;
    const MANAGEMENT: u32 = 16;
    let circuit = (cell & 0x0fff_fff0) >> 4;
    match frame.array::<3>(0)? {
        _ if matches!(circuit, SIGNALLING | MANAGEMENT) => Err(Stop::NotTcp(NotTcp::NoPayload)),
        [0xaa, 0xaa, 0x03] => Ok((Protocol::Llc, frame)),
        _ => atm::lane(frame),
    }
}
