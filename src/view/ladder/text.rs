//! The ladder on a terminal, from 60 to 200 columns. Never wrapped: names and labels are shortened.
//!
//! With two lanes and room, states stand at the margins, else below the arrow at their lane.

use std::fmt::Write as _;

use super::canvas::{Cells, Geometry, LEFT};
use super::model::{Arrow, Event, Kind, Ladder, Row};
use super::{LadderOptions, clock, gap_words, left_out};
use crate::explain::Explainer;
use crate::net::Timestamp;
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, push_spaces, shown, width_of};

/// The whole text.
pub(super) fn draw(
    ladder: &Ladder,
    rows: &[Row],
    words: &Explainer,
    options: &LadderOptions,
) -> String {
    let geometry = Geometry::new(ladder, options);
    let palette = Palette::new(options.color);
    let mut out = Vec::new();
    let program = words.text("ladder-program", &[]);
    push_header(&mut out, ladder, &geometry, &palette, &program);
    let start = ladder.start();
    for row in rows {
        push_row(&mut out, row, start, &geometry, (&palette, words));
    }
    if let Some(text) = left_out(ladder.left_out, words) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Names and addresses above their lanes, each cut to the room it has.
fn push_header(
    out: &mut Vec<u8>,
    ladder: &Ladder,
    geometry: &Geometry,
    palette: &Palette,
    program: &str,
) {
    let mut places: Vec<_> = geometry.lanes().collect();
    places.sort_unstable();
    let distance = places.windows(2).map(|pair| pair[1] - pair[0]).min();
    let room = distance
        .unwrap_or(geometry.width / 2)
        .saturating_sub(1)
        .max(6);
    let has_names = ladder.lanes.iter().any(|lane| lane.name.is_some());
    let mut push = |titles: &dyn Fn(usize) -> String, program: &str| {
        let mut cells = Cells::blank(geometry);
        for (lane, column) in geometry.at.iter().enumerate() {
            let title = titles(lane);
            cells.write_around(*column, &shown(&title, geometry.ascii));
        }
        if let Some(column) = geometry.program {
            cells.write_around(column, program);
        }
        palette.paint(out, Ink::Strong, cells.text(0..geometry.width).trim_end());
        out.push(b'\n');
    };
    if has_names || geometry.program.is_some() {
        let name = |lane: usize| {
            let name = ladder.lanes[lane].name.as_deref().unwrap_or_default();
            cut(name, room, geometry.ascii).into_owned()
        };
        push(&name, program);
    }
    push(
        &|lane| shortened(&ladder.lanes[lane].end.to_string(), room, geometry.ascii),
        "",
    );
}

/// An address keeps its end: the port tells lanes apart.
fn shortened(end: &str, room: usize, ascii: bool) -> String {
    if end.len() <= room {
        return end.to_owned();
    }
    let mark = if ascii { '~' } else { '…' };
    format!("{mark}{}", &end[end.len() - (room - 1)..])
}

fn push_row(
    out: &mut Vec<u8>,
    row: &Row,
    start: Timestamp,
    geometry: &Geometry,
    (palette, words): (&Palette, &Explainer),
) {
    let mut left = match row.event {
        Event::Gap(_) => String::new(),
        _ => clock(row.at.since(start)),
    };
    if let Event::Arrow(arrow) = &row.event {
        // Writing to a String cannot fail.
        let _ = write!(left, " #{}", arrow.frame);
    }
    let left = cut(&left, LEFT, geometry.ascii);
    palette.paint(out, Ink::Dim, &left);
    push_spaces(out, LEFT - width_of(&left));
    let mut cells = Cells::with_lanes(geometry);
    let ink = draw_event(&mut cells, &row.event, geometry, words);
    palette.paint(out, ink, cells.text(LEFT..geometry.width).trim_end());
    out.push(b'\n');
    if let Event::Arrow(arrow) = &row.event {
        push_states_below(out, arrow, geometry, palette);
    }
}

/// Draws over the lanes what happened; gives the ink of the line.
fn draw_event(cells: &mut Cells, event: &Event, geometry: &Geometry, words: &Explainer) -> Ink {
    match event {
        Event::Arrow(arrow) => {
            draw_arrow(cells, arrow, geometry);
            ink_of(arrow)
        }
        Event::Program { lane, what } => {
            let column = geometry.program.unwrap_or(geometry.at[*lane]);
            let from = geometry.at.iter().copied().max().unwrap_or(0) + 2;
            let text = cut(what, column.saturating_sub(from + 1).max(4), geometry.ascii);
            let place = column.saturating_sub(width_of(&text) + 1);
            cells.write(place, &text);
            cells.put(column, '*');
            Ink::Plain
        }
        Event::Acks(acks) => {
            note(cells, &acks.words(words), geometry);
            Ink::Dim
        }
        Event::Gap(nanos) => {
            for column in geometry.lanes() {
                cells.put(column, if geometry.ascii { ':' } else { '┊' });
            }
            note(cells, &gap_words(*nanos, words), geometry);
            Ink::Dim
        }
    }
}

/// Text in the middle of the lanes.
fn note(cells: &mut Cells, text: &str, geometry: &Geometry) {
    let first = geometry.lanes().min().unwrap_or(LEFT);
    let last = geometry.lanes().max().unwrap_or(geometry.width);
    let text = shown(text, geometry.ascii);
    let text = cut(&text, geometry.width - LEFT - 2, geometry.ascii);
    cells.write_around(usize::midpoint(first, last), &format!(" {text} "));
}

const fn ink_of(arrow: &Arrow) -> Ink {
    match (arrow.bad, arrow.kind) {
        (true, _) | (_, Kind::Reset) => Ink::Bad,
        (_, Kind::Data) => Ink::Client,
        (_, Kind::Lifecycle) => Ink::Plain,
        (_, Kind::Ack) => Ink::Dim,
    }
}

/// The shaft, its head, and the label in the middle.
fn draw_arrow(cells: &mut Cells, arrow: &Arrow, geometry: &Geometry) {
    let (from, to) = (geometry.at[arrow.from], geometry.at[arrow.to]);
    let (low, high) = (from.min(to), from.max(to));
    let room = if from == to {
        geometry.width.saturating_sub(from + 3)
    } else {
        (high - low).saturating_sub(5)
    };
    let label = label_within(arrow, room, geometry.ascii);
    if from == to {
        cells.write(from + 1, &format!("< {label}"));
        return;
    }
    let shaft = match (arrow.kind, geometry.ascii) {
        (Kind::Data, true) => '=',
        (Kind::Data, false) => '═',
        (Kind::Ack, true) => '.',
        (Kind::Ack, false) => '╌',
        (_, true) => '-',
        (_, false) => '─',
    };
    for column in (low + 1..high).filter(|column| !geometry.lanes().any(|lane| lane == *column)) {
        cells.put(column, shaft);
    }
    let head = match (arrow.kind, to > from) {
        (Kind::Reset, _) => 'x',
        (_, true) => '>',
        (_, false) => '<',
    };
    cells.put(if to > from { high - 1 } else { low + 1 }, head);
    let from = low + ((high - low).saturating_sub(width_of(&label) + 2)).div_ceil(2);
    cells.write(from, &format!(" {label} "));
    if geometry.margins {
        draw_states_beside(cells, arrow, geometry);
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

/// The longest form of a label that fits, else the shortest one cut.
fn label_within(arrow: &Arrow, room: usize, ascii: bool) -> String {
    let mut last = String::new();
    for label in arrow.labels() {
        let label = shown(&label, ascii).into_owned();
        if width_of(&label) <= room {
            return label;
        }
        last = label;
    }
    cut(&last, room, ascii).into_owned()
}

/// States at their lanes, where there are no margins.
fn push_states_below(out: &mut Vec<u8>, arrow: &Arrow, geometry: &Geometry, palette: &Palette) {
    if geometry.margins || arrow.states.is_empty() {
        return;
    }
    let mut cells = Cells::with_lanes(geometry);
    for (lane, state) in &arrow.states {
        cells.write_around(geometry.at[*lane], state.name());
    }
    push_spaces(out, LEFT);
    palette.paint(out, Ink::Note, cells.text(LEFT..geometry.width).trim_end());
    out.push(b'\n');
}
