//! Where tshark 4.0.17 finds TCP and where it does not: one small frame per rule, each put to it.

use super::{frame, ipv4, tcp};
use crate::packet::{Decoded, Decoder};

pub(in crate::packet) const ETHERNET: &[u8] = &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
/// Data frame to the distribution system, sequence control 0x0010.
pub(in crate::packet) const WLAN: &[u8] = &[
    8, 1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0x10, 0,
];
pub(in crate::packet) const SNAP: &[u8] = &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

/// A SYN with three bytes of data.
pub(super) fn packet() -> Vec<u8> {
    ipv4(6, 43, &tcp(5, b"abc"))
}

/// Length of the data of the SYN from port 1000, where it is found.
pub(in crate::packet) fn length(link_type: u32, bytes: &[u8]) -> Option<u32> {
    let mut decoder = Decoder::new();
    match decoder.decode(&frame(link_type, bytes)) {
        Decoded::Tcp(segment) if segment.source.port == 1000 => Some(segment.len),
        _ => None,
    }
}

/// Whether the SYN is found behind `header` in a frame of this link type.
fn behind(link_type: u32, header: &[&[u8]]) -> bool {
    length(link_type, &[&header.concat(), &packet()[..]].concat()) == Some(3)
}

/// Whether it is found as the payload of an IPv4 packet of this protocol, behind `header`.
pub(super) fn in_ip(protocol: u8, header: &[u8], rest: &[u8]) -> bool {
    let payload = [header, rest].concat();
    let outer = ipv4(protocol, 20 + payload.len() as u16, &payload);
    length(101, &outer) == Some(3)
}

/// An IPv6 packet with this next header.
pub(in crate::packet) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0, 0, payload.len() as u8, next, 64];
    bytes.resize(40, 1);
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn ethernet_types_and_sub_types() {
    let types = |header: &[u8]| behind(1, &[ETHERNET, header]);
    assert!(types(&[0x89, 0x88, 0, 0, 0, 0, 0, 0, 8, 0]) && types(&[0xff, 0xf2]));
    assert!(types(&[0xd2, 0x8b, 0, 0, 8, 0]));
    assert!(types(&[&[0x24, 0x52], WLAN, SNAP].concat()));
    assert!(types(
        &[&[0x88, 0xbb, 0, 0, 0, 0, 0, 0], WLAN, SNAP].concat()
    ));
    let stamp = |version: [u8; 2], size| {
        let stamp = [&[0xd2, 0x8b, 0, 1], &version[..], &vec![0; size]].concat();
        types(&[&stamp[..], &[8, 0]].concat())
    };
    assert!(stamp([0, 0x10], 8) && stamp([0, 0x20], 6) && stamp([1, 0x10], 8));
    assert!(!stamp([0, 0x11], 8) && !stamp([2, 0x10], 8));
    // MACsec: without a check value at the end, and of another version.
    assert!(types(&[0x88, 0xe5, 0, 0, 0, 0, 0, 1, 8, 0]));
    assert!(!types(&[0x88, 0xe5, 0x80, 0, 0, 0, 0, 1, 8, 0]));
}

#[test]
fn fabric_path_is_of_ethernet() {
    let inner = [&[0x89, 3, 0, 0x40], ETHERNET, &[8, 0], &packet(), &[0; 4]].concat();
    let behind = |header: &[u8]| length(1, &[ETHERNET, header, &inner].concat());
    assert_eq!((behind(&[]), behind(&[0x81, 0, 0, 5])), (Some(3), Some(3)));
    assert_eq!(behind(&[0x91, 0, 0, 5]), None);
    assert_eq!(behind(&[0x81, 0, 0, 5, 0x81, 0, 0, 6]), None);
    let size = (6 + inner.len() as u16).to_be_bytes();
    assert_eq!(behind(&[&size, &SNAP[..6]].concat()), None);
}

#[test]
fn service_headers() {
    let header = |words: u8, kind: u8, size: usize| {
        let mut bytes = vec![0x89, 0x4f, 0, words, kind, 1];
        bytes.resize(2 + size, 0);
        behind(1, &[ETHERNET, &bytes])
    };
    assert!(header(6, 1, 24) && header(0, 1, 24) && header(2, 2, 8) && header(4, 2, 16));
    assert!(header(2, 3, 8) && header(0, 3, 4) && !header(2, 1, 8));
}

