//! The history file: the log and the sessions that may come back, in SQLite, on a thread of its own.
//!
//! Owns: group commit and the answers to the room. Must not know: sockets. The schema is in `schema.rs`, reading back
//! what has left memory in `recall.rs`.
//!
//! A line is shown only after its transaction is committed (WAL, `synchronous=FULL`), so that no line anybody saw is
//! missing after `kill -9` or a power cut. All lines waiting at one moment share a transaction. When the file cannot take
//! them (disk full, read-only, locked for long), they are refused and their speakers told; the chat goes on and tries
//! again with the next line.

mod errors;
mod recall;
mod schema;

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::hub::{Hub, Store};
use crate::chat::{Effects, Recall, Room, Saved, Staged};
use recall::{Reader, Reading};

pub use errors::HistoryError;

/// Lines in one transaction at most.
const BATCH_LINES: usize = 4_096;
/// Sessions in one transaction at most: some milliseconds, for which lines wait. Ten thousand come at once every second.
const BATCH_SESSIONS: usize = 512;

/// How long another program's lock is waited for at the very end.
const LAST_BUSY: Duration = Duration::from_millis(100);

/// Work for the thread.
enum Job {
    Lines(Vec<Staged>),
    Sessions(Vec<Saved>),
    Stop,
}

/// The file and the queue to its thread, before the thread runs.
pub(super) struct History {
    connection: Connection,
    path: PathBuf,
    /// Number of the next line: the order of storing is the order of numbering.
    next: u64,
    sender: Sender<Job>,
    jobs: Receiver<Job>,
    reader: Reader,
    reserved: File,
}

/// The room's end of the queues.
struct Queue {
    jobs: Mutex<Sender<Job>>,
    questions: Mutex<Sender<Option<Recall>>>,
}

impl Store for Queue {
    fn store(&self, effects: &mut Effects) {
        let sender = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        // The thread outlives the room's use of it; should it have died, lines stay unseen, which is the promise.
        if !effects.staged.is_empty() {
            let _ = sender.send(Job::Lines(std::mem::take(&mut effects.staged)));
        }
        if !effects.saved.is_empty() {
            let _ = sender.send(Job::Sessions(std::mem::take(&mut effects.saved)));
        }
        drop(sender);
        for recall in effects.recalls.drain(..) {
            let questions = self.questions.lock();
            let _ = questions
                .unwrap_or_else(PoisonError::into_inner)
                .send(Some(recall));
        }
    }
}

/// The running threads.
pub(super) struct Writer {
    sender: Sender<Job>,
    thread: JoinHandle<()>,
    reading: Reading,
}

impl History {
    /// Opens or makes the file and brings its schema up to date.
    pub(super) fn open(path: &Path) -> Result<Self, HistoryError> {
        let (sender, jobs) = channel();
        let reserved = schema::reserve(path)?;
        Ok(Self {
            connection: schema::open(path)?,
            path: path.to_owned(),
            next: 1,
            sender,
            jobs,
            reader: Reader::open(path)?,
            reserved,
        })
    }

    /// Puts what the file holds into an empty room.
    pub(super) fn restore(&mut self, room: &mut Room) -> Result<(), HistoryError> {
        schema::restore(&self.connection, &self.path, room)?;
        self.next = room.log().head();
        Ok(())
    }

    /// What the hub hands stored effects to.
    pub(super) fn store(&self) -> Box<dyn Store> {
        Box::new(Queue {
            jobs: Mutex::new(self.sender.clone()),
            questions: Mutex::new(self.reader.sender()),
        })
    }

    /// Starts the threads.
    pub(super) fn start(self, hub: Arc<Hub>) -> std::io::Result<Writer> {
        let Self {
            connection,
            next,
            sender,
            jobs,
            reader,
            reserved,
            path: _,
        } = self;
        let reading = reader.start(Arc::clone(&hub))?;
        let writing = Writing {
            connection,
            next,
            jobs,
            sessions: Vec::new(),
            failing: None,
            refused: 0,
            stop: false,
            reserved,
        };
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || writing.run(&hub))?;
        Ok(Writer {
            sender,
            thread,
            reading,
        })
    }
}

