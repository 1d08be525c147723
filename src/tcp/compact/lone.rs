//! A stream that is nothing but a SYN, kept as that SYN.
//!
//! Must not know: what a SYN makes of a stream ([`Lone`]).

use super::super::Step;
use super::super::key::take;
use super::super::lone::Lone;
use super::super::opening::Offer;
use super::life::{of_shape, shape_of};
use crate::net::Timestamp;
use crate::packet::SeqNumber;

/// Bits of the number that says what there is, above the shape of the options.
const SECOND: u16 = 1 << 12;
const LISTENED: u16 = 1 << 13;

impl Lone {
    /// Appends it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Offer {
            isn,
            window,
            options,
        } = self.offer;
        let set = |holds, bit| if holds { bit } else { 0 };
        let what =
            shape_of(options) as u16 | set(self.from != 0, SECOND) | set(self.listened, LISTENED);
        out.extend_from_slice(&self.step.frame.to_be_bytes());
        out.extend_from_slice(&isn.0.to_be_bytes());
        for number in [window, options.mss.unwrap_or(0), what] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.push(self.ip_bytes);
    }

    /// Reads what [`Self::write`] wrote, of a stream that began at `at`.
    pub(super) fn read(mut rest: &[u8], at: Timestamp) -> Self {
        let frame = u64::from_be_bytes(take(&mut rest));
        let isn = SeqNumber(u32::from_be_bytes(take(&mut rest)));
        let [window, mss, what] = [(); 3].map(|()| u16::from_be_bytes(take(&mut rest)));
        let [ip_bytes] = take(&mut rest);
        let shape = what & (SECOND - 1);
        Self {
            from: u8::from(what & SECOND != 0),
            step: Step { frame, at },
            offer: Offer {
                isn,
                window,
                options: of_shape(u64::from(shape), mss),
            },
            ip_bytes,
            listened: what & LISTENED != 0,
        }
    }
}
