//! Link types, tags, tunnels and ports that are met seldom, around an IP packet.

use super::random::Random;
use super::wrap::{
    MACS, SNAP, concat, ether_type, ethernet, gre, is_v6, plain_ethernet, tagged, udp, wlan,
};

/// The same for link types that are met seldom.
pub(crate) fn frame(random: &mut Random, link: u32, packet: &[u8]) -> Vec<u8> {
    let kind = ether_type(packet).to_be_bytes();
    let v6 = is_v6(packet);
    let family: u8 = if v6 { random.of(&[24, 28, 30]) } else { 2 };
    let ppp: [u8; 2] = if v6 { [0, 0x57] } else { [0, 0x21] };
    let llc = concat(&[&SNAP, &kind, packet]);
    match link {
        6 if random.one_in(3) => {
            let routed = [0x82, 0, 0, 0, 0, 1, 2, 0x30];
            concat(&[&[0x10, 0x40], &MACS[..6], &routed, &llc])
        }
        6 => concat(&[&[0x10, 0x40], &MACS, &llc]),
        7 | 129 if v6 => concat(&[&[1, 2, 0xc4, 0, 0, 0], packet]),
        7 | 129 => match random.below(2) {
            0 => concat(&[&[1, 2, 0xd4, 0, 0, 0], packet]),
            _ => concat(&[&[1, 2, 0xf0], packet]),
        },
        11 => llc,
        99 => {
            let mut header = [0; 44];
            header[6..8].copy_from_slice(&kind);
            concat(&[&header, packet])
        }
        109 => concat(&[&[family, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], packet]),
        112 => concat(&[&[0x0f, 0], &kind, packet]),
        117 => {
            let mut header = [0; 64];
            header[..2].copy_from_slice(&[61, family]);
            concat(&[&header, packet])
        }
        119 => {
            let mut header = [0; 144];
            (header[0], header[4]) = (0x44, 144);
            concat(&[&header, &wlan(random, packet)])
        }
        122 => concat(&[&[0x10, 0], &MACS[..6], &[0x10, 0], &MACS[6..], &llc]),
        123 => match random.below(3) {
            0 => concat(&[&[0x82, 0, 0, 100], &llc]),
            1 => concat(&[&[1, 0, 0, 100, 0, 1], &plain_ethernet(packet)]),
            _ => concat(&[&[0, 0, 0, 100], packet]),
        },
        274 => ethernet(random, packet),
        138 => concat(&[&[0; 16], &kind, packet]),
        163 => {
            let mut header = [0; 64];
            header[..8].copy_from_slice(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64]);
            concat(&[&header, &wlan(random, packet)])
        }
        192 => concat(&[&[0, 0, 8, 0, 1, 0, 0, 0], &ethernet(random, packet)]),
        197 => {
            let mut header = [0; 16];
            let (kind, body) = match random.below(4) {
                0 => (1, concat(&[&[0xff, 3], &ppp, packet])),
                1 => (2, concat(&[&[0, 0], &ethernet(random, packet)])),
                2 => (
                    0x82,
                    concat(&[&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0], &ethernet(random, packet)]),
                ),
                _ => (if v6 { 23 } else { 22 }, packet.to_vec()),
            };
            header[8] = kind;
            header[10..12].copy_from_slice(&(16 + body.len() as u16).to_be_bytes());
            header[14..16].copy_from_slice(&(body.len() as u16).to_be_bytes());
            concat(&[&header, &body])
        }
        204 => concat(&[&[random.below(2) as u8, 0xff, 3], &ppp, packet]),
        239 => {
            let length = (packet.len() as u16 + 4).to_le_bytes();
            let family = if v6 { 10 } else { 2 };
            concat(&[
                &[family, 0, 0, 5, 8, 0, 1, 0, 8, 0, 3, 0],
                &length,
                &[9, 0],
                packet,
            ])
        }
        3 => radio(packet),
        128 => concat(&[&[1, 0, 0, 18, 1], &wlan(random, packet)]),
        143 => cable(random, packet),
        202 => concat(&[&[0x20], &radio(packet)]),
        252 => {
            let name = random.of(&[*b"ip\0\0", *b"ip\0\0", *b"llc\0"]);
            let inner = if name[0] == b'i' { packet } else { &llc };
            concat(&[&[0, 12, 0, 4], &name, &[0; 4], inner])
        }
        259 => {
            let preamble = [0x55, 0x55, 0xd5, 0x55, 0x55, 0x80, 1, 0];
            concat(&[&preamble, &ethernet(random, packet)])
        }
        279 => concat(&[
            &[0x50],
            &[0; 26],
            &[4, 0, 0, 0, 0],
            &ethernet(random, packet),
        ]),
        258 => {
            let mut header = [0; 108];
            (header[0], header[4], header[8]) = (108, 1, 101);
            concat(&[&header, packet])
        }
        _ => juniper(random, link, packet),
    }
}

