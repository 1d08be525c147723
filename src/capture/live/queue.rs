//! The bounded queue between the capture thread and its reader: frames travel in chunks, many per wake-up, in memory that
//! goes round.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};

use super::error::EndReason;
use crate::capture::writer::WriteError;
use crate::net::{CaptureStats, Timestamp};

/// A chunk is sent when it holds this many bytes, or earlier when the kernel has no more frames ready.
const CHUNK_BYTES: usize = 1 << 20;
/// Bytes of frames that may wait in the queue: as much again as the kernel's buffer holds.
pub(super) const MAX_QUEUED: usize = 64 << 20;
/// Chunks that may wait: one per 10 ms of a quiet capture makes 40 s.
const MAX_CHUNKS: usize = 4096;
/// Chunks kept for use again: 16 MiB at most.
const MAX_SPARE: usize = 16;

/// What is known of one frame besides its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) timestamp: Timestamp,
    pub(super) original_length: u32,
    /// Where its bytes end in the chunk; they begin where those of the frame before end.
    end: u32,
}

/// Consecutive frames and their bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    /// Number of its first frame.
    pub(super) first_number: u64,
    marks: Vec<Mark>,
    bytes: Vec<u8>,
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<(Mark, &[u8])> {
        let mark = *self.marks.get(index)?;
        let start = match index {
            0 => 0,
            _ => self.marks[index - 1].end as usize,
        };
        Some((mark, &self.bytes[start..mark.end as usize]))
    }

    /// What it counts for in the queue.
    pub(super) fn cost(&self) -> usize {
        self.bytes.len() + self.marks.len() * size_of::<Mark>()
    }

    fn clear(&mut self) {
        self.marks.clear();
        self.bytes.clear();
    }
}

/// A queue of chunks. Its bound in bytes is kept by [`Shared`].
pub(super) fn channel() -> (SyncSender<Chunk>, Receiver<Chunk>) {
    sync_channel(MAX_CHUNKS)
}

/// What the threads of one capture share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    stop: AtomicBool,
    queued: AtomicUsize,
    accepted: AtomicU64,
    queue_dropped: AtomicU64,
    kernel: Mutex<Option<KernelCounters>>,
    end: Mutex<Option<EndReason>>,
    spare: Mutex<Vec<Chunk>>,
    saving_failed: OnceLock<Arc<WriteError>>,
}

/// libpcap's counters, widened: its own are 32 bits and wrap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KernelCounters {
    received: Wide,
    dropped: Wide,
    interface_dropped: Wide,
}

#[derive(Clone, Copy, Debug, Default)]
struct Wide {
    total: u64,
    last: u32,
}

impl Wide {
    fn advance(&mut self, now: u32) {
        self.total += u64::from(now.wrapping_sub(self.last));
        self.last = now;
    }
}

impl Shared {
    pub(super) fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Takes in what libpcap counts now.
    pub(super) fn count(&self, received: u32, dropped: u32, interface_dropped: u32) {
        if let Ok(mut kernel) = self.kernel.lock() {
            let counters = kernel.get_or_insert_default();
            counters.received.advance(received);
            counters.dropped.advance(dropped);
            counters.interface_dropped.advance(interface_dropped);
        }
    }

    pub(super) fn statistics(&self) -> CaptureStats {
        let kernel = self.kernel.lock().ok().and_then(|kernel| *kernel);
        CaptureStats {
            received: kernel.map(|kernel| kernel.received.total),
            kernel_dropped: kernel.map(|kernel| kernel.dropped.total),
            interface_dropped: kernel.map(|kernel| kernel.interface_dropped.total),
            queue_dropped: self.queue_dropped.load(Ordering::Relaxed),
        }
    }

    /// A quarter of the room before the reader is taken.
    pub(super) fn is_filling(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > MAX_QUEUED / 4
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Says why the capture ended; the first reason counts.
    pub(super) fn end(&self, reason: EndReason) {
        if let Ok(mut end) = self.end.lock() {
            end.get_or_insert(reason);
        }
    }

    pub(super) fn end_reason(&self) -> EndReason {
        let end = self.end.lock().ok().and_then(|end| end.clone());
        end.unwrap_or(EndReason::Stopped)
    }

    /// The file beside cannot be written; the first reason counts.
    pub(super) fn fail_saving(&self, error: WriteError) {
        let _ = self.saving_failed.set(Arc::new(error));
    }

    pub(super) fn saving_failed(&self) -> Option<Arc<WriteError>> {
        self.saving_failed.get().cloned()
    }

    /// A chunk has been read: its memory may be used again.
    pub(super) fn recycle(&self, mut chunk: Chunk) {
        if chunk.bytes.capacity() == 0 {
            return;
        }
        self.queued.fetch_sub(chunk.cost(), Ordering::AcqRel);
        chunk.clear();
        if let Ok(mut spare) = self.spare.lock()
            && spare.len() < MAX_SPARE
        {
            spare.push(chunk);
        }
    }

    fn fresh(&self) -> Chunk {
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.pop());
        spare.unwrap_or_default()
    }
}

/// The writing end: fills chunks and sends them. Blocks at its end only.
pub(super) struct Filler<'a> {
    shared: &'a Shared,
    sender: SyncSender<Chunk>,
    chunk: Chunk,
    /// Frames that may still be taken.
    left: u64,
    /// The reader has gone.
    pub(super) abandoned: bool,
}

impl<'a> Filler<'a> {
    /// For `frames` frames at most.
    pub(super) fn new(shared: &'a Shared, sender: SyncSender<Chunk>, frames: u64) -> Self {
        Self {
            shared,
            sender,
            chunk: shared.fresh(),
            left: frames,
            abandoned: false,
        }
    }

