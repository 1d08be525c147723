//! Arbitrary frames (raw IP, few connections likely) through the whole timeline into JSON Lines: never a panic, packets in frame
//! order, each line one JSON object.
#![no_main]

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use chatscope::net::{CaptureStats, LinkType, Timestamp};
use chatscope::packet::Frame;
use chatscope::timeline::{Entry, Settings, Sink, Timeline, Wants};
use chatscope::view::json::JsonLines;
use libfuzzer_sys::fuzz_target;

const EVERYTHING: Wants = Wants {
    payload: true,
    ..Wants::STORY
};

/// What was written.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Looks at the order of packets, and has everything written.
struct InOrder {
    last: u64,
    written: JsonLines<Paper>,
}

impl Sink for InOrder {
    fn wants(&self) -> Wants {
        EVERYTHING
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if let Entry::Packet(packet) = entry {
            assert!(packet.frame > self.last);
            self.last = packet.frame;
        }
        if let Entry::Message(message) = entry {
            assert!(message.ack.is_none_or(|ack| ack.frame >= 1) && message.frames_total > 0);
        }
        self.written.entry(entry)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.written.flush()
    }
}

/// A segment between one of few clients and port 7000.
fn segment(ports: u8, [flags, seq, ack, window]: [u8; 4], options: &[u8], payload: &[u8]) -> Vec<u8> {
    let header = 20 + options.len() as u8;
    let total = 20 + header + payload.len() as u8;
    let (client, server) = (100 + (ports & 3), 7000u16.to_be_bytes());
    let mut bytes = vec![0x45, 0, 0, total, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1];
    if ports & 8 == 0 {
        bytes.extend([200, client, server[0], server[1]]);
    } else {
        bytes.extend([server[0], server[1], 200, client]);
    }
    bytes.extend([0xff, 0xff, 0xff, seq, 0xff, 0xff, 0xff, ack, header << 2, flags & 0x3f]);
    bytes.extend([0, window & 3, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(payload);
    bytes
}

fuzz_target!(|data: &[u8]| {
    let paper = Paper::default();
    let mut sink = InOrder {
        last: 0,
        written: JsonLines::new(paper.clone(), EVERYTHING),
    };
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let mut rest = data;
    let mut now = 0i64;
    let mut number = 0;
    // Each frame: ports, flags, numbers, a step of time, two lengths, options, payload.
    while let [ports, flags, seq, ack, window, step, length, tail @ ..] = rest {
        // None, time stamps and a little more, most of what there can be, all of it.
        let options = [0, 12, 28, 40][usize::from(length >> 6)].min(tail.len() & !3);
        let (options, after) = tail.split_at(options);
        let (payload, after) = after.split_at(usize::from(*length & 63).min(after.len()));
        rest = after;
        now += (i64::from(*step) - 16) * (1 << (ports >> 4)) * 1000;
        let bytes = segment(*ports, [*flags, *seq, *ack, *window], options, payload);
        // Some of them cut by a snap length, within their payload.
        let cut = if window & 4 == 0 { 0 } else { usize::from(window >> 3).min(payload.len()) };
        number += 1;
        timeline.frame(&Frame {
            number,
            timestamp: Timestamp::from_nanos(now),
            link_type: LinkType::RAW,
            original_length: bytes.len() as u32,
            data: &bytes[..bytes.len() - cut],
        });
        if number % 8 == 0 {
            timeline.drain(&mut sink).expect("never fails");
        }
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut sink).expect("never fails");
    sink.flush().expect("never fails");
    assert_eq!(sink.last, number);
    for line in paper.0.borrow().split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\n").expect("whole lines");
        let value: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        assert!(value["event"].is_string());
    }
});
