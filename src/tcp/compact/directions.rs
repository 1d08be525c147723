//! The numbers of each direction.

use super::super::acks::Record;
use super::super::closing::Closing;
use super::super::codec::Pack;
use super::super::direction::{Direction, NO_WINDOW, SHIFT_NOT_USED};
use super::super::opening::Offer;
use super::super::{AnalysisFlags, Step};
use super::{seq_if, step, time};
use crate::net::Timestamp;
use crate::packet::{MAX_WINDOW_SHIFT, SeqNumber};

/// The shift that a direction has after these offers (W-2, W-4), from 0 on.
#[inline(always)]
pub(super) fn shift_of(offers: [Option<Offer>; 2], from: usize) -> u64 {
    let scale = |from: usize| offers[from].and_then(|offer| offer.options.window_scale);
    match (scale(from), scale(1 - from)) {
        (Some(own), Some(_)) => code_of(own.min(MAX_WINDOW_SHIFT) as i8),
        _ => code_of(SHIFT_NOT_USED),
    }
}

/// A shift or what stands in its place, from 0 on: of 5 bits.
#[inline(always)]
const fn code_of(shift: i8) -> u64 {
    (shift - SHIFT_NOT_USED) as u64 & 31
}

/// What else is to be read of a direction.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    /// Nothing of it was analysed.
    pub(super) silent: bool,
    /// Something of it was acknowledged.
    acked: bool,
    /// What few have: a closed window, Multipath TCP, duplicate ACKs or SACK blocks or segments that are not acknowledged.
    window: bool,
    paths: bool,
    open: bool,
}

/// What of it is said in a few bits.
#[inline(always)]
pub(super) fn traits(pack: &mut impl Pack, dir: &mut Direction, shift: u64, client: bool) -> Rest {
    let open = (dir.dup_acks, dir.sack_sum) != (0, 0) || !dir.unacked.is_empty();
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
        open,
        acked,
    ] = pack.together([
        (u64::from(dir.base.is_some()), 1, 1),
        (u64::from(dir.last_win == NO_WINDOW), 1, 0),
        (code_of(dir.shift), 5, shift),
        (u64::from(dir.syn_win), 1, 0),
        (u64::from(!dir.flight_known), 1, 0),
        (u64::from(dir.pushed), 1, 1),
        (u64::from(dir.closer), 1, u64::from(client)),
        (u64::from(dir.zero_window.is_some()), 1, 0),
        (u64::from(dir.last_flags.0), 16, 0),
        (u64::from(dir.paths != [0; 2]), 1, 0),
        (u64::from(open), 1, 0),
        (u64::from(dir.unacked.last.frame != 0), 1, 1),
    ]);
    dir.base = (based != 0).then_some(dir.base.unwrap_or_default());
    dir.shift = shift as i8 + SHIFT_NOT_USED;
    dir.syn_win = syn_win != 0;
    dir.flight_known = unknown == 0;
    (dir.pushed, dir.closer) = (pushed != 0, closer != 0);
    dir.last_flags = AnalysisFlags(flags as u16);
    Rest {
        silent: silent != 0,
        acked: acked != 0,
        window: window != 0,
        paths: paths != 0,
        open: open != 0,
    }
}

/// TCP with time stamps: what most segments carry between IP and their payload.
pub(super) const TCP_HEADER: u64 = 32;
/// What a SYN of Linux carries beyond that.
const SYN_OPTIONS: u64 = 8;

/// How much was sent; gives where that ends.
#[inline(always)]
pub(super) fn sent(
    pack: &mut impl Pack,
    dir: &mut Direction,
    isn: SeqNumber,
    headers: u64,
) -> SeqNumber {
    dir.base = seq_if(pack, dir.base.is_some(), dir.base, isn);
    dir.bytes = pack.number(dir.bytes);
    dir.push_sum = pack.small(dir.push_sum);
    let syn = if dir.packets == 0 { 0 } else { SYN_OPTIONS };
    let near = dir.bytes.wrapping_add(headers.wrapping_mul(dir.packets));
    dir.ip_bytes = pack.close(dir.ip_bytes, near.wrapping_add(syn));
    dir.base.unwrap_or(isn).plus(1).plus(dir.bytes as u32)
}

