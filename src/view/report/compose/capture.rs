//! The line under the title and S1 (the capture) in words.

use super::super::document::{Block, Fact};
use super::super::filters::{frame_filter, frames_filter};
use super::super::model::{CaptureFacts, Report, SelectionFacts};
use super::say::{Say, date};
use crate::explain::Value;
use crate::text::visible_cut;

/// Characters of a filter expression that are shown.
const MAX_FILTER: usize = 200;

/// One line under the title.
pub(super) fn subtitle(say: &Say<'_>, report: &Report) -> String {
    say.v(
        "report-subtitle",
        &[
            ("frames", Value::Number(report.capture.frames)),
            ("streams", Value::Number(report.connections_total)),
            ("lines", Value::Number(report.lines_total)),
        ],
    )
}

/// S1.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let c = &report.capture;
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| say.t("report-unknown"));
    let snaplen = match c.snaplen {
        None | Some(0) => say.t("report-unknown"),
        Some(snaplen) => say.v(
            "report-snaplen-bytes",
            &[("bytes", Value::Number(snaplen.into()))],
        ),
    };
    let counts = [
        ("frames", Value::Number(c.frames)),
        ("tcp", Value::Number(c.tcp_frames)),
    ];
    let read = report
        .selection
        .as_ref()
        .and_then(|part| part.read_filter.as_deref());
    let mut facts = vec![
        say.fact("report-source", &*c.source, &[], "frame"),
        say.fact(
            "report-link-type",
            text(&c.link_type),
            &[],
            "frame.encap_type",
        ),
        say.fact("report-filter", text(&c.filter), &[], "frame"),
        say.fact("report-snaplen", snaplen, &[], "frame.cap_len < frame.len"),
        say.fact(
            "report-frames",
            say.v(
                if read.is_none() {
                    "report-frames-value"
                } else {
                    "report-frames-read"
                },
                &counts,
            ),
            &[],
            "tcp",
        ),
    ];
    if let Some(read) = read {
        facts.push(say.fact(
            "report-read-filter",
            visible_cut(read.as_bytes(), MAX_FILTER),
            &[],
            "",
        ));
    }
    facts.extend(times(say, c));
    facts.push(say.fact(
        "report-drops",
        drops(say, c),
        &[],
        "tcp.analysis.lost_segment",
    ));
    // What else is in the file is not known where frames were left out.
    facts.extend(read.is_none().then(|| only_port(say, c)));
    facts.push(complete(say, c));
    facts.push(say.fact("report-cut", say.yes(c.truncated), &[], "frame"));
    facts.extend(left_out(say, c));
    let mut blocks = vec![Block::Facts(facts)];
    if let Some(selection) = &report.selection {
        blocks.extend(part(say, selection));
    }
    blocks
}

/// What could not be read of the capture, where there is such.
fn left_out(say: &Say<'_>, c: &CaptureFacts) -> Vec<Fact> {
    let counts = [
        (
            "report-cut-short",
            "end-cut",
            c.cut_frames,
            "frame.len > frame.cap_len",
        ),
        (
            "report-fragments",
            "end-fragments",
            c.datagrams_forgotten,
            "ip.flags.mf==1 or ip.frag_offset>0 or ipv6.fraghdr",
        ),
        ("report-skipped", "end-skipped", c.skipped, "!tcp"),
    ];
    let some = counts.into_iter().filter(|(.., count, _)| *count > 0);
    some.map(|(label, words, count, see)| {
        let value = say.v(words, &[("count", Value::Number(count))]);
        say.fact(label, value, &[], see)
    })
    .collect()
}

/// First and last frame and the time between them.
fn times(say: &Say<'_>, c: &CaptureFacts) -> Vec<Fact> {
    let (Some(first), Some(last), Some(span)) = (c.first, c.last, c.span) else {
        return Vec::new();
    };
    let numbers = [c.numbers.0, c.numbers.1];
    let mut facts = Vec::new();
    for (label, at, number) in [
        ("report-first", first, numbers[0]),
        ("report-last", last, numbers[1]),
    ] {
        facts.push(say.fact(label, date(at), &[number], frame_filter(number)));
    }
    let value = format!("{} ({})", say.exact(span), say.span(span));
    let see = frames_filter(&numbers);
    facts.push(say.fact("report-span", value, &numbers, see));
    facts
}

/// Which part of the capture the report is about.
fn part(say: &Say<'_>, selection: &SelectionFacts) -> Vec<Block> {
    let or_all = |list: Vec<String>, all: &str| {
        if list.is_empty() {
            say.t(all)
        } else {
            list.join(", ")
        }
    };
    let streams = selection.streams.iter().map(u32::to_string).collect();
    let ports = selection.ports.iter().map(u16::to_string).collect();
    let streams = or_all(streams, "report-all-streams");
    let ports = or_all(ports, "report-all-ports");
    let values = [("streams", (&*streams).into()), ("ports", (&*ports).into())];
    let mut blocks = Vec::new();
    if !selection.streams.is_empty() || !selection.ports.is_empty() {
        blocks.push(Block::Text(say.v("report-selection", &values)));
    }
    if selection.read_filter.is_some() {
        blocks.push(Block::Text(say.t("report-read-filtered")));
    }
    if selection.until_first_data {
        blocks.push(Block::Text(say.t("report-until-first-data")));
    }
    blocks
}

fn drops(say: &Say<'_>, c: &CaptureFacts) -> String {
    match (c.kernel_dropped, c.interface_dropped) {
        (None, None) if c.queue_dropped == 0 => say.t("report-drops-unknown"),
        (kernel, interface) => say.v(
            "report-drops-value",
            &[
                ("kernel", Value::Number(kernel.unwrap_or(0))),
                ("interface", Value::Number(interface.unwrap_or(0))),
                ("queue", Value::Number(c.queue_dropped)),
            ],
        ),
    }
}

/// "The file must contain only your port."
fn only_port(say: &Say<'_>, c: &CaptureFacts) -> Fact {
    let Some(first) = c.service_ports.first() else {
        return say.fact(
            "report-only-port",
            say.t("report-no-connections"),
            &[],
            "tcp",
        );
    };
    let ports: Vec<_> = c
        .service_ports
        .iter()
        .map(|port| port.port.to_string())
        .collect();
    let ports = ports.join(", ");
    let other = c.frames.saturating_sub(c.tcp_frames);
    let value = say.v(
        "report-only-port-value",
        &[
            ("only", c.only_service.into()),
            ("port", Value::Number(first.port.into())),
            ("ports", (&*ports).into()),
            ("other", Value::Number(other)),
        ],
    );
    say.fact(
        "report-only-port",
        value,
        &[],
        format!("!(tcp.port=={})", first.port),
    )
}

/// "It must run from SYN to the close."
fn complete(say: &Say<'_>, c: &CaptureFacts) -> Fact {
    let all = c.complete == c.connections && c.connections > 0;
    let value = say.v(
        "report-complete-value",
        &[
            ("all", all.into()),
            ("complete", Value::Number(c.complete)),
            ("total", Value::Number(c.connections)),
            ("never", Value::Number(c.never_opened)),
            ("open", Value::Number(c.open_at_end)),
            ("before", Value::Number(c.begun_before)),
        ],
    );
    say.fact(
        "report-complete",
        value,
        &[],
        "tcp.flags.syn==1 or tcp.flags.fin==1 or tcp.flags.reset==1",
    )
}
