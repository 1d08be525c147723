//! The ladder as one SVG file: no script, no link, no font from elsewhere. Every text of a stranger is escaped.

use std::fmt::Write as _;

use super::model::{Arrow, Event, Kind, Ladder, Row};
use super::{clock, gap_words, left_out};
use crate::explain::Explainer;
use crate::net::{Nanos, Timestamp};
use crate::text::html;

/// Column of the first lane, in pixels like everything here.
const LEFT: u32 = 250;
const RIGHT: u32 = 150;
/// From the last lane to the program lane.
const PROGRAM: u32 = 170;
const LANE: u32 = 330;
/// How far the arrow of a socket to itself goes.
const LOOP: u32 = 24;
const TOP: u32 = 70;
const STEP: u32 = 30;
/// Characters of a label: more do not fit between two lanes.
const LABEL: usize = 40;
// 13px of a fixed-width font: 7.9 a character.
const _: () = assert!(LABEL as u32 * 79 / 10 < LANE - 10);

/// Every rule names the class of the drawing: in a page a style holds for all of it.
const STYLE: &str = ".ladder text{font:13px monospace;fill:#222}.ladder .h{font:bold 14px sans-serif}\
.ladder .s{font:12px sans-serif;fill:#555;paint-order:stroke;stroke:#fff;stroke-width:4px}.ladder .l{stroke:#999}\
.ladder .b{fill:#fff}.ladder .d{stroke:#2060d0;stroke-width:2.2}.ladder .a{stroke:#888}.ladder .a .k{stroke-dasharray:4 3}\
.ladder .c{stroke:#444}.ladder .r{stroke:#d02020;stroke-width:2.2}.ladder .w{fill:#d02020}\
@media(prefers-color-scheme:dark){.ladder text{fill:#ddd}.ladder .s{fill:#aaa;stroke:#181a1b}.ladder .b{fill:#181a1b}\
.ladder .p{fill:#ddd}.ladder .c{stroke:#bbb}.ladder .d{stroke:#6aa0ff}.ladder .w{fill:#ff7070}}";

/// The whole picture.
pub(super) fn draw(ladder: &Ladder, rows: &[Row], words: &Explainer) -> String {
    let order = ladder.order();
    let last = LEFT + LANE * (order.len().max(2) as u32 - 1);
    let program = ladder.has_program.then_some(last + PROGRAM);
    let width = program.unwrap_or(last) + RIGHT;
    let height = TOP + STEP * (rows.len() as u32 + 2);
    let mut at = vec![0; ladder.lanes.len()];
    for (index, lane) in order.iter().enumerate() {
        at[*lane] = LEFT + LANE * index as u32;
    }
    // Writing to a String cannot fail, here and below.
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" class=\"ladder\" role=\"img\">\n<style>{STYLE}</style>\n<rect class=\"b\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    let place = Place {
        at: &at,
        program,
        start: ladder.start(),
        last,
    };
    push_lanes(&mut out, ladder, &place, height, words);
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + STEP * (index as u32 + 1);
        push_row(&mut out, row, y, &place, words);
    }
    if rows.is_empty() {
        push_middle(&mut out, &words.text("ladder-empty", &[]), width / 2, TOP);
    }
    if let Some(text) = left_out(ladder.left_out, words) {
        push_middle(&mut out, &text, width / 2, height - 12);
    }
    out.push_str("</svg>\n");
    out
}

/// Where things stand.
struct Place<'a> {
    at: &'a [u32],
    program: Option<u32>,
    start: Timestamp,
    last: u32,
}

fn push_lanes(
    out: &mut String,
    ladder: &Ladder,
    place: &Place<'_>,
    height: u32,
    words: &Explainer,
) {
    let bottom = height - STEP;
    let mut lane = |x: u32, name: &str, end: &str| {
        let _ = writeln!(
            out,
            "<path class=\"l\" d=\"M{x} {TOP}V{bottom}\"/><text class=\"h\" x=\"{x}\" y=\"30\" text-anchor=\"middle\">{}</text><text x=\"{x}\" y=\"50\" text-anchor=\"middle\">{}</text>",
            html(name),
            html(end)
        );
    };
    for (known, x) in ladder.lanes.iter().zip(place.at) {
        lane(
            *x,
            known.name.as_deref().unwrap_or_default(),
            &known.end.to_string(),
        );
    }
    if let Some(x) = place.program {
        lane(x, &words.text("ladder-program", &[]), "");
    }
}

