//! Writes what the queue accepted to a file, in a thread of its own between the capture and the analysis: the file has the
//! same frames under the same numbers, and a slow terminal does not touch it.
//!
//! Without comments a frame is written before the analysis sees it; with comments it goes to the analysis first and a copy
//! waits for what the story says of it.

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use super::error::LiveError;
use super::explained::Explained;
use super::notes::Notes;
use super::queue::{Chunk, Shared};
use crate::capture::writer::{CaptureWriter, WriteError};
use crate::net::LinkType;

/// Between two looks at the comments.
const LOOK: Duration = Duration::from_millis(10);

pub(super) fn spawn<W: Write + Send + 'static>(
    writer: CaptureWriter<W>,
    frames: Receiver<Chunk>,
    forward: SyncSender<Chunk>,
    link_type: LinkType,
    shared: Arc<Shared>,
    notes: Option<Arc<Notes>>,
) -> Result<JoinHandle<()>, LiveError> {
    Builder::new()
        .name("save".to_owned())
        .spawn(move || {
            let file = File {
                writer: Some(writer),
                link_type,
                shared: &shared,
            };
            match notes {
                None => run(file, &frames, &forward),
                Some(notes) => run_explained(file, &frames, forward, &notes),
            }
        })
        .map_err(LiveError::Thread)
}

/// The file. A failed write ends it, and is told at once; it never ends the capture.
struct File<'a, W: Write> {
    /// None after a failure.
    writer: Option<CaptureWriter<W>>,
    link_type: LinkType,
    shared: &'a Shared,
}

impl<W: Write> File<'_, W> {
    fn is_broken(&self) -> bool {
        self.writer.is_none()
    }

    fn write(
        &mut self,
        with: impl FnOnce(&mut CaptureWriter<W>, LinkType) -> Result<(), WriteError>,
    ) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        if let Err(error) = with(writer, self.link_type) {
            self.shared.fail_saving(error);
            self.writer = None;
        }
    }

    fn finish(self) {
        let finished = self
            .writer
            .map(|writer| writer.finish(self.shared.statistics()));
        if let Some(Err(error)) = finished {
            self.shared.fail_saving(error);
        }
    }
}

/// Writes and passes on until the capture ends.
fn run<W: Write>(mut file: File<'_, W>, frames: &Receiver<Chunk>, forward: &SyncSender<Chunk>) {
    while let Some(chunk) = next(&mut file, frames) {
        file.write(|writer, link_type| write(writer, &chunk, link_type));
        pass_on(chunk, forward, file.shared);
    }
    file.finish();
}

/// The same with comments: the story first, then the file.
fn run_explained<W: Write>(
    mut file: File<'_, W>,
    frames: &Receiver<Chunk>,
    forward: SyncSender<Chunk>,
    notes: &Arc<Notes>,
) {
    let mut held = Explained::new(Arc::clone(notes));
    let mut forward = Some(forward);
    while forward.is_some() || !(held.is_empty() || file.is_broken()) {
        match frames.recv_timeout(LOOK) {
            Ok(chunk) => {
                if !file.is_broken() {
                    held.hold(&chunk);
                }
                if let Some(forward) = &forward {
                    pass_on(chunk, forward, file.shared);
                }
            }
            Err(RecvTimeoutError::Timeout) => file.write(|writer, _| writer.flush()),
            // The story learns of the end at once: what it says then are the last comments.
            Err(RecvTimeoutError::Disconnected) if forward.is_some() => forward = None,
            Err(RecvTimeoutError::Disconnected) => sleep(LOOK),
        }
        notes.set_late(held.is_filling() || file.shared.is_filling());
        file.write(|writer, link_type| held.write(writer, link_type));
    }
    held.finish();
    file.finish();
}

fn pass_on(chunk: Chunk, forward: &SyncSender<Chunk>, shared: &Shared) {
    if let Err(unread) = forward.send(chunk) {
        shared.recycle(unread.0);
    }
}

/// The next chunk; before waiting for one, everything written so far goes out, so that a reader of the file can follow.
fn next<W: Write>(file: &mut File<'_, W>, frames: &Receiver<Chunk>) -> Option<Chunk> {
    match frames.try_recv() {
        Ok(chunk) => return Some(chunk),
        Err(TryRecvError::Disconnected) => return None,
        Err(TryRecvError::Empty) => {}
    }
    file.write(|writer, _| writer.flush());
    frames.recv().ok()
}

fn write<W: Write>(
    writer: &mut CaptureWriter<W>,
    chunk: &Chunk,
    link_type: LinkType,
) -> Result<(), WriteError> {
    for index in 0..chunk.len() {
        if let Some(frame) = chunk.frame(index, link_type) {
            writer.write(&frame)?;
        }
    }
    Ok(())
}

/// Waits for the end of the file.
pub(super) fn outcome(thread: JoinHandle<()>, shared: &Shared) {
    if thread.join().is_err() {
        shared.fail_saving(WriteError::Format("the writing thread panicked".to_owned()));
    }
}
