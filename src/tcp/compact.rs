//! A whole [`Stream`] as about a hundred bytes, and back, with nothing lost: how idle and closed connections are kept.
//!
//! Owns: which fields are kept and what each is usually close to. Must not know: when a stream is packed.

use super::acks::{Record, Unacked};
use super::closing::{Closing, FinFact, ResetFact};
use super::codec::{Pack, Reader, Writer};
use super::completeness::Completeness;
use super::direction::{Direction, NO_WINDOW};
use super::key::Key;
use super::machine::{Machine, Phase};
use super::opening::{Offer, Opening};
use super::stream::Stream;
use super::zeek::{End, Half, MAX_HISTORY, Zeek};
use super::{
    AnalysisFlags, Certainty, HandshakeOutcome, OfferedOptions, ResetCause, RoleReason, Step,
};
use crate::net::Timestamp;
use crate::packet::SeqNumber;

/// Where most frames and times of a stream are close to.
#[derive(Clone, Copy)]
struct Origin {
    frame: u64,
    at: u64,
}

/// Packs a stream.
pub(super) fn pack(stream: &mut Stream) -> Box<[u8]> {
    let mut prefix = [0; KEY_BYTES_V6];
    let length = write_key(&stream.key, &mut prefix);
    let mut writer = Writer::after(&prefix[..length]);
    visit(&mut writer, stream);
    writer.finish()
}

/// Unpacks into `stream`, which may hold anything before.
pub(super) fn unpack(bytes: &[u8], stream: &mut Stream) {
    let (key, rest) = read_key(bytes);
    stream.key = key;
    visit(&mut Reader::new(rest), stream);
}

const KEY_BYTES_V6: usize = 37;

fn write_key(key: &Key, out: &mut [u8; KEY_BYTES_V6]) -> usize {
    let width = if key.ipv6 { 16 } else { 4 };
    out[0] = u8::from(key.ipv6);
    out[1..3].copy_from_slice(&key.large_port.to_be_bytes());
    out[3..5].copy_from_slice(&key.small_port.to_be_bytes());
    out[5..5 + width].copy_from_slice(&key.large.to_be_bytes()[16 - width..]);
    out[5 + width..5 + 2 * width].copy_from_slice(&key.small.to_be_bytes()[16 - width..]);
    5 + 2 * width
}

/// The key of a packed stream and the bytes after it.
pub(super) fn read_key(bytes: &[u8]) -> (Key, &[u8]) {
    let number = |bytes: &[u8]| bytes.iter().fold(0u128, |n, &b| n << 8 | u128::from(b));
    let ipv6 = bytes[0] != 0;
    let width = if ipv6 { 16 } else { 4 };
    let key = Key {
        large: number(&bytes[5..5 + width]),
        small: number(&bytes[5 + width..5 + 2 * width]),
        large_port: u16::from_be_bytes([bytes[1], bytes[2]]),
        small_port: u16::from_be_bytes([bytes[3], bytes[4]]),
        ipv6,
    };
    (key, &bytes[5 + 2 * width..])
}

/// The one description of what is kept.
fn visit(pack: &mut impl Pack, stream: &mut Stream) {
    pack.small(&mut stream.id.0);
    pack.number(&mut stream.first_frame);
    time(pack, &mut stream.start, 0);
    let origin = Origin {
        frame: stream.first_frame,
        at: stream.start.as_nanos() as u64,
    };
    pack.close(&mut stream.last_frame, origin.frame);
    time(pack, &mut stream.previous, origin.at);
    pack.optional(&mut stream.syn_time, |pack, at| time(pack, at, origin.at));
    let mut rtt = stream.initial_rtt as u64;
    pack.close(&mut rtt, 0);
    stream.initial_rtt = rtt as i64;
    let mut parts = stream.completeness.parts();
    parts.iter_mut().for_each(|part| pack.byte(part));
    stream.completeness = Completeness::from_parts(parts);
    pack.byte(&mut stream.client);
    choice(pack, &mut stream.client_by, &REASONS);
    pack.flag(&mut stream.direct);
    pack.flag(&mut stream.settled);
    opening(pack, &mut stream.opening, origin);
    let isns = stream.opening.offers.map(|o| o.map(|offer| offer.isn.0));
    for from in 0..2 {
        let (done, rest) = stream.dirs.split_at_mut(from);
        let peer_next = done.first().map_or(0, |peer| peer.next.0);
        direction(pack, &mut rest[0], origin, isns[from], peer_next);
    }
    for (machine, dir) in stream.machines.iter_mut().zip(&stream.dirs) {
        end(pack, machine, dir);
    }
    closing(pack, &mut stream.closing, origin, &stream.dirs);
    zeek(pack, &mut stream.zeek, &stream.dirs);
}

