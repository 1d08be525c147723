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
) -> Result<JoinHandle<Result<(), WriteError>>, LiveError> {
    Builder::new()
        .name("save".to_owned())
        .spawn(move || match notes {
            None => run(writer, &frames, &forward, link_type, &shared),
            Some(notes) => run_explained(writer, &frames, &forward, link_type, &shared, &notes),
        })
        .map_err(LiveError::Thread)
}

/// Writes and passes on until the capture ends. A failed write ends the file, not the capture.
fn run<W: Write>(
    mut writer: CaptureWriter<W>,
    frames: &Receiver<Chunk>,
    forward: &SyncSender<Chunk>,
    link_type: LinkType,
    shared: &Shared,
) -> Result<(), WriteError> {
    let mut failed = None;
    while let Some(chunk) = next(&mut writer, frames, failed.is_none()) {
        if failed.is_none() {
            failed = write(&mut writer, &chunk, link_type).err();
        }
        if let Err(unread) = forward.send(chunk) {
            shared.recycle(unread.0);
        }
    }
    match failed {
        Some(error) => Err(error),
        None => writer.finish(shared.statistics()).map(drop),
    }
}

/// The same with comments: the story first, then the file. A failed write ends the file, not the capture.
fn run_explained<W: Write>(
    mut writer: CaptureWriter<W>,
    frames: &Receiver<Chunk>,
    forward: &SyncSender<Chunk>,
    link_type: LinkType,
    shared: &Shared,
    notes: &Arc<Notes>,
) -> Result<(), WriteError> {
    let mut held = Explained::new(Arc::clone(notes));
    let mut failed = None;
    let mut ended = false;
    while !(ended && (held.is_empty() || failed.is_some())) {
        match frames.recv_timeout(LOOK) {
            Ok(chunk) => {
                if failed.is_none() {
                    held.hold(&chunk);
                }
                if let Err(unread) = forward.send(chunk) {
                    shared.recycle(unread.0);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                // A failure comes back with the next write, or at the end.
                let _ = writer.flush();
            }
            Err(RecvTimeoutError::Disconnected) if ended => sleep(LOOK),
            Err(RecvTimeoutError::Disconnected) => ended = true,
        }
        notes.set_late(held.is_filling() || shared.is_filling());
        if failed.is_none() {
            failed = held.write(&mut writer, link_type).err();
        }
    }
    held.finish();
    match failed {
        Some(error) => Err(error),
        None => writer.finish(shared.statistics()).map(drop),
    }
}

/// The next chunk; before waiting for one, everything written so far goes out, so that a reader of the file can follow.
fn next<W: Write>(
    writer: &mut CaptureWriter<W>,
    frames: &Receiver<Chunk>,
    flush: bool,
) -> Option<Chunk> {
    match frames.try_recv() {
        Ok(chunk) => return Some(chunk),
        Err(TryRecvError::Disconnected) => return None,
        Err(TryRecvError::Empty) => {}
    }
    if flush {
        // A failure comes back with the next write, or at the end.
        let _ = writer.flush();
    }
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

/// How the file ended.
pub(super) fn outcome(thread: JoinHandle<Result<(), WriteError>>) -> Result<(), WriteError> {
    thread
        .join()
        .unwrap_or_else(|_| Err(WriteError::Format("the writing thread panicked".to_owned())))
}
