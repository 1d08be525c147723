//! A plain first SYN makes and tells what the rules make and tell of it, field for field, and comes back from 40 bytes.

use super::super::codec::Scratch;
use super::super::compact;
use super::super::key::Key;
use super::super::lone::Lone;
use super::super::multipath::Multipath;
use super::super::stream::{Begun, Stream, Surroundings};
use super::*;
use proptest::prelude::*;

/// Options by themselves: those that offer something, and one of each that is more than that or broken.
const OPTIONS: [&[u8]; 14] = [
    &[1],
    &[2, 4, 5, 180],
    &[3, 3, 7],
    &[3, 3, 15],
    &[4, 2],
    &[8, 10, 0, 0, 0, 9, 0, 0, 0, 0],
    &[0],
    &[5, 10, 0, 0, 0, 1, 0, 0, 0, 9],
    &[34, 2],
    &[30, 12, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8],
    &[2, 3, 5],
    &[3, 4, 7, 0],
    &[8, 10, 0, 0],
    &[9, 0],
];

/// What comes first: ends, flags, number, field of the ACK, window, bytes of data and of the datagram, time, options, and
/// which end is known to listen.
#[derive(Clone, Debug)]
struct First {
    ports: [u16; 2],
    flags: u16,
    isn: u32,
    ack: u32,
    window: u16,
    len: u32,
    ip_length: u32,
    at: i64,
    options: Vec<u8>,
    cut: bool,
    listens: [bool; 2],
    begun: Begun,
}

fn first() -> impl Strategy<Value = First> {
    let number = || prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()];
    let options = proptest::collection::vec(prop_oneof![8 => 0usize..6, 1 => 6usize..14], 0..4)
        .prop_map(|kinds| {
            kinds
                .iter()
                .flat_map(|&kind| OPTIONS[kind])
                .copied()
                .collect()
        });
    let flags = prop_oneof![8 => Just(0x002), 1 => Just(0x0c2), 1 => 0u16..0x200];
    let begun = prop_oneof![
        8 => Just(Begun::Plain),
        2 => Just(Begun::Reused),
        1 => Just(Begun::Announced),
    ];
    let header = (
        prop_oneof![Just([7000, 40_000]), Just([40_000, 7000]), Just([7000; 2])],
        flags,
        number(),
        prop_oneof![8 => Just(0), 1 => any::<u32>()],
        prop_oneof![Just(0), any::<u16>()],
        prop_oneof![8 => Just(0), 1 => 1u32..9],
        prop_oneof![8 => 40u32..256, 1 => 256u32..300],
    );
    let around = (
        prop_oneof![Just(0), any::<i64>()],
        options,
        prop_oneof![8 => Just(false), 1 => Just(true)],
        (
            prop_oneof![4 => Just(false), 1 => Just(true)],
            any::<bool>(),
        ),
        begun,
    );
    (header, around).prop_map(|(header, (at, options, cut, listens, begun))| First {
        ports: header.0,
        flags: header.1,
        isn: header.2,
        ack: header.3,
        window: header.4,
        len: header.5,
        ip_length: header.6,
        at,
        options,
        cut,
        listens: [listens.0, listens.1],
        begun,
    })
}

/// Whether `first` was taken as a lone SYN; then it is compared with what the rules make of it.
fn compare(first: &First) -> bool {
    let ends = first.ports.map(|port| {
        let ip = std::net::Ipv4Addr::LOCALHOST.into();
        Endpoint::new(ip, port)
    });
    let header_length = 20 + first.options.len() as u8 + u8::from(first.cut);
    let segment = Segment {
        frame: 7,
        timestamp: Timestamp::from_nanos(first.at),
        source: ends[0],
        destination: ends[1],
        seq: SeqNumber(first.isn),
        ack: SeqNumber(first.ack),
        flags: TcpFlags(first.flags),
        window: first.window,
        urgent: 0,
        len: first.len,
        header_length,
        header_captured: 20 + first.options.len() as u8,
        options: TcpOptions(&first.options),
        payload: &[],
        origin: SegmentOrigin::Direct,
        ip_length: first.ip_length,
        effective: None,
    };
    let (key, from) = Key::of(&ends[0], &ends[1]);
    let around = Surroundings {
        begins: Some(first.begun),
        source_listens: first.listens[0],
        destination_listens: first.listens[1],
    };
    let Some(lone) = Lone::of(from, &segment, around) else {
        return false;
    };
    let mut blank = Observation::default();
    blank.changes.insert(Changes::STREAM_OPENED);
    if first.begun == Begun::Reused {
        blank.analysis.insert(AnalysisFlags::REUSED_PORTS);
    }
    let (mut seen, mut expected) = (blank, blank);
    let mut stream = Stream::blank();
    lone.begin(key, StreamId(3), &mut stream);
    lone.tell(&stream, &mut seen);
    let mut careful = Stream::blank();
    careful.begin(key, StreamId(3), &segment, first.begun);
    let paths = &mut Multipath::default();
    careful.handle(from, &segment, around, paths, &mut expected);
    assert_eq!(seen, expected);
    assert!(stream.is_lone && !careful.is_lone);
    careful.is_lone = true;
    let text = format!("{careful:?}");
    assert_eq!(format!("{stream:?}"), text);

    let bytes = compact::pack(&mut stream, &mut Scratch::default());
    assert_eq!((bytes.len(), compact::frames(&bytes)), (40, 1));
    let mut read = Stream::blank();
    compact::unpack(stream.id, &bytes, &mut read);
    assert_eq!(format!("{read:?}"), text);
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn a_lone_syn_is_what_the_rules_make_of_it(first in first()) {
        compare(&first);
    }
}

/// Most first SYNs are such, and none that says anything else.
#[test]
fn what_is_no_plain_syn_is_left_to_the_rules() {
    let plain = First {
        ports: [40_000, 7000],
        flags: 0x002,
        isn: 1000,
        ack: 0,
        window: 64_240,
        len: 0,
        ip_length: 60,
        at: 1,
        options: OPTIONS[1..6].concat(),
        cut: false,
        listens: [false, true],
        begun: Begun::Plain,
    };
    assert!(compare(&plain));
    for options in &OPTIONS[7..] {
        let options = options.to_vec();
        assert!(!compare(&First {
            options,
            ..plain.clone()
        }));
    }
    for flags in [0x012, 0x003, 0x006, 0x010] {
        assert!(!compare(&First {
            flags,
            ..plain.clone()
        }));
    }
    let with_data = First {
        len: 5,
        ..plain.clone()
    };
    let from_server = First {
        listens: [true, false],
        ..plain.clone()
    };
    let to_itself = First {
        ports: [7000; 2],
        ..plain.clone()
    };
    let cut = First {
        cut: true,
        ..plain.clone()
    };
    for other in [with_data, from_server, to_itself, cut] {
        assert!(!compare(&other), "{other:?}");
    }
}
