//! A connection of which there is one SYN and nothing else, as every connection begins and as scans leave them by the million.
//!
//! Owns: which first SYNs say nothing but what a SYN says, what such a SYN makes of a stream, and what is told of it. Must not
//! know: how it is kept, what comes after it. A test (`tests/prediction.rs`) holds it against [`Stream::handle`], field for
//! field.

use super::acks::Record;
use super::closing::Closing;
use super::completeness::Completeness;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use super::history::History;
use super::key::Key;
use super::machine::{Machine, Phase};
use super::opening::{Offer, Opening, offer};
use super::stream::{Begun, Stream, Surroundings, Unsettled};
use super::zeek::{End, Half, Zeek};
use super::{
    Certainty, Changes, FrameRole, HandshakeOutcome, Observation, RoleReason, Step, StreamId,
};
use crate::net::Timestamp;
use crate::packet::{MAX_WINDOW_SHIFT, Segment, SegmentOrigin, TcpFlags, TcpOption};

const ACK_SYN_FIN_RST: u16 = 0x017;

/// The SYN.
pub(super) struct Lone {
    /// Its direction.
    pub(super) from: u8,
    pub(super) step: Step,
    pub(super) offer: Offer,
    /// Bytes of its datagram.
    pub(super) ip_bytes: u8,
    /// It was sent to a port that was known to listen.
    pub(super) listened: bool,
}

impl Lone {
    /// What `segment` is, the first of a stream, if it is a SYN as most are: without data and with options that only make an
    /// offer.
    pub(super) fn of(from: usize, segment: &Segment<'_>, around: Surroundings) -> Option<Self> {
        let plain = segment.flags.0 & ACK_SYN_FIN_RST == TcpFlags::SYN.0
            && segment.origin == SegmentOrigin::Direct
            && (segment.len, segment.ack.0) == (0, 0)
            && segment.window != 0 // which Zeek would have a letter for
            && segment.source != segment.destination
            && matches!(around.begins, Some(Begun::Plain | Begun::Reused))
            && !around.source_listens;
        if !plain || !only_offers(segment) {
            return None;
        }
        Some(Self {
            from: from as u8,
            step: Step {
                frame: segment.frame,
                at: segment.timestamp,
            },
            offer: offer(segment),
            ip_bytes: u8::try_from(segment.ip_length).ok()?,
            listened: around.destination_listens,
        })
    }

    /// The SYN of which nothing but this was made: the stream is as [`Self::begin`] left it.
    pub(super) fn behind(stream: &Stream) -> Option<Self> {
        if !stream.is_lone {
            return None;
        }
        let from = stream.opening.opener?;
        let dir = &stream.dirs[usize::from(from)];
        Some(Self {
            from,
            step: stream.opening.syn?,
            offer: stream.opening.offers[usize::from(from)]?,
            ip_bytes: u8::try_from(dir.ip_bytes).ok()?,
            listened: stream.machines[usize::from(1 - from)].phase == Phase::Listen,
        })
    }

    /// Makes `stream`, whatever it was before, the one that begins with this SYN.
    pub(super) fn begin(&self, key: Key, id: StreamId, stream: &mut Stream) {
        let Step { frame, at } = self.step;
        let machines = self.machines();
        let mut lists = stream.take_lists();
        lists[usize::from(self.from)].push(self.record());
        let mut dirs = self.directions();
        for (dir, list) in dirs.iter_mut().zip(lists) {
            dir.unacked = list;
        }
        *stream = Stream {
            key,
            id,
            first_frame: frame,
            last_frame: frame,
            start: at,
            previous: at,
            syn_time: Some(at).filter(|&at| at != Timestamp::ZERO), // T-2: at time 0 it counts as none
            initial_rtt: 0,
            completeness: Completeness::of_syn(),
            client: self.from,
            client_by: RoleReason::SentSyn,
            direct: true,
            is_lone: true,
            unsettled: [Unsettled::States; 2],
            dirs,
            opening: self.opening(),
            machines,
            states: machines.map(|end| end.state()),
            closing: Closing::default(),
            zeek: self.zeek(),
        };
    }

    /// What is told of it, where it is the first of `stream`.
    pub(super) fn tell(&self, stream: &Stream, seen: &mut Observation) {
        let client = usize::from(self.from);
        seen.stream = stream.id;
        seen.analysed = true;
        seen.next_seq = 1;
        seen.window_scaled = u32::from(self.offer.window);
        seen.role = FrameRole::Syn;
        seen.changes.insert(Changes::STATE);
        stream.tell(client, seen);
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
}

/// Its options are whole, and of the kinds that make an [`Offer`].
fn only_offers(segment: &Segment<'_>) -> bool {
    let options = segment.options;
    let mut end = 0;
    for (at, option) in options.iter() {
        end = at
            + match option {
                TcpOption::NoOperation => 1,
                TcpOption::SackPermitted => 2,
                TcpOption::WindowScale(_) => 3,
                TcpOption::MaximumSegmentSize(_) => 4,
                TcpOption::Timestamps { .. } => 10,
                TcpOption::EndOfList => options.0.len() - at,
                TcpOption::Sack(_) | TcpOption::Other { .. } => return false,
            };
    }
    end == options.0.len() && end + 20 == usize::from(segment.header_length)
}
