//! A connection as one value, as it stands at this moment.
//!
//! Must not know: how it came to be.

use super::stream::Stream;
use super::{PerSide, Side, StreamSummary, sizes};

impl Stream {
    /// Everything as one value.
    pub(super) fn summary(&self) -> StreamSummary {
        let mut summary = StreamSummary::default();
        self.summarize(&mut summary);
        summary
    }

    /// The same, put where it is wanted: half a kilobyte is not moved about.
    pub(super) fn summarize(&self, summary: &mut StreamSummary) {
        let client = usize::from(self.client);
        let (ours, theirs) = (&self.dirs[client], &self.dirs[1 - client]);
        let per_side = |client, server| PerSide { client, server };
        let halves = &self.zeek.halves;
        *summary = StreamSummary {
            stream: self.id,
            connection: self.connection(),
            client_by: self.client_by,
            start: self.start,
            end: self.previous,
            first_frame: self.first_frame,
            last_frame: self.last_frame,
            packets: per_side(ours.packets, theirs.packets),
            bytes: per_side(ours.bytes, theirs.bytes),
            ip_bytes: per_side(ours.ip_bytes, theirs.ip_bytes),
            sequence_bytes: per_side(
                sizes::sent(ours, theirs, halves[client].last_fin.is_some()),
                sizes::sent(theirs, ours, halves[1 - client].last_fin.is_some()),
            ),
            missed_bytes: halves[0].missed + halves[1].missed,
            completeness: self.completeness.value(),
            conn_state: self.zeek.conn_state(),
            history: self.zeek.history,
            initial_rtt: Some(self.initial_rtt).filter(|&rtt| rtt != 0),
            handshake: self.opening.card(client),
            teardown: self.closing.card(client),
            states: PerSide {
                client: self.states[client],
                server: self.states[1 - client],
            },
            zeek_originator: if self.zeek.originator.is_none_or(|o| o == self.client) {
                Side::Client
            } else {
                Side::Server
            },
            quoted_only: !self.direct,
        };
    }
}
