//! What stands between a capture's link type and IP, and in many tunnels again: Ethernet and its tags, PPP, frame relay, MPLS,
//! 802.11 and their relatives.
//!
//! Must not know: how captures of a link type begin, IP, tunnels.

pub(super) mod amateur;
pub(super) mod atm;
pub(super) mod batman;
pub(super) mod ether_types;
pub(super) mod ethernet;
pub(super) mod frame_relay;
pub(super) mod lwapp;
pub(super) mod mpls;
pub(super) mod numbered;
pub(super) mod osi;
pub(super) mod ppp;
pub(super) mod tags;
mod tecmp;
pub(super) mod type_field;
mod vendors;
pub(super) mod wlan;
