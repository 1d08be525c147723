//! Arbitrary chunks, gaps and silences of both directions: the splitter never panics, keeps its bounds, and its text prints.
#![no_main]

use chatscope::message::{MAX_TEXT, Splitter};
use chatscope::tcp::Side;
use chatscope::text::{is_plain, visible};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, mut rest)) = data.split_first() else {
        return;
    };
    let mut splitter = Splitter::new(first & 1 != 0);
    let mut out = Vec::new();
    let mut at = [0u64; 2];
    if first & 2 != 0 {
        // Deep into WebSocket at once, with or without compression.
        let request: &[u8] = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
        let answer: &[u8] = if first & 4 != 0 {
            b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        } else {
            b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"
        };
        splitter.bytes(Side::Client, 0, request, true, &mut out);
        splitter.bytes(Side::Server, 0, answer, true, &mut out);
        at = [request.len() as u64, answer.len() as u64];
    }
    // Each step: what to do, how many bytes, the bytes.
    while let [what, length, tail @ ..] = rest {
        let (chunk, after) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = after;
        let side = if what & 1 == 0 { Side::Client } else { Side::Server };
        let offset = &mut at[usize::from(what & 1)];
        match what >> 5 {
            0 => {
                let to = *offset + u64::from(*length) + 1;
                splitter.gap(side, (*offset, to), what & 2 != 0, &mut out);
                *offset = to;
            }
            1 => splitter.silence(side, &mut out),
            2 => splitter.answered_by(side, Some(u64::from(*length) * 8), &mut out),
            3 => splitter.end(side, &mut out),
            _ => {
                splitter.bytes(side, *offset, chunk, what & 2 != 0, &mut out);
                *offset += chunk.len() as u64;
            }
        }
    }
    for message in &out {
        assert!(message.text.len() <= MAX_TEXT && message.bytes.start <= message.bytes.end);
        assert!(is_plain(visible(&message.text).as_bytes()));
    }
});
