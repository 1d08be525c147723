//! The analyser: segments in, small values out; no I/O, no clock.
//!
//! Owns: streams and their numbers, both endpoints' RFC 9293 states, handshake and teardown, Wireshark's analysis flags,
//! RTT, windows, completeness, Zeek's `conn_state` and `history`, reassembly of each direction's bytes.
//! Must not know: the chat, sockets, text, or how its values are shown. What to read first: RFC 9293 sections 3.3 to 3.10, then
//! `docs/analysis.md`: the ids at the lines, such as A-60, are its rules.
//!
//! What follows is told to users too.
#![doc = ""]
#![doc = include_str!("../../docs/analysis.md")]
#![doc = include_str!("../../docs/wireshark.md")]

mod acks;
mod analysis;
mod analyzer;
mod applications;
mod before;
mod cause;
mod closing;
mod codec;
mod compact;
mod completeness;
mod direction;
mod flight;
mod front_list;
mod handshake;
mod history;
mod key;
mod lone;
mod machine;
mod multipath;
mod observation;
mod opening;
mod options;
mod places;
mod prediction;
mod reassembly;
mod roles;
mod rules;
mod sizes;
mod state;
mod stream;
mod summary;
mod table;
mod teardown;
mod whole;
mod windows;
mod zeek;

pub use analysis::{AnalysisFlags, OwnFlags};
pub use analyzer::{Analyzer, MAX_LISTENERS};
pub use handshake::{Handshake, HandshakeOutcome, OfferedOptions, Step};
pub use history::History;
pub use observation::{Changes, FinPart, FrameRole, Observation};
pub use reassembly::{
    Chunk, GapReason, MAX_AHEAD, MAX_PENDING_BYTES, MAX_PENDING_PIECES, Reassembler,
};
pub use state::{Certainty, ObservedState, Side, StreamId, TcpState};
pub use summary::{PerSide, RoleReason, StreamSummary};
pub use table::Limits;
pub use teardown::{Fin, Reset, ResetCause, Teardown};

#[cfg(test)]
mod tests;
