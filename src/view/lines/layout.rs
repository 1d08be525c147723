//! Which columns there is room for, from 60 to 200 cells and without limit.

use crate::view::style::{Ink, Palette};
use crate::view::width::{push_spaces, shown, wrapped};

/// Where things stand in a line. Cells count from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Cells of a line; 0: no limit.
    pub(super) width: usize,
    /// Between columns.
    pub(super) gap: usize,
    /// Between the time column and what follows; 0 where there is no such column.
    pub(super) after_time: usize,
    /// Cells of the name column.
    pub(super) name: usize,
    /// Cells of the flags column.
    pub(super) flags: usize,
    /// Where notes begin when what stands left of them is shorter.
    pub(super) notes_at: usize,
    /// Where lines go on that do not fit.
    pub(super) indent: usize,
}

impl Layout {
    /// The layout for a width, beside a time column.
    pub(super) fn new(width: usize, time: usize) -> Self {
        // Without times lines go on below the arrow's left.
        let below = if time == 0 { 4 } else { time + 2 };
        let (gap, name, flags, notes) = match width {
            0 | 140.. => (2, 9, 10, 78),
            110..140 => (2, 9, 10, 54),
            90..110 => (2, 8, 9, 44),
            76..90 => (1, 7, 8, 36),
            _ => (1, 5, 8, 26),
        };
        Self {
            width,
            gap,
            after_time: if time == 0 { 0 } else { gap },
            name,
            flags,
            notes_at: time + notes,
            indent: below.min(if width == 0 { 80 } else { width / 4 }),
        }
    }

    /// Whether a line may end at this cell.
    pub(super) const fn fits(&self, end: usize) -> bool {
        self.width == 0 || end <= self.width
    }

    /// Cells from a column to the end of the line.
    pub(super) const fn room(&self, column: usize) -> usize {
        match self.width {
            0 => usize::MAX,
            width => width.saturating_sub(column),
        }
    }

    /// Appends a text that stands alone, on as many lines as it needs.
    pub(super) fn push_text(&self, out: &mut Vec<u8>, ink: Ink, text: &str, palette: &Palette) {
        let limit = if self.width == 0 {
            usize::MAX
        } else {
            self.width
        };
        for line in wrapped(text, limit) {
            palette.paint(out, ink, line);
            out.push(b'\n');
        }
    }

    /// Appends a remark on lines of its own below what it belongs to.
    pub(super) fn push_remark(
        &self,
        out: &mut Vec<u8>,
        text: &str,
        palette: &Palette,
        ascii: bool,
    ) {
        let limit = if self.width == 0 { 100 } else { self.width }
            .saturating_sub(self.indent + 2)
            .max(20);
        for line in wrapped(&shown(text, ascii), limit) {
            push_spaces(out, self.indent);
            palette.paint(out, Ink::Dim, "| ");
            palette.paint(out, Ink::Note, line);
            out.push(b'\n');
        }
    }
}
