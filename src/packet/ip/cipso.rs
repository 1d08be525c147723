//! Tags of the commercial IP security option (an Internet draft of 1992; FIPS 188).
//!
//! Owns: which of them make tshark give the packet up: those that it begins to read and that end behind the option.
//! Must not know: what they mean.

/// Kind, length, domain.
const HEADER: usize = 6;
/// No tag that tshark reads is longer.
const LONGEST: usize = 34;

/// Reading the tags of this option stays within it.
pub(super) fn stays_within(option: &[u8]) -> bool {
    let mut at = HEADER;
    while let Some(&kind) = option.get(at) {
        let length = option.get(at + 1).map_or(1, |&length| usize::from(length));
        let (shortest, end) = match kind {
            0 => {
                at += 1;
                continue;
            }
            1 | 6 => (4, at + length),
            // Categories of two bytes each: one byte too many is left alone.
            2 | 5 => (4, at + (length & !1)),
            7 => (2, at + length),
            // Of others the length is looked at, and nothing behind it.
            _ => return at + 1 < option.len(),
        };
        // tshark lets a tag be one byte too long before it reads it.
        if length < shortest || length > LONGEST || at + length > option.len() + 1 {
            return true;
        }
        if end > option.len() {
            return false;
        }
        at = end;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// tshark 4.0.17 was asked about each.
    #[test]
    fn tags_that_end_behind_the_option() {
        let option = |tags: &[u8]| {
            let size = (HEADER + tags.len()) as u8;
            [&[134, size, 0, 0, 0, 1], tags].concat()
        };
        for tags in [
            &[][..],
            &[0, 0],
            &[1, 4, 0, 9],
            &[1, 6, 0, 9, 1, 2],
            &[2, 7, 0, 9, 1, 2],
            &[6, 4, 1, 2],
            &[7, 2],
            &[9, 200],
            &[1, 3, 0],
            &[1, 9, 0, 9],
            &[1],
        ] {
            assert!(stays_within(&option(tags)), "{tags:?}");
        }
        for tags in [
            &[10][..],
            &[0, 10],
            &[1, 5, 0, 9],
            &[1, 4, 0],
            &[2, 6, 0, 9, 1],
            &[5, 6, 0, 9, 1],
            &[6, 4, 1],
            &[7, 3, 0, 10],
            &[7, 3],
        ] {
            assert!(!stays_within(&option(tags)), "{tags:?}");
        }
    }
}