/// An AX.25 frame; IPv6 has no protocol identifier there, but tshark takes it.
fn radio(packet: &[u8]) -> Vec<u8> {
    concat(&[b"\x9cnnnnn\xe0\x9cnnnnna\x03\xcc", packet])
}

/// A DOCSIS frame in the clear, with a privacy element or without.
fn cable(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let frame = ethernet(random, packet);
    let elements: &[u8] = random.of(&[&[][..], &[0x34, 0x10, 0, 0, 0]]);
    let length = (elements.len() + frame.len()) as u16;
    let control = [u8::from(!elements.is_empty()), elements.len() as u8];
    let header = concat(&[&control, &length.to_be_bytes(), elements]);
    let check = header.iter().fold(0xffff_u16, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte), |sum, _| {
            (sum >> 1) ^ (0x8408 * (sum & 1))
        })
    });
    concat(&[&header, &(!check).to_le_bytes(), &frame])
}

/// The same behind what Junos puts in front.
fn juniper(random: &mut Random, link: u32, packet: &[u8]) -> Vec<u8> {
    let v6 = is_v6(packet);
    let ppp: [u8; 2] = if v6 { [0, 0x57] } else { [0, 0x21] };
    let nlpid: u8 = if v6 { 0x8e } else { 0xcc };
    let llc = concat(&[&SNAP, &ether_type(packet).to_be_bytes(), packet]);
    match link {
        130 => concat(&[b"MGC\0\0\0", &ppp, packet]),
        133 => concat(&[b"MGC\0", &[if v6 { 6 } else { 2 }, 0, 0, 0], packet]),
        135 => match random.below(3) {
            0 => concat(&[b"MGC\0\0\0\0\0\0\0\0\0", &llc]),
            1 => concat(&[b"MGC\x01\0\0\0\0\0\0\0\0", &[3, nlpid], packet]),
            _ => concat(&[b"MGC\0\0\0\0\0\0\0\0\0", packet]),
        },
        136 => concat(&[b"MGC\0", &[0; 12], packet]),
        137 => match random.below(3) {
            0 => concat(&[b"MGC\0\0\0\0\0", &llc]),
            1 => concat(&[b"MGC\0\0\0\0\0", &[3, nlpid], packet]),
            _ => concat(&[b"MGC\0\0\0\0\0", packet]),
        },
        178 => match random.below(3) {
            0 => concat(&[b"MGC\x01", &ethernet(random, packet)]),
            1 => concat(&[b"MGC\x81\0\x04abcd", &ethernet(random, packet)]),
            _ => concat(&[b"MGC\x02", &[if v6 { 6 } else { 2 }, 0, 0, 0], packet]),
        },
        180 => concat(&[b"MGC\0", &[0x18, 0x41, 3, nlpid], packet]),
        other => panic!("link type {other} has no frames"),
    }
}

