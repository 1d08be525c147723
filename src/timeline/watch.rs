//! One open connection under watch: who owes whom what, since when. 256 bytes, freed with the connection.
//!
//! Owns: turns (a client's bytes that call for an answer), greetings, windows at 0, last data. It needs no messages, only
//! segments, so that the table and the story come to the same verdict.

use super::limits::{HABIT, PROMPT, ZERO_WINDOW_PATIENCE};
use super::services::{ServiceId, Services};
use crate::net::{FourTuple, Nanos, Timestamp};
use crate::packet::Segment;
use crate::tcp::{AnalysisFlags, Observation, PerSide, Side, StreamId};

/// Bytes of the client that nothing came back for yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Its last data.
    pub(super) at: Timestamp,
    /// The frame of it.
    pub(super) frame: u64,
    /// Relative number after it.
    end: u32,
    /// Payload bytes since the server's last word to the room.
    pub(super) bytes: u64,
    /// The frame of the kernel's ACK.
    pub(super) acked: Option<u64>,
    /// It ended with a line end; `None`: the end of the payload was not captured.
    line_end: Option<bool>,
}

/// Bytes of one side that were not there when later ones came.
#[derive(Clone, Copy, Debug)]
struct Hole {
    /// Relative number after the last of them.
    end: u32,
    /// How often something was found missing, and how often something came late.
    lost: u8,
    late: u8,
}

/// A window of 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZeroWindow {
    pub(super) since: Timestamp,
    pub(super) frame: u64,
    pub(super) told: bool,
}

/// The watch over one connection.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) stream: StreamId,
    /// Its ends, by the roles known when it was taken up.
    pub(super) connection: FourTuple,
    pub(super) service: ServiceId,
    /// The handshake's end, or the first data where none was seen.
    pub(super) open: Timestamp,
    pub(super) handshake_seen: bool,
    pub(super) last_data: PerSide<Option<Timestamp>>,
    pub(super) turn: Option<Turn>,
    pub(super) zero_window: PerSide<Option<ZeroWindow>>,
    /// The longest time with window 0 that is over.
    pub(super) longest_zero: PerSide<Nanos>,
    pub(super) fin: PerSide<bool>,
    /// It is known who is the client. Where that was guessed from the first frame, nobody knows who owes what.
    pub(super) roles_known: bool,
    /// Segments were lost on the way or in the capture, and did not come again so far.
    holes: PerSide<Option<Hole>>,
    /// The clock of the capture went back meanwhile: no time since then means anything.
    pub(super) timeless: bool,
    /// The peer acknowledged bytes that were not captured: segments are missing for certain.
    pub(super) missing: bool,
    /// The earliest timer that is set.
    pub(super) armed: Option<Timestamp>,
    /// Its silence is a stall, or has been looked at often enough: it is not looked at again.
    pub(super) stall_told: bool,
    /// A finding said that it stalls.
    pub(super) stall_said: bool,
    /// How often its silence was looked at.
    pub(super) stall_looks: u8,
    /// It was looked at, and told if it was so, that the program says nothing to anybody.
    pub(super) silence_seen: bool,
    pub(super) greeting_told: bool,
    pub(super) unclosed_told: bool,
    pub(super) idle_told: bool,
    pub(super) half_closed_told: bool,
    pub(super) retransmissions_told: u8,
}

impl Watch {
    pub(super) fn new(
        (stream, connection): (StreamId, FourTuple),
        service: ServiceId,
        open: Timestamp,
        (handshake_seen, roles_known): (bool, bool),
    ) -> Self {
        Self {
            stream,
            connection,
            service,
            open,
            handshake_seen,
            last_data: PerSide::default(),
            turn: None,
            zero_window: PerSide::default(),
            longest_zero: PerSide::default(),
            fin: PerSide::default(),
            roles_known,
            holes: PerSide::default(),
            timeless: false,
            missing: false,
            armed: None,
            stall_told: false,
            stall_said: false,
            stall_looks: 0,
            silence_seen: false,
            greeting_told: false,
            unclosed_told: false,
            idle_told: false,
            half_closed_told: false,
            retransmissions_told: 0,
        }
    }

