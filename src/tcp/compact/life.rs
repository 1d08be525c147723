//! How a connection was opened and closed, and how far both ends have come.

use super::super::closing::{Closing, FinFact, ResetFact};
use super::super::codec::Pack;
use super::super::direction::Direction;
use super::super::machine::{Machine, Phase};
use super::super::opening::{Offer, Opening};
use super::super::places::{CAUSES, CERTAINTIES, OUTCOMES, PHASES, place};
use super::super::{Certainty, HandshakeOutcome, OfferedOptions, ResetCause, Step};
use super::{direction, next, role, seq_if, step, step_if};
use crate::packet::SeqNumber;

/// How it was opened, close to the first frame.
#[inline(always)]
pub(super) fn opening(pack: &mut impl Pack, opening: &mut Opening, start: Step, client: u8) {
    let complete = place(HandshakeOutcome::Complete, &OUTCOMES);
    let [first, second] = &mut opening.offers;
    let [
        outcome,
        opener,
        syn,
        answer,
        ack,
        one,
        two,
        same,
        crossed,
        crossed_too,
    ] = pack.together([
        (place(opening.outcome, &OUTCOMES), 3, complete),
        (role(opening.opener, client), 2, 0),
        (u64::from(opening.syn.is_some()), 1, 1),
        (u64::from(opening.answer.is_some()), 1, 1),
        (u64::from(opening.ack.is_some()), 1, 1),
        (u64::from(first.is_some()), 1, 1),
        (u64::from(second.is_some()), 1, 1),
        (u64::from(opening.self_connect), 1, 0),
        (u64::from(opening.syn_acked[0]), 1, 0),
        (u64::from(opening.syn_acked[1]), 1, 0),
    ]);
    opening.outcome = OUTCOMES[outcome as usize];
    opening.opener = direction(opener, client);
    opening.syn = step_if(pack, syn != 0, opening.syn, start);
    let near = next(start);
    opening.answer = step_if(pack, answer != 0, opening.answer, near);
    let near = opening.answer.map_or(near, next);
    opening.ack = step_if(pack, ack != 0, opening.ack, near);
    let [retries, more] = pack.together([
        (u64::from(opening.syn_retries), 16, 0),
        (u64::from(opening.answer_retries), 16, 0),
    ]);
    (opening.syn_retries, opening.answer_retries) = (retries as u16, more as u16);
    opening.self_connect = same != 0;
    opening.syn_acked = [crossed != 0, crossed_too != 0];
    offer(pack, first, one != 0, USUAL_OFFER);
    offer(pack, second, two != 0, first.unwrap_or(USUAL_OFFER));
}

/// What Linux offers on an Ethernet.
const USUAL_OFFER: Offer = Offer {
    isn: SeqNumber(0),
    window: 64_240,
    options: OfferedOptions {
        mss: Some(1460),
        window_scale: Some(7),
        sack_permitted: true,
        timestamps: true,
    },
};

/// What one end offered; `near`: what the other one did, most often the same.
#[inline(always)]
fn offer(pack: &mut impl Pack, offer: &mut Option<Offer>, present: bool, near: Offer) {
    let near = Offer {
        isn: SeqNumber(0),
        ..near
    };
    let mut kept = offer.unwrap_or(near);
    kept.isn.0 = pack.small(kept.isn.0);
    kept.window = pack.close32(u32::from(kept.window), u32::from(near.window)) as u16;
    let (options, other) = (&mut kept.options, near.options);
    let shape = pack.number(shape_of(*options) ^ shape_of(other)) ^ shape_of(other);
    let other = u32::from(other.mss.unwrap_or(0));
    let size = pack.close32(options.mss.map_or(other, u32::from), other);
    *options = of_shape(shape, size as u16);
    *offer = present.then_some(kept);
}

/// Which options there are, and the scale: twelve bits.
#[inline(always)]
pub(super) fn shape_of(options: OfferedOptions) -> u64 {
    let flags = [
        options.mss.is_some(),
        options.sack_permitted,
        options.timestamps,
    ];
    let [mss, sack, stamps] = flags.map(u64::from);
    let scale = options.window_scale.map_or(0, |scale| u64::from(scale) + 1);
    mss | sack << 1 | stamps << 2 | scale << 3
}

/// The options of such a shape.
#[inline(always)]
pub(super) fn of_shape(shape: u64, mss: u16) -> OfferedOptions {
    OfferedOptions {
        mss: (shape & 1 != 0).then_some(mss),
        sack_permitted: shape & 2 != 0,
        timestamps: shape & 4 != 0,
        window_scale: (shape >> 3).checked_sub(1).map(|scale| scale as u8),
    }
}

