//! S7 (teardown) in words: who closed, the four roles, the reset.

use super::super::document::{Block, Cell, DASH, Fact};
use super::super::filters::{all_of, frame_filter, frames_filter, scoped};
use super::super::model::{ConnectionRow, Ending, Report, RoleRow, StreamReport, TeardownCard};
use super::say::{Say, id_of, tick};
use crate::explain::Value;

/// Connections named in one line.
const MAX_LISTED: usize = 30;

/// S7.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Facts(who_closed(say, report))];
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        teardown(say, stream, &mut blocks);
    }
    blocks.push(Block::end());
    if report
        .streams
        .iter()
        .any(|stream| stream.teardown.reset.is_some())
    {
        blocks.push(say.note("report-note-rst-causes"));
    }
    blocks.push(say.note("report-note-both-close"));
    blocks
}

/// Ways to end, of the row of a connection: label, `ending`, `ended_by`, and the filter that shows such segments.
const ENDINGS: [(&str, Ending, Option<&str>, &str); 8] = {
    const FIN: &str = "tcp.flags.fin==1";
    const RST: &str = "tcp.flags.reset==1";
    [
        ("report-closed-by-client", Ending::Fin, Some("client"), FIN),
        ("report-closed-by-server", Ending::Fin, Some("server"), FIN),
        (
            "report-close-unconfirmed",
            Ending::FinUnconfirmed,
            None,
            FIN,
        ),
        ("report-reset-by-client", Ending::Rst, Some("client"), RST),
        ("report-reset-by-server", Ending::Rst, Some("server"), RST),
        ("report-refused-list", Ending::Refused, None, RST),
        (
            "report-never-opened",
            Ending::NeverOpened,
            None,
            "tcp.flags.syn==1",
        ),
        ("report-still-open", Ending::Open, None, "tcp.completeness"),
    ]
};

/// Over all connections: who began the closing.
fn who_closed(say: &Say<'_>, report: &Report) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (label, ending, side, see) in ENDINGS {
        let rows: Vec<_> = report
            .connections
            .iter()
            .filter(|row| row.ending == ending && (side.is_none() || row.ended_by == side))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let streams: Vec<_> = rows.iter().map(|row| row.stream.to_string()).collect();
        let mut list = streams[..streams.len().min(MAX_LISTED)].join(", ");
        if streams.len() > MAX_LISTED {
            list.push_str(" …");
        }
        let values = [
            ("count", Value::Number(streams.len() as u64)),
            ("list", (&*list).into()),
        ];
        let refusals = refusals(report, &rows).filter(|_| ending == Ending::Refused);
        let see = refusals.unwrap_or_else(|| scoped(report.selection.as_ref(), see));
        facts.push(say.fact(label, say.v("report-stream-list", &values), &[], see));
    }
    facts
}

/// The filter that shows exactly the segments that refused: no flags tell them from other resets. `None`: there are too many.
fn refusals(report: &Report, rows: &[&ConnectionRow]) -> Option<String> {
    let all = report.connections_folded == 0 && rows.len() <= MAX_LISTED;
    let frames: Option<Vec<u64>> = rows.iter().map(|row| row.refusal).collect();
    let mut frames = frames.filter(|_| all)?;
    frames.sort_unstable();
    Some(all_of([
        "tcp.flags.reset==1".to_owned(),
        frames_filter(&frames),
    ]))
}

fn teardown(say: &Say<'_>, stream: &StreamReport, blocks: &mut Vec<Block>) {
    let card = &stream.teardown;
    blocks.push(Block::Text(
        say.v(
            "report-teardown",
            &[
                ("outcome", card.outcome.code().into()),
                (
                    "side",
                    card.first_fin_by
                        .or(card.reset.as_ref().map(|r| r.by))
                        .unwrap_or("none")
                        .into(),
                ),
            ],
        ),
    ));
    let mut facts = Vec::new();
    if let (Some(side), Some(first)) = (card.first_fin_by, card.roles.first()) {
        let frame = first.frame.unwrap_or_default();
        let value = say.v(
            "report-first-fin-value",
            &[("side", side.into()), ("frame", Value::Number(frame))],
        );
        facts.push(say.fact(
            "report-first-fin",
            value,
            &[frame],
            format!("tcp.flags.fin==1 && {}", frame_filter(frame)),
        ));
    }
    facts.extend(close_facts(say, &stream.see, card));
    facts.extend(reset_facts(say, card));
    if !facts.is_empty() {
        blocks.push(Block::Facts(facts));
    }
    if !card.roles.is_empty() {
        blocks.push(roles(say, &card.roles));
    }
    if let Some(reset) = &card.reset {
        blocks.extend(say.why(&id_of("cause", reset.cause)));
    } else if card.segments.is_some() {
        blocks.extend(say.why("teardown-complete"));
    }
}

