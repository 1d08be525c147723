//! What single vendors put between Ethernet or LLC and the network layer: Gigamon's header, Lab Manager's, `HomePNA`, Telkonet, Extreme's
//! EXEH, data frames of Apple's wireless direct link (AWDL).

use super::type_field::type_or_length;
use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Step, Stop};
use crate::packet::view::View;

/// Gigamon: fields behind a length that counts itself, then a type or length.
pub(super) fn gigamon(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.u8(0)?);
    Ok(type_or_length(view.u16(size)?, view.skip(size + 2)?))
}

/// `HomePNA`: type and length, of one byte each or two, version, data up to that length, an `EtherType`, a check sequence.
pub(super) fn home_pna(view: View<'_>) -> Step<'_> {
    const LONG: u8 = 0x80;
    const CHECK_SEQUENCE: usize = 4;
    let (length, fields) = match view.u8(0)? & LONG {
        0 => (usize::from(view.u8(1)?), 3),
        _ => (usize::from(view.u16(2)?), 5),
    };
    // It counts the version and a byte behind the data, too.
    let data = length.checked_sub(2);
    let at = fields + data.ok_or(Stop::NotTcp(NotTcp::NoPayload))?;
    let rest = view.skip(at + 2)?;
    let checked = rest.reported.checked_sub(CHECK_SEQUENCE);
    let packet = rest.limit(checked.unwrap_or(rest.reported));
    Ok((Protocol::EtherType(view.u16(at)?), packet))
}

/// `VMware` Lab Manager: addresses and flags, 22 bytes in all, then an `EtherType`.
pub(super) fn lab_manager(view: View<'_>) -> Step<'_> {
    Ok((Protocol::EtherType(view.u16(22)?), view.skip(24)?))
}

/// Telkonet: eight bytes in front of a tunnelled Ethernet frame.
pub(super) fn telkonet(view: View<'_>) -> Step<'_> {
    const TUNNEL: u8 = 0x78;
    match view.u8(0)? {
        TUNNEL => Ok((Protocol::Ethernet, view.skip(8)?)),
        _ => Err(Stop::NotTcp(NotTcp::NoPayload)),
    }
}

/// Extreme's EXEH: where a frame came from and goes to, then the frame.
pub(super) fn extreme(view: View<'_>) -> Step<'_> {
    Ok((Protocol::Ethernet, view.skip(38)?))
}

/// AWDL: four bytes, then two, or in its long form tagged fields between two marks with a length; an `EtherType`.
pub(super) fn direct_link(view: View<'_>) -> Step<'_> {
    const MARK: u8 = 3;
    let field = |at: usize| view.u8(at + 1).map(|length| at + 2 + usize::from(length));
    let mut at = 4;
    if view.u8(at)? == MARK {
        at = field(at)?;
        while view.u8(at)? != MARK {
            at = field(at)?;
        }
        at = field(at)?;
    } else {
        at += 2;
    }
    Ok((Protocol::EtherType(view.u16(at)?), view.skip(at + 2)?))
}

#[cfg(test)]
mod tests {
    use crate::packet::tests::{frame, ipv4, tcp};
    use crate::packet::{Decoded, Decoder, SegmentOrigin};

    const ADDRESSES: [u8; 12] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    const LLC: [u8; 8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

    /// Whether a SYN is found behind these bytes of an Ethernet frame.
    fn finds(parts: &[&[u8]]) -> bool {
        let bytes = [&parts.concat()[..], &ipv4(6, 40, &tcp(5, &[])), &[0; 4]].concat();
        matches!(Decoder::new().decode(&frame(1, &bytes)), Decoded::Tcp(segment) if segment.origin == SegmentOrigin::Direct)
    }

    fn typed(number: [u8; 2], header: &[u8]) -> bool {
        finds(&[&ADDRESSES, &number, header])
    }

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn ip_behind_headers_of_single_vendors() {
        assert!(typed([0x22, 0xe5], &[1, 8, 0]) && typed([0x22, 0xe5], &[3, 0xff, 0, 8, 0]));
        assert!(!typed([0x22, 0xe5], &[3, 8, 0]));
        assert!(typed([0x88, 0x6c], &[1, 3, 0, 0, 8, 0]));
        assert!(typed([0x88, 0x6c], &[1, 2, 0, 8, 0]) && !typed([0x88, 0x6c], &[1, 1, 8, 0]));
        assert!(typed([0x88, 0x6c], &[0x80, 1, 0, 3, 0, 0, 8, 0]));
        let inner = [&ADDRESSES[..], &[8, 0]].concat();
        let tunnel = |kind| {
            typed(
                [0x88, 0xa1],
                &[&[kind, 0, 0, 0, 0, 0, 0, 0], &inner[..]].concat(),
            )
        };
        assert!(tunnel(0x78) && !tunnel(0x77));
        assert!(typed([0xe5, 0x55], &[&[0; 38], &inner[..]].concat()));
    }

    #[test]
    fn data_of_the_wireless_direct_link() {
        let behind = |header: &[u8]| {
            let length = header.len() as u16 + 10 + 40;
            let snap = [0xaa, 0xaa, 3, 0, 0x17, 0xf2, 8, 0];
            finds(&[&ADDRESSES, &length.to_be_bytes(), &snap, header, &[8, 0]])
        };
        assert!(behind(&[3, 4, 1, 0, 0, 0]));
        assert!(behind(&[3, 4, 1, 0, 3, 2, 0, 0, 0x7f, 3, 0, 0, 0, 3, 1, 0]));
        assert!(!behind(&[3, 4, 1, 0, 3, 0]));
    }

    #[test]
    fn inter_switch_links() {
        let isl = |kind: u8, length: u16, inner: &[u8]| {
            let start = [1, 0, 0x0c, 0, 0, kind << 4, 2, 0, 0, 0, 0, 1];
            let rest = [0xaa, 0xaa, 3, 0, 0, 0x0c, 0, 2, 0, 0, 0, 0];
            finds(&[&start, &length.to_be_bytes(), &rest, inner])
        };
        let ethernet = [&ADDRESSES[..], &[8, 0]].concat();
        let ring = [&[0; 5], &[0x10, 0x40][..], &ADDRESSES, &LLC].concat();
        assert!(isl(0, 0, &ethernet) && isl(0, 70, &ethernet) && isl(1, 0, &ring));
        assert!(!isl(2, 0, &ethernet) && !isl(0, 20, &ethernet));
        // An Ethernet frame that happens to go to such an address.
        assert!(finds(&[&[1, 0, 0x0c, 0, 0, 0], &ADDRESSES[6..], &[8, 0]]));
    }

    #[test]
    fn so_many_vlans_are_read() {
        let tagged = |count: usize| {
            let tags = [0x81, 0, 0, 5].repeat(count);
            finds(&[&ADDRESSES, &tags, &[8, 0]])
        };
        assert!(tagged(20) && !tagged(21));
    }
}
