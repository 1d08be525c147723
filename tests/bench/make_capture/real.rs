//! Real traffic, as much of it as asked for: captures of others merged by time and repeated, each time from other hosts.
//!
//! A repetition changes two bytes of both addresses in the outer IP header and nothing else, so that its connections are
//! new ones with the sizes, losses and applications of the old. Checksums no longer fit (the tools measured do not look).

use chatscope::capture::SavefileReader;
use chatscope::net::LinkType;

/// One frame of a capture, with the time since the capture's first.
struct Recorded {
    nanos: i64,
    original: u32,
    data: Vec<u8>,
}

/// The latest time at which anything happens: some captures go on for years.
const LONGEST: i64 = 600_000_000_000;

/// Captures merged: what came within the first second of each, then the second.
pub(crate) struct Traffic {
    frames: Vec<Recorded>,
}

impl Traffic {
    /// Reads the Ethernet frames of `paths`; one that cannot be opened ends it all, a fault its file.
    pub(crate) fn read(paths: &[String]) -> Self {
        let mut frames = Vec::new();
        for path in paths {
            let opened = SavefileReader::open(path);
            let mut reader = opened.unwrap_or_else(|error| panic!("{path}: {error}"));
            let mut first = None;
            while let Ok(Some(frame)) = reader.next_frame() {
                if frame.link_type != LinkType::ETHERNET {
                    continue;
                }
                let nanos = frame.timestamp.as_nanos();
                frames.push(Recorded {
                    nanos: nanos
                        .saturating_sub(*first.get_or_insert(nanos))
                        .clamp(0, LONGEST),
                    original: frame.original_length,
                    data: frame.data.to_vec(),
                });
            }
        }
        assert!(!frames.is_empty(), "no Ethernet frame in {paths:?}");
        frames.sort_by_key(|frame| frame.nanos);
        Self { frames }
    }

    /// Frames without end: nanoseconds since the beginning, length on the wire, bytes.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = (u64, u32, Vec<u8>)> {
        let length = self.frames.last().map_or(0, |last| last.nanos as u64) + 1_000_000_000;
        (0u16..=u16::MAX).flat_map(move |round| {
            self.frames.iter().map(move |frame| {
                let mut data = frame.data.clone();
                from_other_hosts(&mut data, round);
                (
                    u64::from(round) * length + frame.nanos as u64,
                    frame.original,
                    data,
                )
            })
        })
    }
}

/// Changes both addresses of the outer IP header, behind at most two VLAN tags.
fn from_other_hosts(frame: &mut [u8], round: u16) {
    let mut at = 12;
    while matches!(frame.get(at..at + 2), Some([0x81, 0] | [0x88, 0xa8])) && at < 20 {
        at += 4;
    }
    // Where the second and third byte of each address are.
    let places = match frame.get(at..at + 2) {
        Some([0x08, 0x00]) => [at + 2 + 12 + 1, at + 2 + 16 + 1],
        Some([0x86, 0xdd]) => [at + 2 + 8 + 4, at + 2 + 24 + 4],
        _ => return,
    };
    for place in places {
        if let Some(bytes) = frame.get_mut(place..place + 2) {
            let changed = u16::from_be_bytes([bytes[0], bytes[1]]) ^ round;
            bytes.copy_from_slice(&changed.to_be_bytes());
        }
    }
}
