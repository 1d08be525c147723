//! What commands write: never over the capture they read, nothing emptied before there is something to write, errors that
//! name the place.
//!
//! Owns: where a command's result goes. Must not know: what it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::anyhow;

use super::Failure;
use super::saved;

/// The user that root's privileges were given up for, once they were.
static GAVE_UP_FOR: OnceLock<u32> = OnceLock::new();

/// From now on refusals say that it is `user` who writes.
#[cfg(feature = "live")]
pub(super) fn gave_up_for(user: u32) {
    // Privileges are given up once; a second call would say the same.
    let _ = GAVE_UP_FOR.set(user);
}

/// What to add to a refusal: somebody who sees root's prompt does not expect it.
pub(super) fn as_whom() -> String {
    GAVE_UP_FOR.get().map_or_else(String::new, |user| {
        format!(" (as user {user}: root's privileges were given up; that user must be able to write here)")
    })
}

/// As [`as_whom`], where it was permission that lacked.
pub(super) fn refused(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::PermissionDenied {
        as_whom()
    } else {
        String::new()
    }
}

/// An output's name for people.
pub(super) fn name(path: &Path) -> String {
    if saved::is_dash(path) {
        "standard output".to_owned()
    } else {
        saved::name(path)
    }
}

/// Where a result goes: a file that is not among those read, or standard output (`-`, or nothing told).
#[derive(Clone, Copy, Debug)]
pub(super) struct Destination<'a>(Option<&'a Path>);

impl<'a> Destination<'a> {
    /// Refuses a place that is read (`inputs`) and, as far as it can be known without touching anything, one that cannot be
    /// written: better now than after a long reading.
    pub(super) fn new(path: Option<&'a Path>, inputs: &[&Path]) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| !saved::is_dash(path)) else {
            return Ok(Self(None));
        };
        if let Some(input) = inputs.iter().find(|input| is_same(path, input)) {
            return Err(Failure::usage(format!(
                "{}: the output would replace the input ({}); choose another name",
                name(path),
                saved::name(input)
            )));
        }
        probe(path).map_err(|error| failure(path, "cannot be created", &error))?;
        Ok(Self(Some(path)))
    }

    /// Whether it is standard output.
    pub(super) fn is_stdout(self) -> bool {
        self.0.is_none()
    }

    /// Its name for people.
    pub(super) fn name(self) -> String {
        name(self.0.unwrap_or(Path::new("-")))
    }

    /// Creates the file, replacing what is there. Its errors are the system's, without a name.
    pub(super) fn open(self) -> Result<Box<dyn Write>, Failure> {
        Ok(match self.0 {
            None => Box::new(io::stdout()),
            Some(path) => {
                let file = File::create(path)
                    .map_err(|error| failure(path, "cannot be created", &error))?;
                Box::new(file)
            }
        })
    }

    /// As [`Self::open`], buffered, with errors that name it.
    pub(super) fn create(self) -> Result<Written, Failure> {
        Ok(Written {
            to: BufWriter::new(self.open()?),
            name: self.name(),
        })
    }

    /// Puts all of it there at once.
    pub(super) fn write(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = self.create()?;
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }
}

/// Standard output, with errors that name it.
pub(super) fn stdout() -> Named<io::Stdout> {
    Named {
        to: io::stdout(),
        name: name(Path::new("-")),
    }
}

/// A file or standard output, buffered.
pub(super) type Written = Named<BufWriter<Box<dyn Write>>>;

/// A writer whose errors name the place.
pub(super) struct Named<W> {
    to: W,
    name: String,
}

impl<W> Named<W> {
    fn named<T>(&self, result: io::Result<T>) -> io::Result<T> {
        // The kind stays: a closed pipe is no fault.
        result.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{}: cannot be written: {error}", self.name),
            )
        })
    }
}

impl<W: Write> Write for Named<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.to.write(bytes);
        self.named(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.to.flush();
        self.named(result)
    }
}

/// Refuses that two options name one file; each comes with its option's name.
#[cfg(feature = "live")]
pub(super) fn each_its_own(files: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let both = |one: &Path, other: &Path| match (saved::is_dash(one), saved::is_dash(other)) {
        (false, false) => is_same(one, other),
        (one, other) => one && other,
    };
    for (at, (option, path)) in files.iter().enumerate() {
        for (other, same) in &files[at + 1..] {
            if let (Some(path), Some(same)) = (path, same)
                && both(path, same)
            {
                return Err(Failure::usage(format!(
                    "{option} and {other} both name {}: each needs a file of its own",
                    name(path)
                )));
            }
        }
    }
    Ok(())
}

fn failure(path: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::from(anyhow!("{}: {what}: {error}{}", name(path), refused(error)))
}

/// What creating the file would meet. Touches plain files and folders only: a pipe's reader would take it for the whole.
fn probe(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_file() => OpenOptions::new().append(true).open(path).map(drop),
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(_) => fs::metadata(folder(path)).map(drop),
    }
}

fn folder(path: &Path) -> &Path {
    let parent = path.parent().unwrap_or(path);
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}

/// Both names are one plain file, by whatever path or link, or will be. An input `-` is what standard input was opened on.
fn is_same(output: &Path, input: &Path) -> bool {
    let input = if saved::is_dash(input) {
        Path::new("/dev/stdin")
    } else {
        input
    };
    match (fs::metadata(output), fs::metadata(input)) {
        (Ok(there), Ok(read)) => there.is_file() && is_one(&there, &read),
        (Err(_), Err(_)) => place(output).is_some_and(|to_be| place(input) == Some(to_be)),
        _ => false,
    }
}

#[cfg(unix)]
fn is_one(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_one(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

/// The full path of a file that is still to be made.
fn place(path: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder(path)).ok()?;
    Some(folder.join(path.file_name()?))
}