const REASONS: [RoleReason; 4] = [
    RoleReason::SentSyn,
    RoleReason::ReceivedSynAck,
    RoleReason::OtherPortListens,
    RoleReason::SentFirstFrame,
];
const OUTCOMES: [HandshakeOutcome; 6] = [
    HandshakeOutcome::NotSeen,
    HandshakeOutcome::Unanswered,
    HandshakeOutcome::HalfOpen,
    HandshakeOutcome::Complete,
    HandshakeOutcome::Refused,
    HandshakeOutcome::Simultaneous,
];
const CAUSES: [ResetCause; 6] = [
    ResetCause::ClosedPort,
    ResetCause::UnreadData,
    ResetCause::Linger0,
    ResetCause::WriteAfterClose,
    ResetCause::AcceptQueue,
    ResetCause::Unknown,
];
const CERTAINTIES: [Certainty; 2] = [Certainty::Inferred, Certainty::Seen];

/// One of a list of values, by its place.
fn choice<T: Copy + PartialEq>(pack: &mut impl Pack, value: &mut T, all: &[T]) {
    let mut place = all.iter().position(|each| each == value).unwrap_or(0) as u64;
    pack.number(&mut place);
    if let Some(&each) = all.get(place as usize) {
        *value = each;
    }
}

fn time(pack: &mut impl Pack, at: &mut Timestamp, near: u64) {
    let mut nanos = at.as_nanos() as u64;
    pack.close(&mut nanos, near);
    *at = Timestamp::from_nanos(nanos as i64);
}

fn step(pack: &mut impl Pack, step: &mut Step, origin: Origin) {
    pack.close(&mut step.frame, origin.frame);
    time(pack, &mut step.at, origin.at);
}

fn steps(pack: &mut impl Pack, value: &mut Option<Step>, origin: Origin) {
    let mut present = value.is_some();
    pack.flag(&mut present);
    let mut kept = value.unwrap_or(Step {
        frame: 0,
        at: Timestamp::ZERO,
    });
    if present {
        step(pack, &mut kept, origin);
    }
    *value = present.then_some(kept);
}

fn direction(
    pack: &mut impl Pack,
    dir: &mut Direction,
    origin: Origin,
    isn: Option<u32>,
    peer_next: u32,
) {
    pack.optional(&mut dir.base, |pack, base| {
        pack.close32(&mut base.0, isn.unwrap_or(0))
    });
    let base = dir.base.map_or(0, |base| base.0);
    pack.close32(&mut dir.next.0, base.wrapping_add(1));
    pack.close32(&mut dir.cont.0, dir.next.0);
    pack.close32(&mut dir.last_ack.0, peer_next);
    let mut window = u64::from(dir.last_win.wrapping_sub(NO_WINDOW));
    pack.number(&mut window);
    dir.last_win = NO_WINDOW.wrapping_add(window as u32);
    let unseen = dir.last_win == NO_WINDOW; // never analysed: no frame numbers and times
    let near = if unseen {
        Origin { frame: 0, at: 0 }
    } else {
        origin
    };
    pack.close(&mut dir.next_frame, near.frame);
    time(pack, &mut dir.next_time, near.at);
    time(pack, &mut dir.last_time, dir.next_time.as_nanos() as u64);
    pack.close(&mut dir.nondup, dir.next_frame);
    pack.small(&mut dir.dup_acks);
    pack.small(&mut dir.push_sum);
    pack.small(&mut dir.sack_sum);
    flags(pack, &mut dir.last_flags);
    let mut shift = (dir.shift + 2) as u8;
    pack.byte(&mut shift);
    dir.shift = shift as i8 - 2;
    let mut unknown = !dir.flight_known;
    pack.flag(&mut dir.syn_win);
    pack.flag(&mut unknown);
    dir.flight_known = !unknown;
    pack.flag(&mut dir.pushed);
    pack.flag(&mut dir.closer);
    unacked(pack, &mut dir.unacked, origin, base);
    pack.number(&mut dir.packets);
    pack.number(&mut dir.bytes);
    pack.optional(&mut dir.zero_window, |pack, (frame, at)| {
        pack.close(frame, origin.frame);
        time(pack, at, origin.at);
    });
}

fn flags(pack: &mut impl Pack, flags: &mut AnalysisFlags) {
    let mut bits = u32::from(flags.0);
    pack.small(&mut bits);
    flags.0 = bits as u16;
}

fn unacked(pack: &mut impl Pack, list: &mut Unacked, origin: Origin, base: u32) {
    let mut count = list.len() as u64;
    pack.number(&mut count);
    let mut records = list.iter().copied().collect::<Vec<_>>().into_iter();
    *list = Unacked::default();
    let (mut near, mut at) = (base, origin);
    for _ in 0..count {
        let mut record: Record = records.next().unwrap_or_default();
        pack.close32(&mut record.seq.0, near);
        pack.close32(&mut record.end.0, record.seq.0);
        pack.close(&mut record.frame, at.frame);
        time(pack, &mut record.at, at.at);
        near = record.end.0;
        at = Origin {
            frame: record.frame,
            at: record.at.as_nanos() as u64,
        };
        list.push(record);
    }
}

