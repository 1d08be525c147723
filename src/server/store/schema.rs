//! The tables of the history file, version 1. They may be read with `sqlite3 FILE` while the server runs.
//!
//! Owns: SQL, versions, migration. Must not know: threads, or when something is written.
//! What the tables hold is told in the documentation of [`crate::server`].

use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use rustc_hash::FxHashMap;

use super::errors::HistoryError;
use crate::chat::{Cursor, Gone, LineKind, Room, Saved, SessionId, Staged, TokenHash};
use crate::net::Timestamp;

/// `chat` in ASCII.
const APPLICATION: i64 = 0x6368_6174;
/// The version these tables have.
const VERSION: i64 = 1;
/// How long another program's lock on the file is waited for.
pub(super) const BUSY: Duration = Duration::from_secs(2);
/// No number that is given comes near it, and sums of numbers below it have room.
const CEILING: u64 = 1 << 62;
/// Sessions restored at most; the oldest are dropped from the file too.
const SESSIONS: usize = crate::chat::limits::RESUMABLE;

pub(super) fn open(path: &Path) -> Result<Connection, HistoryError> {
    let wrap = |why| HistoryError::of(path, why);
    let mut connection = Connection::open(plain(path)).map_err(wrap)?;
    let found = identify(&connection).map_err(wrap)?;
    let fresh = found == Identity::default();
    if !fresh && found.application != APPLICATION {
        return Err(HistoryError::Foreign(path.to_owned()));
    }
    if found.version > VERSION {
        return Err(HistoryError::Newer {
            path: path.to_owned(),
            found: found.version,
            known: VERSION,
        });
    }
    if !fresh && found.version < 1 {
        let why = format!("it has the version {}", found.version);
        return Err(HistoryError::damaged(path, why));
    }
    refuse_read_only(&connection).map_err(wrap)?;
    write_ahead(&connection, path)?;
    prepare(&mut connection, found.version).map_err(wrap)?;
    Ok(connection)
}

/// Holds the file against other servers for as long as the result lives, from before it is opened, made or migrated;
/// readers such as `sqlite3` do not mind. The system says why a file cannot be had; SQLite would not.
///
/// To be dropped after every connection of this process to the file: closing it gives up their locks too (POSIX).
pub(super) fn reserve(path: &Path) -> Result<File, HistoryError> {
    let file = File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(|why| HistoryError::unopened(path, why))?;
    // A pipe or a device would be read and written like one, to no end.
    if !file.metadata().is_ok_and(|known| known.is_file()) {
        return Err(HistoryError::NoFile(path.to_owned()));
    }
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(HistoryError::InUse(path.to_owned())),
        // A file system without locks: nothing is known.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// A path that SQLite takes for a path: `:memory:` and `file:x` are names like others.
pub(super) fn plain(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What a file says it is; all zero where it is new.
#[derive(Debug, Default, PartialEq, Eq)]
struct Identity {
    application: i64,
    version: i64,
    tables: i64,
}

fn identify(connection: &Connection) -> rusqlite::Result<Identity> {
    connection.busy_timeout(BUSY)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get(0));
    Ok(Identity {
        application: number("PRAGMA application_id")?,
        version: number("PRAGMA user_version")?,
        tables: number("SELECT count(*) FROM sqlite_master")?,
    })
}

/// Better told now than with every line.
fn refuse_read_only(connection: &Connection) -> rusqlite::Result<()> {
    if !connection.is_readonly("main")? {
        return Ok(());
    }
    let code = rusqlite::ffi::SQLITE_READONLY;
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(code),
        None,
    ))
}

/// Readers beside the writer need WAL. A file may come without it, also one of ours: `.dump` makes one with a rollback journal,
/// where whoever reads keeps every line from being written.
fn write_ahead(connection: &Connection, path: &Path) -> Result<(), HistoryError> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|why| HistoryError::of(path, why))?;
    // SQLite says which one it has, and calls it no error where it is another.
    if mode == "wal" {
        Ok(())
    } else {
        Err(HistoryError::NoWal(path.to_owned()))
    }
}

fn prepare(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    if version < VERSION {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        migrate(&transaction, version)?;
        transaction.commit()?;
    }
    connection.execute_batch("PRAGMA synchronous = FULL")
}

