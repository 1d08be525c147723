//! Arbitrary frames (raw IP, few connections likely) through the whole timeline: never a panic, packets in frame order.
#![no_main]

use std::io;

use chatscope::net::{CaptureStats, LinkType, Timestamp};
use chatscope::packet::Frame;
use chatscope::timeline::{Entry, Settings, Sink, Timeline, Wants};
use libfuzzer_sys::fuzz_target;

struct InOrder(u64);

impl Sink for InOrder {
    fn wants(&self) -> Wants {
        Wants::STORY
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Packet(packet) = entry {
            assert!(packet.frame > self.0);
            self.0 = packet.frame;
        }
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut sink = InOrder(0);
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let mut rest = data;
    let mut now = 0i64;
    let mut number = 0;
    // Each frame: ports, flags, numbers, a step of time, a length, payload.
    while let [ports, flags, seq, ack, window, step, length, tail @ ..] = rest {
        let (payload, after) = tail.split_at(usize::from(*length & 63).min(tail.len()));
        rest = after;
        now += (i64::from(*step) - 16) * (1 << (ports >> 4)) * 1000;
        let total = 40 + payload.len() as u8;
        let (client, server) = (100 + (ports & 3), 7000u16.to_be_bytes());
        let mut bytes = vec![0x45, 0, 0, total, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1];
        if ports & 8 == 0 {
            bytes.extend([200, client, server[0], server[1]]);
        } else {
            bytes.extend([server[0], server[1], 200, client]);
        }
        bytes.extend([0xff, 0xff, 0xff, *seq, 0xff, 0xff, 0xff, *ack, 0x50, flags & 0x3f]);
        bytes.extend([0, window & 3, 0, 0, 0, 0]);
        bytes.extend(payload);
        number += 1;
        timeline.frame(&Frame {
            number,
            timestamp: Timestamp::from_nanos(now),
            link_type: LinkType::RAW,
            original_length: bytes.len() as u32,
            data: &bytes,
        });
        if number % 8 == 0 {
            timeline.drain(&mut sink).expect("never fails");
        }
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut sink).expect("never fails");
    assert_eq!(sink.0, number);
});
