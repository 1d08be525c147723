//! Frames with several packets side by side: tshark 4.0.17 finds these segments in them.

use super::found::{ETHERNET, SNAP, WLAN, packet};
use super::{frame, ipv4};
use crate::packet::{Decoded, Decoder};

/// Sequence numbers of all segments of a frame.
fn all(link_type: u32, bytes: &[u8]) -> Vec<u32> {
    let mut decoder = Decoder::new();
    let frame = frame(link_type, bytes);
    let mut found = Vec::new();
    if let Decoded::Tcp(segment) = decoder.decode(&frame) {
        found.push(segment.seq.0);
    }
    while let Some(Decoded::Tcp(segment)) = decoder.more(&frame) {
        found.push(segment.seq.0);
    }
    found
}

#[test]
fn packets_side_by_side() {
    let numbered = |number: u8| {
        let mut packet = packet();
        packet[20 + 7] = number;
        packet
    };
    let (one, two, other) = (numbered(1), numbered(2), ipv4(17, 28, &[0; 8]));
    // An aggregate: each frame with addresses, length, LLC, and padding but for the last.
    let quality = [&[0x88, 2], &WLAN[2..], &[0x80, 0]].concat();
    let part = |packet: &[u8]| {
        let length = (SNAP.len() + packet.len()) as u16;
        let mut bytes = [ETHERNET, &length.to_be_bytes(), SNAP, packet].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let aggregate = |parts: &[&[u8]]| {
        let parts: Vec<_> = parts.iter().map(|packet| part(packet)).collect();
        all(105, &[quality.clone(), parts.concat()].concat())
    };
    assert_eq!(aggregate(&[&one]), [1]);
    assert_eq!(aggregate(&[&one, &two]), [1, 2]);
    assert_eq!(aggregate(&[&other, &two]), [2]);
    // PPP between flags.
    let framed = |packet: &[u8]| [&[0xff, 3, 0, 0x21], packet, &[0, 0, 0x7e]].concat();
    let stream = [&[0, 0, 0x88, 0x81, 0x7e][..], &framed(&one), &framed(&two)].concat();
    let outer = ipv4(47, 20 + stream.len() as u16, &stream);
    assert_eq!(all(101, &outer), [1, 2]);
    // TECMP: each frame with an interface, a time, its length and flags.
    let logged = |packet: &[u8]| {
        let length = (14 + packet.len()) as u16;
        let mut bytes = vec![0; 12];
        bytes.extend_from_slice(&length.to_be_bytes());
        [&bytes[..], &[0, 0], ETHERNET, &[8, 0], packet].concat()
    };
    let head = [0x99, 0xfe, 0, 1, 0, 1, 3, 3, 0, 0x80, 0, 0, 0, 0];
    let both = [ETHERNET, &head, &logged(&one), &logged(&two)].concat();
    assert_eq!(all(1, &both), [1, 2]);
}
