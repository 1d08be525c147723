//! S8 (how each side's data went out: first segments, flights, segments per ACK) in words.

use super::super::document::{Block, Cell, Fact};
use super::super::filters::{all_of, frame_filter, frames_filter, sender_filter};
use super::super::model::{
    FirstData, Flight, InFlight, JointAcks, PaceCard, RttRow, Seconds, Spread, StreamReport,
    Throughput,
};
use super::say::Say;
use crate::explain::Value;

/// Who spoke first, and both sides' flights.
pub(super) fn facts(say: &Say<'_>, stream: &StreamReport) -> Vec<Fact> {
    let timing = &stream.timing;
    let mut facts: Vec<_> = timing
        .first_data
        .map(|first| first_data(say, first))
        .into_iter()
        .collect();
    for (side, own, other, card) in [
        (
            "client",
            &stream.client,
            &stream.server,
            &timing.pace.client,
        ),
        (
            "server",
            &stream.server,
            &stream.client,
            &timing.pace.server,
        ),
    ] {
        let Some(card) = card else {
            continue;
        };
        let of = |own, other, what: &str| {
            let sender = sender_filter(own, other);
            all_of([sender, what.to_owned(), stream.see.clone()])
        };
        let data = of(own, other, "tcp.len>0");
        let acks = of(other, own, "tcp.analysis.acks_frame");
        let told = [
            Some(segments(say, card, &data)),
            card.first_flight.map(|flight| first_flight(say, flight)),
            card.most_in_flight.map(|most| most_in_flight(say, most)),
            card.segments_per_ack
                .map(|spread| per_ack(say, spread, &card.joint_acks, acks)),
        ];
        let label = |id: &str| say.v(id, &[("side", side.into())]);
        facts.extend(told.into_iter().flatten().map(|(id, fact)| Fact {
            label: label(id),
            ..fact
        }));
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

/// A fact without its label, and the label's id: it names the side.
type OfSide = (&'static str, Fact);

fn of_side(id: &'static str, value: String, frames: &[u64], see: String) -> OfSide {
    let fact = Fact {
        value,
        frames: frames.to_vec(),
        see,
        ..Fact::default()
    };
    (id, fact)
}

/// Data segments; `data`: the filter that shows them.
fn segments(say: &Say<'_>, card: &PaceCard, data: &str) -> OfSide {
    let values = [
        ("segments", Value::Number(card.segments)),
        ("again", Value::Number(card.sent_again)),
    ];
    let value = say.v("report-data-segments-value", &values);
    of_side("report-data-segments", value, &[], data.to_owned())
}

/// What went out before anything was acknowledged.
fn first_flight(say: &Say<'_>, flight: Flight) -> OfSide {
    let values = [
        ("segments", Value::Number(flight.segments)),
        ("bytes", Value::Number(flight.bytes)),
    ];
    let value = say.v("report-first-flight-value", &values);
    let (from, to) = (flight.from_frame, flight.to_frame);
    let ends = [from, to];
    let frames = if from == to { &ends[..1] } else { &ends[..] };
    of_side("report-first-flight", value, frames, frames_filter(frames))
}

/// The most bytes under way at once.
fn most_in_flight(say: &Say<'_>, most: InFlight) -> OfSide {
    let (bytes, frame) = (most.bytes, most.frame);
    let value = say.v(
        "report-largest-value",
        &[("bytes", Value::Number(bytes.into()))],
    );
    let see = format!(
        "tcp.analysis.bytes_in_flight=={bytes} && {}",
        frame_filter(frame)
    );
    of_side("report-most-in-flight", value, &[frame], see)
}

/// Segments that one ACK of the other side covers; `acks`: the filter that shows its ACKs.
fn per_ack(say: &Say<'_>, spread: Spread, joint: &JointAcks, acks: String) -> OfSide {
    let number = |number: i64| Value::Number(number.unsigned_abs());
    let median = spread.median.to_string();
    let values = [
        ("min", number(spread.min)),
        ("median", Value::Text(&median)),
        ("max", number(spread.max)),
        ("joint", Value::Number(joint.count)),
        ("count", Value::Number(spread.count)),
    ];
    let value = say.v("report-segments-per-ack-value", &values);
    let frames = &joint.evidence.frames;
    let see = if joint.count == 0 {
        acks
    } else {
        frames_filter(frames)
    };
    of_side("report-segments-per-ack", value, frames, see)
}

/// The first data segments of the side that sent more, with sample and estimated round-trip times.
pub(super) fn samples(say: &Say<'_>, stream: &StreamReport) -> Option<Block> {
    let pace = &stream.timing.pace;
    let sent = |card: &Option<PaceCard>| card.as_ref().map_or(0, |card| card.segments);
    let bytes = |throughput: &Option<Throughput>| {
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
    let micros =
        |time: Option<Seconds>| time.map_or_else(Cell::none, |time| Cell::number(say.exact(time)));
    let at = |time: Seconds| Cell::number(say.clock(time));
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