/// What the writing thread has.
struct Writing {
    connection: Connection,
    next: u64,
    jobs: Receiver<Job>,
    /// Changes to sessions that are not stored yet.
    sessions: Vec<Saved>,
    /// Why the last transaction failed, if it did: no use in trying again before there is more to store.
    failing: Option<String>,
    /// Lines refused since that began.
    refused: usize,
    stop: bool,
    /// Dropped last, when the connections have ended.
    reserved: File,
}

impl Writing {
    fn run(mut self, hub: &Hub) {
        loop {
            let lines = self.gather();
            self.write(&lines, hub);
            if self.stop && (self.failing.is_some() || self.sessions.is_empty()) {
                return;
            }
        }
    }

    /// Waits for work unless some is left over; returns the lines of the next transaction.
    fn gather(&mut self) -> Vec<Staged> {
        let mut lines = Vec::new();
        let idle = self.sessions.is_empty() || self.failing.is_some();
        let mut job = if idle && !self.stop {
            // The queue ends with the program.
            Some(self.jobs.recv().unwrap_or(Job::Stop))
        } else {
            self.jobs.try_recv().ok()
        };
        while let Some(taken) = job {
            match taken {
                Job::Lines(more) => lines.extend(more),
                Job::Sessions(more) => self.sessions.extend(more),
                Job::Stop => self.stop = true,
            }
            let more = lines.len() < BATCH_LINES && !self.stop;
            job = more.then(|| self.jobs.try_recv().ok()).flatten();
        }
        lines
    }

    /// At the end of the server another program's lock is waited for no longer than the server has.
    fn hurry(&self, hub: &Hub) {
        if let Some(left) = hub.left_to_write() {
            let wait = left.clamp(LAST_BUSY, schema::BUSY);
            // It cannot fail: nothing but a number is kept.
            let _ = self.connection.busy_timeout(wait);
        }
    }

    /// One transaction, and the answer to the room. Sessions that could not be stored are kept for the next.
    fn write(&mut self, lines: &[Staged], hub: &Hub) {
        self.hurry(hub);
        let count = self.sessions.len().min(BATCH_SESSIONS);
        let batch = &self.sessions[..count];
        let stored = if self.is_deleted() {
            Err("its file was deleted: restart the server".to_owned())
        } else {
            schema::write(&mut self.connection, self.next, lines, batch)
                .map_err(|error| errors::refusal(&error))
        };
        self.log(lines.len(), stored.as_ref().err());
        match stored {
            Ok(()) => {
                self.next += lines.len() as u64;
                let batch = &self.sessions[..count];
                hub.with(|room, now| {
                    room.saved(batch, None);
                    room.committed(lines.len(), now);
                });
                self.sessions.drain(..count);
            }
            Err(why) => {
                schema::keep_latest(&mut self.sessions);
                hub.with(|room, _| {
                    room.saved(&self.sessions, Some(&why));
                    room.refused(lines.len(), &why);
                });
            }
        }
    }
}

impl Writing {
    /// What the operator is told: the trouble when it begins or becomes another one, not with every line that it refuses
    /// (the log may be on the disk that is full), and its end.
    fn log(&mut self, lines: usize, failure: Option<&String>) {
        let known = failure.is_some() && failure == self.failing.as_ref();
        self.refused += failure.map_or(0, |_| lines);
        match failure {
            Some(why) if known => {
                tracing::debug!(
                    error = why,
                    lines,
                    "the history file still cannot be written"
                );
            }
            Some(why) => tracing::error!(error = why, lines, "the history file cannot be written"),
            None if self.failing.is_some() => {
                let refused = std::mem::take(&mut self.refused);
                tracing::warn!(refused, "the history file can be written again");
            }
            None => {}
        }
        if !known {
            self.failing = failure.cloned();
        }
    }

    /// A deleted file takes all that is written, and nobody will ever read it.
    fn is_deleted(&self) -> bool {
        self.reserved.metadata().is_ok_and(|file| file.nlink() == 0)
    }
}

impl Writer {
    /// Stores what is queued and ends the threads. The writer is the last to close the file: who only reads cannot fold
    /// the WAL into it, and a copy of the file alone would hold next to nothing.
    pub(super) fn stop(self) {
        self.reading.stop();
        let _ = self.sender.send(Job::Stop);
        if self.thread.join().is_err() {
            tracing::error!("the history thread panicked");
        }
    }
}
