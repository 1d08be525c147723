//! How grave a line on stderr is. Must not know: where it goes, in which shape.

/// How grave a line on stderr is, in the words of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// What a run is about, as it begins and ends: told without the program's name.
    #[cfg(feature = "live")]
    Plain,
    Info,
    Warn,
    Error,
}

impl Level {
    /// How such a line begins, where it is text for people.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            #[cfg(feature = "live")]
            Self::Plain => "",
            Self::Warn => "chatscope: warning: ",
            Self::Info | Self::Error => "chatscope: ",
        }
    }

    /// How the log calls it.
    #[cfg(feature = "live")]
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain | Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}
