//! Tunnels over IP: GRE, what UDP carries, and frames that devices send on.
//!
//! Must not know: link types; what comes out of a tunnel is a protocol like any other.

pub(super) mod capwap;
pub(super) mod gre;
pub(super) mod relayed;
pub(super) mod sflow;
pub(super) mod udp;
