//! S2 (the connections) in words.

use super::super::document::{Block, Cell, Fact};
use super::super::filters::frames_filter;
use super::super::model::{CensusRow, ConnectionRow, Report, Seconds};
use super::super::tallies::MAX_EVIDENCE;
use super::say::{Say, clock, id_of};
use crate::explain::Value;

/// Up to so many connections each row explains itself in full sentences; a longer table keeps to a line a row.
const FULL_SENTENCES: u64 = 8;
/// Rows printed; the JSON form has more.
const MAX_ROWS: usize = 60;
/// Ports and streams listed in one line.
const MAX_LISTED: usize = 40;

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
        "column-start",
        "column-duration",
        "report-col-frames-each",
        "report-col-bytes-each",
        "report-col-opening",
        "report-col-ending",
        "column-verdict",
        "report-col-role",
        "report-col-client-port",
        "report-col-server-port",
        "see",
    ];
    let shown = &report.connections[..report.connections.len().min(MAX_ROWS)];
    let rows = shown.iter().map(|row| connection(say, report, row));
    blocks.push(say.table(&titles, rows));
    let more = report.connections_total.saturating_sub(shown.len() as u64);
    blocks.extend(say.folded("report-streams-folded", more));
    blocks.extend(verdict_words(say, shown));
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
        Cell::number(clock(Seconds(row.start.0.saturating_sub(origin.0)))),
        Cell::number(say.span(row.duration)),
        Cell::number(format!("{} / {}", row.frames.client, row.frames.server)),
        Cell::number(format!("{} / {}", row.bytes.client, row.bytes.server)),
        Cell::text(say.v("report-opening", &[("opening", row.opening.into())])),
        Cell::text(ending(say, row)),
        Cell::text(format!("{}{}{also}", row.verdict.code, cause(row))),
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
fn verdict_words(say: &Say<'_>, shown: &[ConnectionRow]) -> Option<Block> {
    let mut words: Vec<&str> = shown
        .iter()
        .flat_map(|row| std::iter::once(&row.verdict.code).chain(&row.verdict.also))
        .map(String::as_str)
        .collect();
    words.sort_unstable();
    words.dedup();
    let rows: Vec<_> = words
        .into_iter()
        .map(|word| {
            let code = word.split_once('(').map_or(word, |(code, _)| code);
            let id = id_of("verdict", code);
            vec![Cell::text(word), Cell::text(say.t(&id))]
        })
        .collect();
    let titles = ["column-verdict", "report-col-meaning"];
    (!rows.is_empty()).then(|| say.table(&titles, rows))
}