/// Step by step from the version found: a later version adds its step below.
fn migrate(transaction: &Transaction<'_>, from: i64) -> rusqlite::Result<()> {
    if from < 1 {
        transaction.execute_batch(
            "CREATE TABLE line (
                 number INTEGER PRIMARY KEY, at INTEGER NOT NULL, session INTEGER NOT NULL,
                 kind TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL);
             CREATE TABLE session (
                 id INTEGER PRIMARY KEY, name TEXT NOT NULL, token BLOB NOT NULL,
                 owed TEXT NOT NULL, seen INTEGER NOT NULL);
             CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
             INSERT INTO meta VALUES ('next_session', 1);",
        )?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

/// Stores lines, the first under the number `next`, and sessions, all or nothing.
///
/// A number that exists already (somebody else writes into the file) is an error: lines would come out of order.
pub(super) fn write(
    connection: &mut Connection,
    next: u64,
    lines: &[Staged],
    sessions: &[Saved],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    write_lines(&transaction, next, lines)?;
    write_sessions(&transaction, sessions)?;
    transaction.commit()
}

fn write_lines(to: &Transaction<'_>, next: u64, lines: &[Staged]) -> rusqlite::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut insert = to.prepare_cached(
        "INSERT INTO line (number, at, session, kind, name, text) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for (number, line) in (next..).zip(lines) {
        insert.execute(params![
            number as i64,
            line.at.as_nanos(),
            line.session.0 as i64,
            line.kind.code(),
            &*line.name,
            &*line.text
        ])?;
    }
    let last = next + lines.len() as u64;
    to.prepare_cached("INSERT OR REPLACE INTO meta VALUES ('next_line', ?)")?
        .execute([last as i64])?;
    Ok(())
}

/// Stores a session.
const SAVE: &str = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?)";

fn write_sessions(to: &Transaction<'_>, sessions: &[Saved]) -> rusqlite::Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let last = "SELECT ifnull(max(seen), 0) FROM session";
    let last: i64 = to.prepare_cached(last)?.query_row([], |row| row.get(0))?;
    let mut save = to.prepare_cached(SAVE)?;
    let mut forget = to.prepare_cached("DELETE FROM session WHERE id = ?")?;
    let mut count =
        to.prepare_cached("UPDATE meta SET value = max(value, ?) WHERE key = 'next_session'")?;
    // It may have been edited by hand, and only says which sessions are the oldest.
    let last = last.min(CEILING as i64);
    for (seen, saved) in (last + 1..).zip(sessions) {
        match saved {
            Saved::Session(gone) => {
                save.execute(params![
                    gone.id.0 as i64,
                    &*gone.name,
                    gone.token.0,
                    owed_text(&gone.cursor),
                    seen
                ])?;
                count.execute(params![gone.id.0 as i64 + 1])?;
            }
            Saved::Forgotten(id) => {
                forget.execute(params![id.0 as i64])?;
            }
        }
    }
    Ok(())
}

/// Of several changes to one session only the last matters: what could not be stored must not pile up.
pub(super) fn keep_latest(sessions: &mut Vec<Saved>) {
    let mut latest: FxHashMap<SessionId, Saved> = FxHashMap::default();
    for saved in sessions.drain(..) {
        let id = match &saved {
            Saved::Session(gone) => gone.id,
            Saved::Forgotten(id) => *id,
        };
        latest.insert(id, saved);
    }
    sessions.extend(latest.into_values());
}

/// `90-99,105-`: stretches owed and the first line from which all are.
fn owed_text(cursor: &Cursor) -> String {
    let mut text = String::new();
    for range in cursor.earlier() {
        let _ = write!(text, "{}-{},", range.start, range.end - 1);
    }
    let _ = write!(text, "{}-", cursor.next());
    text
}

fn owed_of(text: &str) -> Option<Cursor> {
    let number = |text: &str| text.parse().ok().filter(|number| *number < CEILING);
    let (earlier, next) = text.rsplit_once(',').unwrap_or(("", text));
    let mut ranges = Vec::new();
    for range in earlier.split(',').filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-')?;
        ranges.push(number(first)?..number(last)? + 1);
    }
    Some(Cursor::from_parts(ranges, number(next.strip_suffix('-')?)?))
}

/// Puts what the file at `path` holds into an empty room.
pub(super) fn restore(
    connection: &Connection,
    path: &Path,
    room: &mut Room,
) -> Result<(), HistoryError> {
    let damaged = |why| HistoryError::of(path, why);
    let next = next_line(connection).map_err(damaged)?;
    let first = first_kept(connection, next, room.limits().log_bytes).map_err(damaged)?;
    drop_oldest(connection).map_err(damaged)?;
    let sessions = sessions(connection).map_err(damaged)?;
    let next_session = meta(connection, "next_session").map_err(damaged)?;
    let lines = lines(connection, first).map_err(damaged)?;
    let lines = lines.iter().map(|stored| stored.line.line());
    room.restore(first, lines, sessions, next_session.unwrap_or(1));
    Ok(())
}

fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<u64>> {
    connection
        .query_row("SELECT value FROM meta WHERE key = ?", [key], |row| {
            number(row, 0)
        })
        .optional()
}

/// A number that this program counts up from 1. The file may have been edited by hand: one that was never given would lose lines
/// without a word, or overflow.
fn number(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let found: i64 = row.get(column)?;
    let given = u64::try_from(found)
        .ok()
        .filter(|number| (1..CEILING).contains(number));
    given.ok_or_else(|| {
        let name = row.as_ref().column_name(column).unwrap_or("?");
        let why = format!("{name} cannot be {found}");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, why.into())
    })
}

/// Numbering goes on also where somebody deleted the last lines by hand.
fn next_line(connection: &Connection) -> rusqlite::Result<u64> {
    let end = |order: &str| {
        let line = format!("SELECT number FROM line ORDER BY number {order} LIMIT 1");
        connection
            .query_row(&line, [], |row| number(row, 0))
            .optional()
    };
    // The first one is read only to see that it is a number.
    end("ASC")?;
    let last = end("DESC")?.unwrap_or(0);
    Ok((last + 1).max(meta(connection, "next_line")?.unwrap_or(1)))
}

/// The oldest line that fits into memory with those after it up to `next`; older ones are read back when asked for.
fn first_kept(connection: &Connection, next: u64, limit: usize) -> rusqlite::Result<u64> {
    let mut rows = connection.prepare("SELECT number, length(CAST(name AS BLOB)) + length(CAST(text AS BLOB)) FROM line ORDER BY number DESC")?;
    let mut rows = rows.query([])?;
    let (mut first, mut bytes) = (next, 0);
    while let Some(row) = rows.next()? {
        let (number, size): (u64, i64) = (number(row, 0)?, row.get(1)?);
        // Text, frame and tables beside it; objects are made only where somebody wants them.
        bytes += 2 * size as usize + 64;
        // Somebody deleted lines by hand: what is before the gap stays in the file.
        if number + 1 != first || bytes > limit {
            break;
        }
        first = number;
    }
    Ok(first)
}

/// The columns of a line that [`Stored::of`] reads, in its order.
pub(super) const SELECT: &str = "SELECT number, session, kind, at, name, text FROM line";

/// A line as the file holds it, with its number.
pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) line: Staged,
}

impl Stored {
    /// From a row of [`SELECT`].
    pub(super) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(2)?;
        // The file may have been edited by hand: what it holds is as foreign as what a client sends.
        let safe = |column| -> rusqlite::Result<Arc<str>> {
            let bytes = row.get_ref(column)?.as_bytes_or_null()?;
            Ok(crate::text::visible(bytes.unwrap_or_default()).into())
        };
        Ok(Self {
            number: number(row, 0)?,
            line: Staged {
                session: SessionId(number(row, 1)?),
                kind: LineKind::from_code(&kind).unwrap_or(LineKind::Notice),
                at: Timestamp::from_nanos(row.get(3)?),
                name: safe(4)?,
                text: safe(5)?,
            },
        })
    }
}

fn lines(connection: &Connection, first: u64) -> rusqlite::Result<Vec<Stored>> {
    connection
        .prepare(&format!("{SELECT} WHERE number >= ? ORDER BY number"))?
        .query_map([first as i64], Stored::of)?
        .collect()
}

/// Sessions beyond the bound: those connected when the last server crashed and those that were away come to more.
fn drop_oldest(connection: &Connection) -> rusqlite::Result<()> {
    let count = "SELECT count(*) FROM session";
    let count: i64 = connection.query_row(count, [], |row| row.get(0))?;
    // Another program may be writing just now: it is waited for only where there is something to write.
    if count <= SESSIONS as i64 {
        return Ok(());
    }
    let sql =
        "DELETE FROM session WHERE id NOT IN (SELECT id FROM session ORDER BY seen DESC LIMIT ?)";
    connection.execute(sql, [SESSIONS as i64]).map(drop)
}

/// A value that this program never wrote.
fn unknown(column: usize, found: Type, what: &str) -> rusqlite::Error {
    let why = format!("a value that says nothing of {what}");
    rusqlite::Error::FromSqlConversionFailure(column, found, why.into())
}

