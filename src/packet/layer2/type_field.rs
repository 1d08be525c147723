//! The field behind the addresses of an Ethernet frame, and behind each of its tags: a type or a length.
//!
//! Must not know: what the types are.

use crate::packet::step::Protocol;
use crate::packet::view::View;

/// Type fields up to here are 802.3 lengths.
pub(in crate::packet) const MAX_LENGTH: u16 = 1500;

/// What follows a type/length field: 802.3 lengths mean LLC and cut the padding off.
pub(super) fn type_or_length(number: u16, view: View<'_>) -> (Protocol, View<'_>) {
    if number > MAX_LENGTH {
        return (announced(number, view), view);
    }
    (Protocol::Llc, view.limit(usize::from(number)))
}

/// What a type stands for in Ethernet, its tags and Linux' cooked headers. Only there tshark also looks at what follows:
/// IPv4 has a second type, which does without a number in the table.
pub(in crate::packet) fn announced(number: u16, view: View<'_>) -> Protocol {
    const BY_ITS_LOOKS: u16 = 0xfff2;
    match view.u8(0) {
        Ok(first) if number == BY_ITS_LOOKS && first >> 4 == 4 => Protocol::Ip,
        _ => Protocol::EtherType(number),
    }
}
