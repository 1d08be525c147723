//! S1 (the capture) and S2 (the connections) in words.

use super::super::document::{Block, Cell, Fact, Table};
use super::super::model::{CaptureFacts, CensusRow, ConnectionRow, Report};
use super::super::tallies::{MAX_EVIDENCE, frames_filter};
use super::say::{Say, clock, date};
use crate::explain::Value;

/// Up to so many connections each row explains itself in full sentences; a longer table keeps to a line a row.
const FULL_SENTENCES: u64 = 8;
/// Rows printed; the JSON form has more.
const MAX_ROWS: usize = 60;
/// Ports and streams listed in one line.
const MAX_LISTED: usize = 40;

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
pub(super) fn capture(say: &Say<'_>, report: &Report) -> Vec<Block> {
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
            say.v("report-frames-value", &counts),
            &[],
            "tcp",
        ),
    ];
    if let (Some(first), Some(last), Some(span)) = (c.first, c.last, c.span) {
        let numbers = [c.numbers.0, c.numbers.1];
        for (label, at, number) in [
            ("report-first", first, numbers[0]),
            ("report-last", last, numbers[1]),
        ] {
            let see = format!("frame.number=={number}");
            facts.push(say.fact(label, date(at), &[number], see));
        }
        let value = format!("{} s ({})", clock(span), say.span(span));
        let see = frames_filter(&numbers);
        facts.push(say.fact("report-span", value, &numbers, see));
    }
    facts.push(say.fact(
        "report-drops",
        drops(say, c),
        &[],
        "tcp.analysis.lost_segment",
    ));
    facts.push(only_port(say, c));
    facts.push(complete(say, report));
    facts.push(say.fact("report-cut", say.yes(c.truncated), &[], "frame"));
    if c.skipped > 0 {
        let skipped = say.v("end-skipped", &[("count", Value::Number(c.skipped))]);
        facts.push(say.fact("report-skipped", skipped, &[], "!tcp"));
    }
    let mut blocks = vec![Block::Facts(facts)];
    if let Some(selection) = &report.selection {
        let streams: Vec<_> = selection.streams.iter().map(u32::to_string).collect();
        let ports: Vec<_> = selection.ports.iter().map(u16::to_string).collect();
        let values = [("streams", streams.join(", ")), ("ports", ports.join(", "))];
        let or_all = |text: &str| {
            if text.is_empty() {
                say.t("report-all")
            } else {
                text.to_owned()
            }
        };
        let (streams, ports) = (or_all(&values[0].1), or_all(&values[1].1));
        blocks.push(Block::Text(say.v(
            "report-selection",
            &[("streams", (&*streams).into()), ("ports", (&*ports).into())],
        )));
        if selection.until_first_data {
            blocks.push(Block::Text(say.t("report-until-first-data")));
        }
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
            ("only", (if c.only_service { "yes" } else { "no" }).into()),
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
fn complete(say: &Say<'_>, report: &Report) -> Fact {
    let c = &report.capture;
    let all = c.complete == report.connections_total && report.connections_total > 0;
    let value = say.v(
        "report-complete-value",
        &[
            ("all", (if all { "yes" } else { "no" }).into()),
            ("complete", Value::Number(c.complete)),
            ("total", Value::Number(report.connections_total)),
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

/// S2.
pub(super) fn table(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Facts(summary(say, report))];
    if report.connections.is_empty() {
        return blocks;
    }
    let titles = [
        "column-stream",
        "column-client",
        "column-server",
        "report-col-role",
        "report-col-client-port",
        "report-col-server-port",
        "column-start",
        "column-duration",
        "report-col-frames-each",
        "report-col-bytes-each",
        "report-col-opening",
        "report-col-ending",
        "column-verdict",
        "see",
    ];
    let rows = report.connections.iter().take(MAX_ROWS);
    blocks.push(Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows: rows.map(|row| connection(say, report, row)).collect(),
    }));
    let shown = report.connections.len().min(MAX_ROWS) as u64;
    if report.connections_total > shown {
        let more = report.connections_total - shown;
        blocks.push(Block::Text(
            say.v("report-streams-folded", &[("more", Value::Number(more))]),
        ));
    }
    blocks.extend(verdict_words(say, report));
    blocks
}

fn summary(say: &Say<'_>, report: &Report) -> Vec<Fact> {
    let mut first: Vec<u64> = report
        .connections
        .iter()
        .filter(|row| row.client_by == "syn")
        .map(|row| row.client_by_frame)
        .collect();
    first.sort_unstable();
    let see = opening_syns(report, &first);
    first.truncate(MAX_EVIDENCE);
    let total = [("streams", Value::Number(report.connections_total))];
    let mut by_start: Vec<_> = report.connections.iter().collect();
    by_start.sort_by_key(|row| row.stream);
    let ports: Vec<_> = by_start
        .iter()
        .take(MAX_LISTED)
        .map(|row| row.client_port.to_string())
        .collect();
    let verdicts: Vec<_> = report
        .verdicts
        .iter()
        .map(|verdict| format!("{} × {}", verdict.code, verdict.count))
        .collect();
    let mut facts = vec![say.fact(
        "report-how-many",
        say.v("report-how-many-value", &total),
        &first,
        &*see,
    )];
    if !ports.is_empty() {
        let more = if by_start.len() > MAX_LISTED {
            " …"
        } else {
            ""
        };
        let value = format!("{}{more}", ports.join(", "));
        facts.push(say.fact("report-client-ports", value, &first, see));
        facts.push(say.fact(
            "report-verdicts",
            verdicts.join(", "),
            &[],
            "tcp.completeness",
        ));
    }
    facts
}

/// A filter for the SYNs that open a connection: by their flags, unless repeated, crossing or quoted ones look the same.
fn opening_syns(report: &Report, opening: &[u64]) -> String {
    let by_flags = "tcp.flags.syn==1 && tcp.flags.ack==0";
    let of_syn = |row: &&CensusRow| row.flags.contains("SYN") && !row.flags.contains("ACK");
    let rows = report.census.iter().filter(of_syn);
    let all: u64 = rows.map(|row| row.count.client + row.count.server).sum();
    if all == opening.len() as u64 {
        by_flags.to_owned()
    } else if opening.len() <= MAX_EVIDENCE && report.connections_folded == 0 {
        format!("{by_flags} && {}", frames_filter(opening))
    } else {
        format!("{by_flags} && !tcp.analysis.retransmission")
    }
}

fn connection(say: &Say<'_>, report: &Report, row: &ConnectionRow) -> Vec<Cell> {
    let client = match &row.name {
        Some(name) => format!("{} ({name})", row.client),
        None => row.client.clone(),
    };
    let origin = report.capture.first.unwrap_or_default();
    let short = report.connections_total > FULL_SENTENCES;
    let also = if row.verdict.also.is_empty() {
        String::new()
    } else {
        format!(" (+ {})", row.verdict.also.join(", "))
    };
    vec![
        Cell::number(row.stream),
        Cell::text(client),
        Cell::text(&*row.server),
        Cell::text(role(say, row, short)),
        Cell::text(port(
            say,
            "client",
            row.client_port,
            row.port_class.client,
            short,
        )),
        Cell::text(port(
            say,
            "server",
            row.server_port,
            row.port_class.server,
            short,
        )),
        Cell::number(clock(super::super::model::Seconds(
            row.start.0.saturating_sub(origin.0),
        ))),
        Cell::number(say.span(row.duration)),
        Cell::number(format!("{} / {}", row.frames.client, row.frames.server)),
        Cell::number(format!("{} / {}", row.bytes.client, row.bytes.server)),
        Cell::text(say.v("report-opening", &[("opening", row.opening.into())])),
        Cell::text(ending(say, row)),
        Cell::text(format!("{}{}{also}", row.verdict.code, cause(row))),
        Cell::code(&*row.evidence.see),
    ]
}

fn cause(row: &ConnectionRow) -> String {
    row.verdict
        .cause
        .map(|cause| format!(" ({cause})"))
        .unwrap_or_default()
}

/// Why the client is the client.
fn role(say: &Say<'_>, row: &ConnectionRow, short: bool) -> String {
    say.v(
        if short {
            "report-role-short"
        } else {
            "report-role"
        },
        &[
            ("by", row.client_by.into()),
            ("frame", Value::Number(row.client_by_frame)),
            ("port", Value::Number(row.server_port.into())),
        ],
    )
}

/// A port with its class.
fn port(say: &Say<'_>, side: &str, port: u16, class: &str, short: bool) -> String {
    if short && side == "client" {
        let values = [("port", Value::Number(port.into()))];
        return say.v("report-port-short", &values);
    }
    if short {
        return port.to_string();
    }
    let class = say.v("report-port-class", &[("class", class.into())]);
    say.v(
        "report-port",
        &[
            ("side", side.into()),
            ("port", Value::Number(port.into())),
            ("class", (&*class).into()),
        ],
    )
}

fn ending(say: &Say<'_>, row: &ConnectionRow) -> String {
    let values = [
        ("how", row.ending.into()),
        ("side", row.ended_by.unwrap_or("none").into()),
    ];
    say.v("report-ending", &values)
}

/// What the verdict words mean that occur in the table.
fn verdict_words(say: &Say<'_>, report: &Report) -> Option<Block> {
    let mut words: Vec<&str> = report
        .connections
        .iter()
        .take(MAX_ROWS)
        .flat_map(|row| std::iter::once(&row.verdict.code).chain(&row.verdict.also))
        .map(String::as_str)
        .collect();
    words.sort_unstable();
    words.dedup();
    let rows: Vec<_> = words
        .into_iter()
        .map(|word| {
            let id = match word.split_once('(') {
                Some((word, _)) => super::say::id_of("verdict", word),
                None => super::say::id_of("verdict", word),
            };
            vec![Cell::text(word), Cell::text(say.t(&id))]
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Block::Table(Table {
            columns: vec![say.t("column-verdict"), say.t("report-col-meaning")],
            rows,
        })
    })
}
