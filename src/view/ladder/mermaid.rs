//! The ladder as a Mermaid `sequenceDiagram`, which GitHub and others render. Every text of a stranger is escaped.

use std::fmt::Write as _;

use super::model::{Arrow, Event, Kind, Ladder, Row};
use super::{gap_words, left_out};
use crate::explain::Explainer;

/// Arrows drawn: beyond it renderers become slow and readers lost. Folded and left-out segments are counted in notes.
pub const MAX_ARROWS: usize = 200;

/// The whole diagram.
pub(super) fn draw(ladder: &Ladder, rows: &[Row], words: &Explainer) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let order = ladder.order();
    for lane in &order {
        let title = escaped(&ladder.lanes[*lane].title());
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "    participant L{lane} as {title}");
    }
    if ladder.has_program {
        let _ = writeln!(
            out,
            "    participant P as {}",
            escaped(&words.text("ladder-program", &[]))
        );
    }
    let (Some(first), Some(last)) = (order.first(), order.last()) else {
        let nothing = escaped(&words.text("ladder-empty", &[]));
        let _ = writeln!(out, "    participant L0 as {nothing}");
        return out;
    };
    let over = format!("L{first},L{last}");
    let mut arrows = 0;
    let mut more = 0u64;
    for row in rows {
        match &row.event {
            Event::Arrow(_) if arrows == MAX_ARROWS => more += 1,
            Event::Acks(acks) if arrows == MAX_ARROWS => more += acks.count,
            _ if arrows == MAX_ARROWS => {}
            Event::Arrow(arrow) => {
                arrows += 1;
                push_arrow(&mut out, arrow);
            }
            Event::Program { what, .. } => {
                let _ = writeln!(out, "    Note over P: {}", escaped(what));
            }
            Event::Acks(acks) => {
                let over = match acks.between {
                    (left, right) if left == right => format!("L{left}"),
                    (left, right) => format!("L{left},L{right}"),
                };
                push_note(&mut out, &over, &acks.words(words));
            }
            Event::Gap { nanos, hidden } => {
                push_note(&mut out, &over, &gap_words(*nanos, *hidden, words));
            }
        }
    }
    if let Some(text) = left_out(ladder.left_out + more, words) {
        push_note(&mut out, &over, &text);
    }
    out
}

fn push_note(out: &mut String, over: &str, text: &str) {
    let _ = writeln!(out, "    Note over {over}: {}", escaped(text));
}

fn push_arrow(out: &mut String, arrow: &Arrow) {
    let line = match arrow.kind {
        Kind::Data | Kind::Lifecycle => "->>",
        Kind::Ack => "-->>",
        Kind::Reset => "-x",
    };
    let (from, to) = (arrow.from, arrow.to);
    let label = escaped(&format!("#{} {}", arrow.frame, arrow.label()));
    let _ = writeln!(out, "    L{from}{line}L{to}: {label}");
    for (lane, state) in &arrow.states {
        let _ = writeln!(out, "    Note over L{lane}: {state}");
    }
}

/// Everything that Mermaid, Markdown or HTML could take for its own becomes a character reference in Mermaid's form.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' | ':' | '=' | '-' | '/' | '?' => {
                out.push(c);
            }
            c if c.is_ascii() => {
                let _ = write!(out, "#{};", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}
