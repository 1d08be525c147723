//! One connection: takes a segment through the steps P1 to P12 of chapter 4 and the life-cycle rules of chapter 14.
//!
//! Owns: the order of work and what both directions share. Must not know: other connections.

use super::before::{Before, Parts};
use super::closing::{Closing, side_of};
use super::completeness::Completeness;
use super::direction::Direction;
use super::key::Key;
use super::machine::{Context, Machines, Phase};
use super::opening::Opening;
use super::zeek::{Hints, Zeek};
use super::{
    AnalysisFlags, Certainty, Changes, FinPart, FrameRole, Observation, ObservedState, OwnFlags,
    PerSide, RoleReason, Side, StreamId, StreamSummary,
};
use super::{machine, rules, sizes, windows};
use crate::net::{FourTuple, Nanos, Timestamp};
use crate::packet::{Segment, SegmentOrigin, TcpFlags};

/// All that is remembered of one connection.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) key: Key,
    pub(super) id: StreamId,
    pub(super) first_frame: u64,
    pub(super) last_frame: u64,
    /// Time of the first frame.
    pub(super) start: Timestamp,
    /// Time of the previous frame.
    pub(super) previous: Timestamp,
    /// Time of the most recent SYN without ACK (T-2).
    pub(super) syn_time: Option<Timestamp>,
    /// 0 while unset (T-4).
    pub(super) initial_rtt: Nanos,
    pub(super) completeness: Completeness,
    /// The direction that is called the client, and why.
    pub(super) client: u8,
    pub(super) client_by: RoleReason,
    /// Some frame was not a quote inside an ICMP error.
    pub(super) direct: bool,
    /// A segment without SYN, FIN, RST that repeats nothing can change no state: worked out after every other one.
    pub(super) settled: bool,
    pub(super) dirs: [Direction; 2],
    pub(super) opening: Opening,
    pub(super) machines: Machines,
    /// The machines' states, worked out when they change.
    pub(super) states: [ObservedState; 2],
    pub(super) closing: Closing,
    pub(super) zeek: Zeek,
}

/// How a stream came about. But for a plain one, its first frame is to tshark a later one of a stream that existed before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Begun {
    /// By a frame on an unknown 4-tuple.
    #[default]
    Plain,
    /// By a SYN with another ISN on a known 4-tuple (ST-3).
    Reused,
    /// An application had announced it.
    Announced,
    /// An application has the frames behind it counted anew.
    Renewed,
}

/// What the analyser knows beyond this stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surroundings {
    /// The frame is the first of its stream, which came about this way.
    pub(super) begins: Option<Begun>,
    /// The source is known to listen.
    pub(super) source_listens: bool,
    /// The destination is known to listen.
    pub(super) destination_listens: bool,
}

impl Stream {
    /// Becomes a stream that begins with `segment`, whatever it was before.
    pub(super) fn begin(&mut self, key: Key, id: StreamId, segment: &Segment<'_>, begun: Begun) {
        self.clear();
        self.key = key;
        self.id = id;
        self.first_frame = segment.frame;
        self.start = segment.timestamp;
        self.previous = segment.timestamp;
        self.opening.self_connect = segment.source == segment.destination;
        self.completeness = match begun {
            Begun::Plain | Begun::Announced => Completeness::default(),
            Begun::Reused => Completeness::of_reused(),
            Begun::Renewed => Completeness::of_renewed(),
        };
    }

    /// Becomes blank; the memory of its lists is kept.
    pub(super) fn clear(&mut self) {
        let lists = self.dirs.each_mut().map(|dir| {
            dir.unacked.clear();
            std::mem::take(&mut dir.unacked)
        });
        *self = Self::blank();
        for (dir, list) in self.dirs.iter_mut().zip(lists) {
            dir.unacked = list;
        }
    }

    /// A stream to begin or to unpack into.
    pub(super) fn blank() -> Self {
        Self {
            key: Key::default(),
            id: StreamId(0),
            first_frame: 0,
            last_frame: 0,
            start: Timestamp::ZERO,
            previous: Timestamp::ZERO,
            syn_time: None,
            initial_rtt: 0,
            completeness: Completeness::default(),
            client: 0,
            client_by: RoleReason::SentFirstFrame,
            direct: false,
            settled: false,
            dirs: [Direction::default(), Direction::default()],
            opening: Opening::default(),
            machines: Machines::default(),
            states: [ObservedState::default(); 2],
            closing: Closing::default(),
            zeek: Zeek::default(),
        }
    }

