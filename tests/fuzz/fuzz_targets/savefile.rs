//! Any bytes as a capture file: reading ends, never panics, numbers without gaps; the same bytes trickling in give the same
//! frames; copying with comments loses none.
#![no_main]

use std::io::Read;

use chatscope::capture::{Rewriter, SavefileReader};
use libfuzzer_sys::fuzz_target;

/// Gives a few bytes at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(7);
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Frames and a sum over what they say.
fn read(input: impl Read) -> (u64, u64) {
    let Ok(mut reader) = SavefileReader::new(input) else {
        return (0, 0);
    };
    let (mut count, mut sum) = (0, 0u64);
    while let Ok(Some(frame)) = reader.next_frame() {
        count += 1;
        assert_eq!(frame.number, count);
        let bytes = frame.data.iter().fold(frame.data.len() as u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add((*byte).into())
        });
        sum = sum.wrapping_mul(31).wrapping_add(bytes ^ frame.timestamp.as_nanos() as u64);
        assert!(reader.frame_options().comments().count() <= 1 << 20);
    }
    let _ = reader.statistics();
    (count, sum)
}

fuzz_target!(|data: &[u8]| {
    let whole = read(data);
    assert_eq!(whole, read(Trickle(data)));
    let Ok(mut rewriter) = Rewriter::new(data, Vec::new()) else {
        return;
    };
    while let Ok(true) = rewriter.copy_next(|frame| Some(frame.number.to_string())) {}
    if let Ok(copy) = rewriter.finish() {
        // Classic pcap may hold a time that pcapng cannot; nothing else stops the copy earlier.
        assert!(read(&copy[..]).0 <= whole.0);
    }
});
