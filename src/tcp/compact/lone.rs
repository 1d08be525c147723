//! A connection of which there is one SYN and nothing else, as scans leave them by the million: that SYN is all that is kept.
//!
//! Owns: what a first SYN makes of a stream. Must not know: how any other stream is kept. A stream is compared with what would be
//! made of it again: if it differs in anything, it is no lone SYN.

use super::super::acks::Record;
use super::super::closing::Closing;
use super::super::completeness::Completeness;
use super::super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use super::super::history::History;
use super::super::key::take;
use super::super::machine::{Machine, Phase};
use super::super::opening::{Offer, Opening};
use super::super::stream::{Stream, Unsettled};
use super::super::zeek::{End, Half, Zeek};
use super::super::{Certainty, HandshakeOutcome, RoleReason, Step};
use super::life::{of_shape, shape_of};
use crate::net::Timestamp;
use crate::packet::{MAX_WINDOW_SHIFT, SeqNumber};

/// Bits of the number that says what there is, above the shape of the options.
const SECOND: u16 = 1 << 12;
const LISTENED: u16 = 1 << 13;

/// The SYN.
pub(super) struct Lone {
    /// Its direction.
    from: u8,
    step: Step,
    offer: Offer,
    /// Bytes of its datagram.
    ip_bytes: u8,
    /// It was sent to a port that was known to listen.
    listened: bool,
}

impl Lone {
    /// What `stream` is, if it is nothing else.
    pub(super) fn of(stream: &mut Stream) -> Option<Self> {
        let from = stream.opening.opener?;
        let dir = &stream.dirs[usize::from(from)];
        if stream.frames() != 1 || dir.packets != 1 {
            return None;
        }
        let lone = Self {
            from,
            step: stream.opening.syn?,
            offer: stream.opening.offers[usize::from(from)]?,
            ip_bytes: u8::try_from(dir.ip_bytes).ok()?,
            listened: stream.machines[usize::from(1 - from)].phase == Phase::Listen,
        };
        lone.is_all_of(stream).then_some(lone)
    }

    /// Whether [`Self::restore`] would make this stream. A field that is forgotten here does not compile.
    fn is_all_of(&self, stream: &mut Stream) -> bool {
        let Stream {
            key: _,
            id: _,
            first_frame,
            last_frame,
            start,
            previous,
            syn_time,
            initial_rtt,
            completeness,
            client,
            client_by,
            direct,
            unsettled,
            dirs,
            opening,
            machines,
            states: _, // the machines'
            closing,
            zeek,
        } = stream;
        let Step { frame, at } = self.step;
        let whole = (*first_frame, *last_frame, *initial_rtt) == (frame, frame, 0)
            && (*start, *previous, *syn_time) == (at, at, self.syn_time())
            && (*client, *client_by, *direct) == (self.from, RoleReason::SentSyn, true)
            && *completeness == Completeness::of_syn()
            && *unsettled == [Unsettled::States; 2]
            && *closing == Closing::default();
        if !whole || *opening != self.opening() || *machines != self.machines() {
            return false;
        }
        // The list is compared where it stands: one to compare it with would cost memory.
        let list = &mut dirs[usize::from(self.from)].unacked;
        let unacked = std::mem::take(list);
        let rest = *zeek == self.zeek() && *dirs == self.directions();
        let listed = unacked.is_just(self.record());
        dirs[usize::from(self.from)].unacked = unacked;
        rest && listed
    }

    /// Makes a blank stream this one, but for its key, number and start.
    pub(super) fn restore(&self, stream: &mut Stream) {
        let Step { frame, at } = self.step;
        (stream.first_frame, stream.last_frame) = (frame, frame);
        (stream.previous, stream.syn_time) = (at, self.syn_time());
        (stream.client, stream.client_by) = (self.from, RoleReason::SentSyn);
        stream.direct = true;
        stream.completeness = Completeness::of_syn();
        stream.opening = self.opening();
        stream.machines = self.machines();
        stream.zeek = self.zeek();
        let from = usize::from(self.from);
        let list = std::mem::take(&mut stream.dirs[from].unacked);
        stream.dirs = self.directions();
        stream.dirs[from].unacked = list;
        stream.dirs[from].unacked.push(self.record());
    }