#[test]
fn llc_service_access_points() {
    let llc = |header: &[u8]| {
        let length = (header.len() + 43) as u16;
        behind(1, &[ETHERNET, &length.to_be_bytes(), header])
    };
    for point in [0x14, 0x20, 0x34, 0x54, 0xfe] {
        assert!(llc(&[point, 1, 3, 0xcc]), "{point:#x}");
    }
    assert!(llc(&[
        &[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0],
        ETHERNET,
        &[8, 0]
    ]
    .concat()));
    assert!(llc(&[0x80, 0x80, 3, 8, 0]) && !llc(&[0x16, 1, 3, 0xcc]));
}

#[test]
fn wireless_frames() {
    let wlan = |body: &[u8]| behind(105, &[WLAN, body]);
    assert!(wlan(SNAP) && wlan(&[8, 0]) && wlan(&[0x81, 0, 0, 5, 8, 0]));
    assert!(wlan(&[&[0, 0], SNAP].concat()) && wlan(&[&[0x10, 0], SNAP].concat()));
    assert!(!wlan(&[&[0, 1], SNAP].concat()));
    let mut fragment = WLAN.to_vec();
    fragment[22] = 0x11;
    assert!(behind(105, &[&fragment, SNAP]), "a last fragment alone");
    fragment[1] |= 4;
    assert!(!behind(105, &[&fragment, SNAP]), "more to come");
    let mut repeated = vec![0; 6];
    repeated.extend_from_slice(&[&WLAN[16..22], &WLAN[10..16], &[8, 0]].concat());
    assert!(wlan(&repeated));
    repeated[6] ^= 1;
    assert!(!wlan(&repeated));
}

/// A mesh header shows by what follows it, in what comes from the distribution system, whatever quality of service says.
#[test]
fn mesh_headers() {
    let mesh = |kind: u8, flags: u8, more: &[&[u8]]| {
        let mut header = WLAN.to_vec();
        (header[0], header[1]) = (kind, flags);
        behind(105, &[&header, &more.concat()[..]])
    };
    let control: &[u8] = &[0, 9, 0, 0, 0, 1];
    for quality in [&[0, 1], &[0, 0]] {
        assert!(mesh(0x88, 2, &[quality, control, SNAP]));
        assert!(mesh(0x88, 2, &[quality, &[2], &[0; 17], SNAP]));
        assert!(mesh(0x88, 2, &[quality, SNAP]));
        assert!(!mesh(0x88, 1, &[quality, control, SNAP]));
        assert!(!mesh(0x88, 2, &[quality, &[3, 9, 0, 0, 0, 1], SNAP]));
    }
    assert!(mesh(0x08, 2, &[control, SNAP]) && mesh(0x08, 3, &[&[1; 6], control, SNAP]));
}

#[test]
fn radiotap_fields() {
    let tap = |present: u32, fields: &[u8]| {
        let size = (8 + fields.len()) as u16;
        let header = [
            &[0, 0],
            &size.to_le_bytes()[..],
            &present.to_le_bytes(),
            fields,
        ];
        // The length of the packet is left to the frame.
        let open = ipv4(6, 0, &tcp(5, b"abc1234"));
        length(127, &[&header.concat(), WLAN, SNAP, &open].concat())
    };
    assert_eq!(tap(2, &[0]), Some(7));
    assert_eq!(tap(2, &[0x10]), Some(3), "a check sequence at the end");
    assert_eq!(tap(3, &[0, 0, 0, 0, 0, 0, 0, 0, 0x10]), Some(3));
    assert_eq!(tap(0x6000_0002, &[0x10]), Some(7), "both name spaces");
    assert_eq!(tap(1 << 26, &[0]), None, "no frame");
    assert_eq!(tap(1 << 26, &[]), Some(7), "no room to say so");
    assert_eq!(
        tap(3 << 25, &[0; 16]),
        Some(7),
        "an unknown field before it"
    );
    assert!(!behind(127, &[&[0; 8], WLAN, SNAP]), "header of no length");
}

