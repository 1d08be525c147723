//! One connection: takes a segment through the steps P1 to P12 of `docs/analysis.md`, then through what is ours: notes and life cycle.
//!
//! Owns: the order of work and what both directions share. Must not know: other connections.

use super::acks::Unacked;
use super::before::{Before, Parts};
use super::closing::{Closing, side_of};
use super::completeness::Completeness;
use super::direction::Direction;
use super::key::Key;
use super::machine::{Context, Machine, Machines, Phase};
use super::multipath::{Multipath, Reader};
use super::opening::Opening;
use super::zeek::{Hints, Zeek};
use super::{
    AnalysisFlags, Certainty, Changes, FrameRole, Observation, ObservedState, OwnFlags, RoleReason,
    StreamId,
};
use super::{machine, options, rules, windows};
use crate::net::{Nanos, Timestamp};
use crate::packet::{FIXED_HEADER, Segment, SegmentOrigin, TcpFlags};

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
    /// Nothing has come behind the SYN that began it, and that was a plain one ([`Lone`](super::lone::Lone)).
    pub(super) is_lone: bool,
    /// What each direction's segments may change: worked out after every one that may.
    pub(super) unsettled: [Unsettled; 2],
    pub(super) dirs: [Direction; 2],
    pub(super) opening: Opening,
    pub(super) machines: Machines,
    /// The machines' states, worked out when they change.
    pub(super) states: [ObservedState; 2],
    pub(super) closing: Closing,
    pub(super) zeek: Zeek,
}

