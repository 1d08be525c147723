//! S4 (options) in words.

use super::super::document::{Block, Cell, DASH};
use super::super::layout::FIXED_HEADER;
use super::super::model::{Both, Effective, HeaderRow, NegotiatedRow, OptionRow, Report};
use super::say::Say;
use crate::explain::Value;

/// S4.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        if stream.options.headers.is_empty() && stream.options.negotiated.is_empty() {
            continue;
        }
        blocks.push(say.stream(stream));
        if stream.options.negotiated.is_empty() {
            blocks.push(Block::Text(say.t("report-options-unknown")));
        } else {
            blocks.push(negotiated(say, &stream.options.negotiated));
        }
        blocks.push(headers(say, &stream.options.headers));
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(say.t("report-no-connections")));
    } else {
        blocks.push(Block::end());
        blocks.push(say.note("report-note-options"));
    }
    blocks
}

fn negotiated(say: &Say<'_>, rows: &[NegotiatedRow]) -> Block {
    let titles = [
        "report-col-option",
        "report-col-offered",
        "report-col-echoed",
        "report-col-effective",
        "report-col-frames",
        "see",
    ];
    let offered = |value: &Option<String>| match value.as_deref() {
        None => say.t("report-not-offered"),
        Some("yes") => say.yes(true),
        Some(number) => number.to_owned(),
    };
    let row = |row: &NegotiatedRow| {
        vec![
            Cell::text(say.v("report-option", &[("option", row.option.into())])),
            Cell::text(offered(&row.client)),
            Cell::text(offered(&row.server)),
            Cell::text(effective(say, row)),
            Cell::Frames(row.evidence.frames.clone()),
            Cell::code(&*row.evidence.see),
        ]
    };
    say.table(&titles, rows.iter().map(row))
}

fn effective(say: &Say<'_>, row: &NegotiatedRow) -> String {
    match &row.effective {
        Effective::Yes => say.yes(true),
        Effective::No => say.yes(false),
        Effective::Unknown => say.t("report-unknown"),
        Effective::Numbers(Both { client, server }) => say.v(
            "report-effective",
            &[
                ("option", row.option.into()),
                ("client", Value::Number((*client).into())),
                ("server", Value::Number((*server).into())),
            ],
        ),
    }
}

fn headers(say: &Say<'_>, headers: &[HeaderRow]) -> Block {
    let titles = [
        "report-col-header",
        "report-col-option",
        "report-col-kind",
        "report-col-value",
        "report-col-header-bytes",
        "report-col-frame-bytes",
        "see",
    ];
    let rows = headers.iter().flat_map(|header| header_rows(say, header));
    say.table(&titles, rows)
}

/// One row per option of a header; a header without options says so.
fn header_rows(say: &Say<'_>, header: &HeaderRow) -> Vec<Vec<Cell>> {
    let s = &header.segment;
    let which = say.v(
        "report-header",
        &[
            ("which", header.which.into()),
            ("frame", Value::Number(s.frame)),
            ("size", Value::Number(s.header.into())),
            (
                "options",
                Value::Number(u64::from(s.header).saturating_sub(FIXED_HEADER as u64)),
            ),
        ],
    );
    if s.options.is_empty() {
        return vec![vec![
            Cell::text(which),
            Cell::text(say.t("report-no-options")),
            Cell::none(),
            Cell::none(),
            Cell::none(),
            Cell::none(),
            Cell::code(&*s.see),
        ]];
    }
    let row = |option: &OptionRow| {
        let frame = option.frame_from.zip(option.frame_to);
        let in_frame = frame.map_or_else(|| DASH.to_owned(), |(from, to)| bytes(from, to));
        vec![
            Cell::text(&*which),
            Cell::text(&*option.name),
            Cell::number(option.kind),
            option.value.as_deref().map_or_else(Cell::none, Cell::text),
            Cell::number(bytes(option.from.into(), option.to.into())),
            Cell::number(in_frame),
            Cell::code(format!("tcp.option_kind=={} && {}", option.kind, s.see)),
        ]
    };
    s.options.iter().map(row).collect()
}

/// `54-57`, or one number.
pub(super) fn bytes(from: u32, to: u32) -> String {
    if from == to {
        from.to_string()
    } else {
        format!("{from}-{to}")
    }
}
