//! Where the TCP header lies in each frame and how long the frame is, told by whoever reads the frames: facts that a segment
//! does not carry. Kept as runs of equal layout, so that a capture with one link type costs one entry.

use crate::net::Timestamp;
use crate::packet::{Decoded, Decoder, Frame};

/// Runs kept; beyond it the layout of later frames is not known (their byte positions are then left out).
const MAX_RUNS: usize = 1 << 16;

/// What the reader of the capture knows about one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameFacts {
    /// Frame number, rising.
    pub number: u64,
    /// Its time.
    pub at: Timestamp,
    /// Length on the wire.
    pub length: u32,
    /// For a TCP segment that lies whole in this frame: where its header starts, and header and payload bytes.
    pub tcp: Option<TcpPlace>,
}

/// Where a segment lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpPlace {
    /// First byte of the TCP header, counted from 0.
    pub at: u32,
    /// Header and payload bytes.
    pub bytes: u32,
}

/// Bytes of a TCP header without options (RFC 9293 section 3.1).
pub(super) const FIXED_HEADER: usize = 20;

impl FrameFacts {
    /// The facts of a frame; `decoder` sees every frame of the capture, as the timeline's own does.
    #[must_use]
    pub fn of(frame: &Frame<'_>, decoder: &mut Decoder) -> Self {
        Self {
            number: frame.number,
            at: frame.timestamp,
            length: frame.original_length,
            tcp: place(frame, decoder),
        }
    }
}

/// Where the segment lies in the frame; `None` for other frames and for datagrams put together from fragments.
fn place(frame: &Frame<'_>, decoder: &mut Decoder) -> Option<TcpPlace> {
    let Decoded::Tcp(segment) = decoder.decode(frame) else {
        return None;
    };
    // The options borrow from the frame unless the datagram was put together elsewhere: their address tells where they are.
    let options = segment.options.0.as_ptr().addr();
    let offset = options.checked_sub(frame.data.as_ptr().addr())?;
    let inside = offset + segment.options.0.len() <= frame.data.len();
    let at = offset.checked_sub(FIXED_HEADER).filter(|_| inside)?;
    Some(TcpPlace {
        at: at as u32,
        bytes: u32::from(segment.header_length) + segment.len,
    })
}

/// The layout of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// First byte of the TCP header.
    pub(super) header_at: u32,
    /// Bytes behind the segment: padding.
    pub(super) trailer: u32,
}

/// The layouts of all frames so far.
#[derive(Debug, Default)]
pub(super) struct Layout {
    runs: Vec<(u64, Option<Placed>)>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) frames: u64,
    /// Numbers of the first and the last frame.
    pub(super) numbers: Option<(u64, u64)>,
}

impl Layout {
    /// Takes one frame that nothing but its time is known of.
    pub(super) fn count(&mut self, number: u64, at: Timestamp) {
        self.frames += 1;
        let first = self.numbers.map_or(number, |(first, _)| first);
        self.numbers = Some((first, number));
        self.first.get_or_insert(at);
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }

    /// Takes one frame.
    pub(super) fn note(&mut self, facts: &FrameFacts) {
        self.count(facts.number, facts.at);
        let placed = facts.tcp.map(|tcp| Placed {
            header_at: tcp.at,
            trailer: facts.length.saturating_sub(tcp.at + tcp.bytes),
        });
        let same = self.runs.last().is_some_and(|(_, last)| *last == placed);
        if !same && self.runs.len() < MAX_RUNS {
            self.runs.push((facts.number, placed));
        } else if !same && self.runs.last().is_some_and(|(_, last)| last.is_some()) {
            self.runs.push((facts.number, None)); // from here on nothing is known
        }
    }

    /// The layout of a frame, if it is known.
    pub(super) fn of(&self, frame: u64) -> Option<Placed> {
        let after = self.runs.partition_point(|(first, _)| *first <= frame);
        self.runs.get(after.checked_sub(1)?)?.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(number: u64, at: u32, bytes: u32, length: u32) -> FrameFacts {
        FrameFacts {
            number,
            length,
            tcp: Some(TcpPlace { at, bytes }),
            ..FrameFacts::default()
        }
    }

    #[test]
    fn equal_layouts_are_one_run() {
        let mut layout = Layout::default();
        for number in 1..=1000 {
            layout.note(&facts(number, 34, 40, 74));
        }
        layout.note(&facts(1001, 34, 20, 60));
        assert_eq!(layout.runs.len(), 2);
        assert_eq!(layout.of(500).map(|p| p.header_at), Some(34));
        assert_eq!(layout.of(1001).map(|p| p.trailer), Some(6));
    }

    #[test]
    fn frames_without_tcp_have_no_place() {
        let mut layout = Layout::default();
        layout.note(&FrameFacts {
            number: 1,
            ..FrameFacts::default()
        });
        assert_eq!(layout.of(1), None);
        assert_eq!(layout.of(0), None);
    }
}
