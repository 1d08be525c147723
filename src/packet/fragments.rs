//! IP fragments on their way to a whole datagram (RFC 791 section 3.2, RFC 8200 section 4.5; rule IN-3).
//!
//! Owns: waiting fragments and their bounds. Overlaps are settled as tshark does: bytes at lower offsets, and among equal
//! offsets those that came first, win. Must not know: header layouts.

use crate::net::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::ops::Bound::{Excluded, Unbounded};

/// Most datagrams waiting at once: more than the 833 halves of 1500 bytes that a gigabit link brings in 10 ms.
pub const MAX_DATAGRAMS: usize = 2048;
/// Most bytes waiting at once, bookkeeping included: 64 datagrams of the full 64 KiB, parts that overlap counted.
pub const MAX_WAITING_BYTES: usize = 8 << 20;
/// When a bound bites, fragments older than this go first: the 60 s of RFC 8200 section 4.5, by capture time. Without
/// pressure nothing is thrown away, as tshark never does either.
pub const MAX_WAITING_NANOS: i64 = 60_000_000_000;

/// What one waiting fragment costs besides its bytes.
const OVERHEAD: usize = 96;

/// Which datagram a fragment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// What tells datagrams of the same two ends apart.
    pub(super) id: Identity,
}

/// The rest of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    /// Identification, protocol and outermost 802.1Q VLAN, folded by exclusive or as tshark 4.0 does.
    V4(u16),
    /// The identification of the fragment header.
    V6(u32),
}

/// One fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'d> {
    /// Offset in the datagram in bytes.
    pub(super) offset: usize,
    /// More follow.
    pub(super) more: bool,
    /// Its bytes, all of them.
    pub(super) data: &'d [u8],
}

/// A datagram with holes.
#[derive(Debug)]
struct Datagram {
    /// Offset and bytes by end. None lies within one of lower offset, or of the same that came before, which would win
    /// everywhere: so both offsets and ends grow.
    pieces: BTreeMap<usize, (usize, Box<[u8]>)>,
    /// No byte before this is missing.
    reach: usize,
    /// Length, once a last fragment told it; the first one wins.
    length: Option<usize>,
    cost: usize,
    started: Timestamp,
    serial: u64,
}

/// All datagrams with holes.
#[derive(Debug, Default)]
pub(super) struct FragmentTable {
    waiting: HashMap<Key, Datagram>,
    /// Who waits by serial number: the oldest first.
    order: BTreeMap<u64, Key>,
    cost: usize,
    serial: u64,
    /// Datagrams thrown away because a bound bit.
    pub(super) evicted: u64,
}

impl FragmentTable {
    /// Adds one fragment; the whole datagram if that was the last hole.
    pub(super) fn add(
        &mut self,
        key: Key,
        fragment: Fragment<'_>,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        self.serial += 1;
        let serial = self.serial;
        let order = &mut self.order;
        let datagram = self.waiting.entry(key).or_insert_with(|| {
            order.insert(serial, key);
            Datagram {
                pieces: BTreeMap::new(),
                reach: 0,
                length: None,
                cost: OVERHEAD,
                started: now,
                serial,
            }
        });
        let before = if datagram.serial == serial {
            0
        } else {
            datagram.cost
        };
        datagram.insert(fragment);
        self.cost = self.cost - before + datagram.cost;
        if let Some(bytes) = datagram.assemble() {
            self.remove(&key);
            return Some(bytes);
        }
        self.keep_bounds(now);
        None
    }

    fn remove(&mut self, key: &Key) {
        if let Some(datagram) = self.waiting.remove(key) {
            self.order.remove(&datagram.serial);
            self.cost -= datagram.cost;
        }
    }

    /// Once a bound bites, throws away the oldest until the table fits again, and what is too old.
    fn keep_bounds(&mut self, now: Timestamp) {
        let mut bitten = false;
        while let Some((_, &key)) = self.order.first_key_value() {
            let full = self.waiting.len() > MAX_DATAGRAMS || self.cost > MAX_WAITING_BYTES;
            bitten |= full;
            let started = self.waiting.get(&key).map_or(now, |oldest| oldest.started);
            let too_old = now.since(started) > MAX_WAITING_NANOS;
            if !(full || bitten && too_old) {
                break;
            }
            self.remove(&key);
            self.evicted += 1;
        }
    }
}

