//! A whole [`Stream`] as about a hundred bytes, and back, with nothing lost: how idle and closed connections are kept.
//!
//! Owns: which fields are kept and what each is usually close to. Must not know: when a stream is packed.

use std::array;

use super::acks::{Record, Unacked};
use super::closing::{Closing, FinFact, ResetFact};
use super::codec::{Pack, Reader, Scratch, Writer};
use super::completeness::Completeness;
use super::direction::{Direction, NO_WINDOW};
use super::history::History;
use super::key::Key;
use super::machine::Machine;
use super::opening::{Offer, Opening};
use super::places::{CAUSES, CERTAINTIES, ENDS, HISTORIES, OUTCOMES, PHASES, REASONS, place};
use super::stream::Stream;
use super::zeek::{Half, Zeek};
use super::{AnalysisFlags, OfferedOptions, ResetCause, Step, StreamId};
use crate::net::Timestamp;
use crate::packet::SeqNumber;

/// Where most frames and times of a stream are close to.
#[derive(Clone, Copy)]
struct Origin {
    frame: u64,
    at: u64,
}

impl Origin {
    fn of(step: Step) -> Self {
        Self {
            frame: step.frame,
            at: step.at.as_nanos() as u64,
        }
    }
}

/// Packs a stream. `scratch` is working space, kept between calls.
pub(super) fn pack(stream: &mut Stream, scratch: &mut Scratch) -> Box<[u8]> {
    let mut writer = Writer::new(scratch);
    stream.key.write(&mut writer);
    writer.raw(&stream.start.as_nanos().to_be_bytes());
    visit(&mut writer, stream);
    writer.finish().into()
}

/// Unpacks stream `id` into a blank one.
pub(super) fn unpack(id: StreamId, bytes: &[u8], stream: &mut Stream) {
    stream.id = id;
    let numbers;
    (stream.key, stream.start, numbers) = front(bytes);
    visit(&mut Reader::new(numbers), stream);
}

/// What stands before the numbers, because it looks random; then they.
fn front(bytes: &[u8]) -> (Key, Timestamp, &[u8]) {
    let (key, rest) = Key::read(bytes);
    let (start, numbers) = rest.split_first_chunk().expect("as `pack` wrote it");
    let start = Timestamp::from_nanos(i64::from_be_bytes(*start));
    (key, start, numbers)
}

/// Frames of a packed stream, without unpacking the rest.
pub(super) fn frames(bytes: &[u8]) -> u64 {
    let (_, _, numbers) = front(bytes);
    let mut reader = Reader::new(numbers);
    reader.number(0) + reader.number(0)
}

/// The one description of what is kept.
fn visit(pack: &mut impl Pack, stream: &mut Stream) {
    for dir in &mut stream.dirs {
        dir.packets = pack.number(dir.packets); // the first two: `frames` looks for them
    }
    stream.first_frame = pack.number(stream.first_frame);
    let start = Origin {
        frame: stream.first_frame,
        at: stream.start.as_nanos() as u64,
    };
    stream.last_frame = pack.close(stream.last_frame, start.frame);
    time(pack, &mut stream.previous, start.at);
    let end = Origin {
        frame: stream.last_frame,
        at: stream.previous.as_nanos() as u64,
    };
    let [bits, first, more] = stream.completeness.parts();
    let [bits, first, more, client, reason, direct, settled, syn] = pack.together([
        (u64::from(bits), 6),
        (u64::from(first), 6),
        (u64::from(more), 1),
        (u64::from(stream.client), 1),
        (place(stream.client_by, &REASONS), 2),
        (u64::from(stream.direct), 1),
        (u64::from(stream.settled), 1),
        (u64::from(stream.syn_time.is_some()), 1),
    ]);
    stream.completeness = Completeness::from_parts([bits as u8, first as u8, more as u8]);
    stream.client = client as u8;
    stream.client_by = REASONS[reason as usize];
    (stream.direct, stream.settled) = (direct != 0, settled != 0);
    opening(pack, &mut stream.opening, start);
    let mut syn_time = stream.syn_time.unwrap_or_default();
    if syn != 0 {
        time(pack, &mut syn_time, start.at);
    }
    stream.syn_time = (syn != 0).then_some(syn_time);
    let third = stream.opening.ack.map_or(0, |ack| ack.at.since(syn_time));
    let rtt = pack.close(stream.initial_rtt as u64, third as u64);
    stream.initial_rtt = rtt as i64;
    let offers = stream.opening.offers.map(Option::unwrap_or_default);
    for (dir, offer) in stream.dirs.iter_mut().zip(&offers) {
        direction(pack, dir, end, offer);
    }
    let next = [stream.dirs[1].next.0, stream.dirs[0].next.0];
    for (dir, peer_next) in stream.dirs.iter_mut().zip(next) {
        dir.last_ack.0 = pack.close32(dir.last_ack.0, peer_next);
    }
    for (machine, dir) in stream.machines.iter_mut().zip(&stream.dirs) {
        end_of(pack, machine, dir);
    }
    stream.states = stream.machines.map(|end| end.state());
    closing(pack, &mut stream.closing, end, &stream.dirs);
    zeek(pack, &mut stream.zeek, &stream.dirs);
}