    /// How many more frames it takes.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    /// Appends a frame, or counts it as dropped when the queue is full. One beyond the limit is none of the capture.
    #[inline]
    pub(super) fn push(&mut self, timestamp: Timestamp, original_length: u32, data: &[u8]) {
        if self.left == 0 {
            return;
        }
        if self.chunk.bytes.len() + data.len() > CHUNK_BYTES {
            self.send();
        }
        let waiting = self.shared.queued.load(Ordering::Relaxed) + self.chunk.cost();
        let full = self.chunk.bytes.len() + data.len() > CHUNK_BYTES && self.chunk.len() > 0;
        if full || waiting + data.len() > MAX_QUEUED {
            self.shared.queue_dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.left -= 1;
        self.chunk.bytes.extend_from_slice(data);
        self.chunk.marks.push(Mark {
            timestamp,
            original_length,
            end: self.chunk.bytes.len() as u32,
        });
    }

    /// Hands over what has been gathered; keeps it when the queue has no place for another chunk.
    pub(super) fn send(&mut self) {
        if self.chunk.len() == 0 {
            return;
        }
        let count = self.chunk.len() as u64;
        let cost = self.chunk.cost();
        self.chunk.first_number = self.shared.accepted() + 1;
        let chunk = std::mem::take(&mut self.chunk);
        // Counted before it is sent: the reader may be quicker than we are.
        self.shared.queued.fetch_add(cost, Ordering::AcqRel);
        match self.sender.try_send(chunk) {
            Ok(()) => {
                self.shared.accepted.fetch_add(count, Ordering::Relaxed);
                self.chunk = self.shared.fresh();
            }
            Err(TrySendError::Full(chunk)) => {
                self.shared.queued.fetch_sub(cost, Ordering::AcqRel);
                self.chunk = chunk;
            }
            Err(TrySendError::Disconnected(_)) => {
                self.shared.queued.fetch_sub(cost, Ordering::AcqRel);
                self.abandoned = true;
            }
        }
    }

    /// Nothing more will come: hands over what is left, waiting for its place in the queue.
    pub(super) fn finish(mut self) {
        self.send();
        if self.chunk.len() == 0 || self.abandoned {
            return;
        }
        let (count, cost) = (self.chunk.len() as u64, self.chunk.cost());
        self.shared.queued.fetch_add(cost, Ordering::AcqRel);
        if self.sender.send(self.chunk).is_ok() {
            self.shared.accepted.fetch_add(count, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        let shared = Shared::default();
        let (sender, frames) = channel();
        let mut filler = Filler::new(&shared, sender, u64::MAX);
        for number in 0..5000u32 {
            let data = vec![number as u8; number as usize % 700];
            filler.push(Timestamp::from_nanos(i64::from(number)), number, &data);
        }
        filler.send();
        drop(filler);
        let mut expected = 0u32;
        while let Ok(chunk) = frames.recv() {
            assert_eq!(chunk.first_number, u64::from(expected) + 1);
            for index in 0..chunk.len() {
                let (mark, data) = chunk.get(index).expect("inside");
                assert_eq!(mark.original_length, expected);
                assert_eq!(data, vec![expected as u8; expected as usize % 700]);
                expected += 1;
            }
            shared.recycle(chunk);
        }
        assert_eq!(expected, 5000);
        assert_eq!(shared.queued.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_full_queue_counts_and_never_blocks() {
        let shared = Shared::default();
        let (sender, frames) = channel();
        let mut filler = Filler::new(&shared, sender, u64::MAX);
        let data = vec![0; 65_000];
        for _ in 0..2000 {
            filler.push(Timestamp::ZERO, 65_000, &data);
        }
        filler.send();
        let dropped = shared.statistics().queue_dropped;
        assert_eq!(shared.accepted() + dropped, 2000);
        assert!(dropped > 900 && shared.queued.load(Ordering::Relaxed) <= MAX_QUEUED);
        // Room again once the reader has caught up.
        while let Ok(chunk) = frames.try_recv() {
            shared.recycle(chunk);
        }
        filler.push(Timestamp::ZERO, 65_000, &data);
        filler.send();
        assert_eq!(
            frames.try_recv().expect("sent").first_number,
            2001 - dropped
        );
    }

    #[test]
    fn quiet_chunks_wait_in_one_when_the_queue_is_long() {
        let shared = Shared::default();
        let (sender, frames) = channel();
        let mut filler = Filler::new(&shared, sender, u64::MAX);
        for _ in 0..MAX_CHUNKS + 100 {
            filler.push(Timestamp::ZERO, 1, b"x");
            filler.send();
        }
        assert_eq!(shared.statistics().queue_dropped, 0);
        drop(frames.try_recv());
        filler.send();
        assert_eq!(shared.accepted(), MAX_CHUNKS as u64 + 100);
    }

    #[test]
    fn the_last_chunk_waits_for_its_place() {
        let shared = Arc::new(Shared::default());
        let (sender, frames) = channel();
        let count = MAX_CHUNKS as u64 + 100;
        let filling = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let mut filler = Filler::new(&filling, sender, count);
            for _ in 0..count + 5 {
                filler.push(Timestamp::ZERO, 1, b"x");
                filler.send();
            }
            assert_eq!(filler.left(), 0);
            filler.finish();
        });
        let read: u64 = frames.iter().map(|chunk| chunk.len() as u64).sum();
        thread.join().expect("no panic");
        assert_eq!((read, shared.accepted()), (count, count));
    }

    #[test]
    fn counters_outlive_32_bits() {
        let shared = Shared::default();
        shared.count(u32::MAX, 0, 0);
        shared.count(9, 0, 0);
        assert_eq!(shared.statistics().received, Some(u64::from(u32::MAX) + 10));
    }
}