/// The same behind headers that are met seldom.
pub(crate) fn tag(random: &mut Random, packet: &[u8]) -> ([u8; 2], Vec<u8>) {
    let (kind, inner) = tagged(random, packet);
    match random.below(12) {
        8 => ([0x24, 0x52], wlan(random, packet)),
        9 => ([0x88, 0xbb], concat(&[&[0; 6], &wlan(random, packet)])),
        10 => ([8, 0xff], concat(&[&[0, 0], &radio(packet)])),
        11 => {
            let frame = plain_ethernet(packet);
            let length = (frame.len() as u16).to_be_bytes();
            let header = [&[0, 1, 0, 1, 3, 3, 0, 0x80, 0, 0, 0, 0][..], &[0; 12]].concat();
            ([0x99, 0xfe], concat(&[&header, &length, &[0, 0], &frame]))
        }
        0 => ([0x89, 0x09], concat(&[&[0; 6], &kind, &inner])),
        1 => ([0x89, 0x3f], concat(&[&[0; 6], &kind, &inner])),
        2 => ([0x88, 0x70], concat(&[&SNAP, &kind, &inner])),
        3 => {
            let frame = plain_ethernet(packet);
            ([0x89, 0x03], concat(&[&[0, 0x40], &frame, &[0; 4]]))
        }
        4 => {
            let control: u8 = random.of(&[0, 0x20]);
            let channel = if control == 0 { 0 } else { 8 };
            let tag = concat(&[&[control, 0, 0, 0, 0, 1], &vec![0; channel]]);
            ([0x88, 0xe5], concat(&[&tag, &kind, &inner, &[0; 16]]))
        }
        5 => {
            let words = random.of(&[0u8, 0, 1, 2]);
            let header = [
                &[0, words << 6, 0, 1, 0, 2][..],
                &vec![0; 4 * usize::from(words)],
            ];
            (
                [0x22, 0xf3],
                concat(&[&header.concat(), &plain_ethernet(packet)]),
            )
        }
        6 => ([0x89, 0x4f], service(random, packet)),
        _ => {
            let (start, size): ([u8; 2], usize) = random.of(&[([0x40, 15], 10), ([1, 15], 14)]);
            let header = [&start[..], &vec![0; size - 2]].concat();
            ([0x43, 0x05], concat(&[&header, &plain_ethernet(packet)]))
        }
    }
}

/// A network service header of either metadata type.
fn service(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let (words, kind) = random.of(&[(6u8, 1u8), (2, 2), (3, 2)]);
    let next = random.of(&[1, 3]);
    let (next, inner) = match next {
        1 if is_v6(packet) => (2, packet.to_vec()),
        1 => (1, packet.to_vec()),
        _ => (3, plain_ethernet(packet)),
    };
    let mut header = vec![0; usize::from(words) * 4];
    header[..4].copy_from_slice(&[0, words, kind, next]);
    concat(&[&header, &inner])
}

/// Tunnels that are met seldom: a protocol number and its payload.
pub(crate) fn tunnel(random: &mut Random, packet: &[u8]) -> (u8, Vec<u8>) {
    let inner = if is_v6(packet) { 41 } else { 4 };
    match random.below(9) {
        8 => (93, radio(packet)),
        0 => (48, concat(&[&[inner, 0, 0, 4, 0, 2, 0, 0], packet])),
        1 if is_v6(packet) => (53, concat(&[&[1, 4, 0, 0], packet])),
        1 | 2 => {
            let size = packet.len() as u16;
            let stored = [&[1][..], &size.to_le_bytes(), &(!size).to_le_bytes()].concat();
            (108, concat(&[&[inner, 0, 0, 2], &stored, packet]))
        }
        3 => (103, concat(&[&[0x21, 0, 0, 0, 0, 0, 0, 0], packet])),
        4 => (2, concat(&[&[0x14, 1, 0, 0, 0x10, 0, 0, 0], packet])),
        5 => {
            let mut datagram = udp(random, packet);
            datagram[4..6].copy_from_slice(&[0, 8]);
            (136, datagram)
        }
        6 => {
            let kind: u8 = random.of(&[0, 60]);
            (kind, concat(&[&[inner, 0, 1, 4, 0, 0, 0, 0], packet]))
        }
        _ => (43, concat(&[&[inner, 0, 3, 0, 0, 0, 0, 0], packet])),
    }
}

