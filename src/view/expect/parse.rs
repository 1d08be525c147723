//! The assertion language: words to claims.

use super::claim::{Claim, Counted, MessageClaim, MessageFact, Scope, Timed};
use super::reader::{Expected, ParseError, Problem, Reader, Word, words};
use super::vocabulary::{CLOSERS, OUTCOMES, SIDES, causes};
use crate::net::Nanos;
use crate::tcp::{AnalysisFlags, Side};
use crate::text::visible;
use crate::view::compare::Comparison;

/// One expectation as it was written, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// As written.
    pub text: String,
    pub(super) scope: Scope,
    pub(super) claim: Claim,
}

const OPTIONS: [(&str, &str); 4] = [
    ("mss", "mss"),
    ("window_scale", "window_scale"),
    ("sack", "sack_permitted"),
    ("timestamps", "timestamps"),
];
const COUNTED: [(&str, Counted); 9] = [
    ("streams", Counted::Streams),
    ("messages", Counted::Messages),
    ("frames", Counted::Frames),
    ("bytes", Counted::Bytes),
    ("syn", Counted::Bit("SYN")),
    ("fin", Counted::Bit("FIN")),
    ("rst", Counted::Bit("RST")),
    ("psh", Counted::Bit("PSH")),
    ("urg", Counted::Bit("URG")),
];
const COMPARISONS: &str = "==, !=, <, <=, >, >=";

impl Expectation {
    /// Reads one expectation.
    ///
    /// # Errors
    /// Says which word was not understood or is missing.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::read(text).map_err(|problem| ParseError {
            expectation: visible(text.as_bytes()),
            problem,
        })
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let mut reader = Reader::new(words(text)?);
        let scope = reader.scope()?;
        let claim = reader.claim()?;
        reader.end()?;
        if scope != Scope::Every && claim.is_of_the_capture() {
            return Err(Problem::OfTheCapture);
        }
        Ok(Self {
            text: text.trim().to_owned(),
            scope,
            claim,
        })
    }
}

impl Reader {
    fn scope(&mut self) -> Result<Scope, Problem> {
        if self.take("any:") {
            return Ok(Scope::Any);
        }
        if !self.colon_follows() {
            return Ok(Scope::Every);
        }
        if self.take("stream") {
            return Ok(Scope::Stream(self.number("expect-a-stream")?));
        }
        if self.take("port") {
            return Ok(Scope::Port(self.number("expect-a-port")?));
        }
        Ok(Scope::Every)
    }

    fn claim(&mut self) -> Result<Claim, Problem> {
        let word = self.next(Expected::Id("expect-a-claim"))?;
        Ok(match word.as_str() {
            "handshake" => Claim::Handshake(self.word_of(&OUTCOMES)?),
            "closed-by" => Claim::ClosedBy(self.word_of(&CLOSERS)?),
            "close" => self.close()?,
            "open" => self.within(Timed::Open)?,
            "lasts" => self.within(Timed::Lifetime)?,
            "rtt" => self.within(Timed::Rtt)?,
            "reset-by" => Claim::ResetBy(self.word_of(&SIDES)?),
            "reset" => {
                self.expect("cause")?;
                Claim::ResetCause(self.word_of(&causes())?)
            }
            "still" => {
                self.expect("open")?;
                Claim::StillOpen
            }
            "verdict" => Claim::Verdict(self.verdict()?),
            "state" => {
                let side = self.word_of(&SIDES)?;
                Claim::State(side, self.state()?)
            }
            "name" => Claim::Name(self.text()?),
            "ws-close" => Claim::WsClose(self.number("expect-a-close-code")?),
            "sequence" => {
                self.expect("holds")?;
                Claim::SequenceHolds
            }
            "only" => {
                self.expect("port")?;
                Claim::OnlyPort(self.number("expect-a-port")?)
            }
            "complete" => Claim::Complete,
            "no" => self.no()?,
            word => self.seen(word, false)?,
        })
    }

    /// What may also be denied.
    fn seen(&mut self, word: &str, absent: bool) -> Result<Claim, Problem> {
        Ok(match word {
            "finding" => self.finding(absent)?,
            "message" => self.message(absent)?,
            "welcome" if self.take("within") => Claim::Welcome {
                within: Some(self.duration()?),
                absent,
            },
            "welcome" => Claim::Welcome {
                within: None,
                absent,
            },
            "option" => Claim::Option {
                name: self.word_of(&OPTIONS)?,
                absent,
            },
            "half-close" => Claim::HalfClose { absent },
            "websocket" => Claim::WebSocket { absent },
            _ => match (flag(word, absent), counted(word)) {
                (Some(claim), _) => claim,
                (None, Some(what)) if !absent => self.count(what)?,
                _ => {
                    let expected = Expected::Id("expect-a-claim");
                    return Err(Problem::Wrong(expected, Word::Bare(word.to_owned())));
                }
            },
        })
    }

