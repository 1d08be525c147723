//! The spelling of filters: a subset of Wireshark's display filters, with a clear word about what is not in it.

use std::borrow::Cow;

use super::address::{End, Network};
use super::expression::{Atom, Expression, Only, Test};
use super::field::{Field, OPTIONS};
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
        "display filter: `{0}` is not supported here; fields are tcp.stream, tcp.port, ip.addr, ip.src, ip.dst (ipv6 likewise), tcp.flags.NAME, tcp.analysis.NAME, tcp.option_kind, {numbers}, joined by && || ! ( ); use Wireshark for more",
        numbers = Field::NAMES.map(|(_, name)| name).join(", ")
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

/// Between the ends of a range.
const RANGE: &str = "..";

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
        match token.split_once(RANGE) {
            Some((first, last)) if !first.is_empty() => {
                tokens.extend([first, RANGE, last].map(str::to_owned));
            }
            _ => tokens.push(token),
        }
    }
    tokens
}

const fn is_word(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' | ':' | '/')
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
        if let Some(number) = Field::from_name(&field) {
            let value = if number.is_time() {
                Self::seconds
            } else {
                Self::number
            };
            let has = Some(Atom::Has(number));
            return self.test(value, |test| Atom::Number(number, test), has);
        }
        if let Some((end, all)) = address(&field) {
            let value = move |parser: &mut Self| parser.network(all);
            let any = Atom::Address(end, Test::Is(Comparison::Equal, all));
            return self.test(value, |test| Atom::Address(end, test), Some(any));
        }
        if let Some((kind, _)) = OPTIONS.iter().find(|(_, name)| *name == field) {
            let kind = Test::Is(Comparison::Equal, i64::from(*kind));
            return Ok(Expression::Atom(Atom::OptionKind(kind)));
        }
        if let Some(name) = field.strip_prefix("tcp.analysis.") {
            return Ok(Expression::Atom(flag(name)?));
        }
        if let Some(name) = field.strip_prefix("tcp.flags.") {
            return self.control(name, &field);
        }
        let always = Some(Atom::Always);
        match field.as_str() {
            "tcp" | "frame.encap_type" | "frame.time_relative" => {
                Ok(Expression::Atom(Atom::Always))
            }
            "tcp.stream" => self.test(Self::number, Atom::Stream, always),
            "tcp.port" => self.test(Self::number, Atom::Port, always),
            "tcp.option_kind" => self.test(Self::number, Atom::OptionKind, Some(Atom::Options)),
            "tcp.options" => Ok(Expression::Atom(Atom::Options)),
            "frame" => self.test(
                Self::number,
                |test| Atom::Number(Field::Frame, test),
                always,
            ),
            "stream" => self.test(Self::number, Atom::Stream, None),
            "port" => self.test(Self::number, Atom::Port, None),
            "flag" => self.named(|word| flag(word).map(Expression::Atom)),
            "only" => self.named(only),
            _ => Err(QueryError::UnknownField(field)),
        }
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

    /// `tcp.stream == 2`, `tcp.port in {7000, 7080..7089}`; a field alone asks for `bare`.
    fn test<V>(
        &mut self,
        value: impl Fn(&mut Self) -> Result<V, QueryError>,
        make: impl Fn(Test<V>) -> Atom,
        bare: Option<Atom>,
    ) -> Result<Expression, QueryError> {
        if self.take(&["in"]) {
            return self.set(value, make);
        }
        match (self.comparison(), bare) {
            (Some(comparison), _) => {
                let test = Test::Is(comparison, value(self)?);
                Ok(Expression::Atom(make(test)))
            }
            (None, Some(bare)) => Ok(Expression::Atom(bare)),
            (None, None) => Err(self.expected("a comparison (== != < <= > >= in)")),
        }
    }

    /// `{1, 2 5..9}`.
    fn set<V>(
        &mut self,
        value: impl Fn(&mut Self) -> Result<V, QueryError>,
        make: impl Fn(Test<V>) -> Atom,
    ) -> Result<Expression, QueryError> {
        if !self.take(&["{"]) {
            return Err(self.expected("`{`"));
        }
        let mut any = Vec::new();
        while !self.take(&["}"]) {
            let first = value(self)?;
            let test = if self.take(&[RANGE]) {
                Test::Within(first, value(self)?)
            } else {
                Test::Is(Comparison::Equal, first)
            };
            any.push(Expression::Atom(make(test)));
            self.take(&[","]);
        }
        Ok(Expression::Any(any))
    }

    /// The next token as `read` understands it.
    fn value<V>(
        &mut self,
        read: impl Fn(&str) -> Option<V>,
        expected: &'static str,
    ) -> Result<V, QueryError> {
        let Some(value) = self.peek().and_then(read) else {
            return Err(self.expected(expected));
        };
        self.at += 1;
        Ok(value)
    }

    fn number(&mut self) -> Result<i64, QueryError> {
        let read = |token: &str| match token.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => token.parse().ok(),
        };
        self.value(read, "a number")
    }

    /// Seconds as nanoseconds.
    fn seconds(&mut self) -> Result<i64, QueryError> {
        self.value(nanos, "a number of seconds")
    }

    fn network(&mut self, all: Network) -> Result<Network, QueryError> {
        let expected = match all {
            Network::IPV6 => "an IPv6 address",
            _ => "an IPv4 address",
        };
        self.value(|token| Network::parse(token, all), expected)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let comparison = Comparison::from_word(self.peek()?)?;
        self.at += 1;
        Some(comparison)
    }
}

/// The ends and the version of IP that a field names.
fn address(field: &str) -> Option<(End, Network)> {
    let (version, end) = field.split_once('.').unwrap_or((field, "addr"));
    let all = match version {
        "ip" => Network::IPV4,
        "ipv6" => Network::IPV6,
        _ => return None,
    };
    let end = match end {
        "addr" => End::Either,
        "src" => End::Source,
        "dst" => End::Destination,
        _ => return None,
    };
    Some((end, all))
}

/// `1.25` seconds as nanoseconds; what is less than those is cut off.
fn nanos(seconds: &str) -> Option<i64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (sign, whole) = match whole.strip_prefix('-') {
        Some(whole) => (-1, whole),
        None => (1, whole),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    whole
        .checked_mul(1_000_000_000)?
        .checked_add(fraction)
        .map(|nanos| sign * nanos)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_nanoseconds() {
        for (text, expected) in [
            ("1", Some(1_000_000_000)),
            ("0.05", Some(50_000_000)),
            ("-0.000000001", Some(-1)),
            (".5", None),
            ("1.0000000019", Some(1_000_000_001)),
            ("1.", Some(1_000_000_000)),
            ("9223372036.854775807", Some(i64::MAX)),
            ("9223372037", None),
            ("1.2.3", None),
            ("1e3", None),
            ("", None),
        ] {
            assert_eq!(nanos(text), expected, "{text}");
        }
    }
}
