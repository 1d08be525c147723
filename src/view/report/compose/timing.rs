//! S8 (timing) in words.

use super::super::document::{Block, Fact, Figure};
use super::super::model::{Report, StreamReport, Throughput};
use super::super::tallies::frames_filter;
use super::say::Say;
use crate::explain::Value;

/// S8.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        blocks.push(Block::Facts(times(say, stream)));
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
    }
    blocks
}

fn times(say: &Say<'_>, stream: &StreamReport) -> Vec<Fact> {
    let t = &stream.timing;
    let see = format!("tcp.stream=={}", stream.stream);
    let (open, close) = (&stream.handshake.evidence, &stream.teardown.evidence);
    let mut facts = vec![
        say.fact(
            "report-open-time",
            say.span_or(t.open),
            &open.frames,
            &*open.see,
        ),
        say.fact(
            "report-close-time",
            say.span_or(t.close),
            &close.frames,
            &*close.see,
        ),
        say.fact(
            "report-initial-rtt",
            say.span_or(t.initial_rtt),
            &[],
            format!("tcp.analysis.initial_rtt && {see}"),
        ),
    ];
    for (label, rtt) in [
        ("report-rtt-client", t.rtt.client),
        ("report-rtt-server", t.rtt.server),
    ] {
        if let Some(rtt) = rtt {
            facts.push(say.fact(
                label,
                say.spread(rtt),
                &[],
                format!("tcp.analysis.ack_rtt && {see}"),
            ));
        }
    }
    if let Some(reply) = t.reply {
        facts.push(say.fact(
            "report-reply-time",
            say.spread(reply),
            &[],
            format!("tcp.len>0 && {see}"),
        ));
    }
    if let Some(silence) = t.silence {
        let frames = [silence.from_frame, silence.to_frame];
        let value = say.span(silence.time);
        facts.push(say.fact("report-silence", value, &frames, frames_filter(&frames)));
    }
    for (label, largest) in [
        ("report-largest-client", t.largest.client),
        ("report-largest-server", t.largest.server),
    ] {
        if let Some(largest) = largest {
            let value = [("bytes", Value::Number(largest.bytes.into()))];
            let value = say.v("report-largest-value", &value);
            let see = format!(
                "tcp.len=={} && frame.number=={}",
                largest.bytes, largest.frame
            );
            facts.push(say.fact(label, value, &[largest.frame], see));
        }
    }
    for (label, throughput) in [
        ("report-throughput-client", &t.throughput.client),
        ("report-throughput-server", &t.throughput.server),
    ] {
        if let Some(throughput) = throughput {
            facts.push(rate(say, label, throughput));
        }
    }
    facts
}

/// Throughput with its formula.
fn rate(say: &Say<'_>, label: &str, t: &Throughput) -> Fact {
    let value = say.v(
        "report-throughput-value",
        &[
            ("bytes", Value::Number(t.bytes)),
            ("time", Value::Span(t.time.0)),
            (
                "known",
                (if t.bytes_per_second.is_some() {
                    "yes"
                } else {
                    "no"
                })
                .into(),
            ),
            ("rate", Value::Number(t.bytes_per_second.unwrap_or(0))),
        ],
    );
    let frames = [t.from_frame, t.to_frame];
    say.fact(label, value, &frames, frames_filter(&frames))
}
