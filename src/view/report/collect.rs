//! The sink of the report: takes the story entry by entry and keeps what the sections need, never more than its bounds.
//!
//! Details are kept for the first connections and, once there are too many, for the largest of those that are over; the
//! others are counted. A capture of any length costs the same memory, plus a few bytes for each connection.

use std::cmp::Reverse;
use std::io;

use rustc_hash::FxHashMap;

use super::book::Book;
use super::drawings::Drawings;
use super::layout::{FrameFacts, Layout};
use super::lines::LineBook;
use super::tallies::Tallies;
use crate::explain::Lang;
use crate::net::Timestamp;
use crate::tcp::{HandshakeOutcome, StreamId, StreamSummary};
use crate::timeline::{
    CaptureStart, EndEntry, Entry, FindingCode, FindingEntry, PacketEntry, SessionEntry, Sink,
    StreamEntry, VerdictCode, Wants,
};

/// Connections with details at any one time; when there are twice as many, the smaller ones that are over go.
pub const MAX_BOOKS: usize = 256;
/// Connections with a row of their own.
pub const MAX_CONNECTIONS: usize = 1000;
/// Findings with a row of their own.
pub const MAX_FINDINGS: usize = 300;
/// A finding that goes on is looked for among so many of the latest.
const FINDINGS_BACK: usize = 16;
/// Session events kept over all connections.
pub const MAX_SESSIONS: usize = 2000;

/// What the report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these connections; empty: all.
    pub streams: Vec<u32>,
    /// Only connections with one of these ports; empty: all.
    pub ports: Vec<u16>,
    /// Text to look for in the messages.
    pub find: Option<Vec<u8>>,
    /// The walk, the states and the lines end with the first data segment of each connection.
    pub until_first_data: bool,
    /// How many connections are shown in detail; by default [`MAX_DETAILED`](super::MAX_DETAILED).
    pub detailed: Option<usize>,
    /// Draw the ladder and the graphs, with words of this language.
    pub draw: Option<Lang>,
    /// The filter expression by which frames are read at all; empty: every frame. Streams are then numbered among those.
    pub read_filter: Option<String>,
}

impl Selection {
    fn takes(&self, stream: StreamId, ports: [u16; 2]) -> bool {
        (self.streams.is_empty() || self.streams.contains(&stream.0))
            && (self.ports.is_empty() || self.ports.iter().any(|port| ports.contains(port)))
    }

    /// Everything is in the report.
    pub(super) fn is_everything(&self) -> bool {
        self.streams.is_empty()
            && self.ports.is_empty()
            && !self.until_first_data
            && self.read_filter.is_none()
    }
}

/// What is left of a connection without details: eight bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trace {
    pub(super) verdict: Option<VerdictCode>,
    pub(super) server_port: u16,
    pub(super) life: Life,
    pub(super) selected: bool,
    dropped: bool,
}

/// How much of a connection the capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Life {
    /// It began earlier.
    #[default]
    BegunBefore,
    /// It was refused, not answered, or its handshake is not finished.
    NeverOpened,
    /// It was opened and not closed.
    Open,
    /// From SYN to the end.
    Complete,
}

impl Life {
    pub(super) fn of(summary: &StreamSummary) -> Self {
        let (opening, end) = (&summary.handshake, &summary.teardown);
        match opening.outcome {
            _ if opening.syn.is_none() => Self::BegunBefore,
            HandshakeOutcome::Complete | HandshakeOutcome::Simultaneous => {
                if end.complete() || end.reset.is_some() {
                    Self::Complete
                } else {
                    Self::Open
                }
            }
            _ => Self::NeverOpened,
        }
    }
}

