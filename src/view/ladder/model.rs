//! Lanes and rows, before they are drawn. Must not know how.

use std::collections::{BTreeMap, BTreeSet};

use crate::net::{Endpoint, Nanos, Timestamp};
use crate::tcp::TcpState;

/// Rows kept; later ones are counted.
pub const MAX_ROWS: usize = 20_000;
/// Lanes kept; segments of further sockets are counted.
pub const MAX_LANES: usize = 12;

/// One socket.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// Address and port.
    pub(super) end: Endpoint,
    /// Safe text of the chat name.
    pub(super) name: Option<String>,
    /// It accepts connections.
    pub(super) serves: bool,
}

/// What an arrow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// SYN or FIN, and the ACKs that belong to them.
    Lifecycle,
    /// Carries bytes.
    Data,
    /// Only acknowledges.
    Ack,
    /// Ends it all.
    Reset,
}

/// One segment.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub(super) frame: u64,
    /// Index of the sender's lane.
    pub(super) from: usize,
    /// Index of the receiver's lane.
    pub(super) to: usize,
    pub(super) kind: Kind,
    /// Retransmissions and other trouble.
    pub(super) bad: bool,
    /// The analysis has something to say of it.
    pub(super) remarkable: bool,
    /// Flags, and by name what the analysis noticed.
    pub(super) flags: String,
    /// Sequence numbers and length.
    pub(super) numbers: String,
    /// What was said, safe and in quotes; empty when nothing ended here. Of several messages the first.
    pub(super) said: String,
    /// Messages after the first that ended here too.
    pub(super) further: u64,
    /// Them in words: `and 2 more`.
    pub(super) more: String,
    /// States that changed: lane and state.
    pub(super) states: Vec<(usize, TcpState)>,
}

/// What happens in one row.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Arrow(Arrow),
    /// The program's own doing: lane of the client it was for, and a word.
    Program {
        lane: usize,
        what: String,
    },
    Acks(Acks),
    /// Nothing for so many nanoseconds, or nothing that is drawn.
    Gap {
        nanos: Nanos,
        /// Segments that are not drawn in this time.
        hidden: u64,
    },
}

/// Pure ACKs between two lanes, in both directions, without a silence among them: folded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acks {
    /// Indices of the lanes.
    pub(super) between: (usize, usize),
    pub(super) count: u64,
    /// First frame.
    pub(super) first: u64,
    /// Last frame.
    pub(super) last: u64,
}

/// An event with its time.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) at: Timestamp,
    pub(super) event: Event,
    /// Segments that were left out by then.
    pub(super) left_out: u64,
}

/// The whole diagram.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    pub(super) lanes: Vec<Lane>,
    pub(super) rows: Vec<Row>,
    /// Segments that may still be drawn.
    pub(super) room: usize,
    /// Segments that a bound left out.
    pub(super) left_out: u64,
    /// Lanes for which a terminal is too narrow.
    pub(super) lanes_left_out: usize,
    /// Session events were seen: there is a program lane.
    pub(super) has_program: bool,
    /// State of each stream's end as last drawn, by stream and lane.
    pub(super) states: BTreeMap<(u32, usize), TcpState>,
}

impl Arrow {
    /// Its lanes, whichever way it goes.
    pub(super) fn between(&self) -> (usize, usize) {
        (self.from.min(self.to), self.from.max(self.to))
    }
}

impl Ladder {
    /// An empty diagram for so many segments (0: as many as there may be rows).
    pub(super) fn new(segments: usize) -> Self {
        Self {
            room: if segments == 0 { MAX_ROWS } else { segments },
            ..Self::default()
        }
    }

    /// Lanes from left to right: clients in order of appearance, then those that serve.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.lanes.len()).collect();
        order.sort_by_key(|lane| self.lanes[*lane].serves);
        order
    }

    /// The same diagram with no more than so many lanes, those that appear first. Segments of others are counted as left out.
    pub(super) fn within(&self, lanes: usize) -> Self {
        let mut kept = vec![None; self.lanes.len()];
        let mut small = Self {
            has_program: self.has_program,
            ..Self::default()
        };
        let mut more = 0;
        for row in &self.rows {
            let (from, to) = row.event.ends();
            let new: BTreeSet<usize> = [from, to]
                .into_iter()
                .filter(|l| kept[*l].is_none())
                .collect();
            if small.lanes.len() + new.len() > lanes {
                more += u64::from(matches!(row.event, Event::Arrow(_)));
                continue;
            }
            for lane in new {
                kept[lane] = Some(small.lanes.len());
                small.lanes.push(self.lanes[lane].clone());
            }
            let mut row = row.clone();
            row.left_out += more;
            row.event.move_lanes(|lane| kept[lane].unwrap_or_default());
            small.rows.push(row);
        }
        small.left_out = self.left_out + more;
        small.lanes_left_out = self.lanes.len() - small.lanes.len();
        small
    }

    /// Time of the first row.
    pub(super) fn start(&self) -> Timestamp {
        self.rows.first().map_or(Timestamp::ZERO, |row| row.at)
    }
}

impl Event {
    /// The lanes it needs; one that needs one has it twice.
    fn ends(&self) -> (usize, usize) {
        match self {
            Self::Arrow(arrow) => (arrow.from, arrow.to),
            Self::Program { lane, .. } => (*lane, *lane),
            Self::Acks(acks) => acks.between,
            Self::Gap { .. } => (0, 0),
        }
    }

    /// Gives its lanes other indices.
    fn move_lanes(&mut self, moved: impl Fn(usize) -> usize) {
        match self {
            Self::Arrow(arrow) => {
                (arrow.from, arrow.to) = (moved(arrow.from), moved(arrow.to));
                for (lane, _) in &mut arrow.states {
                    *lane = moved(*lane);
                }
            }
            Self::Program { lane, .. } => *lane = moved(*lane),
            Self::Acks(acks) => acks.between = (moved(acks.between.0), moved(acks.between.1)),
            Self::Gap { .. } => {}
        }
    }
}

impl Lane {
    /// `ana 127.0.0.1:51234`.
    pub(super) fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} {}", self.end),
            None => self.end.to_string(),
        }
    }
}
