//! A Fluent catalogue compiled at start-up into segments, so that a sentence costs about what copying it costs.
//!
//! Must not know what the sentences say. Supported: text, variables, string literals, selection by word, number or plural
//! category. Not supported, and refused by a test: references, terms, functions. Isolation marks are never written.

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

/// All sentences of one language by id; attributes as `id.attribute`.
#[derive(Debug)]
pub(super) struct Catalogue {
    lang: Lang,
    sentences: FxHashMap<Box<str>, Sentence>,
}

impl Catalogue {
    /// The embedded catalogues of a language.
    pub(super) fn of(lang: Lang) -> Self {
        let mut sentences = FxHashMap::default();
        for source in lang.sources() {
            let resource = match fluent_syntax::parser::parse(source) {
                Ok(resource) => resource,
                // A test proves that the embedded files parse without errors.
                Err((partial, _)) => partial,
            };
            for entry in &resource.body {
                if let ast::Entry::Message(message) = entry {
                    compile_message(message, &mut sentences);
                }
            }
        }
        Self { lang, sentences }
    }

    /// Spells every text anew.
    pub(super) fn respell(&mut self, spell: fn(&str) -> String) {
        for sentence in self.sentences.values_mut() {
            sentence.respell(spell);
        }
    }

    /// Appends a sentence; false when there is none of that id.
    pub(super) fn write(&self, out: &mut String, id: &str, values: &[(&str, Value<'_>)]) -> bool {
        let Some(sentence) = self.sentences.get(id) else {
            return false;
        };
        sentence.write(out, self.lang, values);
        true
    }

    /// Every id with the variables its sentence uses, for the comparison of catalogues.
    #[cfg(test)]
    pub(super) fn variables(
        &self,
    ) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
        self.sentences
            .iter()
            .map(|(id, sentence)| {
                let mut names = std::collections::BTreeSet::new();
                sentence.collect(&mut names);
                (id.to_string(), names)
            })
            .collect()
    }
}

/// Value and attributes of one message.
fn compile_message(message: &ast::Message<&str>, sentences: &mut FxHashMap<Box<str>, Sentence>) {
    let id = message.id.name;
    if let Some(value) = &message.value {
        sentences.insert(id.into(), compile(value));
    }
    for attribute in &message.attributes {
        let key = format!("{id}.{}", attribute.id.name);
        sentences.insert(key.into(), compile(&attribute.value));
    }
}

/// A pattern into pieces, neighbouring texts joined.
fn compile(pattern: &ast::Pattern<&str>) -> Sentence {
    let mut pieces: Vec<Piece> = Vec::new();
    for element in &pattern.elements {
        let piece = match element {
            ast::PatternElement::TextElement { value } => Piece::Text((*value).into()),
            ast::PatternElement::Placeable { expression } => compile_expression(expression),
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
fn compile_expression(expression: &ast::Expression<&str>) -> Piece {
    match expression {
        ast::Expression::Inline(inline) => match inline {
            ast::InlineExpression::VariableReference { id } => Piece::Variable(id.name.into()),
            ast::InlineExpression::StringLiteral { value }
            | ast::InlineExpression::NumberLiteral { value } => Piece::Text((*value).into()),
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
                    .map(|variant| (key_of(&variant.key), compile(&variant.value)))
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
    fn respell(&mut self, spell: fn(&str) -> String) {
        for piece in &mut self.0 {
            match piece {
                Piece::Text(text) => *text = spell(text).into(),
                Piece::Variable(_) => {}
                Piece::Choice { arms, .. } => {
                    for (_, arm) in arms {
                        arm.respell(spell);
                    }
                }
            }
        }
    }

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

    #[cfg(test)]
    fn collect(&self, names: &mut std::collections::BTreeSet<String>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => assert!(!text.contains("{?}"), "unsupported Fluent syntax"),
                Piece::Variable(name) => {
                    names.insert(name.to_string());
                }
                Piece::Choice { variable, arms, .. } => {
                    names.insert(variable.to_string());
                    for (_, arm) in arms {
                        arm.collect(names);
                    }
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
