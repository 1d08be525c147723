//! S5 (the lines of the chat, and `--find`) in words.

use std::fmt::Write as _;

use super::super::document::{Block, Cell, DASH, Fact};
use super::super::filters::{frame_filter, frames_filter, scoped};
use super::super::model::{CopyRow, Found, LineRow, Report};
use super::options::bytes;
use super::say::Say;
use crate::explain::Value;
use crate::text::cut;

/// Lines printed; the JSON form has more.
const MAX_ROWS: usize = 200;
/// Characters of a message printed; the JSON form has more.
const MAX_SHOWN: usize = 200;
/// A WebSocket Close without a code (RFC 6455 section 7.1.5).
const NO_STATUS: u16 = 1005;
/// Frames and copies named in one cell.
const MAX_LISTED: usize = 6;

/// S5.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(found) = &report.found {
        blocks.extend(search(say, found));
    }
    if report.lines.is_empty() {
        blocks.push(Block::Text(say.t("report-no-lines")));
        return blocks;
    }
    blocks.push(Block::Text(say.t("report-lines-intro")));
    blocks.push(table(
        say,
        &report.lines[..report.lines.len().min(MAX_ROWS)],
    ));
    let folded = report.lines_folded + report.lines.len().saturating_sub(MAX_ROWS) as u64;
    blocks.extend(say.folded("report-lines-folded", folded));
    blocks.push(Block::Facts(packing(say, report)));
    blocks.push(say.note("report-note-line-ack"));
    if !report.joined.is_empty() || report.lines.iter().any(|line| line.frames_total > 1) {
        blocks.push(say.note("report-note-stream-of-bytes"));
    }
    blocks
}

/// Where the text occurs that was looked for.
fn search(say: &Say<'_>, found: &Found) -> Vec<Block> {
    let frames: Vec<u64> = found
        .lines
        .iter()
        .filter_map(|line| line.frames.first().copied())
        .collect();
    let value = say.v(
        "report-found-value",
        &[
            ("text", (&*found.text).into()),
            ("count", Value::Number(found.total)),
        ],
    );
    let see = frames_filter(&frames);
    let fact = say.fact("report-found", value, &frames, see);
    let mut blocks = vec![Block::Facts(vec![fact])];
    if !found.lines.is_empty() {
        blocks.push(table(say, &found.lines));
    }
    blocks
}

fn table(say: &Say<'_>, lines: &[LineRow]) -> Block {
    let titles = [
        "report-col-line",
        "report-field-time",
        "report-col-from",
        "report-col-text",
        "report-col-frames",
        "report-col-bytes",
        "report-field-seq",
        "report-field-flags",
        "report-col-frame-bytes",
        "report-col-tcp-ack",
        "report-col-answer",
        "report-col-copies",
        "see",
    ];
    say.table(&titles, lines.iter().map(|line| row(say, line)))
}

fn row(say: &Say<'_>, line: &LineRow) -> Vec<Cell> {
    let from = match &line.name {
        Some(name) if line.sender == "client" => format!("{} ({name})", line.source),
        _ => line.source.clone(),
    };
    let answer = match line.answer {
        Some(_) => say.ack(line.answer),
        None if line.unanswered => say.t("report-no-answer"),
        None => DASH.to_owned(),
    };
    let receiver = match line.sender {
        "client" => "server",
        _ => "client",
    };
    vec![
        Cell::number(line.id),
        Cell::number(say.clock(line.since_start)),
        Cell::text(format!("{from} → {}", say.side(receiver))),
        said(say, line),
        Cell::text(frames(say, line)),
        Cell::number(line.bytes),
        Cell::number(bytes(line.seq.0 as u32, line.seq.1 as u32)),
        Cell::text(line.flags.join(" / ")),
        Cell::text(places(line)),
        Cell::text(
            line.ack
                .map_or_else(|| say.t("report-no-ack"), |ack| say.ack(Some(ack))),
        ),
        Cell::text(answer),
        Cell::text(copies(say, line)),
        Cell::code(&*line.see),
    ]
}

