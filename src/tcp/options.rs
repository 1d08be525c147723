//! The options that matter from the next frame on: window scale (W-2), SACK blocks (B-5), Multipath TCP (IN-6). RFC 7323
//! section 2, RFC 2018 section 3, RFC 8684.
//!
//! Owns: where Wireshark's reading of a header's options ends, which decides whether the frame's analysis is told (P11). Must
//! not know: the A-rules.

use std::ops::ControlFlow::{self, Break, Continue};

use super::direction::Direction;
use super::multipath::{Cut, Reader};
use crate::packet::{MAX_WINDOW_SHIFT, Segment, SegmentOrigin, only_size};

/// Option kinds (RFC 9293 section 3.2, RFC 7323 section 2.2, RFC 2018 section 3).
const END_OF_LIST: u8 = 0;
const NO_OPERATION: u8 = 1;
const WINDOW_SCALE: u8 = 3;
const MULTIPATH: u8 = 30;
const SACK: u8 = 5;
/// Blocks of a SACK option that count (B-5).
const SACK_BLOCKS: usize = 3;
/// The option area of nearly every data segment: two NOPs and time stamps (RFC 7323 appendix A).
const TIMESTAMPS_ONLY: [u8; 4] = [1, 1, 8, 10];

/// The option area is empty or the usual time stamps, all there: nothing in it matters between frames.
#[inline]
pub(super) fn plain_options(segment: &Segment<'_>) -> bool {
    let (claimed, bytes) = (segment.header_length, segment.options.0);
    claimed == 20 || (claimed == 32 && bytes.len() == 12 && bytes.starts_with(&TIMESTAMPS_ONLY))
}

/// Reads scale shift and SACK blocks, effective from the next frame on (P10). False when the header's bytes end among
/// the options (cut frames, quotes): Wireshark's dissection stops there, before P12.
///
/// Works on the bytes, because of a cut option the part that is there still counts.
pub(super) fn read_options(
    fwd: &mut Direction,
    segment: &Segment<'_>,
    ack: u32,
    mut paths: Reader<'_>,
) -> bool {
    let whole = read_each(fwd, segment, ack, &mut paths);
    if whole {
        paths.finish();
    }
    whole
}

/// Reads one option after the other.
fn read_each(fwd: &mut Direction, segment: &Segment<'_>, ack: u32, paths: &mut Reader<'_>) -> bool {
    let claimed = usize::from(segment.header_length).saturating_sub(20);
    if claimed == 0 || plain_options(segment) {
        return true;
    }
    let mut walk = Walk {
        fwd,
        segment,
        ack,
        paths,
        claimed,
    };
    let mut at = 0;
    while at < claimed {
        match walk.step(at) {
            Continue(next) => at = next,
            Break(whole) => return whole,
        }
    }
    true
}

/// The way through the options of one header.
struct Walk<'a, 'p> {
    fwd: &'a mut Direction,
    segment: &'a Segment<'a>,
    ack: u32,
    paths: &'a mut Reader<'p>,
    /// Bytes of options that the header length claims.
    claimed: usize,
}