/// Takes the story and makes a [`Report`](super::Report) of it.
#[derive(Debug, Default)]
pub struct Collector {
    pub(super) selection: Selection,
    pub(super) capture: CaptureStart,
    pub(super) end: EndEntry,
    pub(super) layout: Layout,
    pub(super) first_packet: Option<Timestamp>,
    pub(super) last_packet: Option<Timestamp>,
    /// Frames that segments came in, and the number of the last: one may hold several.
    pub(super) packet_frames: u64,
    last_packet_frame: u64,
    pub(super) traces: Vec<Trace>,
    pub(super) books: FxHashMap<u32, Book>,
    pub(super) streams: FxHashMap<u32, StreamEntry>,
    pub(super) lines: LineBook,
    pub(super) tallies: Tallies,
    pub(super) findings: Vec<FindingEntry>,
    pub(super) findings_folded: u64,
    pub(super) sessions: Vec<SessionEntry>,
    pub(super) drawings: Option<Drawings>,
}

impl Collector {
    /// A collector for this selection.
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self {
            lines: LineBook::new(selection.find.clone()),
            drawings: selection.draw.map(Drawings::new),
            selection,
            ..Self::default()
        }
    }

    /// Tells what the reader of the capture knows about a frame; call it for each frame before its entries come. Without it
    /// the report leaves out byte positions inside frames and the times of frames that hold no TCP.
    pub fn frame(&mut self, facts: &FrameFacts) {
        self.layout.note(facts);
    }

    /// Tells of a frame that the read filter leaves out.
    pub fn passed_over(&mut self, number: u64, at: Timestamp) {
        self.layout.count(number, at);
    }

    fn packet(&mut self, packet: &PacketEntry) {
        self.packet_frames += u64::from(packet.frame != self.last_packet_frame);
        self.last_packet_frame = packet.frame;
        self.first_packet.get_or_insert(packet.at);
        self.last_packet = Some(
            self.last_packet
                .map_or(packet.at, |last| last.max(packet.at)),
        );
        let stream = packet.observation.stream;
        let ports = [packet.source.port, packet.destination.port];
        if !self.selection.takes(stream, ports) {
            return;
        }
        self.tallies.take(packet);
        let trace = trace_of(&mut self.traces, stream);
        trace.selected = true;
        if trace.dropped {
            return;
        }
        let known = self.books.len();
        let stop = self.selection.until_first_data;
        if known >= 2 * MAX_BOOKS && !self.books.contains_key(&stream.0) {
            self.prune_books();
            if self.books.len() >= 2 * MAX_BOOKS {
                trace_of(&mut self.traces, stream).dropped = true;
                return;
            }
        }
        self.books.entry(stream.0).or_default().take(packet, stop);
    }

    /// Forgets the details of small connections that are over.
    fn prune_books(&mut self) {
        let mut over: Vec<(u64, u32)> = self
            .books
            .iter()
            .filter(|(stream, _)| self.is_over(**stream))
            .map(|(stream, book)| (book.seen, *stream))
            .collect();
        over.sort_unstable_by_key(|(seen, stream)| (*seen, Reverse(*stream)));
        for (_, stream) in over.into_iter().take(MAX_BOOKS) {
            self.books.remove(&stream);
            trace_of(&mut self.traces, StreamId(stream)).dropped = true;
        }
    }

    fn is_over(&self, stream: u32) -> bool {
        self.traces
            .get(stream as usize)
            .is_some_and(|trace| trace.verdict.is_some())
    }

    fn stream(&mut self, entry: &StreamEntry) {
        let summary = &entry.summary;
        let ports = [
            summary.connection.client.port,
            summary.connection.server.port,
        ];
        let trace = trace_of(&mut self.traces, summary.stream);
        trace.verdict = Some(entry.verdict.code);
        trace.server_port = summary.connection.server.port;
        trace.life = Life::of(summary);
        if !self.selection.takes(summary.stream, ports) {
            return;
        }
        trace.selected = true;
        self.streams.insert(summary.stream.0, entry.clone());
        if self.streams.len() >= 2 * MAX_CONNECTIONS {
            self.prune_streams();
        }
    }

    /// Forgets the rows of the smallest connections, of equal ones the latest.
    fn prune_streams(&mut self) {
        let sizes = self.streams.values();
        let mut sizes: Vec<(u64, Reverse<u32>)> = sizes
            .map(|entry| (frames_of(entry), Reverse(entry.summary.stream.0)))
            .collect();
        sizes.sort_unstable();
        for (_, Reverse(stream)) in sizes.into_iter().take(MAX_CONNECTIONS) {
            self.streams.remove(&stream);
        }
    }

    fn is_selected(&self, stream: StreamId) -> bool {
        self.traces
            .get(stream.0 as usize)
            .is_some_and(|trace| trace.selected)
    }

    fn finding(&mut self, finding: &FindingEntry) {
        if finding
            .stream
            .is_some_and(|stream| !self.is_selected(stream))
        {
            return;
        }
        // Told first while it lasted, and again when it was over: the last word counts.
        let begun = self
            .findings
            .iter_mut()
            .rev()
            .take(FINDINGS_BACK)
            .find(|earlier| {
                earlier.code == FindingCode::ZeroWindow
                    && finding.code == FindingCode::ZeroWindow
                    && (earlier.stream, earlier.side) == (finding.stream, finding.side)
                    && earlier.frames.first() == finding.frames.first()
            });
        if let Some(begun) = begun {
            *begun = finding.clone();
        } else if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding.clone());
        } else {
            self.findings_folded += 1;
        }
    }

    fn draw_packet(&mut self, packet: &PacketEntry) -> io::Result<()> {
        let stream = packet.observation.stream;
        let drawn = self.is_selected(stream) && !self.is_late(stream, packet.frame);
        match &mut self.drawings {
            Some(drawings) if drawn => drawings.packet(packet),
            _ => Ok(()),
        }
    }

    fn draw(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.drawings
            .as_mut()
            .map_or(Ok(()), |drawings| drawings.entry(entry))
    }

    /// The report ends with the first data segment, and this frame of the connection came after it.
    fn is_late(&self, stream: StreamId, frame: u64) -> bool {
        if !self.selection.until_first_data {
            return false;
        }
        let first = self.books.get(&stream.0).and_then(Book::first_data);
        first.is_some_and(|first| frame > first)
    }
}

