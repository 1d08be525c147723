//! The door of the room: one frame in, one [`Decoded`] out, or several where packets stand side by side.

use std::collections::VecDeque;

use super::decoded::{Decoded, NotTcp};
use super::segment::header;
use super::step::{Context, MAX_PARTS, Part};
use super::view::View;
use super::walk::{Tables, Walked, walk};
use super::{Frame, Segment, fast, link};

/// Most datagrams put together or decompressed inside each other for one frame: a fragmented tunnel in a fragmented tunnel
/// needs two. Without a bound a compressed packet that contains itself would never end.
pub const MAX_DATAGRAM_LAYERS: usize = 8;

/// Decodes frames in capture order. Keeps the fragments that wait for the rest of a packet or frame, nothing else.
#[derive(Debug, Default)]
pub struct Decoder {
    waiting: Tables,
    /// The datagram that the last frame completed: segments borrow from it.
    datagram: Vec<u8>,
    /// Packets of the last frame that were not looked at yet.
    parts: VecDeque<(Part, Context)>,
    /// How many more may be kept.
    parts_left: usize,
}

impl Decoder {
    /// A decoder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fragmented packets and frames given up unfinished because [`MAX_DATAGRAMS`](super::MAX_DATAGRAMS) or
    /// [`MAX_WAITING_BYTES`](super::MAX_WAITING_BYTES) was reached.
    #[must_use]
    pub fn datagrams_forgotten(&self) -> u64 {
        self.waiting.evicted()
    }

    /// What `frame` holds. Any bytes are fine; nothing panics.
    ///
    /// The segment borrows from the frame or, when the frame completed a fragmented datagram, from the decoder.
    #[inline]
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        match Self::plain(frame) {
            Some(segment) => {
                self.parts.clear();
                Decoded::Tcp(segment)
            }
            None => self.decode_carefully(frame),
        }
    }

    /// The segment of a frame that needs no memory to decode: plain headers, nothing cut, nothing in fragments.
    #[expect(
        clippy::inline_always,
        reason = "the segment is built where it is used"
    )]
    #[inline(always)]
    pub(crate) fn plain<'a>(frame: &Frame<'a>) -> Option<Segment<'a>> {
        fast::segment(frame)
    }

    /// Everything else: what is not a plain segment right behind a plain IP header.
    #[cold]
    pub(crate) fn decode_carefully<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        self.parts.clear();
        self.parts_left = MAX_PARTS;
        let mut cx = Context::new(link::time(frame));
        // A capture that claims more captured bytes than the wire had is wrong about the wire.
        let reported = (frame.original_length as usize).max(frame.data.len());
        let Some(first) = link::enter(frame.link_type, View::new(frame.data, reported)) else {
            return Decoded::UnsupportedLinkType;
        };
        let walked = walk(first, &mut cx, &mut self.waiting);
        let found = self.follow(walked, cx, None);
        let found = found.or_else(|| self.next_part());
        self.told(frame, found)
    }

    /// The next segment of `frame`, the one decoded last, which may hold several: sampled or aggregated frames.
    pub fn more<'a>(&'a mut self, frame: &Frame<'a>) -> Option<Decoded<'a>> {
        let found = self.next_part()?;
        Some(self.told(frame, Some(found)))
    }

    /// The first of the parts left that holds a segment.
    fn next_part(&mut self) -> Option<Found> {
        while let Some((part, mut cx)) = self.parts.pop_front() {
            let view = View::new(&part.bytes, part.reported);
            let walked = walk(Ok((part.protocol, view)), &mut cx, &mut self.waiting);
            let found = self.follow(walked, cx, Some(part.bytes));
            if let Some((Walked::Tcp { .. }, ..)) = found {
                return found;
            }
        }
        None
    }

    /// Follows a walk through the datagrams that it put together. `None`: it came to several packets, which are kept.
    fn follow(
        &mut self,
        mut walked: Walked,
        mut cx: Context,
        mut inside: Option<Vec<u8>>,
    ) -> Option<Found> {
        for _ in 0..MAX_DATAGRAM_LAYERS {
            let Walked::Reassembled(protocol, datagram) = walked else {
                break;
            };
            let view = View::new(&datagram, datagram.len());
            walked = walk(Ok((protocol, view)), &mut cx, &mut self.waiting);
            inside = Some(datagram);
        }
        if let Walked::Several(parts) = walked {
            let parts = parts.into_iter().take(self.parts_left);
            for part in parts.rev() {
                self.parts_left -= 1;
                self.parts.push_front((part, cx));
            }
            return None;
        }
        let is_inside = inside.is_some();
        self.datagram = inside.unwrap_or_default();
        Some((walked, cx, is_inside))
    }

    /// Puts into words what was found.
    fn told<'a>(&'a self, frame: &Frame<'a>, found: Option<Found>) -> Decoded<'a> {
        let Some((walked, cx, is_inside)) = found else {
            return Decoded::NotTcp(NotTcp::NoPayload);
        };
        match walked {
            Walked::NotTcp(reason) => Decoded::NotTcp(reason),
            Walked::Malformed(malformed) => Decoded::Malformed(malformed),
            Walked::Reassembled(..) | Walked::Several(_) => Decoded::NotTcp(NotTcp::TooDeep),
            Walked::Tcp {
                at,
                captured,
                reported,
            } => {
                let bytes = if is_inside {
                    &self.datagram
                } else {
                    frame.data
                };
                let bytes = bytes.get(at..at + captured).unwrap_or_default();
                header::read(frame, &cx, bytes, reported)
            }
        }
    }
}

/// How a walk ended, what was learned on it, and whether in [`Decoder::datagram`] instead of the frame.
type Found = (Walked, Context, bool);