/// More words of presence bits: whose they are, the word before says.
#[test]
fn radiotap_words() {
    const MORE: u32 = 1 << 31;
    const KNOWN: u32 = MORE | 1 << 29;
    const VENDOR: u32 = MORE | 1 << 30;
    let tap = |words: &[u32], fields: &[u8]| {
        let size = (4 + 4 * words.len() + fields.len()) as u16;
        let mut header = vec![0, 0];
        header.extend_from_slice(&size.to_le_bytes());
        header.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        header.extend_from_slice(fields);
        let open = ipv4(6, 0, &tcp(5, b"abc1234"));
        length(127, &[&header, WLAN, SNAP, &open].concat())
    };
    assert_eq!(tap(&[KNOWN, 2], &[0x10]), Some(3));
    assert_eq!(tap(&[KNOWN | 2, 2], &[0x10, 0]), Some(7), "the last counts");
    assert_eq!(tap(&[MORE, 2], &[0x10]), Some(7), "fields beyond the known");
    assert_eq!(tap(&[KNOWN | 1 << 27, 1 << 26], &[0; 5]), None, "no frame");
    let skipped = [1, 2, 3, 4, 2, 0, 9, 9];
    let rest = |words: &[u32]| tap(words, &[&skipped[..], &[0x10]].concat());
    assert_eq!(rest(&[VENDOR, 2]), Some(7), "a vendor's own");
    assert_eq!(rest(&[VENDOR, KNOWN | 2, 2]), Some(3), "and back");
}

/// A last fragment without the others is shown with its check sequence.
#[test]
fn check_sequences_of_last_fragments() {
    let tap = |number: u8| {
        let mut header = WLAN.to_vec();
        header[22] |= number;
        let open = ipv4(6, 0, &tcp(5, b"abc1234"));
        let fields = [0, 0, 9, 0, 2, 0, 0, 0, 0x10];
        length(127, &[&fields, &header[..], SNAP, &open].concat())
    };
    assert_eq!((tap(0), tap(1), tap(15)), (Some(3), Some(7), Some(7)));
}

/// The second number of IPv4 is known where an Ethernet type stands, not in a SNAP header or a log of netfilter's.
#[test]
fn types_known_by_what_follows() {
    let number = [0xff, 0xf2];
    let header = [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0];
    assert!(behind(1, &[ETHERNET, &[0x81, 0, 0, 1], &number]));
    assert!(behind(113, &[&header, &number]));
    assert!(!behind(11, &[&SNAP[..6], &number]) && !behind(105, &[WLAN, &SNAP[..6], &number]));
    assert!(!behind(138, &[&[0; 16], &number]) && !behind(0, &[&[0xf2, 0xff, 0, 0]]));
    let size = [4 + packet().len() as u8, 0, 9, 0];
    let log = |number: [u8; 2]| {
        let kind = [8, 0, 1, 0, number[0], number[1], 0, 0];
        behind(239, &[&[2, 0, 0, 0], &kind, &size])
    };
    assert!(log([8, 0]) && !log(number));
}

#[test]
fn of_a_netfilter_log_the_last_packet_and_the_last_number_count() {
    let attribute = |kind: u8, bytes: &[u8]| {
        let mut all = [&[4 + bytes.len() as u8, 0, kind, 0], bytes].concat();
        all.resize(all.len().next_multiple_of(4), 0);
        all
    };
    let found = |attributes: &[&[u8]]| {
        let log = [&[2, 0, 0, 0], &attributes.concat()[..]].concat();
        length(239, &log) == Some(3)
    };
    let log = attribute(9, &packet());
    assert!(found(&[&log]) && found(&[&attribute(9, &[8, 0, 3, 0]), &log]));
    assert!(!found(&[&log, &attribute(9, b"abcd")]));
    assert!(found(&[&log, &[3, 0, 0]]) && !found(&[&log, &[3, 0, 0, 0]]));
    assert!(found(&[&log, &attribute(1, &[8, 0, 0, 0])]));
    assert!(!found(&[&log, &attribute(1, &[0x86, 0xdd, 0, 0])]));
    assert!(found(&[&log, &attribute(1, &[0x86, 0xdd])]));
}

