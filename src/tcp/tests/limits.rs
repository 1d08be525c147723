//! Bounds, packing, forgetting; hostile segments.

use super::*;
use proptest::prelude::*;

/// One hostile segment: ends, flags, seq, ack, window, len, time step, options.
type Wild = (u8, u16, u32, u32, u16, u32, i64, u8);

fn wild() -> impl Strategy<Value = Vec<Wild>> {
    let one = (
        any::<u8>(),
        0u16..64,
        0u32..40,
        0u32..40,
        0u16..12,
        0u32..12,
        -3_000_000i64..30_000_000,
        any::<u8>(),
    );
    proptest::collection::vec(one, 1..200)
}

/// Runs the same segments through an analyser with these limits.
fn run(limits: Limits, segments: &[Wild], base: u32) -> (Analyzer, Vec<Observation>) {
    let mut analyzer = Analyzer::new(limits);
    let mut now = 0;
    let seen = segments
        .iter()
        .enumerate()
        .map(
            |(frame, &(ends, flags, seq, ack, window, len, step, options))| {
                now += step;
                let end = |bits: u8| {
                    let ip = if bits & 4 == 0 {
                        "10.0.0.1"
                    } else {
                        "10.0.0.2"
                    };
                    Endpoint::new(ip.parse().expect("an address"), 9 + u16::from(bits & 3))
                };
                let bytes: &[u8] = match options % 7 {
                    0 => &[3, 3, 14, 0],
                    3 => &[3, 3, 126, 0],
                    4 => &[3, 3, 255, 0],
                    1 => &[5, 10, 0, 0, 0, 1, 0, 0, 0, 9, 1, 1],
                    2 => &[2, 4, 0],
                    _ => &[],
                };
                let claimed = 20 + bytes.len().next_multiple_of(4) as u8;
                analyzer.handle(&Segment {
                    frame: frame as u64 + 1,
                    timestamp: Timestamp::from_nanos(now),
                    source: end(ends & 7),
                    destination: end(ends >> 4 & 7),
                    seq: SeqNumber(base.wrapping_add(seq)),
                    ack: SeqNumber(base.wrapping_add(ack)),
                    flags: TcpFlags(flags),
                    window,
                    urgent: 0,
                    len,
                    header_length: claimed,
                    header_captured: 20 + bytes.len() as u8,
                    options: TcpOptions(bytes),
                    payload: &[],
                    origin: match options {
                        250.. => SegmentOrigin::IcmpQuote {
                            error: None,
                            ends: true,
                        },
                        245.. => SegmentOrigin::ShortHeader,
                        240.. => SegmentOrigin::TruncatedHeader,
                        _ => SegmentOrigin::Direct,
                    },
                    ip_length: 40 + len,
                    effective: None,
                })
            },
        )
        .collect();
    (analyzer, seen)
}

proptest! {
    /// Packing a stream and unpacking it again changes nothing that anybody can see.
    #[test]
    fn packed_streams_go_on_as_if_never_packed(segments in wild(), base: u32) {
        let roomy = Limits { working: 1000, remembered: usize::MAX };
        let tight = Limits { working: 1, remembered: usize::MAX };
        let (all, seen) = run(roomy, &segments, base);
        let (packed, seen_packed) = run(tight, &segments, base);
        prop_assert_eq!(seen, seen_packed);
        prop_assert_eq!(all.summaries().collect::<Vec<_>>(), packed.summaries().collect::<Vec<_>>());
    }

    /// Whatever comes, a bounded table stays bounded, forgets whole streams only, and finds the rest by number.
    #[test]
    fn a_live_table_stays_within_its_bound(segments in wild(), base: u32) {
        let limits = Limits { working: 2, remembered: 4 };
        let (analyzer, seen) = run(limits, &segments, base);
        let kept: Vec<_> = analyzer.summaries().map(|stream| stream.stream).collect();
        prop_assert!(kept.len() <= 5, "{}", kept.len());
        prop_assert_eq!(kept.len() as u64 + analyzer.streams_forgotten(), u64::from(analyzer.stream_count()));
        prop_assert!(kept.is_sorted());
        for stream in kept {
            prop_assert_eq!(analyzer.summary(stream).map(|s| s.stream), Some(stream));
        }
        // The last frame's stream is always there.
        let last = seen.last().map(|seen| seen.stream);
        prop_assert!(last.is_some_and(|last| analyzer.summary(last).is_some()));
    }
}

#[test]
fn a_closed_loopback_chat_packs_into_128_bytes() {
    let mut play = Play::new();
    play.analyzer = Analyzer::new(Limits {
        working: 1,
        remembered: usize::MAX,
    });
    play.now = 1_700_000_000_123_456_789;
    play.frame = 1_000_000;
    play.options = [
        vec![
            2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7,
        ],
        Vec::new(),
    ];
    play.options[S] = play.options[C].clone();
    play.isn = [0xdead_beef, 0x1234_5678];
    play.send(C, "S", 0, 0, 0);
    play.wait(-980).send(S, "SA", 0, 1, 0);
    let stamps = vec![1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1];
    play.options = [stamps.clone(), stamps];
    play.wait(-980).send(C, "A", 1, 1, 0);
    for line in 0..20 {
        play.wait(700_000)
            .send(C, "PA", 1 + line * 20, 1 + line * 30, 20);
        play.wait(13)
            .send(S, "PA", 1 + line * 30, 21 + line * 20, 30);
        play.wait(40_000)
            .send(C, "A", 21 + line * 20, 31 + line * 30, 0);
    }
    play.send(C, "FA", 401, 601, 0);
    play.wait(-950).send(S, "FA", 601, 402, 0);
    play.wait(-980).send(C, "A", 402, 602, 0);
    play.ends[C].port = 1;
    play.send(C, "S", 7, 0, 0); // takes the only working place
    let bytes = play.analyzer.packed_bytes();
    assert!(bytes <= 128, "{bytes} bytes");
}

