//! Entries of the story into lanes and rows.

use std::fmt::Write as _;

use super::model::{Arrow, Event, Kind, Ladder, Lane, MAX_LANES, MAX_ROWS, Row};
use crate::chat::SessionEventKind;
use crate::explain::Explainer;
use crate::message::MessageKind;
use crate::net::{Endpoint, Timestamp};
use crate::packet::TcpFlags;
use crate::tcp::{FrameRole, Side, TcpState};
use crate::text::{visible, visible_cut};
use crate::timeline::{MessageEntry, PacketEntry, SessionEntry};
use crate::view::entries::{LIFECYCLE, is_bad, told_flags};

/// Characters of a message in a label.
const TEXT_IN_LABEL: usize = 40;
/// A message is looked for among so many of the latest rows.
const ROWS_BACK: usize = 64;

impl Ladder {
    /// A segment becomes an arrow.
    pub(super) fn packet(&mut self, packet: &PacketEntry) {
        if self.room == 0 || self.rows.len() >= MAX_ROWS {
            self.left_out += 1;
            return;
        }
        let seen = &packet.observation;
        if !self.has_room_for([packet.source, packet.destination]) {
            self.left_out += 1;
            return;
        }
        let from = self.lane(packet.source, seen.side == Side::Server);
        let to = self.lane(packet.destination, seen.side == Side::Client);
        self.room -= 1;
        let (client, server) = match seen.side {
            Side::Client => (from, to),
            Side::Server => (to, from),
        };
        // The last name stands: people rename themselves after the welcome.
        if let Some(name) = &packet.name
            && self.lanes[client].name.as_deref() != Some(&**name)
        {
            self.lanes[client].name = Some(visible(name.as_bytes()));
        }
        let changed = self.changes(
            seen.stream.0,
            [
                (client, seen.client_state.state),
                (server, seen.server_state.state),
            ],
        );
        let arrow = Arrow {
            frame: packet.frame,
            from,
            to,
            kind: kind_of(packet),
            bad: is_bad(packet) || packet.error.is_some(),
            remarkable: !seen.analysis.is_empty() || !seen.notes.is_empty(),
            flags: flags_of(packet),
            numbers: numbers_of(packet),
            said: String::new(),
            further: 0,
            more: String::new(),
            states: changed,
        };
        self.push(packet.at, Event::Arrow(arrow));
    }

    /// States that are other than at the last segment of the stream.
    fn changes(&mut self, stream: u32, now: [(usize, TcpState); 2]) -> Vec<(usize, TcpState)> {
        let mut changed = Vec::new();
        for (lane, state) in now {
            if state != TcpState::Unknown
                && self.states.insert((stream, lane), state) != Some(state)
            {
                changed.push((lane, state));
            }
        }
        changed
    }

    /// What was said joins the arrow that completed it.
    pub(super) fn message(&mut self, message: &MessageEntry, words: &Explainer) {
        for row in self.rows.iter_mut().rev().take(ROWS_BACK) {
            if let Event::Arrow(arrow) = &mut row.event
                && arrow.frame == message.last_frame
            {
                arrow.say(message, words);
                return;
            }
        }
    }

    /// What the program did: the system call's name.
    pub(super) fn session(&mut self, entry: &SessionEntry) {
        let bytes = |range: &std::ops::Range<u64>| range.end.saturating_sub(range.start);
        let what = match &entry.event.kind {
            SessionEventKind::Connected { .. } => {
                format!("accept :{}", entry.event.connection.client.port)
            }
            SessionEventKind::Read { bytes: range } => format!("read {}", bytes(range)),
            SessionEventKind::Wrote { bytes: range, .. } => format!("write {}", bytes(range)),
            SessionEventKind::Shutdown => "shutdown".to_owned(),
            SessionEventKind::Disconnected { .. } => {
                format!("close :{}", entry.event.connection.client.port)
            }
            SessionEventKind::Renamed { .. }
            | SessionEventKind::Resumed { .. }
            | SessionEventKind::Said { .. }
            | SessionEventKind::Lagging { .. } => return,
        };
        let client = entry.event.connection.client;
        if !self.has_room_for([client, client]) {
            return;
        }
        let lane = self.lane(client, false);
        if let SessionEventKind::Connected { name, .. } = &entry.event.kind {
            self.lanes[lane]
                .name
                .get_or_insert_with(|| visible(name.as_bytes()));
        }
        self.has_program = true;
        if self.rows.len() < MAX_ROWS {
            self.push(entry.event.at, Event::Program { lane, what });
        }
    }