#[test]
fn smart_edge_by_the_distance_of_layer_3() {
    let edge = |kind: u8, distance: u8, header: &[u8]| {
        let mut bytes = [0; 24];
        (bytes[19], bytes[21], bytes[23]) = (kind, 24, 24 + distance);
        behind(32, &[&bytes, header])
    };
    let ethernet = [ETHERNET, &[8, 0]].concat();
    assert!(edge(1, 0, &[]) && edge(1, 2, &[0, 0x21]) && edge(1, 4, &[0xff, 3, 0, 0x21]));
    assert!(!edge(1, 2, &[0xff, 3, 0, 0x21]) && !edge(9, 0, &[]) && !edge(5, 14, &ethernet));
    assert!([1, 2, 3, 4, 8, 9].map(|kind| edge(kind, 14, &ethernet)) == [true; 6]);
    assert!(edge(8, 0, &ethernet) && !edge(2, 0, &ethernet));
    assert!(edge(6, 0, &[0, 0, 0, 0, 0, 0x21]));
    assert!(edge(6, 14, &[&[0; 4], &ethernet[..]].concat()));
}

#[test]
fn solaris_and_net_analyzer() {
    let solaris = |family: u8, length: u8| {
        let mut header = [0; 24];
        (header[1], header[7]) = (family, length);
        behind(226, &[&header])
    };
    assert!(solaris(2, 43) && !solaris(2, 42) && !solaris(2, 44) && !solaris(3, 43));
    let open = ipv4(6, 0, &tcp(5, b"abc1234"));
    let analyzer = |version| {
        length(
            240,
            &[&[0, version, 0, 0], ETHERNET, &[8, 0], &open].concat(),
        )
    };
    assert_eq!(
        [4, 10, 0xca, 5, 12].map(analyzer),
        [Some(3), Some(3), Some(3), None, None]
    );
}

