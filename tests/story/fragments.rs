//! Datagrams in fragments that never become whole: those given up are counted at the end.

use chatscope::net::{CaptureStats, LinkType, Timestamp};
use chatscope::packet::{Frame, MAX_DATAGRAMS};
use chatscope::timeline::{Settings, Timeline, Wants};

/// The first fragment of a datagram, of which the rest never comes.
fn beginning(identification: u16) -> Vec<u8> {
    let [high, low] = identification.to_be_bytes();
    let header = [
        0x45, 0, 0, 44, high, low, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ];
    [&header[..], &[0; 24]].concat()
}

#[test]
fn datagrams_given_up_are_counted() {
    let mut timeline = Timeline::new(Settings::default(), Wants::STORY);
    let beyond = 5;
    for number in 1..=MAX_DATAGRAMS + beyond {
        timeline.frame(&Frame {
            number: number as u64,
            timestamp: Timestamp::ZERO,
            link_type: LinkType::RAW,
            original_length: 44,
            data: &beginning(number as u16),
        });
    }
    timeline.finish(CaptureStats::default(), false);
    assert_eq!(timeline.totals().datagrams_forgotten, beyond as u64);
}
