//! Hostile and half-realistic random captures, the same for the same seed.
//!
//! Few endpoints and a small sequence space, so that everything collides: wrap-around, port reuse, holes, copies, dup ACKs,
//! probes, full windows, clocks that go back, quotes in ICMP errors, headers that lie about their length.

use super::packets::{Capture, Tcp, icmp_error, ip, tcp};
use super::random::Random;
use super::wrap;
use std::net::IpAddr;

const FIN: u16 = 1;
const SYN: u16 = 2;
const RST: u16 = 4;
const PSH: u16 = 8;
const ACK: u16 = 16;
/// Link type: IP without link header.
const RAW: u32 = 101;
/// Link type: 802.11.
const WLAN: u32 = 105;
/// Link type: frame relay behind Juniper's header.
const JUNIPER_FRAME_RELAY: u32 = 180;
/// Link type: Endace's records.
const ENDACE: u32 = 197;
/// Link type: frame relay.
const FRAME_RELAY: u32 = 107;

/// One direction as the half-realistic sender knows it.
#[derive(Clone, Copy, Default)]
struct Sender {
    isn: u32,
    next: u32,
    acked: u32,
    window: u16,
}

/// One pair of endpoints.
struct Pair {
    ends: [(IpAddr, u16); 2],
    senders: [Sender; 2],
    /// Shared start of the sequence space of both directions.
    near: u32,
}

/// A capture of `frames` frames; when `wrapped`, of a random link type and inside tunnels, fragments, odd IP headers.
pub(crate) fn capture(seed: u64, frames: u64, wrapped: bool) -> Vec<u8> {
    let mut random = Random::new(seed);
    let hostile = random.one_in(2);
    let mut pairs = pairs(&mut random);
    let link = if wrapped {
        random.of(&wrap::LINKS)
    } else {
        RAW
    };
    let mut capture = Capture::new(link);
    let mut now = 1_700_000_000_000_000_000_u64;
    for _ in 0..frames {
        now = step_time(&mut random, now, hostile);
        let which = random.below(pairs.len() as u64) as usize;
        let pair = &mut pairs[which];
        let from = random.below(2) as usize;
        let segment = if hostile || random.one_in(20) {
            wild(&mut random, pair, from)
        } else {
            plausible(&mut random, pair, from)
        };
        if wrapped {
            write_wrapped(&mut random, &mut capture, now, &segment, link);
        } else {
            write(&mut random, &mut capture, now, segment);
        }
        if random.one_in(4000) {
            pair.near = start(&mut random);
        }
    }
    capture.finish()
}

/// Where sequence numbers begin: also close to both ends of the space and to its middle.
fn start(random: &mut Random) -> u32 {
    let places = [
        0_u32,
        1,
        1000,
        0x7fff_ffe0,
        0x8000_0000,
        0xffff_ffc0,
        0xffff_ffff,
    ];
    random.of(&places).wrapping_add(random.below(40) as u32)
}

fn pairs(random: &mut Random) -> Vec<Pair> {
    let addresses: [&str; 4] = ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"];
    let count = 1 + random.below(6);
    (0..count)
        .map(|_| {
            let family = 2 * random.below(2) as usize;
            let mut end = || {
                let ip = addresses[family + random.below(2) as usize];
                (
                    ip.parse().expect("an address"),
                    random.of(&[9, 9000, 40000]),
                )
            };
            let ends = [end(), end()];
            Pair {
                ends,
                senders: [Sender::default(); 2],
                near: start(random),
            }
        })
        .collect()
}

/// Times around every threshold of the rules, sometimes backwards.
fn step_time(random: &mut Random, now: u64, hostile: bool) -> u64 {
    let steps = [
        0,
        0,
        1000,
        10_000,
        100_000,
        999_999,
        1_000_000,
        2_999_999,
        3_000_000,
        10_000_000,
        19_999_999,
        20_000_000,
        300_000_000,
    ];
    let step = random.of(&steps);
    if random.one_in(if hostile { 40 } else { 400 }) {
        now - random.of(&[1000, 100_000, 5_000_000, 2_000_000_000])
    } else {
        now + step
    }
}

