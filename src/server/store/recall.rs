//! Reading old lines back from the history file, on a thread and a read-only connection of its own.
//!
//! Owns: the room's questions to the file and their answers. Must not know: sockets, or when something is written.
//! WAL lets it read beside the writer; each answer is one short statement, so that no old snapshot keeps the WAL growing.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags, params};

use super::schema::{BUSY, HistoryError, SELECT, Stored};
use crate::chat::{Log, Question, Recall, Unweighed, View};
use crate::server::hub::Hub;

/// Bytes of name and text in one excerpt, beyond its first line: about what a socket takes at once.
const EXCERPT_BYTES: usize = 64 * 1024;

/// The thread's end of the queue, before it runs.
pub(super) struct Reader {
    connection: Connection,
    sender: Sender<Option<Recall>>,
    questions: Receiver<Option<Recall>>,
}

/// The running thread.
pub(super) struct Reading {
    sender: Sender<Option<Recall>>,
    thread: JoinHandle<()>,
}

impl Reader {
    /// Opens a file that the writer has opened already.
    pub(super) fn open(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .and_then(|connection| connection.busy_timeout(BUSY).map(|()| connection))
            .map_err(|why| HistoryError::of(path, why))?;
        let (sender, questions) = channel();
        Ok(Self {
            connection,
            sender,
            questions,
        })
    }

    /// Where questions go. A session has one at a time.
    pub(super) fn sender(&self) -> Sender<Option<Recall>> {
        self.sender.clone()
    }

    /// Starts the thread.
    pub(super) fn start(self, hub: Arc<Hub>) -> std::io::Result<Reading> {
        let sender = self.sender.clone();
        let thread = std::thread::Builder::new()
            .name("history-reader".to_owned())
            .spawn(move || {
                while let Ok(Some(recall)) = self.questions.recv() {
                    answer(&self.connection, recall, &hub);
                }
            })?;
        Ok(Reading { sender, thread })
    }
}

impl Reading {
    /// Ends the thread.
    pub(super) fn stop(self) {
        let _ = self.sender.send(None);
        if self.thread.join().is_err() {
            tracing::error!("the thread that reads the history panicked");
        }
    }
}

/// A file that cannot be read gives no lines: they count as missed, and their number is told; a later resume may have them.
fn answer(connection: &Connection, recall: Recall, hub: &Hub) {
    let (id, view) = (recall.session, recall.view);
    match recall.question {
        Question::Lines(wanted) => {
            let mut lines = excerpt(connection, &wanted).unwrap_or_else(|error| {
                tracing::error!(%error, from = wanted.start, "the history file cannot be read");
                Log::new(wanted.end, usize::MAX)
            });
            lines.encode(view);
            hub.with(|room, _| room.recalled(id, wanted.start, lines));
        }
        Question::Weight(unweighed) => {
            let first = weigh(connection, &unweighed, view)
                .inspect_err(|error| tracing::error!(%error, "the history file cannot be read"))
                .ok();
            hub.with(|room, _| room.weighed(id, first));
        }
    }
}

/// The first lines of a range that follow each other.
fn excerpt(connection: &Connection, wanted: &std::ops::Range<u64>) -> rusqlite::Result<Log> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE number >= ? AND number < ? ORDER BY number"
    ))?;
    let mut rows = statement.query(params![wanted.start as i64, wanted.end as i64])?;
    let (mut lines, mut bytes) = (None::<Log>, 0);
    while let Some(row) = rows.next()? {
        let stored = Stored::of(row)?;
        let log = lines.get_or_insert_with(|| Log::new(stored.number, usize::MAX));
        // Somebody deleted lines by hand: what follows the gap is the next excerpt.
        if stored.number != log.head() || bytes >= EXCERPT_BYTES {
            break;
        }
        bytes += stored.line.name.len() + stored.line.text.len();
        log.append(&stored.line.line());
    }
    Ok(lines.unwrap_or_else(|| Log::new(wanted.end, usize::MAX)))
}

/// Going back from the last of the lines, the first of those that it takes to cover the bytes.
fn weigh(connection: &Connection, of: &Unweighed, view: View) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE number >= ? AND number < ? ORDER BY number DESC"
    ))?;
    let mut rows = statement.query(params![of.lines.start as i64, of.lines.end as i64])?;
    let (mut first, mut left) = (of.lines.end, of.bytes);
    while left > 0 {
        let Some(row) = rows.next()? else {
            return Ok(of.lines.start);
        };
        let stored = Stored::of(row)?;
        first = stored.number;
        left = left.saturating_sub(stored.line.line().size(view, first) as u64);
    }
    Ok(first)
}
