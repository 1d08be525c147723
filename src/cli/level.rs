//! How grave a line on stderr is. Must not know: where it goes, in which shape.

/// How grave a line on stderr is, in the words of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    /// How such a line begins.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Info => "",
            Self::Warn => "chatscope: warning: ",
            Self::Error => "chatscope: ",
        }
    }
}
