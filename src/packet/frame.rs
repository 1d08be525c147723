//! What was captured: one record of a capture, before any decoding.

use crate::net::{LinkType, Timestamp};

/// One captured frame. Numbered from 1 in file order, every record counts (TCP or not), as Wireshark's `frame.number`.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Position in the capture, from 1.
    pub number: u64,
    /// When it was captured.
    pub timestamp: Timestamp,
    /// What the first bytes are.
    pub link_type: LinkType,
    /// Length on the wire; larger than `data.len()` when the snap length cut the frame.
    pub original_length: u32,
    /// The captured bytes.
    pub data: &'a [u8],
}
