//! IP: its two headers, options and extension headers, fragments, ICMP, and what carries a packet by protocol number alone.
//!
//! Must not know: what stands below IP, tunnels, TCP.

pub(super) mod carriers;
mod cipso;
pub(super) mod fragments;
pub(super) mod icmp;
pub(super) mod routing;
pub(super) mod shim6;
pub(super) mod v4;
mod v4_options;
pub(super) mod v6;
pub(super) mod v6_options;
