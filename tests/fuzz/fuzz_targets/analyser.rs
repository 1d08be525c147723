//! Any list of segments: the analyser never panics, packing changes nothing, reassembly leaves nothing unsaid.
//! Sixteen bytes make one segment between few endpoints in a small sequence space.
#![no_main]

use chatscope::net::{Endpoint, Timestamp};
use chatscope::packet::{Segment, SegmentOrigin, SeqNumber, TcpFlags, TcpOptions};
use chatscope::tcp::{Analyzer, Chunk, Limits, Reassembler};
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv4Addr};

fuzz_target!(|input: &[u8]| {
    let roomy = Limits {
        working: 64,
        remembered: usize::MAX,
    };
    let tight = Limits {
        working: 1,
        remembered: usize::MAX,
    };
    let (mut first, mut second) = (Analyzer::new(roomy), Analyzer::new(tight));
    let mut live = Analyzer::new(Limits {
        working: 2,
        remembered: 4,
    });
    let mut stream = Reassembler::new();
    let (mut now, mut position) = (0i64, 0u64);
    for (frame, bytes) in input.chunks_exact(16).enumerate() {
        now += i64::from(i16::from_le_bytes([bytes[0], bytes[1]])) * 1000;
        let end = |bits: u8| {
            Endpoint::new(
                IpAddr::V4(Ipv4Addr::new(10, 0, 0, bits >> 1 & 1)),
                9 + u16::from(bits & 1),
            )
        };
        let segment = Segment {
            frame: frame as u64 + 1,
            timestamp: Timestamp::from_nanos(now),
            source: end(bytes[2]),
            destination: end(bytes[2] >> 2),
            seq: SeqNumber(u32::from_le_bytes([bytes[3], 0, 0, bytes[4]])),
            ack: SeqNumber(u32::from_le_bytes([bytes[5], 0, 0, bytes[6]])),
            flags: TcpFlags(u16::from(bytes[7])),
            window: u16::from(bytes[8]),
            urgent: 0,
            len: u32::from(bytes[9]) * u32::from(bytes[10] % 4),
            header_length: 20 + (bytes[10] >> 2 & 3) * 4,
            header_captured: 20 + bytes[15] % 13,
            options: TcpOptions(&bytes[11..15]),
            payload: &bytes[..usize::from(bytes[9] * (bytes[10] % 4 != 0) as u8).min(16)],
            origin: match bytes[15] >> 4 {
                0 => SegmentOrigin::IcmpQuote { error: None, ends: true },
                1 => SegmentOrigin::ShortHeader,
                2 => SegmentOrigin::TruncatedHeader,
                _ => SegmentOrigin::Direct,
            },
            ip_length: u32::from(bytes[9]),
            effective: None,
        };
        assert_eq!(first.handle(&segment), second.handle(&segment));
        live.handle(&segment);
        let mut check = |chunk: Chunk<'_>| {
            let (offset, len) = match chunk {
                Chunk::Data { offset, bytes, .. } => (offset, bytes.len() as u64),
                Chunk::Gap { offset, len, .. } => (offset, len),
                Chunk::Fin { offset, .. } => (offset, 0),
            };
            assert_eq!(offset, position);
            position += len;
        };
        stream.push(&segment, &mut check);
        stream.acknowledged(segment.ack, &mut check);
    }
    assert!(first.summaries().eq(second.summaries()));
    assert!(live.summaries().count() <= 5);
});
