//! A window into captured bytes that knows how long the bytes were on the wire.
//!
//! Owns: bounds. Every read either succeeds or says at which offset the bytes ended; nothing here panics.
//! Must not know: any protocol.

use super::decoded::Fault;

/// The rest of a datagram as one protocol sees it: what was captured and how long it says it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'d> {
    /// The captured bytes: not more than `reported`, but for what fills up a header that sFlow sampled ([`Self::padded`]).
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
    /// A view of `data`; on the wire there were `reported` bytes.
    pub(super) const fn new(data: &'d [u8], reported: usize) -> Self {
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
        let reported = self.reported.checked_sub(count);
        Ok(Self {
            data,
            reported: reported.ok_or_else(|| self.broken(self.reported, Fault::Cut))?,
            at: self.at + count,
        })
    }

    /// All its bytes, if they were captured.
    pub(super) fn whole(&self) -> Option<&'d [u8]> {
        self.data.get(..self.reported)
    }

    /// The same bytes of a frame that had `reported` on the wire.
    pub(super) fn of_frame(&self, reported: usize) -> Self {
        Self {
            data: &self.data[..self.data.len().min(reported)],
            reported,
            at: self.at,
        }
    }

    /// The first `padded` bytes as those of a frame that had `reported` on the wire. tshark takes what fills them up to whole
    /// words for captured, until a length field says that less was there.
    pub(super) fn padded(&self, padded: usize, reported: usize) -> Self {
        Self {
            reported,
            ..self.limit(padded)
        }
    }

    /// Without what fills it up.
    pub(super) fn unpadded(&self) -> Self {
        self.of_frame(self.reported)
    }

    /// At most the first `count` bytes: a length field may shorten a view, never lengthen it.
    #[inline]
    pub(super) fn limit(&self, count: usize) -> Self {
        if count >= self.reported {
            return *self;
        }
        Self {
            data: &self.data[..self.data.len().min(count)],
            reported: count,
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
        fn captured_exceeds_reported_by_no_more_than_padding(
            bytes: Vec<u8>,
            cut in 0usize..99,
            padding in 0usize..4,
            steps: Vec<(bool, u8)>,
        ) {
            let mut view = View::new(&bytes, (bytes.len() + cut).saturating_sub(padding));
            for (skip, count) in steps {
                let count = usize::from(count);
                view = if skip { view.skip(count).unwrap_or(view) } else { view.limit(count) };
                prop_assert!(view.data.len() <= view.reported + padding);
                prop_assert!(view.whole().is_none_or(|whole| whole.len() == view.reported));
            }
        }
    }
}
