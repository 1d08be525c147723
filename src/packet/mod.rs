//! From captured bytes to TCP segments.
//!
//! Owns: [`Frame`], [`Segment`], [`SeqNumber`], link headers, IP and its fragments, tunnels, quotes inside ICMP errors.
//! Must not know: streams, connections, files, clocks. Rules: IN-1 to IN-7 and IC-1 to IC-5 of
//! `docs/analysis.md`, RFC 9293 section 3.1.

mod amateur;
mod atm;
mod batman;
mod cable;
mod capwap;
mod carriers;
mod cipso;
mod decoded;
mod decoder;
mod devices;
mod erf;
mod ether_types;
mod ethernet;
mod exported;
mod fast;
mod flags;
#[cfg(test)]
mod found_fragments_tests;
#[cfg(test)]
mod found_headers_tests;
#[cfg(test)]
mod found_ip_tests;
#[cfg(test)]
mod found_tests;
mod fragments;
mod frame;
mod frame_relay;
mod gre;
mod icmp;
mod icmp_error;
mod ipv4;
mod ipv6;
mod juniper;
mod legacy;
mod link;
mod lwapp;
mod mpls;
mod numbered;
mod options;
mod osi;
mod ppp;
mod radiotap;
mod relayed;
mod segment;
mod seq_number;
#[cfg(test)]
mod several_tests;
mod sflow;
mod shim6;
mod step;
mod tags;
mod tcp_header;
#[cfg(test)]
mod tests;
mod type_field;
mod udp;
mod vendors;
mod view;
mod waiting;
mod walk;
mod wlan;

pub use decoded::{Decoded, Fault, Malformed, NotTcp, PartialHeader};
pub use decoder::{Decoder, MAX_DATAGRAM_LAYERS, MAX_PARTS};
pub use flags::TcpFlags;
pub use frame::Frame;
pub use icmp_error::{IcmpError, IcmpReason};
pub use options::{MAX_WINDOW_SHIFT, OptionFault, SackBlocks, TcpOption, TcpOptions, only_size};
pub use segment::{FIXED_HEADER, Segment, SegmentOrigin};
pub use seq_number::SeqNumber;
pub use waiting::{MAX_DATAGRAMS, MAX_WAITING_BYTES, MAX_WAITING_NANOS};
pub use walk::MAX_LAYERS;
