//! The spelling of filters: a subset of Wireshark's display filters, with a clear word about what is not in it.

use std::borrow::Cow;

use super::expression::{Atom, Expression, Only, Test};
use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, OwnFlags};
use crate::view::compare::Comparison;

/// Parentheses and `!` nest at most so deep.
const MAX_DEPTH: u32 = 64;

/// A filter that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A field that is not in our set.
    #[error(
        "display filter: `{0}` is not supported here; fields are tcp.stream, tcp.port, tcp.srcport, tcp.dstport, tcp.len, tcp.completeness, frame.number, tcp.flags.NAME, tcp.analysis.NAME, joined by && || ! ( ); use Wireshark for more"
    )]
    UnknownField(String),
    /// A flag name that nobody has.
    #[error("`{0}` is not an analysis flag; flags are {1}")]
    UnknownFlag(String, String),
    /// Something else stands where `expected` should.
    #[error("display filter: expected {expected} at `{found}`")]
    Expected {
        /// What should stand there.
        expected: Cow<'static, str>,
        /// What stands there.
        found: String,
    },
    /// Too many parentheses.
    #[error("display filter: nested more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// The atom of `--flag NAME`.
pub(super) fn flag(name: &str) -> Result<Atom, QueryError> {
    let spelled = name.trim().replace('-', "_").to_ascii_lowercase();
    let spelled = spelled.strip_prefix("tcp.analysis.").unwrap_or(&spelled);
    if spelled == "flags" {
        let all = AnalysisFlags::NAMES
            .iter()
            .fold(0, |all, (flag, _)| all | flag.0);
        return Ok(Atom::Analysis(AnalysisFlags(all)));
    }
    if spelled == "retransmission" {
        // Wireshark's plain field stands in the fast and the needless ones too.
        return Ok(Atom::Analysis(AnalysisFlags::SENT_AGAIN));
    }
    let analysis = AnalysisFlags::NAMES.iter().find(|(_, n)| *n == spelled);
    let own = OwnFlags::NAMES.iter().find(|(_, n)| *n == spelled);
    match (analysis, own) {
        (Some((flag, _)), _) => Ok(Atom::Analysis(*flag)),
        (_, Some((flag, _))) => Ok(Atom::Own(*flag)),
        _ => {
            let names = AnalysisFlags::NAMES.iter().map(|(_, name)| *name);
            let names = names.chain(OwnFlags::NAMES.iter().map(|(_, name)| *name));
            let names = names.collect::<Vec<_>>().join(", ");
            Err(QueryError::UnknownFlag(name.to_owned(), names))
        }
    }
}

/// A whole display filter; an empty one selects everything.
pub(super) fn parse(filter: &str) -> Result<Expression, QueryError> {
    let mut parser = Parser {
        tokens: tokens(filter),
        at: 0,
    };
    if parser.tokens.is_empty() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = parser.any(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.expected("&&, || or the end")),
    }
}

/// Words, numbers and signs.
fn tokens(filter: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = filter.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut token = c.to_string();
        if is_word(c) {
            while let Some(next) = chars.next_if(|next| is_word(*next)) {
                token.push(next);
            }
        } else if let Some(next) = chars.next_if(|next| {
            matches!(
                (c, *next),
                ('&', '&') | ('|', '|') | ('=' | '!' | '<' | '>', '=')
            )
        }) {
            token.push(next);
        }
        tokens.push(token);
    }
    tokens
}