/// Anything at all, in a small space.
fn wild(random: &mut Random, pair: &Pair, from: usize) -> Tcp {
    let common = [
        ACK,
        ACK,
        ACK,
        ACK,
        ACK | PSH,
        ACK | PSH,
        SYN,
        SYN | ACK,
        FIN | ACK,
        RST,
        RST | ACK,
    ];
    let flags = match random.below(12) {
        0 => random.below(64) as u16,
        _ => random.of(&common),
    };
    let space = random.of(&[4, 30, 30, 30, 200]);
    let mut number = || {
        let number = pair.near.wrapping_add(random.below(space) as u32);
        match random.below(60) {
            0 => 0,
            1 => number.wrapping_add(1 << 31),
            2 => random.next() as u32,
            _ => number,
        }
    };
    let (seq, ack) = (number(), number());
    let len = random.of(&[0, 0, 0, 1, 1, 2, 5, 10, 10, 20]);
    let window = random.of(&[0, 0, 1, 5, 10, 10, 100, 65535]);
    Tcp {
        from: pair.ends[from],
        to: pair.ends[1 - from],
        seq,
        ack: if flags & ACK != 0 || random.one_in(3) {
            ack
        } else {
            0
        },
        flags,
        window,
        options: options(random, flags, ack),
        len,
        claimed_header: None,
    }
}

/// What a TCP might send, with losses, copies and repeats.
fn plausible(random: &mut Random, pair: &mut Pair, from: usize) -> Tcp {
    let peer = pair.senders[1 - from];
    let fresh = start(random);
    let own = &mut pair.senders[from];
    let mut segment = Tcp {
        from: pair.ends[from],
        to: pair.ends[1 - from],
        seq: own.next,
        ack: own.acked,
        flags: ACK,
        window: own.window,
        options: Vec::new(),
        len: 0,
        claimed_header: None,
    };
    match random.below(200) {
        0 => {
            let isn = if random.one_in(3) { own.isn } else { fresh };
            *own = Sender {
                isn,
                next: isn.wrapping_add(1),
                acked: own.acked,
                window: 1000,
            };
            (segment.seq, segment.flags, segment.ack) = (isn, SYN, 0);
        }
        1 | 2 => {
            let isn = if random.one_in(2) { own.isn } else { fresh };
            *own = Sender {
                isn,
                next: isn.wrapping_add(1),
                acked: peer.next,
                window: 1000,
            };
            (segment.seq, segment.flags, segment.ack) = (isn, SYN | ACK, peer.next);
        }
        3 | 4 => {
            segment.flags = FIN | ACK;
            own.next = own.next.wrapping_add(1);
        }
        5 => segment.flags = random.of(&[RST, RST | ACK]),
        6..=90 => {
            segment.len = random.of(&[1, 1, 5, 10, 10, 100]);
            segment.flags |= if random.one_in(2) { PSH } else { 0 };
            own.next = own.next.wrapping_add(segment.len as u32);
        }
        91..=96 => own.next = own.next.wrapping_add(random.of(&[1, 5, 10])), // lost before the capture
        97..=120 => {
            // Again, from somewhere behind.
            segment.seq = segment
                .seq
                .wrapping_sub(random.of(&[0, 1, 1, 2, 5, 10, 20, 100]));
            segment.len = random.of(&[0, 1, 1, 5, 10, 20, 100]);
        }
        121..=126 => segment.window = random.of(&[0, 0, 0, 5, 10, 1000]),
        _ => {
            // Acknowledges all, or part, or what never came.
            let ahead = random.of(&[0, 0, 0, 0, 0, 5, 10]);
            let behind = random.of(&[0, 0, 0, 1, 5, 10]);
            own.acked = peer.next.wrapping_add(ahead).wrapping_sub(behind);
            segment.ack = own.acked;
        }
    }
    own.window = segment.window;
    segment.options = options(random, segment.flags, segment.ack);
    segment
}

