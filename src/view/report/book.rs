//! What is kept of one connection while its packets pass: bounded details, and figures of everything.

use super::holes::Holes;
use super::model::RuleRow;
use super::pace::{Pace, ahead};
use super::samples::Samples;
use super::tallies::{Flagged, MAX_EVIDENCE};
use super::windows::Windows;
use crate::net::{Nanos, Timestamp};
use crate::packet::TcpFlags;
use crate::tcp::{
    AnalysisFlags, Changes, FrameRole, ObservedState, OwnFlags, PerSide, Side, TcpState,
};
use crate::timeline::PacketEntry;
use crate::view::entries::LIFECYCLE;

/// Segments kept with a row each.
pub(super) const MAX_ROWS: usize = 512;
/// Segments that play a part (SYN, FIN, RST ...) kept beyond the rows.
const MAX_MARKED: usize = 24;
/// Changes of state kept.
const MAX_STATES: usize = 48;

/// A segment with what only the order of arrival tells.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) entry: PacketEntry,
    pub(super) newly_acked: Option<u32>,
    pub(super) rule: Option<RuleRow>,
}

/// A change of state.
#[derive(Clone, Debug)]
pub(super) struct StateChange {
    pub(super) frame: u64,
    pub(super) at: Timestamp,
    pub(super) side: Side,
    pub(super) flags: TcpFlags,
    pub(super) client: ObservedState,
    pub(super) server: ObservedState,
}

/// What one side sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    /// Highest relative end so far; `None` before the first analysed segment.
    pub(super) next: Option<u32>,
    /// Where its FIN stands: no byte, but a number that is acknowledged.
    fin: Option<u32>,
    /// Highest relative acknowledgment number so far.
    acked: Option<u32>,
    pub(super) bytes_per_ack: Samples,
    pub(super) windows: Windows,
    /// ACK times of what this side sent.
    pub(super) rtt: Samples,
    pub(super) first_data: Option<PacketEntry>,
    /// Frame and payload bytes of its largest segment.
    pub(super) largest: Option<(u64, u32)>,
    /// Payload bytes, each counted once.
    pub(super) new_bytes: u64,
    /// Numbers below the highest that did not come so far.
    holes: Holes,
    /// Frame and time of the last new data, then of the ACK that covered it.
    pub(super) data_end: Option<(u64, Timestamp)>,
    /// The end of the last new data while no ACK covers it.
    awaited: Option<u32>,
    /// How its data goes out.
    pub(super) pace: Pace,
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) rows: Vec<Kept>,
    pub(super) seen: u64,
    pub(super) marked: Vec<PacketEntry>,
    pub(super) states: Vec<StateChange>,
    last_states: (TcpState, TcpState),
    pub(super) sent: PerSide<Sent>,
    /// The first data segment has passed.
    pub(super) data_seen: bool,
    pub(super) rule: (u64, u64),
    /// The first frames that broke it.
    pub(super) broken: Vec<u64>,
    pub(super) flagged: Flagged,
    last: Option<(u64, Timestamp)>,
    /// The longest time without a segment, and the frames around it.
    pub(super) silence: Option<(u64, u64, Nanos)>,
}

impl Book {
    /// Takes a segment. `stop_at_data`: rows and states end with the first data segment.
    pub(super) fn take(&mut self, packet: &PacketEntry, stop_at_data: bool) {
        self.seen += 1;
        self.flagged.take(packet);
        self.listen(packet);
        let stopped = stop_at_data && self.data_seen;
        let side = packet.observation.side;
        let newly_acked = self.acknowledge(packet);
        let rule = self.advance(packet);
        self.sent.of_mut(side).windows.take(packet);
        self.probe(packet);
        self.mark(packet);
        if stopped {
            return;
        }
        if self.rows.len() < MAX_ROWS {
            self.rows.push(Kept {
                entry: packet.clone(),
                newly_acked,
                rule,
            });
        }
        self.state(packet);
        self.data_seen |= packet.len.unwrap_or(0) > 0;
    }

    /// Times the silence before this segment.
    fn listen(&mut self, packet: &PacketEntry) {
        if let Some((frame, at)) = self.last {
            let time = packet.at.since(at);
            if self.silence.is_none_or(|(.., longest)| time > longest) {
                self.silence = Some((frame, packet.frame, time));
            }
        }
        self.last = Some((packet.frame, packet.at));
        let len = packet.len.unwrap_or(0);
        let own = self.sent.of_mut(packet.observation.side);
        if packet.flags.fin() && packet.observation.analysed {
            own.fin = Some(packet.observation.seq.wrapping_add(len));
        }
        if len > own.largest.map_or(0, |(_, bytes)| bytes) {
            own.largest = Some((packet.frame, len));
        }
    }

