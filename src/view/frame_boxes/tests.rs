//! A Linux SYN over Ethernet and IPv4, and a data segment over IPv6, byte by byte.

use super::*;
use crate::net::{LinkType, Timestamp};
use crate::packet::{Decoded, Decoder};
use crate::view::samples::{self, SYN_OPTIONS};
use crate::view::width::width_of;

/// Ethernet, IPv4, TCP SYN from 127.0.0.1:51234 to 127.0.0.1:7000.
fn syn() -> Vec<u8> {
    let mut bytes = vec![0; 12];
    bytes.extend([8, 0]);
    bytes.extend([0x45, 0, 0, 60, 0xab, 0xcd, 0x40, 0, 64, 6, 0x12, 0x34]);
    bytes.extend([127, 0, 0, 1, 127, 0, 0, 1]);
    bytes.extend([0xc8, 0x22, 0x1b, 0x58, 0, 0, 3, 0xe8, 0, 0, 0, 0]);
    bytes.extend([0xa0, 0x02, 0xff, 0xd7, 0xfe, 0x30, 0, 0]);
    bytes.extend(SYN_OPTIONS);
    bytes
}

/// Raw IPv6, TCP PSH,ACK with three bytes.
fn ipv6_data() -> Vec<u8> {
    let mut bytes = vec![0x60, 0x01, 0x23, 0x45, 0, 23, 6, 64];
    for _ in 0..2 {
        bytes.extend([0; 15]);
        bytes.push(1);
    }
    bytes.extend([0xf3, 0xc3, 0x1b, 0x58, 0, 0, 0, 1, 0, 0, 0, 2]);
    bytes.extend([0x50, 0x18, 2, 0, 0, 0, 0, 0]);
    bytes.extend(b"oi\n");
    bytes
}

fn boxes(bytes: &[u8], link_type: LinkType, width: usize) -> Result<String, BoxError> {
    let frame = Frame {
        number: 9,
        timestamp: Timestamp::ZERO,
        link_type,
        original_length: bytes.len() as u32,
        data: bytes,
    };
    let mut decoder = Decoder::new();
    let Decoded::Tcp(segment) = decoder.decode(&frame) else {
        panic!("no TCP")
    };
    let options = BoxOptions {
        width,
        ..BoxOptions::default()
    };
    frame_boxes(&frame, Part::ONLY, &segment, None, &options)
}

#[test]
fn a_syn_in_boxes() {
    let text = boxes(&syn(), LinkType::ETHERNET, 80).expect("whole headers");
    assert!(text.lines().all(|line| width_of(line) <= 100));
    insta::assert_snapshot!("syn", text);
}

#[test]
fn ipv6_in_boxes_and_as_a_list() {
    let wide = boxes(&ipv6_data(), LinkType::RAW, 100).expect("whole headers");
    insta::assert_snapshot!("ipv6", wide);
    let narrow = boxes(&ipv6_data(), LinkType::RAW, 60).expect("whole headers");
    assert!(
        narrow.contains("  bit 0-15     Source Port            62403  f3 c3\n"),
        "{narrow}"
    );
    assert!(narrow.contains("  bit 107-107  ACK"), "{narrow}");
}

/// The whole of every value stands there at any width, and nothing stands beyond it.
#[test]
fn every_width_holds_everything() {
    let bytes = syn();
    let frame = Frame {
        number: 9,
        timestamp: Timestamp::ZERO,
        link_type: LinkType::ETHERNET,
        original_length: 99,
        data: &bytes,
    };
    let mut decoder = Decoder::new();
    let Decoded::Tcp(segment) = decoder.decode(&frame) else {
        panic!("no TCP")
    };
    let packet = samples::full_packet();
    for (width, ascii) in [(40, true), (60, false), (60, true), (79, false), (80, true)] {
        let options = BoxOptions {
            lang: Lang::PtBr,
            width,
            ascii,
        };
        let text = frame_boxes(&frame, Part::ONLY, &segment, Some(&packet), &options)
            .expect("whole headers");
        for line in text.lines() {
            assert!(width_of(line) <= width, "{width}: {line}");
        }
        assert_eq!(text.is_ascii(), ascii, "{text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("1000 (relative 9)"), "{words}");
        assert!(words.contains("8 Timestamps: value 9, echo 0"), "{words}");
        assert!(words.contains("08 0a 00 00 00 09 00 00 00 00"), "{words}");
        assert!(
            words.contains(if ascii {
                "7000 > 51234"
            } else {
                "7000 → 51234"
            }),
            "{words}"
        );
        assert!(!text.contains('~') && !text.contains('…'), "{text}");
    }
}

#[test]
fn a_frame_that_is_cut_is_refused() {
    let bytes = syn();
    let frame = Frame {
        number: 9,
        timestamp: Timestamp::ZERO,
        link_type: LinkType::ETHERNET,
        original_length: 74,
        data: &bytes,
    };
    let mut decoder = Decoder::new();
    let Decoded::Tcp(segment) = decoder.decode(&frame) else {
        panic!("no TCP")
    };
    let cut = Frame {
        data: &bytes[..40],
        ..frame
    };
    let error = frame_boxes(&cut, Part::ONLY, &segment, None, &BoxOptions::default());
    assert_eq!(error, Err(BoxError::NotWhole(9)));
}