/// The trace of a stream, made when it is new.
fn trace_of(traces: &mut Vec<Trace>, stream: StreamId) -> &mut Trace {
    let index = stream.0 as usize;
    if traces.len() <= index {
        traces.resize(index + 1, Trace::default());
    }
    &mut traces[index]
}

/// Frames of a connection, both directions.
pub(super) const fn frames_of(entry: &StreamEntry) -> u64 {
    entry.summary.packets.client + entry.summary.packets.server
}

impl Sink for Collector {
    fn wants(&self) -> Wants {
        Wants::STORY
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Capture(start) => self.capture = start.clone(),
            Entry::Packet(packet) => {
                self.packet(packet);
                self.draw_packet(packet)?;
            }
            Entry::Message(message) if self.is_selected(message.stream) => {
                let late = self.is_late(message.stream, message.last_frame);
                self.lines.message(message, late);
                self.draw(entry)?;
            }
            Entry::Delivery(delivery) => self.lines.delivery(delivery),
            Entry::Finding(finding) => self.finding(finding),
            Entry::Session(session) => {
                if session
                    .stream
                    .is_some_and(|stream| self.is_selected(stream))
                {
                    if self.sessions.len() < MAX_SESSIONS {
                        self.sessions.push(session.clone());
                    }
                    self.draw(entry)?;
                }
            }
            Entry::Stream(stream) => self.stream(stream),
            Entry::End(end) => {
                self.end = *end;
                if let Some(drawings) = &mut self.drawings {
                    drawings.end(entry)?;
                }
            }
            Entry::Message(_) | Entry::Handshake(_) | Entry::Teardown(_) => {}
        }
        Ok(())
    }
}
