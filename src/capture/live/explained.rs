//! Frames that wait for their comment before they are written: bounded in bytes and in time, so that a slow story costs
//! comments and never frames.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::notes::Notes;
use super::queue::Chunk;
use crate::capture::writer::{CaptureWriter, WriteError};
use crate::net::LinkType;

/// Bytes of frames that may wait for their comments.
const MAX_HELD: usize = 32 << 20;
/// How long a frame may wait: the story holds a frame back about 20 ms, a comment for its amendments about 200 ms.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// The frames that wait.
pub(super) struct Explained {
    notes: Arc<Notes>,
    held: VecDeque<Held>,
    bytes: usize,
    comments: VecDeque<(u64, String)>,
    /// Number of the last frame written.
    written: u64,
}

/// A copy of a chunk, written up to its frame `next`.
struct Held {
    chunk: Chunk,
    next: usize,
    since: Instant,
}

impl Explained {
    pub(super) fn new(notes: Arc<Notes>) -> Self {
        Self {
            notes,
            held: VecDeque::new(),
            bytes: 0,
            comments: VecDeque::new(),
            written: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Keeps a copy of a chunk that goes on to the story.
    pub(super) fn hold(&mut self, chunk: &Chunk) {
        self.bytes += chunk.cost();
        self.held.push_back(Held {
            chunk: chunk.clone(),
            next: 0,
            since: now(),
        });
    }

    /// Writes what the story has told by now, and what cannot wait any longer.
    pub(super) fn write<W: Write>(
        &mut self,
        writer: &mut CaptureWriter<W>,
        link_type: LinkType,
    ) -> Result<(), WriteError> {
        let closed = self.notes.is_closed();
        let told = self.notes.take(&mut self.comments);
        while let Some(mut oldest) = self.held.pop_front() {
            let overdue = self.bytes > MAX_HELD || oldest.since.elapsed() > MAX_WAIT;
            let up_to = if closed || overdue { u64::MAX } else { told };
            if !self.write_chunk(&mut oldest, up_to, writer, link_type)? {
                self.held.push_front(oldest);
                break;
            }
            self.bytes -= oldest.chunk.cost();
        }
        Ok(())
    }

    /// Nothing more will be written: comments that are left came after their frames, and what was written beyond the last
    /// frame of the story never got one.
    pub(super) fn finish(mut self) {
        let told = self.notes.take(&mut self.comments);
        let beyond = self.written.saturating_sub(told);
        self.notes
            .count_missing(beyond + self.comments.len() as u64);
    }

    /// Half of the room is taken: the story had better hurry.
    pub(super) fn is_filling(&self) -> bool {
        self.bytes > MAX_HELD / 2
    }

    /// Writes the frames of a chunk up to a number; whether those were all.
    fn write_chunk<W: Write>(
        &mut self,
        held: &mut Held,
        up_to: u64,
        writer: &mut CaptureWriter<W>,
        link_type: LinkType,
    ) -> Result<bool, WriteError> {
        while let Some(frame) = held.chunk.frame(held.next, link_type) {
            if frame.number > up_to {
                return Ok(false);
            }
            let comment = self.comment(frame.number);
            held.next += 1;
            self.written = frame.number;
            writer.write_commented(&frame, comment.as_deref())?;
        }
        Ok(true)
    }

    /// The comment of a frame; those of frames that were written before it came are thrown away and counted.
    fn comment(&mut self, frame: u64) -> Option<String> {
        let late = self
            .comments
            .iter()
            .take_while(|(of, _)| *of < frame)
            .count();
        if late > 0 {
            self.comments.drain(..late);
            self.notes.count_missing(late as u64);
        }
        let (_, text) = self.comments.pop_front_if(|(of, _)| *of == frame)?;
        Some(text)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a file may lag behind is real time, not capture time"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::super::queue::{Filler, Shared, channel};
    use super::*;
    use crate::capture::{CaptureInfo, SaveFormat, SavefileReader};
    use crate::net::Timestamp;

    /// `count` frames of `size` bytes in chunks of one frame each.
    fn chunks(count: usize, size: usize) -> Vec<Chunk> {
        let shared = Shared::default();
        let (sender, frames) = channel();
        let mut filler = Filler::new(&shared, sender, u64::MAX);
        for _ in 0..count {
            filler.push(Timestamp::from_nanos(7), size as u32, &vec![0; size]);
            filler.send();
        }
        drop(filler);
        frames.iter().collect()
    }

    fn writer() -> CaptureWriter<Vec<u8>> {
        CaptureWriter::new(Vec::new(), SaveFormat::Pcapng, &CaptureInfo::of_this_host())
            .expect("a header")
    }

    /// The frames of what was written.
    fn written(writer: CaptureWriter<Vec<u8>>) -> (u64, Vec<u8>) {
        let file = writer.close().expect("memory");
        let mut reader = SavefileReader::new(&file[..]).expect("a capture");
        let mut count = 0;
        while reader.next_frame().expect("whole").is_some() {
            count += 1;
        }
        (count, file)
    }

    fn holds(file: &[u8], text: &str) -> bool {
        file.windows(text.len()).any(|part| part == text.as_bytes())
    }

    #[test]
    fn a_frame_waits_for_its_comment() {
        let notes = Arc::new(Notes::default());
        let (mut held, mut file) = (Explained::new(Arc::clone(&notes)), writer());
        for chunk in chunks(3, 60) {
            held.hold(&chunk);
        }
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        assert_eq!(file.frames(), 0);
        notes.put(1, "the first");
        notes.put(2, "the second");
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        assert_eq!(file.frames(), 2);
        notes.close();
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        assert!(held.is_empty());
        held.finish();
        let (count, file) = written(file);
        assert_eq!(
            (count, notes.missing()),
            (3, 1),
            "the story never told the third"
        );
        assert!(holds(&file, "the first") && holds(&file, "the second"));
    }

    #[test]
    fn frames_over_the_bound_are_saved_without_their_comment() {
        let notes = Arc::new(Notes::default());
        let (mut held, mut file) = (Explained::new(Arc::clone(&notes)), writer());
        for chunk in chunks(160, 250_000) {
            held.hold(&chunk);
        }
        assert!(held.is_filling());
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        let early = file.frames();
        assert!((24..=28).contains(&early), "{early}");
        notes.put(1, "too late");
        notes.put(early + 1, "in time");
        notes.told(160);
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        notes.close();
        held.write(&mut file, LinkType::ETHERNET).expect("memory");
        held.finish();
        let (count, file) = written(file);
        assert_eq!((count, notes.missing()), (160, 1));
        assert!(holds(&file, "in time") && !holds(&file, "too late"));
    }
}
