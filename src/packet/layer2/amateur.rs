//! AX.25, the packet radio of amateurs, and what carries it: KISS, BPQ Ethernet, IP.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// KISS: a port and a command, of which 0 is data.
pub(in crate::packet) fn kiss(view: View<'_>) -> Step<'_> {
    if view.u8(0)? & 0x0f != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    frame(view.skip(1)?)
}

/// BPQ: a length, then the frame.
pub(super) fn bpq(view: View<'_>) -> Step<'_> {
    frame(view.skip(2)?)
}

/// Addresses of seven bytes up to one with the lowest bit set (destination, source, relays), control, protocol.
pub(in crate::packet) fn frame(view: View<'_>) -> Step<'_> {
    const ADDRESS: usize = 7;
    const LAST: u8 = 0x01;
    const UNNUMBERED: u8 = 0x03;
    const IP: u8 = 0xcc;
    let mut at = 2 * ADDRESS;
    while view.u8(at - 1)? & LAST == 0 {
        at += ADDRESS;
    }
    let control = view.u8(at)?;
    let is_information = control & 1 == 0 || control == UNNUMBERED;
    match view.u8(at + 1)? {
        IP if is_information => Ok((Protocol::Ip, view.skip(at + 2)?)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    fn finds(link_type: u32, parts: &[&[u8]]) -> bool {
        let bytes = [parts.concat(), ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(
            Decoder::new().decode(&frame(link_type, &bytes)),
            Decoded::Tcp(_)
        )
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn packets_over_radio() {
        const CALL: &[u8] = b"\x9cnnnnn\xe0";
        const LAST: &[u8] = b"\x9cnnnnna";
        const IP: &[u8] = &[3, 0xcc];
        let plain = [CALL, LAST].concat();
        assert!(finds(3, &[&plain, IP]) && finds(3, &[&plain, &[0x42, 0xcc]]));
        assert!(finds(3, &[CALL, CALL, CALL, LAST, IP]), "relays");
        assert!(!finds(3, &[&plain, &[0x13, 0xcc]]) && !finds(3, &[&plain, &[3, 0xcd]]));
        assert!(finds(202, &[&[0x10], &plain, IP]) && !finds(202, &[&[1], &plain, IP]));
        let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0xff, 0, 0];
        assert!(finds(1, &[&ethernet, &plain, IP]));
    }
}
