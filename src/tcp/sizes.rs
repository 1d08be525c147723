//! How much was sent by the sequence numbers, and how much of that the capture never held: `orig_bytes`, `resp_bytes` and
//! `missed_bytes` of Zeek's conn.log (Z-6).
//!
//! Must not know: letters and states of Zeek, which side is the originator.

use super::direction::Direction;
use crate::packet::{Segment, SeqNumber};

/// Payload bytes from the first to the highest number that `own` sent or `peer` acknowledged, each once, holes included.
pub(super) fn sent(own: &Direction, peer: &Direction, fin: bool) -> u64 {
    let Some(base) = own.base.filter(|_| own.next_known()) else {
        return 0;
    };
    let acked = peer.last_ack;
    let ahead = acked.0 != 0 && acked.follows(own.next);
    let end = if ahead { acked } else { own.next };
    let span = u64::from(end.offset_from(base).wrapping_sub(1 + u32::from(fin)));
    if span > u64::from(u32::MAX) - 2 && own.bytes < span {
        return 0; // a FIN that took no number
    }
    // Sequence numbers begin anew every 2^32 bytes; the count of bytes tells how often they did.
    let turn = 1 << 32;
    let turns = (own.bytes + turn / 2).saturating_sub(span) / turn;
    span + turns * turn
}

/// Bytes that this segment of `fwd` acknowledges, was the first to, and that no segment of `rev` was seen to carry.
pub(super) fn missed(fwd: &Direction, rev: &Direction, segment: &Segment<'_>) -> u32 {
    if !segment.flags.ack() || rev.cont.0 == 0 || !segment.ack.follows(rev.cont) {
        return 0;
    }
    let known = fwd.last_ack;
    let from = if fwd.packets > 0 && known.follows(rev.cont) {
        known
    } else {
        rev.cont
    };
    // Of a sender that is so far ahead not all is remembered; and a FIN that was not seen is no byte.
    if !segment.ack.follows(from) || rev.unacked.is_full() || segment.ack == rev.next.plus(1) {
        return 0;
    }
    unseen(from, segment.ack, rev)
}

/// How much of `from..to` is in none of the segments still to be acknowledged.
fn unseen(from: SeqNumber, to: SeqNumber, rev: &Direction) -> u32 {
    let span = to.offset_from(from);
    // Half the circle away is ahead as well: 64 bits hold that.
    let place = |seq: SeqNumber| {
        let ahead = i64::from(seq.offset_from(from) as i32);
        ahead.clamp(0, i64::from(span)) as u32
    };
    let mut seen: Vec<_> = rev
        .unacked
        .iter()
        .map(|record| (place(record.seq), place(record.end)))
        .collect();
    seen.sort_unstable();
    let (mut left, mut upto) = (span, 0);
    for (start, end) in seen {
        let new = start.max(upto);
        left -= end.saturating_sub(new);
        upto = upto.max(end);
    }
    left
}