/// The text, or what kind of message it is.
fn said(say: &Say<'_>, line: &LineRow) -> Cell {
    if line.kind.starts_with("ws_close") {
        let code = line.close_code.unwrap_or(NO_STATUS);
        let values = [("code", Value::Number(code.into()))];
        return Cell::text(say.v("message-ws-close", &values));
    }
    let text = cut(&line.text, MAX_SHOWN);
    if line.kind == "line" {
        return Cell::Said(text.into_owned());
    }
    let kind = say.v("report-kind", &[("kind", line.kind.into())]);
    Cell::Said(if line.text.is_empty() {
        kind
    } else {
        format!("[{kind}] {text}")
    })
}

fn frames(say: &Say<'_>, line: &LineRow) -> String {
    let list: Vec<_> = line
        .frames
        .iter()
        .take(MAX_LISTED)
        .map(|frame| format!("#{frame}"))
        .collect();
    let mut text = list.join(", ");
    if line.frames_total as usize > list.len() {
        text.push_str(" …");
    }
    for (id, count) in [
        ("report-segments-count", line.frames_total),
        ("report-shared", line.sharing),
    ] {
        if count > 1 {
            let count = say.v(id, &[("count", Value::Number(count.into()))]);
            // Writing to a String cannot fail.
            let _ = write!(text, " ({count})");
        }
    }
    text
}

fn places(line: &LineRow) -> String {
    let list: Vec<_> = line
        .in_frames
        .iter()
        .take(MAX_LISTED)
        .map(|span| format!("#{}: {}", span.frame, bytes(span.from, span.to)))
        .collect();
    if list.is_empty() {
        DASH.to_owned()
    } else {
        list.join(", ")
    }
}

fn copies(say: &Say<'_>, line: &LineRow) -> String {
    let copy = |copy: &CopyRow| {
        let acked = copy
            .ack
            .map(|ack| format!(", ACK #{}", ack.frame))
            .unwrap_or_default();
        format!(
            "#{} → {} {} {}{acked}",
            copy.frame,
            say.t("column-stream"),
            copy.stream,
            say.later(copy.after)
        )
    };
    let list: Vec<_> = line.copies.iter().take(MAX_LISTED).map(copy).collect();
    let mut text = list.join("; ");
    if line.copies.len() > MAX_LISTED {
        text.push_str(" …");
    }
    if let Some(original) = line.copy_of {
        text = say.v("report-copy-of", &[("id", Value::Number(original))]);
    } else if let Some((done, expected)) = line.delivered.filter(|(_, expected)| *expected > 0) {
        let delivered = say.v(
            "report-delivered",
            &[
                ("done", Value::Number(done.into())),
                ("expected", Value::Number(expected.into())),
                ("all", (done == expected).into()),
            ],
        );
        text = if text.is_empty() {
            delivered
        } else {
            format!("{delivered}: {text}")
        };
    }
    if text.is_empty() {
        DASH.to_owned()
    } else {
        text
    }
}

/// Several lines in one segment, one line in several.
fn packing(say: &Say<'_>, report: &Report) -> Vec<Fact> {
    let mut facts = Vec::new();
    for joined in report.joined.iter().take(MAX_LISTED) {
        let value = say.v(
            "report-joined-value",
            &[
                ("frame", Value::Number(joined.frame)),
                ("count", Value::Number(joined.messages.into())),
            ],
        );
        facts.push(say.fact(
            "report-joined",
            value,
            &[joined.frame],
            frame_filter(joined.frame),
        ));
    }
    if report.joined.is_empty() {
        facts.push(say.fact(
            "report-joined",
            say.t("report-none"),
            &[],
            scoped(report.selection.as_ref(), "tcp.len>0"),
        ));
    }
    let split: Vec<_> = report
        .lines
        .iter()
        .filter(|line| line.frames_total > 1)
        .take(MAX_LISTED)
        .collect();
    for line in &split {
        let value = say.v(
            "report-split-value",
            &[
                ("line", Value::Number(line.id)),
                ("count", Value::Number(line.frames_total.into())),
            ],
        );
        facts.push(say.fact("report-split", value, &line.frames, &*line.see));
    }
    if split.is_empty() {
        facts.push(say.fact(
            "report-split",
            say.t("report-none"),
            &[],
            scoped(report.selection.as_ref(), "tcp.len>0"),
        ));
    }
    facts
}
