//! What feeds entries to a sink in a test and keeps what it wrote.

use std::cell::RefCell;
use std::rc::Rc;

use crate::timeline::{
    CaptureStart, DeliveryEntry, EndEntry, Entry, FindingEntry, HandshakeEntry, MessageEntry,
    PacketEntry, SessionEntry, Sink, StreamEntry, TeardownEntry,
};

/// An entry that owns its value.
pub(in crate::view) enum Owned {
    Capture(CaptureStart),
    Packet(Box<PacketEntry>),
    Handshake(HandshakeEntry),
    Message(MessageEntry),
    Delivery(DeliveryEntry),
    Teardown(TeardownEntry),
    Finding(FindingEntry),
    Session(SessionEntry),
    Stream(Box<StreamEntry>),
    End(EndEntry),
}

impl Owned {
    pub(in crate::view) fn lend(&self) -> Entry<'_> {
        match self {
            Self::Capture(e) => Entry::Capture(e),
            Self::Packet(e) => Entry::Packet(e),
            Self::Handshake(e) => Entry::Handshake(e),
            Self::Message(e) => Entry::Message(e),
            Self::Delivery(e) => Entry::Delivery(e),
            Self::Teardown(e) => Entry::Teardown(e),
            Self::Finding(e) => Entry::Finding(e),
            Self::Session(e) => Entry::Session(e),
            Self::Stream(e) => Entry::Stream(e),
            Self::End(e) => Entry::End(e),
        }
    }
}

/// Feeds a story to a sink made over a buffer, and returns what it wrote.
pub(in crate::view) fn written<'a, S: Sink>(
    story: &[Owned],
    make: impl FnOnce(Shared) -> S + 'a,
) -> String {
    let shared = Shared::default();
    let mut sink = make(shared.clone());
    for entry in story {
        sink.entry(entry.lend()).expect("a buffer takes everything");
    }
    sink.flush().expect("a buffer takes everything");
    shared.text()
}

/// A writer whose bytes can still be read after it was given away.
#[derive(Clone, Default)]
pub(in crate::view) struct Shared(Rc<RefCell<Vec<u8>>>);

impl Shared {
    pub(in crate::view) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("sinks write UTF-8")
    }
}

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