#[test]
fn older_links() {
    assert!(behind(9, &[&[0, 0x2f]]) && !behind(9, &[&[0, 0x2d]]));
    assert!(!behind(10, &[&[0xd0], ETHERNET, SNAP]) && behind(10, &[&[0x51], ETHERNET, SNAP]));
    assert!(behind(7, &[&[1, 2, 0xd4, 0xff, 0, 0, 0xd4, 0, 0, 0]]));
    assert!(
        behind(129, &[&[1, 2, 0, 0, 0xd4, 0, 0, 0]]) && !behind(129, &[&[1, 2, 0xd4, 0, 0, 0]])
    );
    // Frame relay: XID, and longer addresses that make circuit 0 or another.
    assert!(!behind(107, &[&[0x18, 0x41, 0xaf, 0xcc]]));
    assert!(behind(107, &[&[0, 0, 5, 8, 0]]) && !behind(107, &[&[0, 0, 7, 8, 0]]));
    assert!(behind(107, &[&[0, 0, 2, 1, 8, 0]]) && !behind(107, &[&[0, 0, 0, 0, 1, 8, 0]]));
    let cooked = |hardware: u8, protocol: [u8; 2], header: &[u8]| {
        let start = [0, 0, 3, hardware, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0];
        behind(113, &[&start, &protocol, header])
    };
    assert!(cooked(2, [8, 0], &[]) && cooked(2, [0, 1], &[0x18, 0x41, 8, 0]));
    assert!(cooked(10, [0, 3], &[ETHERNET, &[8, 0]].concat()));
    assert!(!behind(137, &[b"MGC\0\x80\0\0\0", SNAP]) && behind(137, &[b"MGC\0\x81\0\0\0", SNAP]));
    // Juniper's newer ATM interfaces and services cards.
    assert!(behind(135, &[b"MGC\0", &[0; 8]]) && behind(135, &[b"MGC\0", &[0; 8], SNAP]));
    assert!(!behind(135, &[b"MGC\0", &[0, 0, 0, 0, 0, 0, 0, 0x10]]));
    assert!(
        !behind(135, &[b"MGC\0\0\0\0\x05\0\0\0\0"]) && behind(135, &[b"MGC\x01\0\0\0\x05\0\0\0\0"])
    );
    assert!(behind(136, &[b"MGC\0", &[0; 12]]) && behind(136, &[b"MGC\x01", &[0; 16]]));
    let second = [&[0; 10], &[8, 0][..], &[0; 44]].concat();
    assert!(behind(99, &[&second]));
    let log = |family, number: [u8; 2]| {
        let start = [family, 0, 0, 5, 8, 0, 1, 0];
        behind(239, &[&start, &number, &[3, 0], &[47, 0, 9, 0]])
    };
    assert!(log(2, [0, 0]) && log(2, [8, 0]) && log(7, [8, 0]));
    assert!(!log(2, [8, 0x40]) && !log(7, [0, 0]));
    let enc = |family| behind(109, &[&[family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    assert!(enc(2) && !enc(30));
    let tap = |size: u8, record: u8| {
        let mut header = vec![0; usize::from(size)];
        (header[0], header[4], header[8]) = (size, record, 101);
        behind(258, &[&header])
    };
    assert!(tap(108, 1) && !tap(108, 0) && !tap(104, 1));
}

#[test]
fn endace_records() {
    let record = |kind: u8, wire: u8, header: &[u8]| {
        let mut start = [0; 16];
        (start[8], start[15]) = (kind, wire);
        let open = ipv4(6, 0, &tcp(5, b"abc"));
        length(197, &[&start, header, &open].concat())
    };
    let lane = [&[0, 0, 0, 0, 0, 1][..], ETHERNET, &[8, 0]].concat();
    assert_eq!(
        (record(22, 43, &[]), record(22, 42, &[])),
        (Some(3), Some(2))
    );
    assert_eq!(record(4, 59, &lane), Some(3));
    assert_eq!(
        record(4, 99, &[&[0, 0, 0, 0x50], SNAP].concat()),
        None,
        "circuit 0/5"
    );
    assert_eq!(record(4, 51, &[&[0, 0, 6, 0x40], SNAP].concat()), Some(3));
}

#[test]
fn frames_that_sniffers_send_on() {
    let message = |message: u8, kind: u8, header: &[&[u8]]| {
        let inner = [&[1, message, 0, kind, 1], &header.concat()[..], &packet()].concat();
        let size = (8 + inner.len() as u16).to_be_bytes();
        in_ip(
            17,
            &[&[0, 5, 0x90, 0x90], &size[..], &[0, 0]].concat(),
            &inner,
        )
    };
    let tzsp = |kind: u8, header: &[&[u8]]| message(0, kind, header);
    assert!(tzsp(2, &[&[0x10, 0x40], ETHERNET, SNAP]) && tzsp(4, &[&[0, 0x21]]));
    assert!(tzsp(5, &[&[0x50], ETHERNET, SNAP]) && tzsp(7, &[]) && tzsp(119, &[WLAN, SNAP]));
    assert!(tzsp(126, &[&[0, 0, 8, 0, 0, 0, 0, 0], WLAN, SNAP]) && !tzsp(3, &[]));
    let messages = [0, 1, 2, 3, 4, 5, 6, 255].map(|kind| message(kind, 7, &[]));
    assert_eq!(messages, [true, true, true, true, false, false, true, true]);
}

#[test]
fn records_tell_their_time() {
    let mut record = [&[0; 16][..], &packet()].concat();
    // 2.75 s and one unit of 2^-32 s, which is a quarter of a nanosecond.
    record[..8].copy_from_slice(&0x0000_0002_c000_0001u64.to_le_bytes());
    (record[8], record[15]) = (22, 43);
    match Decoder::new().decode(&frame(197, &record)) {
        Decoded::Tcp(segment) => assert_eq!(segment.timestamp.to_string(), "2.750000000"),
        other => panic!("{other:?}"),
    }
}

/// Fragments of the same datagram, the second inside ERSPAN of this VLAN: put together only in VLAN 0, and as tshark 4.0.17
/// counts them, where the header of type II says that the frame has its tag, or type III overrules the VLAN around it.
#[test]
fn vlans_of_erspan_keep_fragments_apart() {
    let segment = tcp(5, b"abcd");
    let piece = |flags: [u8; 2], part: &[u8]| {
        let mut packet = ipv4(6, 20 + part.len() as u16, part);
        packet[6..8].copy_from_slice(&flags);
        [ETHERNET, &[8, 0], &packet].concat()
    };
    let untagged: &[u8] = &[8, 0];
    let tagged: &[u8] = &[0x81, 0, 0, 7, 8, 0];
    for (around, kind, start, whole) in [
        (untagged, [0x88, 0xbe], [0x20, 0, 0], true),
        (untagged, [0x88, 0xbe], [0x20, 5, 0], false),
        (untagged, [0x88, 0xbe], [0x10, 5, 0], false),
        (untagged, [0x22, 0xeb], [0x20, 5, 0], false),
        (untagged, [0x22, 0xeb], [0x10, 5, 0], false),
        (untagged, [0x22, 0xeb], [0x10, 5, 0x10], false),
        (untagged, [0x22, 0xeb], [0x10, 5, 0x18], true),
        (tagged, [0x22, 0xeb], [0x20, 0, 0], true),
        (tagged, [0x22, 0xeb], [0x10, 0, 0], false),
    ] {
        let size = if start[0] == 0x20 { 12 } else { 8 };
        let gre = [
            &[0x10, 0],
            &kind[..],
            &[0; 4],
            &start,
            &vec![0; size - start.len()],
            &piece([0, 2], &segment[16..]),
        ];
        let gre = gre.concat();
        let outer = [ETHERNET, around, &ipv4(47, 20 + gre.len() as u16, &gre)].concat();
        let mut decoder = Decoder::new();
        decoder.decode(&frame(1, &piece([0x20, 0], &segment[..16])));
        let found = matches!(decoder.decode(&frame(1, &outer)), Decoded::Tcp(_));
        assert_eq!(found, whole, "{around:x?} {kind:x?} {start:x?}");
    }
}

/// The frame type of ERSPAN III, and where tshark looks for the version of WCCP.
#[test]
fn optional_fields_of_gre() {
    let mirrored = |kind: u8, more: u8| {
        let mut header = vec![
            0x10, 0, 0x22, 0xeb, 0, 0, 0, 0, 0x20, 5, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        header.extend_from_slice(&[kind, more]);
        header.resize(20 + usize::from(more & 1) * 8, 0);
        in_ip(47, &[&header, ETHERNET, &[8, 0]].concat(), &packet())
    };
    assert!(mirrored(0, 0) && mirrored(0x83, 0xff) && !mirrored(4, 0) && !mirrored(0x40, 1));
    let redirected = |key: u8, header: &[u8]| {
        let gre = [&[0x20, 0, 0x88, 0x3e, key, 0, 0, 0], header].concat();
        in_ip(47, &gre, &packet())
    };
    assert!(redirected(1, &[0; 4]) && !redirected(1, &[]));
    assert!(redirected(0x41, &[]) && !redirected(0x41, &[0; 4]));
}

#[test]
fn check_sequences_of_relayed_frames() {
    let mut datagram = vec![
        0, 99, 0x15, 0xb3, 0, 0, 0, 0, 0, 0xff, 0xab, 0xcd, 2, 0, 0, 0, 20, 0, 0, 0, 6,
    ];
    datagram.resize(28, 0);
    let open = ipv4(6, 0, &tcp(5, b"abc1234"));
    datagram.extend_from_slice(&[WLAN, SNAP, &open].concat());
    datagram[5] = datagram.len() as u8;
    let outer = ipv4(17, 20 + datagram.len() as u16, &datagram);
    assert_eq!(length(101, &outer), Some(3));
}

#[test]
fn packets_of_gtp_prime() {
    let found = |port: u16, flags: u8, size: usize| {
        let mut header = vec![flags, 255, 0, 43];
        header.resize(size, 0);
        let ports = [port.to_be_bytes(), [0x9c, 0x40]].concat();
        let length = (8 + size + 43) as u16;
        in_ip(
            17,
            &[&ports[..], &length.to_be_bytes(), &[0, 0], &header[..]].concat(),
            &packet(),
        )
    };
    assert!(found(2152, 0x0e, 20) && found(3386, 0x0f, 6) && found(2123, 0x20, 6));
    assert!(found(3386, 0x40, 6) && !found(2152, 0x40, 6) && !found(3386, 0x60, 6));
    assert!(found(3386, 0x50, 8) && !found(2152, 0x50, 8));
}
