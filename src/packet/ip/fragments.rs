//! Fragments of IP and CAPWAP on their way to a whole datagram (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5415 section
//! 3.4; rule IN-3).
//!
//! Owns: how they are put together. Overlaps are settled as tshark does: bytes at lower offsets, and among equal offsets
//! those that came first, win. Must not know: header layouts.

use crate::packet::waiting::{PIECE_OVERHEAD, Puzzle, Waiting};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Bound::{Excluded, Unbounded};

/// All datagrams with holes.
pub(in crate::packet) type FragmentTable = Waiting<Key, Datagram>;

/// Which datagram a fragment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::packet) struct Key {
    pub(in crate::packet) source: IpAddr,
    pub(in crate::packet) destination: IpAddr,
    /// What tells datagrams of the same two ends apart.
    pub(in crate::packet) id: Identity,
}

/// The rest of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::packet) enum Identity {
    /// Identification, protocol and outermost 802.1Q VLAN, folded by exclusive or as tshark 4.0 does.
    V4(u16),
    /// The identification of the fragment header.
    V6(u32),
    /// The fragment's identification in CAPWAP.
    Capwap(u16),
}

/// One fragment.
#[derive(Clone, Copy, Debug)]
pub(in crate::packet) struct Fragment<'d> {
    /// Offset in the datagram in bytes.
    pub(in crate::packet) offset: usize,
    /// More follow.
    pub(in crate::packet) more: bool,
    /// Its bytes, all of them.
    pub(in crate::packet) data: &'d [u8],
}

/// A datagram with holes.
#[derive(Debug, Default)]
pub(in crate::packet) struct Datagram {
    /// Offset and bytes by end. None lies within one of lower offset, or of the same that came before, which would win
    /// everywhere: so both offsets and ends grow.
    pieces: BTreeMap<usize, (usize, Box<[u8]>)>,
    /// No byte before this is missing.
    reach: usize,
    /// Length, once a last fragment told it; the first one wins.
    length: Option<usize>,
    cost: usize,
}

impl Puzzle for Datagram {
    type Piece<'d> = Fragment<'d>;

    fn add(&mut self, fragment: Fragment<'_>) -> Option<Vec<u8>> {
        self.insert(fragment);
        self.assemble()
    }

    fn cost(&self) -> usize {
        self.cost
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
            self.cost -= old.len() + PIECE_OVERHEAD;
            self.pieces.remove(&other);
        }
        self.pieces.insert(end, (offset, data.into()));
        self.cost += data.len() + PIECE_OVERHEAD;
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
    use crate::net::Timestamp;
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
        assert_eq!(table.held(), (0, 0));
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
        assert!(table.held().1 < 60_000 && table.evicted == 0);
        let rest = table.add(key(1), fragment(0, true, &vec![7; 60_000]), now);
        assert!(rest.is_some_and(|bytes| bytes[..60_000] == vec![7; 60_000]));
        assert_eq!(table.held(), (0, 0));
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
