//! A graph in characters: each layer its own, the legend says which.

use super::axis::Axis;
use super::collect::{Layer, Picture, Stroke};
use crate::explain::Explainer;
use crate::view::width::{cut, width_of};

/// Cells of the labels left of the plot.
const LABELS: usize = 11;

/// The picture as text of the given size (0: 80 columns, 24 lines).
pub(super) fn draw(
    picture: &Picture<'_>,
    title: &str,
    words: &Explainer,
    width: usize,
    height: usize,
) -> String {
    let width = if width == 0 { 80 } else { width.clamp(40, 400) };
    let height = if height == 0 {
        24
    } else {
        height.clamp(8, 200)
    };
    let columns = width - LABELS - 1;
    let rows = height - 4;
    let (time, value) = (picture.time_axis(), picture.vertical_axis());
    let mut grid = Grid::new(columns, rows);
    for layer in picture.shown() {
        grid.layer(layer, &time, &value);
    }
    let mut out = String::new();
    out.push_str(&cut(title, width, false));
    out.push('\n');
    let ticks = value.ticks(rows as u32 / 4);
    for row in 0..rows {
        let label = ticks
            .iter()
            .find(|tick| grid.row_of(value.place(**tick, rows as u32 - 1)) == row)
            .map(|tick| label(*tick, picture.vertical_is_time, words))
            .unwrap_or_default();
        push_right(&mut out, &label);
        out.push_str(if label.is_empty() { " |" } else { " +" });
        out.push_str(grid.row(row).trim_end());
        out.push('\n');
    }
    push_right(&mut out, "");
    out.push_str(" +");
    out.push_str(&"-".repeat(columns - 1));
    out.push('\n');
    push_time_labels(&mut out, &time, columns, words);
    push_legend(&mut out, picture, words, width);
    out
}

/// A number, or a duration.
pub(super) fn label(value: i64, is_time: bool, words: &Explainer) -> String {
    if !is_time || value == 0 {
        return value.to_string();
    }
    let mut text = String::new();
    words.span(&mut text, value);
    text
}

fn push_right(out: &mut String, text: &str) {
    let fill = (LABELS - 1).saturating_sub(width_of(text));
    out.extend(std::iter::repeat_n(' ', fill));
    out.push_str(text);
}

/// Labels under the time axis, as many as fit.
fn push_time_labels(out: &mut String, time: &Axis, columns: usize, words: &Explainer) {
    let mut line = " ".repeat(LABELS);
    for tick in time.ticks(columns as u32 / 12) {
        let at = LABELS + time.place(tick, columns as u32 - 1) as usize;
        let text = label(tick, true, words);
        if at >= width_of(&line) && at + width_of(&text) <= LABELS + columns {
            let fill = at - width_of(&line);
            line.extend(std::iter::repeat_n(' ', fill));
            line.push_str(&text);
            line.push(' ');
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Which character means what; layers without marks are left out.
fn push_legend(out: &mut String, picture: &Picture<'_>, words: &Explainer, width: usize) {
    let mut line = String::new();
    for layer in picture.shown() {
        if !line.is_empty() {
            line.push_str("   ");
        }
        line.push(layer.symbol);
        line.push(' ');
        words.say(&mut line, layer.name, &[]);
    }
    out.push_str(&cut(&line, width, false));
    out.push('\n');
}

/// Characters in rows and columns; row 0 is the top.
struct Grid {
    cells: Vec<char>,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn new(columns: usize, rows: usize) -> Self {
        Self {
            cells: vec![' '; columns * rows],
            columns,
            rows,
        }
    }

    /// The row of a height above the bottom.
    fn row_of(&self, height: f64) -> usize {
        (self.rows - 1).saturating_sub(height.round() as usize)
    }

    fn row(&self, row: usize) -> String {
        self.cells[row * self.columns..(row + 1) * self.columns]
            .iter()
            .collect()
    }

    fn put(&mut self, column: usize, row: usize, symbol: char) {
        if column < self.columns && row < self.rows {
            self.cells[row * self.columns + column] = symbol;
        }
    }

    /// Draws one layer over what is there.
    fn layer(&mut self, layer: &Layer<'_>, time: &Axis, value: &Axis) {
        let (columns, rows) = (self.columns as u32 - 1, self.rows as u32 - 1);
        let mut before: Option<(usize, usize)> = None;
        for mark in layer.series.marks() {
            let column = time.place(mark.at, columns).round() as usize;
            let low = self.row_of(value.place(mark.low as i64, rows));
            let high = self.row_of(value.place(mark.high as i64, rows));
            if let (Stroke::Steps, Some((from, row))) = (layer.stroke, before) {
                for between in from..column {
                    self.put(between, row, layer.symbol);
                }
            }
            for row in high..=low {
                self.put(column, row, layer.symbol);
            }
            before = Some((column, high));
        }
    }
}