impl Datagram {
    fn insert(&mut self, fragment: Fragment<'_>) {
        let Fragment { offset, more, data } = fragment;
        let end = offset + data.len();
        if !more && self.length.is_none() {
            self.length = Some(end);
        }
        let covering = self.pieces.range(end..).next();
        if data.is_empty() || covering.is_some_and(|(_, (start, _))| *start <= offset) {
            return;
        }
        // What begins behind it and ends no later has nothing to say any more.
        while let Some((&other, (start, old))) = self.pieces.range(..=end).next_back()
            && *start > offset
        {
            self.cost -= old.len() + OVERHEAD;
            self.pieces.remove(&other);
        }
        self.pieces.insert(end, (offset, data.into()));
        self.cost += data.len() + OVERHEAD;
        for (&end, (start, _)) in self.pieces.range((Excluded(self.reach), Unbounded)) {
            if *start > self.reach {
                break;
            }
            self.reach = end;
        }
    }

    /// The bytes, if the length is known and nothing before it is missing.
    fn assemble(&self) -> Option<Vec<u8>> {
        let length = self.length.filter(|length| self.reach >= *length)?;
        let mut bytes = Vec::with_capacity(self.reach);
        for (offset, data) in self.pieces.values() {
            if let Some(fresh) = data.get(bytes.len().wrapping_sub(*offset)..) {
                bytes.extend_from_slice(fresh);
            }
        }
        bytes.truncate(length);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn key(id: u32) -> Key {
        Key {
            source: Ipv4Addr::LOCALHOST.into(),
            destination: Ipv4Addr::LOCALHOST.into(),
            id: Identity::V6(id),
        }
    }

    fn fragment(offset: usize, more: bool, data: &[u8]) -> Fragment<'_> {
        Fragment { offset, more, data }
    }

    #[test]
    fn bytes_that_came_first_win_among_equal_offsets() {
        let mut table = FragmentTable::default();
        let now = Timestamp::ZERO;
        assert_eq!(table.add(key(1), fragment(8, false, b"world"), now), None);
        assert_eq!(table.add(key(1), fragment(8, false, b"WORLD"), now), None);
        let whole = table.add(key(1), fragment(0, true, b"hello...X"), now);
        assert_eq!(whole.as_deref(), Some(&b"hello...Xorld"[..]));
        assert_eq!((table.waiting.len(), table.cost), (0, 0));
    }

    #[test]
    fn the_first_last_fragment_decides_the_length() {
        let mut table = FragmentTable::default();
        let now = Timestamp::ZERO;
        assert_eq!(table.add(key(1), fragment(8, false, b"world"), now), None);
        let whole = table.add(key(1), fragment(0, true, b"hello...and much more"), now);
        assert_eq!(whole.as_deref(), Some(&b"hello...and m"[..]));
    }

    #[test]
    fn copies_wait_once_however_many_come() {
        let mut table = FragmentTable::default();
        let now = Timestamp::ZERO;
        assert_eq!(
            table.add(key(1), fragment(60_000, false, &[2; 8]), now),
            None
        );
        for n in 0..200_000 {
            let more = [n as u8; 16];
            assert_eq!(table.add(key(1), fragment(16, true, &more[8..]), now), None);
            assert_eq!(table.add(key(1), fragment(16, true, &more), now), None);
            assert_eq!(table.add(key(1), fragment(8, true, &more[..8]), now), None);
        }
        assert_eq!((table.waiting[&key(1)].pieces.len(), table.evicted), (4, 0));
        let rest = table.add(key(1), fragment(0, true, &vec![7; 60_000]), now);
        assert!(rest.is_some_and(|bytes| bytes[..60_000] == vec![7; 60_000]));
        assert_eq!((table.waiting.len(), table.cost), (0, 0));
    }

