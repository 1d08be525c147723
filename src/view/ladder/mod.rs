//! The sequence diagram: one lane per `ip:port` (with its chat name), time downwards, every segment an arrow.
//!
//! On loopback both ends have the same address, so the lane is the socket, never the host. Data and pure ACKs are drawn
//! differently; runs of pure ACKs and gaps in time are folded, with what was folded written there. Beside our own server a
//! program lane shows what the program did. Three drawings of one model: terminal text, Mermaid, SVG.
//!
//! A sink that collects (bounded: [`MAX_ROWS`], [`MAX_LANES`]) and draws when the story ends.

mod canvas;
mod collect;
mod fold;
mod label;
mod mermaid;
mod model;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use crate::explain::{Explainer, Lang, Value};
use crate::net::Nanos;
use crate::timeline::{Entry, Sink, Wants};
use crate::view::encode::push_micros;

pub use mermaid::MAX_ARROWS;
pub use model::{MAX_LANES, MAX_ROWS};

use model::{Acks, Ladder};

/// How the ladder is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LadderFormat {
    /// For a terminal.
    #[default]
    Text,
    /// A Mermaid `sequenceDiagram`, at most [`MAX_ARROWS`] arrows.
    Mermaid,
    /// One SVG file.
    Svg,
}

/// How the ladder should look. Which streams it shows is the business of a [`crate::view::select::Select`] before it.
#[derive(Clone, Debug, Default)]
pub struct LadderOptions {
    /// How it is drawn.
    pub format: LadderFormat,
    /// Language of the few words in it.
    pub lang: Lang,
    /// Text: columns of the terminal (0: 100).
    pub width: usize,
    /// Text: nothing but ASCII.
    pub ascii: bool,
    /// Text: escapes for colours.
    pub color: bool,
    /// Mermaid: as a fenced block of Markdown, which GitHub renders.
    pub fenced: bool,
    /// Keep every pure ACK.
    pub all_acks: bool,
    /// Draw at most so many segments (0, and at most: [`MAX_ROWS`]).
    pub segments: usize,
}

/// The sink that draws the ladder.
#[derive(Debug)]
pub struct LadderSink<W> {
    writer: W,
    options: LadderOptions,
    words: Explainer,
    ladder: Ladder,
}

impl<W: Write> LadderSink<W> {
    /// A sink over `writer`.
    pub fn new(writer: W, options: LadderOptions) -> Self {
        Self {
            writer,
            words: Explainer::new(options.lang).in_ascii(options.ascii),
            ladder: Ladder::new(options.segments),
            options,
        }
    }

    /// Segments that do not stand in the drawing because of a bound on what is kept.
    pub const fn left_out(&self) -> u64 {
        self.ladder.left_out
    }

    fn draw(&mut self) -> io::Result<()> {
        let (words, options) = (&self.words, &self.options);
        if options.format == LadderFormat::Text {
            let lanes = canvas::Geometry::lanes_within(&self.ladder, options);
            if self.ladder.lanes.len() > lanes {
                self.ladder = self.ladder.within(lanes);
            }
        }
        let rows = fold::folded(&self.ladder, options.all_acks);
        let text = match options.format {
            LadderFormat::Text => text::draw(&self.ladder, &rows, words, options),
            LadderFormat::Mermaid if self.options.fenced => {
                let drawing = mermaid::draw(&self.ladder, &rows, words);
                format!("```mermaid\n{drawing}```\n")
            }
            LadderFormat::Mermaid => mermaid::draw(&self.ladder, &rows, words),
            LadderFormat::Svg => svg::draw(&self.ladder, &rows, words),
        };
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

/// How many segments were left out because of a bound; nothing where none was.
fn left_out(count: u64, words: &Explainer) -> Option<String> {
    (count > 0).then(|| words.text("ladder-left-out", &[("count", Value::Number(count))]))
}

/// A gap in time, in which nothing was or `hidden` segments that are not drawn.
fn gap_words(nanos: Nanos, hidden: u64, words: &Explainer) -> String {
    let values = [
        ("duration", Value::Span(nanos)),
        ("hidden", Value::Number(hidden)),
    ];
    words.text("ladder-gap", &values)
}

/// Seconds since the first row, to the microsecond.
fn clock(nanos: Nanos) -> String {
    let mut text = Vec::with_capacity(24);
    push_micros(&mut text, nanos);
    // A sign, digits and a point.
    String::from_utf8(text).unwrap_or_default()
}

impl Acks {
    /// How many, and from which frame to which.
    fn words(&self, words: &Explainer) -> String {
        let values = [
            ("count", Value::Number(self.count)),
            ("first", Value::Number(self.first)),
            ("last", Value::Number(self.last)),
        ];
        words.text("ladder-acks", &values)
    }
}

impl<W: Write> Sink for LadderSink<W> {
    fn wants(&self) -> Wants {
        Wants::FLOW
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Packet(packet) => self.ladder.packet(packet),
            Entry::Message(message) => self.ladder.message(message, &self.words),
            Entry::Session(session) => self.ladder.session(session),
            Entry::End(_) => return self.draw(),
            _ => {}
        }
        Ok(())
    }
}
