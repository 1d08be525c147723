//! A line of the ladder on a terminal: where its lanes stand, and its cells.

use unicode_width::UnicodeWidthChar as _;

use super::LadderOptions;
use super::model::Ladder;
use crate::view::width::width_of;

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
        let width = if options.width == 0 {
            100
        } else {
            options.width.max(60)
        };
        let order = ladder.order();
        let columns = order.len() + usize::from(ladder.has_program);
        let margins = columns == 2 && !ladder.has_program && width >= MARGINS_FROM;
        let margin = if margins { STATE } else { HALF_STATE };
        let left = LEFT + margin;
        let right = match (ladder.has_program, width >= MARGINS_FROM) {
            (false, _) => width - margin - 1,
            (true, true) => width - PROGRAM,
            (true, false) => width - NARROW_PROGRAM,
        };
        let room = right - left;
        let place = |index: usize| left + room * index / (order.len().max(2) - 1);
        let mut at = vec![0; ladder.lanes.len()];
        for (index, lane) in order.iter().enumerate() {
            at[*lane] = place(index);
        }
        Self {
            width,
            at,
            program: ladder.has_program.then_some(width - 2),
            margins,
            ascii: options.ascii,
        }
    }

    /// Columns of all lanes.
    pub(super) fn lanes(&self) -> impl Iterator<Item = usize> {
        self.at.iter().copied().chain(self.program)
    }

    fn bar(&self) -> char {
        if self.ascii { '|' } else { '│' }
    }
}

/// A line of cells; a wide character is followed by empty ones.
pub(super) struct Cells(Vec<Option<char>>);

impl Cells {
    /// Spaces.
    pub(super) fn blank(geometry: &Geometry) -> Self {
        Self(vec![Some(' '); geometry.width])
    }

    /// Spaces with the bars of the lanes.
    pub(super) fn with_lanes(geometry: &Geometry) -> Self {
        let mut cells = Self::blank(geometry);
        for lane in geometry.lanes() {
            cells.put(lane, geometry.bar());
        }
        cells
    }

    pub(super) fn put(&mut self, column: usize, c: char) {
        if let Some(cell) = self.0.get_mut(column) {
            *cell = Some(c);
        }
    }

    /// Writes text from a column on; what does not fit is left out.
    pub(super) fn write(&mut self, mut column: usize, text: &str) {
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if wide == 0 || column + wide > self.0.len() {
                continue;
            }
            self.0[column] = Some(c);
            self.0[column + 1..column + wide].fill(None);
            column += wide;
        }
    }

    /// Writes text around a column, within the line.
    pub(super) fn write_around(&mut self, column: usize, text: &str) {
        let width = width_of(text);
        let from = column.saturating_sub(width / 2);
        self.write(from.min(self.0.len().saturating_sub(width)), text);
    }

    pub(super) fn text(&self, range: std::ops::Range<usize>) -> String {
        let end = range.end.min(self.0.len());
        self.0[range.start.min(end)..end].iter().flatten().collect()
    }
}