fn time(pack: &mut impl Pack, at: &mut Timestamp, near: u64) {
    let nanos = pack.close(at.as_nanos() as u64, near);
    *at = Timestamp::from_nanos(nanos as i64);
}

fn step(pack: &mut impl Pack, step: &mut Step, near: Origin) {
    step.frame = pack.close(step.frame, near.frame);
    time(pack, &mut step.at, near.at);
}

/// IPv4 and TCP with time stamps: what most segments carry in front of their payload.
const USUAL_HEADERS: u64 = 52;
/// What a SYN of Linux carries beyond them.
const SYN_OPTIONS: u64 = 8;

const NO_STEP: Step = Step {
    frame: 0,
    at: Timestamp::ZERO,
};

/// A step whose presence is known.
fn step_if(pack: &mut impl Pack, present: bool, value: Option<Step>, near: Origin) -> Option<Step> {
    let mut kept = value.unwrap_or(NO_STEP);
    if present {
        step(pack, &mut kept, near);
    }
    present.then_some(kept)
}

fn direction(pack: &mut impl Pack, dir: &mut Direction, end: Origin, offer: &Offer) {
    let silent = dir.last_win == NO_WINDOW;
    let [
        based,
        silent,
        shift,
        syn_win,
        unknown,
        pushed,
        closer,
        window,
        flags,
        paths,
    ] = pack.together([
        (u64::from(dir.base.is_some()), 1),
        (u64::from(silent), 1),
        ((dir.shift + 2) as u64, 5),
        (u64::from(dir.syn_win), 1),
        (u64::from(!dir.flight_known), 1),
        (u64::from(dir.pushed), 1),
        (u64::from(dir.closer), 1),
        (u64::from(dir.zero_window.is_some()), 1),
        (u64::from(dir.last_flags.0), 16),
        (u64::from(dir.paths != [0; 2]), 1),
    ]);
    dir.shift = shift as i8 - 2;
    dir.syn_win = syn_win != 0;
    dir.flight_known = unknown == 0;
    (dir.pushed, dir.closer) = (pushed != 0, closer != 0);
    dir.last_flags = AnalysisFlags(flags as u16);
    dir.paths = if paths == 0 {
        [0; 2]
    } else {
        both_paths(pack, dir.paths)
    };
    let mut base = dir.base.unwrap_or_default();
    if based != 0 {
        base.0 = pack.close32(base.0, offer.isn.0);
    }
    dir.base = (based != 0).then_some(base);
    if silent == 0 {
        spoken(pack, dir, end, base.0, offer.window);
    } else {
        unspoken(dir);
    }
    dir.dup_acks = pack.small(dir.dup_acks);
    dir.sack_sum = pack.small(dir.sack_sum);
    unacked(pack, &mut dir.unacked, end, dir.next.0);
    dir.bytes = pack.number(dir.bytes);
    dir.ip_bytes = pack.close(
        dir.ip_bytes,
        dir.bytes + USUAL_HEADERS * dir.packets + SYN_OPTIONS,
    );
    let (mut frame, mut at) = dir.zero_window.unwrap_or_default();
    if window != 0 {
        frame = pack.close(frame, end.frame);
        time(pack, &mut at, end.at);
    }
    dir.zero_window = (window != 0).then_some((frame, at));
}

fn both_paths(pack: &mut impl Pack, paths: [u16; 2]) -> [u16; 2] {
    paths.map(|path| pack.small(u32::from(path)) as u16)
}