/// Tunnels that are met seldom: a port and the datagram.
pub(crate) fn port(random: &mut Random, packet: &[u8]) -> (u16, Vec<u8>) {
    let inner = if is_v6(packet) { 41 } else { 4 };
    match random.below(17) {
        15 => (434, concat(&[&[4, inner, 0, 0], packet])),
        // Samples of samples are not followed.
        16 if !packet.windows(2).any(|port| port == [0x18, 0xc7]) => (6343, samples(packet)),
        0 => (4306, concat(&[&[1], packet])),
        1 => (
            random.of(&[4341, 30_030]),
            concat(&[&[0x80, 0, 0, 0, 0, 0, 0, 0], packet]),
        ),
        2 => (4754, gre(random, packet)),
        3 => {
            let signature: u8 = random.of(&[0, 0x50]);
            let size = 4 + 16 + 4 * usize::from(signature >> 4);
            (
                5072,
                concat(&[&[0x44, signature, 1, inner], &vec![0; size], packet]),
            )
        }
        4 => {
            let header = [0, 0x10, 0x02, 0, 0, 0, 0, 0];
            (5247, concat(&[&header, &plain_ethernet(packet)]))
        }
        5 => {
            let header = [0, 0x10, 0x03, 0, 0, 0, 0, 0];
            let mut frame = wlan(random, packet);
            frame.swap(0, 1);
            (5247, concat(&[&header, &frame]))
        }
        6 => (2268, concat(&[&[6, 0], packet])),
        7 => (
            12_000,
            concat(&[&SNAP, &ether_type(packet).to_be_bytes(), packet]),
        ),
        8 => (12_222, concat(&[&[0; 6], &wlan(random, packet)])),
        9 => (12_223, concat(&[&[0; 12], &wlan(random, packet)])),
        10 => (
            37_008,
            concat(&[&[1, 0, 0, 1, 10, 1, 0xff, 0, 1], &ethernet(random, packet)]),
        ),
        11 => (37_008, concat(&[&[1, 0, 0, 18, 1], &wlan(random, packet)])),
        12 => {
            let header = [
                0, 0xff, 0xab, 0xcd, 2, 0, 0, 0, 20, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
            ];
            (5555, concat(&[&header, &wlan(random, packet)]))
        }
        13 => (5556, concat(&[b"RFta\x03\0\x01\0\x65\0\0\0", packet])),
        _ => {
            let length = (packet.len() as u16).to_be_bytes();
            let mut header = [0; 20];
            header[..2].copy_from_slice(&[0x1e, 255]);
            header[2..4].copy_from_slice(&length);
            (random.of(&[2152, 3386]), concat(&[&header, packet]))
        }
    }
}

/// A datagram of sFlow with one sampled packet.
fn samples(packet: &[u8]) -> Vec<u8> {
    let mut padded = packet.to_vec();
    padded.resize(packet.len().next_multiple_of(4), 0);
    let (size, room) = (packet.len() as u32, padded.len() as u32);
    let protocol = if is_v6(packet) { 12 } else { 11 };
    let datagram = [5, 1, 0x0a00_0005, 0, 1, 1000, 1];
    let sample = [1, room + 56, 1, 3, 256, 1000, 0, 1, 2, 1];
    let record = [1, room + 16, protocol, size, 0, size];
    let words = datagram.iter().chain(&sample).chain(&record);
    let header: Vec<u8> = words.flat_map(|word: &u32| word.to_be_bytes()).collect();
    concat(&[&header, &padded])
}
