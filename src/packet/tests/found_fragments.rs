//! Where tshark 4.0.17 puts fragments together that are not IP's: each case put to it.

use super::found::{ETHERNET, SNAP, WLAN, packet};
use super::{frame, ipv4};
use crate::packet::{Decoded, Decoder};

/// In which of these frames TCP is found.
fn found<F: AsRef<[u8]>>(link_type: u32, frames: &[F]) -> Vec<bool> {
    let mut decoder = Decoder::new();
    let found = frames.iter().map(|bytes| {
        matches!(
            decoder.decode(&frame(link_type, bytes.as_ref())),
            Decoded::Tcp(_)
        )
    });
    found.collect()
}

/// Of each number what came first, of the same ends and sequence number only.
#[test]
fn wireless_fragments() {
    let whole = [SNAP, &packet()].concat();
    let piece = |number: u8, more: bool, body: &[u8]| {
        let mut bytes = [WLAN, body].concat();
        bytes[1] |= u8::from(more) << 2;
        bytes[22] |= number;
        bytes
    };
    let first = piece(0, true, &whole[..20]);
    let last = piece(1, false, &whole[20..]);
    let twice = [&first, &last, &first, &last];
    assert_eq!(found(105, &twice), [false, true, false, true]);
    let middle = piece(1, true, &whole[20..30]);
    let end = piece(2, false, &whole[30..]);
    assert_eq!(
        found(105, &[&middle, &end, &middle, &first]),
        [false, false, false, true]
    );
    let mut of_another_frame = last.clone();
    of_another_frame[23] ^= 1;
    assert_eq!(found(105, &[&first, &of_another_frame]), [false, false]);
    let mut from_elsewhere = last.clone();
    from_elsewhere[15] ^= 1;
    assert_eq!(
        found(105, &[&first, &from_elsewhere, &last]),
        [false, false, true]
    );
    // A management frame, whatever its flags say of the distribution system, ends a data frame; what follows is alone.
    let mut management = last.clone();
    management[0] = 0xb0;
    management.copy_within(16..22, 4);
    let alone = [&first, &management, &last];
    assert_eq!(found(105, &alone), [false, false, false]);
}

/// Of an aggregate the header knows only some of the ends, and only they tell whose a fragment is.
#[test]
fn fragments_of_aggregates() {
    const FIRST: usize = 4;
    const SECOND: usize = 10;
    const THIRD: usize = 16;
    const FOURTH: usize = 24;
    let whole = [SNAP, &packet()].concat();
    let frames = [ETHERNET, &[0, whole.len() as u8], &whole].concat();
    let piece = |flags: u8, number: u8, body: &[u8]| {
        let mut bytes = [&[0x88, flags], &WLAN[2..]].concat();
        bytes[1] |= u8::from(number == 0) << 2;
        bytes[22] |= number;
        if flags == 3 {
            bytes.extend([2, 0, 0, 0, 0, 4]);
        }
        [&bytes[..], &[0x80, 0], body].concat()
    };
    for (flags, same, other) in [
        (0, &[THIRD][..], &[FIRST, SECOND][..]),
        (1, &[FIRST, THIRD], &[SECOND]),
        (2, &[SECOND, THIRD], &[FIRST]),
        (3, &[THIRD, FOURTH], &[FIRST, SECOND]),
    ] {
        let first = piece(flags, 0, &frames[..30]);
        let joined = |changed: usize| {
            let mut last = piece(flags, 1, &frames[30..]);
            last[changed + 5] ^= 8;
            found(105, &[&first, &last]) == [false, true]
        };
        assert!(same.iter().all(|&at| joined(at)), "{flags}");
        assert!(!other.iter().any(|&at| joined(at)), "{flags}");
    }
    // What is no aggregate has other ends.
    let mut plain = piece(2, 1, &frames[30..]);
    plain[24] = 0;
    assert_eq!(
        found(105, &[&piece(2, 0, &frames[..30]), &plain]),
        [false, false]
    );
}

/// Which versions and types of B.A.T.M.A.N. carry Ethernet, behind how many bytes.
#[test]
fn meshes() {
    let mesh = |version: u8, kind: u8, size: usize| {
        let mut header = vec![0; size];
        (header[0], header[1]) = (kind, version);
        let bytes = [ETHERNET, &[0x43, 5], &header, ETHERNET, &[8, 0], &packet()].concat();
        found(1, &[bytes]) == [true]
    };
    for (version, kind, size) in [
        (6, 3, 9),
        (13, 3, 9),
        (14, 3, 10),
        (15, 0x40, 10),
        (6, 4, 10),
        (9, 4, 10),
        (10, 4, 13),
        (13, 4, 13),
        (14, 4, 14),
        (15, 1, 14),
        (14, 9, 18),
        (15, 0x42, 18),
    ] {
        assert!(mesh(version, kind, size), "{version} {kind}");
    }
    for (version, kind, size) in [(5, 3, 9), (13, 9, 18), (16, 0x40, 10), (15, 3, 10)] {
        assert!(!mesh(version, kind, size), "{version} {kind}");
    }
}

