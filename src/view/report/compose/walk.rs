//! S6 (sequence and acknowledgment numbers, segment by segment) in words.

use super::super::document::{Block, Cell, DASH, Fact};
use super::super::filters::{all_of, sender_filter};
use super::super::model::{Report, Seconds, SegmentRow, Spread, StreamReport};
use super::say::{Say, tick};
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
        blocks.extend(say.folded("report-segments-folded", more));
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-seq"));
    blocks
}

fn facts(say: &Say<'_>, stream: &StreamReport) -> Vec<Fact> {
    let walk = &stream.walk;
    let held = say.v(
        "report-rule-held-value",
        &[
            ("held", Value::Number(walk.holds.0)),
            ("checked", Value::Number(walk.holds.1)),
        ],
    );
    let mut facts = vec![say.fact("report-rule-held", held, &[], &*stream.see)];
    let (client, server) = (&*stream.client, &*stream.server);
    let each = &walk.bytes_per_ack;
    for (label, spread, own, other) in [
        ("report-bytes-per-ack-client", each.client, client, server),
        ("report-bytes-per-ack-server", each.server, server, client),
    ] {
        facts.extend(spread.map(|spread| {
            let (acks, sender) = ("tcp.analysis.acks_frame", sender_filter(own, other));
            let see = all_of([acks.to_owned(), sender, stream.see.clone()]);
            say.fact(label, numbers(say, spread), &[], see)
        }));
    }
    facts
}

fn numbers(say: &Say<'_>, spread: Spread) -> String {
    let number = |n: i64| Value::Number(n.unsigned_abs());
    let median = spread.median.to_string();
    say.v(
        "report-spread",
        &[
            ("min", number(spread.min)),
            ("median", Value::Text(&median)),
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
    say.table(
        &titles,
        rows.iter().take(limit).map(|row| segment(say, row)),
    )
}

fn segment(say: &Say<'_>, s: &SegmentRow) -> Vec<Cell> {
    let rule = match s.rule {
        None => say.t("report-rule-first"),
        Some(rule) if rule.holds => format!("{} {} = {}", tick(true), s.seq, rule.expected),
        Some(rule) => format!("{} {} ≠ {}", tick(false), s.seq, rule.expected),
    };
    let acked = s.acked_by.map_or_else(
        || DASH.to_owned(),
        |ack| {
            let at = Seconds(s.since_start.0.saturating_add(ack.after.0));
            format!(
                "#{} {} ({})",
                ack.frame,
                say.clock(at),
                say.later(ack.after)
            )
        },
    );
    vec![
        Cell::frame(s.frame),
        Cell::number(say.clock(s.since_start)),
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
