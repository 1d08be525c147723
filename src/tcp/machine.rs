//! The two state machines of a connection as an observer must infer them: RFC 9293 section 3.3.2, rules E-1 to E-9.
//!
//! Owns: what each end has sent (certain) and what was captured on its way to it (likely). Must not know: Wireshark's
//! flags, who is the client. A state is worked out from these facts, so a repeated SYN or FIN corrects an earlier guess.

use super::{Certainty, ObservedState, TcpState};
use crate::packet::{Segment, SeqNumber};

/// How far an end has come, the closing apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Has not spoken.
    #[default]
    Unknown,
    /// Known to listen.
    Listen,
    /// Sent a SYN.
    SynSent,
    /// Sent and received a SYN.
    SynReceived,
    /// ESTABLISHED or any of the closing states.
    Synchronised,
    /// Sent or accepted a RST.
    Closed,
}

/// One end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Machine {
    /// How far it has come.
    pub(super) phase: Phase,
    /// How sure that is.
    pub(super) certainty: Certainty,
    /// It sent the first SYN (active OPEN).
    pub(super) active: bool,
    /// Its initial sequence number, from its SYN.
    pub(super) isn: Option<SeqNumber>,
    /// Sequence number of its FIN.
    pub(super) fin: Option<SeqNumber>,
    /// The ACK of its FIN was captured on its way.
    pub(super) fin_acked: bool,
    /// The peer's FIN has arrived: captured on its way, or (`Seen`) acknowledged by this end.
    pub(super) peer_fin: Option<Certainty>,
    /// It had acknowledged the peer's FIN when it sent its own.
    pub(super) passive_close: bool,
}

impl Machine {
    /// Its state in the words of RFC 9293 section 3.3.2.
    pub(super) fn state(&self) -> ObservedState {
        let state = match self.phase {
            Phase::Unknown => TcpState::Unknown,
            Phase::Listen => TcpState::Listen,
            Phase::SynSent => TcpState::SynSent,
            Phase::SynReceived => TcpState::SynReceived,
            Phase::Closed => TcpState::Closed,
            Phase::Synchronised => return self.synchronised(),
        };
        ObservedState {
            state,
            certainty: self.certainty,
        }
    }

    /// E-5: from ESTABLISHED on, by who sent a FIN and who acknowledged it (RFC 9293 section 3.6, figures 12 and 13).
    fn synchronised(&self) -> ObservedState {
        use Certainty::{Inferred, Seen};
        let (state, certainty) = match (self.fin.is_some(), self.peer_fin, self.fin_acked) {
            (false, None, _) => (TcpState::Established, self.certainty),
            (false, Some(arrived), _) => (TcpState::CloseWait, arrived),
            (true, _, false) if self.passive_close => (TcpState::LastAck, Seen),
            (true, _, true) if self.passive_close => (TcpState::Closed, Inferred),
            (true, None, false) => (TcpState::FinWait1, Seen),
            (true, None, true) => (TcpState::FinWait2, Inferred),
            (true, Some(arrived), false) => (TcpState::Closing, arrived),
            (true, Some(arrived), true) => (TcpState::TimeWait, arrived),
        };
        ObservedState { state, certainty }
    }

    /// No connection (any more), or TIME-WAIT, from which a SYN may start a new one (RFC 9293 section 3.6.1, E-6).
    fn reopenable(&self) -> bool {
        matches!(
            self.state().state,
            TcpState::Unknown | TcpState::Listen | TcpState::Closed | TcpState::TimeWait
        )
    }

    pub(super) fn enter(&mut self, phase: Phase, certainty: Certainty) {
        self.phase = phase;
        self.certainty = certainty;
    }

    /// `ack` covers this end's SYN (RFC 9293 section 3.10.7.4: SEG.ACK > ISS).
    fn syn_covered_by(&self, ack: SeqNumber) -> bool {
        self.isn.is_some_and(|isn| ack.follows(isn))
    }
}