/// What a direction has before a frame of it was analysed.
fn unspoken(dir: &mut Direction) {
    let fresh = Direction::default();
    (dir.next, dir.cont, dir.last_win) = (fresh.next, fresh.cont, fresh.last_win);
    (dir.last_time, dir.next_time) = (fresh.last_time, fresh.next_time);
    (dir.next_frame, dir.nondup, dir.push_sum) = (0, 0, 0);
}

/// What a direction has once a frame of it was analysed.
fn spoken(pack: &mut impl Pack, dir: &mut Direction, end: Origin, base: u32, offered: u16) {
    dir.next.0 = pack.close32(dir.next.0, base.wrapping_add(1));
    dir.cont.0 = pack.close32(dir.cont.0, dir.next.0);
    dir.last_win = pack.close32(dir.last_win, u32::from(offered));
    time(pack, &mut dir.last_time, end.at);
    time(pack, &mut dir.next_time, dir.last_time.as_nanos() as u64);
    dir.next_frame = pack.close(dir.next_frame, end.frame);
    dir.nondup = pack.close(dir.nondup, dir.next_frame);
    dir.push_sum = pack.small(dir.push_sum);
}

fn unacked(pack: &mut impl Pack, list: &mut Unacked, end: Origin, next: u32) {
    let acked = u64::from(list.last.frame != 0);
    let [acked, count] = pack.together([(acked, 1), (list.len() as u64, 32)]);
    let mut records = list.iter().copied().collect::<Vec<_>>().into_iter();
    let mut covered = list.last;
    list.clear();
    if acked != 0 {
        covered.frame = pack.close(covered.frame, end.frame);
        covered.end.0 = pack.close32(covered.end.0, next);
        covered.seq.0 = pack.close32(covered.seq.0, covered.end.0);
        list.last = covered;
    }
    let (mut near, mut at) = (next, end);
    for _ in 0..count {
        let mut each: Record = records.next().unwrap_or_default();
        each.frame = pack.close(each.frame, at.frame);
        each.end.0 = pack.close32(each.end.0, near);
        each.seq.0 = pack.close32(each.seq.0, each.end.0);
        time(pack, &mut each.at, at.at);
        near = each.end.0;
        at = Origin {
            frame: each.frame,
            at: each.at.as_nanos() as u64,
        };
        list.push(each);
    }
}

fn opening(pack: &mut impl Pack, opening: &mut Opening, start: Origin) {
    let opener = opening.opener.map_or(2, u64::from);
    let [
        outcome,
        opener,
        syn,
        answer,
        ack,
        retries,
        first,
        second,
        same,
        crossed,
    ] = pack.together([
        (place(opening.outcome, &OUTCOMES), 3),
        (opener, 2),
        (u64::from(opening.syn.is_some()), 1),
        (u64::from(opening.answer.is_some()), 1),
        (u64::from(opening.ack.is_some()), 1),
        (
            u64::from(opening.syn_retries | opening.answer_retries != 0),
            1,
        ),
        (u64::from(opening.offers[0].is_some()), 1),
        (u64::from(opening.offers[1].is_some()), 1),
        (u64::from(opening.self_connect), 1),
        (
            u64::from(opening.syn_acked[0]) | u64::from(opening.syn_acked[1]) << 1,
            2,
        ),
    ]);
    opening.outcome = OUTCOMES[outcome as usize];
    opening.opener = (opener < 2).then_some(opener as u8);
    opening.syn = step_if(pack, syn != 0, opening.syn, start);
    opening.answer = step_if(pack, answer != 0, opening.answer, start);
    let near = opening.answer.map_or(start, Origin::of);
    opening.ack = step_if(pack, ack != 0, opening.ack, near);
    for count in [&mut opening.syn_retries, &mut opening.answer_retries] {
        *count = if retries != 0 {
            pack.small(u32::from(*count)) as u16
        } else {
            0
        };
    }
    opening.self_connect = same != 0;
    opening.syn_acked = [crossed & 1 != 0, crossed & 2 != 0];
    let mut near = Offer::default();
    for (value, present) in opening.offers.iter_mut().zip([first, second]) {
        let mut kept = value.unwrap_or_default();
        if present != 0 {
            offer(pack, &mut kept, &near);
            near = kept;
        }
        *value = (present != 0).then_some(kept);
    }
}