impl Walk<'_, '_> {
    /// Looks at the option at `at`: where the next one begins, or that nothing more is read, with the answer of
    /// [`read_options`].
    fn step(&mut self, at: usize) -> ControlFlow<bool, usize> {
        let bytes = self.segment.options.0;
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) => Break(false),
            (Some(&NO_OPERATION), _) => Continue(at + 1),
            (Some(&END_OF_LIST), _) => Break(bytes.len() >= self.claimed), // the padding is looked at, too
            _ if at + 1 == self.claimed => Break(true),
            (_, None) => Break(false),
            (_, Some(0 | 1)) => Break(true),
            (Some(&kind), Some(&size)) => self.option(kind, at, at + usize::from(size)),
        }
    }

    /// The option of this kind between two offsets, of which there may be less.
    fn option(&mut self, kind: u8, at: usize, end: usize) -> ControlFlow<bool, usize> {
        let (bytes, size) = (self.segment.options.0, end - at);
        let there = bytes.get(at + 2..end.min(bytes.len())).unwrap_or_default();
        if end > self.claimed {
            return Break(bytes.len() + 2 >= self.claimed); // as far as the complaint about it reaches
        }
        if end == self.claimed && end > bytes.len() && quote_ends(self.segment) {
            // Of the last option of a quote, kind and length are enough; what is there of it counts.
            if kind == MULTIPATH {
                return Break(self.paths.option(size, there) != Err(Cut::Confused));
            }
            read_option(self.fwd, kind, size, there);
            return Break(true);
        }
        if has_wrong_size(kind, size) {
            return Continue(end); // not looked into
        }
        // In a quote an option that is too short ends with itself.
        let quoted = self.segment.origin != SegmentOrigin::Direct;
        if !quoted && size < shortest(kind, there, self.ack) {
            return Break(false);
        }
        if kind == MULTIPATH {
            return match self.paths.option(size, there) {
                Err(Cut::Short) if quoted && there.len() + 2 == size => Continue(end),
                Err(_) => Break(false),
                Ok(()) => Continue(end), // what nobody reads may be cut
            };
        }
        read_option(self.fwd, kind, size, there);
        if end > bytes.len() {
            Break(false)
        } else {
            Continue(end)
        }
    }
}

/// A packet quoted in an ICMP error that ends where the quote does: nothing was cut by the capture.
fn quote_ends(segment: &Segment<'_>) -> bool {
    matches!(segment.origin, SegmentOrigin::IcmpQuote { ends: true, .. })
}

/// An option of another size than the only one of its kind is not read; so it is with capabilities of SCPS, too.
fn has_wrong_size(kind: u8, size: usize) -> bool {
    const SCPS: u8 = 20;
    let right = if kind == SCPS {
        Some(4)
    } else {
        only_size(kind)
    };
    right.is_some_and(|right| size != right)
}

/// Below this size Wireshark's dissection of an option, and of the header with it, breaks off: SACK without a block (unless
/// the relative acknowledgment number `ack` lies before the first byte), SNACK, probes of Riverbed's.
fn shortest(kind: u8, there: &[u8], ack: u32) -> usize {
    const SNACK: u8 = 21;
    const RIVERBED: u8 = 76;
    match kind {
        SACK if ack < 1 << 31 => 10,
        SNACK if there.len() == 4 => 7,
        RIVERBED => there.first().map_or(2, |&first| probe(first)),
        _ => 2,
    }
}

/// The size of a probe of Riverbed's that begins with this byte: type and version. Measured with tshark 4.0.17, every byte
/// and size.
const fn probe(first: u8) -> usize {
    match (first >> 4, first & 1) {
        (0 | 3 | 4, 1) => 10,
        (1, 1) => 14,
        (5, 1) => 18,
        (6..=10, 1) => 8,
        _ => match first {
            0x10 | 0x12 => 8,
            0x0c | 0x0e | 0x14 => 4,
            _ => 2,
        },
    }
}

/// One option, of which `there` may be less than its `size` says.
fn read_option(fwd: &mut Direction, kind: u8, size: usize, there: &[u8]) {
    match (kind, size, there) {
        (WINDOW_SCALE, 3, &[shift]) => fwd.shift = shift.min(MAX_WINDOW_SHIFT) as i8, // W-2
        (SACK, _, blocks) => {
            let length = |block: &[u8; 8]| {
                let edges = u64::from_be_bytes(*block);
                (edges as u32).wrapping_sub((edges >> 32) as u32)
            };
            let (blocks, _) = blocks.as_chunks::<8>();
            fwd.sack_sum = blocks
                .iter()
                .take(SACK_BLOCKS)
                .fold(0, |sum, block| sum.wrapping_add(length(block)));
        }
        _ => {}
    }
}
