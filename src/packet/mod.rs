//! From captured bytes to TCP segments.
//!
//! Owns: [`Frame`], [`Segment`], [`SeqNumber`], link headers, IP and its fragments, tunnels, quotes inside ICMP errors.
//! Must not know: streams, connections, files, clocks. Rules: IN-1 to IN-7 and IC-1 to IC-5 of
//! `docs/analysis.md`, RFC 9293 section 3.1.

mod decoded;
mod decoder;
mod fast;
mod frame;
mod icmp_error;
mod ip;
mod layer2;
mod link;
mod segment;
mod step;
#[cfg(test)]
mod tests;
mod tunnels;
mod view;
mod waiting;
mod walk;

pub use decoded::{Decoded, Fault, Malformed, NotTcp, PartialHeader};
pub use decoder::{Decoder, MAX_DATAGRAM_LAYERS};
pub use frame::Frame;
pub use icmp_error::{IcmpError, IcmpReason};
pub use segment::{
    FIXED_HEADER, MAX_WINDOW_SHIFT, OptionFault, SackBlocks, Segment, SegmentOrigin, SeqNumber,
    TcpFlags, TcpOption, TcpOptions, only_size,
};
pub use step::MAX_PARTS;
pub use waiting::{MAX_DATAGRAMS, MAX_WAITING_BYTES, MAX_WAITING_NANOS};
pub use walk::MAX_LAYERS;
