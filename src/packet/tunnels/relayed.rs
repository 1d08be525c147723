//! Frames that access points and capture devices send on in UDP: TZSP, PEEKREMOTE, `RFtap`.

use crate::net::LinkType;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Shape, Step, Stop};
use crate::packet::view::View;

/// Datagrams known by their first bytes on whatever port.
pub(super) fn by_magic(view: View<'_>) -> Option<Step<'_>> {
    match view.array::<4>(0) {
        Ok([0x00, 0xff, 0xab, 0xcd]) => Some(peek_remote(view)),
        Ok([b'R', b'F', b't', b'a']) => Some(rf_tap(view)),
        _ => None,
    }
}

/// PEEKREMOTE: version at 4, size of the header at 5, then an 802.11 frame with its check sequence.
fn peek_remote(view: View<'_>) -> Step<'_> {
    let checked = Shape {
        checked: true,
        ..Shape::default()
    };
    Ok((Protocol::Wlan(checked), view.skip(view.u32(5)? as usize)?))
}

/// Bytes of the fields that the bits of `RFtap`'s flags announce. Measured with tshark 4.0.17, which wants room for all.
const RF_TAP_FIELDS: [usize; 16] = [4, 8, 8, 8, 0, 4, 4, 4, 4, 0, 16, 8, 24, 0, 0, 0];

/// `RFtap`: size in words, flags, and if the first of them is set a link type, all little-endian.
fn rf_tap(view: View<'_>) -> Step<'_> {
    const FIXED: usize = 8;
    const LINK_TYPE: u16 = 1;
    let [words, flags] = [4, 6].map(|at| view.array(at).map(u16::from_le_bytes));
    let (size, flags) = (usize::from(words?) * 4, flags?);
    let fields = (0..16).zip(RF_TAP_FIELDS);
    let fields = fields.filter(|(bit, _)| flags & 1 << bit != 0);
    let needed = FIXED + fields.map(|(_, size)| size).sum::<usize>();
    if flags & LINK_TYPE == 0 || size < needed {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let link_type = view.array(8).map(u32::from_le_bytes)?;
    Ok((Protocol::Link(LinkType(link_type)), view.skip(size)?))
}

/// Sniffed frames sent on: tagged fields up to an end tag, then the frame. What keeps the way open for them carries none.
pub(in crate::packet) fn tzsp(view: View<'_>) -> Step<'_> {
    const PADDING: u8 = 0;
    const END: u8 = 1;
    const KEEP_ALIVE: u8 = 4;
    const PORT_OPENER: u8 = 5;
    if matches!(view.u8(1)?, KEEP_ALIVE | PORT_OPENER) {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let kind = view.u16(2)?;
    let mut at = 4;
    loop {
        match view.u8(at)? {
            PADDING => at += 1,
            END => break,
            _ => at += 2 + usize::from(view.u8(at + 1)?),
        }
    }
    let frame = view.skip(at + 1)?;
    let protocol = match kind {
        1 => Protocol::Ethernet,
        2 => Protocol::Link(LinkType::TOKEN_RING),
        4 => Protocol::PppFramed,
        5 => Protocol::Link(LinkType::FDDI),
        7 => Protocol::Link(LinkType::RAW),
        18 => Protocol::WLAN,
        119 => Protocol::Link(LinkType::PRISM),
        126 => Protocol::Link(LinkType::RADIOTAP),
        127 => Protocol::Link(LinkType::AVS),
        other => return Err(Stop::NotTcp(NotTcp::OtherNetwork(u32::from(other)))),
    };
    Ok((protocol, frame))
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder};

    /// Whether a SYN behind `header` is found in a datagram between these ports.
    fn finds(ports: (u16, u16), header: &[u8]) -> bool {
        let inner = [header, &ipv4(6, 40, &tcp(5, &[]))].concat();
        let mut datagram = Vec::new();
        for word in [ports.0, ports.1, inner.len() as u16 + 8, 0] {
            datagram.extend_from_slice(&word.to_be_bytes());
        }
        datagram.extend_from_slice(&inner);
        let packet = ipv4(17, datagram.len() as u16 + 20, &datagram);
        let decoded = matches!(Decoder::new().decode(&frame(101, &packet)), Decoded::Tcp(_));
        decoded
    }

    /// Data to the distribution system, LLC, SNAP.
    const WLAN: &[u8] = &[
        8, 1, 0, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 6, 0, 1, 2, 3, 4, 7, 0, 0, 0xaa, 0xaa, 3, 0,
        0, 0, 8, 0,
    ];

    /// tshark 4.0.17 finds TCP in each of these datagrams, and in none of the second list.
    #[test]
    fn frames_sent_on_as_tshark_finds_them() {
        let wlan = |header: &[u8]| [header, WLAN].concat();
        let peek = wlan(&[
            0, 0xff, 0xab, 0xcd, 2, 0, 0, 0, 20, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
        ]);
        let identity = [&[0x44, 0x02, 0x11, 4][..], &[0; 20]].concat();
        for (ports, header) in [
            ((50_000, 5555), &peek[..]),
            ((50_000, 33_333), &peek),
            ((50_000, 33), b"RFta\x03\0\x01\0\x65\0\0\0"),
            ((50_000, 33), b"RFta\x04\0\x01\x01\x65\0\0\0\0\0\0\0"),
            ((50_000, 12_222), &wlan(&[0; 6])),
            ((50_000, 12_223), &wlan(&[0; 12])),
            ((50_000, 12_000), &WLAN[24..]),
            ((50_000, 2268), &[6, 0]),
            ((50_000, 5072), &identity),
            ((50_000, 30_030), &[0; 8]),
            (
                (50_000, 30_030),
                &[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0x21],
            ),
            ((4000, 4341), &[0; 8]),
            ((1701, 4341), &[0; 8]),
            ((50_000, 434), &[4, 47, 0, 0]),
            ((2152, 4341), &[0; 8]),
        ] {
            assert!(finds(ports, header), "{ports:?} {header:02x?}");
        }
        for (ports, header) in [
            ((53, 5555), &peek[..]),
            ((53, 4341), &[0; 8]),
            ((50_000, 434), &[3, 4, 0, 0]),
            ((50_000, 12_222), &wlan(&[4, 0, 0, 0, 0, 0])),
            ((50_000, 2268), &[1, 0]),
            ((50_000, 33), b"RFta\x03\0\x01\x01\x65\0\0\0"),
        ] {
            assert!(!finds(ports, header), "{ports:?} {header:02x?}");
        }
    }
}
