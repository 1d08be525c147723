//! S8 (timing) in words.

use super::super::document::{Block, Fact, Figure};
use super::super::filters::{all_of, frame_filter, frames_filter, sender_filter};
use super::super::model::{LargestSegment, Report, StreamReport, Throughput};
use super::pace;
use super::say::Say;
use crate::explain::Value;

/// S8.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        let mut facts = times(say, stream);
        facts.extend(pace::facts(say, stream));
        blocks.push(Block::Facts(facts));
        blocks.extend(pace::samples(say, stream));
        blocks.extend(stream.timing.graph.as_ref().map(|graph| {
            Block::Figure(Figure {
                caption: say.t("report-graph"),
                svg: graph.svg.clone(),
                language: "",
                text: graph.text.clone(),
            })
        }));
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(say.t("report-no-connections")));
    } else {
        blocks.push(Block::end());
        blocks.push(say.note("report-note-throughput"));
        blocks.push(say.note("report-note-estimate"));
        blocks.push(say.note("report-note-flight"));
    }
    blocks
}

fn times(say: &Say<'_>, stream: &StreamReport) -> Vec<Fact> {
    let t = &stream.timing;
    let see = &stream.see;
    let (client, server) = (&*stream.client, &*stream.server);
    let mut facts = Vec::new();
    for (label, time, shown) in [
        ("report-open-time", t.open, &stream.handshake.evidence),
        ("report-close-time", t.close, &stream.teardown.evidence),
    ] {
        facts.push(say.fact(label, say.span_or(time), &shown.frames, &*shown.see));
    }
    let initial = format!("tcp.analysis.initial_rtt && {see}");
    let value = say.span_or(t.initial_rtt);
    facts.push(say.fact("report-initial-rtt", value, &[], initial));
    let rtt = "tcp.analysis.ack_rtt";
    // The other side's ACKs carry the times of what a side sent.
    let (by_client, by_server) = (sender_filter(client, server), sender_filter(server, client));
    for (label, spread, field, sender) in [
        ("report-rtt-client", t.rtt.client, rtt, by_server),
        ("report-rtt-server", t.rtt.server, rtt, by_client),
        ("report-reply-time", t.reply, "tcp.len>0", String::new()),
    ] {
        facts.extend(spread.map(|spread| {
            let see = all_of([field.to_owned(), sender, see.clone()]);
            say.fact(label, say.spread(spread), &[], see)
        }));
    }
    if let Some(silence) = t.silence {
        let frames = [silence.from_frame, silence.to_frame];
        let value = say.span(silence.time);
        facts.push(say.fact("report-silence", value, &frames, frames_filter(&frames)));
    }
    for (label, segment) in [
        ("report-largest-client", t.largest.client),
        ("report-largest-server", t.largest.server),
    ] {
        facts.extend(segment.map(|segment| largest(say, label, segment)));
    }
    for (label, throughput) in [
        ("report-throughput-client", &t.throughput.client),
        ("report-throughput-server", &t.throughput.server),
    ] {
        facts.extend(
            throughput
                .iter()
                .map(|throughput| rate(say, label, throughput)),
        );
    }
    facts
}

/// The largest segment of a side.
fn largest(say: &Say<'_>, label: &str, segment: LargestSegment) -> Fact {
    let (bytes, frame) = (segment.bytes, segment.frame);
    let value = [("bytes", Value::Number(bytes.into()))];
    let value = say.v("report-largest-value", &value);
    let see = format!("tcp.len=={bytes} && {}", frame_filter(frame));
    say.fact(label, value, &[frame], see)
}

/// Throughput with its formula.
fn rate(say: &Say<'_>, label: &str, t: &Throughput) -> Fact {
    let time = say.exact(t.time);
    let value = say.v(
        "report-throughput-value",
        &[
            ("bytes", Value::Number(t.bytes)),
            ("time", (&*time).into()),
            ("known", t.bytes_per_second.is_some().into()),
            ("rate", Value::Number(t.bytes_per_second.unwrap_or(0))),
        ],
    );
    let frames = [t.from_frame, t.to_frame];
    say.fact(label, value, &frames, frames_filter(&frames))
}
