//! Words of an expectation, one after the other, and what is wrong with them: in codes, the sentences are `explain`'s.

use std::borrow::Cow;

use crate::explain::Explainer;
use crate::text::visible;

/// An expectation that is not in the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub(super) expectation: String,
    pub(super) problem: Problem,
}

impl ParseError {
    /// The error in words.
    #[must_use]
    pub fn told(&self, words: &Explainer) -> String {
        format!("`{}`: {}", self.expectation, self.problem.told(words))
    }
}

/// What should have stood somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// An id of the catalogue: a number, a text in quotes.
    Id(&'static str),
    /// These very words.
    Words(Cow<'static, str>),
}

impl Expected {
    pub(super) fn one_of(names: impl Iterator<Item = &'static str>) -> Self {
        Self::Words(names.collect::<Vec<_>>().join(", ").into())
    }

    fn told(&self, words: &Explainer) -> String {
        match self {
            Self::Id(id) => words.text(id, &[]),
            Self::Words(names) => format!("`{}`", names.replace(", ", "`, `")),
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NoClosingQuote,
    Ends(Expected),
    Wrong(Expected, Word),
    TooMuch(Word),
    /// Chosen connections before a claim about the whole capture.
    OfTheCapture,
}

impl Problem {
    fn told(&self, words: &Explainer) -> String {
        match self {
            Self::OfTheCapture => words.text("expect-error-whole", &[]),
            Self::NoClosingQuote => words.text("expect-error-quote", &[]),
            Self::Ends(expected) => {
                let expected = expected.told(words);
                words.text("expect-error-ends", &[("expected", (&*expected).into())])
            }
            Self::Wrong(expected, found) => {
                let (expected, found) = (expected.told(words), found.shown());
                let values = [
                    ("expected", (&*expected).into()),
                    ("found", (&*found).into()),
                ];
                words.text("expect-error-wrong", &values)
            }
            Self::TooMuch(found) => {
                let found = found.shown();
                words.text("expect-error-more", &[("found", (&*found).into())])
            }
        }
    }
}

/// A word, or a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Bare(String),
    Quoted(String),
}

impl Word {
    fn shown(&self) -> String {
        match self {
            Self::Bare(word) => format!("`{}`", visible(word.as_bytes())),
            Self::Quoted(text) => format!("\"{}\"", visible(text.as_bytes())),
        }
    }
}

/// Cuts into words; a colon ends the word before it and belongs to it.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Problem> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            words.push(Word::Quoted(quoted(&mut chars)?));
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

/// A text up to its closing quote.
fn quoted(chars: &mut impl Iterator<Item = char>) -> Result<String, Problem> {
    let mut inside = String::new();
    loop {
        match chars.next() {
            None => return Err(Problem::NoClosingQuote),
            Some('"') => return Ok(inside),
            Some('\\') => inside.extend(chars.next()),
            Some(c) => inside.push(c),
        }
    }
}

/// The words with a place among them.
pub(super) struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    pub(super) const fn new(words: Vec<Word>) -> Self {
        Self { words, at: 0 }
    }

    /// The word that comes, if it is not in quotes.
    pub(super) fn peek(&self) -> Option<&str> {
        match self.words.get(self.at)? {
            Word::Bare(word) => Some(word),
            Word::Quoted(_) => None,
        }
    }

    /// Takes the next word if it is this one.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Whether the word after the next one ends with a colon.
    pub(super) fn colon_follows(&self) -> bool {
        matches!(self.words.get(self.at + 1), Some(Word::Bare(word)) if word.ends_with(':'))
    }

    pub(super) fn next(&mut self, expected: Expected) -> Result<String, Problem> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        match word {
            Some(Word::Bare(word)) => Ok(word),
            Some(text) => Err(Problem::Wrong(expected, text)),
            None => Err(Problem::Ends(expected)),
        }
    }

    /// A text in quotes; without blanks it may do without them.
    pub(super) fn text(&mut self) -> Result<String, Problem> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        match word {
            Some(Word::Bare(text) | Word::Quoted(text)) => Ok(text),
            None => Err(Problem::Ends(Expected::Id("expect-a-text"))),
        }
    }

    pub(super) fn number<N: std::str::FromStr>(
        &mut self,
        what: &'static str,
    ) -> Result<N, Problem> {
        let word = self.next(Expected::Id(what))?;
        let number = word.trim_end_matches(':').parse();
        number.map_err(|_| Problem::Wrong(Expected::Id(what), Word::Bare(word)))
    }

    /// One of these words; gives what it stands for.
    pub(super) fn word_of<T: Copy>(&mut self, known: &[(&'static str, T)]) -> Result<T, Problem> {
        let names = || Expected::one_of(known.iter().map(|(name, _)| *name));
        let word = self.next(names())?;
        let found = known.iter().find(|(name, _)| *name == word);
        found
            .map(|(_, meant)| *meant)
            .ok_or_else(|| Problem::Wrong(names(), Word::Bare(word)))
    }

    /// This very word.
    pub(super) fn expect(&mut self, wanted: &'static str) -> Result<(), Problem> {
        self.word_of(&[(wanted, wanted)]).map(drop)
    }

    pub(super) fn end(&self) -> Result<(), Problem> {
        match self.words.get(self.at) {
            None => Ok(()),
            Some(word) => Err(Problem::TooMuch(word.clone())),
        }
    }
}
