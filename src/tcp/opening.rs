//! How a connection was opened: the facts behind the handshake card (RFC 9293 section 3.5; rules E-2 to E-4).
//!
//! Owns: SYNs, their answers, the completing ACK, what was offered. Must not know: who is called the client.

use super::{
    Changes, FrameRole, Handshake, HandshakeOutcome, Observation, OfferedOptions, OwnFlags,
    PerSide, Step,
};
use crate::packet::{Segment, SeqNumber, TcpOption};

/// What one end sent in its SYN or SYN,ACK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// Initial sequence number.
    pub(super) isn: SeqNumber,
    /// Window field.
    pub(super) window: u16,
    /// Options.
    pub(super) options: OfferedOptions,
}

/// The opening of one connection, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Opening {
    /// How far it came.
    pub(super) outcome: HandshakeOutcome,
    /// Direction that sent the first SYN.
    pub(super) opener: Option<u8>,
    /// The first SYN.
    pub(super) syn: Option<Step>,
    /// Its answer.
    pub(super) answer: Option<Step>,
    /// The completing ACK.
    pub(super) ack: Option<Step>,
    /// Repeated SYNs of the opener.
    pub(super) syn_retries: u16,
    /// Repeated SYN,ACKs.
    pub(super) answer_retries: u16,
    /// What each direction offered.
    pub(super) offers: [Option<Offer>; 2],
    /// Whose SYN the other side has acknowledged, in a simultaneous open.
    pub(super) syn_acked: [bool; 2],
    /// Source and destination are the same socket.
    pub(super) self_connect: bool,
}

impl Opening {
    /// Nothing more can happen to it by a segment without SYN or RST.
    pub(super) fn settled(&self) -> bool {
        match self.outcome {
            HandshakeOutcome::Complete | HandshakeOutcome::Refused | HandshakeOutcome::NotSeen => {
                true
            }
            HandshakeOutcome::Simultaneous => self.ack.is_some(),
            HandshakeOutcome::Unanswered | HandshakeOutcome::HalfOpen => false,
        }
    }

    /// Follows one segment of direction `from`.
    pub(super) fn follow(&mut self, from: usize, segment: &Segment<'_>, seen: &mut Observation) {
        let flags = segment.flags;
        let step = Step {
            frame: segment.frame,
            at: segment.timestamp,
        };
        if flags.rst() {
            self.refusal(from, step, segment, seen);
        } else if flags.syn() && flags.ack() {
            seen.role = FrameRole::SynAck;
            self.syn_ack(from, step, segment, seen);
        } else if flags.syn() {
            seen.role = FrameRole::Syn;
            self.syn(from, step, segment);
        } else if flags.ack() {
            self.third(from, step, segment, seen);
        }
    }

    /// Handshake 1/3.
    fn syn(&mut self, from: usize, step: Step, segment: &Segment<'_>) {
        let repeated = self.offers[from].is_some_and(|offer| offer.isn == segment.seq);
        self.offers[from] = Some(offer(segment));
        match self.opener {
            None => {
                self.opener = Some(from as u8);
                self.syn = Some(step);
                if self.outcome == HandshakeOutcome::NotSeen {
                    self.outcome = HandshakeOutcome::Unanswered;
                }
            }
            Some(opener) if usize::from(opener) == from => {
                if repeated {
                    self.syn_retries = self.syn_retries.saturating_add(1);
                }
            }
            // RFC 9293 section 3.5, figure 7: both ends opened.
            Some(_) if self.outcome == HandshakeOutcome::Unanswered => {
                self.outcome = HandshakeOutcome::Simultaneous;
                self.answer = Some(step);
            }
            Some(_) => {}
        }
    }

    /// Handshake 2/3, or the answer to the other SYN of a simultaneous open.
    fn syn_ack(&mut self, from: usize, step: Step, segment: &Segment<'_>, seen: &mut Observation) {
        if self.self_connect || self.outcome == HandshakeOutcome::Simultaneous {
            self.outcome = HandshakeOutcome::Simultaneous;
            seen.notes.insert(OwnFlags::SIMULTANEOUS_OPEN); // N-4
            if self.self_connect {
                self.answer.get_or_insert(step);
                self.syn_acked = [true; 2];
            }
            self.cross_acked(from, step, segment, seen);
            return;
        }
        if self.opener == Some(from as u8) {
            return; // nonsense: an answer to nobody
        }
        if self.outcome == HandshakeOutcome::HalfOpen || self.outcome == HandshakeOutcome::Complete
        {
            self.answer_retries = self.answer_retries.saturating_add(1);
        } else {
            self.answer = Some(step);
            self.outcome = HandshakeOutcome::HalfOpen;
        }
        self.offers[from] = Some(offer(segment));
    }