/// A scan's connection is kept as its SYN, whatever that offers; a SYN with anything more to it is kept as others are.
#[test]
fn a_lone_syn_packs_into_40_bytes() {
    let packed = |options: &[u8], len: u32, times: usize, larger: bool| {
        let mut play = Play::new();
        play.analyzer = Analyzer::new(Limits {
            working: 1,
            remembered: usize::MAX,
        });
        if options.is_empty() {
            play.analyzer.listens_on(play.ends[S].port);
        }
        play.frame = 1_000_000;
        play.now = 1_700_000_000_123_456_789;
        play.options[C] = options.to_vec();
        play.ends[C].port = if larger { 50_000 } else { 50 };
        if larger {
            play.ends[C].ip = "255.0.0.1".parse().expect("an address");
        }
        for _ in 0..times {
            play.send(C, "S", 0, 0, len);
        }
        let stream = play.analyzer.summaries().next();
        play.ends[C].port = 1;
        play.send(C, "S", 7, 0, 0); // takes the only working place
        assert_eq!(play.analyzer.summaries().next(), stream);
        assert_eq!(play.analyzer.frames(StreamId(0)), Some(times as u64));
        play.analyzer.packed_bytes()
    };
    let linux: &[u8] = &[
        2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
    ];
    for larger in [false, true] {
        for options in [&[][..], &[2, 4, 5, 180], &[3, 3, 15, 0], linux] {
            assert_eq!(packed(options, 0, 1, larger), 40, "{options:?}");
            assert_ne!(packed(options, 5, 1, larger), 40, "{options:?}");
            assert_ne!(packed(options, 0, 2, larger), 40, "{options:?}");
        }
    }
}

/// A scan that repeats its SYNs leaves no more streams unpacked than one that does not.
#[test]
fn connections_that_nobody_answers_give_their_places_away() {
    let mut play = Play::new();
    for _ in 0..2 {
        for port in 0..1000 {
            play.ends[C].port = port;
            play.send(C, "S", 0, 0, 0);
        }
        let packed = play.analyzer.packed_bytes() / 40;
        assert!(packed > 700, "{packed}");
    }
    let summaries = play.analyzer.summaries();
    assert!(summaries.is_sorted_by_key(|one| one.stream));
    assert_eq!(play.analyzer.summaries().count(), 1000);
}

/// An idle open stream takes less than 1 KiB even while it is unpacked.
const _: () = assert!(table::WORKING_BYTES <= 1024);

/// A connection that is opened and reset for ever costs the memory of one.
#[test]
fn ending_again_and_again_grows_nothing() {
    let mut play = Play::new();
    play.analyzer = Analyzer::new(Limits {
        working: 8,
        remembered: usize::MAX,
    });
    for _ in 0..100 {
        play.send(C, "S", 0, 0, 0);
        play.send(S, "SA", 0, 1, 0);
        play.send(C, "A", 1, 1, 0);
        play.send(C, "R", 1, 0, 0);
    }
    assert_eq!(play.analyzer.stream_count(), 1);
    let waiting = play.analyzer.waiting_places();
    assert!((1..=8).contains(&waiting), "{waiting}");
}

/// Hundreds of connections that are reset, each followed by a late frame of an earlier one.
fn hundreds(limits: Limits) -> Analyzer {
    let mut play = Play::new();
    play.analyzer = Analyzer::new(limits);
    for number in 0..600u16 {
        play.ends[C].port = 10_000 + number;
        play.send(C, "S", 0, 0, 0);
        play.send(S, "SA", 0, 1, 0);
        play.send(C, "PA", 1, 1, 7);
        play.send(S, "R", 1, 0, 0);
        play.ends[C].port = 10_000 + number / 3 * 2;
        play.send(C, "PA", 8, 1, 5);
    }
    play.analyzer
}

/// Streams that ended are packed many at once, and their places used again: nothing of them is lost, nor mixed up.
#[test]
fn ended_streams_are_packed_in_one_go() {
    let roomy = |working| Limits {
        working,
        remembered: usize::MAX,
    };
    let (at_once, one_by_one) = (hundreds(roomy(10_000)), hundreds(roomy(1)));
    assert!(at_once.packed_bytes() > 0);
    let whole: Vec<_> = one_by_one.summaries().collect();
    assert_eq!(at_once.summaries().collect::<Vec<_>>(), whole);
    // The newest of them, where older ones are forgotten: places that are free go with the forgotten.
    let live = hundreds(Limits {
        working: 10_000,
        remembered: 300,
    });
    assert!(live.streams_forgotten() > 0);
    let newest = |analyzer: &Analyzer| -> Vec<_> {
        let summaries = analyzer.summaries();
        let newest = summaries.filter(|one| one.connection.client.port >= 10_450);
        newest
            .map(|one| (one.connection, one.packets, one.bytes, one.teardown))
            .collect()
    };
    assert_eq!(newest(&live), newest(&one_by_one));
    assert_eq!(newest(&live).len(), 150);
}
