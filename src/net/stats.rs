//! What a capture says about its own losses.

/// Counters of one capture. A field is `None` where the source cannot know it (a saved file without statistics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureStats {
    /// Frames the filter let through, as libpcap counts them (on loopback each packet counts twice).
    pub received: Option<u64>,
    /// Frames the kernel dropped because the capture buffer was full.
    pub kernel_dropped: Option<u64>,
    /// Frames the interface or its driver dropped.
    pub interface_dropped: Option<u64>,
    /// Frames our own bounded queue had no room for.
    pub queue_dropped: u64,
}

impl CaptureStats {
    /// Whether any frame is known to be lost: a verdict that rests on absence must then say so.
    #[must_use]
    pub fn lost_any(&self) -> bool {
        self.lost() > 0
    }

    /// Frames that are known to be lost, wherever; a saved file may claim any numbers, so the sum stops at the largest.
    #[must_use]
    pub fn lost(&self) -> u64 {
        [self.kernel_dropped, self.interface_dropped]
            .iter()
            .flatten()
            .fold(self.queue_dropped, |sum, dropped| {
                sum.saturating_add(*dropped)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counters of a saved file are whatever somebody wrote there.
    #[test]
    fn losses_are_summed_without_overflow() {
        let mut stats = CaptureStats::default();
        assert_eq!(stats.lost(), 0);
        stats.interface_dropped = Some(3);
        stats.queue_dropped = 4;
        assert_eq!(stats.lost(), 7);
        stats.kernel_dropped = Some(u64::MAX);
        assert_eq!(stats.lost(), u64::MAX);
    }
}
