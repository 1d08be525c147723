//! Random wrappings of an IP packet: tunnels, labels, tags, link headers; and headers that lie.

use super::packets;
use super::random::Random;
use super::rare;
use std::net::IpAddr;

/// Link types that one capture can have.
pub(crate) const LINKS: [u32; 54] = [
    1, 1, 1, 1, 101, 101, 12, 0, 108, 113, 276, 9, 50, 51, 104, 105, 105, 127, 228, 10, 6, 7, 11,
    18, 99, 109, 112, 117, 119, 122, 123, 129, 130, 133, 137, 138, 163, 178, 180, 192, 197, 204,
    239, 258, 135, 136, 274, 3, 128, 143, 202, 252, 259, 279,
];

/// IP version 4 or 6 by the first byte.
pub(crate) fn is_v6(packet: &[u8]) -> bool {
    packet.first().is_some_and(|byte| byte >> 4 == 6)
}

pub(crate) fn ether_type(packet: &[u8]) -> u16 {
    if is_v6(packet) { 0x86dd } else { 0x0800 }
}

pub(crate) fn concat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

pub(crate) const MACS: [u8; 12] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

/// The packet as a frame of this link type.
pub(crate) fn frame(random: &mut Random, link: u32, packet: &[u8]) -> Vec<u8> {
    let kind = ether_type(packet).to_be_bytes();
    let ppp: [u8; 2] = if is_v6(packet) { [0, 0x57] } else { [0, 0x21] };
    match link {
        1 => ethernet(random, packet),
        0 => {
            let family: u32 = if is_v6(packet) {
                random.of(&[24, 28, 30])
            } else {
                2
            };
            let bytes = if random.one_in(2) {
                family.to_le_bytes()
            } else {
                family.to_be_bytes()
            };
            concat(&[&bytes, packet])
        }
        108 => {
            let family: u8 = if is_v6(packet) {
                random.of(&[24, 28, 30])
            } else {
                2
            };
            concat(&[&[0, 0, 0, family], packet])
        }
        113 => {
            let (kind, packet) = tagged(random, packet);
            concat(&[&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0], &kind, &packet])
        }
        276 => {
            let (kind, packet) = tagged(random, packet);
            concat(&[
                &kind,
                &[0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0],
                &packet,
            ])
        }
        9 | 50 => match random.below(4) {
            0 => concat(&[&ppp, packet]),
            1 => concat(&[&ppp[1..], packet]),
            2 => concat(&[&[0xff, 3], &ppp[1..], packet]),
            _ => concat(&[&[0xff, 3], &ppp, packet]),
        },
        51 => pppoe(random, packet),
        104 => concat(&[&[random.of(&[0x0f, 0x8f]), 0], &kind, packet]),
        107 => match random.below(3) {
            0 => concat(&[
                &[0x18, 0x41, 3, if is_v6(packet) { 0x8e } else { 0xcc }],
                packet,
            ]),
            1 => concat(&[&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0], &kind, packet]),
            _ => concat(&[&[0x18, 0x41], &kind, packet]),
        },
        105 => wlan(random, packet),
        127 => {
            let wlan = wlan(random, packet);
            match random.below(4) {
                0 => concat(&[&[0, 0, 8, 0, 0, 0, 0, 0], &wlan]),
                // Two words of presence bits: the second has the flags, a check sequence among them.
                3 => {
                    let space = random.of(&[0x80, 0xa0, 0xc0]);
                    let words = [0, 0, 0, space, 2, 0, 0, 0];
                    let vendor = [1, 2, 3, 0, 1, 0, 7];
                    let skipped = &vendor[..if space == 0xc0 { 7 } else { 0 }];
                    let size = 13 + skipped.len() as u8;
                    concat(&[&[0, 0, size, 0], &words, skipped, &[0x10], &wlan, &[0; 4]])
                }
                1 => concat(&[&[0, 0, 9, 0, 2, 0, 0, 0, 0], &wlan]),
                _ => concat(&[&[0, 0, 10, 0, 0, 0, 0, 0, 0, 0], &wlan]),
            }
        }
        10 => concat(&[&[0x50], &MACS, &SNAP, &kind, packet]),
        12 | 18 | 101 | 228 => packet.to_vec(),
        _ => rare::frame(random, link, packet),
    }
}