    #[test]
    fn bounds_hold_and_the_old_go_first() {
        let mut table = FragmentTable::default();
        for id in 0..10_000 {
            let now = Timestamp::from_nanos(i64::from(id));
            table.add(key(id), fragment(0, true, &[0; 64]), now);
        }
        assert_eq!(table.waiting.len(), MAX_DATAGRAMS);
        assert!(table.waiting.contains_key(&key(9_999)) && !table.waiting.contains_key(&key(0)));
        let big = vec![0; 60_000];
        for id in 0..500 {
            table.add(key(id), fragment(0, true, &big), Timestamp::ZERO);
        }
        assert!(table.cost <= MAX_WAITING_BYTES);
        let later = Timestamp::from_nanos(2 * MAX_WAITING_NANOS);
        for id in 0..200 {
            table.add(key(id + 20_000), fragment(0, true, &big), later);
        }
        assert!(!table.waiting.contains_key(&key(499)));
        assert!(table.evicted > 8_000);
    }

    /// The plain rule, on everything that came: bytes at lower offsets, and among equal offsets those that came first, win.
    fn plainly(parts: &[Fragment<'_>]) -> Option<Vec<u8>> {
        let length = parts.iter().find(|part| !part.more)?;
        let length = length.offset + length.data.len();
        let mut sorted: Vec<_> = parts.iter().collect();
        sorted.sort_by_key(|part| part.offset);
        let mut bytes = Vec::new();
        for part in sorted {
            if let Some(fresh) = data_from(part, bytes.len()) {
                bytes.extend_from_slice(fresh);
            }
        }
        (bytes.len() >= length).then(|| bytes[..length].to_vec())
    }

    fn data_from<'d>(part: &Fragment<'d>, at: usize) -> Option<&'d [u8]> {
        part.data.get(at.checked_sub(part.offset)?..)
    }

    proptest! {
        #[test]
        fn overlaps_are_settled_by_the_plain_rule(
            parts in prop::collection::vec((0usize..12, 0usize..30, any::<bool>()), 1..24),
        ) {
            let bytes: Vec<Vec<u8>> = parts.iter().enumerate().map(|(n, part)| vec![n as u8; part.1]).collect();
            let parts: Vec<_> = parts.iter().zip(&bytes).map(|(part, data)| fragment(part.0 * 8, part.2, data)).collect();
            let mut table = FragmentTable::default();
            for (n, part) in parts.iter().enumerate() {
                let whole = table.add(key(7), *part, Timestamp::ZERO);
                prop_assert_eq!(&whole, &plainly(&parts[..=n]));
                if whole.is_some() {
                    break;
                }
                let cost = table.waiting[&key(7)].cost;
                prop_assert_eq!(table.cost, cost);
            }
        }

        #[test]
        fn any_order_gives_the_same_datagram(
            bytes in prop::collection::vec(any::<u8>(), 9..400),
            cuts in prop::collection::vec(1usize..50, 0..6),
            order in any::<[u16; 8]>(),
            repeat in any::<u8>(),
        ) {
            let mut bounds: Vec<usize> = cuts.iter().map(|cut| (cut * 8).min(bytes.len() - 1)).collect();
            bounds.extend([0, bytes.len()]);
            bounds.sort_unstable();
            bounds.dedup();
            let mut parts: Vec<_> = bounds
                .windows(2)
                .map(|edge| fragment(edge[0], edge[1] < bytes.len(), &bytes[edge[0]..edge[1]]))
                .collect();
            let twice = parts[usize::from(repeat) % parts.len()];
            let mut ranks = order.iter();
            parts.sort_by_key(|_| *ranks.next().unwrap_or(&0));
            if parts.len() > 1 {
                parts.insert(0, twice);
            }
            let mut table = FragmentTable::default();
            let mut done: Vec<Vec<u8>> = Vec::new();
            for part in parts {
                done.extend(table.add(key(7), part, Timestamp::ZERO));
            }
            // The repeated part may be left over behind the completed datagram, never a second datagram.
            prop_assert_eq!(done, vec![bytes]);
        }
    }
}