    /// ST-3: this SYN opens another stream on the same 4-tuple.
    pub(super) fn is_reused_by(&self, from: usize, segment: &Segment<'_>) -> bool {
        segment.flags.syn()
            && !segment.flags.ack()
            && self.dirs[from].base.is_some_and(|base| base != segment.seq)
    }

    /// Takes one segment of direction `from`.
    pub(super) fn handle(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        seen: &mut Observation,
    ) {
        seen.stream = self.id;
        seen.seq = segment.seq.0;
        seen.ack = segment.ack.0;
        seen.window_scaled = u32::from(segment.window);
        self.name_client(from, segment, around, seen);
        let known_syn = self.prepare(from, segment, seen);
        self.pass(segment, seen);
        let parts = Parts {
            dirs: &self.dirs,
            machines: &self.machines,
            opening: &self.opening,
            closing: &self.closing,
        };
        let before = Before::of(segment, from, parts);
        match segment.origin {
            SegmentOrigin::Direct | SegmentOrigin::ShortHeader => {
                self.analyse(from, segment, known_syn, seen);
            }
            SegmentOrigin::TruncatedHeader | SegmentOrigin::IcmpQuote { .. } => {}
        }
        let told = if segment.header_length < 20 {
            if around.begins.is_none() {
                self.completeness.frame_that_counts_nothing();
            }
            false
        } else {
            self.share(from, segment, around, seen)
        };
        if segment.origin == SegmentOrigin::Direct {
            self.live(from, segment, around, before, seen);
            if !told {
                leave_untold(seen);
            }
        } else {
            hide(seen); // IN-4, IC-2
        }
        self.tell(from, seen);
    }

    /// P5: time since the first frame and the one before.
    #[inline]
    pub(super) fn pass(&mut self, segment: &Segment<'_>, seen: &mut Observation) {
        let now = segment.timestamp;
        seen.time_relative = now.since(self.start);
        seen.time_delta = now.since(self.previous);
        self.previous = now;
        self.last_frame = segment.frame;
    }

    /// P2 to P4. True for a SYN that repeats the stream's own (ST-4).
    fn prepare(&mut self, from: usize, segment: &Segment<'_>, seen: &mut Observation) -> bool {
        let fwd = &mut self.dirs[from];
        fwd.sack_sum = 0;
        if !segment.flags.syn() || fwd.base.is_none() {
            return false;
        }
        if segment.flags.ack() {
            if fwd.base != Some(segment.seq) {
                fwd.base = Some(segment.seq); // ST-5
                seen.analysis.insert(AnalysisFlags::REUSED_PORTS);
            }
            return false;
        }
        fwd.next = fwd.cont; // ST-4; another number has become another stream (ST-3)
        true
    }

    /// P6: base numbers, A-rules, relative numbers, window.
    fn analyse(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        known_syn: bool,
        seen: &mut Observation,
    ) {
        let initial_rtt = self.initial_rtt;
        let (fwd, rev) = split(&mut self.dirs, from);
        let base = *fwd.base.get_or_insert(if segment.flags.syn() {
            segment.seq // BS-1
        } else {
            segment.seq.minus(1) // BS-2
        });
        if segment.flags.ack() {
            rev.base.get_or_insert(segment.ack.minus(1)); // BS-3
        }
        let reused = seen.analysis;
        seen.analysis = AnalysisFlags::default();
        let shown = rules::analyse(fwd, rev, initial_rtt, segment, seen);
        seen.analysis.insert(reused);
        seen.analysed = true;
        // BS-4
        seen.seq = segment.seq.offset_from(base);
        if segment.flags.ack() {
            seen.ack = segment
                .ack
                .offset_from(rev.base.unwrap_or(segment.ack.minus(1)));
        }
        let control = segment.flags.syn() || segment.flags.fin();
        seen.next_seq = seen
            .seq
            .wrapping_add(segment.len)
            .wrapping_add(u32::from(control));
        windows::scale(fwd, segment, seen);
        // T-2: what this very frame sets is shown on it, so the value is filled in by `share`.
        seen.initial_rtt = (shown || known_syn || !reused.is_empty()).then_some(0);
    }