/// How LLC with SNAP begins, up to the `EtherType`.
pub(crate) const SNAP: [u8; 6] = [0xaa, 0xaa, 3, 0, 0, 0];

/// An `EtherType` with its payload: the packet itself, or behind tags and labels.
pub(crate) fn tagged(random: &mut Random, packet: &[u8]) -> ([u8; 2], Vec<u8>) {
    let plain = (ether_type(packet).to_be_bytes(), packet.to_vec());
    match random.below(18) {
        0..=2 => {
            let (kind, inner) = tagged(random, packet);
            let tag: u16 = random.of(&[0x8100, 0x8100, 0x88a8, 0x9100]);
            let vlan = random.of(&[[0, 0], [0, 5], [0x20, 7], [0x0f, 0xff]]);
            (tag.to_be_bytes(), concat(&[&vlan, &kind, &inner]))
        }
        3 => (
            random.of(&[[0x88, 0x47], [0x88, 0x48]]),
            mpls(random, packet),
        ),
        4 => ([0x88, 0x64], pppoe(random, packet)),
        5 => ([0x65, 0x58], ethernet(random, packet)),
        6 => (
            [0x88, 0xe7],
            concat(&[&[0, 0, 0, 9], &ethernet(random, packet)]),
        ),
        7 => {
            let (kind, inner) = tagged(random, packet);
            match random.below(3) {
                0 => ([0x89, 0x26], concat(&[&[0; 4], &kind, &inner])),
                1 => ([0x89, 0x2f], concat(&[&[0; 4], &kind, &inner])),
                _ => ([0xf1, 0xc1], concat(&[&[0; 4], &kind, &inner])),
            }
        }
        8 => rare::tag(random, packet),
        _ => plain,
    }
}

/// An Ethernet II or 802.3 frame, sometimes with padding or a check sequence at its end.
pub(crate) fn ethernet(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let (kind, inner) = tagged(random, packet);
    let mut frame = if random.one_in(10) && inner.len() < 1400 {
        let length = (8 + inner.len() as u16).to_be_bytes();
        concat(&[&MACS, &length, &[0xaa, 0xaa, 3, 0, 0, 0], &kind, &inner])
    } else {
        concat(&[&MACS, &kind, &inner])
    };
    if random.one_in(4) {
        let extra = random.of(&[1, 2, 4, 6, 8, 20, 46]);
        frame.resize(frame.len() + extra, random.of(&[0, 0xff, 0x55]));
    }
    frame
}

fn pppoe(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let ppp: [u8; 2] = if is_v6(packet) { [0, 0x57] } else { [0, 0x21] };
    let mut length = packet.len() as u16 + 2;
    if random.one_in(12) {
        length = length.wrapping_add(random.of(&[1, 4, 0xffff, 0xfff0, 0xff00]));
    }
    concat(&[&[0x11, 0, 0, 1], &length.to_be_bytes(), &ppp, packet])
}

