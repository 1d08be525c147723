//! Wireshark display filters by frame and by connection: where a value of the report can be looked up.

/// A Wireshark display filter that shows exactly these frames; empty for none.
#[must_use]
pub fn frames_filter(frames: &[u64]) -> String {
    match frames {
        [] => String::new(),
        [one] => frame_filter(*one),
        many => {
            let list: Vec<_> = many.iter().map(u64::to_string).collect();
            format!("frame.number in {{{}}}", list.join(","))
        }
    }
}

/// The filter that shows one frame.
pub(super) fn frame_filter(frame: u64) -> String {
    format!("frame.number=={frame}")
}

/// The filter that shows one connection.
pub(super) fn stream_filter(stream: u32) -> String {
    format!("tcp.stream=={stream}")
}