    /// Takes one segment of the connection. Returns a window of 0 that is over, and how long it lasted.
    pub(super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        observation: &Observation,
        services: &mut Services,
        patience: Nanos,
    ) -> Option<(ZeroWindow, Nanos)> {
        let side = observation.side;
        let analysis = observation.analysis;
        if !analysis.is_empty() {
            self.losses(observation);
        }
        if segment.flags.ack() && self.is_lossy() {
            self.mend(side.other(), observation.ack);
        }
        let opened_again = self.window(segment, observation);
        if segment.flags.fin() {
            *self.fin.of_mut(side) = true;
        }
        if side == Side::Server
            && segment.flags.ack()
            && let Some(turn) = &mut self.turn
            && turn.acked.is_none()
            && (observation.ack.wrapping_sub(turn.end) as i32) >= 0
        {
            turn.acked = Some(segment.frame);
        }
        if segment.len > 0 && !is_repetition(analysis) && !segment.flags.rst() {
            match side {
                Side::Client => self.client_data(segment, observation, services, patience),
                Side::Server => self.server_data(segment, services),
            }
            *self.last_data.of_mut(side) = Some(segment.timestamp);
            self.idle_told = false;
        }
        opened_again
    }

    /// Notes what is missing, and what comes late.
    #[inline(never)]
    fn losses(&mut self, seen: &Observation) {
        let late = AnalysisFlags::SENT_AGAIN.union(AnalysisFlags::OUT_OF_ORDER);
        let hole = self.holes.of_mut(seen.side);
        if seen.analysis.contains(AnalysisFlags::LOST_SEGMENT) {
            let lost = hole.map_or(1, |hole| hole.lost.saturating_add(1));
            let late = hole.map_or(0, |hole| hole.late);
            let end = seen.seq;
            *hole = Some(Hole { end, lost, late });
        } else if let Some(hole) = hole
            && seen.analysis.intersects(late)
        {
            hole.late = hole.late.saturating_add(1);
        }
        self.missing |= seen.analysis.contains(AnalysisFlags::ACK_LOST_SEGMENT);
    }

    /// The receiver has everything up to `ack`. Where all of it was seen to come again, only the network had lost it; else
    /// the capture has.
    #[inline(never)]
    fn mend(&mut self, side: Side, ack: u32) {
        let hole = self.holes.of_mut(side);
        hole.take_if(|hole| hole.late >= hole.lost && (ack.wrapping_sub(hole.end) as i32) >= 0);
    }

    /// One side has sent its FIN.
    pub(super) const fn is_half_closed(&self) -> bool {
        self.fin.client || self.fin.server
    }

    /// Segments may be missing from the capture: absence proves nothing.
    pub(super) const fn is_lossy(&self) -> bool {
        self.missing || self.timeless || self.holes.client.is_some() || self.holes.server.is_some()
    }

    /// A window of 0 begins or ends (RFC 9293 section 3.8.6: the receiver has no room).
    fn window(
        &mut self,
        segment: &Segment<'_>,
        observation: &Observation,
    ) -> Option<(ZeroWindow, Nanos)> {
        let side = observation.side;
        let zero = self.zero_window.of_mut(side);
        let flags = segment.flags;
        if segment.window == 0 && flags.ack() && !flags.syn() && !flags.rst() && !flags.fin() {
            zero.get_or_insert(ZeroWindow {
                since: segment.timestamp,
                frame: segment.frame,
                told: false,
            });
            return None;
        }
        let over = zero.take()?;
        let lasted = segment.timestamp.since(over.since);
        let longest = self.longest_zero.of_mut(side);
        *longest = (*longest).max(lasted);
        Some((over, lasted))
    }

    /// The client said something: a turn begins or goes on.
    fn client_data(
        &mut self,
        segment: &Segment<'_>,
        observation: &Observation,
        services: &mut Services,
        patience: Nanos,
    ) {
        let at = segment.timestamp;
        let captured = segment.payload.len() as u32 == segment.len;
        // Somebody pressed Enter: no program owes an answer to that.
        if captured && segment.payload.trim_ascii().is_empty() {
            return;
        }
        // A silence against the habit is a stall and no new habit, whether or not anybody is told.
        self.stall_told |= self
            .answer_due(services, patience, HABIT)
            .is_some_and(|due| due < at);
        if let Some(before) = self.turn
            && at.since(before.at) > patience
            && before.acked.is_some()
        {
            self.no_prompt_answer(before, services);
        }
        let room = services.of(self.service).room;
        services.room_mut(room).hears(at, self.stream);
        // Where the room heard it, or was told something since, nothing of it is pending.
        let room = services.room(room);
        let before = self.turn.filter(|before| room.silent_since(before.at));
        let pending = before.map_or(0, |before| before.bytes);
        self.turn = Some(Turn {
            at,
            frame: segment.frame,
            end: observation.next_seq,
            bytes: pending + u64::from(segment.len),
            acked: None,
            line_end: captured.then(|| segment.payload.last() == Some(&b'\n')),
        });
    }

    /// A turn got no prompt answer of its own: that is how this service is, unless it was remarked on.
    fn no_prompt_answer(&self, turn: Turn, services: &mut Services) {
        if self.stall_told {
            return;
        }
        let room = services.of(self.service).room;
        let stirred = services
            .room(room)
            .sent_between(turn.at, turn.at.plus(PROMPT));
        let service = services.of_mut(self.service);
        service.tardy += 1;
        if stirred {
            service.stirred += 1;
        } else {
            service.unstirred += 1;
        }
    }

