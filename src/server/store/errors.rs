//! Why a history file cannot be used, in words that say where, what was expected and what to do.
//!
//! Owns: these words. Must not know: tables, threads.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

/// The history file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The system does not give us the file.
    #[error("cannot open {path} as history: {why}. {advice}")]
    Unopened {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
        /// What to do.
        advice: String,
    },
    /// A directory, a device, a pipe.
    #[error(
        "cannot keep the history in {0}: it is no file. Name one with --history, such as chat.db"
    )]
    NoFile(PathBuf),
    /// The file is ours; those that SQLite keeps beside it are not to be had.
    #[error(
        "cannot keep the history in {0}: SQLite keeps {0}-wal and {0}-shm beside it, and they cannot be made or written. Its folder must be writable too"
    )]
    Beside(PathBuf),
    /// A place where processes cannot share memory through files.
    #[error(
        "cannot keep the history in {0}: SQLite cannot keep a write-ahead log (WAL) there, as on some network disks. Name a file on a disk of this machine with --history"
    )]
    NoWal(PathBuf),
    /// No room for it.
    #[error(
        "cannot keep the history in {0}: the disk is full. Make room there, or name a file on another disk with --history"
    )]
    Full(PathBuf),
    /// The system or SQLite says no.
    #[error(
        "cannot keep the history in {path}: {why}. Its disk may be full or broken: look at it with df -h {path}, or name a file on another disk with --history"
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What was said.
        why: rusqlite::Error,
    },
    /// Something else than a chat's history.
    #[error(
        "{0} is not the history of a chat: it is another program's file, or its beginning is damaged. It was left as it is: name another one with --history"
    )]
    Foreign(PathBuf),
    /// Another server has it: two of them would number lines alike.
    #[error("{0} is in use by another server: end that one, or name another file with --history")]
    InUse(PathBuf),
    /// Another program holds a lock on it.
    #[error(
        "{0} is locked by another program that is using it: end that one's transaction, then try again"
    )]
    Locked(PathBuf),
    /// Made by a later version.
    #[error(
        "{path} has version {found}, this program knows up to {known}: use the program that made it, or another file"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The latest version we know.
        known: i64,
    },
    /// It holds something that cannot be.
    #[error(
        "the history {path} is damaged: {why}. It was left as it is: go on with a copy of it, or with another file (--history); sqlite3 {path} .dump prints what can still be read"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What cannot be.
        why: String,
    },
}

impl HistoryError {
    /// The system does not let this user write there.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Unopened { why, .. } => why.kind() == io::ErrorKind::PermissionDenied,
            Self::Beside(_) => true,
            _ => false,
        }
    }

    pub(super) fn damaged(path: &Path, why: String) -> Self {
        let path = path.to_owned();
        Self::Damaged { path, why }
    }

    /// What the system said about the file.
    pub(super) fn unopened(path: &Path, why: io::Error) -> Self {
        let owned = path.to_owned();
        match why.kind() {
            io::ErrorKind::IsADirectory => return Self::NoFile(owned),
            io::ErrorKind::StorageFull => return Self::Full(owned),
            _ => {}
        }
        let advice = advice(path, &why);
        Self::Unopened {
            path: owned,
            why,
            advice,
        }
    }

    /// What SQLite said about the file.
    pub(super) fn of(path: &Path, why: rusqlite::Error) -> Self {
        let owned = path.to_owned();
        match why.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign(owned),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(owned),
            Some(ErrorCode::DiskFull) => Self::Full(owned),
            // The file itself could be opened for writing.
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Beside(owned)
            }
            // SQLite read it, and it is not as this program left it: a missing table is of the unknown.
            None
            | Some(ErrorCode::DatabaseCorrupt | ErrorCode::TypeMismatch | ErrorCode::Unknown) => {
                Self::damaged(path, why.to_string())
            }
            Some(_) => Self::Sqlite { path: owned, why },
        }
    }
}

/// Why the file does not take lines while the server runs.
pub(super) fn refusal(error: &rusqlite::Error) -> String {
    // We number lines ourselves: a number that is there already is another's.
    let taken = [
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ffi::SQLITE_CONSTRAINT_UNIQUE,
    ];
    let code = error.sqlite_error().map(|error| error.extended_code);
    if code.is_some_and(|code| taken.contains(&code)) {
        return "another program wrote lines into its file: restart the server".to_owned();
    }
    error.to_string()
}

/// What to do about it.
fn advice(path: &Path, why: &io::Error) -> String {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match why.kind() {
        io::ErrorKind::NotFound => match folder.filter(|folder| !folder.exists()) {
            Some(folder) => {
                let folder = folder.display();
                format!(
                    "There is no folder {folder}: make it (mkdir -p {folder}), or name another place with --history"
                )
            }
            None => "It is a link to a place that is not there: name another file with --history"
                .to_owned(),
        },
        io::ErrorKind::PermissionDenied => {
            "Name a file that you may write, in a folder where you may make files".to_owned()
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "Nothing can be written there: name a file on another file system with --history"
                .to_owned()
        }
        _ => "Name another file with --history".to_owned(),
    }
}
