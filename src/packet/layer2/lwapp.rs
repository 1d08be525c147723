//! LWAPP (RFC 5412), which stands behind an `EtherType` and in UDP.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// An 802.11 frame behind six bytes.
pub(super) fn frame(view: View<'_>) -> Step<'_> {
    const CONTROL: u8 = 0x04;
    if view.u8(0)? & CONTROL != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Ok((Protocol::WLAN, view.skip(6)?))
}

/// In UDP, by port: what is meant for layer 2 is a whole Ethernet frame, and an 802.11 frame may stand behind a MAC address.
pub(in crate::packet) fn datagram(port: u16, view: View<'_>) -> Step<'_> {
    const ETHERNET: u16 = 12_220;
    const BEHIND_ADDRESS: u16 = 12_223;
    const ADDRESS: usize = 6;
    match port {
        ETHERNET => Ok((Protocol::Ethernet, view)),
        BEHIND_ADDRESS => frame(view.skip(ADDRESS)?),
        _ => frame(view),
    }
}
