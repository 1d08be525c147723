//! A line of the ladder on a terminal: where its lanes stand, and its cells.

use std::ops::Range;

use super::LadderOptions;
use super::model::Ladder;
use crate::view::width::{clusters, width_of};

/// Time and frame number left of the lanes.
pub(super) const LEFT: usize = 18;
/// `SYN-RECEIVED` and a space.
const STATE: usize = 13;
/// Half of a state's name stands left of its lane.
const HALF_STATE: usize = 6;
/// Columns from the last lane to the end of the line, for the program lane and its words.
const PROGRAM: usize = 22;
/// The same on a narrow terminal.
const NARROW_PROGRAM: usize = 16;
/// From this width on two lanes have margins for their states.
const MARGINS_FROM: usize = 90;
/// From lane to lane, at least: `…40000` stands above each, a head between two of them.
const CLOSEST: usize = 7;
/// Lanes that are closer leave most labels no room: these stand in a column right of the last lane.
const ROOMY: usize = 24;
/// Half of `…40000` stands left of the first of such lanes.
const HALF_TITLE: usize = 3;
/// The column of labels.
const LABELS: usize = 22;
/// The same on a narrow terminal.
const NARROW_LABELS: usize = 16;
/// Below this width a terminal is narrow.
const NARROW: usize = 76;

/// Where everything stands.
pub(super) struct Geometry {
    pub(super) width: usize,
    /// Column of each lane, by lane index.
    pub(super) at: Vec<usize>,
    /// Column of the program lane.
    pub(super) program: Option<usize>,
    /// Two lanes have margins for their states.
    pub(super) margins: bool,
    pub(super) ascii: bool,
}

impl Geometry {
    pub(super) fn new(ladder: &Ladder, options: &LadderOptions) -> Self {
        let width = width_within(options);
        let order = ladder.order();
        let spread = Spread::of(order.len(), ladder.has_program, width);
        let room = spread.right - spread.left;
        let mut at = vec![0; ladder.lanes.len()];
        for (index, lane) in order.iter().enumerate() {
            at[*lane] = spread.left + room * index / (order.len().max(2) - 1);
        }
        Self {
            width,
            at,
            program: ladder.has_program.then_some(width - 2),
            margins: spread.margins,
            ascii: options.ascii,
        }
    }

    /// How many lanes have room on the terminal.
    pub(super) fn lanes_within(ladder: &Ladder, options: &LadderOptions) -> usize {
        let width = width_within(options);
        let spread = Spread::of(ladder.lanes.len(), ladder.has_program, width);
        1 + (spread.right - spread.left) / CLOSEST
    }

    /// Columns of all lanes.
    pub(super) fn lanes(&self) -> impl Iterator<Item = usize> {
        self.at.iter().copied().chain(self.program)
    }

    /// The last column of a socket's lane.
    pub(super) fn last(&self) -> usize {
        self.at.iter().copied().max().unwrap_or(LEFT)
    }

    /// Where a label right of all sockets begins, and the cells it has there.
    pub(super) fn beside(&self) -> (usize, usize) {
        let from = self.last() + 2;
        let end = self.program.map_or(self.width, |program| program - 1);
        (from, end.saturating_sub(from))
    }

    fn bar(&self) -> char {
        if self.ascii { '|' } else { '│' }
    }
}

/// Columns of the terminal.
fn width_within(options: &LadderOptions) -> usize {
    match options.width {
        0 => 100,
        width => width.max(60),
    }
}

/// The columns of the first and the last lane.
struct Spread {
    left: usize,
    right: usize,
    margins: bool,
}

impl Spread {
    fn of(lanes: usize, program: bool, width: usize) -> Self {
        let margins = lanes == 2 && !program && width >= MARGINS_FROM;
        let margin = if margins { STATE } else { HALF_STATE };
        let wide = Self {
            left: LEFT + margin,
            right: match (program, width >= MARGINS_FROM) {
                (false, _) => width - margin - 1,
                (true, true) => width - PROGRAM,
                (true, false) => width - NARROW_PROGRAM,
            },
            margins,
        };
        if lanes <= 2 || (wide.right - wide.left) / (lanes - 1) >= ROOMY {
            return wide;
        }
        let labels = if width < NARROW {
            NARROW_LABELS
        } else {
            LABELS
        };
        Self {
            left: LEFT + HALF_TITLE,
            right: wide.right.min(width - labels),
            margins: false,
        }
    }
}

/// What stands in a cell.
#[derive(Clone)]
enum Cell {
    Char(char),
    /// A character with its marks, or one that takes more than one cell.
    Cluster(Box<str>),
    /// A cell of the one before.
    Taken,
}

/// A line of cells.
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// Where text may begin.
    first: usize,
}

impl Cells {
    /// Spaces.
    pub(super) fn blank(geometry: &Geometry) -> Self {
        Self {
            cells: vec![Cell::Char(' '); geometry.width],
            first: 0,
        }
    }

    /// Spaces with the bars of the lanes.
    pub(super) fn with_lanes(geometry: &Geometry) -> Self {
        let mut cells = Self::blank(geometry);
        cells.first = LEFT;
        for lane in geometry.lanes() {
            cells.put(lane, geometry.bar());
        }
        cells
    }

    pub(super) fn put(&mut self, column: usize, c: char) {
        if column < self.cells.len() {
            self.free(column);
            self.cells[column] = Cell::Char(c);
        }
    }

    /// Writes text from a column on; what does not fit is left out.
    pub(super) fn write(&mut self, mut column: usize, text: &str) {
        for cluster in clusters(text) {
            let width = width_of(cluster);
            if column + width > self.cells.len() {
                break;
            }
            if width == 0 {
                continue;
            }
            let taken = column..column + width;
            taken.clone().for_each(|cell| self.free(cell));
            self.cells[taken].fill(Cell::Taken);
            let mut chars = cluster.chars();
            self.cells[column] = match (chars.next(), chars.next()) {
                (Some(c), None) => Cell::Char(c),
                _ => Cell::Cluster(cluster.into()),
            };
            column += width;
        }
    }

    /// Makes a cell free: who takes it with others leaves all of them.
    fn free(&mut self, column: usize) {
        let is_taken = |cell: &Cell| matches!(cell, Cell::Taken);
        let before = &self.cells[..=column];
        let from = before.iter().rposition(|cell| !is_taken(cell)).unwrap_or(0);
        let after = self.cells[column + 1..].iter();
        let to = column + after.take_while(|cell| is_taken(cell)).count();
        if from < to {
            self.cells[from..=to].fill(Cell::Char(' '));
        }
    }

    /// Writes text around a column, within the line.
    pub(super) fn write_around(&mut self, column: usize, text: &str) {
        let from = self.around(column, text).start;
        self.write(from, text);
    }

    /// The columns that a text around a column takes.
    pub(super) fn around(&self, column: usize, text: &str) -> Range<usize> {
        let width = width_of(text);
        let last = self.cells.len().saturating_sub(width);
        let from = column.saturating_sub(width / 2).max(self.first).min(last);
        from..from + width
    }

    pub(super) fn text(&self, range: Range<usize>) -> String {
        let end = range.end.min(self.cells.len());
        let mut out = String::with_capacity(range.len() * 2);
        for cell in &self.cells[range.start.min(end)..end] {
            match cell {
                Cell::Char(c) => out.push(*c),
                Cell::Cluster(text) => out.push_str(text),
                Cell::Taken => {}
            }
        }
        out
    }
}
