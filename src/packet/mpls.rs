//! MPLS label stacks (RFC 3032) and what pseudowires carry (RFC 4385, RFC 4448).
//!
//! A stack does not say what it carries: like tshark, look at the first nibble.

use super::decoded::NotTcp;
use super::ethernet::is_length_or_type;
use super::step::{Protocol, Step, Stop};
use super::view::View;

/// Labels whose payload is not for us: OAM alert, generic associated channel.
const NOT_DATA: [u32; 2] = [13, 14];

/// A label stack up to its bottom.
pub(super) fn stack(mut view: View<'_>) -> Step<'_> {
    loop {
        let entry = view.u32(0)?;
        view = view.skip(4)?;
        if entry & 0x100 == 0 {
            continue;
        }
        if NOT_DATA.contains(&(entry >> 12)) {
            return Err(Stop::NotTcp(NotTcp::OtherNetwork(0x8847)));
        }
        return payload(view);
    }
}

/// IP by its version, an associated channel by its type, Ethernet with or without control word by its looks.
fn payload(view: View<'_>) -> Step<'_> {
    match view.u8(0)? >> 4 {
        4 => Ok((Protocol::Ip, view)),
        6 => Ok((Protocol::Ipv6, view)),
        1 => match view.u16(2)? {
            0x0021 => Ok((Protocol::Ip, view.skip(4)?)),
            0x0057 => Ok((Protocol::Ipv6, view.skip(4)?)),
            other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
        },
        _ if looks_like_ethernet(view) => Ok((Protocol::Ethernet, view)),
        0 => Ok((Protocol::Ethernet, view.skip(4)?)),
        _ => Err(Stop::NotTcp(NotTcp::OtherNetwork(0x8847))),
    }
}

/// Two vendor-assigned unicast addresses and a sensible type field. tshark asks its list of vendors; we ask whether a
/// vendor could have assigned them.
fn looks_like_ethernet(view: View<'_>) -> bool {
    let vendor = |at| view.u8(at).is_ok_and(|byte| byte.trailing_zeros() >= 2);
    vendor(0) && vendor(6) && view.u16(12).is_ok_and(is_length_or_type)
}
