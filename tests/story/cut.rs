//! Captures with a snap length: of them less is told than of the whole ones, and nothing else.

use std::io;
use std::path::PathBuf;

use chatscope::capture::SavefileReader;
use chatscope::net::CaptureStats;
use chatscope::packet::Frame;
use chatscope::timeline::{EndEntry, Entry, MessageEntry, Settings, Sink, Timeline, Wants};

/// What was told of messages, and the totals.
#[derive(Default)]
struct Told {
    messages: Vec<MessageEntry>,
    end: EndEntry,
}

impl Sink for Told {
    fn wants(&self) -> Wants {
        Wants::STORY
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Message(message) => self.messages.push(message.clone()),
            Entry::End(end) => self.end = *end,
            _ => {}
        }
        Ok(())
    }
}

/// Plays a committed capture with this snap length.
fn play(name: &str, snaplen: usize) -> Told {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("captures");
    let mut reader = SavefileReader::open(folder.join(name)).expect("a capture");
    let (mut told, mut timeline) = (
        Told::default(),
        Timeline::new(Settings::default(), Wants::STORY),
    );
    while let Some(frame) = reader.next_frame().expect("whole") {
        let data = &frame.data[..frame.data.len().min(snaplen)];
        timeline.frame(&Frame { data, ..frame });
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut told).expect("kept");
    told
}

#[test]
fn a_snap_length_takes_away_and_adds_nothing() {
    // From where on a frame shows that it holds TCP.
    for (name, least) in [
        ("demo.pcapng", 50),
        ("chat-two-sessions.pcapng", 50),
        ("half-close.pcapng", 50),
        ("ipv6.pcapng", 70),
    ] {
        let whole = play(name, usize::MAX);
        assert_eq!(whole.end.cut_frames, 0, "{name}");
        for snaplen in least..180 {
            let cut = play(name, snaplen);
            for message in &cut.messages {
                let told = format!("{name} cut at {snaplen}: {message:?}");
                assert!(!message.frames.is_empty(), "{told}");
                assert!(message.ack.is_none_or(|ack| ack.after >= 0), "{told}");
                let same = |other: &&MessageEntry| {
                    (other.stream, other.side) == (message.stream, message.side)
                        && other.message.bytes == message.message.bytes
                };
                let Some(true_one) = whole.messages.iter().find(same) else {
                    assert!(!message.message.complete, "{told}");
                    continue;
                };
                let text = &true_one.message.text;
                assert!(text.starts_with(&message.message.text), "{told}");
                // Where nothing but the line end is missing nobody knows that it is.
                let whole = *text == message.message.text;
                assert!(whole || !message.message.complete, "{told}");
                assert_eq!(message.frames, true_one.frames, "{told}");
                assert_eq!(message.last_frame, true_one.last_frame, "{told}");
            }
            let missing = cut.messages.len() < whole.messages.len()
                || cut.messages.iter().any(|message| !message.message.complete);
            assert!(
                !missing || cut.end.cut_frames > 0,
                "{name} cut at {snaplen}"
            );
        }
    }
}
