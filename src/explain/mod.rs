//! Events to words, in English and in Brazilian Portuguese: the only place with prose about TCP, each with its RFC section.
//!
//! Owns: the two Fluent catalogues, their evaluation, the choice of language, the composition of notes out of sentences.
//! Must not know: writers, colours, widths. Two depths: the short form for live lines, `why` for the reason. What a stranger
//! wrote comes in as ready, escaped text (`text::visible`); nothing here looks into it.

mod ascii;
mod cards;
mod catalogue;
mod ids;
mod language;
mod packet;
mod span;
mod story;
mod topic;

#[cfg(test)]
mod tests;

pub use catalogue::Value;
pub use language::Lang;
pub use span::Span;
pub use topic::Topic;

use crate::net::Nanos;
use catalogue::Catalogue;

/// The words of one language.
///
/// Making one finds where each message of its catalogue is written. A message is read when it is first said; every sentence
/// after that is appended to a buffer in about the time of copying it.
#[derive(Debug)]
pub struct Explainer {
    catalogue: Catalogue,
}

impl Explainer {
    /// The words of `lang`.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        Self {
            catalogue: Catalogue::of(lang, str::to_owned),
        }
    }

    /// The same words for a terminal that shows only ASCII, where `ascii` says so: letters without their marks.
    #[must_use]
    pub fn in_ascii(self, ascii: bool) -> Self {
        if !ascii {
            return self;
        }
        Self {
            catalogue: Catalogue::of(self.lang(), ascii::respelled),
        }
    }

    /// The language spoken.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.catalogue.lang()
    }

    /// Appends the sentence `id` with its variables. An unknown id appends itself, so that a gap is seen and nothing fails.
    pub fn say(&self, out: &mut String, id: &str, values: &[(&'static str, Value<'_>)]) {
        if !self.catalogue.write(out, id, values) {
            out.push_str(id);
        }
    }

    /// The sentence `id` as an owned text.
    #[must_use]
    pub fn text(&self, id: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let mut out = String::new();
        self.say(&mut out, id, values);
        out
    }

    /// The reason behind a topic, where one is written down.
    #[must_use]
    pub fn why(&self, topic: Topic<'_>) -> Option<String> {
        self.attribute(&topic.id(), "why")
    }

    /// The RFC section of a topic.
    #[must_use]
    pub fn rfc(&self, topic: Topic<'_>) -> Option<String> {
        self.attribute(&topic.id(), "rfc")
    }

    /// Attribute `name` of message `id`.
    #[must_use]
    pub fn attribute(&self, id: &str, name: &str) -> Option<String> {
        let mut out = String::new();
        self.catalogue
            .write_attribute(&mut out, id, name)
            .then_some(out)
    }

    /// Appends a duration in this language (`34 us`, `1.2 s`, `1,2 s`).
    pub fn span(&self, out: &mut String, nanos: Nanos) {
        Span(nanos).write(out, self.lang());
    }
}