    /// A simultaneous open is complete when both SYNs are acknowledged (RFC 9293 section 3.5, figure 7).
    fn cross_acked(
        &mut self,
        from: usize,
        step: Step,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) {
        let peer = 1 - from;
        self.syn_acked[peer] |= self.offers[peer].is_some_and(|o| segment.ack.follows(o.isn));
        if self.syn_acked == [true; 2] {
            self.complete(step, seen);
        }
    }

    /// Handshake 3/3: the opener acknowledges the SYN,ACK (it may carry data or FIN).
    fn third(&mut self, from: usize, step: Step, segment: &Segment<'_>, seen: &mut Observation) {
        let acks = |offer: Option<Offer>| offer.is_none_or(|o| segment.ack.follows(o.isn));
        match self.outcome {
            HandshakeOutcome::HalfOpen => {
                let answered = self.offers[from].is_some() && self.opener != Some(from as u8);
                if answered || !acks(self.offers[1 - from]) {
                    return;
                }
            }
            // The SYN,ACK was not captured, yet its receiver goes on: it must have come.
            HandshakeOutcome::Unanswered if self.opener == Some(from as u8) => {
                if segment.ack.0 == 0 {
                    return;
                }
            }
            HandshakeOutcome::Simultaneous => return self.cross_acked(from, step, segment, seen),
            _ => return,
        }
        seen.role = FrameRole::HandshakeAck;
        self.complete(step, seen);
    }

    fn complete(&mut self, step: Step, seen: &mut Observation) {
        if self.ack.is_none() {
            self.ack = Some(step);
            if self.outcome != HandshakeOutcome::Simultaneous {
                self.outcome = HandshakeOutcome::Complete;
            }
            seen.changes.insert(Changes::HANDSHAKE_DONE);
        }
    }

    /// RFC 9293 section 3.10.7.1: nobody there. The RST must acknowledge the SYN (E-4).
    fn refusal(&mut self, from: usize, step: Step, segment: &Segment<'_>, seen: &mut Observation) {
        seen.role = FrameRole::Reset;
        let open = matches!(
            self.outcome,
            HandshakeOutcome::Unanswered | HandshakeOutcome::Refused
        );
        let answers = self.opener.is_some_and(|opener| {
            (usize::from(opener) != from || self.self_connect)
                && self.offers[usize::from(opener)].is_some_and(|o| segment.ack.follows(o.isn))
        });
        if !open || !answers || !segment.flags.ack() {
            return;
        }
        seen.role = FrameRole::Refusal;
        if self.outcome == HandshakeOutcome::Unanswered {
            self.outcome = HandshakeOutcome::Refused;
            self.answer = Some(step);
            seen.changes.insert(Changes::REFUSED);
        }
    }

    /// The card, with `client` the direction that is called so.
    pub(super) fn card(&self, client: usize) -> Handshake {
        let offers = PerSide {
            client: self.offers[client].unwrap_or_default(),
            server: self.offers[1 - client].unwrap_or_default(),
        };
        Handshake {
            outcome: self.outcome,
            syn: self.syn,
            answer: self.answer,
            ack: self.ack,
            syn_retries: self.syn_retries,
            answer_retries: self.answer_retries,
            client_isn: self.offers[client].map(|offer| offer.isn),
            server_isn: self.offers[1 - client].map(|offer| offer.isn),
            client_window: offers.client.window,
            server_window: offers.server.window,
            client_options: offers.client.options,
            server_options: offers.server.options,
            self_connect: self.self_connect,
        }
    }
}

/// What a SYN offers (RFC 9293 section 3.2).
pub(super) fn offer(segment: &Segment<'_>) -> Offer {
    let mut options = OfferedOptions::default();
    for (_, option) in segment.options.iter() {
        match option {
            TcpOption::MaximumSegmentSize(mss) => options.mss = Some(mss),
            TcpOption::WindowScale(shift) => options.window_scale = Some(shift),
            TcpOption::SackPermitted => options.sack_permitted = true,
            TcpOption::Timestamps { .. } => options.timestamps = true,
            _ => {}
        }
    }
    Offer {
        isn: segment.seq,
        window: segment.window,
        options,
    }
}
