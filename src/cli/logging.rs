//! The program's own log: to stderr, never mixed with the story on stdout. Nobody waits for whoever reads it: records and
//! notes go through a queue of their own, and what it has no room for is counted.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::level::Level;
use super::screen::Screen;

/// Records that may wait for a slow stderr, some hundred bytes each.
const RECORDS: usize = 4_096;

/// Stderr, once the log has been started.
static STDERR: OnceLock<Mutex<Screen>> = OnceLock::new();
/// What stderr looks like, told before there is anything to say there.
static FORM: OnceLock<LogFormat> = OnceLock::new();

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Text for people
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// From here on every line on stderr has that form, also what is said before the log is started.
pub(super) fn speak(form: LogFormat) {
    let _ = FORM.set(form);
}

/// Speaks as the arguments ask for, where they were not understood as a whole.
pub(super) fn speak_as_told<S: AsRef<OsStr>>(arguments: &[S]) {
    let words = arguments.iter().map(AsRef::as_ref);
    let mut words = words.take_while(|word| *word != "--").peekable();
    while let Some(word) = words.next() {
        let apart = word == "--log-format" && words.peek().is_some_and(|form| *form == "json");
        if apart || word == "--log-format=json" {
            return speak(LogFormat::Json);
        }
    }
}

/// Starts logging at that level; `RUST_LOG` beats it.
pub(super) fn start(format: LogFormat, level: &str) -> io::Result<()> {
    speak(format);
    let out = Box::new(Unfailing(io::stderr()));
    let screen = Screen::over(out, RECORDS, Some(of_folded))?;
    let stderr = STDERR.get_or_init(|| Mutex::new(screen));
    // What libraries say in detail is payload too: tokens and private lines.
    let own = || EnvFilter::new(format!("warn,chatscope={level}"));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| own());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would tell them on stderr, and panic where that is closed.
        .log_internal_errors(false)
        .with_writer(move || Queued(lock(stderr)));
    // A second start (tests) keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Never held while anybody waits, but at the end.
fn lock(stderr: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    stderr.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a record is written to.
struct Queued(MutexGuard<'static, Screen>);

impl io::Write for Queued {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Stderr, whatever becomes of who reads it: a log that cannot be written (its reader has gone, its disk is full) stops
/// nobody, and goes on where that passes.
struct Unfailing(io::Stderr);

impl io::Write for Unfailing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.0.write(bytes).unwrap_or(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Says a line: behind the records before it, or at once where no log was started.
pub(super) fn note(level: Level, text: &str) {
    // In one piece; a closed stderr is no reason to stop.
    let line = shaped(level, text) + "\n";
    let _ = match STDERR.get() {
        Some(stderr) => lock(stderr).write_all(line.as_bytes()),
        None => io::stderr().write_all(line.as_bytes()),
    };
}

/// Whether stderr is for machines.
pub(super) fn is_json() -> bool {
    FORM.get() == Some(&LogFormat::Json)
}

fn of_folded(count: u64) -> String {
    let text = format!("{count} lines of the log dropped: nobody was reading it fast enough");
    shaped(Level::Warn, &text)
}

/// A note in the shape of the records beside it.
fn shaped(level: Level, text: &str) -> String {
    if is_json() {
        return object(level, text);
    }
    format!("{}{text}", level.prefix())
}

/// The program's name is its target, and not in the message.
fn object(level: Level, text: &str) -> String {
    let level = level.name();
    let now = jiff::Timestamp::now();
    let message = serde_json::Value::from(text);
    format!(
        r#"{{"timestamp":"{now:.6}","level":"{level}","fields":{{"message":{message}}},"target":"chatscope"}}"#
    )
}

/// Waits until everything is out, as long as somebody reads it.
pub(super) fn finish() {
    if let Some(stderr) = STDERR.get() {
        let mut stderr = lock(stderr);
        stderr.gauge().be_patient();
        let _ = stderr.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_for_machines_is_the_bare_message() {
        let record = object(Level::Info, "said \"so\"");
        let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
        assert_eq!(record["level"], "INFO");
        assert_eq!(record["fields"]["message"], "said \"so\"");
        assert_eq!(record["target"], "chatscope");
    }
}
