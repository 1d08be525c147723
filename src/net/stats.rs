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
        self.kernel_dropped.unwrap_or(0) + self.interface_dropped.unwrap_or(0) + self.queue_dropped
            > 0
    }
}
