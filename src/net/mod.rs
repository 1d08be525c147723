//! The values everybody shares: time stamps, endpoints, link types, capture statistics, short lists.
//!
//! Owns: small values with their text forms. Must not know: any other room.

mod codes;
mod endpoint;
mod few;
mod flag_set;
mod link_type;
mod port_set;
mod seeded;
mod stats;
mod timestamp;

pub(crate) use codes::codes;
pub use endpoint::{Endpoint, FourTuple, ParseEndpointError, PortClass};
pub use few::Few;
pub(crate) use flag_set::flag_set;
pub use link_type::LinkType;
pub use port_set::PortSet;
pub use seeded::{SeededMap, SeededSet};
pub use stats::CaptureStats;
pub use timestamp::{Nanos, Timestamp};
