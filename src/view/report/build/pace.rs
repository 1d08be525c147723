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
/// Ross section 3.5.3). A segment that was sent again gives no sample (Karn). T-6 of `docs/analysis.md`.
fn first_segments(collector: &Collector, book: &Book, side: Side) -> Vec<RttRow> {
    let mut estimate: Option<Nanos> = None;
    let mut rows = Vec::new();
    for first in &book.sent.of(side).pace.first {
        let sent = first.at.since(collector.origin());
        let after = first.ack.map(|(_, at)| at.since(first.at));
        let sample = after.filter(|_| !first.again);
        estimate = match (estimate, sample) {
            (Some(before), Some(sample)) => Some((before * 7 + sample) / 8),
            (before, sample) => before.or(sample),
        };
        rows.push(RttRow {
            frame: first.frame,
            seq: first.seq,
            bytes: first.bytes,
            sent: Seconds(sent),
            ack_frame: first.ack.map(|(frame, _)| frame),
            acked: after.map(|after| Seconds(sent + after)),
            sample: sample.map(Seconds),
            estimate: sample.and(estimate).map(Seconds),
        });
    }
    rows
}
