//! Graphs of one connection: time-sequence (as tcptrace and Wireshark draw it) and round-trip times, as SVG or on a terminal.
//!
//! A sink that collects the points of one stream, a bounded number of them ([`MAX_POINTS`] per series, neighbours joined
//! beyond that), and draws when the story ends. Must not know: anything but segments and their analysis.

mod axis;
mod collect;
mod plot;
mod series;
mod svg;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::explain::{Explainer, Lang};
use crate::tcp::Side;
use crate::timeline::{Entry, Sink, Wants};

use collect::Collected;
pub use series::MAX_POINTS;

/// What is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphKind {
    /// Sequence numbers over time: data, ACKs, window, retransmissions, SACK.
    #[default]
    Sequence,
    /// Round-trip time of each acknowledged segment over time.
    Rtt,
}

/// How it is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphFormat {
    /// Characters on a terminal.
    #[default]
    Text,
    /// A picture for a page or a report.
    Svg,
}

/// Which graph of which connection.
#[derive(Clone, Debug, Default)]
pub struct GraphOptions {
    /// Number of the connection.
    pub stream: u32,
    /// Whose data; `None`: of the side that sent more.
    pub side: Option<Side>,
    /// What.
    pub kind: GraphKind,
    /// How.
    pub format: GraphFormat,
    /// Language of titles.
    pub lang: Lang,
    /// Text: columns (0: 80).
    pub width: usize,
    /// Text: lines (0: 24).
    pub height: usize,
    /// Text: nothing but ASCII.
    pub ascii: bool,
}

/// The sink that draws one graph at the end of the story.
#[derive(Debug)]
pub struct Graph<W> {
    writer: W,
    options: GraphOptions,
    collected: Collected,
}

impl<W: Write> Graph<W> {
    /// A sink over `writer`.
    pub fn new(writer: W, options: GraphOptions) -> Self {
        Self {
            writer,
            options,
            collected: Collected::default(),
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let words = Explainer::new(self.options.lang).in_ascii(self.options.ascii);
        let side = self.options.side.unwrap_or_else(|| self.collected.busier());
        let picture = self.collected.picture(self.options.kind, side);
        let title = self.collected.title(&words, self.options.kind, side);
        let text = if picture.is_empty() {
            let nothing = words.text(self.collected.nothing(self.options.kind), &[]);
            match self.options.format {
                GraphFormat::Text => plot::sentence(&nothing, &self.options),
                GraphFormat::Svg => svg::sentence(&nothing),
            }
        } else {
            match self.options.format {
                GraphFormat::Text => plot::draw(&picture, &title, &words, &self.options),
                GraphFormat::Svg => svg::draw(&picture, &title, &words),
            }
        };
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

impl<W: Write> Sink for Graph<W> {
    fn wants(&self) -> Wants {
        Wants::PACKETS
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Packet(packet) if packet.observation.stream.0 == self.options.stream => {
                self.collected.add(packet);
                Ok(())
            }
            Entry::End(_) => self.draw(),
            _ => Ok(()),
        }
    }
}
