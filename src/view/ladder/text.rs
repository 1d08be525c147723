//! The ladder on a terminal, from 60 to 200 columns. Never wrapped: names and labels are shortened.
//!
//! With two lanes and room, states stand at the margins, else below the arrow at their lane.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::model::{Arrow, Event, Kind, Ladder, Row};
use super::{LadderOptions, left_out};
use crate::explain::{Explainer, Value};
use crate::net::Timestamp;
use crate::view::style::{Ink, Palette};
use crate::view::width::{cut, to_ascii, width_of};

/// Time and frame number left of the lanes.
const LEFT: usize = 18;
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
struct Geometry {
    width: usize,
    /// Column of each lane, by lane index.
    at: Vec<usize>,
    /// Column of the program lane.
    program: Option<usize>,
    margins: bool,
    ascii: bool,
}

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
    if let Some(text) = left_out(ladder, words) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Geometry {
    fn new(ladder: &Ladder, options: &LadderOptions) -> Self {
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
    fn lanes(&self) -> impl Iterator<Item = usize> {
        self.at.iter().copied().chain(self.program)
    }

    fn bar(&self) -> char {
        if self.ascii { '|' } else { '│' }
    }
}

/// A line of cells; a wide character is followed by empty ones.
struct Cells(Vec<Option<char>>);

impl Cells {
    /// Spaces with the bars of the lanes.
    fn with_lanes(geometry: &Geometry) -> Self {
        let mut cells = Self(vec![Some(' '); geometry.width]);
        for lane in geometry.lanes() {
            cells.put(lane, geometry.bar());
        }
        cells
    }

    fn put(&mut self, column: usize, c: char) {
        if let Some(cell) = self.0.get_mut(column) {
            *cell = Some(c);
        }
    }

    /// Writes text from a column on; what does not fit is left out.
    fn write(&mut self, mut column: usize, text: &str) {
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
    fn write_around(&mut self, column: usize, text: &str) {
        let width = width_of(text);
        let from = column.saturating_sub(width / 2);
        self.write(from.min(self.0.len().saturating_sub(width)), text);
    }

    fn text(&self, range: std::ops::Range<usize>) -> String {
        let end = range.end.min(self.0.len());
        self.0[range.start.min(end)..end].iter().flatten().collect()
    }
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
        let mut cells = Cells(vec![Some(' '); geometry.width]);
        for (lane, column) in geometry.at.iter().enumerate() {
            let title = titles(lane);
            let title = if geometry.ascii {
                to_ascii(&title).into_owned()
            } else {
                title
            };
            cells.write_around(*column, &title);
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
    let mut cells = Cells::with_lanes(geometry);
    let mut ink = Ink::Dim;
    let mut left = String::new();
    match &row.event {
        Event::Arrow(arrow) => {
            push_time(&mut left, row.at.since(start));
            // Writing to a String cannot fail.
            let _ = write!(left, " #{}", arrow.frame);
            draw_arrow(&mut cells, arrow, geometry);
            ink = ink_of(arrow);
        }
        Event::Program { lane, what } => {
            push_time(&mut left, row.at.since(start));
            let column = geometry.program.unwrap_or(geometry.at[*lane]);
            let from = geometry.at.iter().copied().max().unwrap_or(0) + 2;
            let text = cut(what, column.saturating_sub(from + 1).max(4), geometry.ascii);
            let place = column.saturating_sub(width_of(&text) + 1);
            cells.write(place, &text);
            cells.put(column, '*');
            ink = Ink::Plain;
        }
        Event::Acks { count, first, last } => {
            push_time(&mut left, row.at.since(start));
            let values = [
                ("count", Value::Number(*count)),
                ("first", Value::Number(*first)),
                ("last", Value::Number(*last)),
            ];
            note(&mut cells, &words.text("ladder-acks", &values), geometry);
        }
        Event::Gap(nanos) => {
            let text = words.text("ladder-gap", &[("duration", Value::Span(*nanos))]);
            for column in geometry.lanes() {
                cells.put(column, if geometry.ascii { ':' } else { '┊' });
            }
            note(&mut cells, &text, geometry);
        }
    }
    let left = cut(&left, LEFT, geometry.ascii);
    let fill = LEFT - width_of(&left);
    palette.paint(out, Ink::Dim, &left);
    out.resize(out.len() + fill, b' ');
    palette.paint(out, ink, cells.text(LEFT..geometry.width).trim_end());
    out.push(b'\n');
    if let Event::Arrow(arrow) = &row.event {
        push_states_below(out, arrow, geometry, palette);
    }
}

/// Seconds since the first row, to the microsecond.
fn push_time(out: &mut String, nanos: i64) {
    let sign = if nanos < 0 { "-" } else { "" };
    let magnitude = nanos.unsigned_abs();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{sign}{}.{:06}",
        magnitude / 1_000_000_000,
        magnitude % 1_000_000_000 / 1000
    );
}

/// Text in the middle of the lanes.
fn note(cells: &mut Cells, text: &str, geometry: &Geometry) {
    let first = geometry.lanes().min().unwrap_or(LEFT);
    let last = geometry.lanes().max().unwrap_or(geometry.width);
    let text = if geometry.ascii {
        to_ascii(text)
    } else {
        text.into()
    };
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
        for (lane, state) in &arrow.states {
            let column = geometry.at[*lane];
            let name = state.name();
            if column == low {
                cells.write(column.saturating_sub(name.len() + 1), name);
            } else {
                cells.write(column + 2, name);
            }
        }
    }
}

/// The longest form of a label that fits, else the shortest one cut.
fn label_within(arrow: &Arrow, room: usize, ascii: bool) -> String {
    let mut last = String::new();
    for label in arrow.labels() {
        let label = if ascii {
            to_ascii(&label).into_owned()
        } else {
            label
        };
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
    out.resize(out.len() + LEFT, b' ');
    palette.paint(out, Ink::Note, cells.text(LEFT..geometry.width).trim_end());
    out.push(b'\n');
}
