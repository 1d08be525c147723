//! Every bound of the chat, as named constants, and the set of them that one room uses.
//!
//! Owns: the figures and their reasons. Must not know: who enforces them.

use std::time::Duration;

/// Bytes of one line without its end: four screens of text.
pub const LINE_BYTES: usize = 8 * 1024;
/// Characters of a name.
pub const NAME_CHARS: usize = 32;
/// Sessions connected at once.
pub const SESSIONS: usize = 10_000;
/// Of these from one address: a tenth, so that no stranger takes them all. This machine's own are not counted.
pub const PER_ADDRESS: usize = 1_000;
/// Sessions that are gone and may still come back; the oldest is forgotten first. About 200 bytes each.
pub const RESUMABLE: usize = 10_000;
/// Of these, sessions that neither said a line nor took another name; they are forgotten before any that did. Only by what
/// everybody sees does a stranger push out the sessions of others.
pub const RESUMABLE_QUIET: usize = 1_000;
/// Time without a line from the client after which its session ends.
pub const IDLE: Duration = Duration::from_mins(10);
/// Memory of the log, all encodings together.
pub const LOG_BYTES: usize = 64 * 1024 * 1024;
/// Lines per second one session may say for long; far above any person, below what would starve the others.
pub const RATE: u32 = 1_000;
/// Seconds of [`RATE`] that may be said at once, so that a paste passes.
pub const BURST_SECONDS: u32 = 4;
/// The least burst allowance in lines, however small the rate: a paste of 200 lines passes.
pub const BURST_LINES: u32 = 256;
/// Bytes of notices and answers that may wait for one client; beyond it its commands wait too.
pub const SIDE_BYTES: usize = 64 * 1024;
/// Bytes of private lines kept for a session until its peer has acknowledged them: the two longest lines.
pub const LETTER_BYTES: usize = 2 * LINE_BYTES;
/// Places beyond a full room for those who come back to a session that went; and as many again, for moments, for those
/// whose old connection still looks alive and makes room.
pub const SPARE_SESSIONS: usize = 16;
/// Lines that `/history` shows without a number.
pub const HISTORY_LINES: u64 = 20;
/// Lines that `/history N` shows at most.
pub const HISTORY_MOST: u64 = 1_000;
/// Names that `/who` lists at most.
pub const WHO_NAMES: usize = 200;
/// How long the name of a session that dropped is kept for it.
pub const NAME_HOLD: Duration = Duration::from_mins(2);
/// How long a fresh line-text session is shown nothing but its welcome unless it speaks, so that a `/resume` sent at
/// once finds no line out of order.
pub const FRESH_HOLD: Duration = Duration::from_millis(50);
/// Lines that may wait for the history file; beyond it the sessions that speak wait.
pub const STAGED_LINES: usize = 4_096;

/// The bounds of one room; [`Default`] is the constants of this file.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Characters of a name.
    pub name_chars: usize,
    /// Sessions connected at once.
    pub sessions: usize,
    /// Sessions connected at once from one address other than loopback; 0 = unlimited.
    pub per_address: usize,
    /// Gone sessions that may come back.
    pub resumable: usize,
    /// Time without a line after which a session ends; zero = never.
    pub idle: Duration,
    /// Memory of the log in bytes.
    pub log_bytes: usize,
    /// Lines per second and session; 0 = unlimited.
    pub rate: u32,
    /// Bytes of notices waiting for one client.
    pub side_bytes: usize,
    /// How long the name of a dropped session is kept for it.
    pub name_hold: Duration,
    /// How long a fresh line-text session is shown only its welcome unless it speaks.
    pub fresh_hold: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: LINE_BYTES,
            name_chars: NAME_CHARS,
            sessions: SESSIONS,
            per_address: PER_ADDRESS,
            resumable: RESUMABLE,
            idle: IDLE,
            log_bytes: LOG_BYTES,
            rate: RATE,
            side_bytes: SIDE_BYTES,
            name_hold: NAME_HOLD,
            fresh_hold: FRESH_HOLD,
        }
    }
}

impl Limits {
    /// Lines one session may say at once before [`Limits::rate`] slows it.
    #[must_use]
    pub fn burst(&self) -> u32 {
        self.rate.saturating_mul(BURST_SECONDS).max(BURST_LINES)
    }
}