/// How it was closed, close to the last frame and to where the data ends.
#[inline(always)]
pub(super) fn closing(
    pack: &mut impl Pack,
    closing: &mut Closing,
    end: Step,
    client: u8,
    data: [SeqNumber; 2],
) {
    let [first, second] = closing.fins;
    let from = |fin: Option<FinFact>, usual: u8| fin.map_or(usual, |fin| fin.from);
    let acked = |fin: Option<FinFact>| fin.is_some_and(|fin| fin.acked.is_some());
    let reset = closing.reset.unwrap_or(ResetFact {
        from: client,
        step: end,
        cause: ResetCause::Unknown,
        exact: false,
    });
    let other = 1 - from(first, client);
    let [
        has_first,
        one,
        one_acked,
        has_second,
        two,
        two_acked,
        aborted,
        who,
        cause,
        exact,
    ] = pack.together([
        (u64::from(first.is_some()), 1, 1),
        (u64::from(from(first, client) ^ client), 1, 0),
        (u64::from(acked(first)), 1, 1),
        (u64::from(second.is_some()), 1, 1),
        (u64::from(from(second, other) ^ client), 1, 1),
        (u64::from(acked(second)), 1, 1),
        (u64::from(closing.reset.is_some()), 1, 0),
        (u64::from(reset.from ^ client), 1, 0),
        (
            place(reset.cause, &CAUSES),
            3,
            place(ResetCause::Unknown, &CAUSES),
        ),
        (u64::from(reset.exact), 1, 0),
    ]);
    let [one, two, who] = [one, two, who].map(|role| role as u8 ^ client);
    let first = fin(pack, first, (one, one_acked != 0), (end, None), data);
    closing.fins[0] = (has_first != 0).then_some(first);
    let near = first.acked.unwrap_or(end);
    let second = fin(pack, second, (two, two_acked != 0), (near, Some(end)), data);
    closing.fins[1] = (has_second != 0).then_some(second);
    let reset = ResetFact {
        from: who,
        step: step(pack, reset.step, end),
        cause: CAUSES[cause as usize],
        exact: exact != 0,
    };
    closing.reset = (aborted != 0).then_some(reset);
    let near = first.acked.map_or(0, |_| data[usize::from(1 - one)].0);
    closing.half_close_end.0 = pack.close32(closing.half_close_end.0, near);
    closing.half_close_bytes = pack.number(closing.half_close_bytes);
}

/// A FIN: its direction, whether it was acknowledged; what its step and that of the ACK are close to, `None`: to each other.
#[inline(always)]
fn fin(
    pack: &mut impl Pack,
    fin: Option<FinFact>,
    (from, acked): (u8, bool),
    (near, near_ack): (Step, Option<Step>),
    data: [SeqNumber; 2],
) -> FinFact {
    let near_seq = data[usize::from(from)];
    let kept = fin.unwrap_or(FinFact {
        from,
        step: near,
        seq: near_seq,
        acked: None,
    });
    let seq = SeqNumber(pack.close32(kept.seq.0, near_seq.0));
    let step = step(pack, kept.step, near);
    let near_ack = near_ack.unwrap_or(next(step));
    FinFact {
        from,
        step,
        seq,
        acked: step_if(pack, acked, kept.acked, near_ack),
    }
}

/// One end; whether it opened the connection, and whether it was the second to close it.
#[inline(always)]
pub(super) fn machine(
    pack: &mut impl Pack,
    machine: &mut Machine,
    dir: &Direction,
    (opened, answered): (bool, bool),
) {
    let arrived =
        |fin: Option<Certainty>| fin.map_or(2, |certainty| place(certainty, &CERTAINTIES));
    let [phase, certainty, active, isn, fin, acked, arrived, passive] = pack.together([
        (
            place(machine.phase, &PHASES),
            3,
            place(Phase::Synchronised, &PHASES),
        ),
        (
            place(machine.certainty, &CERTAINTIES),
            1,
            place(Certainty::Seen, &CERTAINTIES),
        ),
        (u64::from(machine.active), 1, u64::from(opened)),
        (u64::from(machine.isn.is_some()), 1, 1),
        (u64::from(machine.fin.is_some()), 1, 1),
        (u64::from(machine.fin_acked), 1, 1),
        (arrived(machine.peer_fin), 2, arrived(Some(Certainty::Seen))),
        (u64::from(machine.passive_close), 1, u64::from(answered)),
    ]);
    machine.phase = PHASES[phase as usize];
    machine.certainty = CERTAINTIES[certainty as usize];
    machine.active = active != 0;
    machine.isn = seq_if(pack, isn != 0, machine.isn, dir.base.unwrap_or_default());
    machine.fin = seq_if(pack, fin != 0, machine.fin, dir.next.minus(1));
    machine.fin_acked = acked != 0;
    machine.peer_fin = CERTAINTIES.get(arrived as usize).copied();
    machine.passive_close = passive != 0;
}