/// What a segment without SYN, FIN, RST can still change in the life of its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unsettled {
    /// Anything.
    #[default]
    States,
    /// No state, but it may be the first of its kind that Zeek writes a letter for.
    Letters,
    /// Nothing, if it repeats nothing.
    Nothing,
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
            Begun::Reused => Completeness::of_syn(),
            Begun::Renewed => Completeness::of_renewed(),
        };
    }

    /// Becomes blank; the memory of its lists is kept.
    pub(super) fn clear(&mut self) {
        let lists = self.take_lists();
        *self = Self::blank();
        for (dir, list) in self.dirs.iter_mut().zip(lists) {
            dir.unacked = list;
        }
    }

    /// The lists of both directions, cleared, for the memory they have.
    pub(super) fn take_lists(&mut self) -> [Unacked; 2] {
        self.dirs.each_mut().map(|dir| {
            dir.unacked.clear();
            std::mem::take(&mut dir.unacked)
        })
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
            is_lone: false,
            unsettled: [Unsettled::States; 2],
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
        paths: &mut Multipath,
        seen: &mut Observation,
    ) {
        self.is_lone = false;
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
        let has_part = match segment.origin {
            SegmentOrigin::Direct | SegmentOrigin::ShortHeader => {
                self.analyse(from, segment, known_syn, seen)
            }
            SegmentOrigin::TruncatedHeader | SegmentOrigin::IcmpQuote { .. } => false,
        };
        let told = if segment.header_length < FIXED_HEADER {
            if around.begins.is_none() {
                self.completeness.frame_that_counts_nothing();
            }
            false
        } else {
            self.share(from, segment, around, paths, seen)
        };
        if segment.origin == SegmentOrigin::Direct {
            self.live(from, segment, around, before, seen);
            if !told {
                leave_untold(seen);
            } else if has_part && self.initial_rtt != 0 {
                // T-2: what this very frame sets is shown on it.
                seen.initial_rtt = Some(self.initial_rtt);
            }
        } else {
            hide(seen, told); // IN-4, IC-2
        }
        self.tell(from, seen);
    }

    /// P5: time since the first frame and the one before (T-1).
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

    /// P6: base numbers, A-rules, relative numbers, window. True when the frame has an analysis part (P11).
    fn analyse(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        known_syn: bool,
        seen: &mut Observation,
    ) -> bool {
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
        shown || known_syn || !reused.is_empty()
    }

    /// P7 to P12: what also quoted segments take part in (IC-2). False when the captured header ends too early for P11.
    fn share(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        paths: &mut Multipath,
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
            fwd.initiates_or_answers(rev, seen);
        }
        if flags.ack() && !flags.syn() {
            fwd.syn_win = false;
            self.time(segment);
        }
        // Where captured bytes end inside the header, Wireshark's dissection ends with them (IC-3), before P11 and P12.
        let (fwd, rev) = split(&mut self.dirs, from);
        let paths = Reader::new(paths, self.id, from);
        let whole =
            segment.header_captured >= 20 && options::read_options(fwd, segment, seen.ack, paths);
        if whole && flags.syn() {
            windows::settle(fwd, rev, segment);
        }
        whole
    }

    /// T-2 to T-4: an ACK ends the measurement that a SYN began.
    #[inline]
    pub(super) fn time(&mut self, segment: &Segment<'_>) {
        if let (0, Some(syn)) = (self.initial_rtt, self.syn_time) {
            self.initial_rtt = segment.timestamp.since(syn);
        }
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
        let gap = seen.analysis.contains(AnalysisFlags::ACK_LOST_SEGMENT);
        let plain = !segment.flags.intersects(SYN_FIN_RST);
        let settled = self.unsettled[from] == Unsettled::Nothing;
        self.zeek.halves[self.peer(from)].missed += u64::from(before.missed);
        if plain && settled && !before.copy && !gap && segment.window != 0 {
            return;
        }
        self.go_on(from, segment, around, before, seen);
    }

    /// The life cycle: what the segment says of both ends' states.
    pub(super) fn go_on(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        around: Surroundings,
        before: Before,
        seen: &mut Observation,
    ) {
        let flags = segment.flags;
        let hints = Hints {
            copy: before.copy,
            gap: seen.analysis.contains(AnalysisFlags::ACK_LOST_SEGMENT),
            from_listener: around.source_listens,
            to_listener: around.destination_listens,
        };
        self.zeek.follow(from, segment, hints);
        if !flags.intersects(SYN_FIN_RST) && self.unsettled[from] != Unsettled::States {
            self.unsettled[from] = self.letters(from);
            return;
        }
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
        let taken = if before.old_fin {
            &Segment {
                flags: TcpFlags(segment.flags.0 & !TcpFlags::FIN.0),
                ..*segment
            }
        } else {
            segment
        };
        machine::follow(&mut self.machines, from, peer, taken, context);
        if self.opening.self_connect {
            self.machines[peer ^ 1] = self.machines[from];
        }
        self.opening.follow(from, segment, seen);
        if !flags.rst() {
            self.closing
                .follow(from, taken, before.in_order && !before.copy, seen);
        } else if seen.role == FrameRole::Reset {
            let (cause, exact) = (before.cause, before.exact);
            self.closing.reset(from, segment, cause, exact, seen);
        }
        let states = self.machines.map(|end| end.state());
        if states != self.states {
            self.states = states;
            seen.changes.insert(Changes::STATE);
        }
        self.settle();
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
            seen.notes.insert(OwnFlags::SELF_CONNECT); // N-2
        }
        // N-1: Linux probes a closed window with an empty segment below the window (RFC 9293 section 3.8.6.1).
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

    /// N-3: a segment longer than the MSS that its receiver offered is not yet cut by the network hardware, or was joined by it.
    /// Where no MSS was offered, or the offer not captured, nothing is said.
    pub(super) fn note_offload(&self, from: usize, segment: &Segment<'_>, seen: &mut Observation) {
        let offered = self.opening.offers[1 - from].and_then(|offer| offer.options.mss);
        if offered.is_some_and(|mss| segment.len > u32::from(mss)) {
            seen.notes.insert(OwnFlags::OFFLOADED);
        }
    }

    /// Works out what may still change.
    pub(super) fn settle(&mut self) {
        let quiet =
            !self.opening.self_connect && self.opening.settled() && self.closing.untouched();
        let open = |end: &Machine| end.phase == Phase::Synchronised;
        let quiet = quiet && self.machines.iter().all(open);
        let proven = |end: Machine| end.certainty == Certainty::Seen || end.isn.is_none();
        self.unsettled = [0, 1].map(|from| {
            if quiet && proven(self.machines[from]) {
                self.letters(from)
            } else {
                Unsettled::States
            }
        });
    }

    /// A direction whose segments change no state any more.
    fn letters(&self, from: usize) -> Unsettled {
        let half = &self.zeek.halves[from];
        if half.knows(true) && half.knows(false) {
            Unsettled::Nothing
        } else {
            Unsettled::Letters
        }
    }

    /// What is told of the stream with every segment.
    #[expect(clippy::inline_always, reason = "part of the short way")]
    #[inline(always)]
    pub(super) fn tell(&self, from: usize, seen: &mut Observation) {
        let client = usize::from(self.client);
        seen.completeness = self.completeness.value();
        seen.side = side_of(from as u8, client);
        seen.client_state = self.states[client];
        seen.server_state = self.states[1 - client];
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

    /// Only one end has spoken.
    pub(super) const fn is_one_sided(&self) -> bool {
        let [one, other] = &self.dirs;
        one.packets == 0 || other.packets == 0
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

/// Of quotes and broken headers the analysis is not told; that a whole one opened another stream is.
fn hide(seen: &mut Observation, told: bool) {
    let analysis = if told {
        seen.analysis
    } else {
        AnalysisFlags::default()
    };
    *seen = Observation {
        stream: seen.stream,
        analysed: seen.analysed,
        analysis,
        seq: seen.seq,
        ack: seen.ack,
        window_scaled: seen.window_scaled,
        time_relative: seen.time_relative,
        time_delta: seen.time_delta,
        changes: seen.changes,
        ..Observation::default()
    };
}

/// The analysis was done, but its part is not printed (P11).
fn leave_untold(seen: &mut Observation) {
    seen.analysis = AnalysisFlags::default();
    seen.duplicate_ack = None;
    seen.acks_frame = None;
    seen.ack_rtt = None;
    seen.bytes_in_flight = None;
    seen.push_bytes_sent = None;
    seen.rto = None;
    seen.original_frame = None;
}
