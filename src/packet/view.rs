//! A window into captured bytes that knows how long the bytes were on the wire.
//!
//! Owns: bounds. Every read either succeeds or says at which offset the bytes ended; nothing here panics.
//! Must not know: any protocol.

use super::decoded::Fault;

/// The rest of a datagram as one protocol sees it: what was captured and how long it says it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'d> {
    /// The captured bytes, never more than `reported`.
    pub(super) data: &'d [u8],
    /// Length on the wire, cut down by the length fields of the headers passed so far.
    pub(super) reported: usize,
    /// Offset of the first byte in the frame or, behind a reassembly, in the datagram.
    pub(super) at: usize,
}

/// Reading failed: where, counted as [`View::at`], and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) fault: Fault,
}

impl<'d> View<'d> {
    /// A view of `data`, of which `reported` bytes were on the wire.
    pub(super) fn new(data: &'d [u8], reported: usize) -> Self {
        let data = &data[..data.len().min(reported)];
        Self {
            data,
            reported,
            at: 0,
        }
    }

    /// The fault `fault` at byte `offset` of this view.
    pub(super) fn broken(&self, offset: usize, fault: Fault) -> Broken {
        Broken {
            at: self.at + offset,
            fault,
        }
    }

    /// `N` bytes at `offset`.
    #[inline]
    pub(super) fn array<const N: usize>(&self, offset: usize) -> Result<[u8; N], Broken> {
        self.data
            .get(offset..)
            .and_then(|rest| rest.first_chunk::<N>())
            .copied()
            .ok_or_else(|| self.broken(self.data.len(), Fault::Cut))
    }

    /// One byte at `offset`.
    #[inline]
    pub(super) fn u8(&self, offset: usize) -> Result<u8, Broken> {
        self.array::<1>(offset).map(|[byte]| byte)
    }

    /// Big-endian 16 bits at `offset`.
    #[inline]
    pub(super) fn u16(&self, offset: usize) -> Result<u16, Broken> {
        self.array(offset).map(u16::from_be_bytes)
    }

    /// Big-endian 32 bits at `offset`.
    #[inline]
    pub(super) fn u32(&self, offset: usize) -> Result<u32, Broken> {
        self.array(offset).map(u32::from_be_bytes)
    }

    /// What follows the first `count` bytes, which must have been captured.
    #[inline]
    pub(super) fn skip(&self, count: usize) -> Result<Self, Broken> {
        let data = self
            .data
            .get(count..)
            .ok_or_else(|| self.broken(self.data.len(), Fault::Cut))?;
        Ok(Self {
            data,
            reported: self.reported - count,
            at: self.at + count,
        })
    }

    /// All its bytes, if they were captured.
    pub(super) fn whole(&self) -> Option<&'d [u8]> {
        (self.data.len() == self.reported).then_some(self.data)
    }

    /// The same bytes of a frame that had `reported` on the wire.
    pub(super) fn of_frame(&self, reported: usize) -> Self {
        Self {
            data: &self.data[..self.data.len().min(reported)],
            reported,
            at: self.at,
        }
    }

    /// At most the first `count` bytes: a length field may shorten a view, never lengthen it.
    #[inline]
    pub(super) fn limit(&self, count: usize) -> Self {
        let reported = self.reported.min(count);
        Self {
            data: &self.data[..self.data.len().min(reported)],
            reported,
            at: self.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cut_frame_keeps_its_true_length() {
        let view = View::new(&[1, 2, 3], 10).skip(2).expect("captured");
        assert_eq!((view.data, view.reported, view.at), (&[3][..], 8, 2));
        assert_eq!(view.limit(5).reported, 5);
        assert_eq!(view.limit(50).reported, 8);
        assert_eq!(view.u16(0), Err(view.broken(1, Fault::Cut)));
    }

    proptest! {
        #[test]
        fn captured_never_exceeds_reported(bytes: Vec<u8>, reported in 0usize..99, steps: Vec<(bool, u8)>) {
            let mut view = View::new(&bytes, reported);
            for (skip, count) in steps {
                let count = usize::from(count);
                view = if skip { view.skip(count).unwrap_or(view) } else { view.limit(count) };
                prop_assert!(view.data.len() <= view.reported);
            }
        }
    }
}
