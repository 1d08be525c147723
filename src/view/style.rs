//! Colours as values: an ink per kind of thing, escapes made once. Never colour alone: words and symbols carry the meaning.
//!
//! The hues are those of Wireshark's default rules as far as the 16 base colours can show them (grey SYN/FIN, yellow on red
//! for RST, red for bad TCP), and blue against yellow for the two directions. Whether there is colour at all is decided
//! outside (`--color`, `NO_COLOR`, terminal) and comes in as a value; no global switch is read.

use colored::Color;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// Ordinary text.
    #[default]
    Plain,
    /// Secondary text: times, pure ACKs, numbers of streams.
    Dim,
    /// Sent by the client.
    Client,
    /// Sent by the server.
    Server,
    /// SYN and FIN segments (Wireshark: grey).
    Lifecycle,
    /// RST (Wireshark: yellow on dark red).
    Reset,
    /// Segments with a problem (Wireshark: red on black).
    Bad,
    /// A remark.
    Note,
    /// A warning.
    Warn,
    /// Sessions and verdicts.
    Strong,
}

const INKS: usize = 10;

/// The escapes of each ink; empty without colour.
#[derive(Clone, Debug)]
pub struct Palette {
    escapes: [String; INKS],
    on: bool,
}

impl Palette {
    /// Without any escape.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            escapes: Default::default(),
            on: false,
        }
    }

    /// The 16-colour palette.
    #[must_use]
    pub fn colors() -> Self {
        let fg = |color: Color| format!("\x1b[{}m", color.to_fg_str());
        let pair = |text: Color, ground: Color| {
            format!("\x1b[{};{}m", ground.to_bg_str(), text.to_fg_str())
        };
        Self {
            escapes: [
                String::new(),
                "\x1b[2m".to_owned(),
                fg(Color::BrightBlue),
                fg(Color::Yellow),
                pair(Color::Black, Color::White),
                pair(Color::BrightYellow, Color::Red),
                format!("\x1b[1;{}m", Color::BrightRed.to_fg_str()),
                fg(Color::Cyan),
                format!("\x1b[1;{}m", Color::Red.to_fg_str()),
                "\x1b[1m".to_owned(),
            ],
            on: true,
        }
    }

    /// [`Palette::colors`] or [`Palette::plain`].
    #[must_use]
    pub fn new(color: bool) -> Self {
        if color { Self::colors() } else { Self::plain() }
    }

    /// There are escapes.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// Appends text in an ink.
    #[inline]
    pub fn paint(&self, out: &mut Vec<u8>, ink: Ink, text: &str) {
        let escape = &self.escapes[ink as usize];
        if !self.on || escape.is_empty() || text.is_empty() {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.extend_from_slice(escape.as_bytes());
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(b"\x1b[0m");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(palette: &Palette, ink: Ink) -> String {
        let mut out = Vec::new();
        palette.paint(&mut out, ink, "RST");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn colour_is_a_decision_of_the_caller() {
        assert_eq!(painted(&Palette::plain(), Ink::Reset), "RST");
        assert_eq!(
            painted(&Palette::colors(), Ink::Reset),
            "\x1b[41;93mRST\x1b[0m"
        );
        assert_eq!(painted(&Palette::colors(), Ink::Plain), "RST");
    }
}