/// What a segment meant besides its own fields; worked out before the sequence numbers moved on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    /// A RST with exactly the next sequence number that its receiver expects (RFC 9293 section 3.10.7.4, RFC 5961).
    pub(super) exact: bool,
    /// Nothing is known of what its receiver expects.
    pub(super) blind: bool,
    /// The receiver of a SYN is known to listen.
    pub(super) listening: bool,
}

/// Both ends; `[sender]` and `[receiver]` are the same index in a self-connect.
pub(super) type Machines = [Machine; 2];

/// Follows one segment from `sender` to `receiver`.
pub(super) fn follow(
    ends: &mut Machines,
    sender: usize,
    receiver: usize,
    segment: &Segment<'_>,
    context: Context,
) {
    let flags = segment.flags;
    if flags.rst() {
        reset(ends, sender, receiver, segment, context);
    } else if flags.syn() && flags.ack() {
        syn_ack(ends, sender, receiver, segment);
    } else if flags.syn() {
        syn(ends, sender, receiver, segment, context);
    } else {
        if flags.ack() {
            ack(ends, sender, receiver, segment);
        }
        if flags.fin() {
            fin(ends, sender, receiver, segment);
        }
    }
}

/// RFC 9293 section 3.5: SYN.
fn syn(
    ends: &mut Machines,
    sender: usize,
    receiver: usize,
    segment: &Segment<'_>,
    context: Context,
) {
    if ends[sender].reopenable() {
        if ends[receiver].phase != Phase::SynSent {
            ends[receiver] = Machine::default();
            if context.listening {
                ends[receiver].phase = Phase::Listen; // E-1
            }
        }
        ends[sender] = Machine {
            phase: Phase::SynSent,
            certainty: Certainty::Seen,
            active: true,
            isn: Some(segment.seq),
            ..Machine::default()
        };
    } else if ends[sender].phase == Phase::Synchronised
        && ends[sender].certainty == Certainty::Inferred
        && ends[sender].isn == Some(segment.seq)
    {
        ends[sender].enter(Phase::SynSent, Certainty::Seen); // the SYN,ACK did not arrive
    }
    // E-8: any other SYN inside a synchronised connection changes nothing (challenge ACK).
    if ends[receiver].phase == Phase::SynSent && ends[sender].phase == Phase::SynSent {
        // RFC 9293 section 3.5, figure 7: the SYNs cross (E-3); with itself at once in a self-connect.
        ends[sender].enter(Phase::SynReceived, Certainty::Inferred);
        ends[receiver].enter(Phase::SynReceived, Certainty::Inferred);
    }
}

/// RFC 9293 section 3.5: SYN,ACK.
fn syn_ack(ends: &mut Machines, sender: usize, receiver: usize, segment: &Segment<'_>) {
    let end = &mut ends[sender];
    let proven = end.phase == Phase::Synchronised && end.certainty == Certainty::Seen;
    if !proven {
        // A repeated SYN,ACK also disproves an inferred ESTABLISHED.
        end.enter(Phase::SynReceived, Certainty::Seen);
        end.isn = Some(segment.seq);
    }
    let peer = &mut ends[receiver];
    let waiting = match peer.phase {
        Phase::SynSent | Phase::SynReceived => peer.syn_covered_by(segment.ack),
        Phase::Unknown | Phase::Listen => true, // the SYN was not captured
        Phase::Synchronised | Phase::Closed => false,
    };
    if waiting {
        peer.enter(Phase::Synchronised, Certainty::Inferred); // ESTABLISHED on arrival
    }
}

