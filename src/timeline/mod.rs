//! The meeting place: stream events and session events become one ordered story.
//!
//! Owns: the join by 4-tuple and byte offset, the hold-back, deliveries (message, segments, ACK, copies), verdicts, findings.
//! Must not know: where frames come from, how entries are shown, any clock (capture time drives every timer), any prose.

mod conversation;
mod copies;
mod ending;
mod entry;
mod facts;
mod finding;
mod following;
mod joining;
mod judge;
mod kept_names;
mod lane;
pub mod limits;
mod names;
mod owing;
mod per_room;
mod queue;
mod reading;
mod resets;
mod services;
mod sessions;
mod settings;
mod signs;
mod spans;
mod story;
mod telling;
#[allow(clippy::module_inception)] // The room's one door is called like the room.
mod timeline;
mod timers;
mod tracked;
mod undelivered;
mod unreachable;
mod verdict;
mod watch;
mod watches;
mod watching;

pub use entry::{
    Acknowledged, CaptureStart, CopyEntry, DeliveryEntry, EndEntry, Entry, HandshakeEntry,
    MessageEntry, OptionBytes, PacketEntry, SessionEntry, Sink, StreamEntry, TeardownEntry, Wants,
};
pub use finding::{FindingCode, FindingEntry, Severity};
pub use settings::{OWN_PORTS, Settings};
pub use timeline::Timeline;
pub use verdict::{Verdict, VerdictCode};
