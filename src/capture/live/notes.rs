//! Comments on their way from the story to the file that is being written beside it: a bounded notebook.
//!
//! The story writes, the saver reads. Neither waits for the other: what does not fit, or comes too late, is left out and
//! counted. Must not know: what a comment says.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of comments that may wait for the saver, which looks every few milliseconds.
const MAX_WAITING: usize = 8 << 20;

/// Comments that wait for the saver of their frames. Share it in an `Arc`.
#[derive(Debug, Default)]
pub struct Notes {
    book: Mutex<Book>,
    /// Frames pile up before the story.
    late: AtomicBool,
}

/// What is under the lock.
#[derive(Debug, Default)]
struct Book {
    /// Frame number and comment, in frame order.
    waiting: VecDeque<(u64, String)>,
    bytes: usize,
    /// All frames up to this one have been told.
    told: u64,
    closed: bool,
    /// Frames saved without the comment that was meant for them.
    missing: u64,
}

impl Notes {
    /// A comment for a frame; frames before it that have none will get none.
    pub fn put(&self, frame: u64, text: &str) {
        let mut book = self.book();
        book.told = book.told.max(frame);
        if book.bytes + text.len() > MAX_WAITING {
            book.missing += 1;
            return;
        }
        book.bytes += text.len();
        book.waiting.push_back((frame, text.to_owned()));
    }

    /// Frames pile up before the story: it should write no comments until it has caught up, and say so with [`Self::skip`].
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// A frame goes without its comment.
    pub fn skip(&self, frame: u64) {
        let mut book = self.book();
        book.told = book.told.max(frame);
        book.missing += 1;
    }

    /// The story has passed this frame.
    pub fn told(&self, frame: u64) {
        let mut book = self.book();
        book.told = book.told.max(frame);
    }

    /// No more will come.
    pub(super) fn close(&self) {
        self.book().closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.book().closed
    }

    /// Everything that waits, and up to which frame the story has told.
    pub(super) fn take(&self, into: &mut VecDeque<(u64, String)>) -> u64 {
        let mut book = self.book();
        into.append(&mut book.waiting);
        book.bytes = 0;
        book.told
    }

    pub(super) fn set_late(&self, late: bool) {
        self.late.store(late, Ordering::Relaxed);
    }

    pub(super) fn count_missing(&self, frames: u64) {
        self.book().missing += frames;
    }

    /// Frames saved without the comment that was meant for them.
    pub(super) fn missing(&self) -> u64 {
        self.book().missing
    }

    /// A panic elsewhere leaves a notebook that is as good as before.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_notebook_refuses_counts_and_goes_on() {
        let notes = Notes::default();
        let text = "x".repeat(1 << 20);
        for frame in 1..=10 {
            notes.put(frame, &text);
        }
        let mut taken = VecDeque::new();
        assert_eq!(notes.take(&mut taken), 10);
        assert_eq!((taken.len(), notes.missing()), (8, 2));
        notes.put(11, "room again");
        assert_eq!(notes.take(&mut taken), 11);
        assert_eq!(taken.back(), Some(&(11, "room again".to_owned())));
    }
}
