//! How a connection was closed or aborted: the facts behind the teardown card (RFC 9293 sections 3.6 and 3.10.7, E-5, E-7).
//!
//! Owns: FINs, their ACKs, the first RST. Must not know: who is called the client.

use super::{Changes, Fin, FrameRole, Observation, Reset, ResetCause, Side, Step, Teardown};
use crate::packet::{Segment, SeqNumber, TcpFlags};

const SYN_OR_RST: TcpFlags = TcpFlags(TcpFlags::SYN.0 | TcpFlags::RST.0);

/// The largest window there is (RFC 7323 section 2.3): more than that is sent at once by nobody.
const MAX_WINDOW: u32 = 1 << 30;

/// One direction's FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FinFact {
    /// Its direction.
    pub(super) from: u8,
    /// The first frame that carried it.
    pub(super) step: Step,
    /// Its sequence number.
    pub(super) seq: SeqNumber,
    /// The first segment that acknowledged it.
    pub(super) acked: Option<Step>,
}

/// The first RST after the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ResetFact {
    /// Its direction.
    pub(super) from: u8,
    /// The frame.
    pub(super) step: Step,
    /// Likely cause.
    pub(super) cause: ResetCause,
    /// Certainly acceptable.
    pub(super) exact: bool,
}

/// The end of one connection, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Closing {
    /// The FINs in order of their first frames.
    pub(super) fins: [Option<FinFact>; 2],
    /// The first RST.
    pub(super) reset: Option<ResetFact>,
    /// Payload the other side sent after the first FIN was acknowledged, that of the acknowledging segment included.
    pub(super) half_close_bytes: u64,
    /// Where that side's payload ends so far, once the first FIN is acknowledged.
    pub(super) half_close_end: SeqNumber,
}

impl Closing {
    /// No FIN and no RST so far.
    pub(super) fn untouched(&self) -> bool {
        self.fins[0].is_none() && self.reset.is_none()
    }

    /// Both FINs acknowledged.
    pub(super) fn orderly(&self) -> bool {
        self.fins
            .iter()
            .all(|fin| fin.is_some_and(|fin| fin.acked.is_some()))
    }

    /// This direction sent a FIN.
    pub(super) fn has_fin(&self, from: usize) -> bool {
        let sent = |fin: &Option<FinFact>| fin.is_some_and(|fin| usize::from(fin.from) == from);
        self.fins.iter().any(sent)
    }

    /// Sequence number of this direction's FIN: the end of its data.
    pub(super) fn fin_of(&self, from: usize) -> Option<SeqNumber> {
        let of = |fin: &&FinFact| usize::from(fin.from) == from;
        self.fins.iter().flatten().find(of).map(|fin| fin.seq)
    }

    /// Follows a segment without RST. `fresh`: its data, if any, is new.
    pub(super) fn follow(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        fresh: bool,
        seen: &mut Observation,
    ) {
        let step = Step {
            frame: segment.frame,
            at: segment.timestamp,
        };
        let was_orderly = self.orderly();
        if segment.flags.ack() {
            self.acknowledge(from, step, segment, seen);
        }
        if let Some(first) = self.fins[0]
            && usize::from(first.from) != from
            && let Some(ack) = first.acked
        {
            if ack.frame == segment.frame {
                self.half_close_end = segment.seq.plus(if fresh { 0 } else { segment.len });
            }
            self.half_close(segment);
        }
        if segment.flags.fin() {
            self.fin(from, step, segment, seen);
        }
        if self.orderly() && !was_orderly {
            seen.changes.insert(Changes::CLOSED);
        }
    }

    /// Payload against the first FIN, that of the other side's FIN included, counted once however often it was sent.
    fn half_close(&mut self, segment: &Segment<'_>) {
        let end = segment.seq.plus(segment.len);
        let news = end.offset_from(self.half_close_end);
        if end.follows(self.half_close_end) && news <= MAX_WINDOW {
            self.half_close_end = end;
            self.half_close_bytes += u64::from(news);
        }
    }

    /// Which FINs of the other side does this ACK cover for the first time?
    fn acknowledge(
        &mut self,
        from: usize,
        step: Step,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) {
        let roles = [FrameRole::FirstFinAck, FrameRole::SecondFinAck];
        for (fin, role) in self.fins.iter_mut().zip(roles) {
            let Some(fin) = fin else { continue };
            let own = usize::from(fin.from) == from && segment.source != segment.destination;
            if !own && fin.acked.is_none() && segment.ack.follows(fin.seq) {
                fin.acked = Some(step);
                seen.role = role;
            }
        }
    }

    /// A FIN: the first of the connection, the other side's, or one of them again.
    fn fin(&mut self, from: usize, step: Step, segment: &Segment<'_>, seen: &mut Observation) {
        let fact = FinFact {
            from: from as u8,
            step,
            seq: segment.seq.plus(segment.len),
            acked: None,
        };
        match &mut self.fins {
            [first @ None, second] => {
                *first = Some(fact);
                if segment.source == segment.destination {
                    *second = Some(fact); // a self-connect closes both ends with one FIN
                }
                seen.role = FrameRole::FirstFin;
                seen.changes.insert(Changes::CLOSING);
            }
            [Some(first), _] if usize::from(first.from) == from => {
                seen.role = FrameRole::FirstFin;
            }
            [_, second] => {
                second.get_or_insert(fact);
                seen.role = FrameRole::SecondFin;
            }
        }
    }

    /// A RST that is no refusal.
    pub(super) fn reset(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        cause: ResetCause,
        exact: bool,
        seen: &mut Observation,
    ) {
        if self.reset.is_none() {
            self.reset = Some(ResetFact {
                from: from as u8,
                step: Step {
                    frame: segment.frame,
                    at: segment.timestamp,
                },
                cause,
                exact,
            });
            seen.changes.insert(Changes::RESET);
        }
    }

    /// The sender of the RST goes on talking: whoever sent that RST, this connection is alive.
    pub(super) fn is_refuted_by(&self, from: usize, segment: &Segment<'_>) -> bool {
        let alive = segment.len > 0 || segment.flags.fin();
        let by_sender = |reset: &ResetFact| usize::from(reset.from) == from;
        alive && !segment.flags.intersects(SYN_OR_RST) && self.reset.as_ref().is_some_and(by_sender)
    }

    /// The card, with `client` the direction that is called so.
    pub(super) fn card(&self, client: usize) -> Teardown {
        let side = |from: u8| side_of(from, client);
        let fin = |fact: Option<FinFact>| {
            fact.map(|fact| Fin {
                side: side(fact.from),
                step: fact.step,
                seq: fact.seq,
                acked: fact.acked,
            })
        };
        Teardown {
            first_fin: fin(self.fins[0]),
            second_fin: fin(self.fins[1]),
            reset: self.reset.map(|fact| Reset {
                side: side(fact.from),
                step: fact.step,
                cause: fact.cause,
                exact: fact.exact,
            }),
            half_close_bytes: self.half_close_bytes,
        }
    }
}

/// The side that a direction is.
pub(super) const fn side_of(from: u8, client: usize) -> Side {
    if from as usize == client {
        Side::Client
    } else {
        Side::Server
    }
}