    /// Counts what the acknowledgment number newly covers.
    fn acknowledge(&mut self, packet: &PacketEntry) -> Option<u32> {
        if !packet.flags.ack() || !packet.observation.analysed {
            return None;
        }
        let side = packet.observation.side;
        let ack = packet.observation.ack;
        if let Some(rtt) = packet.observation.ack_rtt.filter(|_| !packet.flags.syn()) {
            self.sent.of_mut(side.other()).rtt.push(rtt);
        }
        let other = self.sent.of_mut(side.other());
        other.pace.acked(packet);
        if other.awaited.take_if(|end| ahead(ack, *end) >= 0).is_some() {
            other.data_end = Some((packet.frame, packet.at));
        }
        let own = self.sent.of_mut(side);
        let newly = match own.acked {
            Some(before) if ahead(ack, before) > 0 => ack.wrapping_sub(before),
            Some(_) => 0,
            None => {
                own.acked = Some(ack);
                return None;
            }
        };
        if newly == 0 {
            return Some(0);
        }
        let before = own.acked.replace(ack).unwrap_or(ack);
        let fin = self.sent.of(side.other()).fin;
        let covers = |fin: u32| ahead(ack, fin) > 0 && ahead(fin, before) >= 0;
        let bytes = newly - u32::from(fin.is_some_and(covers));
        if bytes > 0 {
            self.sent.of_mut(side).bytes_per_ack.push(i64::from(bytes));
        }
        Some(bytes)
    }

    /// Applies the rule of sequence numbers: this segment starts where the sender's last one ended.
    fn advance(&mut self, packet: &PacketEntry) -> Option<RuleRow> {
        let len = packet.len?;
        if !packet.observation.analysed {
            return None;
        }
        let (seq, end) = (packet.observation.seq, packet.observation.next_seq);
        let own = self.sent.of_mut(packet.observation.side);
        let rule = own.next.map(|expected| RuleRow {
            expected,
            holds: seq == expected,
        });
        let forward = own.next.is_none_or(|next| ahead(end, next) > 0);
        let mut fresh = 0;
        if len > 0 && !packet.flags.rst() {
            // A SYN takes the number before the data.
            let first = seq.wrapping_add(u32::from(packet.flags.syn()));
            fresh = own.holes.new_bytes(first, len, own.next);
        }
        if fresh > 0 {
            own.new_bytes += u64::from(fresh);
            own.data_end = Some((packet.frame, packet.at));
            if forward {
                // The ACK of a FIN says nothing of the data before it.
                own.awaited = Some(end.wrapping_sub(u32::from(packet.flags.fin())));
            }
        }
        own.pace.sent(packet, fresh);
        if len > 0 && own.first_data.is_none() {
            own.first_data = Some(packet.clone());
        }
        if forward && !packet.flags.rst() {
            own.next = Some(end);
        }
        if let Some(rule) = rule {
            self.rule.0 += u64::from(rule.holds);
            self.rule.1 += 1;
            if !rule.holds && self.broken.len() < MAX_EVIDENCE {
                self.broken.push(packet.frame);
            }
        }
        rule
    }

    /// A probe of the other side's closed window (RFC 9293 section 3.8.6.1).
    fn probe(&mut self, packet: &PacketEntry) {
        let notes = packet.observation.notes;
        let analysis = packet.observation.analysis;
        if notes.contains(OwnFlags::PERSIST_PROBE)
            || analysis.contains(AnalysisFlags::ZERO_WINDOW_PROBE)
        {
            let receiver = packet.observation.side.other();
            self.sent.of_mut(receiver).windows.probed();
        }
    }

    /// Keeps the segments of the opening and the closing, wherever in the connection they come: of too many the first and the
    /// last.
    fn mark(&mut self, packet: &PacketEntry) {
        let special = packet.observation.role != FrameRole::None
            || packet.flags.intersects(LIFECYCLE)
            || packet.observation.changes.contains(Changes::CLOSED);
        if !special {
            return;
        }
        if self.marked.len() == MAX_MARKED {
            self.marked.remove(MAX_MARKED / 2);
        }
        self.marked.push(packet.clone());
    }

    fn state(&mut self, packet: &PacketEntry) {
        let (client, server) = (
            packet.observation.client_state,
            packet.observation.server_state,
        );
        let now = (client.state, server.state);
        if now == self.last_states || self.states.len() >= MAX_STATES {
            return;
        }
        self.last_states = now;
        self.states.push(StateChange {
            frame: packet.frame,
            at: packet.at,
            side: packet.observation.side,
            flags: packet.flags,
            client,
            server,
        });
    }

    /// The frame of the first data segment of either side.
    pub(super) fn first_data(&self) -> Option<u64> {
        [&self.sent.client, &self.sent.server]
            .into_iter()
            .filter_map(|sent| sent.first_data.as_ref().map(|packet| packet.frame))
            .min()
    }

    /// The kept segment of a frame.
    pub(super) fn packet(&self, frame: u64) -> Option<&PacketEntry> {
        let row = self
            .rows
            .binary_search_by_key(&frame, |kept| kept.entry.frame);
        match row {
            Ok(index) => Some(&self.rows[index].entry),
            Err(_) => self.marked.iter().find(|packet| packet.frame == frame),
        }
    }

    /// The first kept segment of `side` after `frame` for which `test` holds, with its distance from `since`: negative where
    /// the capture is not in the order of time.
    pub(super) fn after(
        &self,
        frame: u64,
        since: Timestamp,
        side: Side,
        test: impl Fn(&PacketEntry) -> bool,
    ) -> Option<(u64, Nanos)> {
        let from = self.rows.partition_point(|kept| kept.entry.frame <= frame);
        self.rows[from..]
            .iter()
            .map(|kept| &kept.entry)
            .find(|packet| packet.observation.side == side && test(packet))
            .map(|packet| (packet.frame, packet.at.since(since)))
    }

    /// Every segment has a row: what is not found was not there.
    pub(super) fn is_whole(&self) -> bool {
        self.rows.len() as u64 == self.seen
    }
}
