//! What protocols above TCP tell tshark 4.0 about streams: the few rules by which they change numbers and completeness.
//!
//! Owns: which protocols are looked at, and when. Must not know: streams, sequence numbers.

mod ftp;
mod vnc;

use super::key::Key;
use super::stream::Begun;
use super::{AnalysisFlags, Observation};
use crate::net::Endpoint;
use crate::packet::{Segment, SegmentOrigin};

/// What was said so far that concerns streams to come.
#[derive(Clone, Debug, Default)]
pub(super) struct Applications {
    announced: ftp::Announced,
    greetings: vnc::Greetings,
}

impl Applications {
    /// Whether this frame of a connection begins a new stream, whatever it is.
    #[inline]
    pub(super) fn renews(&mut self, key: &Key) -> bool {
        !self.greetings.none_due() && self.greetings.begins(key)
    }

    /// How a stream between these two ends begins that is neither renewed nor reused.
    pub(super) fn begins(&mut self, source: Endpoint, destination: Endpoint) -> Begun {
        if !self.announced.is_empty() && self.announced.take(source, destination) {
            Begun::Announced
        } else {
            Begun::Plain
        }
    }

    /// A SYN has opened the connection anew.
    pub(super) fn forget(&mut self, key: &Key) {
        self.greetings.forget(key);
    }

    /// Reads a segment that the analysis has seen. `known` tells whether a connection between two ends exists already.
    #[inline]
    pub(super) fn read(
        &mut self,
        key: Key,
        segment: &Segment<'_>,
        seen: &Observation,
        known: impl FnOnce(Endpoint, Endpoint) -> bool,
    ) {
        let (control, greeting) = (ftp::is_control(segment), vnc::is_greeting(segment));
        if !(control || greeting) || segment.origin != SegmentOrigin::Direct || repeats(seen) {
            return;
        }
        if control {
            self.announced.read(segment, known);
        }
        if greeting {
            self.greetings.read(key, segment);
        }
    }
}

/// It brings nothing new: tshark does not show such a segment to the protocols above TCP.
const fn repeats(seen: &Observation) -> bool {
    let again = AnalysisFlags::SENT_AGAIN.union(AnalysisFlags::OUT_OF_ORDER);
    seen.analysis.intersects(again)
}