fn push_row(out: &mut String, row: &Row, y: u32, place: &Place<'_>, words: &Explainer) {
    match &row.event {
        Event::Arrow(arrow) => {
            push_time(out, row.at.since(place.start), Some(arrow.frame), y);
            push_arrow(out, arrow, y, place);
        }
        Event::Program { lane, what } => {
            push_time(out, row.at.since(place.start), None, y);
            let x = place.program.unwrap_or(place.at[*lane]);
            let _ = writeln!(
                out,
                "<circle class=\"p\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/><text x=\"{}\" y=\"{}\">{}</text>",
                x + 10,
                y + 4,
                html(what)
            );
        }
        Event::Acks(acks) => {
            let (left, right) = acks.between;
            let x = u32::midpoint(place.at[left], place.at[right]);
            push_middle(out, &acks.words(words), x, y + 4);
        }
        Event::Gap { nanos, hidden } => push_middle(
            out,
            &gap_words(*nanos, *hidden, words),
            middle(place),
            y + 4,
        ),
    }
}

/// Between the outer lanes.
const fn middle(place: &Place<'_>) -> u32 {
    u32::midpoint(LEFT, place.last)
}

fn push_middle(out: &mut String, text: &str, x: u32, y: u32) {
    let _ = writeln!(
        out,
        "<text class=\"s\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
        html(text)
    );
}

fn push_time(out: &mut String, nanos: Nanos, frame: Option<u64>, y: u32) {
    let frame = frame.map_or_else(String::new, |frame| format!("  #{frame}"));
    let _ = writeln!(
        out,
        "<text class=\"s\" x=\"8\" y=\"{}\" xml:space=\"preserve\">{}{frame}</text>",
        y + 4,
        clock(nanos)
    );
}

fn push_arrow(out: &mut String, arrow: &Arrow, y: u32, place: &Place<'_>) {
    let (from, to) = (place.at[arrow.from], place.at[arrow.to]);
    let class = match (arrow.bad, arrow.kind) {
        (true, _) | (_, Kind::Reset) => "r",
        (_, Kind::Data) => "d",
        (_, Kind::Ack) => "a",
        (_, Kind::Lifecycle) => "c",
    };
    // A socket that speaks to itself: the arrow leaves and comes back at the right.
    let to_itself = from == to;
    let head = if to > from { to - 9 } else { to + 9 };
    let shaft = if to_itself {
        format!("M{from} {}h{LOOP}v10H{to}", y - 10)
    } else {
        format!("M{from} {y}H{to}")
    };
    let (x, anchor) = if to_itself {
        (from + LOOP + 8, "start")
    } else {
        (u32::midpoint(from, to), "middle")
    };
    let tip = match arrow.kind {
        Kind::Reset => format!(
            "M{} {}l10 10m0-10l-10 10",
            head.min(to).saturating_sub(1),
            y - 5
        ),
        _ => format!("M{head} {}L{to} {y}L{head} {}", y - 5, y + 5),
    };
    let label = arrow.label_within(LABEL, false);
    let warn = if arrow.bad || arrow.kind == Kind::Reset {
        " class=\"w\""
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "<g fill=\"none\" class=\"{class}\"><path class=\"k\" d=\"{shaft}\"/><path d=\"{tip}\"/></g><text{warn} x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
        y - 5,
        html(&label)
    );
    for (lane, state) in &arrow.states {
        let x = place.at[*lane];
        let (x, anchor) = if x == LEFT {
            (x - 8, "end")
        } else {
            (x + 8, "start")
        };
        let _ = writeln!(
            out,
            "<text class=\"s\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{state}</text>",
            y + 12
        );
    }
}
