//! Frames built by hand, with the answers tshark 4.0.17 gave for the same bytes.

pub(super) mod found;
mod found_fragments;
mod found_headers;
mod found_ip;
mod several;

use super::*;
use crate::net::{LinkType, Timestamp};
use proptest::prelude::*;

/// An IPv4 header with this total length and protocol, 10.0.0.1 to 10.0.0.2, in front of `payload`.
pub(super) fn ipv4(protocol: u8, total: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(total.to_be_bytes());
    bytes.extend([0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(payload);
    bytes
}

/// A SYN from port 1000 to port 2000 with sequence number 7, window 512, header length `words` * 4.
pub(super) fn tcp(words: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        3,
        232,
        7,
        208,
        0,
        0,
        0,
        7,
        0,
        0,
        0,
        0,
        words << 4,
        2,
        2,
        0,
        0,
        0,
        0,
        0,
    ];
    bytes.extend(rest);
    bytes
}

/// `header` in front of an IPv4 SYN with three bytes of data and two of padding.
fn behind(header: &[u8]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    bytes.extend(ipv4(6, 43, &tcp(5, b"abc\0\0")));
    bytes
}

/// The frame of these bytes, not cut.
pub(super) fn frame(link_type: u32, data: &[u8]) -> Frame<'_> {
    Frame {
        number: 1,
        timestamp: Timestamp::ZERO,
        link_type: LinkType(link_type),
        original_length: data.len() as u32,
        data,
    }
}

