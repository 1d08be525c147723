//! S6 (sequence and acknowledgment numbers, segment by segment) and S13 (states) in words.

use std::fmt::Write as _;

use super::super::document::{Block, Cell, Table};
use super::super::model::{Report, SegmentRow, Spread, StateRow, StreamReport};
use super::say::{Say, clock, tick};
use crate::explain::Value;

/// Segments printed of each connection when there are several, and when there is one; the JSON form has more.
const ROWS: (usize, usize) = (24, 80);

/// S6.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Text(say.t("report-walk-rule"))];
    let limit = if report.streams.len() > 1 {
        ROWS.0
    } else {
        ROWS.1
    };
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        blocks.push(Block::Facts(facts(say, stream)));
        blocks.push(table(say, &stream.walk.rows, limit));
        let more = stream.walk.folded + stream.walk.rows.len().saturating_sub(limit) as u64;
        if more > 0 {
            blocks.push(Block::Text(
                say.v("report-segments-folded", &[("more", Value::Number(more))]),
            ));
        }
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-seq"));
    blocks
}

fn facts(say: &Say<'_>, stream: &StreamReport) -> Vec<super::super::document::Fact> {
    let walk = &stream.walk;
    let see = format!("tcp.stream=={}", stream.stream);
    let held = say.v(
        "report-rule-held-value",
        &[
            ("held", Value::Number(walk.holds.0)),
            ("checked", Value::Number(walk.holds.1)),
        ],
    );
    let mut facts = vec![say.fact("report-rule-held", held, &[], &*see)];
    for (label, spread) in [
        ("report-bytes-per-ack-client", walk.bytes_per_ack.client),
        ("report-bytes-per-ack-server", walk.bytes_per_ack.server),
    ] {
        if let Some(spread) = spread {
            facts.push(say.fact(
                label,
                numbers(say, spread),
                &[],
                format!("tcp.analysis.acks_frame && {see}"),
            ));
        }
    }
    facts
}

fn numbers(say: &Say<'_>, spread: Spread) -> String {
    let number = |n: i64| Value::Number(n.unsigned_abs());
    say.v(
        "report-spread",
        &[
            ("min", number(spread.min)),
            ("median", number(spread.median)),
            ("max", number(spread.max)),
            ("count", Value::Number(spread.count)),
        ],
    )
}

fn table(say: &Say<'_>, rows: &[SegmentRow], limit: usize) -> Block {
    let titles = [
        "report-col-frame",
        "report-field-time",
        "report-field-direction",
        "report-field-flags",
        "report-field-seq",
        "report-field-ack",
        "report-field-len",
        "report-col-next",
        "report-col-rule",
        "report-col-acked",
        "report-col-acked-bytes",
        "report-col-notes",
        "see",
    ];
    Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows: rows
            .iter()
            .take(limit)
            .map(|row| segment(say, row))
            .collect(),
    })
}

fn segment(say: &Say<'_>, s: &SegmentRow) -> Vec<Cell> {
    let rule = match s.rule {
        None => say.t("report-rule-first"),
        Some(rule) if rule.holds => format!("{} {} = {}", tick(true), s.seq, rule.expected),
        Some(rule) => format!("{} {} ≠ {}", tick(false), s.seq, rule.expected),
    };
    let acked = s.acked_by.map_or_else(
        || "–".to_owned(),
        |ack| {
            let at = clock(super::super::model::Seconds(
                s.since_start.0.saturating_add(ack.after.0),
            ));
            format!("#{} {at} (+{})", ack.frame, say.span(ack.after))
        },
    );
    vec![
        Cell::frame(s.frame),
        Cell::number(clock(s.since_start)),
        Cell::text(say.direction(s.sender)),
        Cell::text(&*s.flags),
        Cell::number(s.seq),
        s.ack.map_or_else(Cell::none, Cell::number),
        s.len.map_or_else(Cell::none, Cell::number),
        Cell::number(s.next_seq),
        Cell::text(rule),
        Cell::text(acked),
        s.newly_acked
            .filter(|n| *n > 0)
            .map_or_else(Cell::none, Cell::number),
        Cell::text(s.analysis.join(", ")),
        Cell::code(&*s.see),
    ]
}

