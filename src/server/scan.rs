//! A look at WebSocket frames as their bytes arrive: where messages begin and end, and whether text is UTF-8 so far.
//!
//! Owns: byte ranges of messages (for the timeline) and the early UTF-8 check (RFC 6455 section 8.1: a server that waits
//! for the end of a long frame before it fails the connection is not strict). Must not know: what messages mean; the
//! protocol itself is the library's business.

use std::collections::VecDeque;
use std::ops::Range;

/// Longest frame header: two bytes, eight of length, four of mask (RFC 6455 section 5.2).
const HEADER_BYTES: usize = 14;

/// State of the scan between reads.
#[derive(Debug, Default)]
pub(super) struct Scan {
    header: Vec<u8>,
    /// Bytes of the present frame's payload still to come.
    left: u64,
    in_payload: bool,
    mask: [u8; 4],
    mask_at: usize,
    opcode: u8,
    fin: bool,
    /// Where the present message began.
    message: Option<u64>,
    /// The present message is text.
    text: bool,
    /// A character cut by the end of a read or of a frame.
    cut: Vec<u8>,
    complete: VecDeque<Range<u64>>,
    /// Frames of messages that went on after them.
    fragments: usize,
}

impl Scan {
    /// Bytes read at `offset`; false once text is not UTF-8.
    pub(super) fn feed(&mut self, mut data: &[u8], mut offset: u64) -> bool {
        loop {
            if self.in_payload {
                let count = (self.left.min(data.len() as u64)) as usize;
                let (payload, rest) = data.split_at(count);
                if !self.payload(payload) {
                    return false;
                }
                self.left -= count as u64;
                offset += count as u64;
                data = rest;
                if self.left == 0 && !self.end_frame(offset) {
                    return false;
                }
            }
            let Some((&byte, rest)) = data.split_first() else {
                return true;
            };
            if self.header.is_empty() && byte & 0x08 == 0 && self.message.is_none() {
                self.message = Some(offset);
            }
            self.header.push(byte);
            offset += 1;
            data = rest;
            self.begin_payload();
        }
    }

    /// Understands the header once it is complete.
    fn begin_payload(&mut self) {
        let header = &self.header;
        let Some(&second) = header.get(1) else { return };
        let extra = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        if header.len() < 2 + extra + mask || header.len() > HEADER_BYTES {
            return;
        }
        let long = header[2..2 + extra]
            .iter()
            .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        self.left = if extra == 0 {
            u64::from(second & 0x7f)
        } else {
            long
        };
        self.mask = [0; 4];
        if let Some(key) = header
            .get(2 + extra..2 + extra + mask)
            .filter(|key| key.len() == 4)
        {
            self.mask.copy_from_slice(key);
        }
        self.fin = header[0] & 0x80 != 0;
        self.opcode = header[0] & 0x0f;
        match self.opcode {
            1 => self.text = true,
            2 => self.text = false,
            _ => {}
        }
        self.mask_at = 0;
        self.header.clear();
        self.in_payload = true;
    }

    fn payload(&mut self, payload: &[u8]) -> bool {
        if self.opcode >= 8 || !self.text {
            return true;
        }
        let mut bytes = std::mem::take(&mut self.cut);
        bytes.extend(
            payload
                .iter()
                .zip(self.mask.iter().cycle().skip(self.mask_at))
                .map(|(byte, key)| byte ^ key),
        );
        self.mask_at = (self.mask_at + payload.len()) % 4;
        match std::str::from_utf8(&bytes) {
            Ok(_) => true,
            Err(error) if error.error_len().is_none() => {
                self.cut = bytes.split_off(error.valid_up_to());
                true
            }
            Err(_) => false,
        }
    }

    /// A frame ended at `offset`; false if its message ended within a character.
    fn end_frame(&mut self, offset: u64) -> bool {
        self.in_payload = false;
        if !self.fin {
            self.fragments += 1;
        }
        if self.opcode >= 8 || !self.fin {
            return true;
        }
        if let Some(start) = self.message.take() {
            self.complete.push_back(start..offset);
        }
        self.cut.is_empty() || !self.text
    }

    /// Frames since the last question that did not end their message.
    pub(super) fn take_fragments(&mut self) -> usize {
        std::mem::take(&mut self.fragments)
    }

    /// The bytes of the next complete message.
    pub(super) fn next_message(&mut self) -> Option<Range<u64>> {
        self.complete.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut out = vec![first, 0x80 | payload.len() as u8];
        out.extend(mask);
        out.extend(
            payload
                .iter()
                .zip(mask.iter().cycle())
                .map(|(byte, key)| byte ^ key),
        );
        out
    }

    #[test]
    fn ranges_cover_fragments_with_a_ping_between() {
        let mut data = frame(0x01, b"te");
        data.extend(frame(0x89, b"ping"));
        data.extend(frame(0x80, b"ste"));
        let second = data.len() as u64;
        data.extend(frame(0x81, b"x"));
        for cut in 1..data.len() {
            let mut scan = Scan::default();
            assert!(scan.feed(&data[..cut], 100) && scan.feed(&data[cut..], 100 + cut as u64));
            assert_eq!(scan.next_message(), Some(100..100 + second));
            assert_eq!(
                scan.next_message(),
                Some(100 + second..100 + data.len() as u64)
            );
            assert_eq!(scan.next_message(), None);
        }
    }

    #[test]
    fn bad_text_is_seen_inside_the_frame() {
        let whole = frame(0x81, b"ok \xce\xba \xed\xa0\x80 never arrives");
        let mut scan = Scan::default();
        assert!(scan.feed(&whole[..12], 0));
        assert!(!scan.feed(&whole[12..16], 12));
        let mut scan = Scan::default();
        assert!(
            !scan.feed(&frame(0x81, b"cut \xce"), 0),
            "message ends within a character"
        );
        let mut scan = Scan::default();
        assert!(scan.feed(&frame(0x82, b"\xff"), 0), "binary is not text");
    }

    #[test]
    fn characters_may_be_cut_by_frames() {
        let mut data = frame(0x01, b"\xce");
        data.extend(frame(0x80, b"\xba"));
        assert!(Scan::default().feed(&data, 0));
    }
}
