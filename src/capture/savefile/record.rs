//! One record located in the window, and the faults that both formats share.

use std::io::Read;
use std::ops::Range;

use super::error::ReadError;
use super::window::Window;
use crate::net::{LinkType, Timestamp};

/// Largest captured length that is believed (Wireshark's and libpcap's maximum snap length).
pub(super) const MAX_CAPTURED: u32 = 262_144;

/// A frame of the file, by its place in the window.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The whole record or block.
    pub(super) block: Range<usize>,
    /// The captured bytes.
    pub(super) data: Range<usize>,
    /// The options of its pcapng block.
    pub(super) options: Range<usize>,
    /// `None` where the record carries no time (Simple Packet Block, custom block).
    pub(super) timestamp: Option<Timestamp>,
    pub(super) link_type: LinkType,
    pub(super) original_length: u32,
    /// Index into the interfaces of its section.
    pub(super) interface: u32,
}

/// The captured length that is believed for a link type: USB and D-Bus transfers may be larger than any network frame.
pub(super) fn max_captured(link_type: LinkType) -> u32 {
    match link_type.0 {
        231 | 249 => 128 << 20, // DBUS, USBPCAP
        279 => 8 << 20,         // EBHSCR
        _ => MAX_CAPTURED,
    }
}

/// What the end of the input means when `available` of `needed` bytes are there, the first of them at `offset`: a fault of
/// the input, or a cut.
pub(super) fn cut<R: Read>(
    window: &mut Window<R>,
    offset: u64,
    header: Option<&'static str>,
    frame: u64,
    needed: u64,
    available: u64,
) -> ReadError {
    if let Some(error) = fault(window, frame) {
        return error;
    }
    match header {
        Some(header) => ReadError::CutInHeader {
            offset,
            header,
            needed,
            available,
            frames_before: frame - 1,
        },
        None => ReadError::CutInFrame {
            frame,
            offset,
            needed,
            available,
        },
    }
}

/// Why the input ended before its end, if the system or the decompressor said so.
pub(super) fn fault<R: Read>(window: &mut Window<R>, frame: u64) -> Option<ReadError> {
    let source = window.take_fault()?;
    let offset = window.offset() + window.unread().len() as u64;
    Some(if window.compressed {
        ReadError::Gzip {
            offset,
            frames_before: frame - 1,
            source,
        }
    } else {
        ReadError::Io { offset, source }
    })
}
