//! S8: how one side's data went out: the first segments with their round-trip times, flights, segments per ACK.

use super::super::book::Book;
use super::super::collect::Collector;
use super::super::filters::frames_filter;
use super::super::model::{Evidence, InFlight, JointAcks, PaceCard, RttRow, Seconds};
use crate::net::Nanos;
use crate::tcp::Side;

/// The card of one side; `None`: it sent no data.
pub(super) fn card(collector: &Collector, book: &Book, side: Side) -> Option<PaceCard> {
    let pace = &book.sent.of(side).pace;
    (pace.segments > 0).then(|| PaceCard {
        segments: pace.segments,
        sent_again: pace.again,
        first: first_segments(collector, book, side),
        first_flight: pace.first_flight,
        most_in_flight: pace.most.map(|(frame, bytes)| InFlight { frame, bytes }),
        segments_per_ack: pace.per_ack.spread(),
        joint_acks: JointAcks {
            count: pace.joint.0,
            evidence: Evidence {
                see: frames_filter(&pace.joint.1),
                frames: pace.joint.1.clone(),
            },
        },
    })
}

/// The first data segments, each with its sample and the estimate so far: `E = 7/8 E + 1/8 sample` (RFC 6298 section 2, Kurose and
/// Ross section 3.5.3). A segment that was sent again gives no sample (Karn), nor one whose ACK has an earlier time: the capture
/// is not in the order of time. T-6 of `docs/analysis.md`.
fn first_segments(collector: &Collector, book: &Book, side: Side) -> Vec<RttRow> {
    let mut estimate: Option<Nanos> = None;
    let mut rows = Vec::new();
    for first in &book.sent.of(side).pace.first {
        let sent = first.at.since(collector.origin());
        let after = first.ack.map(|(_, at)| at.since(first.at));
        let sample = after.filter(|after| !first.again && *after >= 0);
        estimate = match (estimate, sample) {
            (Some(before), Some(sample)) => Some(smoothed(before, sample)),
            (before, sample) => before.or(sample),
        };
        rows.push(RttRow {
            frame: first.frame,
            seq: first.seq,
            bytes: first.bytes,
            sent: Seconds(sent),
            ack_frame: first.ack.map(|(frame, _)| frame),
            acked: first
                .ack
                .map(|(_, at)| Seconds(at.since(collector.origin()))),
            sample: sample.map(Seconds),
            estimate: sample.and(estimate).map(Seconds),
        });
    }
    rows
}

/// `7/8 before + 1/8 sample`: times of packets may be centuries apart, and seven times that has no room in 64 bits.
fn smoothed(before: Nanos, sample: Nanos) -> Nanos {
    let sum = i128::from(before) * 7 + i128::from(sample);
    // Between the two, so it fits.
    (sum / 8) as Nanos
}
