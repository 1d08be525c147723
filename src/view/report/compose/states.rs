//! S13 (states) in words.

use super::super::document::{Block, Cell};
use super::super::filters::frame_filter;
use super::super::model::{Report, StateRow, StreamReport};
use super::say::{Say, id_of};

/// S13.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Text(say.t("report-states-intro"))];
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        blocks.push(table(say, stream));
        if [stream.last_states.client, stream.last_states.server].contains(&"TIME-WAIT") {
            blocks.push(say.note("report-note-time-wait"));
        }
    }
    blocks.push(Block::end());
    blocks.extend(meanings(say, report));
    blocks
}

/// The states before the first segment, then every change.
fn table(say: &Say<'_>, stream: &StreamReport) -> Block {
    let titles = [
        "report-col-frame",
        "report-field-time",
        "report-col-sent",
        "column-client",
        "column-server",
        "see",
    ];
    let words = |state| match state {
        "CLOSED" => "report-state-closed",
        "LISTEN" => "report-state-listen",
        "no_listener" => "report-state-no-listener",
        _ => "report-unknown",
    };
    let before = &stream.states_before;
    let (client, server) = (words(before.client), words(before.server));
    let before = vec![
        Cell::none(),
        Cell::none(),
        Cell::text(say.t("report-before-first")),
        Cell::text(say.t(client)),
        Cell::text(say.t(server)),
        Cell::code(""),
    ];
    let changes = stream.states.iter().map(|row| change(say, row));
    say.table(&titles, std::iter::once(before).chain(changes))
}

fn change(say: &Say<'_>, row: &StateRow) -> Vec<Cell> {
    let with_proof = |state: &str, seen: bool| {
        if seen || state == "?" {
            state.to_owned()
        } else {
            format!("{state} ({})", say.t("inferred"))
        }
    };
    vec![
        Cell::frame(row.frame),
        Cell::number(say.clock(row.since_start)),
        Cell::text(format!("{} {}", say.side(row.sender), row.flags)),
        Cell::text(with_proof(row.state.client, row.seen.client)),
        Cell::text(with_proof(row.state.server, row.seen.server)),
        Cell::code(frame_filter(row.frame)),
    ]
}

/// What the states mean that occur above.
fn meanings(say: &Say<'_>, report: &Report) -> Option<Block> {
    let rows = report.streams.iter().flat_map(|stream| &stream.states);
    let mut met: Vec<&str> = rows
        .flat_map(|row| [row.state.client, row.state.server])
        .filter(|state| *state != "?")
        .collect();
    met.sort_unstable();
    met.dedup();
    let row = |name: &&str| vec![Cell::text(*name), Cell::text(say.t(&id_of("state", name)))];
    let titles = ["report-col-state", "report-col-meaning"];
    (!met.is_empty()).then(|| say.table(&titles, met.iter().map(row)))
}
