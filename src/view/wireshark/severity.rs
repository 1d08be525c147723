//! The severities of expert items.

/// How much Wireshark makes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The usual course of things.
    Chat,
    /// Notable.
    Note,
    /// Unusual.
    Warning,
    /// Impossible.
    Error,
}

impl Severity {
    /// The word in Wireshark's dialog.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "Chat",
            Self::Note => "Note",
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }

    /// The value of the field `_ws.expert.severity`.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::Chat => 0x20_0000,
            Self::Note => 0x40_0000,
            Self::Warning => 0x60_0000,
            Self::Error => 0x80_0000,
        }
    }
}
