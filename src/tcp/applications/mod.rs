//! What protocols above TCP tell tshark 4.0 about streams: the few rules by which they change numbers and completeness
//! (ST-10).
//!
//! Owns: which protocols are looked at, and when. Must not know: streams, sequence numbers.

mod announced;
mod elsewhere;
mod ftp;
mod renewals;
mod snmp;
mod vnc;

use super::key::Key;
use super::stream::Begun;
use super::{AnalysisFlags, Observation};
use crate::net::Endpoint;
use crate::packet::{Segment, SegmentOrigin};

/// The highest port whose segments are read.
const HIGHEST: u16 = elsewhere::ERLANG;

/// What was said so far that concerns streams to come.
#[derive(Clone, Debug, Default)]
pub(super) struct Applications {
    announced: announced::Announced,
    renewals: renewals::Renewals,
}

impl Applications {
    /// Whether this frame of a connection begins a new stream, whatever it is.
    #[inline]
    pub(super) fn renews(&mut self, key: &Key) -> bool {
        !self.renewals.none_due() && self.renewals.begins(key)
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
        self.renewals.forget(key);
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
        if may_tell(segment) {
            self.listen(key, segment, seen, known);
        }
    }

    /// Looks at what it is, and reads it.
    #[inline(never)]
    fn listen(
        &mut self,
        key: Key,
        segment: &Segment<'_>,
        seen: &Observation,
        known: impl FnOnce(Endpoint, Endpoint) -> bool,
    ) {
        let (control, elsewhere) = (ftp::is_control(segment), elsewhere::may_tell(segment));
        let renews = vnc::is_greeting(segment) || snmp::is_message(segment);
        if !(control || renews || elsewhere)
            || segment.origin != SegmentOrigin::Direct
            || repeats(seen)
        {
            return;
        }
        if control {
            ftp::read(&mut self.announced, segment, known);
        }
        if elsewhere {
            elsewhere::read(&mut self.announced, segment);
        }
        if renews {
            self.renewals.note(key);
        }
    }
}

/// One look that sets nearly all segments of a chat aside: without payload, or neither of a well-known port nor as long as a
/// greeting.
#[inline]
fn may_tell(segment: &Segment<'_>) -> bool {
    let port = segment.source.port.min(segment.destination.port);
    let length = segment.payload.len();
    length > 0 && (port <= HIGHEST || length == vnc::LENGTH)
}

/// It brings nothing new: tshark does not show such a segment to the protocols above TCP.
const fn repeats(seen: &Observation) -> bool {
    let again = AnalysisFlags::SENT_AGAIN.union(AnalysisFlags::OUT_OF_ORDER);
    seen.analysis.intersects(again)
}
