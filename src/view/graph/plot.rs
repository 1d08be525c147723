//! A graph in characters: each layer its own, the legend says which.

use super::GraphOptions;
use super::axis::{Axes, Axis};
use super::collect::{Layer, Picture, Stroke, is_on};
use crate::explain::Explainer;
use crate::view::width::{shown, width_of, wrapped};

/// Cells of the labels left of the plot.
const LABELS: usize = 11;

/// Columns of the terminal.
fn width_within(options: &GraphOptions) -> usize {
    match options.width {
        0 => 80,
        width => width.clamp(40, 400),
    }
}

/// A text on as many lines as it needs.
pub(super) fn sentence(text: &str, options: &GraphOptions) -> String {
    let text = shown(text, options.ascii);
    let mut out = wrapped(&text, width_within(options)).join("\n");
    out.push('\n');
    out
}

/// The picture as text of the given size (0: 80 columns, 24 lines).
pub(super) fn draw(
    picture: &Picture<'_>,
    title: &str,
    words: &Explainer,
    options: &GraphOptions,
) -> String {
    let width = width_within(options);
    let height = match options.height {
        0 => 24,
        height => height.clamp(8, 200),
    };
    let columns = width - LABELS - 1;
    let mut out = sentence(title, options);
    let legend = legend(picture, words, options);
    // The axis and its labels are two lines.
    let around = 2 + out.lines().count() + legend.lines().count();
    let rows = height.saturating_sub(around).max(4);
    let axes = picture.axes();
    let mut grid = Grid::new(columns, rows);
    for layer in picture.shown() {
        grid.layer(layer, &axes);
    }
    let ticks = axes.value.ticks(rows as u32 / 4);
    for row in 0..rows {
        let label = ticks
            .iter()
            .find(|tick| grid.row_of(axes.value.place(**tick, rows as u32 - 1)) == row)
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
    push_time_labels(&mut out, &axes.time, columns, words);
    out.push_str(&legend);
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
fn legend(picture: &Picture<'_>, words: &Explainer, options: &GraphOptions) -> String {
    let mut out = String::new();
    let of_layer = |layer: &Layer<'_>| format!("{} {}", layer.symbol, words.text(layer.name, &[]));
    let mut entries: Vec<String> = picture.shown().map(of_layer).collect();
    entries.extend(picture.missing(words));
    let mut used = 0;
    for entry in entries {
        let entry = shown(&entry, options.ascii);
        let cells = width_of(&entry);
        if used > 0 && used + 3 + cells <= width_within(options) {
            out.push_str("   ");
            used += 3 + cells;
        } else {
            if used > 0 {
                out.push('\n');
            }
            used = cells;
        }
        out.push_str(&entry);
    }
    out.push('\n');
    out
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

    /// Draws one layer over what is there. Steps break off where they leave the picture.
    fn layer(&mut self, layer: &Layer<'_>, axes: &Axes) {
        let (columns, rows) = (self.columns as u32 - 1, self.rows as u32 - 1);
        let mut before: Option<(usize, usize)> = None;
        for mark in layer.series.marks() {
            let column = axes.time.place(mark.at, columns).round() as usize;
            let row_of = |height: i64| self.row_of(axes.value.place(height, rows));
            let (low, high) = (row_of(mark.low), row_of(mark.high));
            if let (Stroke::Steps, Some((from, row))) = (layer.stroke, before) {
                for between in from..column {
                    self.put(between, row, layer.symbol);
                }
            }
            if !is_on(&axes.value, mark) {
                before = None;
                continue;
            }
            for row in high..=low {
                self.put(column, row, layer.symbol);
            }
            before = Some((column, high));
        }
    }
}
