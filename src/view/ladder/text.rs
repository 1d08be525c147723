//! The ladder on a terminal, from 60 to 200 columns. Never wrapped: names and labels are shortened.
//!
//! With two lanes and room, states stand at the margins, else below the arrow at their lane.

use std::fmt::Write as _;

use super::canvas::{Cells, Geometry, LEFT};
use super::model::{Arrow, Event, Kind, Ladder, Row};
use super::{LadderOptions, clock, gap_words, left_out};
use crate::explain::{Explainer, Value};
use crate::net::Timestamp;
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, cut_address, push_spaces, shown, width_of, wrapped};

/// What everything is drawn with.
struct Sheet<'a> {
    geometry: Geometry,
    palette: Palette,
    words: &'a Explainer,
    /// Time of the first row.
    start: Timestamp,
    out: Vec<u8>,
}

/// The whole text.
pub(super) fn draw(
    ladder: &Ladder,
    rows: &[Row],
    words: &Explainer,
    options: &LadderOptions,
) -> String {
    let mut sheet = Sheet {
        geometry: Geometry::new(ladder, options),
        palette: Palette::new(options.color),
        words,
        start: ladder.start(),
        out: Vec::new(),
    };
    if rows.is_empty() {
        sheet.push_text(&words.text("ladder-empty", &[]));
    } else {
        sheet.push_header(ladder);
    }
    for row in rows {
        sheet.push_row(row);
    }
    if ladder.lanes_left_out > 0 {
        let values = [
            ("count", Value::Number(ladder.lanes_left_out as u64)),
            ("width", Value::Number(sheet.geometry.width as u64)),
        ];
        sheet.push_text(&words.text("ladder-lanes-left-out", &values));
    }
    if let Some(text) = left_out(ladder.left_out, words) {
        sheet.push_text(&text);
    }
    String::from_utf8_lossy(&sheet.out).into_owned()
}

impl Sheet<'_> {
    /// A sentence below the drawing.
    fn push_text(&mut self, text: &str) {
        for line in wrapped(&shown(text, self.geometry.ascii), self.geometry.width) {
            self.out.extend_from_slice(line.as_bytes());
            self.out.push(b'\n');
        }
    }

    /// Names and addresses above their lanes, each cut to the room it has.
    fn push_header(&mut self, ladder: &Ladder) {
        let geometry = &self.geometry;
        let mut places: Vec<_> = geometry.lanes().collect();
        places.sort_unstable();
        let distance = places.windows(2).map(|pair| pair[1] - pair[0]).min();
        let room = distance
            .unwrap_or(geometry.width / 2)
            .saturating_sub(1)
            .max(6);
        let has_names = ladder.lanes.iter().any(|lane| lane.name.is_some());
        if has_names || geometry.program.is_some() {
            let program = self.words.text("ladder-program", &[]);
            self.push_titles(&program, |lane, ascii| {
                let name = ladder.lanes[lane].name.as_deref().unwrap_or_default();
                cut(&shown(name, ascii), room, ascii).into_owned()
            });
        }
        self.push_titles("", |lane, ascii| {
            cut_address(&ladder.lanes[lane].end.to_string(), room, ascii).into_owned()
        });
    }

    /// One line of titles.
    fn push_titles(&mut self, program: &str, title: impl Fn(usize, bool) -> String) {
        let geometry = &self.geometry;
        let mut cells = Cells::blank(geometry);
        for (lane, column) in geometry.at.iter().enumerate() {
            cells.write_around(*column, &title(lane, geometry.ascii));
        }
        if let Some(column) = geometry.program {
            cells.write_around(column, program);
        }
        self.push_cells(&cells, 0, Ink::Strong);
    }

    /// The rest of a line.
    fn push_cells(&mut self, cells: &Cells, from: usize, ink: Ink) {
        let text = cells.text(from..self.geometry.width);
        self.palette.paint(&mut self.out, ink, text.trim_end());
        self.out.push(b'\n');
    }

    fn push_row(&mut self, row: &Row) {
        let mut left = match row.event {
            Event::Gap { .. } => String::new(),
            _ => clock(row.at.since(self.start)),
        };
        if let Event::Arrow(arrow) = &row.event {
            // Writing to a String cannot fail.
            let _ = write!(left, " #{}", arrow.frame);
        }
        let left = cut(&left, LEFT, self.geometry.ascii);
        self.palette.paint(&mut self.out, Ink::Dim, &left);
        push_spaces(&mut self.out, LEFT - width_of(&left));
        let mut cells = Cells::with_lanes(&self.geometry);
        let ink = self.draw_event(&mut cells, &row.event);
        self.push_cells(&cells, LEFT, ink);
        if let Event::Arrow(arrow) = &row.event {
            self.push_states_below(arrow);
        }
    }

    /// Draws over the lanes what happened; gives the ink of the line.
    fn draw_event(&self, cells: &mut Cells, event: &Event) -> Ink {
        let geometry = &self.geometry;
        match event {
            Event::Arrow(arrow) => {
                draw_arrow(cells, arrow, geometry);
                ink_of(arrow)
            }
            Event::Program { lane, what } => {
                let column = geometry.program.unwrap_or(geometry.at[*lane]);
                let room = column.saturating_sub(geometry.last() + 3).max(4);
                let text = cut(what, room, geometry.ascii);
                let place = column.saturating_sub(width_of(&text) + 1);
                cells.write(place, &text);
                cells.put(column, '*');
                Ink::Plain
            }
            Event::Acks(acks) => {
                let (left, right) = acks.between;
                let middle = usize::midpoint(geometry.at[left], geometry.at[right]);
                note(cells, &acks.words(self.words), middle, geometry);
                Ink::Dim
            }
            Event::Gap { nanos, hidden } => {
                for column in geometry.lanes() {
                    cells.put(column, if geometry.ascii { ':' } else { '┊' });
                }
                let first = geometry.lanes().min().unwrap_or(LEFT);
                let last = geometry.lanes().max().unwrap_or(geometry.width);
                let middle = usize::midpoint(first, last);
                note(
                    cells,
                    &gap_words(*nanos, *hidden, self.words),
                    middle,
                    geometry,
                );
                Ink::Dim
            }
        }
    }

    /// States at their lanes, where there are no margins.
    fn push_states_below(&mut self, arrow: &Arrow) {
        if self.geometry.margins || arrow.states.is_empty() {
            return;
        }
        let mut states = arrow.states.clone();
        states.sort_unstable_by_key(|(lane, _)| self.geometry.at[*lane]);
        let mut cells = Cells::with_lanes(&self.geometry);
        let mut end = 0;
        for (lane, state) in states {
            let column = self.geometry.at[lane];
            let place = cells.around(column, state.name());
            // Two names that would touch go below each other.
            if end > 0 && place.start <= end {
                push_spaces(&mut self.out, LEFT);
                self.push_cells(&cells, LEFT, Ink::Note);
                cells = Cells::with_lanes(&self.geometry);
            }
            end = place.end;
            cells.write_around(column, state.name());
        }
        push_spaces(&mut self.out, LEFT);
        self.push_cells(&cells, LEFT, Ink::Note);
    }
}