/// What the numbers of a direction are close to.
pub(super) struct Around {
    /// Behind its data and its FIN.
    next: SeqNumber,
    /// The last segment with either.
    last: Step,
    /// The last segment at all.
    spoke: Timestamp,
    /// The last news from the other direction.
    heard: Option<u64>,
}

impl Around {
    #[inline(always)]
    pub(super) fn of(closing: &Closing, from: u8, data: [SeqNumber; 2], end: Step) -> Self {
        let [first, second] = closing.fins.map(|fin| fin.filter(|fin| fin.from == from));
        let [one, two] = closing.fins.map(|fin| fin.filter(|fin| fin.from != from));
        let fin = first.or(second);
        Self {
            next: fin.map_or(data[usize::from(from)], |fin| fin.seq.plus(1)),
            last: fin.map_or(end, |fin| fin.step),
            spoke: second.map_or(end.at, |fin| fin.step.at),
            heard: one.or(two).and_then(|fin| fin.acked).map(|ack| ack.frame),
        }
    }
}

/// What a direction has once a frame of it was analysed.
#[inline(always)]
pub(super) fn numbers(
    pack: &mut impl Pack,
    dir: &mut Direction,
    rest: Rest,
    around: &Around,
    offered: u16,
) {
    if rest.silent {
        return pack.skip(10);
    }
    dir.next.0 = pack.close32(dir.next.0, around.next.0);
    dir.cont.0 = pack.close32(dir.cont.0, dir.next.0);
    dir.last_win = pack.close32(dir.last_win, u32::from(offered));
    dir.last_time = time(pack, dir.last_time, around.spoke);
    dir.next_frame = pack.close(dir.next_frame, around.last.frame);
    dir.next_time = time(pack, dir.next_time, around.last.at);
    let near = if dir.packets > 1 { dir.next_frame } else { 0 };
    dir.nondup = pack.close(dir.nondup, around.heard.unwrap_or(near));
    let last = &mut dir.unacked.last;
    let mut kept = *last;
    if last.frame == 0 {
        (kept.frame, kept.end, kept.seq) = (dir.next_frame, dir.next, dir.next.minus(1));
    }
    kept.frame = pack.close(kept.frame, dir.next_frame);
    kept.end.0 = pack.close32(kept.end.0, dir.next.0);
    kept.seq.0 = pack.close32(kept.seq.0, kept.end.minus(1).0);
    if rest.acked {
        *last = kept;
    }
}

/// What few directions have.
#[inline(always)]
pub(super) fn rarities(pack: &mut impl Pack, dir: &mut Direction, rest: Rest, end: Step) {
    if rest.window {
        let (frame, at) = dir.zero_window.unwrap_or_default();
        let closed = step(pack, Step { frame, at }, end);
        dir.zero_window = Some((closed.frame, closed.at));
    }
    if rest.paths {
        dir.paths = dir.paths.map(|path| pack.small(u32::from(path)) as u16);
    }
    if rest.open {
        dir.dup_acks = pack.small(dir.dup_acks);
        dir.sack_sum = pack.small(dir.sack_sum);
        unacked(pack, dir, end);
    }
}

/// Segments that are not acknowledged.
#[inline(always)]
fn unacked(pack: &mut impl Pack, dir: &mut Direction, end: Step) {
    let (acked, list) = (dir.unacked.last, &mut dir.unacked);
    let count = pack.number(list.len() as u64);
    let mut records = list.iter().copied().collect::<Vec<_>>().into_iter();
    list.clear();
    list.last = acked;
    let (mut near, mut behind) = (end, dir.next);
    for _ in 0..count {
        let mut each: Record = records.next().unwrap_or_default();
        let sent = Step {
            frame: each.frame,
            at: each.at,
        };
        near = step(pack, sent, near);
        (each.frame, each.at) = (near.frame, near.at);
        each.end.0 = pack.close32(each.end.0, behind.0);
        each.seq.0 = pack.close32(each.seq.0, each.end.0);
        behind = each.end;
        list.push(each);
    }
}