/// What one end offered; `near`: what the other one did, most often the same.
fn offer(pack: &mut impl Pack, offer: &mut Offer, near: &Offer) {
    offer.isn.0 = pack.small(offer.isn.0);
    let window = u32::from(offer.window);
    offer.window = pack.close32(window, u32::from(u16::MAX)) as u16;
    let options = &mut offer.options;
    let (own, other) = (shape(*options), shape(near.options));
    let widths = [1, 1, 8, 1, 1];
    let differences = array::from_fn(|at| (own[at] ^ other[at], widths[at]));
    let differences: [u64; 5] = pack.together(differences);
    let [mss, scaled, scale, sack, stamps] = array::from_fn(|at| differences[at] ^ other[at]);
    let mut size = u32::from(options.mss.unwrap_or(0));
    if mss != 0 {
        size = pack.close32(size, near.options.mss.map_or(0, u32::from));
    }
    options.mss = (mss != 0).then_some(size as u16);
    options.window_scale = (scaled != 0).then_some(scale as u8);
    (options.sack_permitted, options.timestamps) = (sack != 0, stamps != 0);
}

/// Which options there are, and the shift: of 1, 1, 8, 1 and 1 bits.
fn shape(options: OfferedOptions) -> [u64; 5] {
    [
        u64::from(options.mss.is_some()),
        u64::from(options.window_scale.is_some()),
        u64::from(options.window_scale.unwrap_or(0)),
        u64::from(options.sack_permitted),
        u64::from(options.timestamps),
    ]
}

fn end_of(pack: &mut impl Pack, machine: &mut Machine, dir: &Direction) {
    let arrived = machine
        .peer_fin
        .map_or(2, |certainty| place(certainty, &CERTAINTIES));
    let [phase, certainty, active, isn, fin, acked, arrived, passive] = pack.together([
        (place(machine.phase, &PHASES), 3),
        (place(machine.certainty, &CERTAINTIES), 1),
        (u64::from(machine.active), 1),
        (u64::from(machine.isn.is_some()), 1),
        (u64::from(machine.fin.is_some()), 1),
        (u64::from(machine.fin_acked), 1),
        (arrived, 2),
        (u64::from(machine.passive_close), 1),
    ]);
    machine.phase = PHASES[phase as usize];
    machine.certainty = CERTAINTIES[certainty as usize];
    machine.active = active != 0;
    let base = dir.base.map_or(0, |base| base.0);
    machine.isn = near_seq(pack, isn != 0, machine.isn, base);
    machine.fin = near_seq(pack, fin != 0, machine.fin, dir.next.0.wrapping_sub(1));
    machine.fin_acked = acked != 0;
    machine.peer_fin = CERTAINTIES.get(arrived as usize).copied();
    machine.passive_close = passive != 0;
}

/// A sequence number whose presence is known.
fn near_seq(
    pack: &mut impl Pack,
    present: bool,
    value: Option<SeqNumber>,
    near: u32,
) -> Option<SeqNumber> {
    let mut seq = value.unwrap_or_default();
    if present {
        seq.0 = pack.close32(seq.0, near);
    }
    present.then_some(seq)
}

fn closing(pack: &mut impl Pack, closing: &mut Closing, end: Origin, dirs: &[Direction; 2]) {
    let fin = |at: usize| closing.fins[at];
    let acked = |at: usize| u64::from(fin(at).is_some_and(|fin| fin.acked.is_some()));
    let from = |at: usize| u64::from(fin(at).is_some_and(|fin| fin.from != 0));
    let reset = closing.reset.unwrap_or(ResetFact {
        from: 0,
        step: NO_STEP,
        cause: ResetCause::Unknown,
        exact: false,
    });
    let [
        first,
        one,
        seen_one,
        second,
        two,
        seen_two,
        aborted,
        who,
        cause,
        exact,
    ] = pack.together([
        (u64::from(fin(0).is_some()), 1),
        (from(0), 1),
        (acked(0), 1),
        (u64::from(fin(1).is_some()), 1),
        (from(1), 1),
        (acked(1), 1),
        (u64::from(closing.reset.is_some()), 1),
        (u64::from(reset.from), 1),
        (place(reset.cause, &CAUSES), 3),
        (u64::from(reset.exact), 1),
    ]);
    let facts = [(first, one, seen_one), (second, two, seen_two)];
    fins(pack, &mut closing.fins, facts, end, dirs);
    closing.reset = (aborted != 0).then(|| ResetFact {
        from: who as u8,
        step: step_if(pack, true, Some(reset.step), end).unwrap_or(NO_STEP),
        cause: CAUSES[cause as usize],
        exact: exact != 0,
    });
    if first != 0 && seen_one != 0 {
        let other = &dirs[1 - usize::from(one != 0)];
        closing.half_close_end.0 = pack.close32(closing.half_close_end.0, other.next.0);
        closing.half_close_bytes = pack.number(closing.half_close_bytes);
    }
}

