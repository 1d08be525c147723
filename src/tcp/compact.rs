//! A whole [`Stream`] as less than a hundred bytes, and back, with nothing lost: how idle and closed connections are kept.
//!
//! Owns: which fields are kept and what each is usually close to: what it is in a connection that was opened, used and closed
//! as most are, so that only what sets a connection apart takes room. Must not know: when a stream is packed.
//!
//! What every stream has comes first, one number behind the other whatever they are, so that the place of each is known when
//! this is compiled; what few have comes last. A stream that is nothing but a SYN is kept as that SYN (`lone`).

#![expect(
    clippy::inline_always,
    reason = "one function of the compiled program for each way, in which the place of each number is a constant"
)]

mod directions;
mod life;
mod lone;
mod words;

use super::codec::{Pack, Reader, Scratch, Writer, first};
use super::completeness::{self, Completeness};
use super::key::Key;
use super::lone::Lone;
use super::places::{REASONS, place};
use super::stream::Stream;
use super::{RoleReason, Step, StreamId};
use crate::net::Timestamp;
use crate::packet::SeqNumber;

use directions::{Around, TCP_HEADER, numbers, rarities, sent, shift_of, traits};
use life::{closing, machine, opening};
use words::{letters, zeek};

/// Packs a stream. `scratch` is working space, kept between calls.
pub(super) fn pack(stream: &mut Stream, scratch: &mut Scratch) -> Box<[u8]> {
    let bytes = &mut scratch.bytes;
    bytes.clear();
    stream.key.write(bytes);
    bytes.extend_from_slice(&stream.start.as_nanos().to_be_bytes());
    if let Some(lone) = Lone::behind(stream) {
        bytes[0] |= LONE;
        lone.write(bytes);
    } else {
        let mut writer = Writer::new(scratch);
        visit(&mut writer, stream);
        writer.finish();
    }
    scratch.bytes.as_slice().into()
}

/// Unpacks stream `id` into a blank one.
pub(super) fn unpack(id: StreamId, bytes: &[u8], stream: &mut Stream) {
    let (key, start, numbers) = open(bytes);
    if is_lone(bytes) {
        return Lone::read(numbers, start).begin(key, id, stream);
    }
    (stream.id, stream.key, stream.start) = (id, key, start);
    visit(&mut Reader::new(bytes, bytes.len() - numbers.len()), stream);
    stream.states = stream.machines.map(|end| end.state());
    stream.settle();
}

/// What stands before the numbers, because it looks random; then they.
#[inline(always)]
fn open(bytes: &[u8]) -> (Key, Timestamp, &[u8]) {
    let (key, rest) = Key::read(bytes);
    let (start, numbers) = rest.split_first_chunk().expect("as `pack` wrote it");
    let start = Timestamp::from_nanos(i64::from_be_bytes(*start));
    (key, start, numbers)
}

/// Frames of a packed stream, without unpacking the rest.
pub(super) fn frames(bytes: &[u8]) -> u64 {
    if is_lone(bytes) {
        return 1;
    }
    let (_, _, numbers) = open(bytes);
    first::<2>(bytes, bytes.len() - numbers.len()).iter().sum()
}

/// In the first byte: it is nothing but a SYN, kept as such.
const LONE: u8 = Key::FREE_BIT;

fn is_lone(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & LONE != 0)
}

