//! What a session has asked the history file, and whether the answer is here.
//!
//! Must not know: who asks the file, and how.

use super::log::Log;

/// Where a session stands with its old lines.
#[derive(Debug, Default)]
pub(super) enum Excerpt {
    /// Nothing asked.
    #[default]
    None,
    /// Lines from this number on were asked for.
    Asked(u64),
    /// They are here; those between the number asked for and the first of the log are in no place any more.
    Here(u64, Box<Log>),
}

/// Whether a session that ends knows what its peer has not acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Weighing {
    /// Not asked.
    #[default]
    None,
    /// The file was asked.
    Asked,
    /// It has answered.
    Done,
}
