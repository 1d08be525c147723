//! S8 (how each side's data went out: first segments, flights, segments per ACK) in words.

use super::super::document::{Block, Cell, Fact};
use super::super::filters::{frame_filter, frames_filter, stream_filter};
use super::super::model::{FirstData, PaceCard, RttRow, StreamReport};
use super::say::{Say, clock};
use crate::explain::Value;

/// Who spoke first, and both sides' flights.
pub(super) fn facts(say: &Say<'_>, stream: &StreamReport) -> Vec<Fact> {
    let timing = &stream.timing;
    let mut facts: Vec<_> = timing
        .first_data
        .map(|first| first_data(say, first))
        .into_iter()
        .collect();
    for (side, card) in [
        ("client", &timing.pace.client),
        ("server", &timing.pace.server),
    ] {
        if let Some(card) = card {
            side_facts(say, stream, side, card, &mut facts);
        }
    }
    facts
}

fn first_data(say: &Say<'_>, first: FirstData) -> Fact {
    let value = match first.after_handshake {
        Some(after) => say.v(
            "report-first-data-value",
            &[("side", first.by.into()), ("time", Value::Span(after.0))],
        ),
        None => say.side(first.by),
    };
    let see = format!("tcp.len>0 && {}", frame_filter(first.frame));
    say.fact("report-first-data", value, &[first.frame], see)
}

fn side_facts(
    say: &Say<'_>,
    stream: &StreamReport,
    side: &'static str,
    card: &PaceCard,
    facts: &mut Vec<Fact>,
) {
    let port = |of: &str| super::say::port_of(of).to_owned();
    let (own, other) = match side {
        "client" => (port(&stream.client), port(&stream.server)),
        _ => (port(&stream.server), port(&stream.client)),
    };
    let number = Value::Number;
    let mut add = |label: &str, value: String, frames: &[u64], see: String| {
        let label = say.v(label, &[("side", side.into())]);
        facts.push(Fact {
            label,
            value,
            frames: frames.to_vec(),
            see,
        });
    };
    let counts = [
        ("segments", number(card.segments)),
        ("again", number(card.sent_again)),
    ];
    let mine = format!(
        "tcp.srcport=={own} && tcp.len>0 && {}",
        stream_filter(stream.stream)
    );
    add(
        "report-data-segments",
        say.v("report-data-segments-value", &counts),
        &[],
        mine.clone(),
    );
    if let Some(flight) = card.first_flight {
        let values = [
            ("segments", number(flight.segments)),
            ("bytes", number(flight.bytes)),
        ];
        let (from, to) = (flight.from_frame, flight.to_frame);
        let (frames, see) = if from == to {
            (vec![from], frame_filter(from))
        } else {
            let see = format!("{mine} && frame.number>={from} && frame.number<={to}");
            (vec![from, to], see)
        };
        add(
            "report-first-flight",
            say.v("report-first-flight-value", &values),
            &frames,
            see,
        );
    }
    if let Some(most) = card.most_in_flight {
        let values = [("bytes", number(most.bytes.into()))];
        let see = format!(
            "tcp.analysis.bytes_in_flight=={} && {}",
            most.bytes,
            frame_filter(most.frame)
        );
        add(
            "report-most-in-flight",
            say.v("report-largest-value", &values),
            &[most.frame],
            see,
        );
    }
    if let Some(spread) = card.segments_per_ack {
        let joint = &card.joint_acks;
        let values = [
            ("min", number(spread.min.unsigned_abs())),
            ("median", number(spread.median.unsigned_abs())),
            ("max", number(spread.max.unsigned_abs())),
            ("joint", number(joint.count)),
            ("count", number(spread.count)),
        ];
        let acks = format!(
            "tcp.srcport=={other} && tcp.analysis.acks_frame && {}",
            stream_filter(stream.stream)
        );
        let see = if joint.count == 0 {
            acks
        } else {
            frames_filter(&joint.evidence.frames)
        };
        add(
            "report-segments-per-ack",
            say.v("report-segments-per-ack-value", &values),
            &joint.evidence.frames,
            see,
        );
    }
}

/// The first data segments of the side that sent more, with sample and estimated round-trip times.
pub(super) fn samples(say: &Say<'_>, stream: &StreamReport) -> Option<Block> {
    let pace = &stream.timing.pace;
    let sent = |card: &Option<PaceCard>| card.as_ref().map_or(0, |card| card.segments);
    let bytes = |throughput: &Option<super::super::model::Throughput>| {
        throughput.as_ref().map_or(0, |throughput| throughput.bytes)
    };
    let both = &stream.timing.throughput;
    let client =
        (bytes(&both.client), sent(&pace.client)) >= (bytes(&both.server), sent(&pace.server));
    let card = if client { &pace.client } else { &pace.server };
    let rows = card.as_ref()?.first.iter();
    let side = if client { "client" } else { "server" };
    let titles = [
        "report-col-first-segments",
        "report-col-data-and-ack",
        "report-field-seq",
        "report-field-len",
        "report-col-sent-at",
        "report-col-ack-at",
        "report-col-sample",
        "report-col-estimate",
        "see",
    ];
    Some(
        say.table(
            &titles,
            rows.enumerate()
                .map(|(index, row)| sample(say, side, index + 1, row)),
        ),
    )
}

fn sample(say: &Say<'_>, side: &'static str, number: usize, row: &RttRow) -> Vec<Cell> {
    let micros = |time: Option<super::super::model::Seconds>| {
        time.map_or_else(Cell::none, |time| Cell::number(say.exact(time)))
    };
    let at = |time: super::super::model::Seconds| Cell::number(clock(time));
    let frames: Vec<_> = [Some(row.frame), row.ack_frame]
        .into_iter()
        .flatten()
        .collect();
    vec![
        Cell::text(format!("{} {number}", say.side(side))),
        Cell::Frames(frames.clone()),
        Cell::number(row.seq),
        Cell::number(row.bytes),
        at(row.sent),
        row.acked.map_or_else(Cell::none, at),
        micros(row.sample),
        micros(row.estimate),
        Cell::code(frames_filter(&frames)),
    ]
}
