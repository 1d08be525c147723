//! Our decoder and `etherparse`'s read the same frames: one cannot be wrong in the same way as the other. Frames are built by
//! `etherparse`, which writes checksums and lengths by itself, or come from the lesson captures.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use etherparse::{NetSlice, PacketBuilder, SlicedPacket, TransportSlice, VlanId};
use proptest::prelude::*;

use chatscope::capture::SavefileReader;
use chatscope::net::{LinkType, Timestamp};
use chatscope::packet::{Decoded, Decoder, Frame};

/// What both say of a segment.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    addresses: (IpAddr, IpAddr),
    ports: (u16, u16),
    seq: u32,
    ack: u32,
    /// The 12 bits below the data offset, as sent.
    flags: u16,
    window: u16,
    urgent: u16,
    header_length: usize,
    options: Vec<u8>,
    payload: Vec<u8>,
}

fn ours(frame: &Frame<'_>) -> Option<Read> {
    let mut decoder = Decoder::new();
    let Decoded::Tcp(segment) = decoder.decode(frame) else {
        return None;
    };
    assert_eq!(
        segment.len as usize,
        segment.payload.len(),
        "nothing is cut"
    );
    Some(Read {
        addresses: (segment.source.ip, segment.destination.ip),
        ports: (segment.source.port, segment.destination.port),
        seq: segment.seq.0,
        ack: segment.ack.0,
        flags: segment.flags.0,
        window: segment.window,
        urgent: segment.urgent,
        header_length: segment.header_length.into(),
        options: segment.options.0.to_vec(),
        payload: segment.payload.to_vec(),
    })
}

fn theirs(frame: &[u8]) -> Option<Read> {
    let packet = SlicedPacket::from_ethernet(frame).ok()?;
    let addresses = match packet.net? {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        NetSlice::Arp(_) => return None,
    };
    let TransportSlice::Tcp(tcp) = packet.transport? else {
        return None;
    };
    let word = u16::from_be_bytes([tcp.slice()[12], tcp.slice()[13]]);
    Some(Read {
        addresses,
        ports: (tcp.source_port(), tcp.destination_port()),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        flags: word & 0x0fff,
        window: tcp.window_size(),
        urgent: tcp.urgent_pointer(),
        header_length: tcp.header_slice().len(),
        options: tcp.options().to_vec(),
        payload: tcp.payload().to_vec(),
    })
}

fn ethernet(number: u64, data: &[u8]) -> Frame<'_> {
    Frame {
        number,
        timestamp: Timestamp::ZERO,
        link_type: LinkType::ETHERNET,
        original_length: data.len() as u32,
        data,
    }
}

/// One that is built: tags, version of IP, TCP's numbers, flags, options, payload, padding behind the datagram.
#[derive(Clone, Debug)]
struct Made {
    tags: Vec<u16>,
    six: bool,
    addresses: [u8; 32],
    numbers: (u16, u16, u32, u32, u16, u16),
    flags: u16,
    option_words: usize,
    options: [u8; 40],
    payload: Vec<u8>,
    padding: usize,
}

fn made() -> impl Strategy<Value = Made> {
    let numbers = any::<(u16, u16, u32, u32, u16, u16)>();
    let around = (
        prop::collection::vec(0..4_096u16, 0..=2),
        any::<bool>(),
        any::<[u8; 32]>(),
    );
    let options = (0..=10usize, prop::array::uniform20(any::<u8>()));
    let payload = prop::collection::vec(any::<u8>(), 0..64);
    (around, numbers, 0..512u16, options, payload, 0..20usize).prop_map(
        |((tags, six, addresses), numbers, flags, (option_words, half), payload, padding)| Made {
            tags,
            six,
            addresses,
            numbers,
            flags,
            option_words,
            options: std::array::from_fn(|at| half[at % half.len()]),
            payload,
            padding,
        },
    )
}

fn built(made: &Made) -> Vec<u8> {
    let (source, destination, seq, ack, window, urgent) = made.numbers;
    let mut tcp = etherparse::TcpHeader::new(source, destination, seq, window);
    let set = |bit: u16| made.flags & bit != 0;
    (tcp.fin, tcp.syn, tcp.rst) = (set(1), set(2), set(4));
    (tcp.psh, tcp.ack, tcp.urg) = (set(8), set(16), set(32));
    (tcp.ece, tcp.cwr, tcp.ns) = (set(64), set(128), set(256));
    (tcp.acknowledgment_number, tcp.urgent_pointer) = (ack, urgent);
    tcp.set_options_raw(&made.options[..4 * made.option_words])
        .expect("at most 40 bytes");
    let mut frame = Vec::new();
    let builder = PacketBuilder::ethernet2([1; 6], [2; 6]);
    let tag = |at: usize| VlanId::try_new(made.tags[at]).expect("12 bits");
    let four = |at: usize| std::array::from_fn(|byte| made.addresses[at + byte]);
    let six = |at: usize| std::array::from_fn(|byte| made.addresses[at + byte]);
    let written = match (made.tags.len(), made.six) {
        (0, false) => builder.ipv4(four(0), four(4), 64).tcp_header(tcp),
        (0, true) => builder.ipv6(six(0), six(16), 64).tcp_header(tcp),
        (1, false) => builder
            .single_vlan(tag(0))
            .ipv4(four(0), four(4), 64)
            .tcp_header(tcp),
        (1, true) => builder
            .single_vlan(tag(0))
            .ipv6(six(0), six(16), 64)
            .tcp_header(tcp),
        (_, false) => builder
            .double_vlan(tag(0), tag(1))
            .ipv4(four(0), four(4), 64)
            .tcp_header(tcp),
        (_, true) => builder
            .double_vlan(tag(0), tag(1))
            .ipv6(six(0), six(16), 64)
            .tcp_header(tcp),
    };
    written
        .write_to_vec(&mut frame, &made.payload)
        .expect("memory");
    frame.resize(frame.len() + made.padding, 0xee);
    frame
}

proptest! {
    #[test]
    fn a_built_frame_is_read_alike(made in made()) {
        let frame = built(&made);
        let read = ours(&ethernet(1, &frame));
        prop_assert!(read.is_some());
        prop_assert_eq!(&read, &theirs(&frame));
        prop_assert_eq!(read.map(|read| read.payload), Some(made.payload));
    }
}

#[test]
fn the_lesson_captures_are_read_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let mut segments = 0;
    for entry in fs::read_dir(folder).expect("captures/ is there") {
        let path = entry.expect("readable entry").path();
        if path.extension().is_none_or(|ending| ending != "pcapng") {
            continue;
        }
        let file = fs::File::open(&path).expect("readable capture");
        let mut reader = SavefileReader::new(file).expect("a capture");
        while let Some(frame) = reader.next_frame().expect("sound") {
            assert_eq!(frame.link_type, LinkType::ETHERNET, "{}", path.display());
            let (ours, theirs) = (ours(&frame), theirs(frame.data));
            assert_eq!(ours, theirs, "{} frame {}", path.display(), frame.number);
            segments += u32::from(ours.is_some());
        }
    }
    assert!(segments > 100, "only {segments} segments");
}
