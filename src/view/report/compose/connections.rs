//! S2 (the connections) in words.

use super::super::document::{Block, Cell, Fact};
use super::super::filters::{frames_filter, scoped};
use super::super::model::{CensusRow, ConnectionRow, Report, Seconds};
use super::super::tallies::MAX_EVIDENCE;
use super::say::{Say, id_of};
use crate::explain::Value;

/// Rows printed; the JSON form has more.
const MAX_ROWS: usize = 60;
/// Ports and streams listed in one line.
const MAX_LISTED: usize = 40;

/// Flags of a SYN that opens a connection.
const OPENING: &str = "tcp.flags.syn==1 && tcp.flags.ack==0";

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
        // Before the figures: where a page is too narrow for all columns, the word is still in sight.
        "column-verdict",
        "column-start",
        "column-duration",
        "report-col-frames-each",
        "report-col-bytes-each",
        "report-col-opening",
        "report-col-ending",
        "see",
    ];
    let shown = &report.connections[..report.connections.len().min(MAX_ROWS)];
    let rows = shown.iter().map(|row| connection(say, report, row));
    blocks.push(say.table(&titles, rows));
    let more = report.connections_total.saturating_sub(shown.len() as u64);
    blocks.extend(say.folded("report-streams-folded", more));
    blocks.extend(verdict_words(say, shown));
    blocks.push(roles(say, shown));
    blocks
}

/// Who is the client, and what the ports tell.
fn roles(say: &Say<'_>, shown: &[ConnectionRow]) -> Block {
    let titles = [
        "column-stream",
        "report-col-role",
        "report-col-client-port",
        "report-col-server-port",
    ];
    let rows = shown.iter().map(|row| {
        vec![
            Cell::number(row.stream),
            Cell::text(role(say, row)),
            Cell::text(client_port(say, row)),
            Cell::text(port(say, "server", row.server_port, row.port_class.server)),
        ]
    });
    say.table(&titles, rows)
}

fn summary(say: &Say<'_>, report: &Report) -> Vec<Fact> {
    let (first, see) = beginnings(report);
    let mut by_start: Vec<_> = report.connections.iter().collect();
    by_start.sort_by_key(|row| row.stream);
    let opened = report.connections.iter().all(|row| row.client_by == "syn");
    let total = [
        ("streams", Value::Number(report.connections_total)),
        ("syn", opened.into()),
    ];
    let how_many = say.v("report-how-many-value", &total);
    let mut facts = vec![say.fact("report-how-many", how_many, &first, &*see)];
    if by_start.is_empty() {
        return facts;
    }
    let ports = by_start.iter().take(MAX_LISTED);
    let ports: Vec<_> = ports.map(|row| row.client_port.to_string()).collect();
    let more = if by_start.len() > MAX_LISTED {
        " …"
    } else {
        ""
    };
    let ports = format!("{}{more}", ports.join(", "));
    facts.push(say.fact("report-client-ports", ports, &first, see));
    let verdicts: Vec<_> = report
        .verdicts
        .iter()
        .map(|verdict| format!("{} × {}", verdict.code, verdict.count))
        .collect();
    let see = scoped(report.selection.as_ref(), "tcp.completeness");
    facts.push(say.fact("report-verdicts", verdicts.join(", "), &[], see));
    facts
}

/// The first frames of the connections, and the filter that shows them: by their flags where each is a SYN, unless repeated,
/// crossing or quoted ones look the same.
fn beginnings(report: &Report) -> (Vec<u64>, String) {
    let rows = &report.connections;
    let begin = |row: &ConnectionRow| match row.client_by {
        "syn" => row.client_by_frame,
        _ => row.evidence.frames.first().copied().unwrap_or_default(),
    };
    let mut first: Vec<u64> = rows.iter().map(begin).collect();
    first.sort_unstable();
    let listed = first.len() <= MAX_EVIDENCE && report.connections_folded == 0;
    let of_syn = |row: &&CensusRow| row.flags.contains("SYN") && !row.flags.contains("ACK");
    let syns = report.census.iter().filter(of_syn);
    let syns: u64 = syns.map(|row| row.count.client + row.count.server).sum();
    let opened = rows.iter().all(|row| row.client_by == "syn");
    let scope = |see: &str| scoped(report.selection.as_ref(), see);
    let see = match (opened, listed) {
        (true, _) if syns == first.len() as u64 => scope(OPENING),
        (true, true) => format!("{OPENING} && {}", frames_filter(&first)),
        (true, false) => scope(&format!("{OPENING} && !tcp.analysis.retransmission")),
        (false, true) => frames_filter(&first),
        (false, false) => scope("tcp"),
    };
    first.truncate(MAX_EVIDENCE);
    (first, see)
}

fn connection(say: &Say<'_>, report: &Report, row: &ConnectionRow) -> Vec<Cell> {
    let client = match &row.name {
        Some(name) => format!("{} ({name})", row.client),
        None => row.client.clone(),
    };
    let origin = report.capture.first.unwrap_or_default();
    let also = if row.verdict.also.is_empty() {
        String::new()
    } else {
        format!(" (+ {})", row.verdict.also.join(", "))
    };
    vec![
        Cell::number(row.stream),
        Cell::text(client),
        Cell::text(&*row.server),
        Cell::text(format!("{}{}{also}", row.verdict.code, cause(row))),
        Cell::number(say.clock(Seconds(row.start.0.saturating_sub(origin.0)))),
        Cell::number(say.span(row.duration)),
        Cell::number(format!("{} / {}", row.frames.client, row.frames.server)),
        Cell::number(format!("{} / {}", row.bytes.client, row.bytes.server)),
        Cell::text(say.v("report-opening", &[("opening", row.opening.into())])),
        Cell::text(ending(say, row)),
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
fn role(say: &Say<'_>, row: &ConnectionRow) -> String {
    let values = [
        ("by", row.client_by.into()),
        ("frame", Value::Number(row.client_by_frame)),
        ("port", Value::Number(row.server_port.into())),
    ];
    say.v("report-role", &values)
}

/// What sent the SYN chose its port, and no system gives away a well-known one by itself; of others nothing is known.
fn client_port(say: &Say<'_>, row: &ConnectionRow) -> String {
    let class = row.port_class.client;
    let side = match row.client_by {
        "syn" | "syn_ack" if class == "well_known" => "bound",
        "syn" | "syn_ack" => "client",
        _ => "server",
    };
    port(say, side, row.client_port, class)
}

/// A port with its class.
fn port(say: &Say<'_>, side: &str, port: u16, class: &str) -> String {
    let class = say.v("report-port-class", &[("class", class.into())]);
    let values = [
        ("side", side.into()),
        ("port", Value::Number(port.into())),
        ("class", (&*class).into()),
    ];
    say.v("report-port", &values)
}

fn ending(say: &Say<'_>, row: &ConnectionRow) -> String {
    let values = [
        ("how", row.ending.code().into()),
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
