//! Compressed WebSocket messages (RFC 7692 section 7): raw deflate with a window that may live from message to message.

use flate2::{Decompress, FlushDecompress, Status};

use super::MAX_TEXT;

/// Inflated bytes of one message beyond which the direction's compression is given up (a bomb, or nothing to read).
const MAX_INFLATED: u64 = 1 << 20;

/// The tail that a sender cut off every message (RFC 7692 section 7.2.1).
const CUT_TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Inflates the messages of one direction. Its window is only allocated with the first compressed message.
#[derive(Debug, Default)]
pub(super) struct Inflater {
    engine: Option<Box<Decompress>>,
    /// `*_no_context_takeover`: every message begins with an empty window.
    fresh_each_time: bool,
    /// Bytes were lost or refused: later messages may refer to them.
    broken: bool,
    produced: u64,
}

impl Inflater {
    pub(super) fn new(fresh_each_time: bool) -> Self {
        Self {
            fresh_each_time,
            ..Self::default()
        }
    }

    /// A compressed message begins; what was lost of the one before matters only to what shares its window.
    pub(super) fn begin(&mut self) {
        self.produced = 0;
        if self.fresh_each_time {
            self.engine = None;
            self.broken = false;
        }
    }

    /// Parts of a compressed message are missing: nothing that shares its window can be read.
    pub(super) const fn give_up(&mut self) {
        self.broken = true;
    }

    /// Takes compressed payload, appends text (up to [`MAX_TEXT`] bytes) and returns how many bytes it stands for.
    pub(super) fn push(&mut self, data: &[u8], text: &mut Vec<u8>) -> u64 {
        let before = self.produced;
        self.run(data, text);
        self.produced - before
    }

    /// The message is over. False when it could not be read to its end.
    pub(super) fn end(&mut self, text: &mut Vec<u8>) -> bool {
        // Right behind a final block there is nothing that the tail could end.
        if self
            .engine
            .as_ref()
            .is_none_or(|engine| engine.total_in() > 0)
        {
            self.run(&CUT_TAIL, text);
        }
        if self.fresh_each_time {
            self.engine = None;
        }
        !self.broken
    }

    fn run(&mut self, mut data: &[u8], text: &mut Vec<u8>) {
        if self.broken {
            return;
        }
        let engine = self
            .engine
            .get_or_insert_with(|| Box::new(Decompress::new(false)));
        let mut buffer = [0; 4096];
        loop {
            let (taken, made) = (engine.total_in(), engine.total_out());
            let status = engine.decompress(data, &mut buffer, FlushDecompress::Sync);
            let (taken, made) = (engine.total_in() - taken, engine.total_out() - made);
            let room = MAX_TEXT.saturating_sub(text.len()).min(made as usize);
            text.extend_from_slice(&buffer[..room]);
            self.produced += made;
            data = &data[taken as usize..];
            if matches!(status, Ok(Status::StreamEnd)) {
                // A final block ended the message's data (section 7.2.3.4): what follows is deflated anew.
                **engine = Decompress::new(false);
            }
            if status.is_err() || self.produced > MAX_INFLATED {
                self.broken = true;
                self.engine = None;
                return;
            }
            if data.is_empty() && (made as usize) < buffer.len() || taken + made == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7692 sections 7.2.3.1 and 7.2.3.2: "Hello", then "Hello" again with the shared window.
    #[test]
    fn reads_the_examples_of_the_rfc() {
        let mut inflater = Inflater::default();
        for payload in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0xf2, 0x00, 0x11, 0x00, 0x00][..],
        ] {
            let mut text = Vec::new();
            inflater.push(payload, &mut text);
            assert!(inflater.end(&mut text));
            assert_eq!(text, b"Hello");
        }
    }

    /// The example of RFC 7692 section 7.2.3.4: a block with BFINAL set, then the empty block; and without that one.
    #[test]
    fn a_final_block_ends_a_message_not_the_direction() {
        let mut inflater = Inflater::default();
        for payload in [
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00][..],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            &[0xf2, 0x00, 0x11, 0x00, 0x00],
        ] {
            let mut text = Vec::new();
            inflater.begin();
            inflater.push(payload, &mut text);
            assert!(inflater.end(&mut text), "{payload:x?}");
            assert_eq!(text, b"Hello", "{payload:x?}");
        }
    }

    /// Two final blocks in one message: 7.2.3.4 allows several blocks, each may be final in a stream of its own.
    #[test]
    fn a_bomb_of_final_blocks_is_given_up() {
        let mut inflater = Inflater::default();
        let mut text = Vec::new();
        let payload = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00].repeat(300_000);
        inflater.push(&payload, &mut text);
        assert!(!inflater.end(&mut text) && text.len() == MAX_TEXT);
    }

    #[test]
    fn a_loss_matters_only_to_what_shares_the_window() {
        for (fresh, readable) in [(true, true), (false, false)] {
            let mut inflater = Inflater::new(fresh);
            let mut text = Vec::new();
            inflater.begin();
            inflater.give_up();
            inflater.begin();
            inflater.push(&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], &mut text);
            assert_eq!(inflater.end(&mut text), readable);
            assert_eq!(text == b"Hello", readable);
        }
    }

    #[test]
    fn garbage_is_given_up() {
        let mut inflater = Inflater::default();
        let mut text = Vec::new();
        inflater.push(&[0xff; 64], &mut text);
        assert!(!inflater.end(&mut text));
    }
}