    /// P7 to P12: what also quoted segments take part in (IC-2). False when the captured header ends too early for P11.
    fn share(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        seen: &mut Observation,
    ) -> bool {
        let flags = segment.flags;
        let quote = segment.origin != SegmentOrigin::Direct;
        let len = if quote { 0 } else { segment.len };
        if around.begins == Some(Begun::Plain) {
            self.completeness.first_frame(flags, len);
        } else {
            self.completeness.later_frame(flags, len);
        }
        let (fwd, rev) = split(&mut self.dirs, from);
        if flags.syn() {
            fwd.syn_win = true;
            if !flags.ack() {
                // A SYN at time 0 counts as none (T-2, T-4).
                let at = segment.timestamp;
                self.syn_time = (at != Timestamp::ZERO).then_some(at);
            }
        }
        if flags.fin() {
            seen.fin = if rev.closer {
                FinPart::Answers
            } else {
                FinPart::Initiates
            };
            fwd.closer |= !rev.closer;
        }
        if flags.ack() && !flags.syn() {
            if let (0, Some(syn)) = (self.initial_rtt, self.syn_time) {
                self.initial_rtt = segment.timestamp.since(syn); // T-2 to T-4
            }
            fwd.syn_win = false;
        }
        // Where captured bytes end inside the header, Wireshark's dissection ends with them (IC-3), before P11 and P12.
        let whole =
            segment.header_captured >= 20 && windows::read_options(fwd, rev, segment, seen.ack);
        if whole && flags.syn() {
            windows::settle(fwd, rev, segment);
        }
        seen.initial_rtt = seen
            .initial_rtt
            .map(|_| self.initial_rtt)
            .filter(|&rtt| rtt != 0);
        whole
    }

    /// Counts, own notes, and the life cycle.
    fn live(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        before: Before,
        seen: &mut Observation,
    ) {
        self.direct = true;
        self.count(from, segment, before, seen);
        let flags = segment.flags;
        let gap = seen.analysis.contains(AnalysisFlags::ACK_LOST_SEGMENT);
        let plain = !flags.intersects(SYN_FIN_RST);
        self.zeek.halves[self.peer(from)].missed += u64::from(before.missed);
        if plain && self.settled && !before.copy && !gap && segment.window != 0 {
            return;
        }
        let hints = Hints {
            copy: before.copy,
            gap,
            from_listener: around.source_listens,
            to_listener: around.destination_listens,
        };
        self.zeek.follow(from, segment, hints);
        let peer = self.peer(from);
        let context = Context {
            exact: before.exact,
            blind: before.blind,
            listening: around.destination_listens,
        };
        if flags.syn() && self.reopens(from) {
            self.closing = Closing::default();
        }
        if before.in_order && self.closing.is_refuted_by(from, segment) {
            self.closing.reset = None;
            self.machines[from].enter(Phase::Synchronised, Certainty::Inferred);
            seen.changes.insert(Changes::REVIVED);
        }
        machine::follow(&mut self.machines, from, peer, segment, context);
        if self.opening.self_connect {
            self.machines[peer ^ 1] = self.machines[from];
        }
        self.opening.follow(from, segment, seen);
        if !flags.rst() {
            self.closing.follow(from, segment, seen);
        } else if seen.role == FrameRole::Reset {
            let (cause, exact) = (before.cause, before.exact);
            self.closing.reset(from, segment, cause, exact, seen);
        }
        let states = self.machines.map(|end| end.state());
        if states != self.states {
            self.states = states;
            seen.changes.insert(Changes::STATE);
        }
        self.settled = self.is_settled();
    }

    /// A SYN of an end that has no connection any more starts afresh within the stream (ST-4).
    fn reopens(&self, from: usize) -> bool {
        let closed = self.closing.orderly() || self.closing.reset.is_some();
        closed && self.machines[from].phase != Phase::SynSent
    }

    /// Frames, bytes, zero-window episodes, and notes of our own.
    fn count(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        before: Before,
        seen: &mut Observation,
    ) {
        self.note_offload(from, segment, seen);
        let fwd = &mut self.dirs[from];
        fwd.packets += 1;
        fwd.bytes += u64::from(segment.len);
        fwd.ip_bytes += u64::from(segment.ip_length);
        if self.opening.self_connect {
            seen.notes.insert(OwnFlags::SELF_CONNECT);
        }
        // Linux probes a closed window with an empty segment below the window (RFC 9293 section 3.8.6.1).
        if seen.analysis.contains(AnalysisFlags::KEEP_ALIVE)
            && segment.len == 0
            && before.peer_window_closed
        {
            seen.notes.insert(OwnFlags::PERSIST_PROBE);
        }
        if segment.flags.intersects(SYN_FIN_RST) {
            return;
        }
        if segment.window == 0 {
            let episode = (segment.frame, segment.timestamp);
            fwd.zero_window.get_or_insert(episode);
        } else if let Some((frame, since)) = fwd.zero_window.take() {
            seen.zero_window_ended = Some((frame, segment.timestamp.since(since)));
        }
    }

