//! The server's log: one line per connect and disconnect with the reason, to standard error.
//!
//! Owns: format, level, time stamps (RFC 3339 with offset). Must not know: what is logged. The story of the packets is not
//! logging: it is the program's output.

use std::fmt;
use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Local time with its offset.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        let now = super::clock::Clock::wall();
        let time =
            jiff::Timestamp::from_nanosecond(i128::from(now.as_nanos())).map_err(|_| fmt::Error)?;
        let local = time.to_zoned(jiff::tz::TimeZone::system());
        write!(out, "{}", local.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z"))
    }
}

/// Sends the log to standard error. `verbosity`: 0 = warnings, 1 (`-v`) = each connect and disconnect, 2 (`-vv`) = debug,
/// more = everything; `CHATSCOPE_LOG` (in the form of `RUST_LOG`) beats it. A second call does nothing.
pub fn init_logging(format: LogFormat, verbosity: u8, colour: bool) {
    let level = match verbosity {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("CHATSCOPE_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("chatscope={level}")));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_timer(LocalTime)
        .with_target(false)
        .with_ansi(colour);
    // An error means that somebody else has set a subscriber: theirs stays.
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