/// The FINs; of each whether it is there, its direction, and whether it is acknowledged.
fn fins(
    pack: &mut impl Pack,
    fins: &mut [Option<FinFact>; 2],
    facts: [(u64, u64, u64); 2],
    end: Origin,
    dirs: &[Direction; 2],
) {
    let second = facts[1].0;
    let mut near = end;
    for (value, (present, from, acked)) in fins.iter_mut().zip(facts) {
        let old = *value;
        *value = (present != 0).then(|| {
            let mut seq = old.map_or(SeqNumber(0), |fin| fin.seq);
            let next = dirs[from as usize].next.0;
            seq.0 = pack.close32(seq.0, next.wrapping_sub(1));
            let step = step_if(pack, true, old.map(|fin| fin.step), near).unwrap_or(NO_STEP);
            let close = if second != 0 && near.at == end.at {
                Origin::of(step)
            } else {
                end
            };
            let acked = step_if(pack, acked != 0, old.and_then(|fin| fin.acked), close);
            near = acked.map_or(close, Origin::of);
            FinFact {
                from: from as u8,
                step,
                seq,
                acked,
            }
        });
    }
}

fn zeek(pack: &mut impl Pack, zeek: &mut Zeek, dirs: &[Direction; 2]) {
    let originator = zeek.originator.map_or(2, u64::from);
    let letters = zeek.history.as_bytes();
    let known = HISTORIES.iter().position(|each| each.as_bytes() == letters);
    let code = known.map_or(0, |at| at as u64 + 1);
    let [originator, code] = pack.together([(originator, 2), (code, 4)]);
    zeek.originator = (originator < 2).then_some(originator as u8);
    zeek.history = match (code as usize).checked_sub(1) {
        Some(known) => History::from(HISTORIES[known]),
        None => history(pack, zeek.history),
    };
    for (half, dir) in zeek.halves.iter_mut().zip(dirs) {
        half_of(pack, half, dir);
    }
}

/// Letter for letter.
fn history(pack: &mut impl Pack, history: History) -> History {
    let old = history.as_bytes();
    let mut read = History::default();
    for at in 0..pack.number(old.len() as u64) as usize {
        read.push(pack.byte(old.get(at).copied().unwrap_or_default()));
    }
    read
}

fn half_of(pack: &mut impl Pack, half: &mut Half, dir: &Direction) {
    let counted = half.counts != [0; 3] || half.missed != 0;
    let [state, before, once, syn, fin, rst, payload, counted] = pack.together([
        (place(half.state, &ENDS), 3),
        (place(half.before, &ENDS), 3),
        (u64::from(half.once), 4),
        (u64::from(half.last_syn.is_some()), 1),
        (u64::from(half.last_fin.is_some()), 1),
        (u64::from(half.last_rst.is_some()), 1),
        (u64::from(half.payload), 1),
        (u64::from(counted), 1),
    ]);
    half.state = ENDS[state as usize];
    half.before = ENDS[before as usize];
    half.once = once as u8;
    let (base, next) = (dir.base.map_or(0, |base| base.0), dir.next.0);
    half.last_syn = near_seq(pack, syn != 0, half.last_syn, base);
    half.last_fin = near_seq(pack, fin != 0, half.last_fin, next.wrapping_sub(1));
    half.last_rst = near_seq(pack, rst != 0, half.last_rst, next);
    half.payload = payload != 0;
    for count in &mut half.counts {
        if counted != 0 {
            *count = pack.small(*count);
        } else {
            *count = 0;
        }
    }
    if counted != 0 {
        half.missed = pack.number(half.missed);
    } else {
        half.missed = 0;
    }
}
