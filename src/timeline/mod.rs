//! The meeting place: stream events and session events become one ordered story.
//!
//! Owns: the join by 4-tuple and byte offset, the hold-back, deliveries (message, segments, ACK, copies), verdicts, findings.
//! Must not know: where frames come from, how entries are shown, any clock (capture time drives every timer), any prose.

mod entry;
mod finding;
mod verdict;

pub use entry::{
    Acknowledged, CaptureStart, CopyEntry, DeliveryEntry, EndEntry, Entry, HandshakeEntry,
    MessageEntry, OptionBytes, PacketEntry, SessionEntry, Sink, StreamEntry, TeardownEntry, Wants,
};
pub use finding::{FindingCode, FindingEntry, Severity};
pub use verdict::{Verdict, VerdictCode};
