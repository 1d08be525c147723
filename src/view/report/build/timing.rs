//! S8: how long things took on one connection, and how fast.

use super::super::book::Book;
use super::super::collect::Collector;
use super::super::model::{Both, FirstData, LargestSegment, Seconds, Silence, Throughput, Timing};
use super::super::samples::Samples;
use crate::tcp::{Side, StreamSummary};
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
            client: book.sent.client.rtt.spread().map(Into::into),
            server: book.sent.server.rtt.spread().map(Into::into),
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
        first_data: first_data(summary, book),
        pace: Both {
            client: super::pace::card(collector, book, Side::Client),
            server: super::pace::card(collector, book, Side::Server),
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
) -> Option<super::super::model::TimeSpread> {
    let mut samples = Samples::default();
    let said = collector
        .lines
        .of_stream(entry.summary.stream)
        .filter(|line| line.message.side == Side::Client);
    for line in said {
        let answer = super::lines::answer(collector, book, &line.message, &line.copies);
        // Where the capture is not in the order of time the distance says nothing.
        if let Some(after) = answer
            .map(|answer| answer.after.0)
            .filter(|after| *after >= 0)
        {
            samples.push(after);
        }
    }
    samples.spread().map(Into::into)
}

/// Who spoke first, and how long after the handshake.
fn first_data(summary: &StreamSummary, book: &Book) -> Option<FirstData> {
    let sent = [&book.sent.client, &book.sent.server];
    let firsts = sent.into_iter().filter_map(|sent| sent.first_data.as_ref());
    let packet = firsts.min_by_key(|packet| packet.frame)?;
    let opened = summary.handshake.ack.map(|step| step.at);
    Some(FirstData {
        by: packet.observation.side.name(),
        frame: packet.frame,
        after_handshake: opened.map(|at| Seconds(packet.at.since(at))),
    })
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
