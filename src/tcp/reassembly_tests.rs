//! Reassembly: every order, copy and cut of the same bytes gives the same stream.

use super::*;
use crate::net::Endpoint;
use crate::packet::{TcpFlags, TcpOptions};
use proptest::prelude::*;

fn segment(frame: u64, seq: u32, flags: TcpFlags, payload: &[u8]) -> Segment<'_> {
    Segment {
        frame,
        timestamp: Timestamp::from_nanos(frame as i64),
        source: Endpoint::default(),
        destination: Endpoint::default(),
        seq: SeqNumber(seq),
        ack: SeqNumber(0),
        flags,
        window: 1,
        urgent: 0,
        len: payload.len() as u32,
        header_length: 20,
        header_captured: 20,
        options: TcpOptions::default(),
        payload,
        origin: SegmentOrigin::Direct,
        ip_length: 40 + payload.len() as u32,
        effective: None,
    }
}

fn data(frame: u64, seq: u32, payload: &[u8]) -> Segment<'_> {
    segment(frame, seq, TcpFlags::ACK, payload)
}

/// A chunk without its borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    Data(u64, Vec<u8>, u64),
    Gap(u64, u64, GapReason),
    Fin(u64, u64),
}

fn note(into: &mut Vec<Got>) -> impl FnMut(Chunk<'_>) {
    |chunk| {
        into.push(match chunk {
            Chunk::Data {
                offset,
                bytes,
                frame,
                ..
            } => Got::Data(offset, bytes.to_vec(), frame),
            Chunk::Gap {
                offset,
                len,
                reason,
            } => Got::Gap(offset, len, reason),
            Chunk::Fin { offset, frame, .. } => Got::Fin(offset, frame),
        });
    }
}

fn feed(reassembler: &mut Reassembler, segments: &[Segment<'_>]) -> Vec<Got> {
    let mut got = Vec::new();
    for segment in segments {
        reassembler.push(segment, note(&mut got));
    }
    got
}

#[test]
fn syn_and_fin_take_a_sequence_number_but_no_byte() {
    let got = feed(
        &mut Reassembler::new(),
        &[
            segment(1, 99, TcpFlags::SYN, b""),
            data(2, 100, b"ab"),
            segment(3, 102, TcpFlags::FIN, b"c"),
            segment(4, 103, TcpFlags::FIN, b""),
        ],
    );
    assert_eq!(
        got,
        [
            Got::Data(0, b"ab".to_vec(), 2),
            Got::Data(2, b"c".to_vec(), 3),
            Got::Fin(3, 3)
        ]
    );
}

#[test]
fn data_in_the_syn_counts_from_offset_zero() {
    let got = feed(
        &mut Reassembler::new(),
        &[segment(1, 9, TcpFlags::SYN, b"x"), data(2, 11, b"y")],
    );
    assert_eq!(
        got,
        [
            Got::Data(0, b"x".to_vec(), 1),
            Got::Data(1, b"y".to_vec(), 2)
        ]
    );
}

#[test]
fn a_hole_holds_back_what_follows_and_the_first_copy_wins() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(100));
    assert_eq!(feed(&mut reassembler, &[data(1, 103, b"de")]), []);
    assert_eq!(reassembler.pending_bytes(), 2);
    let got = feed(&mut reassembler, &[data(2, 100, b"abcXXf")]);
    assert_eq!(
        got,
        [
            Got::Data(0, b"abc".to_vec(), 2),
            Got::Data(3, b"de".to_vec(), 1),
            Got::Data(5, b"f".to_vec(), 2)
        ]
    );
    assert_eq!(reassembler.pending_bytes(), 0);
}

#[test]
fn keep_alive_byte_and_old_copies_say_nothing_new() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(u32::MAX));
    feed(&mut reassembler, &[data(1, u32::MAX, b"abc")]);
    let got = feed(
        &mut reassembler,
        &[
            data(2, 1, b"?"),
            data(3, u32::MAX, b"abc"),
            data(4, 0, b"bcd"),
        ],
    );
    assert_eq!(got, [Got::Data(3, b"d".to_vec(), 4)]);
}

#[test]
fn an_acknowledged_hole_with_data_behind_it_was_not_captured() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(0));
    let mut got = feed(&mut reassembler, &[data(1, 5, b"f")]);
    reassembler.acknowledged(SeqNumber(4), note(&mut got));
    assert_eq!(got, []);
    reassembler.acknowledged(SeqNumber(6), note(&mut got));
    assert_eq!(
        got,
        [
            Got::Gap(0, 5, GapReason::NotCaptured),
            Got::Data(5, b"f".to_vec(), 1)
        ]
    );
}

