//! A Fluent catalogue whose messages are compiled into segments when they are first said: a command that says three sentences
//! pays for three, and a sentence said again costs about what copying it costs.
//!
//! Must not know what the sentences say. Supported: text, variables, string literals, selection by word, number or plural
//! category. Not supported, and refused by a test: references, terms, functions. Isolation marks are never written.

use std::sync::OnceLock;

use fluent_syntax::ast;
use rustc_hash::FxHashMap;

use super::{Lang, Span};
use crate::net::Nanos;

/// A variable of a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Ready text, already safe to show.
    Text(&'a str),
    /// A whole number: selects plural categories.
    Number(u64),
    /// A duration, written with its unit.
    Span(Nanos),
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// The words `yes` and `no` of a selection.
impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Text(if yes { "yes" } else { "no" })
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// One compiled sentence.
#[derive(Debug, Default)]
struct Sentence(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Variable(Box<str>),
    Choice {
        variable: Box<str>,
        arms: Vec<(Key, Sentence)>,
        otherwise: usize,
    },
}

/// What an arm of a selection stands for.
#[derive(Debug)]
enum Key {
    Word(Box<str>),
    Number(u64),
}

/// Every message of one language by its id.
#[derive(Debug)]
pub(super) struct Catalogue {
    lang: Lang,
    spell: fn(&str) -> String,
    messages: FxHashMap<&'static str, Message>,
}

/// One message: the file from it on, and what it says once that was asked.
#[derive(Debug)]
struct Message {
    rest: &'static str,
    compiled: OnceLock<Compiled>,
}

#[derive(Debug, Default)]
struct Compiled {
    value: Option<Sentence>,
    /// By name: `why`, `rfc`.
    attributes: Vec<(Box<str>, Sentence)>,
}

impl Catalogue {
    /// The embedded catalogues of a language, each text spelled by `spell`.
    pub(super) fn of(lang: Lang, spell: fn(&str) -> String) -> Self {
        let mut messages = FxHashMap::default();
        for source in lang.sources() {
            messages.extend(written(source));
        }
        Self {
            lang,
            spell,
            messages,
        }
    }

    pub(super) const fn lang(&self) -> Lang {
        self.lang
    }

    /// Appends a sentence; false when there is none of that id.
    pub(super) fn write(&self, out: &mut String, id: &str, values: &[(&str, Value<'_>)]) -> bool {
        let value = self.message(id).and_then(|message| message.value.as_ref());
        self.append(out, value, values)
    }

    /// Appends the attribute of a message; false when there is none of that id and name.
    pub(super) fn write_attribute(&self, out: &mut String, id: &str, name: &str) -> bool {
        let message = self.message(id);
        let found = message.and_then(|message| {
            let mut attributes = message.attributes.iter();
            attributes.find(|(known, _)| **known == *name)
        });
        self.append(out, found.map(|(_, sentence)| sentence), &[])
    }

    fn append(
        &self,
        out: &mut String,
        sentence: Option<&Sentence>,
        values: &[(&str, Value<'_>)],
    ) -> bool {
        if let Some(sentence) = sentence {
            sentence.write(out, self.lang, values);
        }
        sentence.is_some()
    }

    fn message(&self, id: &str) -> Option<&Compiled> {
        let message = self.messages.get(id)?;
        let compile = || Compiled::of(message.rest, self.spell);
        Some(message.compiled.get_or_init(compile))
    }

    /// Every id, attributes as `id.attribute`, with its sentence, for the comparison of catalogues.
    #[cfg(test)]
    fn sentences(&self) -> impl Iterator<Item = (String, &Sentence)> {
        self.messages.keys().flat_map(|id| {
            let message = self.message(id).expect("it is written");
            let value = message.value.iter().map(|value| ((*id).to_owned(), value));
            let attributes = message.attributes.iter();
            value.chain(attributes.map(move |(name, text)| (format!("{id}.{name}"), text)))
        })
    }

    /// The variables that each sentence uses.
    #[cfg(test)]
    pub(super) fn variables(
        &self,
    ) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
        let variables = |sentence: &Sentence| {
            let mut names = std::collections::BTreeSet::new();
            sentence.pieces(&mut |piece| match piece {
                Piece::Text(text) => assert!(!text.contains("{?}"), "unsupported Fluent syntax"),
                Piece::Variable(name) | Piece::Choice { variable: name, .. } => {
                    names.insert(name.to_string());
                }
            });
            names
        };
        let sentences = self.sentences();
        sentences
            .map(|(id, sentence)| (id, variables(sentence)))
            .collect()
    }

    /// Every text as it is spelled.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for (_, sentence) in self.sentences() {
            sentence.pieces(&mut |piece| {
                if let Piece::Text(text) = piece {
                    texts.push(text.to_string());
                }
            });
        }
        texts
    }
}

/// The messages of a file by their ids.
fn written(file: &'static str) -> impl Iterator<Item = (&'static str, Message)> {
    let first = Some(0).filter(|_| begins(file));
    first.into_iter().chain(beginnings(file)).map(|at| {
        let rest = &file[at..];
        let id = rest.split_once(' ').map_or(rest, |(id, _)| id);
        let compiled = OnceLock::new();
        (id, Message { rest, compiled })
    })
}

/// Where messages begin in a text, but for one at its very start.
fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let lines = text.match_indices('\n').map(|(at, _)| at + 1);
    lines.filter(|&at| begins(&text[at..]))
}

/// Whether a line is the first of a message: it begins with the id; what belongs to it is indented, and comments have a sign.
fn begins(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_alphabetic())
}

