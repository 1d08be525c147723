//! What Zeek says of a connection.

use super::super::codec::Pack;
use super::super::direction::Direction;
use super::super::history::History;
use super::super::places::{ENDS, HISTORIES, place};
use super::super::zeek::{End, Half, Zeek};
use super::{direction, role, seq_if};

/// What Zeek says of a connection that is as few are.
#[derive(Clone, Copy)]
pub(super) struct Unusual {
    history: bool,
    counts: [bool; 2],
}

#[inline(always)]
pub(super) fn zeek(
    pack: &mut impl Pack,
    zeek: &mut Zeek,
    dirs: [&Direction; 2],
    client: u8,
) -> Unusual {
    let letters = zeek.history.as_bytes();
    let known = HISTORIES.iter().position(|each| each.as_bytes() == letters);
    let [originator, code] = pack.together([
        (role(zeek.originator, client), 2, 0),
        (known.map_or(0, |at| at as u64 + 1), 4, 1),
    ]);
    zeek.originator = direction(originator, client);
    let known = (code as usize).checked_sub(1);
    zeek.history = known.map_or(zeek.history, |known| History::from(HISTORIES[known]));
    let [first, second] = &mut zeek.halves;
    let counts = [half(pack, first, dirs[0]), half(pack, second, dirs[1])];
    Unusual {
        history: known.is_none(),
        counts,
    }
}

/// True when it has counts.
#[inline(always)]
fn half(pack: &mut impl Pack, half: &mut Half, dir: &Direction) -> bool {
    let counted = half.counts != [0; 3] || half.missed != 0;
    let [state, before, once, syn, fin, rst, payload, counted] = pack.together([
        (place(half.state, &ENDS), 3, place(End::Closed, &ENDS)),
        (place(half.before, &ENDS), 3, place(End::Established, &ENDS)),
        (u64::from(half.once), 4, u64::from(Half::SAID_ALL)),
        (u64::from(half.last_syn.is_some()), 1, 1),
        (u64::from(half.last_fin.is_some()), 1, 1),
        (u64::from(half.last_rst.is_some()), 1, 0),
        (u64::from(half.payload), 1, 1),
        (u64::from(counted), 1, 0),
    ]);
    half.state = ENDS[state as usize];
    half.before = ENDS[before as usize];
    half.once = once as u8;
    half.last_syn = seq_if(pack, syn != 0, half.last_syn, dir.base.unwrap_or_default());
    half.last_fin = seq_if(pack, fin != 0, half.last_fin, dir.next.minus(1));
    half.last_rst = seq_if(pack, rst != 0, half.last_rst, dir.next);
    half.payload = payload != 0;
    counted != 0
}

/// Letters in one number: a longer one takes a byte more.
const LETTERS: usize = 7;

/// What Zeek says of few connections.
#[inline(always)]
pub(super) fn letters(pack: &mut impl Pack, zeek: &mut Zeek, unusual: Unusual) {
    if unusual.history {
        let length = pack.number(zeek.history.as_bytes().len() as u64);
        let mut old = zeek.history.as_bytes().chunks(LETTERS);
        let mut read = History::default();
        for at in (0..length as usize).step_by(LETTERS) {
            let old = old.next().unwrap_or_default().iter().rev();
            let word = old.fold(0, |word, letter| word << 8 | u64::from(*letter));
            let letters = pack.number(word).to_le_bytes();
            let more = LETTERS.min(length as usize - at);
            letters[..more].iter().for_each(|letter| read.push(*letter));
        }
        zeek.history = read;
    }
    for (half, counted) in zeek.halves.iter_mut().zip(unusual.counts) {
        if counted {
            half.counts = half.counts.map(|count| pack.small(count));
            half.missed = pack.number(half.missed);
        }
    }
}