fn close_facts(say: &Say<'_>, see: &str, card: &TeardownCard) -> Vec<Fact> {
    let evidence = &card.evidence;
    let mut facts = Vec::new();
    if let Some(segments) = card.segments {
        let value = say.v(
            "report-segments-value",
            &[
                ("segments", Value::Number(segments.into())),
                ("crossed", card.simultaneous.into()),
            ],
        );
        facts.push(say.fact("report-segments", value, &evidence.frames, &*evidence.see));
    }
    for (label, value) in [
        ("report-close-time", card.duration),
        ("report-half-closed-time", card.half_closed),
    ] {
        if let Some(value) = value {
            facts.push(say.fact(label, say.span(value), &evidence.frames, &*evidence.see));
        }
    }
    if card.half_close_bytes > 0 {
        let value = say.v(
            "teardown-half-bytes",
            &[("bytes", Value::Number(card.half_close_bytes))],
        );
        let see = format!("tcp.len>0 && {see}");
        facts.push(say.fact("report-half-close-use", value, &[], see));
    }
    facts.extend(ws_close_facts(say, see, card));
    if let Some(reason) = card.program_reason {
        facts.push(say.fact(
            "report-program-reason",
            say.t(&id_of("reason", reason)),
            &[],
            "",
        ));
    }
    facts
}

/// The Close frames of WebSocket, or that there was none before the connection ended.
fn ws_close_facts(say: &Say<'_>, see: &str, card: &TeardownCard) -> Vec<Fact> {
    let mut facts = Vec::new();
    for close in &card.ws_closes {
        let value = say.v(
            "report-ws-close-value",
            &[
                ("side", close.by.into()),
                ("code", Value::Number(close.code.into())),
                ("frame", Value::Number(close.frame)),
            ],
        );
        facts.push(say.fact(
            "report-ws-close",
            value,
            &[close.frame],
            format!("websocket.opcode==8 && {}", frame_filter(close.frame)),
        ));
    }
    if card.ws_cut {
        let see = all_of(["websocket.opcode==8".to_owned(), see.to_owned()]);
        let cut = say.t("verdict-ws-cut-1006");
        facts.push(say.fact("report-ws-close", cut, &[], see));
    }
    facts
}

fn reset_facts(say: &Say<'_>, card: &TeardownCard) -> Vec<Fact> {
    let Some(reset) = &card.reset else {
        return Vec::new();
    };
    let see = format!("tcp.flags.reset==1 && {}", frame_filter(reset.frame));
    let by = say.v(
        "report-reset-by-value",
        &[
            ("side", reset.by.into()),
            ("frame", Value::Number(reset.frame)),
        ],
    );
    let exact = say.t(if reset.exact {
        "report-reset-exact"
    } else {
        "report-reset-not-exact"
    });
    vec![
        say.fact("report-reset-by", by, &[reset.frame], &*see),
        say.fact(
            "report-reset-cause",
            say.t(&id_of("cause", reset.cause)),
            &[reset.frame],
            &*see,
        ),
        say.fact("report-reset-accepted", exact, &[reset.frame], see),
    ]
}

fn roles(say: &Say<'_>, roles: &[RoleRow]) -> Block {
    let titles = [
        "report-col-part",
        "report-col-frame",
        "report-field-time",
        "report-field-direction",
        "report-field-flags",
        "report-col-seq",
        "report-col-ack",
        "report-field-len",
        "report-col-check",
        "see",
    ];
    say.table(&titles, roles.iter().map(|role| role_row(say, role)))
}

fn role_row(say: &Say<'_>, role: &RoleRow) -> Vec<Cell> {
    let part = say.v("report-part", &[("role", role.role.into())]);
    let Some(s) = &role.segment else {
        let frame = role
            .frame
            .map_or_else(|| Cell::text(say.t("report-not-captured")), Cell::frame);
        let mut row = vec![Cell::text(part), frame];
        row.resize_with(10, Cell::none);
        return row;
    };
    let part = match role.same_as {
        Some(_) => format!("{part} ({})", say.t("report-same-segment")),
        None => part,
    };
    let ack = s
        .ack
        .map_or_else(|| DASH.to_owned(), |ack| format!("{} ({ack})", s.ack_raw));
    let check = role.sum.as_ref().map_or_else(String::new, |sum| {
        let exact = sum.ack_raw == sum.base.wrapping_add(1);
        let sign = if exact { "=" } else { "≥" };
        format!(
            "{} {} {sign} {} + 1",
            tick(sum.holds),
            sum.ack_raw,
            sum.base
        )
    });
    vec![
        Cell::text(part),
        Cell::frame(s.frame),
        Cell::number(say.clock(s.since_start)),
        Cell::text(say.direction(s.sender)),
        Cell::text(format!("{} ({})", s.flags, s.flags_hex)),
        Cell::number(format!("{} ({})", s.seq_raw, s.seq)),
        Cell::number(ack),
        Cell::number(s.len.unwrap_or(0)),
        Cell::text(check),
        Cell::code(&*s.see),
    ]
}
