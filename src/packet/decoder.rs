//! The door of the room: one frame in, one [`Decoded`] out.

use super::decoded::Decoded;
use super::view::View;
use super::walk::{Context, Stop, Walked, walk};
use super::{Frame, fast, link, tcp_header};
use crate::packet::decoded::Malformed;

/// Decodes frames in capture order. Keeps the IP fragments that wait for the rest of their datagram, nothing else.
#[derive(Debug, Default)]
pub struct Decoder {}

impl Decoder {
    /// A decoder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What `frame` holds. Any bytes are fine; nothing panics.
    ///
    /// The segment borrows from the frame or, when the frame completed a fragmented datagram, from the decoder.
    #[inline]
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        match fast::segment(frame) {
            Some(segment) => Decoded::Tcp(segment),
            None => self.decode_carefully(frame),
        }
    }

    /// Everything that is not a plain segment right behind a plain IP header.
    #[cold]
    fn decode_carefully<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        let mut cx = Context::default();
        let view = View::new(frame.data, frame.original_length as usize);
        let (protocol, view) = match link::enter(frame.link_type, view) {
            None => return Decoded::UnsupportedLinkType,
            Some(Err(Stop::NotTcp(reason))) => return Decoded::NotTcp(reason),
            Some(Err(Stop::Broken(broken))) => {
                return Decoded::Malformed(Malformed {
                    layer: "link",
                    offset: broken.at,
                    fault: broken.fault,
                });
            }
            Some(Ok(next)) => next,
        };
        match walk(protocol, view, &mut cx) {
            Walked::Tcp {
                at,
                captured,
                reported,
            } => tcp_header::read(frame, &cx, &frame.data[at..at + captured], reported),
            Walked::NotTcp(reason) => Decoded::NotTcp(reason),
            Walked::Malformed(malformed) => Decoded::Malformed(malformed),
        }
    }
}
