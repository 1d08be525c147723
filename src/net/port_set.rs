//! A fixed set of ports, such as those that a tool knows by number.

/// Ports as ranges, in order.
#[derive(Clone, Copy, Debug)]
pub struct PortSet(&'static [u16]);

impl PortSet {
    /// From the first and the last port of each range, ascending; anything else does not compile in a constant.
    #[must_use]
    pub const fn new(ends: &'static [u16]) -> Self {
        assert!(ends.len().is_multiple_of(2), "first and last of each range");
        let mut at = 1;
        while at < ends.len() {
            assert!(ends[at - 1] <= ends[at], "a range ends behind its start");
            assert!(
                at + 1 == ends.len() || ends[at] < ends[at + 1],
                "ranges ascend"
            );
            at += 2;
        }
        Self(ends)
    }

    /// Whether a port is one of them.
    #[must_use]
    pub fn contains(self, port: u16) -> bool {
        // Behind the first port of a range, and not behind the last, if an odd number of ends lies before it.
        let before = self.0.partition_point(|&end| end < port);
        before % 2 == 1 || self.0.get(before) == Some(&port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_belong_to_their_ranges() {
        const SET: PortSet = PortSet::new(&[7, 7, 20, 23, 65_535, 65_535]);
        let all: Vec<u16> = (0..=u16::MAX).filter(|port| SET.contains(*port)).collect();
        assert_eq!(all, [7, 20, 21, 22, 23, 65_535]);
        assert!(!PortSet::new(&[]).contains(0));
    }
}
