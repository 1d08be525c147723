//! SNMP over TCP (RFC 3430): any payload on its ports, after which tshark 4.0 starts a new conversation.
//!
//! Nothing of SNMP is read. Must not know: what follows from it. The rules were found by asking tshark 4.0.17 about
//! crafted conversations.

use crate::packet::Segment;

/// SNMP's port, or that of its traps.
const fn is_own(port: u16) -> bool {
    matches!(port, 161 | 162)
}

/// A lower one whose protocol takes any payload for its own: SSH, DNS, HTTP.
const fn is_taken(port: u16) -> bool {
    matches!(port, 22 | 53 | 80)
}

/// A higher one that does.
const SIP: u16 = 5060;

/// tshark gives this payload to SNMP.
#[inline]
pub(super) fn is_message(segment: &Segment<'_>) -> bool {
    let ports = [segment.source.port, segment.destination.port];
    let [low, high] = [ports[0].min(ports[1]), ports[0].max(ports[1])];
    let snmp = is_own(low) && high != SIP || is_own(high) && !is_taken(low);
    snmp && !segment.payload.is_empty() && !segment.flags.rst()
}
