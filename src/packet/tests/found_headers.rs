//! More of `found`: headers of which tshark 4.0.17 reads other bytes than their names suggest. Each frame was put to it.

use super::found::{ETHERNET, SNAP, WLAN, in_ip, ipv6, length, packet};
use super::{ipv4, tcp};

/// Whether the SYN is found behind `header` in a frame of this link type.
fn behind(link_type: u32, header: &[u8]) -> bool {
    length(link_type, &[header, &packet()[..]].concat()) == Some(3)
}

#[test]
fn lab_manager_has_its_type_at_22() {
    let header = [ETHERNET, &[0x88, 0xde], &[0; 22], &[8, 0]].concat();
    assert!(behind(1, &header));
    let early = [ETHERNET, &[0x88, 0xde], &[0; 16], &[8, 0]].concat();
    assert!(!behind(1, &early));
}

#[test]
fn the_packet_of_solaris_ends_with_what_was_captured() {
    let of = |size: usize, length: u8| {
        let mut header = vec![1, 2, 0, 0, 0, 0, 0, length];
        header.resize(size, 0);
        behind(226, &header)
    };
    let all = packet().len() as u8;
    assert!(of(24, all) && of(20, all) && of(40, all));
    assert!(!of(24, all - 1) && !of(24, 255));
}

#[test]
fn frame_relay_has_an_nlpid_or_a_bare_frame() {
    const CIRCUIT: [u8; 2] = [0x18, 0x41];
    const CIRCUIT_0: [u8; 2] = [0x00, 0x01];
    let of = |address: &[u8], rest: &[u8]| behind(107, &[address, rest].concat());
    assert!(of(&CIRCUIT_0, &[3, 0xcc]) && !of(&CIRCUIT_0, &[0x13, 0xcc]));
    assert!(of(&[1], &[3, 0xcc]) && !of(&[1], &[0x13, 0xcc]));
    // SNAP in frames with information.
    for (control, found) in [(&[3][..], true), (&[0x02, 2], true), (&[0x05, 2], false)] {
        let header = [control, &[0x80], &SNAP[3..]].concat();
        assert_eq!(of(&CIRCUIT, &header), found, "{control:?}");
    }
    let bare = |first: [u8; 3], kind: [u8; 2]| {
        let header = [&CIRCUIT[..], &first, &ETHERNET[3..], &kind].concat();
        // A check sequence at the end.
        length(107, &[&header, &packet()[..], &[0; 4]].concat()) == Some(3)
    };
    assert!(bare([2, 0, 0x55], [8, 0]));
    assert!(!bare([2, 0, 0x08], [8, 0]), "an NLPID that tshark knows");
    assert!(!bare([0x20, 0, 0x55], [8, 0]), "Cisco's discovery protocol");
    assert!(!bare([2, 0, 0x55], [0x12, 0x34]), "no type that is known");
}

#[test]
fn osi_identifiers_behind_ip() {
    assert!(in_ip(80, &[0xcc], &packet()) && in_ip(80, &[0xcf, 0, 0x21], &packet()));
    assert!(!in_ip(80, &[0xcd], &packet()));
}

#[test]
fn management_cells_of_juniper_have_a_first_byte() {
    assert!(behind(137, b"MGC\x00\xc0\0\0\0"));
    assert!(!behind(137, b"MGC\x00\x80\0\0\x01"));
}

#[test]
fn preambles_of_epon_that_lost_bytes() {
    let of = |preamble: &[u8]| behind(259, &[preamble, ETHERNET, &[8, 0]].concat());
    let whole = [0x55, 0x55, 0xd5, 0x55, 0x55, 0x80, 1, 0];
    assert!(of(&whole) && of(&whole[1..]) && of(&whole[2..]) && !of(&whole[3..]));
    assert!(!of(&[0xd5, 0x55, 0x57, 0x80, 1, 0]), "encrypted");
}

#[test]
fn quotes_of_source_quench_have_a_length() {
    let quoted = |words: u8| {
        let icmp = [&[4, 0, 0, 0, 0, words, 0, 0], &packet()[..]].concat();
        length(101, &ipv4(1, 20 + icmp.len() as u16, &icmp)).is_some()
    };
    assert!(quoted(0) && quoted(5) && !quoted(3));
}

#[test]
fn padding_counts_once_a_flags_field_told_of_it() {
    // Two words of fields with flags each.
    let of = |first: u8, second: u8, padding: usize| {
        let radiotap = [
            0, 0, 18, 0, 2, 0, 0, 0xa0, 2, 0, 0, 0, first, second, 0, 0, 0, 0,
        ];
        let quality = [&[0x88], &WLAN[1..], &[0, 0], &vec![0x55; padding]].concat();
        behind(127, &[&radiotap[..], &quality, SNAP].concat())
    };
    assert!(of(0x20, 0, 2) && of(0, 0x20, 2) && of(0, 0, 0));
    assert!(!of(0x20, 0, 0));
    assert!(!of(0, 0, 2));
}

#[test]
fn a_jumbo_option_has_four_bytes() {
    let of = |size: u8| {
        let payload = [&[6, 0, 194, size, 0, 1, 0, 0], &tcp(5, b"abc")[..]].concat();
        let mut bytes = ipv6(0, &payload);
        (bytes[4], bytes[5]) = (0, 0);
        length(101, &bytes).is_some()
    };
    assert!(of(4) && !of(2) && !of(6));
}