/// Text around a column.
fn note(cells: &mut Cells, text: &str, middle: usize, geometry: &Geometry) {
    let text = shown(text, geometry.ascii);
    let text = cut(&text, geometry.width - LEFT - 2, geometry.ascii);
    cells.write_around(middle, &format!(" {text} "));
}

const fn ink_of(arrow: &Arrow) -> Ink {
    match (arrow.bad, arrow.kind) {
        (true, _) | (_, Kind::Reset) => Ink::Bad,
        (_, Kind::Data) => Ink::Client,
        (_, Kind::Lifecycle) => Ink::Plain,
        (_, Kind::Ack) => Ink::Dim,
    }
}

const fn shaft_of(kind: Kind, ascii: bool) -> char {
    match (kind, ascii) {
        (Kind::Data, true) => '=',
        (Kind::Data, false) => '═',
        (Kind::Ack, true) => '.',
        (Kind::Ack, false) => '╌',
        (_, true) => '-',
        (_, false) => '─',
    }
}

/// The shaft, the label in its middle, or right of the lanes where there is no room, and last the head, which never gives way.
fn draw_arrow(cells: &mut Cells, arrow: &Arrow, geometry: &Geometry) {
    let (from, to) = (geometry.at[arrow.from], geometry.at[arrow.to]);
    let (low, high) = (from.min(to), from.max(to));
    if low == high {
        let room = geometry.width.saturating_sub(low + 3);
        cells.write(low + 3, &arrow.label_within(room, geometry.ascii));
        cells.put(low + 1, head_of(arrow, false));
        return;
    }
    let shaft = shaft_of(arrow.kind, geometry.ascii);
    for column in (low + 1..high).filter(|column| !geometry.lanes().any(|lane| lane == *column)) {
        cells.put(column, shaft);
    }
    draw_label(cells, arrow, geometry);
    let column = if to > from { high - 1 } else { low + 1 };
    cells.put(column, head_of(arrow, to > from));
    if geometry.margins {
        draw_states_beside(cells, arrow, geometry);
    }
}

const fn head_of(arrow: &Arrow, to_the_right: bool) -> char {
    match (arrow.kind, to_the_right) {
        (Kind::Reset, _) => 'x',
        (_, true) => '>',
        (_, false) => '<',
    }
}

/// The label of an arrow between two lanes.
fn draw_label(cells: &mut Cells, arrow: &Arrow, geometry: &Geometry) {
    let (from, to) = (geometry.at[arrow.from], geometry.at[arrow.to]);
    let (low, length) = (from.min(to), from.abs_diff(to));
    let inside = length.saturating_sub(5);
    let (beside, room) = geometry.beside();
    if room > inside && !arrow.fits(inside, geometry.ascii) {
        cells.write(beside, &arrow.label_within(room, geometry.ascii));
        return;
    }
    let label = arrow.label_within(inside, geometry.ascii);
    if !label.is_empty() {
        let free = length.saturating_sub(width_of(&label) + 2);
        cells.write(low + free.div_ceil(2), &format!(" {label} "));
    }
}

/// States in the margins, beside their lanes.
fn draw_states_beside(cells: &mut Cells, arrow: &Arrow, geometry: &Geometry) {
    let left = geometry.at[arrow.from].min(geometry.at[arrow.to]);
    for (lane, state) in &arrow.states {
        let (column, name) = (geometry.at[*lane], state.name());
        if column == left {
            cells.write(column.saturating_sub(name.len() + 1), name);
        } else {
            cells.write(column + 2, name);
        }
    }
}