/// Window scale on SYNs (and, wrongly, elsewhere), SACK blocks, time stamps.
fn options(random: &mut Random, flags: u16, ack: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    if flags & SYN != 0 && random.one_in(2) || random.one_in(200) {
        let shift = random.of(&[0, 1, 2, 7, 14, 15]);
        bytes.extend_from_slice(&[2, 4, 5, 0xb4, 3, 3, shift]);
    }
    if random.one_in(12) {
        let blocks = 1 + random.below(3) as u8 + u8::from(random.one_in(6) && bytes.is_empty());
        bytes.extend_from_slice(&[5, 2 + 8 * blocks]);
        for _ in 0..blocks {
            let left = ack.wrapping_add(random.below(30) as u32);
            let right = left.wrapping_add(random.below(20) as u32);
            bytes.extend_from_slice(&left.to_be_bytes());
            bytes.extend_from_slice(&right.to_be_bytes());
        }
    } else if random.one_in(3) {
        bytes.extend_from_slice(&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
    }
    if random.one_in(15) {
        bytes.extend(multipath(random));
    }
    bytes.truncate(40);
    bytes
}

/// A Multipath TCP option (RFC 8684) of a usual size or not, with one of few keys and tokens, so that subflows meet.
fn multipath(random: &mut Random) -> Vec<u8> {
    const KEYS: [u8; 2] = [1, 2];
    /// How SHA-1 and SHA-256 of eight ones and of eight twos begin, and no token.
    const TOKENS: [u32; 5] = [0xc035_7a32, 0xc088_da70, 0x04ab_c882, 0x10ae_0fdb, 0];
    let subtype = random.of(&[0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9]);
    let sizes: &[u8] = match subtype {
        0 => &[4, 12, 20, 22, 24],
        1 => &[12, 12, 16, 24],
        2 => &[8, 12, 16, 18, 20, 26, 28],
        3 => &[8, 10, 16, 18, 28],
        6 | 7 => &[12],
        _ => &[3, 4],
    };
    let mut size = random.of(sizes);
    if random.one_in(12) {
        size = 2 + random.below(30) as u8;
    }
    let version = if subtype == 0 {
        random.below(3) as u8
    } else {
        0
    };
    let flags = random.of(&[0, 1, 3, 4, 5, 7, 0x0d, 0x0f, 0x81]);
    let mut bytes = vec![30, size, subtype << 4 | version, flags];
    match subtype {
        0 => bytes.extend([[random.of(&KEYS); 8], [random.of(&KEYS); 8]].concat()),
        1 => bytes.extend(random.of(&TOKENS).to_be_bytes()),
        _ => {}
    }
    bytes.resize(usize::from(size), random.below(256) as u8);
    bytes
}

/// Writes the segment as it is, or once in a while quoted in an ICMP error, or with a lying header length.
fn write(random: &mut Random, capture: &mut Capture, now: u64, mut segment: Tcp) {
    let packet = match random.below(150) {
        0 => {
            let quoted = random.of(&[8, 16, 18, 20, 40]);
            icmp_error(&segment, quoted)
        }
        1 => {
            segment.claimed_header = Some(random.of(&[0, 8, 16, 60]));
            ip(segment.from.0, segment.to.0, 6, &tcp(&segment))
        }
        _ => ip(segment.from.0, segment.to.0, 6, &tcp(&segment)),
    };
    // Some frames are cut by a snap length, even inside the header.
    let kept = match random.below(60) {
        0 => random.below(packet.len() as u64 + 1) as usize,
        _ => packet.len(),
    };
    capture.frame(now, &packet, kept);
}

/// Writes the segment behind up to three layers of wrapping, in fragments of IP or 802.11 or not.
fn write_wrapped(random: &mut Random, capture: &mut Capture, now: u64, segment: &Tcp, link: u32) {
    let mut segment = segment.clone();
    if matches!(link, FRAME_RELAY | JUNIPER_FRAME_RELAY) {
        // tshark 4.0 keeps what options say with the circuit instead of the stream, which takes a stream number too.
        segment.options.clear();
    }
    let segment = &segment;
    let mut packet = match random.below(40) {
        0 => icmp_error(segment, random.of(&[8, 16, 18, 20, 40])),
        _ => ip(segment.from.0, segment.to.0, 6, &tcp(segment)),
    };
    if random.one_in(6) {
        packet = wrap::extended(random, &packet);
    }
    if random.one_in(15) {
        wrap::lie(random, &mut packet);
    }
    let id = random.below(4) as u16;
    let pieces = if random.one_in(8) && packet[0] & 0x4f != 0x46 && packet.len() > 60 {
        wrap::fragments(random, &packet, id)
    } else {
        vec![packet]
    };
    for packet in pieces {
        let frame = behind_tunnels(random, packet, link, true);
        let frames = if link == WLAN && random.one_in(5) {
            wrap::wlan_fragments(random, &frame)
        } else {
            vec![frame]
        };
        for frame in frames {
            write_frame(random, capture, now, frame, link);
        }
    }
}

/// Writes the frame, once in a while cut or wrong in one byte.
fn write_frame(
    random: &mut Random,
    capture: &mut Capture,
    now: u64,
    mut frame: Vec<u8>,
    link: u32,
) {
    if link == ENDACE {
        let fraction = ((now % 1_000_000_000) << 32).div_ceil(1_000_000_000);
        frame[..8].copy_from_slice(&((now / 1_000_000_000) << 32 | fraction).to_le_bytes());
    }
    // tshark gives the whole file up when these headers are cut.
    let untouched = match link {
        123 => 4,
        197 => 32,
        204 => 1,
        _ => 0,
    };
    if random.one_in(80) {
        let at = random.below(frame.len().min(90) as u64) as usize;
        frame[at.max(untouched)] ^= 1 << random.below(8);
    }
    let kept = match random.below(30) {
        0 => (random.below(frame.len() as u64 + 1) as usize).max(untouched),
        _ => frame.len(),
    };
    capture.frame(now, &frame, kept);
}

/// A frame with `packet` in it, behind up to two tunnels.
fn behind_tunnels(random: &mut Random, mut packet: Vec<u8>, link: u32, lies: bool) -> Vec<u8> {
    for _ in 0..random.of(&[0, 0, 1, 1, 2]) {
        packet = wrap::tunnel(random, &packet);
        if lies && random.one_in(60) {
            wrap::lie(random, &mut packet);
        }
    }
    wrap::frame(random, link, &packet)
}

/// SYNs whose options cannot be, each kind in each of six ways, and headers shorter than a header.
pub(crate) fn bad_headers() -> Vec<u8> {
    const RAW: u32 = 101;
    let mut capture = Capture::new(RAW);
    let mut put = |options: Vec<u8>, claimed_header| {
        let port = 1000 + (capture.frames % 60_000) as u16;
        let segment = Tcp {
            from: ([10, 0, 0, 1].into(), port),
            to: ([10, 0, 0, 2].into(), 7000),
            seq: 100,
            ack: 0,
            flags: 0x02,
            window: 1000,
            options,
            len: 8,
            claimed_header,
        };
        let packet = ip(segment.from.0, segment.to.0, 6, &tcp(&segment));
        capture.frame(1_700_000_000_000_000_000, &packet, packet.len());
    };
    for kind in 2..=255 {
        let lengths = [&[200, 0, 0][..], &[0, 0, 0], &[1, 0, 0], &[2, 1, 1]];
        for rest in lengths {
            // At a SACK option or one of Multipath TCP that holds nothing tshark's own reading breaks off.
            if !(matches!(kind, 5 | 30) && rest[0] == 2) {
                put([&[kind], rest].concat(), None);
            }
        }
        put([&[kind, 11][..], &[1; 10]].concat(), None);
        put(vec![1, 1, 1, kind], None);
    }
    for option in sized_options() {
        put(option, None);
    }
    for words in 0..5 {
        put(Vec::new(), Some(words * 4));
    }
    capture.finish()
}

/// Options of which the Info column tells something, at every size that they might have.
fn sized_options() -> impl Iterator<Item = Vec<u8>> {
    const KINDS: [u8; 12] = [6, 7, 11, 12, 13, 20, 27, 28, 29, 34, 172, 174];
    const EXPERIMENTS: [u16; 5] = [0xf989, 0x00ac, 0xacc0, 0xacc1, 0x0348];
    let plain = KINDS.map(|kind| vec![kind]).into_iter();
    let named = EXPERIMENTS.into_iter().flat_map(|name| {
        let [high, low] = name.to_be_bytes();
        [253, 254].map(|kind| vec![kind, high, low])
    });
    plain.chain(named).flat_map(|front| {
        (0..13).map(move |size| {
            let mut option = front.clone();
            option.insert(1, (front.len() + 1 + size) as u8);
            option.extend((0..size).map(|at| 0x95 ^ (at * 31) as u8));
            option
        })
    })
}

/// One wrapped frame again and again, each time with another value in another byte: which byte asks for what comes to light.
/// Frame `256 * n + v + 1` has `v` in byte `n`.
pub(crate) fn sweep(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let pair = &pairs(&mut random)[0];
    let segment = wild(&mut random, pair, 0);
    let link = random.of(&wrap::LINKS);
    let mut packet = ip(segment.from.0, segment.to.0, 6, &tcp(&segment));
    if random.one_in(3) {
        packet = wrap::extended(&mut random, &packet);
    }
    let mut frame = behind_tunnels(&mut random, packet, link, false);
    let mut capture = Capture::new(link);
    for at in 0..frame.len() {
        let kept = frame[at];
        for value in 0..=255 {
            frame[at] = value;
            capture.frame(1_700_000_000_000_000_000, &frame, frame.len());
        }
        frame[at] = kept;
    }
    capture.finish()
}
