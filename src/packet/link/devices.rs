//! What the devices that capture put in front of a frame or packet: Elektrobit's EBHSCR, EPON
//! preambles (IEEE 802.3 clause 65), Redback's `SmartEdge`, Solaris, Hilscher's `netANALYZER`, Symantec's firewall.
//!
//! Owns: these headers. Must not know: what follows them.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// EBHSCR: the kind of bus first; in what it tells of Ethernet a bit says that the check sequence is not there.
pub(super) fn elektrobit(view: View<'_>) -> Step<'_> {
    const ETHERNET: u8 = 0x50;
    const UNCHECKED: u8 = 0x04;
    const CHECK_SEQUENCE: usize = 4;
    const HEADER: usize = 32;
    match view.u8(0)? {
        ETHERNET => {
            let frame = view.skip(HEADER)?;
            let trailer = if view.u8(27)? & UNCHECKED == 0 {
                CHECK_SEQUENCE
            } else {
                0
            };
            // What was cut counts as never there.
            let size = frame.data.len().saturating_sub(trailer);
            Ok((Protocol::Ethernet, frame.limit(size)))
        }
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// EPON: a preamble, of which the first two bytes may be lost, with the logical link's number and a bit for encrypted frames.
pub(super) fn optical(view: View<'_>) -> Step<'_> {
    const PREAMBLE: [u8; 4] = [0x55, 0x55, 0xd5, 0x55];
    const ENCRYPTED: u8 = 0x02;
    let begins = |lost: &usize| view.data.starts_with(&PREAMBLE[*lost..]);
    let lost = (0..=2)
        .find(begins)
        .ok_or(Stop::NotTcp(NotTcp::NoPayload))?;
    if view.u8(PREAMBLE.len() - lost)? & ENCRYPTED != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    Ok((Protocol::Ethernet, view.skip(8 - lost)?))
}

/// Redback's `SmartEdge`: what it carries at 18, where the frame's data begin at 20, where its layer 3 begins at 22. The
/// distance of the two tells what stands between them. Measured with tshark 4.0.17: every number and distance.
pub(super) fn smart_edge(view: View<'_>) -> Step<'_> {
    let (kind, data, layer_3) = (view.u16(18)?, view.u16(20)?, view.u16(22)?);
    let between = i32::from(layer_3) - i32::from(data);
    let view = view.skip(usize::from(data))?;
    let protocol = match (kind, between) {
        (1, 0) => Protocol::Ip,
        (1, 2) => Protocol::Ppp,
        (1, 4) => Protocol::PppFramed,
        (9, 0) => Protocol::Ipv6,
        (6, 0) => return Ok((Protocol::Ppp, view.skip(4)?)),
        (6, 1..) => return Ok((Protocol::Ethernet, view.skip(4)?)),
        (1 | 3 | 4 | 8 | 9, _) | (2, 1..) => Protocol::Ethernet,
        _ => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(kind)))),
    };
    Ok((protocol, view))
}

/// Solaris' view of IP: family at 1, at 4 how much the packet takes, which ends with what was captured.
pub(super) fn solaris(view: View<'_>) -> Step<'_> {
    let (family, length) = (view.u8(1)?, view.u32(4)?);
    let Some(at) = view.data.len().checked_sub(length as usize) else {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    };
    let rest = view.skip(at)?;
    match family {
        2 => Ok((Protocol::Ip, rest)),
        26 => Ok((Protocol::Ipv6, rest)),
        other => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

/// Hilscher's `netANALYZER`: the versions that tshark knows, then an Ethernet frame with its check sequence.
pub(super) fn net_analyzer(view: View<'_>) -> Step<'_> {
    const VERSION: u8 = 0x3f;
    const CHECK_SEQUENCE: usize = 4;
    let version = view.u8(1)? & VERSION;
    if !matches!(version, 4 | 6 | 8 | 10) {
        return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(version))));
    }
    let frame = view.limit(view.reported.saturating_sub(CHECK_SEQUENCE));
    Ok((Protocol::Ethernet, frame.skip(4)?))
}

/// Symantec firewall: an `EtherType` at 6 and the packet at 44, or at 10 and 56.
pub(super) fn symantec(view: View<'_>) -> Step<'_> {
    match (view.u16(6)?, view.u16(10)?) {
        (number, 0) => Ok((Protocol::EtherType(number), view.skip(44)?)),
        (0, number) => Ok((Protocol::EtherType(number), view.skip(56)?)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder, SegmentOrigin};

    const ADDRESSES: [u8; 12] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

    fn finds(link_type: u32, header: &[u8]) -> bool {
        let bytes = [header, &ADDRESSES, &[8, 0], &ipv4(6, 40, &tcp(5, &[]))].concat();
        matches!(Decoder::new().decode(&frame(link_type, &bytes)), Decoded::Tcp(segment) if segment.origin == SegmentOrigin::Direct)
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn ethernet_behind_headers_of_equipment() {
        let preamble = |security| finds(259, &[0x55, 0x55, 0xd5, 0x55, security, 0x80, 1, 0]);
        assert!(preamble(0x55) && preamble(0) && !preamble(2));
        assert!(!finds(259, &[0; 8]));
        let bus = |kind, checked| {
            let mut header = [0; 32];
            (header[0], header[27]) = (kind, checked);
            finds(279, &header)
        };
        assert!(bus(0x50, 4) && !bus(0x51, 4));
        assert!(!bus(0x50, 0), "four bytes less");
    }
}