/// A raw IPv6 packet from `::1` to `::3` with one extension header of kind `kind` before a bare SYN.
pub(super) fn ends(kind: u8, extension: &[u8]) -> (String, String) {
    let mut packet = vec![0x60, 0, 0, 0, 0, (extension.len() + 20) as u8, kind, 64];
    for last in [1, 3] {
        packet.extend_from_slice(&[0; 15]);
        packet.push(last);
    }
    packet.extend_from_slice(extension);
    packet.extend_from_slice(&[
        3, 232, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 32, 0, 0, 0, 0, 0,
    ]);
    let frame = Frame {
        number: 1,
        timestamp: Timestamp::ZERO,
        link_type: LinkType::RAW,
        original_length: packet.len() as u32,
        data: &packet,
    };
    match Decoder::new().decode(&frame) {
        Decoded::Tcp(segment) => {
            assert_eq!(
                segment.destination.to_string(),
                "[::3]:80",
                "the header's address is shown"
            );
            let (from, to) = segment.ends();
            (from.to_string(), to.to_string())
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn address(last: u8) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[15] = last;
    bytes
}

/// Text of a segment: enough to see that everything was found.
fn describe(frame: &Frame<'_>) -> String {
    match Decoder::new().decode(frame) {
        Decoded::Tcp(s) => format!(
            "{} > {} {} seq={} win={} len={} {:?}",
            s.source,
            s.destination,
            s.flags,
            s.seq,
            s.window,
            s.len,
            s.payload.escape_ascii().to_string()
        ),
        other => format!("{other:?}"),
    }
}

const PLAIN: &str = r#"10.0.0.1:1000 > 10.0.0.2:2000 SYN seq=7 win=512 len=3 "abc""#;

#[test]
fn link_headers() {
    let mut ether = [0u8; 14];
    ether[12] = 8;
    let mut sll = [0u8; 16];
    sll[14] = 8;
    let mut sll2 = [0u8; 20];
    sll2[0] = 8;
    for (link_type, header) in [
        (1, &ether[..]),
        (0, &[2, 0, 0, 0]),
        (0, &[0, 0, 0, 2]),
        (108, &[0, 0, 0, 2]),
        (12, &[]),
        (14, &[]),
        (101, &[]),
        (228, &[]),
        (113, &sll),
        (276, &sll2),
    ] {
        let bytes = behind(header);
        assert_eq!(
            describe(&frame(link_type, &bytes)),
            PLAIN,
            "link type {link_type}"
        );
    }
    assert_eq!(describe(&frame(9999, &behind(&[]))), "UnsupportedLinkType");
}

#[test]
fn vlan_tags() {
    let mut header = vec![0; 12];
    header.extend([0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]);
    assert_eq!(describe(&frame(1, &behind(&header))), PLAIN);
}

#[test]
fn zero_total_length_takes_the_captured_one() {
    let bytes = ipv4(6, 0, &tcp(5, b"abcde"));
    assert!(describe(&frame(101, &bytes)).contains("len=5"));
}

#[test]
fn a_frame_cut_by_the_snap_length_keeps_its_length() {
    let bytes = behind(&[]);
    let cut = Frame {
        data: &bytes[..41],
        ..frame(101, &bytes)
    };
    assert!(describe(&cut).ends_with(r#"len=3 "a""#));
    let cut = Frame {
        data: &bytes[..36],
        ..frame(101, &bytes)
    };
    assert!(
        matches!(Decoder::new().decode(&cut), Decoded::Tcp(s) if s.len == 3 && s.payload.is_empty())
    );
    let cut = Frame {
        data: &bytes[..35],
        ..frame(101, &bytes)
    };
    assert!(matches!(
        Decoder::new().decode(&cut),
        Decoded::PartialHeader(_)
    ));
}

#[test]
fn bogus_header_lengths() {
    let origin = |words| {
        let bytes = ipv4(6, 43, &tcp(words, b"abc"));
        match Decoder::new().decode(&frame(101, &bytes)) {
            Decoded::Tcp(s) => (s.origin, s.len),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(origin(3), (SegmentOrigin::ShortHeader, 11));
    assert_eq!(origin(6), (SegmentOrigin::TruncatedHeader, 0));
}

/// Both ways through the decoder.
fn both(frame: &Frame<'_>) -> (String, String) {
    let fast = format!("{:?}", Decoder::new().decode(frame));
    let careful = format!("{:?}", Decoder::new().decode_carefully(frame));
    (fast, careful)
}

#[test]
fn a_source_route_leads_to_its_last_address() {
    // tshark: Dst 10.8.8.8 while the pointer is inside the option, the header's destination when it is past it.
    for (pointer, expected) in [
        (4, "10.8.8.8"),
        (8, "10.8.8.8"),
        (12, "10.0.0.2"),
        (5, "10.0.0.2"),
    ] {
        let mut bytes = ipv4(6, 52 + 3, &tcp(5, b"abc"));
        bytes[0] = 0x48;
        let route = [131, 11, pointer, 10, 9, 9, 9, 10, 8, 8, 8, 0];
        bytes.splice(20..20, route);
        let text = describe(&frame(101, &bytes));
        assert!(text.contains(&format!("> {expected}:2000 SYN")), "{text}");
    }
    // A route of five bytes: the pointer may be as long as the option.
    let mut bytes = ipv4(6, 48 + 3, &tcp(5, b"abc"));
    bytes[0] = 0x47;
    bytes.splice(20..20, [131, 8, 8, 10, 9, 8, 7, 6]);
    let text = describe(&frame(101, &bytes));
    assert!(text.contains("> 9.8.7.6:2000 SYN"), "{text}");
}

#[test]
fn shims_between_ethernet_and_ip() {
    // Each was shown to tshark, which found the segment behind all of them.
    let pppoe_length = [0, 45];
    for shim in [
        &[0x81, 0, 0, 5, 8, 0][..],
        &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0],
        &[
            0x88,
            0x64,
            0x11,
            0,
            0,
            1,
            pppoe_length[0],
            pppoe_length[1],
            0,
            0x21,
        ],
        &[0x88, 0x47, 0, 6, 0x40, 64, 0, 6, 0x51, 64],
        &[0x88, 0x70, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
        &[0x89, 0x26, 0, 0, 0, 0, 8, 0],
        &[0x89, 0x3f, 0, 0, 0, 0, 0, 0, 8, 0],
        &[0, 51, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
        &[0, 46, 6, 6, 3],
    ] {
        let mut header = vec![2; 12];
        header.extend(shim);
        assert_eq!(describe(&frame(1, &behind(&header))), PLAIN, "{shim:x?}");
    }
}

#[test]
fn tunnels_inside_ip() {
    let inner = behind(&[]);
    let mut ethernet = vec![2; 12];
    ethernet.extend([8, 0]);
    ethernet.extend(&inner);
    let join = |head: &[u8], tail: &[u8]| [head, tail].concat();
    let udp = |port: u16, payload: &[u8]| {
        let mut bytes = vec![0xc3, 0x50];
        bytes.extend(port.to_be_bytes());
        bytes.extend((payload.len() as u16 + 8).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(payload);
        bytes
    };
    for (protocol, payload) in [
        (4, inner.clone()),
        (47, join(&[0, 0, 8, 0], &inner)),
        (47, join(&[0x20, 0, 0x65, 0x58, 0, 0, 0, 1], &ethernet)),
        (47, join(&[0, 0, 0x88, 0x3e, 0, 0, 0, 0], &inner)),
        (
            47,
            join(
                &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0],
                &ethernet,
            ),
        ),
        (
            47,
            join(
                &[
                    0x30, 1, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21,
                ],
                &inner,
            ),
        ),
        (17, udp(4789, &join(&[8, 0, 0, 0, 0, 0, 5, 0], &ethernet))),
        (
            17,
            udp(6081, &join(&[0, 0, 0x65, 0x58, 0, 0, 5, 0], &ethernet)),
        ),
        (
            17,
            udp(2152, &join(&[0x30, 255, 0, 45, 0, 0, 0, 7], &inner)),
        ),
        (
            17,
            udp(1701, &join(&[0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21], &inner)),
        ),
        (51, join(&[4, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2], &inner)),
        (97, join(&[0x30, 0], &ethernet)),
        (137, join(&[0, 6, 0x41, 64], &inner)),
    ] {
        let bytes = ipv4(protocol, 20 + payload.len() as u16, &payload);
        assert_eq!(
            describe(&frame(101, &bytes)),
            PLAIN,
            "{protocol} {payload:x?}"
        );
    }
}

#[test]
fn quotes_in_icmp_errors() {
    let quote = |kind: u8, quoted: &[u8]| {
        let mut icmp = vec![kind, 1, 0, 0, 0, 0, 0, 0];
        icmp.extend(quoted);
        let bytes = ipv4(1, 20 + icmp.len() as u16, &icmp);
        match Decoder::new().decode(&frame(101, &bytes)) {
            Decoded::Tcp(s) => match s.origin {
                SegmentOrigin::IcmpQuote { ends, error } => {
                    let reason = error.map_or("", |error| error.reason.code());
                    format!("{reason} ends={ends} len={}", s.len)
                }
                other => format!("{other:?}"),
            },
            Decoded::PartialHeader(part) => {
                format!("{:?} {}", part.seq.map(|seq| seq.0), part.quoted)
            }
            other => format!("{other:?}"),
        }
    };
    let inner = behind(&[]);
    assert_eq!(quote(3, &inner), "host_unreachable ends=true len=0");
    assert_eq!(quote(11, &inner[..36]), "time_exceeded ends=true len=0");
    assert_eq!(quote(3, &inner[..28]), "Some(7) true");
    assert_eq!(quote(3, &inner[..24]), "None true");
    // A redirect is read up to the 64 bits that RFC 792 promises, an echo reply not at all.
    assert_eq!(quote(5, &inner), "Some(7) true");
    assert_eq!(quote(0, &inner), "NotTcp(OtherTransport(1))");
}

#[test]
fn fragments_appear_when_complete() {
    let whole = tcp(5, b"abcdefgh12345678");
    let piece = |flags_and_offset: [u8; 2], bytes: &[u8]| {
        let mut piece = ipv4(6, 20 + bytes.len() as u16, bytes);
        piece[6..8].copy_from_slice(&flags_and_offset);
        piece
    };
    let (first, second) = (piece([0x20, 0], &whole[..24]), piece([0, 3], &whole[24..]));
    let mut decoder = Decoder::new();
    let waiting = decoder.decode(&frame(101, &second));
    assert!(matches!(waiting, Decoded::NotTcp(NotTcp::Fragment)));
    match decoder.decode(&frame(101, &first)) {
        Decoded::Tcp(s) => assert_eq!((s.len, s.payload), (16, &b"abcdefgh12345678"[..])),
        other => panic!("{other:?}"),
    }
    // A first fragment cut by the snap length shows its header, without a length.
    let cut = Frame {
        data: &first[..42],
        ..frame(101, &first)
    };
    match decoder.decode(&cut) {
        Decoded::Tcp(s) => assert_eq!((s.len, s.origin), (0, SegmentOrigin::TruncatedHeader)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn ipv6_extension_headers_and_jumbograms() {
    let mut header = vec![0x60, 0, 0, 0, 0, 0, 0, 64];
    header.extend([0; 15]);
    header.push(1);
    header.extend([0; 15]);
    header.push(2);
    let with = |length: u16, next: u8, extension: &[u8]| {
        let mut bytes = header.clone();
        bytes[4..6].copy_from_slice(&length.to_be_bytes());
        bytes[6] = next;
        bytes.extend(extension);
        bytes.extend(tcp(5, b"abc"));
        bytes
    };
    let seen = |bytes: &[u8]| describe(&frame(229, bytes));
    let expected = r#"[::1]:1000 > [::2]:2000 SYN seq=7 win=512 len=3 "abc""#;
    assert_eq!(seen(&with(23, 6, &[])), expected);
    assert_eq!(seen(&with(31, 0, &[6, 0, 1, 4, 0, 0, 0, 0])), expected);
    assert_eq!(seen(&with(31, 44, &[6, 0, 0, 0, 0, 0, 0, 9])), expected);
    // Length 0 is a jumbogram only with an option that says more than 65,535.
    assert_eq!(seen(&with(0, 0, &[6, 0, 194, 4, 0, 1, 0, 0])), expected);
    assert_eq!(
        seen(&with(0, 0, &[6, 0, 194, 4, 0, 0, 0, 31])),
        "NotTcp(NoPayload)"
    );
    assert_eq!(seen(&with(0, 6, &[])), "NotTcp(NoPayload)");
}

#[test]
fn endless_headers_end() {
    let mut bytes = vec![2; 12];
    for _ in 0..10_000 {
        bytes.extend([0x81, 0, 0, 1]);
    }
    assert_eq!(describe(&frame(1, &bytes)), "NotTcp(TooDeep)");
}

/// A frame that is nearly one we know: some bytes of a good one overwritten, possibly cut.
fn nearly_good() -> impl Strategy<Value = (u32, Vec<u8>, u32)> {
    let known = [
        0u32, 1, 9, 101, 105, 108, 113, 117, 119, 127, 192, 229, 239, 258, 276,
    ];
    let shims = [
        &[8u8, 0][..],
        &[0x81, 0, 0, 5, 8, 0],
        &[0x88, 0x64, 0x11, 0, 0, 1, 0, 60, 0, 0x21],
        &[0x88, 0x47, 0, 6, 0x41, 64],
    ];
    let edits = prop::collection::vec((0usize..80, any::<u8>()), 0..5);
    (
        prop::sample::select(known.to_vec()),
        prop::sample::select(shims.to_vec()),
        edits,
        0usize..90,
        any::<u8>(),
    )
        .prop_map(|(link_type, shim, edits, cut, extra)| {
            let mut header = match link_type {
                1 => [&[2; 12], shim].concat(),
                0 => vec![2, 0, 0, 0],
                113 => [&[0; 14], shim].concat(),
                276 => vec![8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                _ => Vec::new(),
            };
            header = behind(&header);
            for (at, byte) in edits {
                if let Some(place) = header.get_mut(at) {
                    *place = byte;
                }
            }
            header.truncate(cut.max(20));
            let original_length = header.len() as u32 + u32::from(extra);
            (link_type, header, original_length)
        })
}

proptest! {
    #[test]
    fn any_bytes_decode(link_type in 0u32..300, bytes: Vec<u8>, original_length: u32) {
        let frame = Frame { original_length, ..frame(link_type, &bytes) };
        let _ = Decoder::new().decode(&frame);
    }

    #[test]
    fn the_fast_path_agrees((link_type, bytes, original_length) in nearly_good()) {
        let frame = Frame { original_length, ..frame(link_type, &bytes) };
        let (fast, careful) = both(&frame);
        prop_assert_eq!(fast, careful);
    }

    #[test]
    fn payload_never_exceeds_the_length((link_type, bytes, original_length) in nearly_good()) {
        let frame = Frame { original_length, ..frame(link_type, &bytes) };
        if let Decoded::Tcp(s) = Decoder::new().decode(&frame) {
            prop_assert!(s.payload.len() <= s.len as usize);
        }
    }
}

/// Two fragments of one datagram behind these headers; whether tshark 4.0.17 put them together.
#[test]
fn fragments_belong_together_by_their_outermost_vlan() {
    const Q5: [u8; 4] = [0x81, 0, 0, 5];
    const Q6: [u8; 4] = [0x81, 0, 0, 6];
    let whole = tcp(5, b"abcd");
    let piece = |header: &[u8], flags: u16, payload: &[u8]| {
        let mut bytes = vec![0; 12];
        bytes.extend(header);
        bytes.extend([8, 0]);
        let mut packet = ipv4(6, 20 + payload.len() as u16, payload);
        packet[6..8].copy_from_slice(&flags.to_be_bytes());
        bytes.extend(packet);
        bytes
    };
    let meet = |one: &[u8], other: &[u8]| {
        let mut decoder = Decoder::new();
        let first = piece(one, 0x2000, &whole[..16]);
        let last = piece(other, 2, &whole[16..]);
        decoder.decode(&frame(1, &first));
        matches!(decoder.decode(&frame(1, &last)), Decoded::Tcp(_))
    };
    assert!(meet(&Q5, &Q5) && !meet(&Q5, &Q6) && !meet(&Q5, &[]));
    assert!(meet(&[Q5, Q6].concat(), &Q5) && !meet(&[Q5, Q6].concat(), &Q6));
    assert!(meet(&[0x81, 0, 0, 0], &[]), "VLAN 0 is none");
    assert!(meet(&[0x88, 0xa8, 0, 5], &[]), "802.1ad does not count");
}

#[test]
fn of_two_source_routes_the_first_counts() {
    let routed = |options: [u8; 16]| {
        let mut bytes = ipv4(6, 56, &[]);
        bytes[0] = 0x49;
        bytes.extend(options);
        bytes.extend(tcp(5, b""));
        match Decoder::new().decode(&frame(101, &bytes)) {
            Decoded::Tcp(segment) => segment.destination.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let second = [131, 7, 4, 10, 0, 0, 9, 0, 0];
    let with = |first: [u8; 7]| {
        let mut options = [0; 16];
        options[..7].copy_from_slice(&first);
        options[7..].copy_from_slice(&second);
        routed(options)
    };
    assert_eq!(with([137, 7, 4, 10, 0, 0, 8]), "10.0.0.8:2000");
    assert_eq!(
        with([137, 7, 3, 10, 0, 0, 8]),
        "10.0.0.2:2000",
        "a bad pointer"
    );
}

#[test]
fn frames_inside_provider_bridges_and_fabric_path() {
    let mut header = vec![0; 12];
    header.extend([0x88, 0xe7, 0, 0, 0, 9]);
    header.extend([0; 12]);
    header.extend([8, 0]);
    assert_eq!(describe(&frame(1, &behind(&header))), PLAIN);
    let mut header = vec![0; 12];
    header.extend([0x89, 3, 0x40, 0x20]);
    header.extend([0; 12]);
    header.extend([8, 0]);
    let mut bytes = behind(&header);
    bytes.extend([0; 2]); // with the two bytes of padding: the check sequence
    assert_eq!(describe(&frame(1, &bytes)), PLAIN);
}