#[test]
fn an_acknowledged_fin_ends_the_stream_even_behind_a_hole() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(0));
    let mut got = feed(&mut reassembler, &[segment(1, 5, TcpFlags::FIN, b"")]);
    reassembler.acknowledged(SeqNumber(6), note(&mut got));
    assert_eq!(
        got,
        [Got::Gap(0, 5, GapReason::NotCaptured), Got::Fin(5, 1)]
    );
}

/// RFC 9293 section 3.10.7.4: what lies before RCV.NXT is not acceptable, its FIN neither.
#[test]
fn a_fin_before_received_bytes_ends_nothing() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(100));
    let got = feed(
        &mut reassembler,
        &[
            data(1, 100, b"hello\n"),
            segment(2, 100, TcpFlags::FIN, b""),
            segment(3, 101, TcpFlags::FIN, b"el"),
            data(4, 106, b"more\n"),
            segment(5, 111, TcpFlags::FIN, b""),
        ],
    );
    assert_eq!(
        got,
        [
            Got::Data(0, b"hello\n".to_vec(), 1),
            Got::Data(6, b"more\n".to_vec(), 4),
            Got::Fin(11, 5),
        ]
    );
}

#[test]
fn what_waited_behind_the_fin_is_no_part_of_the_stream() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(0));
    let got = feed(
        &mut reassembler,
        &[
            data(1, 4, b"efgh"),
            data(2, 20, b"stray"),
            segment(3, 2, TcpFlags::FIN, b"cdef"),
            data(4, 0, b"ab"),
        ],
    );
    assert_eq!(
        got,
        [
            Got::Data(0, b"ab".to_vec(), 4),
            Got::Data(2, b"cd".to_vec(), 3),
            Got::Data(4, b"ef".to_vec(), 1),
            Got::Fin(6, 3),
        ]
    );
    assert_eq!(reassembler.pending_bytes(), 0);
}

#[test]
fn the_cut_part_of_a_frame_is_a_known_gap() {
    let mut cut = data(1, 0, b"ab");
    cut.len = 10;
    let mut late = data(2, 12, b"xy");
    late.len = 5;
    let mut got = feed(
        &mut Reassembler::starting_at(SeqNumber(0)),
        &[late, cut, data(3, 10, b"..")],
    );
    let cut_off = |frame| GapReason::Cut {
        frame,
        at: data(frame, 0, b"").timestamp,
    };
    assert_eq!(got.pop(), Some(Got::Gap(14, 3, cut_off(2))));
    assert_eq!(
        got,
        [
            Got::Data(0, b"ab".to_vec(), 1),
            Got::Gap(2, 8, cut_off(1)),
            Got::Data(10, b"..".to_vec(), 3),
            Got::Data(12, b"xy".to_vec(), 2),
        ]
    );
}

#[test]
fn a_start_in_the_middle_begins_at_the_first_captured_byte() {
    let mut reassembler = Reassembler::new();
    let got = feed(
        &mut reassembler,
        &[
            data(1, 5000, b"b"),
            data(2, 4999, b"ab"),
            data(3, 4999, b"abc"),
        ],
    );
    assert_eq!(
        got,
        [
            Got::Data(0, b"b".to_vec(), 1),
            Got::Data(1, b"c".to_vec(), 3)
        ]
    );
    assert_eq!(reassembler.offset_of(SeqNumber(5002)), Some(2));
    assert_eq!(reassembler.offset_of(SeqNumber(4999)), None);
}

#[test]
fn quotes_and_resets_carry_no_stream_data() {
    let mut quote = data(1, 0, b"ab");
    quote.origin = SegmentOrigin::IcmpQuote {
        error: None,
        ends: true,
    };
    let reset = segment(2, 0, TcpFlags::RST, b"why");
    assert_eq!(
        feed(&mut Reassembler::starting_at(SeqNumber(0)), &[quote, reset]),
        []
    );
}

#[test]
fn too_much_behind_a_hole_gives_the_hole_up() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(0));
    let block = vec![7; 64 << 10];
    let mut got = Vec::new();
    for i in 0..17u32 {
        let seq = 10 + i * (64 << 10);
        reassembler.push(&data(u64::from(i), seq, &block), note(&mut got));
        assert!(reassembler.pending_bytes() <= MAX_PENDING_BYTES);
    }
    assert_eq!(got[0], Got::Gap(0, 10, GapReason::Overflow));
    assert_eq!(got.len(), 18);
}

