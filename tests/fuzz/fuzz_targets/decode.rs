//! Any bytes as frames of any link type: decoding ends, never panics, and a segment never has more payload than length.
//! The first bytes choose the link type and how the rest is cut into frames, so that fragments may meet.
#![no_main]

use chatscope::net::{LinkType, Timestamp};
use chatscope::packet::{Decoded, Decoder, Frame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [low, high, cut, rest @ ..] = input else {
        return;
    };
    let link_type = LinkType(u32::from(u16::from_le_bytes([*low, *high]) % 300));
    let size = usize::from(*cut).max(16) * 4;
    let mut decoder = Decoder::new();
    for (index, data) in rest.chunks(size).enumerate() {
        let frame = Frame {
            number: index as u64 + 1,
            timestamp: Timestamp::from_nanos(index as i64),
            link_type,
            original_length: data.len() as u32 + u32::from(*cut),
            data,
        };
        if let Decoded::Tcp(segment) = decoder.decode(&frame) {
            assert!(segment.payload.len() <= segment.len as usize);
            assert!(segment.options.iter().count() <= 40);
        }
    }
});