    /// The server said something: a greeting, an answer, or the line of somebody else.
    fn server_data(&mut self, segment: &Segment<'_>, services: &mut Services) {
        let at = segment.timestamp;
        let first = self.last_data.server.is_none() && self.last_data.client.is_none();
        let room = services.of(self.service).room;
        if first && self.handshake_seen {
            self.first_words(at, services);
        }
        if let Some(turn) = self.turn.take() {
            let took = at.since(turn.at);
            if took > PROMPT {
                self.no_prompt_answer(turn, services);
            } else {
                // What somebody else said meanwhile may be all that was passed on here.
                let own = !services.room(room).heard_others(self.stream, turn.at);
                let service = services.of_mut(self.service);
                service.prompt += u32::from(own);
                service.stirred += 1;
                service.slowest_answer = service.slowest_answer.max(took);
                service.without_line_end += u32::from(turn.line_end == Some(false));
            }
            self.stall_told = false;
            self.stall_said = false;
            self.stall_looks = 0;
        }
        services.room_mut(room).sends(at);
    }

    /// The server speaks first: a greeting, unless it may only pass on what somebody else said since the connection is open.
    fn first_words(&self, at: Timestamp, services: &mut Services) {
        let room = services.of(self.service).room;
        let others = services.room(room).heard_others(self.stream, self.open);
        let (waited, service) = (at.since(self.open), services.of_mut(self.service));
        if !others {
            service.greeted += 1;
            service.slowest_greeting = service.slowest_greeting.max(waited);
        } else if waited > PROMPT {
            service.not_greeted += 1;
        }
    }

    /// When the program's answer to the pending turn is overdue, if a habit of so many turns is enough; `None`: nothing is
    /// owed. It only counts when the turn was acknowledged by then ([`Turn::acked`]).
    pub(super) fn answer_due(
        &self,
        services: &Services,
        patience: Nanos,
        habit: u32,
    ) -> Option<Timestamp> {
        let turn = self.turn?;
        let service = services.of(self.service);
        if self.is_lossy() || self.zero_window.client.is_some() || self.fin.server {
            return None;
        }
        // Half a line is no turn where lines are in use; the sure word is about lines.
        let chunks = service.without_line_end > 0 && !service.answers_surely;
        let complete = turn.line_end != Some(false) || (chunks && habit < HABIT);
        let room = services.room(service.room).silent_since(turn.at) && service.stirs(habit);
        (complete && (service.answers(habit) || room)).then(|| turn.at.plus(patience))
    }

    /// When it is worth a word that a program says nothing: it has never said any, so that nothing is known to be owed.
    pub(super) fn first_word_due(&self, services: &Services, patience: Nanos) -> Option<Timestamp> {
        let turn = self.turn?;
        let service = services.of(self.service);
        if self.silence_seen || !services.room(service.room).is_silent() {
            return None;
        }
        let whole = self.handshake_seen && self.roles_known && !self.is_lossy();
        let may_speak = !self.is_half_closed() && self.zero_window.client.is_none();
        (whole && may_speak && !service.answers_surely).then(|| turn.at.plus(patience))
    }

    /// When the greeting is overdue; `None`: none is owed.
    pub(super) fn greeting_due(&self, services: &Services, patience: Nanos) -> Option<Timestamp> {
        let service = services.of(self.service);
        let nothing = self.last_data.server.is_none() && !self.fin.client && !self.fin.server;
        let patience = patience.max(service.slowest_greeting.saturating_mul(4));
        (nothing && self.handshake_seen && !self.is_lossy() && service.greets())
            .then(|| self.open.plus(patience))
    }

    /// When a window of 0 is worth a word: that side, since when.
    pub(super) fn zero_window_due(&self, side: Side) -> Option<Timestamp> {
        let zero = (*self.zero_window.of(side))?;
        (!zero.told).then(|| zero.since.plus(ZERO_WINDOW_PATIENCE))
    }

    /// The last data of either side, or the opening.
    pub(super) fn last_stir(&self) -> Timestamp {
        let data = self.last_data.client.max(self.last_data.server);
        data.map_or(self.open, |at| at.max(self.open))
    }
}

/// Bytes that were there before.
fn is_repetition(analysis: AnalysisFlags) -> bool {
    const REPEATED: AnalysisFlags = AnalysisFlags::SENT_AGAIN
        .union(AnalysisFlags::KEEP_ALIVE)
        .union(AnalysisFlags::ZERO_WINDOW_PROBE);
    analysis.intersects(REPEATED)
}