#[test]
fn what_waits_at_the_end_is_handed_out_with_its_holes() {
    let mut reassembler = Reassembler::starting_at(SeqNumber(0));
    let mut got = feed(
        &mut reassembler,
        &[
            data(1, 2, b"c"),
            data(2, 4, b"e"),
            segment(3, 9, TcpFlags::FIN, b""),
        ],
    );
    reassembler.finish(note(&mut got));
    assert_eq!(
        got,
        [
            Got::Gap(0, 2, GapReason::End),
            Got::Data(2, b"c".to_vec(), 1),
            Got::Gap(3, 1, GapReason::End),
            Got::Data(4, b"e".to_vec(), 2),
            Got::Gap(5, 4, GapReason::End),
            Got::Fin(9, 3)
        ]
    );
}

#[test]
fn an_idle_direction_is_small() {
    assert!(size_of::<Reassembler>() <= 128);
}

proptest! {
    /// Segments cut anywhere, sent in any order, some twice: the stream is the same, in order and without gaps.
    #[test]
    fn any_order_of_any_cut_gives_the_same_stream(
        text in proptest::collection::vec(any::<u8>(), 1..400),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 1usize..60), 0..40),
        isn: u32,
        seed in any::<prop::sample::Index>(),
    ) {
        // Besides the cuts, one full cover, so that nothing is missing.
        let mut ranges: Vec<Range<usize>> = cuts
            .iter()
            .map(|(at, len)| {
                let start = at.index(text.len());
                start..(start + len).min(text.len())
            })
            .collect();
        let cover: Vec<_> = (0..text.len()).step_by(23).map(|at| at..(at + 23).min(text.len())).collect();
        for range in cover {
            ranges.insert(seed.index(ranges.len() + 1), range);
        }
        let mut reassembler = Reassembler::starting_at(SeqNumber(isn));
        let mut got = Vec::new();
        for (frame, range) in ranges.iter().enumerate() {
            let seq = isn.wrapping_add(range.start as u32);
            reassembler.push(&data(frame as u64, seq, &text[range.clone()]), note(&mut got));
        }
        let fin = isn.wrapping_add(text.len() as u32);
        reassembler.push(&segment(999, fin, TcpFlags::FIN, b""), note(&mut got));
        prop_assert_eq!(got.pop(), Some(Got::Fin(text.len() as u64, 999)));
        let mut stream = Vec::new();
        for chunk in got {
            let Got::Data(offset, bytes, frame) = chunk else { panic!("{chunk:?}") };
            prop_assert_eq!(offset, stream.len() as u64);
            // The first frame that holds these bytes carried them first.
            let range = offset as usize..offset as usize + bytes.len();
            let first = ranges.iter().position(|r| r.start <= range.start && r.end > range.start);
            prop_assert_eq!(first, Some(frame as usize));
            stream.extend(bytes);
        }
        prop_assert_eq!(stream, text);
    }

    /// Whatever comes, offsets never go back and never skip silently.
    #[test]
    fn hostile_segments_leave_nothing_unsaid(
        segments in proptest::collection::vec((0u32..300, 0usize..40, any::<u8>(), 0u32..20), 0..60),
        base: u32,
    ) {
        let payload = [0u8; 64];
        let mut reassembler = Reassembler::starting_at(SeqNumber(base));
        let mut got = Vec::new();
        for (frame, &(at, len, bits, cut)) in segments.iter().enumerate() {
            let flags = TcpFlags(u16::from(bits & 0x17));
            let mut segment = segment(frame as u64, base.wrapping_add(at).wrapping_sub(20), flags, &payload[..len]);
            segment.len += cut;
            reassembler.push(&segment, note(&mut got));
            reassembler.acknowledged(SeqNumber(base.wrapping_add(at)), note(&mut got));
        }
        reassembler.finish(note(&mut got));
        let mut at = 0;
        for chunk in &got {
            let (offset, len) = match chunk {
                Got::Data(offset, bytes, _) => (*offset, bytes.len() as u64),
                Got::Gap(offset, len, _) => (*offset, *len),
                Got::Fin(offset, _) => (*offset, 0),
            };
            prop_assert_eq!(offset, at);
            at += len;
        }
        prop_assert_eq!(at, reassembler.position());
        prop_assert_eq!(reassembler.pending_bytes(), 0);
    }
}
