//! chatscope: a chat server that shows you its own TCP.
//!
//! One package, a library with a thin binary. On the ground floor [`net`] and [`text`]; three towers, capture, tcp and
//! server; they meet in one room, the timeline. Arrows point down only, and a test (`tests/layering.rs`) reads the
//! `use crate::` lines and fails on any other edge. The pure rooms read no clock, open no socket and print nothing:
//! bytes and time in, events out.

pub mod capture;
pub mod chat;
pub mod cli;
pub mod explain;
pub mod message;
pub mod net;
pub mod packet;
#[cfg(feature = "live")]
pub mod server;
pub mod tcp;
pub mod text;
pub mod timeline;
pub mod view;