    fn no(&mut self) -> Result<Claim, Problem> {
        if self.take("reset") {
            return Ok(Claim::NoReset);
        }
        if self.take("drops") {
            return Ok(Claim::NoDrops);
        }
        let word = self.next(Expected::Id("expect-a-claim"))?;
        self.seen(&word, true)
    }

    fn close(&mut self) -> Result<Claim, Problem> {
        if self.take("in") {
            let segments = self.number("expect-a-number")?;
            self.expect("segments")?;
            return Ok(Claim::CloseIn(segments));
        }
        self.word_of(&[("within", "within"), ("in", "in")])?;
        Ok(Claim::Within(Timed::Close, self.duration()?))
    }

    fn within(&mut self, what: Timed) -> Result<Claim, Problem> {
        self.expect("within")?;
        Ok(Claim::Within(what, self.duration()?))
    }

    fn duration(&mut self) -> Result<Nanos, Problem> {
        let expected = || Expected::Id("expect-a-duration");
        let word = self.next(expected())?;
        duration(&word).ok_or_else(|| Problem::Wrong(expected(), Word::Bare(word)))
    }

    fn finding(&mut self, absent: bool) -> Result<Claim, Problem> {
        let what = if absent && self.end().is_ok() {
            None
        } else {
            Some(self.noticed()?)
        };
        Ok(Claim::Finding { what, absent })
    }

    fn message(&mut self, absent: bool) -> Result<Claim, Problem> {
        let part = self.take("~");
        let text = self.text()?;
        let from = self.sender()?;
        let what = if absent || self.end().is_ok() {
            MessageFact::Said
        } else {
            self.message_fact()?
        };
        Ok(Claim::Message(MessageClaim {
            text,
            part,
            absent,
            from,
            what,
        }))
    }

    /// `from client`, if it stands there.
    fn sender(&mut self) -> Result<Option<Side>, Problem> {
        if self.take("from") {
            return self.word_of(&SIDES).map(Some);
        }
        Ok(None)
    }

    fn message_fact(&mut self) -> Result<MessageFact, Problem> {
        let facts = ["delivered", "acknowledged", "answered", "in"].map(|word| (word, word));
        match self.word_of(&facts)? {
            "delivered" => {
                self.expect("to")?;
                Ok(MessageFact::DeliveredTo(self.number("expect-a-number")?))
            }
            "acknowledged" => Ok(MessageFact::Acknowledged),
            "answered" => Ok(MessageFact::Answered),
            _ => {
                let segments = self.number("expect-a-number")?;
                self.expect("segments")?;
                Ok(MessageFact::InSegments(segments))
            }
        }
    }

    fn count(&mut self, what: Counted) -> Result<Claim, Problem> {
        let sent = matches!(what, Counted::Messages | Counted::Frames | Counted::Bytes);
        let from = if sent { self.sender()? } else { None };
        let expected = || Expected::Words(COMPARISONS.into());
        let word = self.next(expected())?;
        let order = Comparison::from_word(&word)
            .ok_or_else(|| Problem::Wrong(expected(), Word::Bare(word)))?;
        Ok(Claim::Count {
            what,
            from,
            order,
            number: self.number("expect-a-number")?,
        })
    }
}

/// `50ms`, `1s`, `300us`.
fn duration(word: &str) -> Option<Nanos> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let number: Nanos = word[..digits].parse().ok()?;
    let unit = match &word[digits..] {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        _ => return None,
    };
    Some(number.saturating_mul(unit))
}

fn counted(word: &str) -> Option<Counted> {
    let found = COUNTED.iter().find(|(name, _)| *name == word);
    found.map(|(_, what)| *what)
}

/// A claim about one of Wireshark's flags; hyphens do for underscores.
fn flag(name: &str, absent: bool) -> Option<Claim> {
    let name = name.replace('-', "_");
    let (_, name) = AnalysisFlags::NAMES
        .iter()
        .find(|(_, known)| *known == name)?;
    Some(Claim::Flag { name, absent })
}
