//! S9 (flag census) and S11 (findings) in words.

use super::super::document::{Block, Cell, Note, frames_text};
use super::super::model::{FindingRow, Report};
use super::say::{Say, id_of};
use crate::explain::Value;

/// Findings printed.
const MAX_ROWS: usize = 60;

/// The columns of a count.
const COUNTED: [&str; 4] = [
    "report-col-flag",
    "report-col-count",
    "report-col-first-frames",
    "see",
];

/// S9.
pub(super) fn census(say: &Say<'_>, report: &Report) -> Vec<Block> {
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
    let by_class = report.census.iter().map(|row| {
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
    });
    let by_bit = report.bits.iter().map(|row| {
        vec![
            Cell::text(row.flag),
            Cell::number(row.count),
            Cell::Frames(row.evidence.frames.clone()),
            Cell::code(&*row.evidence.see),
        ]
    });
    vec![
        say.table(&classes, by_class),
        say.table(&COUNTED, by_bit),
        say.note("report-note-psh"),
    ]
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
        blocks.push(say.table(&titles, rows.map(|row| finding(say, row))));
        let more = report.findings_folded + report.findings.len().saturating_sub(MAX_ROWS) as u64;
        blocks.extend(say.folded("report-findings-folded", more));
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
        Block::Note(note) => Block::Note(Note {
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
    let causes = if row.from.is_some() { "icmp" } else { "cause" };
    let cause = row
        .cause
        .map(|cause| say.t(&id_of(causes, cause)))
        .unwrap_or_default();
    let words = say.v(
        &id_of("finding", row.code),
        &[
            ("side", row.side.unwrap_or("client").into()),
            ("cause", (&*cause).into()),
            ("from", row.from.as_deref().unwrap_or_default().into()),
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
    let rows = report.analysis.iter().map(|row| {
        vec![
            Cell::text(row.flag),
            Cell::number(row.count),
            Cell::text(frames_text(&row.evidence.frames)),
            Cell::code(&*row.evidence.see),
        ]
    });
    say.table(&COUNTED, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Explainer, Lang};
    use crate::timeline::FindingCode;

    /// Each finding is given all the values that its words ask for.
    #[test]
    fn words_of_findings_have_their_values() {
        for lang in [Lang::En, Lang::PtBr] {
            let words = Explainer::new(lang);
            let say = Say::new(&words);
            for code in FindingCode::ALL {
                let from = matches!(code, FindingCode::IcmpError(_)).then(|| "::1".to_owned());
                let cause = if from.is_some() {
                    "prohibited"
                } else {
                    "linger0"
                };
                let row = FindingRow {
                    code: code.code(),
                    cause: Some(cause),
                    from,
                    ..FindingRow::default()
                };
                let cells = format!("{:?}", finding(&say, &row));
                assert!(!cells.contains('$'), "{cells}");
            }
        }
    }
}
