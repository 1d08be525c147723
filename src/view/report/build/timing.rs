//! S8: how long things took on one connection, and how fast.

use super::super::book::Book;
use super::super::collect::Collector;
use super::super::model::{Both, LargestSegment, Seconds, Silence, Throughput, Timing};
use super::super::samples::Samples;
use crate::tcp::Side;
use crate::timeline::StreamEntry;

/// The times of a connection.
pub(super) fn timing(collector: &Collector, entry: &StreamEntry, book: &Book) -> Timing {
    let summary = &entry.summary;
    let to_reset = || {
        let reset = summary.teardown.reset?;
        Some(reset.step.at.since(summary.teardown.first_fin?.step.at))
    };
    Timing {
        open: summary.handshake.duration().map(Seconds),
        close: summary.teardown.duration().or_else(to_reset).map(Seconds),
        initial_rtt: summary.initial_rtt.map(Seconds),
        rtt: Both {
            client: book.sent.client.rtt.spread(),
            server: book.sent.server.rtt.spread(),
        },
        reply: replies(collector, entry, book),
        silence: book.silence.map(|(from_frame, to_frame, time)| Silence {
            from_frame,
            to_frame,
            time: Seconds(time),
        }),
        largest: Both {
            client: largest(book, Side::Client),
            server: largest(book, Side::Server),
        },
        throughput: Both {
            client: throughput(book, Side::Client),
            server: throughput(book, Side::Server),
        },
        graph: collector
            .drawings
            .as_ref()
            .and_then(|drawings| drawings.graph(summary.stream.0)),
    }
}

/// From the client's lines to what the server answered.
fn replies(
    collector: &Collector,
    entry: &StreamEntry,
    book: &Book,
) -> Option<super::super::model::Spread> {
    let mut samples = Samples::default();
    let said = collector
        .lines
        .of_stream(entry.summary.stream)
        .filter(|line| line.message.side == Side::Client);
    for line in said {
        if let Some(answer) = super::lines::answer(collector, book, &line.message, &line.copies) {
            samples.push(answer.after.0);
        }
    }
    samples.spread()
}

fn largest(book: &Book, side: Side) -> Option<LargestSegment> {
    let (frame, bytes) = book.sent.of(side).largest?;
    Some(LargestSegment { frame, bytes })
}

fn throughput(book: &Book, side: Side) -> Option<Throughput> {
    let sent = book.sent.of(side);
    let first = sent.first_data.as_ref()?;
    let (to_frame, end) = sent.data_end?;
    let time = end.since(first.at);
    let rate = || u64::try_from(i128::from(sent.new_bytes) * 1_000_000_000 / i128::from(time)).ok();
    Some(Throughput {
        bytes: sent.new_bytes,
        from_frame: first.frame,
        to_frame,
        time: Seconds(time),
        bytes_per_second: if time > 0 { rate() } else { None },
    })
}
