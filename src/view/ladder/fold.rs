//! What is folded away: runs of pure ACKs, and time in which nothing happens.

use super::model::{Acks, Arrow, Event, Kind, Ladder, Row};

/// Runs of at least so many pure ACKs are one row.
const RUN: usize = 3;
/// A gap of at least half a second is written instead of drawn.
const GAP: i64 = 500_000_000;

/// The rows to draw: nothing of what the analysis noticed is folded, and no silence.
pub(super) fn folded(ladder: &Ladder, all_acks: bool) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(ladder.rows.len());
    let mut rest = ladder.rows.as_slice();
    while let Some(row) = rest.first() {
        let run = if all_acks { 0 } else { acks(rest) };
        if let Some(before) = rows.last() {
            let nanos = row.at.since(before.at);
            let hidden = row.left_out.saturating_sub(before.left_out);
            if nanos >= GAP {
                rows.push(Row {
                    event: Event::Gap { nanos, hidden },
                    ..*row
                });
            }
        }
        if run >= RUN {
            rows.push(joined(&rest[..run]));
            rest = &rest[run..];
        } else {
            rows.push(row.clone());
            rest = &rest[1..];
        }
    }
    rows
}

/// How many pure ACKs without anything to tell begin here, between the same lanes and without a silence.
fn acks(rows: &[Row]) -> usize {
    let Some(first) = rows.first().and_then(plain_ack) else {
        return 0;
    };
    let goes_on = |pair: &&[Row]| {
        pair[1].at.since(pair[0].at) < GAP
            && plain_ack(&pair[1]).is_some_and(|ack| ack.between() == first.between())
    };
    1 + rows.windows(2).take_while(goes_on).count()
}

/// A pure ACK of which there is nothing to say.
fn plain_ack(row: &Row) -> Option<&Arrow> {
    match &row.event {
        Event::Arrow(arrow)
            if arrow.kind == Kind::Ack && !arrow.remarkable && arrow.states.is_empty() =>
        {
            Some(arrow)
        }
        _ => None,
    }
}

/// A run as one row, at the time of its last.
fn joined(run: &[Row]) -> Row {
    let frame = |row: Option<&Row>| row.and_then(plain_ack).map_or(0, |arrow| arrow.frame);
    let first = run.first().and_then(plain_ack);
    Row {
        left_out: run.last().map_or(0, |row| row.left_out),
        at: run.last().map_or_else(Default::default, |row| row.at),
        event: Event::Acks(Acks {
            between: first.map_or((0, 0), Arrow::between),
            count: run.len() as u64,
            first: frame(run.first()),
            last: frame(run.last()),
        }),
    }
}
