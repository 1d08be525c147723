//! S9 (flag census), S10 (windows) and S11 (findings) in words.

use super::super::document::{Block, Cell, Fact, Table, frames_text};
use super::super::model::{FindingRow, Report, WindowCard, WindowPoint};
use super::super::tallies::frames_filter;
use super::say::{Say, id_of};
use crate::explain::Value;

/// Findings and periods printed.
const MAX_ROWS: usize = 60;

/// S9.
pub(super) fn census(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let bits = [
        "report-col-flag",
        "report-col-count",
        "report-col-first-frames",
        "see",
    ];
    let classes = [
        "report-col-class",
        "report-col-flags",
        "report-col-hex",
        "report-col-count",
        "report-col-from-client",
        "report-col-from-server",
        "report-col-first-frames",
        "see",
    ];
    vec![
        Block::Table(Table {
            columns: classes.iter().map(|title| say.t(title)).collect(),
            rows: report
                .census
                .iter()
                .map(|row| {
                    vec![
                        Cell::text(say.v("report-class", &[("class", row.class.into())])),
                        Cell::text(&*row.flags),
                        Cell::text(&*row.flags_hex),
                        Cell::number(row.count.client + row.count.server),
                        Cell::number(row.count.client),
                        Cell::number(row.count.server),
                        Cell::Frames(row.evidence.frames.clone()),
                        Cell::code(&*row.evidence.see),
                    ]
                })
                .collect(),
        }),
        Block::Table(Table {
            columns: bits.iter().map(|title| say.t(title)).collect(),
            rows: report
                .bits
                .iter()
                .map(|row| {
                    vec![
                        Cell::text(row.flag),
                        Cell::number(row.count),
                        Cell::Frames(row.evidence.frames.clone()),
                        Cell::code(&*row.evidence.see),
                    ]
                })
                .collect(),
        }),
        say.note("report-note-psh"),
    ]
}

/// S10.
pub(super) fn windows(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        let mut facts = Vec::new();
        for (side, card) in [
            ("client", &stream.windows.client),
            ("server", &stream.windows.server),
        ] {
            window(say, stream.stream, side, card, &mut facts);
        }
        blocks.push(Block::Facts(facts));
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-window"));
    blocks
}

fn window(say: &Say<'_>, stream: u32, side: &str, card: &WindowCard, facts: &mut Vec<Fact>) {
    let fact = |label: &str, value: String, frames: &[u64], see: String| {
        let mut fact = say.fact(label, value, frames, see);
        fact.label = format!("{}: {}", say.side(side), fact.label);
        fact
    };
    let see = format!("tcp.window_size && tcp.stream=={stream}");
    let factor = match card.factor {
        Some(factor) => say.v(
            "report-factor-value",
            &[("factor", Value::Number(factor.into()))],
        ),
        None => say.t("report-factor-unknown"),
    };
    facts.push(fact(
        "report-window-factor",
        factor,
        &[],
        format!("tcp.window_size_scalefactor && tcp.stream=={stream}"),
    ));
    let point = |point: WindowPoint| {
        say.v(
            "report-window-value",
            &[
                ("scaled", Value::Number(point.scaled.into())),
                ("raw", Value::Number(point.raw.into())),
            ],
        )
    };
    if let Some(smallest) = card.smallest {
        facts.push(fact(
            "report-window-smallest",
            point(smallest),
            &[smallest.frame],
            format!("frame.number=={}", smallest.frame),
        ));
    }
    if let Some(largest) = card.largest {
        facts.push(fact(
            "report-window-largest",
            point(largest),
            &[largest.frame],
            format!("frame.number=={}", largest.frame),
        ));
    }
    if card.zero_total == 0 {
        facts.push(fact(
            "report-window-zero",
            say.t("report-none"),
            &[],
            format!("tcp.analysis.zero_window && {see}"),
        ));
    }
    for zero in card.zero.iter().take(MAX_ROWS) {
        let end = zero
            .end_frame
            .map_or_else(|| "none".to_owned(), |frame| frame.to_string());
        let duration = say.span_or(zero.duration);
        let value = say.v(
            "report-zero-value",
            &[
                ("start", Value::Number(zero.start_frame)),
                (
                    "ended",
                    (if zero.end_frame.is_some() {
                        "yes"
                    } else {
                        "no"
                    })
                    .into(),
                ),
                ("end", (&*end).into()),
                ("duration", (&*duration).into()),
                ("probes", Value::Number(zero.probes.into())),
            ],
        );
        let frames: Vec<u64> = [Some(zero.start_frame), zero.end_frame]
            .into_iter()
            .flatten()
            .collect();
        facts.push(fact(
            "report-window-zero",
            value,
            &frames,
            frames_filter(&frames),
        ));
    }
}

