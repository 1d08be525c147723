//! The pictures of the report: the ladder and one graph for each connection, drawn beside the collecting by their own sinks.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

use super::model::Picture;
use crate::explain::Lang;
use crate::timeline::{Entry, PacketEntry, Sink};
use crate::view::graph::{Graph, GraphFormat, GraphOptions};
use crate::view::ladder::{LadderFormat, LadderOptions, LadderSink};

/// Segments drawn in the ladder.
pub const MAX_LADDER: usize = 400;
/// Connections with a graph.
pub const MAX_GRAPHS: usize = 48;

/// A drawing that can be read while its sink lives.
#[derive(Clone, Debug, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A picture in both of its forms.
#[derive(Debug)]
struct Pair<S> {
    svg: (Paper, S),
    text: (Paper, S),
}

impl<S: Sink> Pair<S> {
    fn new(mut make: impl FnMut(Paper, bool) -> S) -> Self {
        let mut sink = |is_svg| {
            let paper = Paper::default();
            (paper.clone(), make(paper, is_svg))
        };
        Self {
            svg: sink(true),
            text: sink(false),
        }
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.svg.1.entry(entry)?;
        self.text.1.entry(entry)
    }

    fn picture(&self) -> Picture {
        Picture {
            svg: self.svg.0.text(),
            text: self.text.0.text(),
        }
    }
}

/// All pictures of one report.
#[derive(Debug)]
pub(super) struct Drawings {
    lang: Lang,
    ladder: Pair<LadderSink<Paper>>,
    /// A segment has come.
    begun: bool,
    graphs: BTreeMap<u32, Pair<Graph<Paper>>>,
    /// Connections among them that carried data.
    with_data: BTreeSet<u32>,
}

impl Drawings {
    /// Pictures with words of `lang`.
    pub(super) fn new(lang: Lang) -> Self {
        Self {
            lang,
            ladder: Pair::new(|paper, is_svg| {
                let format = if is_svg {
                    LadderFormat::Svg
                } else {
                    LadderFormat::Mermaid
                };
                let options = LadderOptions {
                    format,
                    lang,
                    segments: MAX_LADDER,
                    ..LadderOptions::default()
                };
                LadderSink::new(paper, options)
            }),
            begun: false,
            graphs: BTreeMap::new(),
            with_data: BTreeSet::new(),
        }
    }

    /// A segment of a selected connection.
    pub(super) fn packet(&mut self, packet: &PacketEntry) -> io::Result<()> {
        let entry = Entry::Packet(packet);
        self.begun = true;
        self.ladder.entry(entry)?;
        let stream = packet.observation.stream.0;
        if self.graphs.len() < MAX_GRAPHS || self.graphs.contains_key(&stream) {
            let lang = self.lang;
            let graph = self.graphs.entry(stream).or_insert_with(|| {
                Pair::new(|paper, is_svg| Graph::new(paper, options(stream, is_svg, lang)))
            });
            graph.entry(entry)?;
            if packet.len.is_some_and(|len| len > 0) {
                self.with_data.insert(stream);
            }
        }
        Ok(())
    }

    /// Anything else that may be drawn.
    pub(super) fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.ladder.entry(entry)
    }

    /// The story is over: everything is drawn.
    pub(super) fn end(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.ladder.entry(entry)?;
        self.graphs
            .values_mut()
            .try_for_each(|graph| graph.entry(entry))
    }

    /// The sequence diagram.
    pub(super) fn ladder(&self) -> Option<Picture> {
        self.begun.then(|| self.ladder.picture())
    }

    /// Segments that the sequence diagram leaves out.
    pub(super) const fn left_out(&self) -> u64 {
        self.ladder.svg.1.left_out()
    }

    /// The time-sequence graph of a connection; without data there is nothing to see in it.
    pub(super) fn graph(&self, stream: u32) -> Option<Picture> {
        let spoken = self.with_data.contains(&stream);
        let graph = self.graphs.get(&stream).filter(|_| spoken);
        graph.map(Pair::picture)
    }
}

fn options(stream: u32, is_svg: bool, lang: Lang) -> GraphOptions {
    GraphOptions {
        stream,
        format: if is_svg {
            GraphFormat::Svg
        } else {
            GraphFormat::Text
        },
        lang,
        ..GraphOptions::default()
    }
}
