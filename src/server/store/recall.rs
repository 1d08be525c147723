//! Reading old lines back from the history file, on a thread and a read-only connection of its own.
//!
//! Owns: the room's questions to the file and their answers. Must not know: sockets, or when something is written.
//! WAL lets it read beside the writer; each answer is one short statement, so that no old snapshot keeps the WAL growing.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use super::errors::HistoryError;
use super::schema::{self, BUSY, SELECT, Stored};
use crate::chat::{Log, Question, Recall, Unweighed, View};
use crate::server::hub::Hub;

/// Bytes of name and text in one excerpt, beyond its first line: about what a socket takes at once.
const EXCERPT_BYTES: usize = 64 * 1024;

/// How long until a file that could not be read for a passing reason (descriptors, memory, locks) is tried again.
const AGAIN: Duration = Duration::from_secs(1);

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
        let connection = Connection::open_with_flags(schema::plain(path), flags)
            .and_then(|connection| {
                connection.busy_timeout(BUSY)?;
                // The first statement opens the WAL: now there are descriptors, in the middle of a crowd perhaps not.
                connection.query_row("SELECT max(number) FROM line", [], |_| Ok(()))?;
                Ok(connection)
            })
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
                serve(&self.connection, &self.questions, &hub);
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

/// Answers questions until the end; those that cannot be answered at the moment wait.
fn serve(connection: &Connection, questions: &Receiver<Option<Recall>>, hub: &Hub) {
    let mut waiting: Vec<Recall> = Vec::new();
    loop {
        let next = if waiting.is_empty() {
            questions.recv().map_err(RecvTimeoutError::from)
        } else {
            questions.recv_timeout(AGAIN)
        };
        match next {
            Ok(Some(recall)) if !answer(connection, &recall, hub) => waiting.push(recall),
            Ok(Some(_)) | Err(RecvTimeoutError::Timeout) => waiting.retain(|recall| {
                hub.with(|room, _| room.awaits(recall)) && !answer(connection, recall, hub)
            }),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Whether it could be answered at the moment.
fn answer(connection: &Connection, recall: &Recall, hub: &Hub) -> bool {
    let (id, view) = (recall.session, recall.view);
    match &recall.question {
        Question::Lines(wanted) => {
            let Some(mut lines) = lines(connection, wanted) else {
                return false;
            };
            lines.encode(view);
            hub.with(|room, _| room.recalled(id, wanted.start, lines));
        }
        Question::Weight(unweighed) => {
            let first = weigh(connection, unweighed, view)
                .inspect_err(|error| tracing::error!(%error, "the history file cannot be read"))
                .ok();
            hub.with(|room, _| room.weighed(id, first));
        }
    }
    true
}

/// What the file holds of these lines, from the first that can be read; those before it count as missed. `None` = it may
/// tell later: only what is damaged is given up.
fn lines(connection: &Connection, wanted: &Range<u64>) -> Option<Log> {
    let from = wanted.start;
    let error = match excerpt(connection, wanted) {
        Ok(lines) => return Some(lines),
        Err(error) => error,
    };
    tracing::error!(%error, from, "the history file cannot be read");
    if is_passing(&error) {
        return None;
    }
    let rest = behind_damage(connection, wanted)..wanted.end;
    match excerpt(connection, &rest) {
        Ok(lines) => Some(lines),
        Err(error) if is_passing(&error) => None,
        Err(_) => Some(Log::new(wanted.end, usize::MAX)),
    }
}

/// Whether the same question may have an answer later.
fn is_passing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
        )
    )
}

/// The first line behind a damaged stretch at the beginning of a range: looked for in growing steps, then between the last
/// two.
fn behind_damage(connection: &Connection, wanted: &Range<u64>) -> u64 {
    let readable = |number: u64| {
        let row = connection.query_row(
            &format!("{SELECT} WHERE number >= ? AND number < ? ORDER BY number LIMIT 1"),
            params![number as i64, wanted.end as i64],
            |row| Stored::of(row).map(drop),
        );
        matches!(row, Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows))
    };
    let (mut bad, mut good, mut step) = (wanted.start, wanted.end, 1);
    while bad + step < good {
        if readable(bad + step) {
            good = bad + step;
        } else {
            bad += step;
            step *= 2;
        }
    }
    while good - bad > 1 {
        let middle = bad + (good - bad) / 2;
        if readable(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// The first lines of a range that follow each other. Where reading breaks off behind some, these.
fn excerpt(connection: &Connection, wanted: &Range<u64>) -> rusqlite::Result<Log> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE number >= ? AND number < ? ORDER BY number"
    ))?;
    let mut rows = statement.query(params![wanted.start as i64, wanted.end as i64])?;
    let (mut lines, mut bytes) = (None::<Log>, 0);
    loop {
        let stored = match rows.next().and_then(|row| row.map(Stored::of).transpose()) {
            Ok(Some(stored)) => stored,
            // What is behind them is the next question's.
            Err(error) if lines.is_none() => return Err(error),
            Ok(None) | Err(_) => break,
        };
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;
    use crate::chat::{LineKind, SessionId, Staged};
    use crate::net::Timestamp;

    /// A history of so many lines, closed.
    fn history(path: &Path, count: usize) {
        let mut file = schema::open(path).expect("new");
        let line = Staged {
            session: SessionId(1),
            kind: LineKind::Say,
            at: Timestamp::ZERO,
            name: "ana".into(),
            text: "x".repeat(60).into(),
        };
        schema::write(&mut file, 1, &vec![line; count], &[]).expect("stored");
    }

    /// One page in the middle is overwritten: the lines before it and behind it are read all the same.
    #[test]
    fn damage_costs_the_lines_in_it_and_no_others() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.db");
        history(&path, 4_000);
        let file = std::fs::File::options().write(true).open(&path);
        let file = file.expect("opened");
        let page = file.metadata().expect("there").len() / 4_096 / 2;
        file.write_at(&[0xff; 4_096], page * 4_096)
            .expect("written");
        let reader = Reader::open(&path).expect("opened");
        let (mut next, mut got, mut missed) = (1, 0, 0);
        while next < 4_001 {
            let lines = lines(&reader.connection, &(next..4_001)).expect("no passing error");
            missed += lines.first() - next;
            got += lines.head() - lines.first();
            next = lines.head();
        }
        assert_eq!(got + missed, 4_000);
        assert!((1..100).contains(&missed), "{missed} lines of one page");
    }

    /// Where descriptors run out later, the WAL is open already.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_reader_has_all_its_descriptors_from_the_beginning() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.db");
        let _writer = schema::open(&path).expect("new");
        let wal = folder.path().join("x.db-wal");
        let open = || {
            let files = std::fs::read_dir("/proc/self/fd").expect("Linux");
            let targets = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
            targets.filter(|target| *target == wal).count()
        };
        let before = open();
        let _reader = Reader::open(&path).expect("opened");
        assert_eq!(open(), before + 1);
    }
}
