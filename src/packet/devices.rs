//! What measuring equipment and passive optical networks put in front of an Ethernet frame: TECMP (technica engineering),
//! Elektrobit's EBHSCR, EPON preambles (IEEE 802.3 clause 65).

use super::decoded::NotTcp;
use super::step::{Protocol, Step, Stop, several};
use super::view::View;

/// TECMP: logged and replayed data of type Ethernet, any number of frames.
pub(super) fn tecmp(view: View<'_>) -> Step<'_> {
    const LOGGED: u8 = 0x03;
    const REPLAYED: u8 = 0x0a;
    const ETHERNET: u16 = 0x0080;
    const HEADER: usize = 12;
    const ENTRY: usize = 16;
    match (view.u8(5)?, view.u16(6)?) {
        (LOGGED | REPLAYED, ETHERNET) => {
            let mut rest = view.skip(HEADER)?;
            let mut frames = Vec::new();
            // One that was cut is not shown.
            while let (Ok(length), Ok(data)) = (rest.u16(12), rest.skip(ENTRY))
                && let Ok(behind) = data.skip(usize::from(length))
            {
                frames.push((Protocol::Ethernet, data.limit(usize::from(length))));
                rest = behind;
            }
            several(frames)
        }
        (_, other) => Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    }
}

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
        let logged = |kind: u8, data: u8, length: u8| {
            let mut header = [&ADDRESSES[..], &[0x99, 0xfe], &[0; 28]].concat();
            (header[19], header[21], header[39]) = (kind, data, length);
            finds(1, &header)
        };
        assert!(logged(3, 0x80, 54) && logged(10, 0x80, 54));
        assert!(!logged(2, 0x80, 54) && !logged(3, 0x81, 54) && !logged(3, 0x80, 55));
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