/// Wireshark's Info column of one segment.
pub(super) fn info(s: &SegmentRow) -> String {
    let port = |endpoint: &str| endpoint.rsplit(':').next().unwrap_or_default().to_owned();
    let flags: Vec<_> = s.flags.split(',').collect();
    let mut out = format!(
        "{} → {} [{}] Seq={}",
        port(&s.source),
        port(&s.destination),
        flags.join(", "),
        s.seq
    );
    // Writing to a String cannot fail.
    if let Some(ack) = s.ack {
        let _ = write!(out, " Ack={ack}");
    }
    let _ = write!(out, " Win={} Len={}", s.window_scaled, s.len.unwrap_or(0));
    for option in &s.options {
        let value = option.value.as_deref().unwrap_or_default();
        let _ = match option.kind {
            2 => write!(out, " MSS={value}"),
            3 => {
                let shift = value
                    .split(' ')
                    .next()
                    .and_then(|shift| shift.parse::<u32>().ok());
                write!(out, " WS={}", 1_u32 << shift.unwrap_or(0).min(14))
            }
            4 => write!(out, " SACK_PERM"),
            8 => write!(out, " {value}"),
            _ => Ok(()),
        };
    }
    out
}

/// S13.
pub(super) fn states(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Text(say.t("report-states-intro"))];
    let titles = [
        "report-col-frame",
        "report-field-time",
        "report-col-sent",
        "column-client",
        "column-server",
        "see",
    ];
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        let mut rows = vec![vec![
            Cell::none(),
            Cell::none(),
            Cell::text(say.t("report-before-first")),
            Cell::text(say.t(if stream.handshake.syn.is_some() {
                "report-state-closed"
            } else {
                "report-unknown"
            })),
            Cell::text(say.t(if stream.handshake.syn.is_some() {
                "report-state-listen"
            } else {
                "report-unknown"
            })),
            Cell::code(""),
        ]];
        if stream.handshake.outcome == "refused" {
            rows[0][4] = Cell::text(say.t("report-state-no-listener"));
        }
        rows.extend(stream.states.iter().map(|row| state(say, row)));
        blocks.push(Block::Table(Table {
            columns: titles.iter().map(|title| say.t(title)).collect(),
            rows,
        }));
        if [stream.last_states.client, stream.last_states.server].contains(&"TIME-WAIT") {
            blocks.push(say.note("report-note-time-wait"));
        }
    }
    blocks.push(Block::end());
    let mut met: Vec<&str> = report
        .streams
        .iter()
        .flat_map(|stream| &stream.states)
        .flat_map(|row| [row.state.client, row.state.server])
        .filter(|state| *state != "?")
        .collect();
    met.sort_unstable();
    met.dedup();
    if !met.is_empty() {
        blocks.push(Block::Table(Table {
            columns: vec![say.t("report-col-state"), say.t("report-col-meaning")],
            rows: met
                .into_iter()
                .map(|name| {
                    vec![
                        Cell::text(name),
                        Cell::text(say.t(&super::say::id_of("state", name))),
                    ]
                })
                .collect(),
        }));
    }
    blocks
}

fn state(say: &Say<'_>, row: &StateRow) -> Vec<Cell> {
    let with_proof = |state: &str, seen: bool| {
        if seen || state == "?" {
            state.to_owned()
        } else {
            format!("{state} ({})", say.t("inferred"))
        }
    };
    vec![
        Cell::frame(row.frame),
        Cell::number(clock(row.since_start)),
        Cell::text(format!("{} {}", say.side(row.sender), row.flags)),
        Cell::text(with_proof(row.state.client, row.seen.client)),
        Cell::text(with_proof(row.state.server, row.seen.server)),
        Cell::code(format!("frame.number=={}", row.frame)),
    ]
}
