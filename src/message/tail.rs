//! The bytes of a message that is not complete yet: kept up to a bound, counted beyond it.

use super::inflate::Inflater;
use super::{MAX_TEXT, Message, MessageKind};

/// A message under construction. An empty one holds no heap memory.
#[derive(Debug, Default)]
pub(super) struct Tail {
    start: u64,
    end: u64,
    text: Vec<u8>,
    /// Bytes that belong to the text, kept or not.
    length: u64,
    /// Parts were not captured.
    broken: bool,
}

impl Tail {
    /// No byte (and no gap) since the last message.
    pub(super) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// All of it is missing: nothing can be said of it, not even whether it was one message.
    pub(super) const fn holds_nothing(&self) -> bool {
        self.broken && self.length == 0
    }

    /// Offset of the first byte taken.
    pub(super) const fn start(&self) -> u64 {
        self.start
    }

    /// Offset after the last byte taken.
    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    /// The text kept so far.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Takes text that stands at `offset`.
    pub(super) fn push(&mut self, offset: u64, text: &[u8]) {
        self.cover(offset, offset + text.len() as u64);
        let room = MAX_TEXT.saturating_sub(self.text.len());
        self.text.extend_from_slice(&text[..text.len().min(room)]);
        self.length += text.len() as u64;
    }

    /// The message also covers these bytes, which are no text (line ends, framing).
    pub(super) fn cover(&mut self, from: u64, to: u64) {
        if self.is_empty() {
            self.start = from;
        }
        self.end = to;
    }

    /// Takes compressed text (the bytes are already covered).
    pub(super) fn inflate(&mut self, inflater: &mut Inflater, data: &[u8]) {
        self.length += inflater.push(data, &mut self.text);
    }

    /// The compressed text is over; false when it could not be read to its end.
    pub(super) fn inflate_end(&mut self, inflater: &mut Inflater) -> bool {
        inflater.end(&mut self.text)
    }

    /// The bytes up to `to` are missing.
    pub(super) fn gap(&mut self, from: u64, to: u64) {
        self.cover(from, to);
        self.broken = true;
    }

    /// The message as it stands; begins anew.
    pub(super) fn take(&mut self, kind: MessageKind) -> Message {
        let message = Message {
            kind,
            complete: !self.broken && self.length == self.text.len() as u64,
            text: self.text.as_slice().into(),
            bytes: self.start..self.end,
        };
        self.clear();
        message
    }

    /// Bytes covered so far.
    pub(super) const fn covered(&self) -> u64 {
        self.end - self.start
    }

    /// Forgets the text, not the bytes covered: the next line of a head.
    pub(super) fn clear_text(&mut self) {
        self.text.clear();
        self.length = 0;
    }

    /// Forgets everything; gives back a large buffer.
    pub(super) fn clear(&mut self) {
        if self.text.capacity() > MAX_TEXT / 8 {
            self.text = Vec::new();
        }
        self.text.clear();
        (self.start, self.end, self.length, self.broken) = (0, 0, 0, false);
    }
}