/// The one description of what is kept.
#[inline(always)]
fn visit(pack: &mut impl Pack, stream: &mut Stream) {
    let [one, two] = &mut stream.dirs;
    one.packets = pack.number(one.packets); // the first two: `frames` looks for them
    two.packets = pack.number(two.packets);
    let frames = one.packets.wrapping_add(two.packets);
    pack.expect(frames > 2); // else it is a scan's
    stream.first_frame = pack.number(stream.first_frame);
    let start = Step {
        frame: stream.first_frame,
        at: stream.start,
    };
    let last = start.frame.wrapping_add(frames).wrapping_sub(1);
    stream.last_frame = pack.close(stream.last_frame, last);
    stream.previous = time(pack, stream.previous, start.at);
    let end = Step {
        frame: stream.last_frame,
        at: stream.previous,
    };
    as_a_whole(pack, stream, start);
    let client = stream.client;
    opening(pack, &mut stream.opening, start, client);
    let third = stream.opening.ack;
    let third = third.map_or(0, |ack| ack.at.since(stream.syn_time.unwrap_or_default()));
    stream.initial_rtt = pack.close(stream.initial_rtt as u64, third as u64) as i64;

    let offers = stream.opening.offers;
    let [one, two] = &mut stream.dirs;
    let rest = [
        traits(pack, one, shift_of(offers, 0), client == 0),
        traits(pack, two, shift_of(offers, 1), client == 1),
    ];
    let offers = offers.map(Option::unwrap_or_default);
    let headers = stream.key.ip_header() + TCP_HEADER;
    let data = [
        sent(pack, one, offers[0].isn, headers),
        sent(pack, two, offers[1].isn, headers),
    ];
    closing(pack, &mut stream.closing, end, client, data);
    let closing = &stream.closing;
    numbers(
        pack,
        one,
        rest[0],
        &Around::of(closing, 0, data, end),
        offers[0].window,
    );
    numbers(
        pack,
        two,
        rest[1],
        &Around::of(closing, 1, data, end),
        offers[1].window,
    );
    let near = [(rest[0], two.next), (rest[1], one.next)];
    let [near, far] = near.map(|(rest, next)| if rest.silent { 0 } else { next.0 });
    one.last_ack.0 = pack.close32(one.last_ack.0, near);
    two.last_ack.0 = pack.close32(two.last_ack.0, far);

    let (opener, answers) = (stream.opening.opener, closing.fins[1].map(|fin| fin.from));
    let part = |from: u8| (opener == Some(from), answers == Some(from));
    let ([first, second], [one, two]) = (&mut stream.machines, &mut stream.dirs);
    machine(pack, first, one, part(0));
    machine(pack, second, two, part(1));
    let unusual = zeek(pack, &mut stream.zeek, [one, two], client);

    rarities(pack, one, rest[0], end);
    rarities(pack, two, rest[1], end);
    letters(pack, &mut stream.zeek, unusual);
}

#[inline(always)]
fn time(pack: &mut impl Pack, at: Timestamp, near: Timestamp) -> Timestamp {
    let nanos = pack.close(at.as_nanos() as u64, near.as_nanos() as u64);
    Timestamp::from_nanos(nanos as i64)
}

#[inline(always)]
fn step(pack: &mut impl Pack, step: Step, near: Step) -> Step {
    Step {
        frame: pack.close(step.frame, near.frame),
        at: time(pack, step.at, near.at),
    }
}

/// A step whose presence is known.
#[inline(always)]
fn step_if(pack: &mut impl Pack, present: bool, value: Option<Step>, near: Step) -> Option<Step> {
    let kept = step(pack, value.unwrap_or(near), near);
    present.then_some(kept)
}

/// A sequence number whose presence is known.
#[inline(always)]
fn seq_if(
    pack: &mut impl Pack,
    present: bool,
    value: Option<SeqNumber>,
    near: SeqNumber,
) -> Option<SeqNumber> {
    let seq = pack.close32(value.unwrap_or(near).0, near.0);
    present.then_some(SeqNumber(seq))
}

/// The frame behind another one, at the same time.
#[inline(always)]
const fn next(step: Step) -> Step {
    Step {
        frame: step.frame.wrapping_add(1),
        at: step.at,
    }
}

/// Whose direction is whose: 0 for the client's, 1 for the other, 2 for nobody's.
#[inline(always)]
fn role(from: Option<u8>, client: u8) -> u64 {
    from.map_or(2, |from| u64::from(from ^ client))
}

/// The direction that [`role`] tells of.
#[inline(always)]
fn direction(role: u64, client: u8) -> Option<u8> {
    (role < 2).then_some(role as u8 ^ client)
}

/// What is of neither direction.
#[inline(always)]
fn as_a_whole(pack: &mut impl Pack, stream: &mut Stream, start: Step) {
    let [bits, first] = stream.completeness.parts().map(u64::from);
    let syn = stream.syn_time.is_some();
    let [bits, first, client, reason, direct, syn] = pack.together([
        (bits, 6, u64::from(completeness::ORDERLY)),
        (first, 6, 0),
        (u64::from(stream.client), 1, 0),
        (
            place(stream.client_by, &REASONS),
            3,
            place(RoleReason::SentSyn, &REASONS),
        ),
        (u64::from(stream.direct), 1, 1),
        (u64::from(syn), 1, 1),
    ]);
    stream.completeness = Completeness::from_parts([bits, first].map(|part| part as u8));
    stream.client = client as u8;
    stream.client_by = REASONS[reason as usize];
    stream.direct = direct != 0;
    let syn_time = time(pack, stream.syn_time.unwrap_or(start.at), start.at);
    stream.syn_time = (syn != 0).then_some(syn_time);
}