#[test]
fn fragments_of_meshes() {
    let inner = [ETHERNET, &[8, 0], &packet()].concat();
    let (one, two) = inner.split_at(30);
    let half = |version: u8, first: bool, number: u8, body: &[u8]| {
        let flags = u8::from(first);
        let header = if version == 14 {
            [
                &[6, 14, 9, 0],
                &ETHERNET[..6],
                &[flags, 0],
                &ETHERNET[6..],
                &[0, number],
            ]
            .concat()
        } else {
            [
                &[6, version],
                &ETHERNET[..6],
                &[9, flags],
                &ETHERNET[6..],
                &[0, number],
            ]
            .concat()
        };
        [ETHERNET, &[0x43, 5], &header, body].concat()
    };
    for version in [12, 13, 14] {
        let (first, last) = (half(version, true, 7, one), half(version, false, 8, two));
        assert_eq!(found(1, &[&first, &last]), [false, true], "{version}");
        assert_eq!(found(1, &[&last, &first]), [false, true], "{version}");
        let other = half(version, false, 7, two);
        assert_eq!(found(1, &[&first, &other]), [false, false], "{version}");
    }
    let inner = [&[0x40, 15, 9, 0, 0, 0, 0, 0, 0, 0], &inner[..]].concat();
    let (one, two) = inner.split_at(40);
    let part = |number: u8, body: &[u8]| {
        let header = [&[0x41, 15, 9, number << 4], ETHERNET, &[0, 7, 0, 99]].concat();
        [ETHERNET, &[0x43, 5], &header, body].concat()
    };
    assert_eq!(found(1, &[part(1, one), part(0, two)]), [false, true]);
    assert_eq!(found(1, &[part(0, two), part(1, one)]), [false, true]);
    assert_eq!(found(1, &[part(2, one), part(0, two)]), [false, false]);
}

/// CAPWAP: what its preamble, the binding, keep-alive and fragments mean.
#[test]
fn frames_of_access_points() {
    let datagram = |header: &[u8], body: &[u8]| {
        let size = (8 + header.len() + body.len()) as u16;
        let ports = [0x9c, 0x40, 0x14, 0x7f];
        let udp = [&ports[..], &size.to_be_bytes(), &[0, 0], header, body].concat();
        ipv4(17, 20 + udp.len() as u16, &udp)
    };
    let ethernet = [ETHERNET, &[8, 0], &packet()].concat();
    let mut wireless = [WLAN, SNAP, &packet()].concat();
    wireless.swap(0, 1);
    let whole = |preamble: u8, kind: u8, flags: u8, body: &[u8]| {
        found(
            101,
            &[datagram(&[preamble, 0x10, kind, flags, 0, 0, 0, 0], body)],
        ) == [true]
    };
    for preamble in [0, 2, 4, 0x10, 0xf0] {
        assert!(whole(preamble, 2, 0, &ethernet), "{preamble}");
    }
    for preamble in [0x01, 0x11, 0xf1] {
        assert!(!whole(preamble, 2, 0, &ethernet), "{preamble} is encrypted");
    }
    assert!(whole(0, 3, 0, &wireless) && whole(0, 0xc3, 0, &wireless));
    assert!(!whole(0, 1, 0, &wireless) && !whole(0, 5, 0, &wireless));
    assert!(whole(0, 4, 0, &ethernet) && !whole(0, 2, 8, &ethernet));
    for (kind, body) in [(2, &ethernet), (3, &wireless)] {
        let piece = |flags: u8, id: u8, at: usize, end: usize| {
            let header = [0, 0x10, kind, flags, 0, id, 0, at as u8];
            datagram(&header, &body[at..end])
        };
        let (first, last) = (piece(0x80, 7, 0, 40), piece(0xc0, 7, 40, body.len()));
        assert_eq!(found(101, &[&first, &last]), [false, true]);
        assert_eq!(found(101, &[&last, &first]), [false, true]);
        let other = piece(0xc0, 8, 40, body.len());
        assert_eq!(found(101, &[&first, &other]), [false, false]);
    }
}