    fn push(&mut self, at: Timestamp, event: Event) {
        self.rows.push(Row {
            at,
            event,
            left_out: self.left_out,
        });
    }

    /// Whether both ends have a lane or can get one: asked before either gets it, so that no lane stays empty.
    fn has_room_for(&self, [one, other]: [Endpoint; 2]) -> bool {
        let is_new = |end| self.lanes.iter().all(|lane| lane.end != end);
        let new = usize::from(is_new(one)) + usize::from(other != one && is_new(other));
        self.lanes.len() + new <= MAX_LANES
    }

    /// The lane of a socket for which there is room.
    fn lane(&mut self, end: Endpoint, serves: bool) -> usize {
        let known = self.lanes.iter().position(|lane| lane.end == end);
        known.unwrap_or_else(|| {
            self.lanes.push(Lane {
                end,
                name: None,
                serves,
            });
            self.lanes.len() - 1
        })
    }
}

impl Arrow {
    /// The first message is told, what was not said by its kind; the others are counted.
    fn say(&mut self, message: &MessageEntry, words: &Explainer) {
        if self.said.is_empty() {
            self.said = said(message, words);
            return;
        }
        self.further += 1;
        self.more.clear();
        words.more_note(&mut self.more, self.further);
    }
}

/// `"teste"`, `GET /chat HTTP/1.1`, `WebSocket Close 1000`.
fn said(message: &MessageEntry, words: &Explainer) -> String {
    let text = visible_cut(&message.message.text, TEXT_IN_LABEL);
    match message.message.kind {
        kind if kind.is_said() => format!("\"{text}\""),
        MessageKind::HttpRequest | MessageKind::HttpResponse => text,
        kind => {
            let mut note = String::new();
            words.kind_note(&mut note, kind, message.said);
            note
        }
    }
}

fn kind_of(packet: &PacketEntry) -> Kind {
    let seen = &packet.observation;
    if packet.flags.rst() {
        Kind::Reset
    } else if packet.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN)) {
        Kind::Lifecycle
    } else if packet.len != Some(0) {
        // Data is data also where it acknowledges a FIN.
        Kind::Data
    } else if seen.role != FrameRole::None {
        Kind::Lifecycle
    } else {
        Kind::Ack
    }
}

/// `PSH,ACK`, and by name what the analysis noticed.
fn flags_of(packet: &PacketEntry) -> String {
    let mut text = packet.flags.to_string();
    if let Some(error) = &packet.error {
        // No second segment went there: somebody sent back what became of the first.
        text = format!("ICMP {}: {text}", error.reason.code());
    }
    for name in told_flags(packet) {
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, " [{name}]");
    }
    text
}

/// `seq=0 ack=1`, `seq=1 len=6`, `ack=7`.
fn numbers_of(packet: &PacketEntry) -> String {
    let seen = &packet.observation;
    let len = packet.len.unwrap_or(0);
    let mut text = String::new();
    if len > 0 || packet.flags.intersects(LIFECYCLE) {
        let _ = write!(text, "seq={}", seen.seq);
    }
    if packet.flags.ack() && len == 0 {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}ack={}", seen.ack);
    }
    if len > 0 {
        let _ = write!(text, " len={len}");
    }
    text
}
