//! What a client typed, understood: a line to say or a command.
//!
//! Owns: the grammar of commands. Must not know: who may do what, or what happens then.

use super::notices::COME_BACK;
use super::token::Token;

/// A line from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Nothing but spaces.
    Empty,
    /// A line for everybody.
    Say(&'a str),
    /// `/me TEXT`.
    Act(&'a str),
    /// `/msg NAME TEXT`.
    Message {
        /// To whom.
        to: &'a str,
        /// What.
        text: &'a str,
    },
    /// `/nick NAME`.
    Nick(&'a str),
    /// `/who`.
    Who,
    /// `/history [N]`.
    History(Option<u64>),
    /// `/resume TOKEN [N|none]`.
    Resume {
        /// Which session.
        token: Token,
        /// From which line on.
        replay: Replay,
    },
    /// `/ping [TEXT]`.
    Ping(&'a str),
    /// `/stats`.
    Stats,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
    /// A known command used wrongly: how it is written.
    Usage(&'static str),
    /// No such command.
    Unknown(&'a str),
}

/// What a session that comes back wants to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// What its last connection did not acknowledge.
    Missed,
    /// Everything from that line on.
    From(u64),
    /// Nothing.
    Nothing,
}

impl Replay {
    /// Reads `none` (also `no`, `now`, `skip`) or a line number; absent = what was missed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Missed),
            "none" | "no" | "now" | "skip" => Some(Self::Nothing),
            number => number.parse().ok().map(Self::From),
        }
    }
}

impl<'a> Command<'a> {
    /// Understands one line (without its end).
    #[must_use]
    pub fn parse(line: &'a str) -> Self {
        if line.trim().is_empty() {
            return Self::Empty;
        }
        let Some(rest) = command_of(line) else {
            return Self::Say(line);
        };
        let (word, rest) = split_word(rest);
        match word.to_ascii_lowercase().as_str() {
            "me" if rest.is_empty() => Self::Usage("/me TEXT"),
            "me" => Self::Act(rest),
            "msg" => Self::parse_message(rest),
            "nick" if rest.is_empty() => Self::Usage("/nick NAME"),
            "nick" => Self::Nick(rest),
            "who" => Self::Who,
            "history" if rest.is_empty() => Self::History(None),
            "history" => rest
                .parse()
                .map_or(Self::Usage("/history [N], N a number of lines"), |n| {
                    Self::History(Some(n))
                }),
            "resume" => Self::parse_resume(rest),
            "ping" => Self::Ping(rest),
            "stats" => Self::Stats,
            "help" | "?" => Self::Help,
            "quit" | "exit" => Self::Quit,
            _ => Self::Unknown(word),
        }
    }

    fn parse_message(rest: &'a str) -> Self {
        let (to, text) = split_word(rest);
        if to.is_empty() || text.is_empty() {
            return Self::Usage("/msg NAME TEXT");
        }
        Self::Message { to, text }
    }

    fn parse_resume(rest: &'a str) -> Self {
        let (token, from) = split_word(rest);
        match (Token::parse(token), Replay::parse(from)) {
            (Some(token), Some(replay)) => Self::Resume { token, replay },
            _ => Self::Usage(
                "/resume TOKEN [N|none], TOKEN the 32 digits of your welcome, N the first line to send again",
            ),
        }
    }
}

/// A command without its slash. Whoever marks a line on a terminal and pastes it has the whole line: the welcome's own, and a
/// `/resume` behind spaces, would tell everybody the key to the session.
fn command_of(line: &str) -> Option<&str> {
    line.strip_prefix('/').or_else(|| {
        let pasted = line.trim_start();
        let marked = pasted.strip_prefix("* ").unwrap_or(pasted);
        let pasted = marked.strip_prefix(COME_BACK).unwrap_or(pasted);
        let command = pasted.strip_prefix('/')?;
        let (word, token) = split_word(command);
        let resumes = word.eq_ignore_ascii_case("resume");
        (resumes && Token::parse(split_word(token).0).is_some()).then_some(command)
    })
}

/// What of a line the operator's log may hold: not the token behind `/resume`, which is a key, nor what `/msg` says to one
/// person only.
#[must_use]
pub fn open_part(line: &str) -> &str {
    let line = line.trim_end();
    let (word, rest) = split_word(command_of(line).unwrap_or_default());
    let secret = match word.to_ascii_lowercase().as_str() {
        "resume" => rest,
        "msg" => split_word(rest).1,
        _ => "",
    };
    line[..line.len() - secret.len()].trim_end()
}

/// The first word and what follows it, without the spaces between and at the end.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        assert_eq!(Command::parse("  "), Command::Empty);
        assert_eq!(Command::parse("oi / ana"), Command::Say("oi / ana"));
        assert_eq!(Command::parse("/me  waves "), Command::Act("waves"));
        assert_eq!(
            Command::parse("/msg ana oi tudo bem"),
            Command::Message {
                to: "ana",
                text: "oi tudo bem"
            }
        );
        assert_eq!(Command::parse("/history 5"), Command::History(Some(5)));
        assert_eq!(Command::parse("/nope x"), Command::Unknown("nope"));
        assert_eq!(Command::parse("/nick"), Command::Usage("/nick NAME"));
        assert_eq!(Command::parse("/QUIT"), Command::Quit);
        assert_eq!(Command::parse("/Nick Ana"), Command::Nick("Ana"));
        assert!(matches!(Command::parse("/history -1"), Command::Usage(_)));
    }

    #[test]
    fn a_pasted_line_of_the_welcome_is_a_wish_and_nothing_to_say() {
        let token = "00112233445566778899aabbccddeeff";
        for before in ["", "  ", COME_BACK, &format!("* {COME_BACK}"), " * "] {
            let line = format!("{before}/resume {token}");
            let resumes = matches!(Command::parse(&line), Command::Resume { .. });
            assert_eq!(resumes, before != " * ", "{line}");
        }
        for said in [
            " /resume how?",
            "* to come back: x",
            " /nick ana",
            " / lead",
        ] {
            assert_eq!(Command::parse(said), Command::Say(said));
        }
    }

    #[test]
    fn the_open_part_holds_no_key_and_nothing_private() {
        let token = "00112233445566778899aabbccddeeff";
        for (line, open) in [
            ("/resume TOKEN 7", "/resume"),
            ("/ resume TOKEN", "/ resume"),
            ("/RESUME  TOKENx", "/RESUME"),
            (" /resume TOKEN ", " /resume"),
            (
                "* to come back after a break: /resume TOKEN",
                "* to come back after a break: /resume",
            ),
            ("/resume", "/resume"),
            ("/msg bob psst, secret ", "/msg bob"),
            ("/ Msg  bob  psst", "/ Msg  bob"),
            ("/msg bob", "/msg bob"),
            ("/me waves", "/me waves"),
            ("hello msg x", "hello msg x"),
            ("", ""),
        ] {
            assert_eq!(open_part(&line.replace("TOKEN", token)), open, "{line}");
        }
    }

    #[test]
    fn resume_takes_a_first_line_or_none() {
        let token = "00112233445566778899aabbccddeeff";
        for (tail, replay) in [
            ("", Replay::Missed),
            (" 7", Replay::From(7)),
            (" none", Replay::Nothing),
        ] {
            assert!(
                matches!(Command::parse(&format!("/resume {token}{tail}")), Command::Resume { replay: r, .. } if r == replay)
            );
        }
        assert!(matches!(Command::parse("/resume 12"), Command::Usage(_)));
        assert!(matches!(
            Command::parse(&format!("/resume {token} x")),
            Command::Usage(_)
        ));
    }
}
