//! S12 (ladder and program) and S14 (explanations) in words.

use super::super::document::{Block, Cell, Figure};
use super::super::model::{ProgramRow, Report};
use super::say::{Say, date};

/// The explanations that stand in every report.
const NOTES: [&str; 12] = [
    "report-note-ack-zero",
    "report-note-established",
    "report-note-isn",
    "report-note-psh",
    "report-note-ephemeral",
    "report-note-both-close",
    "report-note-half-open",
    "report-note-time-wait",
    "report-note-rst-causes",
    "report-note-calls",
    "report-note-accept",
    "report-note-loopback",
];

/// S12.
pub(super) fn ladder(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Text(say.t("report-ladder-how"))];
    blocks.extend(report.ladder.as_ref().map(|ladder| {
        Block::Figure(Figure {
            caption: say.t("report-s12"),
            svg: ladder.svg.clone(),
            language: "mermaid",
            text: ladder.text.clone(),
        })
    }));
    for stream in report
        .streams
        .iter()
        .filter(|stream| !stream.program.is_empty())
    {
        blocks.push(say.stream(stream));
        let titles = ["report-field-time", "report-col-call", "report-col-frames"];
        let rows = stream.program.iter().map(|row| program(say, row));
        blocks.push(say.table(&titles, rows));
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-calls"));
    blocks
}

fn program(say: &Say<'_>, row: &ProgramRow) -> Vec<Cell> {
    let detail = row.detail.as_deref().unwrap_or_default();
    let frames = match row.frames {
        Some((first, last)) if first == last => vec![first],
        Some((first, last)) => vec![first, last],
        None => Vec::new(),
    };
    vec![
        Cell::number(date(row.at)),
        Cell::text(say.v(
            "report-call",
            &[("what", row.what.into()), ("detail", detail.into())],
        )),
        Cell::Frames(frames),
    ]
}

/// S14.
pub(super) fn explanations(say: &Say<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Text(say.t("report-notes-intro"))];
    blocks.extend(NOTES.iter().map(|id| say.note(id)));
    blocks
}