    /// A SYN at time 0 counts as none (T-2).
    fn syn_time(&self) -> Option<Timestamp> {
        Some(self.step.at).filter(|&at| at != Timestamp::ZERO)
    }

    fn record(&self) -> Record {
        Record {
            frame: self.step.frame,
            at: self.step.at,
            seq: self.offer.isn,
            end: self.offer.isn.plus(1),
        }
    }

    /// Both directions, without the record.
    fn directions(&self) -> [Direction; 2] {
        let scale = self.offer.options.window_scale;
        let (own, other) = match scale {
            Some(shift) => (shift.min(MAX_WINDOW_SHIFT) as i8, SHIFT_UNKNOWN),
            None => (SHIFT_NOT_USED, SHIFT_NOT_USED), // W-4
        };
        let next = self.offer.isn.plus(1);
        let spoke = Direction {
            base: Some(self.offer.isn),
            next,
            cont: next,
            last_win: u32::from(self.offer.window),
            next_frame: self.step.frame,
            next_time: self.step.at,
            last_time: self.step.at,
            shift: own,
            syn_win: true,
            packets: 1,
            ip_bytes: u64::from(self.ip_bytes),
            ..Direction::default()
        };
        let silent = Direction {
            shift: other,
            ..Direction::default()
        };
        self.by_direction(spoke, silent)
    }

    fn opening(&self) -> Opening {
        Opening {
            outcome: HandshakeOutcome::Unanswered,
            opener: Some(self.from),
            syn: Some(self.step),
            offers: self.by_direction(Some(self.offer), None),
            ..Opening::default()
        }
    }

    fn machines(&self) -> [Machine; 2] {
        let opener = Machine {
            phase: Phase::SynSent,
            certainty: Certainty::Seen,
            active: true,
            isn: Some(self.offer.isn),
            ..Machine::default()
        };
        let mut other = Machine::default();
        if self.listened {
            other.phase = Phase::Listen;
        }
        self.by_direction(opener, other)
    }

    fn zeek(&self) -> Zeek {
        let half = Half {
            state: End::SynSent,
            last_syn: Some(self.offer.isn),
            ..Half::default()
        };
        Zeek {
            originator: Some(self.from),
            halves: self.by_direction(half, Half::default()),
            history: History::from("S"),
        }
    }

    fn by_direction<T>(&self, own: T, other: T) -> [T; 2] {
        if self.from == 0 {
            [own, other]
        } else {
            [other, own]
        }
    }

    /// Appends it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Offer {
            isn,
            window,
            options,
        } = self.offer;
        let set = |holds, bit| if holds { bit } else { 0 };
        let what =
            shape_of(options) as u16 | set(self.from != 0, SECOND) | set(self.listened, LISTENED);
        out.extend_from_slice(&self.step.frame.to_be_bytes());
        out.extend_from_slice(&isn.0.to_be_bytes());
        for number in [window, options.mss.unwrap_or(0), what] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.push(self.ip_bytes);
    }

    /// Reads what [`Self::write`] wrote, of a stream that began at `at`.
    pub(super) fn read(mut rest: &[u8], at: Timestamp) -> Self {
        let frame = u64::from_be_bytes(take(&mut rest));
        let isn = SeqNumber(u32::from_be_bytes(take(&mut rest)));
        let [window, mss, what] = [(); 3].map(|()| u16::from_be_bytes(take(&mut rest)));
        let [ip_bytes] = take(&mut rest);
        let shape = what & (SECOND - 1);
        Self {
            from: u8::from(what & SECOND != 0),
            step: Step { frame, at },
            offer: Offer {
                isn,
                window,
                options: of_shape(u64::from(shape), mss),
            },
            ip_bytes,
            listened: what & LISTENED != 0,
        }
    }
}
