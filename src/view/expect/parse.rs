//! The assertion language: text to claims. An error says which word was not understood.

use crate::net::Nanos;
use crate::tcp::AnalysisFlags;

/// One expectation as it was written, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// As written.
    pub text: String,
    pub(super) scope: Scope,
    pub(super) claim: Claim,
}

/// Which connections a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Every,
    Any,
    Stream(u32),
    Port(u16),
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Handshake(&'static str),
    ClosedBy(&'static str),
    CloseIn(u8),
    ResetBy(&'static str),
    ResetCause(String),
    StillOpen,
    Verdict(String),
    WsClose(u16),
    OpenWithin(Nanos),
    CloseWithin(Nanos),
    Flag {
        name: &'static str,
        absent: bool,
    },
    Finding {
        code: Option<String>,
        absent: bool,
    },
    Message(MessageClaim),
    Count {
        what: Counted,
        order: Order,
        number: u64,
    },
    OnlyPort(u16),
    Complete,
}

/// A claim about messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageClaim {
    pub(super) text: String,
    pub(super) part: bool,
    pub(super) absent: bool,
    pub(super) what: MessageFact,
}

/// What must hold of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageFact {
    Said,
    DeliveredTo(u32),
    Acknowledged,
    Answered,
    InSegments(u32),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Streams,
    Messages,
    Frames,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) const fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// An expectation that is not in the language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{expectation}`: {problem}")]
pub struct ParseError {
    expectation: String,
    problem: String,
}

const OUTCOMES: [(&str, &str); 6] = [
    ("complete", "complete"),
    ("refused", "refused"),
    ("unanswered", "unanswered"),
    ("half-open", "half_open"),
    ("not-seen", "not_seen"),
    ("simultaneous", "simultaneous"),
];
const CAUSES: [&str; 7] = [
    "closed_port",
    "unread_data",
    "linger0",
    "write_after_close",
    "accept_queue",
    "unread_data_or_linger0",
    "unknown",
];

impl Expectation {
    /// Reads one expectation.
    ///
    /// # Errors
    /// Says which word was not understood or is missing.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let fail = |problem: String| ParseError {
            expectation: crate::text::visible(text.as_bytes()),
            problem,
        };
        let words = words(text).map_err(fail)?;
        let mut reader = Reader { words, at: 0 };
        let scope = reader.scope().map_err(fail)?;
        let claim = reader.claim().map_err(fail)?;
        reader.end().map_err(fail)?;
        Ok(Self {
            text: text.trim().to_owned(),
            scope,
            claim,
        })
    }
}

/// A word, or a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Bare(String),
    Quoted(String),
}

/// Cuts into words; a colon ends the word before it and belongs to it.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            let mut inside = String::new();
            loop {
                match chars.next() {
                    None => return Err("a text has no closing quote".to_owned()),
                    Some('"') => break,
                    Some('\\') => inside.extend(chars.next()),
                    Some(c) => inside.push(c),
                }
            }
            words.push(Word::Quoted(inside));
        } else {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|c| !c.is_whitespace() && *c != '"') {
                word.push(c);
                if c == ':' {
                    break;
                }
            }
            words.push(Word::Bare(word));
        }
    }
    Ok(words)
}

struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        match self.words.get(self.at)? {
            Word::Bare(word) => Some(word),
            Word::Quoted(_) => None,
        }
    }

    fn next(&mut self, expected: &str) -> Result<String, String> {
        let word = self.words.get(self.at);
        self.at += 1;
        match word {
            Some(Word::Bare(word)) => Ok(word.clone()),
            Some(Word::Quoted(text)) => {
                Err(format!("{expected} was expected, not the text \"{text}\""))
            }
            None => Err(format!("it ends where {expected} was expected")),
        }
    }

    fn number<N: std::str::FromStr>(&mut self, what: &str) -> Result<N, String> {
        let word = self.next(what)?;
        word.trim_end_matches(':')
            .parse()
            .map_err(|_| format!("`{word}` is not {what}"))
    }

    fn word_of(&mut self, known: &[(&str, &'static str)]) -> Result<&'static str, String> {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let word = self.next(&format!("one of {names}"))?;
        known
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, code)| *code)
            .ok_or_else(|| format!("`{word}` is none of {names}"))
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        let word = self.next(&format!("`{wanted}`"))?;
        if word == wanted {
            Ok(())
        } else {
            Err(format!("`{wanted}` was expected, not `{word}`"))
        }
    }

    fn end(&self) -> Result<(), String> {
        match self.words.get(self.at) {
            None => Ok(()),
            Some(Word::Bare(word)) => Err(format!("`{word}` is too much")),
            Some(Word::Quoted(text)) => Err(format!("the text \"{text}\" is too much")),
        }
    }

    fn scope(&mut self) -> Result<Scope, String> {
        let colon =
            |word: Option<&Word>| matches!(word, Some(Word::Bare(word)) if word.ends_with(':'));
        match self.peek() {
            Some("any:") => {
                self.at += 1;
                Ok(Scope::Any)
            }
            Some("stream") if colon(self.words.get(self.at + 1)) => {
                self.at += 1;
                Ok(Scope::Stream(self.number("a stream number")?))
            }
            Some("port") if colon(self.words.get(self.at + 1)) => {
                self.at += 1;
                Ok(Scope::Port(self.number("a port number")?))
            }
            _ => Ok(Scope::Every),
        }
    }

    fn claim(&mut self) -> Result<Claim, String> {
        let word = self.next("a claim")?;
        Ok(match word.as_str() {
            "handshake" => Claim::Handshake(self.word_of(&OUTCOMES)?),
            "closed-by" => Claim::ClosedBy(self.word_of(&[
                ("client", "client"),
                ("server", "server"),
                ("both", "both"),
            ])?),
            "close" => self.close()?,
            "open" => {
                self.expect("within")?;
                Claim::OpenWithin(self.duration()?)
            }
            "reset-by" => {
                Claim::ResetBy(self.word_of(&[("client", "client"), ("server", "server")])?)
            }
            "reset" => {
                self.expect("cause")?;
                let known = CAUSES.map(|cause| (cause, cause));
                Claim::ResetCause(self.word_of(&known)?.to_owned())
            }
            "still" => {
                self.expect("open")?;
                Claim::StillOpen
            }
            "verdict" => Claim::Verdict(self.next("a verdict word")?),
            "ws-close" => Claim::WsClose(self.number("a close code")?),
            "finding" => self.finding(false)?,
            "message" => self.message(false)?,
            "no" => self.no()?,
            "streams" | "messages" | "frames" => self.count(&word)?,
            "only" => {
                self.expect("port")?;
                Claim::OnlyPort(self.number("a port number")?)
            }
            "complete" => Claim::Complete,
            name => flag(name, false).ok_or_else(|| format!("`{name}` begins no claim"))?,
        })
    }

    fn no(&mut self) -> Result<Claim, String> {
        let word = self.next("what there must not be")?;
        match word.as_str() {
            "finding" => self.finding(true),
            "message" => self.message(true),
            name => flag(name, true).ok_or_else(|| {
                format!("`{name}` is no flag of tcp.analysis, `finding` or `message`")
            }),
        }
    }

    fn close(&mut self) -> Result<Claim, String> {
        match self.next("`in` or `within`")?.as_str() {
            "within" => Ok(Claim::CloseWithin(self.duration()?)),
            "in" => {
                let segments = self.number("a number of segments")?;
                self.expect("segments")?;
                Ok(Claim::CloseIn(segments))
            }
            other => Err(format!("`in` or `within` was expected, not `{other}`")),
        }
    }

    fn duration(&mut self) -> Result<Nanos, String> {
        let word = self.next("a duration")?;
        let wrong = || format!("`{word}` is no duration: write 50ms, 1s, 300us");
        let digits = word.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: Nanos = word[..digits].parse().map_err(|_| wrong())?;
        let unit = match &word[digits..] {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            _ => return Err(wrong()),
        };
        Ok(number.saturating_mul(unit))
    }

    fn finding(&mut self, absent: bool) -> Result<Claim, String> {
        let code = match self.peek() {
            None if !absent => {
                return Err("it ends where the code of a finding was expected".to_owned());
            }
            None => None,
            Some(_) => Some(self.next("a code")?),
        };
        Ok(Claim::Finding { code, absent })
    }

    fn message(&mut self, absent: bool) -> Result<Claim, String> {
        let part = self.peek() == Some("~");
        if part {
            self.at += 1;
        }
        let text = match self.words.get(self.at) {
            Some(Word::Quoted(text) | Word::Bare(text)) => text.clone(),
            None => return Err("it ends where a text in quotes was expected".to_owned()),
        };
        self.at += 1;
        let what = if self.peek().is_some() && !absent {
            self.message_fact()?
        } else {
            MessageFact::Said
        };
        Ok(Claim::Message(MessageClaim {
            text,
            part,
            absent,
            what,
        }))
    }

    fn message_fact(&mut self) -> Result<MessageFact, String> {
        match self.next("what is claimed of the message")?.as_str() {
            "delivered" => {
                self.expect("to")?;
                Ok(MessageFact::DeliveredTo(
                    self.number("a number of connections")?,
                ))
            }
            "acknowledged" => Ok(MessageFact::Acknowledged),
            "answered" => Ok(MessageFact::Answered),
            "in" => {
                let segments = self.number("a number of segments")?;
                self.expect("segments")?;
                Ok(MessageFact::InSegments(segments))
            }
            other => Err(format!(
                "`{other}` is not known of a message: delivered to N, acknowledged, answered, in N segments"
            )),
        }
    }

    fn count(&mut self, what: &str) -> Result<Claim, String> {
        let order = match self.next("a comparison")?.as_str() {
            "==" | "=" => Order::Equal,
            "!=" => Order::NotEqual,
            "<" => Order::Less,
            "<=" => Order::LessOrEqual,
            ">" => Order::Greater,
            ">=" => Order::GreaterOrEqual,
            other => return Err(format!("`{other}` is no comparison: == != < <= > >=")),
        };
        let what = match what {
            "streams" => Counted::Streams,
            "messages" => Counted::Messages,
            _ => Counted::Frames,
        };
        Ok(Claim::Count {
            what,
            order,
            number: self.number("a number")?,
        })
    }
}

/// A claim about one of Wireshark's flags; hyphens do for underscores.
fn flag(name: &str, absent: bool) -> Option<Claim> {
    let name = name.replace('-', "_");
    let (_, name) = AnalysisFlags::NAMES
        .iter()
        .find(|(_, known)| *known == name)?;
    Some(Claim::Flag { name, absent })
}
