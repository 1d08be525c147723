//! The live story: one line per thing worth telling, with evidence at the right. The same for live runs and replays.
//!
//! Owns: what is shown at which verbosity, and in which columns. Must not know: terminals (width, colour and zone are values).
//! Which segments are shown: handshake, data, teardown, resets and everything that the analysis flagged; a pure ACK that only
//! confirms is told in the line of what it confirms, and so is the segment that only carries a copy to a receiver
//! (`[addr] << "text"`). `-v` shows every segment and what the program did; `-vv` every number; `-q` only people and problems.

mod events;
mod layout;
mod messages;
mod payload;
mod row;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::explain::{Explainer, Lang, Topic};
use crate::net::Timestamp;
use crate::timeline::{Entry, PacketEntry, Sink, Wants};
use crate::view::endpoints::EndpointTexts;
use crate::view::out::Out;
use crate::view::stream_set::StreamSet;
use crate::view::style::Palette;
use crate::view::time_column::{TimeColumn, TimeStyle};

use layout::Layout;
use row::{Pending, Row};

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: sessions, chat lines, warnings.
    Quiet,
    /// The story.
    #[default]
    Normal,
    /// `-v`: every segment, what the program did.
    Verbose,
    /// `-vv`: every number.
    All,
}

impl Verbosity {
    /// From `-q` and the number of `-v`s.
    #[must_use]
    pub const fn new(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Normal,
            (false, 1) => Self::Verbose,
            (false, _) => Self::All,
        }
    }
}

/// How payload is shown below its segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PayloadStyle {
    /// Not at all.
    #[default]
    None,
    /// As text (`-A`).
    Text,
    /// As hexadecimal and text (`-X`).
    Hex,
}

/// How the story should look.
#[derive(Clone, Debug)]
pub struct LinesOptions {
    /// Language of the notes.
    pub lang: Lang,
    /// Columns of the terminal; 0: no limit (files, pipes).
    pub width: usize,
    /// Escapes for colours.
    pub color: bool,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// Style of the time column.
    pub time: TimeStyle,
    /// Zone of `Absolute` and `Date` times.
    pub zone: TimeZone,
    /// How much is told.
    pub verbosity: Verbosity,
    /// Absolute sequence numbers (`-S`).
    pub absolute: bool,
    /// Payload below each segment shown.
    pub payload: PayloadStyle,
    /// Tell the reason, with its RFC section, the first time that something happens (`--why`).
    pub why: bool,
    /// Findings are shown without the segments that would tell some of them, such as a RST.
    pub findings_alone: bool,
}

impl Default for LinesOptions {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            width: 0,
            color: false,
            ascii: false,
            time: TimeStyle::Absolute,
            zone: TimeZone::UTC,
            verbosity: Verbosity::Normal,
            absolute: false,
            payload: PayloadStyle::None,
            why: false,
            findings_alone: false,
        }
    }
}

/// The sink that tells the story in lines.
#[derive(Debug)]
pub struct Lines<W> {
    out: Out<W>,
    options: LinesOptions,
    layout: Layout,
    palette: Palette,
    words: Explainer,
    time: TimeColumn,
    endpoints: EndpointTexts,
    /// The line being put together (buffers are reused).
    row: Row,
    /// What `row` tells of a segment, while the next entry may still add to it.
    pending: Option<Pending>,
    /// No connection has left loopback so far, as far as its segments or messages were selected.
    local: bool,
    /// Ids of the reasons already told.
    told: BTreeSet<String>,
    /// Connections whose messages are no text of people.
    without_text: StreamSet,
}

impl<W: Write> Lines<W> {
    /// A sink over `writer`; it buffers by itself, so an unbuffered writer is fine.
    pub fn new(writer: W, options: LinesOptions) -> Self {
        let time = TimeColumn::new(options.time, options.zone.clone());
        Self {
            out: Out::new(writer),
            layout: Layout::new(options.width, time.width()),
            palette: Palette::new(options.color),
            words: Explainer::new(options.lang).in_ascii(options.ascii),
            time,
            endpoints: EndpointTexts::new(),
            row: Row::default(),
            pending: None,
            local: true,
            told: BTreeSet::new(),
            without_text: StreamSet::default(),
            options,
        }
    }

    /// Writes the line being put together, unless it was folded away.
    fn finish(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        if !pending.folded {
            self.emit();
            self.tell_why(&pending.topics);
            self.push_payload();
        }
        self.row.clear();
    }

    /// The row as it stands goes out.
    fn emit(&mut self) {
        self.time.settle();
        let out = &mut self.out.buffer;
        self.row
            .emit(out, &self.layout, &self.palette, self.options.ascii);
    }

    /// Reasons of topics met for the first time.
    fn tell_why(&mut self, topics: &[Topic<'static>]) {
        if !self.options.why {
            return;
        }
        for topic in topics {
            if !self.told.insert(topic.id().into_owned()) {
                continue;
            }
            if let Some(why) = self.words.why(*topic) {
                let rfc = self.words.rfc(*topic).unwrap_or_default();
                let text = format!("{why} [{rfc}]");
                self.layout.push_remark(
                    &mut self.out.buffer,
                    &text,
                    &self.palette,
                    self.options.ascii,
                );
            }
        }
    }

    fn packet(&mut self, packet: &PacketEntry) {
        self.finish();
        self.local &= packet.source.ip.is_loopback();
        if self.shows(packet) {
            self.begin_segment(packet);
        }
    }
}

impl<W: Write> Sink for Lines<W> {
    fn wants(&self) -> Wants {
        let quiet = self.options.verbosity == Verbosity::Quiet;
        Wants {
            packets: !quiet,
            payload: self.options.payload != PayloadStyle::None,
            ..Wants::STORY
        }
    }

    fn begins(&mut self, at: Timestamp) {
        self.time.begins(at);
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Packet(packet) => self.packet(packet),
            Entry::Capture(start) => self.capture(start),
            Entry::Handshake(entry) => self.handshake(entry),
            Entry::Message(entry) => self.message(entry),
            Entry::Delivery(entry) => self.delivery(entry),
            Entry::Teardown(entry) => self.teardown(entry),
            Entry::Finding(entry) => self.finding(entry),
            Entry::Session(entry) => self.session(entry),
            Entry::Stream(entry) => self.stream(entry),
            Entry::End(entry) => {
                self.end(entry);
                return self.out.flush();
            }
        }
        self.out.settle()
    }

    /// A batch of live entries ends: what can still be added to the last line would come with the next batch, too late.
    fn flush(&mut self) -> io::Result<()> {
        self.finish();
        self.out.flush()
    }

    fn settle(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