/// S11.
pub(super) fn findings(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    if report.findings.is_empty() {
        blocks.push(Block::Text(say.t("report-no-findings")));
    } else {
        let titles = [
            "report-col-severity",
            "report-col-finding",
            "column-stream",
            "report-col-certainty",
            "report-col-frames",
            "report-col-rule",
            "see",
        ];
        let rows = report.findings.iter().take(MAX_ROWS);
        blocks.push(Block::Table(Table {
            columns: titles.iter().map(|title| say.t(title)).collect(),
            rows: rows.map(|row| finding(say, row)).collect(),
        }));
        let more = report.findings_folded + report.findings.len().saturating_sub(MAX_ROWS) as u64;
        if more > 0 {
            blocks.push(Block::Text(
                say.v("report-findings-folded", &[("more", Value::Number(more))]),
            ));
        }
        let mut codes: Vec<_> = report.findings.iter().map(|row| row.code).collect();
        codes.sort_unstable();
        codes.dedup();
        blocks.extend(codes.into_iter().map(|code| finding_note(say, code)));
    }
    if report
        .bits
        .iter()
        .any(|row| row.flag == "RST" && row.count > 0)
    {
        blocks.push(say.note("report-note-rst-causes"));
    }
    blocks.push(Block::Text(say.t("report-analysis-intro")));
    blocks.push(analysis(say, report));
    blocks.push(say.note("report-note-observer"));
    blocks
}

/// The reason behind a kind of finding, under its code.
fn finding_note(say: &Say<'_>, code: &str) -> Block {
    match say.note(&id_of("finding", code)) {
        Block::Note(note) => Block::Note(super::super::document::Note {
            title: code.to_owned(),
            ..note
        }),
        other => other,
    }
}

fn finding(say: &Say<'_>, row: &FindingRow) -> Vec<Cell> {
    let duration = row
        .duration
        .map_or(Value::Text("none"), |d| Value::Span(d.0));
    let cause = row
        .cause
        .map(|cause| say.t(&id_of("cause", cause)))
        .unwrap_or_default();
    let words = say.v(
        &id_of("finding", row.code),
        &[
            ("side", row.side.unwrap_or("client").into()),
            ("cause", (&*cause).into()),
            ("value", Value::Number(row.value.unwrap_or(0))),
            ("duration", duration),
        ],
    );
    vec![
        Cell::text(say.v("report-severity", &[("severity", row.severity.into())])),
        Cell::text(words),
        row.stream.map_or_else(Cell::none, Cell::number),
        Cell::text(say.t(if row.certain {
            "report-certain"
        } else {
            "report-inferred"
        })),
        Cell::Frames(row.evidence.frames.clone()),
        Cell::text(row.code),
        Cell::code(&*row.evidence.see),
    ]
}

/// Every flag of Wireshark with its count: what was checked, also where nothing was found.
fn analysis(say: &Say<'_>, report: &Report) -> Block {
    let titles = [
        "report-col-flag",
        "report-col-count",
        "report-col-first-frames",
        "see",
    ];
    Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows: report
            .analysis
            .iter()
            .map(|row| {
                vec![
                    Cell::text(row.flag),
                    Cell::number(row.count),
                    Cell::text(frames_text(&row.evidence.frames)),
                    Cell::code(&*row.evidence.see),
                ]
            })
            .collect(),
    })
}
