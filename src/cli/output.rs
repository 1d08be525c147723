//! What leaves the program: the decisions about colour, width and character set, and notes on stderr.

use std::fmt::Display;

use clap::ValueEnum;

use super::level::Level;

/// Columns when neither a terminal nor `COLUMNS` tells.
const DEFAULT_WIDTH: u16 = 80;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` or TERM=dumb
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A stream's answer to `--color` and the environment. Each stream decides for itself.
pub(super) fn use_color(choice: ColorChoice, is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR").is_some() => false,
        ColorChoice::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto if set("CLICOLOR").is_some_and(|value| value == "0") => false,
        ColorChoice::Auto => is_terminal && set("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Columns of stdout: as told, else the terminal's, else `COLUMNS`, else 80; without a terminal `COLUMNS`, else 0: lines are
/// not cut.
pub(super) fn width(told: Option<u16>, is_terminal: bool) -> usize {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = || terminal_size::terminal_size().map(|(width, _)| width.0);
    let shown = || {
        if is_terminal {
            terminal().or_else(columns).unwrap_or(DEFAULT_WIDTH)
        } else {
            columns().unwrap_or(0)
        }
    };
    told.unwrap_or_else(shown).into()
}

/// Whether the terminal shows more than ASCII: the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set names UTF-8.
pub(super) fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

/// What a run is about, as it begins and ends: a line on stderr without the program's name.
#[cfg(feature = "live")]
pub(super) fn announce(text: impl Display) {
    say(Level::Plain, text);
}

/// What is worth knowing of how it went.
pub(super) fn note(text: impl Display) {
    say(Level::Info, text);
}

/// Something is not as it was asked for, but goes on.
pub(super) fn warn(text: impl Display) {
    say(Level::Warn, text);
}

/// Why it ends.
pub(super) fn fail(text: impl Display) {
    say(Level::Error, text);
}

/// A closed stderr is no reason to stop.
fn say(level: Level, text: impl Display) {
    #[cfg(feature = "live")]
    super::logging::note(level, &text.to_string());
    #[cfg(not(feature = "live"))]
    {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "{}{text}", level.prefix());
    }
}
