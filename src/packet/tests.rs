//! Frames built by hand, with the answers tshark 4.0.17 gave for the same bytes.

use super::*;
use crate::net::{LinkType, Timestamp};

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