/// RFC 9293 section 3.10.7.4, fifth step: an acceptable ACK.
fn ack(ends: &mut Machines, sender: usize, receiver: usize, segment: &Segment<'_>) {
    prove_open(ends, sender, receiver, segment);
    let speaks = ends[sender].phase == Phase::Synchronised;
    let peer_knows = ends[sender].isn.is_some();
    let peer = &mut ends[receiver];
    let opens = match peer.phase {
        Phase::Unknown | Phase::Listen => speaks, // the capture began later
        Phase::SynReceived => peer.syn_covered_by(segment.ack),
        Phase::SynSent => !peer_knows && peer.isn == Some(segment.ack.minus(1)),
        Phase::Synchronised | Phase::Closed => false,
    };
    if opens {
        peer.enter(Phase::Synchronised, Certainty::Inferred);
    }
    // RFC 9293 section 3.10.7.4: FIN-WAIT-1, CLOSING, LAST-ACK when our FIN is now acknowledged.
    if peer.fin.is_some_and(|fin| segment.ack.follows(fin)) {
        peer.fin_acked = true;
        ends[sender].peer_fin = Some(Certainty::Seen);
    }
}

/// What an ACK says of its own sender: it is open, and whether that is certain (E-2).
fn prove_open(ends: &mut Machines, sender: usize, receiver: usize, segment: &Segment<'_>) {
    let peer_isn = ends[receiver].isn;
    let end = &mut ends[sender];
    let acks_more = peer_isn.is_some_and(|isn| segment.ack.follows(isn.plus(1)));
    let acks_syn = peer_isn.is_some_and(|isn| segment.ack.follows(isn));
    let works = segment.len > 0 || segment.flags.fin() || acks_more;
    match end.phase {
        Phase::Unknown | Phase::Listen => end.enter(Phase::Synchronised, Certainty::Inferred),
        Phase::SynSent if acks_syn || peer_isn.is_none() => {
            end.enter(Phase::Synchronised, Certainty::Seen);
        }
        Phase::SynReceived if works => end.enter(Phase::Synchronised, Certainty::Seen),
        Phase::Synchronised if end.isn.is_some() && (works || (end.active && acks_syn)) => {
            end.certainty = Certainty::Seen;
        }
        // E-7: it did not accept the RST that was captured on its way, or crossed it.
        Phase::Closed if end.certainty == Certainty::Inferred => {
            end.enter(Phase::Synchronised, Certainty::Inferred);
        }
        _ => {}
    }
}

/// RFC 9293 section 3.6: FIN.
fn fin(ends: &mut Machines, sender: usize, receiver: usize, segment: &Segment<'_>) {
    let seq = segment.seq.plus(segment.len);
    let answered = ends[receiver].fin;
    let end = &mut ends[sender];
    if end.phase == Phase::Closed {
        return;
    }
    end.enter(Phase::Synchronised, Certainty::Seen);
    if end.fin == Some(seq) {
        end.fin_acked = false; // repeated: the ACK did not arrive
    } else if end.fin.is_none() {
        end.fin = Some(seq);
        let acks = |fin: SeqNumber| segment.flags.ack() && segment.ack.follows(fin);
        end.passive_close = sender != receiver && answered.is_some_and(acks);
    }
    ends[receiver].peer_fin.get_or_insert(Certainty::Inferred);
}

/// RFC 9293 section 3.10.7: RST. Its sender has no connection; its receiver loses it when the RST is acceptable (E-4, E-7).
fn reset(
    ends: &mut Machines,
    sender: usize,
    receiver: usize,
    segment: &Segment<'_>,
    context: Context,
) {
    let peer = &ends[receiver];
    let accepted = match peer.phase {
        // Section 3.10.7.3: in SYN-SENT the RST must acknowledge the SYN.
        Phase::SynSent => segment.flags.ack() && peer.syn_covered_by(segment.ack),
        Phase::Closed | Phase::Listen => false,
        _ => context.exact || context.blind,
    };
    ends[sender].enter(Phase::Closed, Certainty::Seen);
    if accepted {
        ends[receiver].enter(Phase::Closed, Certainty::Inferred);
    }
}
