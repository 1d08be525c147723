//! The analyser's door: one segment in, one observation out.
//!
//! Owns: stream numbers, knowledge that outlives a stream (who listens). Must not know: any rule beyond P1 and P2.

use rustc_hash::FxHashSet;

use super::applications::Applications;
use super::key::Key;
use super::lone::Lone;
use super::multipath::Multipath;
use super::stream::{Begun, Stream, Surroundings};
use super::table::{Limits, Table};
use super::{AnalysisFlags, Changes, Observation, StreamId, StreamSummary};
use crate::net::{Endpoint, SeededSet};
use crate::packet::Segment;

/// Listening endpoints remembered; later ones are not.
pub const MAX_LISTENERS: usize = 65_536;

/// After these a stream may be over.
const ENDS: u16 = Changes::CLOSED.0 | Changes::RESET.0 | Changes::REFUSED.0;

/// A frame that may begin a stream.
struct Arrival<'a, 'b> {
    /// The stream of its 4-tuple so far.
    found: Option<u32>,
    /// It begins another one, whatever it is.
    renewed: bool,
    key: Key,
    /// Its direction.
    from: usize,
    segment: &'a Segment<'b>,
}

/// Follows every TCP connection of a capture, frame by frame in capture order.
#[derive(Debug)]
pub struct Analyzer {
    table: Table,
    applications: Applications,
    multipath: Multipath,
    listeners: SeededSet<Endpoint>,
    listening_ports: FxHashSet<u16>,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Analyzer {
    /// An analyser that has seen nothing.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            table: Table::new(limits),
            applications: Applications::default(),
            multipath: Multipath::default(),
            listeners: SeededSet::default(),
            listening_ports: FxHashSet::default(),
        }
    }

    /// Tells that this port listens on any address (a configured server port): helps to name the client of connections
    /// whose SYN was not captured.
    pub fn listens_on(&mut self, port: u16) {
        self.listening_ports.insert(port);
    }

    /// Takes the next segment.
    #[inline]
    pub fn handle(&mut self, segment: &Segment<'_>) -> Observation {
        let mut seen = Observation::default();
        self.observe::<true>(segment, &mut seen);
        seen
    }

    /// Takes the next segment and writes what it shows into a blank `seen`: without `FIGURES` not its window, RTT, bytes in
    /// flight, times and states where nothing is remarkable about it. A table of connections has no place for them.
    pub(crate) fn observe<const FIGURES: bool>(
        &mut self,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) {
        // By reference: copying the ends would wait for the decoder's stores.
        let (key, from) = if segment.effective.is_none() {
            Key::of(&segment.source, &segment.destination)
        } else {
            let (source, destination) = segment.ends();
            Key::of(&source, &destination)
        };
        // P1, P2
        let renewed = self.applications.renews(&key);
        match self.table.find(&key) {
            Some(slot) if !segment.flags.syn() && !renewed => {
                let stream = self.table.stream(slot);
                if !self.multipath.is_empty() {
                    self.multipath.tell(stream.id, &mut stream.dirs);
                }
                if !stream.handle_predicted::<FIGURES>(from, segment, seen) {
                    let around = Surroundings::default();
                    stream.handle(from, segment, around, &mut self.multipath, seen);
                }
                if seen.changes.0 & ENDS != 0 {
                    self.note_end(slot);
                }
            }
            found => {
                let arrival = Arrival {
                    found,
                    renewed,
                    key,
                    from,
                    segment,
                };
                self.arrive(&arrival, seen);
            }
        }
        let table = &mut self.table;
        self.applications.read(key, segment, seen, |one, other| {
            table.knows(&Key::of(&one, &other).0)
        });
    }

    /// The stream has ended, or begun again.
    #[inline(never)]
    fn note_end(&mut self, slot: u32) {
        let ended = self.table.stream(slot).ended();
        self.table.mark_ended(slot, ended);
    }

    /// Takes a segment that may begin a stream.
    fn arrive(&mut self, arrival: &Arrival<'_, '_>, seen: &mut Observation) {
        let &Arrival {
            key, from, segment, ..
        } = arrival;
        let (source_listens, destination_listens) = (
            self.listens(segment.source),
            self.listens(segment.destination),
        );
        self.hear(segment);
        let begins = self.begins(arrival, seen);
        let around = Surroundings {
            begins,
            source_listens,
            destination_listens,
        };
        let slot = match (arrival.found, begins) {
            (Some(slot), None) => slot,
            (_, begins) => {
                seen.changes.insert(Changes::STREAM_OPENED);
                if let Some(lone) = Lone::of(from, segment, around) {
                    self.table.add(&key, |stream, id| {
                        lone.begin(key, id, stream);
                        lone.tell(stream, seen);
                    });
                    return;
                }
                let begun = begins.unwrap_or_default();
                self.table.add(&key, |stream, id| {
                    stream.begin(key, id, segment, begun);
                })
            }
        };
        let stream = self.table.stream(slot);
        if segment.flags.syn() {
            self.multipath.tell(stream.id, &mut stream.dirs);
        }
        stream.handle(from, segment, around, &mut self.multipath, seen);
        if seen.changes.0 & ENDS != 0 || segment.flags.syn() {
            self.note_end(slot);
        }
    }

    /// How a new stream begins with this frame; `None`: it belongs to the one found.
    fn begins(&mut self, arrival: &Arrival<'_, '_>, seen: &mut Observation) -> Option<Begun> {
        let (segment, applications) = (arrival.segment, &mut self.applications);
        if arrival.renewed {
            return Some(Begun::Renewed);
        }
        let Some(slot) = arrival.found else {
            return Some(applications.begins(segment.source, segment.destination));
        };
        let old = self.table.stream(slot);
        if !old.is_reused_by(arrival.from, segment) {
            return None;
        }
        seen.analysis.insert(AnalysisFlags::REUSED_PORTS);
        applications.forget(&arrival.key);
        Some(Begun::Reused) // ST-3
    }

    /// A SYN-ACK tells who listens.
    fn hear(&mut self, segment: &Segment<'_>) {
        let answers = segment.flags.syn() && segment.flags.ack();
        if answers && self.listeners.len() < MAX_LISTENERS {
            self.listeners.insert(segment.source);
        }
    }

    fn listens(&self, end: Endpoint) -> bool {
        self.listening_ports.contains(&end.port) || self.listeners.contains(&end)
    }

    /// The newest stream between two ends.
    pub fn newest_between(&mut self, source: Endpoint, destination: Endpoint) -> Option<StreamId> {
        let (key, _) = Key::of(&source, &destination);
        let slot = self.table.find(&key)?;
        Some(self.table.stream(slot).id)
    }

    /// Streams numbered so far, forgotten ones included.
    #[must_use]
    pub const fn stream_count(&self) -> u32 {
        self.table.created()
    }

    /// Streams forgotten because of [`Limits::remembered`].
    #[must_use]
    pub const fn streams_forgotten(&self) -> u64 {
        self.table.forgotten()
    }

    /// Streams that wait to give their place away.
    #[cfg(test)]
    pub(super) fn waiting_places(&self) -> usize {
        self.table.waiting_places()
    }

    /// Bytes that packed streams take.
    #[cfg(test)]
    pub(super) fn packed_bytes(&self) -> usize {
        self.table.packed_bytes()
    }

    /// What is known of one stream; `None` when there is none of that number or it was forgotten.
    #[must_use]
    pub fn summary(&self, stream: StreamId) -> Option<StreamSummary> {
        self.table.look_at(stream, Stream::summary)
    }

    /// As [`Self::summary`], put into `summary`; false when there is none.
    pub fn summarize(&self, stream: StreamId, summary: &mut StreamSummary) -> bool {
        let told = self
            .table
            .look_at(stream, |stream| stream.summarize(summary));
        told.is_some()
    }

    /// Frames of one stream so far, which costs less than all that is known of it; `None` as with [`Self::summary`].
    #[must_use]
    pub fn frames(&self, stream: StreamId) -> Option<u64> {
        self.table.frames(stream)
    }

    /// Every remembered stream in order of numbers.
    pub fn summaries(&self) -> impl Iterator<Item = StreamSummary> {
        self.table.iter(Stream::summary)
    }
}