/// One to three labels; the packet itself or, behind a control word or not, an Ethernet frame.
fn mpls(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let labels = 1 + random.below(3);
    let mut bytes = Vec::new();
    for left in (0..labels).rev() {
        let label = match random.below(12) {
            0 => random.of(&[0, 1, 2, 3, 7, 13, 14, 15]),
            _ => 100 + left as u32,
        };
        let word = label << 12 | u32::from(left == 0) << 8 | 64;
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    match random.below(6) {
        0 => bytes.extend_from_slice(&concat(&[&[0; 4], &plain_ethernet(packet)])),
        1 => bytes.extend_from_slice(&plain_ethernet(packet)),
        _ => bytes.extend_from_slice(packet),
    }
    bytes
}

pub(crate) fn plain_ethernet(packet: &[u8]) -> Vec<u8> {
    concat(&[&MACS, &ether_type(packet).to_be_bytes(), packet])
}

/// A data frame in the clear, with or without quality of service.
pub(crate) fn wlan(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let kind = ether_type(packet).to_be_bytes();
    let to_from = random.of(&[0, 1, 2, 3]);
    let quality = random.one_in(2);
    let control = if quality { 0x88 } else { 0x08 };
    let retry = random.of(&[0, 8]);
    let mut bytes = vec![control, to_from | retry, 0, 0];
    for address in 1..=3 {
        bytes.extend_from_slice(&[2, 0, 0, 0, 0, address]);
    }
    bytes.extend_from_slice(&[random.of(&[0x10, 0x10, 0x10, 0x11]), 0]);
    if to_from == 3 {
        bytes.extend_from_slice(&[2, 0, 0, 0, 0, 4]);
    }
    if quality {
        bytes.extend_from_slice(&[0, 0]);
    }
    concat(&[&bytes, &[0xaa, 0xaa, 3, 0, 0, 0], &kind, packet])
}

/// The packet inside another IP packet, or changed: one of the many ways.
pub(crate) fn tunnel(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let v6 = random.one_in(3);
    let ends: [IpAddr; 2] = if v6 {
        ["fd00::8", "fd00::9"].map(|a| a.parse().expect("an address"))
    } else {
        ["192.0.2.8", "192.0.2.9"].map(|a| a.parse().expect("an address"))
    };
    let inner = if is_v6(packet) { 41 } else { 4 };
    let (protocol, payload) = match random.below(15) {
        0 | 1 => (inner, packet.to_vec()),
        2 | 3 => (47, gre(random, packet)),
        4 => {
            let ah = concat(&[&[inner, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], &[0; 12], packet]);
            (51, ah)
        }
        5 => (137, mpls(random, packet)),
        6 => (97, concat(&[&[0x30, 0], &plain_ethernet(packet)])),
        7 => (143, ethernet(random, packet)),
        8 => rare::tunnel(random, packet),
        _ => (17, udp(random, packet)),
    };
    packets::ip(ends[0], ends[1], protocol, &payload)
}

/// GRE with any of its optional fields, also version 1, with what can be inside it.
pub(crate) fn gre(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let flags = random.of(&[0u8, 0, 0x20, 0x10, 0x80, 0x30, 0xb0]);
    let fields = flags.count_ones() as usize * 4;
    let mut head = vec![flags, 0];
    let (kind, inner): ([u8; 2], Vec<u8>) = match random.below(10) {
        0 => ([0x65, 0x58], ethernet(random, packet)),
        1 => ([0x88, 0x47], mpls(random, packet)),
        2 => {
            let version = random.of(&[0x10, 0x20]);
            let header = [version, 5, 0, 1, 0, 0, 0, 0];
            let size = if flags & 0x10 == 0 { 0 } else { 8 };
            (
                [0x88, 0xbe],
                concat(&[&header[..size], &ethernet(random, packet)]),
            )
        }
        3 => {
            let (kind, more) = (random.of(&[0, 0, 0x80, 4]), random.of(&[0, 1, 2]));
            let header = [0x20, 5, 0, 1, 0, 0, 0, 0, 0, 0, kind, more];
            let extended = [0; 8];
            let rest = &extended[..usize::from(more & 1) * 8];
            (
                [0x22, 0xeb],
                concat(&[&header, rest, &ethernet(random, packet)]),
            )
        }
        4 => (
            [0x88, 0x0b],
            concat(&[&[0, if is_v6(packet) { 0x57 } else { 0x21 }], packet]),
        ),
        5 => tagged(random, packet),
        6 => ([0x88, 0x3e], concat(&[&[1, 0, 0, 0], packet])),
        _ => (ether_type(packet).to_be_bytes(), packet.to_vec()),
    };
    head.extend_from_slice(&kind);
    head.extend((0..fields).map(|_| random.next() as u8));
    head.extend_from_slice(&inner);
    head
}

/// UDP around VXLAN, VXLAN-GPE, Geneve, GTP-U, Teredo, L2TP and MPLS.
pub(crate) fn udp(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let v6 = is_v6(packet);
    let (port, payload): (u16, Vec<u8>) = match random.below(11) {
        0 => (
            4789,
            concat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &ethernet(random, packet)]),
        ),
        1 => (
            4790,
            concat(&[&[0x0c, 0, 0, if v6 { 2 } else { 1 }, 0, 0, 9, 0], packet]),
        ),
        2 => {
            let options = random.of(&[0u8, 0, 1, 2, 3]);
            let head = concat(&[
                &[options, 0, 0x65, 0x58, 0, 0, 9, 0],
                &vec![0; usize::from(options) * 4],
            ]);
            (6081, concat(&[&head, &ethernet(random, packet)]))
        }
        3 => {
            let head = [
                &[0, 0][..],
                &ether_type(packet).to_be_bytes(),
                &[0, 0, 9, 0],
            ]
            .concat();
            (6081, concat(&[&head, packet]))
        }
        4 => {
            let optional = random.of(&[0u8, 2, 4, 1]);
            let extra: &[u8] = match optional {
                0 => &[],
                4 => &[0, 7, 0, 0x85, 1, 0x10, 1, 0, 0],
                _ => &[0, 7, 0, 0],
            };
            let extra = if optional == 4 {
                &[0, 7, 0, 0x85, 1, 0x10, 1, 0][..]
            } else {
                extra
            };
            let length = (extra.len() + packet.len()) as u16;
            (
                2152,
                concat(&[
                    &[0x30 | optional, 255],
                    &length.to_be_bytes(),
                    &[0, 0, 0, 1],
                    extra,
                    packet,
                ]),
            )
        }
        5 => (3544, packet.to_vec()),
        6 => {
            let flags = random.of(&[0x0002u16, 0x4002, 0x0802, 0x0202, 0x4a02]);
            let mut head = flags.to_be_bytes().to_vec();
            let ppp: [u8; 4] = [0xff, 3, 0, if v6 { 0x57 } else { 0x21 }];
            let fields = usize::from(flags & 0x4000 != 0) * 2
                + 4
                + usize::from(flags & 0x0800 != 0) * 4
                + usize::from(flags & 0x0200 != 0) * 2;
            let total = (2 + fields + 4 + packet.len()) as u16;
            if flags & 0x4000 != 0 {
                head.extend_from_slice(&total.to_be_bytes());
            }
            head.extend_from_slice(&[0, 1, 0, 2]);
            head.resize(2 + fields, 0);
            (1701, concat(&[&head, &ppp, packet]))
        }
        7 => (6635, mpls(random, packet)),
        8 | 9 => rare::port(random, packet),
        _ => (
            8472,
            concat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &ethernet(random, packet)]),
        ),
    };
    // tshark takes what comes from a port that has sent to 1701 for L2TP too.
    let source: u16 = if port == 1701 { 1701 } else { 40_000 };
    let mut length = 8 + payload.len() as u16;
    if random.one_in(12) {
        length = length.wrapping_add(random.of(&[1, 4, 0xffff, 0xfff0, 0xff00]));
    }
    concat(&[
        &source.to_be_bytes(),
        &port.to_be_bytes(),
        &length.to_be_bytes(),
        &[0, 0],
        &payload,
    ])
}

