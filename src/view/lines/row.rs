//! One line while it is put together: what stands left, the numbers, the note at the right.

use super::layout::Layout;
use crate::explain::Topic;
use crate::tcp::OwnFlags;
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, push_spaces, shown, width_of, wrapped};

/// A quoted text of which fewer cells than this would be seen goes on a line of its own.
const SHORTEST_BODY: usize = 12;

/// The parts of a line; buffers are reused from line to line.
#[derive(Debug)]
pub(super) struct Row {
    /// Painted: time, stream, name, arrow, flags.
    pub(super) head: Vec<u8>,
    /// Cells of `head`.
    pub(super) head_width: usize,
    /// The main text, from the end of `head` on.
    pub(super) body: String,
    /// Its ink.
    pub(super) body_ink: Ink,
    /// It is what a peer wrote, of which the beginning will do; all else is told whole.
    pub(super) quotes: bool,
    /// More of it, where there is room.
    pub(super) extra: String,
    /// `extra` goes below the line where there is none.
    pub(super) extra_stays: bool,
    /// What it means, at the right.
    pub(super) note: String,
    /// Its ink.
    pub(super) note_ink: Ink,
    /// Where the part of `note` ends that a card (handshake, teardown) replaces.
    pub(super) note_role: usize,
    /// Captured payload to be shown below.
    pub(super) payload: Vec<u8>,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            head: Vec::with_capacity(256),
            head_width: 0,
            body: String::new(),
            body_ink: Ink::Plain,
            quotes: false,
            extra: String::new(),
            extra_stays: false,
            note: String::new(),
            note_ink: Ink::Note,
            note_role: 0,
            payload: Vec::new(),
        }
    }
}

/// What a pending line tells of a segment.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Its frame.
    pub(super) frame: u64,
    /// Its stream.
    pub(super) stream: u32,
    /// A message line will tell the same: it goes when that line comes.
    pub(super) foldable: bool,
    /// That line has come.
    pub(super) folded: bool,
    /// Our own notes on it.
    pub(super) notes: OwnFlags,
    /// What could be explained.
    pub(super) topics: Vec<Topic<'static>>,
}

impl Row {
    /// Empties every part.
    pub(super) fn clear(&mut self) {
        self.head.clear();
        self.head_width = 0;
        self.body.clear();
        self.body_ink = Ink::Plain;
        self.quotes = false;
        self.extra.clear();
        self.extra_stays = false;
        self.note.clear();
        self.note_ink = Ink::Note;
        self.note_role = 0;
        self.payload.clear();
    }

    /// Appends to the head.
    pub(super) fn put(&mut self, palette: &Palette, ink: Ink, text: &str) {
        palette.paint(&mut self.head, ink, text);
        self.head_width += width_of(text);
    }

    /// Appends to the head and fills up to `cells` from where the text began, and one space more when it is longer.
    pub(super) fn put_padded(&mut self, palette: &Palette, ink: Ink, text: &str, cells: usize) {
        let start = self.head_width;
        self.put(palette, ink, text);
        let used = self.head_width - start;
        self.pad(cells.saturating_sub(used).max(1));
    }

    /// Appends spaces to the head.
    pub(super) fn pad(&mut self, cells: usize) {
        push_spaces(&mut self.head, cells);
        self.head_width += cells;
    }

    /// Appends the line with everything that fits, and what does not below it.
    pub(super) fn emit(&self, out: &mut Vec<u8>, layout: &Layout, palette: &Palette, ascii: bool) {
        out.extend_from_slice(&self.head);
        let mut column = self.head_width;
        let body = shown(&self.body, ascii);
        let mut room = layout.room(column);
        let least = if self.quotes {
            SHORTEST_BODY
        } else {
            usize::MAX
        };
        if room < least.min(width_of(&body)) {
            trim_spaces(out);
            out.push(b'\n');
            push_spaces(out, layout.indent);
            column = layout.indent;
            room = layout.room(column);
        }
        if self.quotes {
            let body = cut(&body, room, ascii);
            palette.paint(out, self.body_ink, &body);
            column += width_of(&body);
        } else {
            column = push_lines(out, column, palette, self.body_ink, &wrapped(&body, room));
        }
        let note = shown(&self.note, ascii);
        let note_width = width_of(&note);
        let beside = self.push_extra(out, layout, column, note_width);
        column += beside;
        let left_over = if self.extra_stays && beside == 0 {
            self.extra.trim_start()
        } else {
            ""
        };
        if note.is_empty() {
            trim_spaces(out);
            push_below(out, layout, palette, self.body_ink, left_over);
        } else if layout.fits(column + 2 + note_width) {
            let wanted = layout.notes_at.max(column + 2);
            let at = if layout.fits(wanted + note_width) {
                wanted
            } else {
                layout.width - note_width
            };
            push_spaces(out, at - column);
            palette.paint(out, self.note_ink, &note);
            push_below(out, layout, palette, self.body_ink, left_over);
        } else {
            trim_spaces(out);
            push_below(out, layout, palette, self.body_ink, left_over);
            push_below(out, layout, palette, self.note_ink, &note);
        }
        out.push(b'\n');
    }

    /// The optional numbers, when they leave room for the note, or when the note goes below anyway. Returns their width.
    fn push_extra(&self, out: &mut Vec<u8>, layout: &Layout, column: usize, note: usize) -> usize {
        let extra = self.extra.len();
        let gap = if note == 0 { 0 } else { 2 };
        let note_below = !layout.fits(column + gap + note);
        let beside = layout.fits(column + extra + gap + note);
        if extra > 0 && (beside || (note_below && layout.fits(column + extra))) {
            out.extend_from_slice(self.extra.as_bytes());
            extra
        } else {
            0
        }
    }

    /// Ends the line before the part of the head that begins at a byte, when it and `more` cells have no room left.
    /// That part is plain text of ASCII.
    pub(super) fn break_head(&mut self, start: usize, more: usize, layout: &Layout) {
        let cells = self.head.len() - start;
        if layout.fits(self.head_width + cells + more) {
            self.head_width += cells;
            return;
        }
        let part = self.head.split_off(start);
        trim_spaces(&mut self.head);
        self.head.push(b'\n');
        let indent = layout.indent.min(layout.room(cells + more));
        push_spaces(&mut self.head, indent);
        self.head.extend_from_slice(&part);
        self.head_width = indent + cells;
    }
}

/// One line below the other from a column on; returns where the last one ends.
fn push_lines(
    out: &mut Vec<u8>,
    column: usize,
    palette: &Palette,
    ink: Ink,
    lines: &[&str],
) -> usize {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push(b'\n');
            push_spaces(out, column);
        }
        palette.paint(out, ink, line);
    }
    column + lines.last().map_or(0, |line| width_of(line))
}

/// Spaces before a line end say nothing.
fn trim_spaces(out: &mut Vec<u8>) {
    while out.last() == Some(&b' ') {
        out.pop();
    }
}

/// What does not fit beside its line.
fn push_below(out: &mut Vec<u8>, layout: &Layout, palette: &Palette, ink: Ink, note: &str) {
    // An address is whole where the line can hold it.
    let longest = note.split(' ').map(width_of).max().unwrap_or(0);
    let indent = layout.indent.min(layout.room(longest));
    for line in wrapped(note, layout.room(indent).max(20)) {
        out.push(b'\n');
        push_spaces(out, indent);
        palette.paint(out, ink, line);
    }
}