fn sessions(connection: &Connection) -> rusqlite::Result<Vec<Gone>> {
    let mut rows = connection.prepare("SELECT id, name, token, owed FROM session ORDER BY seen")?;
    let rows = rows.query_map([], |row| {
        let owed: String = row.get(3)?;
        let name: String = row.get(1)?;
        Ok(Gone::stored(
            SessionId(number(row, 0)?),
            crate::text::visible(name.as_bytes()).into(),
            TokenHash(row.get(2)?),
            owed_of(&owed).ok_or_else(|| unknown(3, Type::Text, "what a session is owed"))?,
        ))
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "stretches are ranges")]
    fn owed_text_goes_both_ways() {
        for cursor in [
            Cursor::new(105),
            Cursor::from_parts(vec![90..100], 105),
            Cursor::from_parts(vec![1..2, 4..9], 10),
        ] {
            assert_eq!(owed_of(&owed_text(&cursor)), Some(cursor));
        }
        assert_eq!(
            owed_text(&Cursor::from_parts(vec![90..100], 105)),
            "90-99,105-"
        );
        assert!(owed_of("x").is_none());
        assert!(owed_of("1-2").is_none());
        assert!(owed_of("18446744073709551615-").is_none());
    }

    /// Storing a crowd takes time in proportion to the crowd, and a restart keeps only as many as may come back.
    #[test]
    fn a_crowd_of_sessions_is_stored_in_time_and_bounded() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.db");
        let mut file = open(&path).expect("new");
        let crowd: Vec<Saved> = (1..=2 * SESSIONS as u64)
            .map(|id| {
                let (id, token) = (SessionId(id), TokenHash([0; 32]));
                Saved::Session(Gone::stored(id, "ana".into(), token, Cursor::new(1)))
            })
            .collect();
        write(&mut file, 1, &[], &crowd).expect("stored");
        // SQLite's own count of its work: as many steps for each session, however many there are.
        let save = file.prepare_cached(SAVE).expect("prepared");
        let steps = save.get_status(StatementStatus::VmStep) as usize;
        assert!(steps > crowd.len() && steps < 100 * crowd.len(), "{steps}");
        drop(save);
        let mut room = Room::new("test", crate::chat::Limits::default(), true);
        restore(&file, &path, &mut room).expect("restored");
        assert_eq!(room.resumable(), SESSIONS);
        let kept = "SELECT count(*), min(id) FROM session";
        let kept = file.query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(kept, Ok((SESSIONS as i64, SESSIONS as i64 + 1)));
    }

    /// A program in the middle of a transaction is no damage, and keeps a server from nothing it has to write.
    #[test]
    fn a_lock_of_another_program_is_no_damage() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.db");
        let file = open(&path).expect("new");
        file.busy_timeout(Duration::ZERO).expect("set");
        let other = Connection::open(&path).expect("opened");
        other.execute_batch("BEGIN IMMEDIATE").expect("locked");
        let mut room = Room::new("test", crate::chat::Limits::default(), true);
        restore(&file, &path, &mut room).expect("nothing to write");
        let crowd = format!(
            "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT {}) \
             INSERT INTO session (id, name, token, owed, seen) SELECT n, 'x', zeroblob(32), '1-', 0 FROM n; \
             COMMIT; BEGIN IMMEDIATE",
            SESSIONS + 1
        );
        other.execute_batch(&crowd).expect("a crowd");
        let error = restore(&file, &path, &mut room).expect_err("locked");
        assert!(
            matches!(&error, HistoryError::Locked(at) if at.ends_with("x.db")),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("x.db is locked by another program")
        );
    }

    /// Where SQLite cannot keep a WAL (here: in memory) it goes on without one and calls it no error.
    #[test]
    fn a_place_without_a_wal_is_refused() {
        let nowhere = Connection::open_in_memory().expect("memory");
        let refused = write_ahead(&nowhere, Path::new("x.db"));
        assert!(matches!(refused, Err(HistoryError::NoWal(_))));
    }

    #[test]
    fn foreign_and_newer_files_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.db");
        Connection::open(&path)
            .and_then(|file| file.execute_batch("CREATE TABLE other (x)"))
            .expect("made");
        assert!(matches!(open(&path), Err(HistoryError::Foreign(_))));
        let path = folder.path().join("y.db");
        drop(open(&path).expect("new"));
        drop(open(&path).expect("again"));
        Connection::open(&path)
            .and_then(|file| file.pragma_update(None, "user_version", 99))
            .expect("changed");
        assert!(matches!(
            open(&path),
            Err(HistoryError::Newer { found: 99, .. })
        ));
        std::fs::write(&path, b"this is no database, whatever its name says").expect("written");
        assert!(matches!(open(&path), Err(HistoryError::Foreign(_))));
    }
}