fn opening(pack: &mut impl Pack, opening: &mut Opening, origin: Origin) {
    choice(pack, &mut opening.outcome, &OUTCOMES);
    pack.optional(&mut opening.opener, |pack, opener| pack.byte(opener));
    steps(pack, &mut opening.syn, origin);
    steps(pack, &mut opening.answer, origin);
    steps(pack, &mut opening.ack, origin);
    for count in [&mut opening.syn_retries, &mut opening.answer_retries] {
        let mut wide = u32::from(*count);
        pack.small(&mut wide);
        *count = wide as u16;
    }
    for value in &mut opening.offers {
        pack.optional(value, offer);
    }
    for acked in &mut opening.syn_acked {
        pack.flag(acked);
    }
    pack.flag(&mut opening.self_connect);
}

fn offer(pack: &mut impl Pack, offer: &mut Offer) {
    pack.small(&mut offer.isn.0);
    let mut window = u32::from(offer.window);
    pack.close32(&mut window, u32::from(u16::MAX));
    offer.window = window as u16;
    let OfferedOptions {
        mss,
        window_scale,
        sack_permitted,
        timestamps,
    } = &mut offer.options;
    pack.optional(mss, |pack, mss| {
        let mut wide = u32::from(*mss);
        pack.small(&mut wide);
        *mss = wide as u16;
    });
    pack.optional(window_scale, |pack, shift| pack.byte(shift));
    pack.flag(sack_permitted);
    pack.flag(timestamps);
}

fn end(pack: &mut impl Pack, machine: &mut Machine, dir: &Direction) {
    let base = dir.base.map_or(0, |base| base.0);
    choice(pack, &mut machine.phase, &Phase::ALL);
    choice(pack, &mut machine.certainty, &CERTAINTIES);
    pack.flag(&mut machine.active);
    near_seq(pack, &mut machine.isn, base);
    near_seq(pack, &mut machine.fin, dir.next.0.wrapping_sub(1));
    pack.flag(&mut machine.fin_acked);
    pack.optional(&mut machine.peer_fin, |pack, certainty| {
        choice(pack, certainty, &CERTAINTIES);
    });
    pack.flag(&mut machine.passive_close);
}

fn near_seq(pack: &mut impl Pack, seq: &mut Option<SeqNumber>, near: u32) {
    pack.optional(seq, |pack, seq| pack.close32(&mut seq.0, near));
}

fn closing(pack: &mut impl Pack, closing: &mut Closing, origin: Origin, dirs: &[Direction; 2]) {
    for value in &mut closing.fins {
        let mut present = value.is_some();
        pack.flag(&mut present);
        let mut fact = value.unwrap_or(FinFact {
            from: 0,
            step: NO_STEP,
            seq: SeqNumber(0),
            acked: None,
        });
        if present {
            pack.byte(&mut fact.from);
            step(pack, &mut fact.step, origin);
            let dir = &dirs[usize::from(fact.from & 1)];
            pack.close32(&mut fact.seq.0, dir.next.0.wrapping_sub(1));
            let near = Origin {
                frame: fact.step.frame,
                at: fact.step.at.as_nanos() as u64,
            };
            steps(pack, &mut fact.acked, near);
        }
        *value = present.then_some(fact);
    }
    let mut present = closing.reset.is_some();
    pack.flag(&mut present);
    let mut fact = closing.reset.unwrap_or(ResetFact {
        from: 0,
        step: NO_STEP,
        cause: ResetCause::Unknown,
        exact: false,
    });
    if present {
        pack.byte(&mut fact.from);
        step(pack, &mut fact.step, origin);
        choice(pack, &mut fact.cause, &CAUSES);
        pack.flag(&mut fact.exact);
    }
    closing.reset = present.then_some(fact);
    pack.number(&mut closing.half_close_bytes);
}

const NO_STEP: Step = Step {
    frame: 0,
    at: Timestamp::ZERO,
};

fn zeek(pack: &mut impl Pack, zeek: &mut Zeek, dirs: &[Direction; 2]) {
    pack.optional(&mut zeek.originator, |pack, originator| {
        pack.byte(originator)
    });
    for (half, dir) in zeek.halves.iter_mut().zip(dirs) {
        let Half {
            state,
            before,
            once,
            last_syn,
            last_fin,
            last_rst,
            counts,
            payload,
        } = half;
        choice(pack, state, &End::ALL);
        choice(pack, before, &End::ALL);
        pack.byte(once);
        near_seq(pack, last_syn, dir.base.map_or(0, |base| base.0));
        near_seq(pack, last_fin, dir.next.0.wrapping_sub(1));
        near_seq(pack, last_rst, dir.next.0);
        counts.iter_mut().for_each(|count| pack.small(count));
        pack.flag(payload);
    }
    pack.byte(&mut zeek.letters);
    for letter in zeek
        .history
        .iter_mut()
        .take(usize::from(zeek.letters).min(MAX_HISTORY))
    {
        pack.byte(letter);
    }
}