impl Compiled {
    /// The first message of `rest`.
    fn of(rest: &str, spell: fn(&str) -> String) -> Self {
        let end = beginnings(rest).next().unwrap_or(rest.len());
        let resource = match fluent_syntax::parser::parse(&rest[..end]) {
            Ok(resource) => resource,
            // A test proves that the embedded files parse without errors.
            Err((partial, _)) => partial,
        };
        let mut messages = resource.body.iter().filter_map(|entry| match entry {
            ast::Entry::Message(message) => Some(message),
            _ => None,
        });
        messages.next().map_or_else(Self::default, |message| Self {
            value: message.value.as_ref().map(|value| compile(value, spell)),
            attributes: message
                .attributes
                .iter()
                .map(|it| (it.id.name.into(), compile(&it.value, spell)))
                .collect(),
        })
    }
}

/// A pattern into pieces, neighbouring texts joined.
fn compile(pattern: &ast::Pattern<&str>, spell: fn(&str) -> String) -> Sentence {
    let mut pieces: Vec<Piece> = Vec::new();
    for element in &pattern.elements {
        let piece = match element {
            ast::PatternElement::TextElement { value } => Piece::Text(spell(value).into()),
            ast::PatternElement::Placeable { expression } => compile_expression(expression, spell),
        };
        if let (Some(Piece::Text(before)), Piece::Text(more)) = (pieces.last_mut(), &piece) {
            *before = format!("{before}{more}").into();
        } else {
            pieces.push(piece);
        }
    }
    Sentence(pieces)
}

/// A placeable.
fn compile_expression(expression: &ast::Expression<&str>, spell: fn(&str) -> String) -> Piece {
    match expression {
        ast::Expression::Inline(inline) => match inline {
            ast::InlineExpression::VariableReference { id } => Piece::Variable(id.name.into()),
            ast::InlineExpression::StringLiteral { value }
            | ast::InlineExpression::NumberLiteral { value } => Piece::Text(spell(value).into()),
            _ => Piece::Text("{?}".into()),
        },
        ast::Expression::Select { selector, variants } => {
            let ast::InlineExpression::VariableReference { id } = selector else {
                return Piece::Text("{?}".into());
            };
            Piece::Choice {
                variable: id.name.into(),
                arms: variants
                    .iter()
                    .map(|variant| (key_of(&variant.key), compile(&variant.value, spell)))
                    .collect(),
                otherwise: variants.iter().position(|v| v.default).unwrap_or(0),
            }
        }
    }
}

fn key_of(key: &ast::VariantKey<&str>) -> Key {
    match key {
        ast::VariantKey::Identifier { name } => Key::Word((*name).into()),
        ast::VariantKey::NumberLiteral { value } => value
            .parse()
            .map_or_else(|_| Key::Word((*value).into()), Key::Number),
    }
}

impl Sentence {
    fn write(&self, out: &mut String, lang: Lang, values: &[(&str, Value<'_>)]) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(name) => write_value(out, lang, find(values, name), name),
                Piece::Choice {
                    variable,
                    arms,
                    otherwise,
                } => {
                    let chosen = choose(lang, find(values, variable), arms).unwrap_or(*otherwise);
                    if let Some((_, arm)) = arms.get(chosen) {
                        arm.write(out, lang, values);
                    }
                }
            }
        }
    }

    /// Shows every piece, those of a choice's arms behind it.
    #[cfg(test)]
    fn pieces(&self, look: &mut impl FnMut(&Piece)) {
        for piece in &self.0 {
            look(piece);
            if let Piece::Choice { arms, .. } = piece {
                for (_, arm) in arms {
                    arm.pieces(look);
                }
            }
        }
    }
}

fn find<'a>(values: &[(&str, Value<'a>)], name: &str) -> Option<Value<'a>> {
    values
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| *value)
}

fn write_value(out: &mut String, lang: Lang, value: Option<Value<'_>>, name: &str) {
    match value {
        Some(Value::Text(text)) => out.push_str(text),
        Some(Value::Number(number)) => out.push_str(itoa::Buffer::new().format(number)),
        Some(Value::Span(nanos)) => Span(nanos).write(out, lang),
        // As Fluent shows a missing variable.
        None => {
            out.push_str("{$");
            out.push_str(name);
            out.push('}');
        }
    }
}

/// The arm of a value: exact number before plural category (Fluent's order), words by equality.
fn choose(lang: Lang, value: Option<Value<'_>>, arms: &[(Key, Sentence)]) -> Option<usize> {
    let word = |wanted: &str| {
        arms.iter()
            .position(|(key, _)| matches!(key, Key::Word(word) if **word == *wanted))
    };
    match value? {
        Value::Text(text) => word(text),
        Value::Number(number) => arms
            .iter()
            .position(|(key, _)| matches!(key, Key::Number(n) if *n == number))
            .or_else(|| word(lang.plural(number))),
        Value::Span(_) => None,
    }
}
