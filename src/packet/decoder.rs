//! The door of the room: one frame in, one [`Decoded`] out.

use super::decoded::{Decoded, NotTcp};
use super::fragments::FragmentTable;
use super::step::Context;
use super::view::View;
use super::walk::{Walked, walk};
use super::{Frame, Segment, fast, link, tcp_header};

/// Most datagrams put together or decompressed inside each other for one frame: a fragmented tunnel in a fragmented tunnel
/// needs two. Without a bound a compressed packet that contains itself would never end.
pub const MAX_DATAGRAM_LAYERS: usize = 8;

/// Decodes frames in capture order. Keeps the IP fragments that wait for the rest of their datagram, nothing else.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: FragmentTable,
    /// The datagram that the last frame completed: segments borrow from it.
    datagram: Vec<u8>,
}

impl Decoder {
    /// A decoder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fragmented datagrams given up unfinished because [`MAX_DATAGRAMS`](super::MAX_DATAGRAMS) or
    /// [`MAX_WAITING_BYTES`](super::MAX_WAITING_BYTES) was reached.
    pub fn datagrams_forgotten(&self) -> u64 {
        self.fragments.evicted
    }

    /// What `frame` holds. Any bytes are fine; nothing panics.
    ///
    /// The segment borrows from the frame or, when the frame completed a fragmented datagram, from the decoder.
    #[inline]
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        match Self::plain(frame) {
            Some(segment) => Decoded::Tcp(segment),
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
        let mut cx = Context::new(link::time(frame));
        // A capture that claims more captured bytes than the wire had is wrong about the wire.
        let reported = (frame.original_length as usize).max(frame.data.len());
        let Some(first) = link::enter(frame.link_type, View::new(frame.data, reported)) else {
            return Decoded::UnsupportedLinkType;
        };
        let mut reassembled = None;
        let mut walked = walk(first, &mut cx, &mut self.fragments);
        for _ in 0..MAX_DATAGRAM_LAYERS {
            let Walked::Reassembled(protocol, datagram) = walked else {
                break;
            };
            let view = View::new(&datagram, datagram.len());
            walked = walk(Ok((protocol, view)), &mut cx, &mut self.fragments);
            reassembled = Some(datagram);
        }
        match walked {
            Walked::NotTcp(reason) => Decoded::NotTcp(reason),
            Walked::Malformed(malformed) => Decoded::Malformed(malformed),
            Walked::Reassembled(..) => Decoded::NotTcp(NotTcp::TooDeep),
            Walked::Tcp {
                at,
                captured,
                reported,
            } => {
                let bytes = match reassembled {
                    None => frame.data,
                    Some(datagram) => {
                        self.datagram = datagram;
                        &self.datagram
                    }
                };
                let bytes = bytes.get(at..at + captured).unwrap_or_default();
                tcp_header::read(frame, &cx, bytes, reported)
            }
        }
    }
}