    /// A segment larger than the peer offered to take was cut, or not yet cut, by the network hardware.
    pub(super) fn note_offload(&self, from: usize, segment: &Segment<'_>, seen: &mut Observation) {
        let offered = self.opening.offers[1 - from].and_then(|offer| offer.options.mss);
        if offered.is_some_and(|mss| segment.len > u32::from(mss)) {
            seen.notes.insert(OwnFlags::OFFLOADED);
        }
    }

    /// Who is the client, by the best evidence so far.
    fn name_client(
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
            (from, RoleReason::SentFirstFrame)
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
    fn peer(&self, from: usize) -> usize {
        if self.opening.self_connect {
            from
        } else {
            1 - from
        }
    }

    fn is_settled(&self) -> bool {
        let quiet =
            !self.opening.self_connect && self.opening.settled() && self.closing.untouched();
        let open = self.machines.iter().all(|end| {
            end.phase == Phase::Synchronised
                && (end.certainty == Certainty::Seen || end.isn.is_none())
        });
        let written = self
            .zeek
            .halves
            .iter()
            .all(|half| half.knows(true) && half.knows(false));
        quiet && open && written
    }

    /// What is told of the stream with every segment.
    #[inline]
    pub(super) fn tell(&self, from: usize, seen: &mut Observation) {
        let client = usize::from(self.client);
        seen.completeness = self.completeness.value();
        seen.side = side_of(from as u8, client);
        seen.client_state = self.states[client];
        seen.server_state = self.states[1 - client];
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

    /// Closed, aborted, or refused.
    pub(super) fn ended(&self) -> bool {
        self.closing.orderly()
            || self.closing.reset.is_some()
            || self.opening.outcome == super::HandshakeOutcome::Refused
    }

    /// Frames of both directions.
    pub(super) const fn frames(&self) -> u64 {
        let [one, other] = &self.dirs;
        one.packets + other.packets
    }

    /// Everything as one value.
    pub(super) fn summary(&self) -> StreamSummary {
        let client = usize::from(self.client);
        let (ours, theirs) = (&self.dirs[client], &self.dirs[1 - client]);
        let per_side = |client, server| PerSide { client, server };
        let halves = &self.zeek.halves;
        StreamSummary {
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
        }
    }
}

const SYN_FIN_RST: TcpFlags = TcpFlags(0x007);

/// The frame's own direction and the other one.
pub(super) fn split(dirs: &mut [Direction; 2], from: usize) -> (&mut Direction, &mut Direction) {
    let [first, second] = dirs;
    if from == 0 {
        (first, second)
    } else {
        (second, first)
    }
}

/// Of quotes and broken headers the analysis is not told.
fn hide(seen: &mut Observation) {
    *seen = Observation {
        stream: seen.stream,
        analysed: seen.analysed,
        seq: seen.seq,
        ack: seen.ack,
        window_scaled: seen.window_scaled,
        time_relative: seen.time_relative,
        time_delta: seen.time_delta,
        changes: seen.changes,
        replaced: seen.replaced,
        ..Observation::default()
    };
}

/// The analysis was done, but its part is not printed (P11).
fn leave_untold(seen: &mut Observation) {
    seen.analysis = AnalysisFlags::default();
    seen.duplicate_ack = None;
    seen.acks_frame = None;
    seen.ack_rtt = None;
    seen.initial_rtt = None;
    seen.bytes_in_flight = None;
    seen.push_bytes_sent = None;
    seen.rto = None;
    seen.original_frame = None;
}

/// Better evidence has a higher rank.
const fn rank(reason: RoleReason) -> u8 {
    match reason {
        RoleReason::SentSyn => 3,
        RoleReason::ReceivedSynAck => 2,
        RoleReason::OtherPortListens => 1,
        RoleReason::SentFirstFrame => 0,
    }
}