const fn is_word(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' | ':')
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    /// Takes the next token if it is one of these.
    fn take(&mut self, wanted: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| wanted.contains(&token));
        self.at += usize::from(found);
        found
    }

    fn expected(&self, expected: &'static str) -> QueryError {
        QueryError::Expected {
            expected: expected.into(),
            found: self.peek().unwrap_or("the end").to_owned(),
        }
    }

    /// `a || b`.
    fn any(&mut self, depth: u32) -> Result<Expression, QueryError> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&["||", "or"]) {
            parts.push(self.all(depth)?);
        }
        Ok(joined(parts, Expression::Any))
    }

    /// `a && b`.
    fn all(&mut self, depth: u32) -> Result<Expression, QueryError> {
        let mut parts = vec![self.one(depth)?];
        while self.take(&["&&", "and"]) {
            parts.push(self.one(depth)?);
        }
        Ok(joined(parts, Expression::All))
    }

    /// `!a`, `(a)`, or one question.
    fn one(&mut self, depth: u32) -> Result<Expression, QueryError> {
        if depth > MAX_DEPTH {
            return Err(QueryError::TooDeep);
        }
        if self.take(&["!", "not"]) {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.take(&["("]) {
            let inner = self.any(depth + 1)?;
            if !self.take(&[")"]) {
                return Err(self.expected("`)`"));
            }
            return Ok(inner);
        }
        self.question()
    }

    /// A field, alone or compared.
    fn question(&mut self) -> Result<Expression, QueryError> {
        let Some(field) = self.peek().filter(|token| token.starts_with(is_word)) else {
            return Err(self.expected("a field"));
        };
        let field = field.to_owned();
        self.at += 1;
        if let Some(name) = field.strip_prefix("tcp.analysis.") {
            return Ok(Expression::Atom(flag(name)?));
        }
        if let Some(name) = field.strip_prefix("tcp.flags.") {
            return self.control(name, &field);
        }
        let make: fn(Test) -> Atom = match field.as_str() {
            "tcp" => return Ok(Expression::Atom(Atom::Always)),
            "stream" | "tcp.stream" => Atom::Stream,
            "port" | "tcp.port" => Atom::Port,
            "tcp.srcport" => Atom::SourcePort,
            "tcp.dstport" => Atom::DestinationPort,
            "frame" | "frame.number" => Atom::Frame,
            "tcp.len" => Atom::Length,
            "tcp.completeness" => Atom::Completeness,
            "flag" => return self.named(|word| flag(word).map(Expression::Atom)),
            "only" => return self.named(only),
            _ => return Err(QueryError::UnknownField(field)),
        };
        self.number_test(make)
    }

    /// `flag == NAME`, `only == KIND`.
    fn named(
        &mut self,
        make: impl FnOnce(&str) -> Result<Expression, QueryError>,
    ) -> Result<Expression, QueryError> {
        if !self.take(&["==", "=", "eq"]) {
            return Err(self.expected("`==`"));
        }
        let Some(word) = self.peek() else {
            return Err(self.expected("a name"));
        };
        let expression = make(word);
        self.at += 1;
        expression
    }

    /// `tcp.flags.syn`, `tcp.flags.syn == 1`.
    fn control(&mut self, name: &str, field: &str) -> Result<Expression, QueryError> {
        let bit = match name {
            "fin" => TcpFlags::FIN,
            "syn" => TcpFlags::SYN,
            "reset" => TcpFlags::RST,
            "push" => TcpFlags::PSH,
            "ack" => TcpFlags::ACK,
            "urg" => TcpFlags::URG,
            "ece" | "ecn" => TcpFlags::ECE,
            "cwr" => TcpFlags::CWR,
            "ae" | "ns" => TcpFlags::AE,
            _ => return Err(QueryError::UnknownField(field.to_owned())),
        };
        let Some(comparison) = self.comparison() else {
            // As in Wireshark, the bare field exists in every TCP header.
            return Ok(Expression::Atom(Atom::Always));
        };
        let set = match self.peek() {
            Some("1" | "true" | "True") => true,
            Some("0" | "false" | "False") => false,
            _ => return Err(self.expected("0 or 1")),
        };
        self.at += 1;
        match comparison {
            Comparison::Equal => Ok(Expression::Atom(Atom::Control(bit, set))),
            Comparison::NotEqual => Ok(Expression::Atom(Atom::Control(bit, !set))),
            _ => Err(self.expected("== or != before it")),
        }
    }

    /// `tcp.stream == 2`, `tcp.port in {7000, 7080}`.
    fn number_test(&mut self, make: fn(Test) -> Atom) -> Result<Expression, QueryError> {
        if self.take(&["in"]) {
            return self.number_set(make);
        }
        let Some(comparison) = self.comparison() else {
            return Err(self.expected("a comparison (== != < <= > >= in)"));
        };
        let number = self.number()?;
        Ok(Expression::Atom(make((comparison, number))))
    }

    /// `{1, 2 3}`.
    fn number_set(&mut self, make: fn(Test) -> Atom) -> Result<Expression, QueryError> {
        if !self.take(&["{"]) {
            return Err(self.expected("`{`"));
        }
        let mut any = Vec::new();
        while !self.take(&["}"]) {
            any.push(Expression::Atom(make((Comparison::Equal, self.number()?))));
            self.take(&[","]);
        }
        Ok(Expression::Any(any))
    }

    fn number(&mut self) -> Result<u64, QueryError> {
        let parsed = self.peek().and_then(|token| {
            token.strip_prefix("0x").map_or_else(
                || token.parse().ok(),
                |digits| u64::from_str_radix(digits, 16).ok(),
            )
        });
        let Some(number) = parsed else {
            return Err(self.expected("a number"));
        };
        self.at += 1;
        Ok(number)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let comparison = Comparison::from_word(self.peek()?)?;
        self.at += 1;
        Some(comparison)
    }
}

fn only(word: &str) -> Result<Expression, QueryError> {
    Only::from_word(word).map_or_else(
        || {
            let names = Only::NAMES.map(|(_, name)| name);
            Err(QueryError::Expected {
                expected: names.join(", ").into(),
                found: word.to_owned(),
            })
        },
        |kind| Ok(Expression::Atom(Atom::Only(kind))),
    )
}

/// A single part needs no joining.
fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}
