//! One row per connection with its verdict (`--format table`): aligned, as wide as the terminal, totals at the end.
//!
//! A saved capture is sorted by stream number as long as there are at most [`HELD_ROWS`] rows; beyond that, and live, rows go
//! out as connections end, so that millions of them need no memory. A connection that a late frame changed after its row went
//! out gets another row, marked `~`: the last one counts, in the totals too.

mod cells;
mod columns;
#[cfg(test)]
mod tests;
mod totals;

use std::io::{self, Write};

use crate::explain::{Lang, Value};
use crate::timeline::{EndEntry, Entry, Sink, StreamEntry, Wants};
use crate::view::out::Out;
use crate::view::style::{Ink, Palette};
use crate::view::width::{push_spaces, shown, wrapped};

use cells::{Cells, RowWords};
use columns::Layout;
use totals::Totals;

/// Rows kept back to be sorted and aligned.
pub const HELD_ROWS: usize = 10_000;

/// Stands for a space at which no line is broken.
const TIE: char = '~';

/// How the table should look.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// Language of the headings.
    pub lang: Lang,
    /// Columns of the terminal; 0: no limit.
    pub width: usize,
    /// Escapes for colours.
    pub color: bool,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// Count chat lines too (costs reassembly).
    pub messages: bool,
}

/// The sink that writes the table.
#[derive(Debug)]
pub struct Table<W> {
    out: Out<W>,
    options: TableOptions,
    palette: Palette,
    words: RowWords,
    /// Memory for a row that goes out at once.
    spare: Cells,
    /// Rows waiting, while there are few.
    held: Vec<Cells>,
    /// Known once rows have begun to go out.
    layout: Option<Layout>,
    live: bool,
    totals: Totals,
}

impl<W: Write> Table<W> {
    /// A sink over `writer`; it buffers by itself, so an unbuffered writer is fine.
    pub fn new(writer: W, options: TableOptions) -> Self {
        Self {
            out: Out::new(writer),
            palette: Palette::new(options.color),
            words: RowWords::new(options.lang, options.ascii),
            spare: Cells::default(),
            held: Vec::new(),
            layout: None,
            live: false,
            totals: Totals::default(),
            options,
        }
    }

    fn row(&mut self, entry: &StreamEntry) -> io::Result<()> {
        let again = self.totals.count(entry);
        let mut cells = std::mem::take(&mut self.spare);
        cells.fill(entry, again, &mut self.words);
        if self.layout.is_some() {
            self.push_row(&cells);
            self.spare = cells;
            return Ok(());
        }
        if let Some(earlier) = self
            .held
            .iter_mut()
            .rev()
            .find(|row| again && row.stream == cells.stream)
        {
            *earlier = cells;
            earlier.again = false;
        } else {
            self.held.push(cells);
        }
        if self.live || self.held.len() >= HELD_ROWS {
            self.release(true)?;
        }
        Ok(())
    }

    /// Rows held go out, sorted; later ones (`to_come`) follow at once.
    fn release(&mut self, to_come: bool) -> io::Result<()> {
        if self.layout.is_some() {
            return Ok(());
        }
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|row| row.stream);
        let headings = Cells::headings(columns::headings(), &self.words.explainer);
        let to_come = to_come.then_some(self.options.messages);
        let layout = Layout::new(&headings, &held, self.options.width, to_come);
        layout.push_line(
            &mut self.out.buffer,
            &headings,
            &self.palette,
            self.options.ascii,
        );
        self.layout = Some(layout);
        for row in &held {
            self.push_row(row);
            self.out.settle()?;
        }
        Ok(())
    }

    fn push_row(&mut self, row: &Cells) {
        if let Some(layout) = &self.layout {
            layout.push_line(&mut self.out.buffer, row, &self.palette, self.options.ascii);
        }
    }

    /// How many connections, how many of each verdict; then frames and losses.
    fn end(&mut self, entry: &EndEntry) -> io::Result<()> {
        self.release(false)?;
        let mut line = String::new();
        let streams = Value::Number(self.totals.streams());
        self.words
            .explainer
            .say(&mut line, "totals", &[("streams", streams)]);
        for (position, (code, count)) in self.totals.verdicts().enumerate() {
            line.push_str(if position == 0 { ": " } else { ", " });
            line.push_str(itoa::Buffer::new().format(count));
            line.push(TIE);
            line.push_str(code);
        }
        self.push_text(&line, Ink::Strong);
        line.clear();
        self.words.explainer.end_note(&mut line, entry);
        let lost = entry.stats.lost_any() || entry.truncated;
        self.push_text(&line, if lost { Ink::Warn } else { Ink::Dim });
        self.out.flush()
    }

    fn push_text(&mut self, text: &str, ink: Ink) {
        let text = shown(text, self.options.ascii);
        let limit = match self.options.width {
            0 => usize::MAX,
            width => width.saturating_sub(2),
        };
        for (index, line) in wrapped(&text, limit).into_iter().enumerate() {
            push_spaces(&mut self.out.buffer, if index > 0 { 2 } else { 0 });
            let line = line.replace(TIE, " ");
            self.palette.paint(&mut self.out.buffer, ink, &line);
            self.out.buffer.push(b'\n');
        }
    }
}

impl<W: Write> Sink for Table<W> {
    fn wants(&self) -> Wants {
        Wants {
            messages: self.options.messages,
            ..Wants::STREAMS
        }
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        match entry {
            Entry::Capture(start) => self.live = start.live,
            Entry::Stream(stream) => self.row(stream)?,
            Entry::End(end) => self.end(end)?,
            _ => {}
        }
        self.out.settle()
    }

    /// What may go out goes out; rows held for sorting stay.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