/// IPv4 options or IPv6 extension headers put between the header and its payload.
pub(crate) fn extended(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    if is_v6(packet) {
        return extension_header(random, packet);
    }
    let options = ip_options(random);
    let header = 20 + options.len();
    let mut bytes = concat(&[&packet[..20], &options, &packet[20..]]);
    bytes[0] = 0x40 | (header / 4) as u8;
    let total = u16::from_be_bytes([packet[2], packet[3]]).wrapping_add(options.len() as u16);
    bytes[2..4].copy_from_slice(&total.to_be_bytes());
    bytes
}

/// Options of IPv4 that tshark reads.
const IPV4_OPTIONS: [u8; 12] = [7, 11, 25, 68, 82, 130, 131, 133, 134, 136, 137, 148];

/// Source routes, record route, time stamps, security, bad lengths, and whatever is in any of them.
fn ip_options(random: &mut Random) -> Vec<u8> {
    let mut options = Vec::new();
    for _ in 0..=random.below(2) {
        let pointer = random.of(&[4, 4, 8, 12, 0, 3, 5, 255]);
        let hop = [10, 0, 0, 1 + random.below(2) as u8];
        let option: Vec<u8> = match random.below(10) {
            0 | 1 => concat(&[&[random.of(&[131, 137]), 7, pointer], &hop]),
            2 => concat(&[&[random.of(&[131, 137]), 11, pointer], &hop, &[10, 0, 0, 2]]),
            3 => concat(&[&[7, 7, pointer], &hop]),
            4 => vec![68, 8, 5, 0, 0, 0, 0, 1],
            5 => vec![148, 4, 0, 0],
            6 => vec![1, 1, 0],
            7 => vec![random.next() as u8, random.below(12) as u8, 3],
            8 => vec![130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            _ => any_option(random, &IPV4_OPTIONS),
        };
        options.extend_from_slice(&option);
    }
    options.resize(options.len().next_multiple_of(4), 0);
    options.truncate(40);
    options
}

/// Hop-by-hop, destination options (with a home address), routing, fragment (atomic), AH.
fn extension_header(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let next = packet[6];
    let mut address = [0; 16];
    (address[0], address[15]) = (0xfd, 1 + random.below(2) as u8);
    let left = random.of(&[0, 1, 1, 2]);
    let (kind, header): (u8, Vec<u8>) = match random.below(11) {
        0 => (0, vec![next, 0, 1, 4, 0, 0, 0, 0]),
        1 => (60, vec![next, 0, 1, 4, 0, 0, 0, 0]),
        2 => (60, concat(&[&[next, 2, 1, 2, 0, 0, 201, 16], &address])),
        3 => (
            43,
            concat(&[
                &[next, 2, random.of(&[0, 2, 4, 1, 5]), left, 0, 0, 0, 0],
                &address,
            ]),
        ),
        4 => (
            43,
            concat(&[
                &[next, 4, random.of(&[0, 4]), left, 1, 0, 0, 0],
                &address,
                &address,
            ]),
        ),
        5 => (44, vec![next, 0, 0, random.of(&[0, 0, 6]), 0, 0, 0, 9]),
        6 => (
            51,
            concat(&[&[next, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], &[0; 12]]),
        ),
        7 => (random.of(&[43, 140]), vec![next, 0, 0x80, 0, 0, 0, 0, 0]),
        8 => (random.of(&[0, 60]), any_options(random, next)),
        9 => (43, any_route(random, next)),
        _ => (
            random.of(&[0, 60, 43]),
            vec![next, random.below(3) as u8, 0, 0, 0, 0, 0, 0],
        ),
    };
    let mut bytes = concat(&[&packet[..40], &header, &packet[40..]]);
    bytes[6] = kind;
    let length = u16::from_be_bytes([packet[4], packet[5]]).wrapping_add(header.len() as u16);
    bytes[4..6].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// An option, often of one of these kinds, of whatever length, with whatever is in it.
fn any_option(random: &mut Random, kinds: &[u8]) -> Vec<u8> {
    let kind = match random.below(4) {
        0 => random.next() as u8,
        _ => random.of(kinds),
    };
    let length = random.below(14) as u8;
    let mut option = vec![kind, length];
    option.extend((2..length).map(|_| random.of(&[0, 1, 2, 4, 8, 0x13, 0x80])));
    option
}

/// Options of IPv6, which may run over the end of their header.
fn any_options(random: &mut Random, next: u8) -> Vec<u8> {
    const KINDS: [u8; 14] = [1, 4, 5, 7, 8, 15, 38, 48, 49, 65, 99, 109, 194, 201];
    let words = random.below(3) as u8;
    let mut header = vec![next, words];
    while header.len() < (usize::from(words) + 1) * 8 {
        let mut option = any_option(random, &KINDS);
        option[1] = option[1].saturating_sub(2);
        header.extend(option);
    }
    header.truncate((usize::from(words) + 1) * 8);
    header
}

/// A routing header of any type, with whatever is in it.
fn any_route(random: &mut Random, next: u8) -> Vec<u8> {
    let words = random.below(3) as u8;
    let mut header = vec![next, words, random.below(8) as u8, random.below(4) as u8];
    let rest = usize::from(words) * 8 + 4;
    header.extend((0..rest).map(|_| random.of(&[0, 1, 1, 8, 0x88, 0xfd])));
    header
}

/// The packet in IP fragments of random sizes: in order or not, overlapping, repeated, one lost.
pub(crate) fn fragments(random: &mut Random, packet: &[u8], id: u16) -> Vec<Vec<u8>> {
    let v6 = is_v6(packet);
    let header = if v6 { 40 } else { 20 };
    let payload = &packet[header..];
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < payload.len() {
        let size = 8 * (1 + random.below(3) as usize);
        let end = (at + size).min(payload.len());
        let longer = (end + if random.one_in(8) { 8 } else { 0 }).min(payload.len());
        let more = longer < payload.len();
        pieces.push(fragment(packet, at, &payload[at..longer], more, id));
        at = end;
    }
    disturb(random, &mut pieces);
    pieces
}

/// Pieces as they might come: out of order, twice, or not all of them.
fn disturb(random: &mut Random, pieces: &mut Vec<Vec<u8>>) {
    if random.one_in(4) && pieces.len() > 1 {
        let (one, other) = (
            random.below(pieces.len() as u64),
            random.below(pieces.len() as u64),
        );
        pieces.swap(one as usize, other as usize);
    }
    if random.one_in(6) {
        let copy = pieces[random.below(pieces.len() as u64) as usize].clone();
        pieces.push(copy);
    }
    if random.one_in(12) {
        pieces.remove(random.below(pieces.len() as u64) as usize);
    }
}

/// A frame of [`wlan`] in fragments, with one of few sequence numbers.
pub(crate) fn wlan_fragments(random: &mut Random, frame: &[u8]) -> Vec<Vec<u8>> {
    const MORE: u8 = 4;
    let fourth = if frame[1] & 3 == 3 { 6 } else { 0 };
    let header = 24 + fourth + if frame[0] & 0x80 == 0 { 0 } else { 2 };
    let (header, body) = frame.split_at(header);
    let sequence = random.of(&[1, 2, 3]);
    let bodies = body.chunks(body.len() / (2 + random.below(3) as usize) + 1);
    let last = bodies.len() - 1;
    let mut pieces: Vec<_> = bodies
        .enumerate()
        .map(|(number, piece)| {
            let mut bytes = concat(&[header, piece]);
            bytes[1] |= if number < last { MORE } else { 0 };
            bytes[22] = sequence << 4 | number as u8;
            bytes
        })
        .collect();
    disturb(random, &mut pieces);
    pieces
}

fn fragment(packet: &[u8], at: usize, piece: &[u8], more: bool, id: u16) -> Vec<u8> {
    let offset = (at / 8) as u16;
    if is_v6(packet) {
        let field = (offset << 3 | u16::from(more)).to_be_bytes();
        let header = [
            packet[6],
            0,
            field[0],
            field[1],
            0,
            0,
            (id >> 8) as u8,
            id as u8,
        ];
        let mut bytes = concat(&[&packet[..40], &header, piece]);
        bytes[6] = 44;
        bytes[4..6].copy_from_slice(&(piece.len() as u16 + 8).to_be_bytes());
        return bytes;
    }
    let field = offset | u16::from(more) << 13;
    let mut bytes = concat(&[&packet[..20], piece]);
    bytes[2..4].copy_from_slice(&(20 + piece.len() as u16).to_be_bytes());
    bytes[4..6].copy_from_slice(&id.to_be_bytes());
    bytes[6..8].copy_from_slice(&field.to_be_bytes());
    bytes
}

/// Length fields that lie, and single wrong bytes in the IP header.
pub(crate) fn lie(random: &mut Random, packet: &mut [u8]) {
    let at = if is_v6(packet) { 4 } else { 2 };
    match random.below(8) {
        0 => packet[at..at + 2].copy_from_slice(&[0, 0]),
        1..=5 => {
            let length = u16::from_be_bytes([packet[at], packet[at + 1]]);
            let change = random.of(&[1, 4, 8, 20, 60, 0xffff, 0xfffc, 0xfff8, 0xffec, 0xffe0]);
            let length = length.wrapping_add(change);
            packet[at..at + 2].copy_from_slice(&length.to_be_bytes());
        }
        6 => packet[0] = packet[0] & 0xf0 | random.below(16) as u8,
        _ => {
            let at = random.below(packet.len().min(40) as u64) as usize;
            packet[at] ^= 1 << random.below(8);
        }
    }
}
