//! Who is the client of a connection, by the best evidence so far (ST-9).
//!
//! Must not know: what the sides say to each other.

use super::stream::{Stream, Surroundings};
use super::{Changes, Observation, RoleReason};
use crate::net::{Endpoint, FourTuple, PortClass};
use crate::packet::Segment;

impl Stream {
    /// Who is the client, by the best evidence so far.
    pub(super) fn name_client(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        seen: &mut Observation,
    ) {
        let syn = segment.flags.syn();
        if !syn && around.begins.is_none() {
            return;
        }
        let (client, reason) = if syn && !segment.flags.ack() {
            (from, RoleReason::SentSyn)
        } else if syn {
            (1 - from, RoleReason::ReceivedSynAck)
        } else if around.source_listens && !around.destination_listens {
            (1 - from, RoleReason::OtherPortListens)
        } else if around.destination_listens && !around.source_listens {
            (from, RoleReason::OtherPortListens)
        } else {
            let serves = |end: Endpoint| PortClass::of(end.port) == PortClass::WellKnown;
            match (serves(segment.source), serves(segment.destination)) {
                (true, false) => (1 - from, RoleReason::WellKnownPort),
                (false, true) => (from, RoleReason::WellKnownPort),
                _ => (from, RoleReason::SentFirstFrame),
            }
        };
        if around.begins.is_some() || rank(reason) > rank(self.client_by) {
            if around.begins.is_none() && usize::from(self.client) != client {
                seen.changes.insert(Changes::CLIENT_CHANGED);
            }
            self.client = client as u8;
            self.client_by = reason;
        }
    }

    /// The receiving end's index: the sender's own in a self-connect.
    pub(super) fn peer(&self, from: usize) -> usize {
        if self.opening.self_connect {
            from
        } else {
            1 - from
        }
    }

    /// Its ends, client first.
    pub(super) fn connection(&self) -> FourTuple {
        let [a, b] = self.key.endpoints();
        if self.client == 0 {
            FourTuple::new(a, b)
        } else {
            FourTuple::new(b, a)
        }
    }
}

/// Better evidence has a higher rank.
const fn rank(reason: RoleReason) -> u8 {
    match reason {
        RoleReason::SentSyn => 4,
        RoleReason::ReceivedSynAck => 3,
        RoleReason::OtherPortListens => 2,
        RoleReason::WellKnownPort => 1,
        RoleReason::SentFirstFrame => 0,
    }
}
