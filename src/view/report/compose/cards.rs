//! S3 (handshake), S4 (options) and S7 (teardown) in words.

use super::super::document::{Block, Cell, Fact, Table};
use super::super::model::{
    Both, Effective, HandshakeCard, HeaderRow, NegotiatedRow, OptionRow, Report, RoleRow,
    SegmentRow, StreamReport, SumRow, TeardownCard,
};
use super::say::{Say, clock, id_of, tick};
use super::walk::info;
use crate::explain::Value;

/// Connections named in one line.
const MAX_LISTED: usize = 30;

/// S3.
pub(super) fn handshakes(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        handshake(say, stream, &mut blocks);
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(say.t("report-no-connections")));
    } else {
        blocks.push(Block::end());
        blocks.push(say.note("report-note-first-packet"));
        blocks.push(say.note("report-note-isn"));
    }
    blocks
}

fn handshake(say: &Say<'_>, stream: &StreamReport, blocks: &mut Vec<Block>) {
    let card = &stream.handshake;
    blocks.push(Block::Text(outcome(say, card)));
    let segments: Vec<_> = [&card.syn, &card.answer, &card.ack]
        .into_iter()
        .flatten()
        .collect();
    if segments.is_empty() {
        blocks.extend(say.why("handshake-not-seen"));
        return;
    }
    let mut facts = Vec::new();
    for (side, isn, frame) in [
        (
            "client",
            card.isn.client,
            card.syn.as_ref().map(|s| s.frame),
        ),
        (
            "server",
            card.isn.server,
            card.answer.as_ref().map(|s| s.frame),
        ),
    ] {
        if let Some(isn) = isn {
            let label = format!("report-isn-{side}");
            facts.push(say.fact(
                &label,
                isn.to_string(),
                &frame.into_iter().collect::<Vec<_>>(),
                format!("tcp.seq_raw=={isn} && tcp.flags.syn==1"),
            ));
        }
    }
    facts.extend(
        card.sums
            .iter()
            .map(|sum| sum_fact(say, "report-sum-isn", sum)),
    );
    if let Some(duration) = card.duration {
        let value = say.span(duration);
        facts.push(say.fact(
            "report-connect-time",
            value,
            &card.evidence.frames,
            &*card.evidence.see,
        ));
    }
    let retries = card.retries.client + card.retries.server;
    if retries > 0 {
        let value = say.v(
            "report-retries-value",
            &[
                ("syn", Value::Number(card.retries.client.into())),
                ("answer", Value::Number(card.retries.server.into())),
            ],
        );
        facts.push(say.fact(
            "report-retries",
            value,
            &[],
            "tcp.analysis.retransmission && tcp.flags.syn==1",
        ));
    }
    blocks.push(Block::Facts(facts));
    blocks.push(fields(say, &segments));
    blocks.push(summaries(say, &segments));
    let reason = match card.outcome {
        "complete" => None,
        outcome => say.why(&id_of("handshake", outcome)),
    };
    blocks.extend(reason);
}

fn outcome(say: &Say<'_>, card: &HandshakeCard) -> String {
    let frame = |segment: &Option<SegmentRow>| segment.as_ref().map_or(0, |s| s.frame);
    say.v(
        "report-handshake",
        &[
            ("outcome", card.outcome.into()),
            ("syn", Value::Number(frame(&card.syn))),
            ("answer", Value::Number(frame(&card.answer))),
            ("ack", Value::Number(frame(&card.ack))),
        ],
    )
}

/// `✓ 1001 = 1000 + 1`.
fn sum_fact(say: &Say<'_>, label: &str, sum: &SumRow) -> Fact {
    let equals = if sum.holds { "=" } else { "≠" };
    let value = say.v(
        "report-sum",
        &[
            ("tick", tick(sum.holds).into()),
            ("ack", Value::Number(sum.ack_raw.into())),
            ("equals", equals.into()),
            ("side", sum.of.into()),
            ("base", Value::Number(sum.base.into())),
            ("add", Value::Number(sum.add.into())),
        ],
    );
    say.fact(
        label,
        value,
        &[sum.frame],
        format!(
            "tcp.ack_raw=={} && frame.number=={}",
            sum.ack_raw, sum.frame
        ),
    )
}

/// The three segments side by side, one row per header field with the filter that finds it.
fn fields(say: &Say<'_>, segments: &[&SegmentRow]) -> Block {
    let mut columns = vec![say.t("report-col-field")];
    columns.extend(segments.iter().map(|s| format!("#{} {}", s.frame, s.flags)));
    columns.push(say.t("see"));
    let port = |endpoint: &str| endpoint.rsplit(':').next().unwrap_or_default().to_owned();
    let relative_ack = |s: &SegmentRow| s.ack.map_or_else(|| "–".to_owned(), |ack| ack.to_string());
    let rows: [(&str, &str, &dyn Fn(&SegmentRow) -> String); 15] = [
        ("report-field-direction", "tcp.dstport", &|s| {
            say.direction(s.sender)
        }),
        ("report-field-time", "frame.time_relative", &|s| {
            clock(s.since_start)
        }),
        ("report-field-source", "ip.src", &|s| s.source.clone()),
        ("report-field-destination", "ip.dst", &|s| {
            s.destination.clone()
        }),
        ("report-field-srcport", "tcp.srcport", &|s| port(&s.source)),
        ("report-field-dstport", "tcp.dstport", &|s| {
            port(&s.destination)
        }),
        ("report-field-flags", "tcp.flags", &|s| {
            format!("{} ({})", s.flags, s.flags_hex)
        }),
        ("report-field-seq-raw", "tcp.seq_raw", &|s| {
            s.seq_raw.to_string()
        }),
        ("report-field-seq", "tcp.seq", &|s| s.seq.to_string()),
        ("report-field-ack-raw", "tcp.ack_raw", &|s| {
            s.ack_raw.to_string()
        }),
        ("report-field-ack", "tcp.ack", &relative_ack),
        ("report-field-window", "tcp.window_size_value", &|s| {
            s.window.to_string()
        }),
        ("report-field-len", "tcp.len", &|s| {
            s.len.unwrap_or(0).to_string()
        }),
        ("report-field-header", "tcp.hdr_len", &|s| {
            s.header.to_string()
        }),
        ("report-field-options", "tcp.options", &|s| {
            options_text(&s.options)
        }),
    ];
    let list: Vec<_> = segments.iter().map(|s| s.frame.to_string()).collect();
    let see = |field: &str, source: &str| {
        let v6 = source.starts_with('[');
        let field = if v6 {
            field.replace("ip.", "ipv6.")
        } else {
            field.to_owned()
        };
        format!("{field} && frame.number in {{{}}}", list.join(","))
    };
    let first = segments
        .first()
        .map(|s| s.source.as_str())
        .unwrap_or_default();
    Block::Table(Table {
        rows: rows
            .iter()
            .map(|(label, field, value)| {
                let mut row = vec![Cell::text(say.t(label))];
                row.extend(segments.iter().map(|s| Cell::text(value(s))));
                row.push(Cell::code(see(field, first)));
                row
            })
            .collect(),
        columns,
    })
}

/// The frames as Wireshark's packet list shows them.
fn summaries(say: &Say<'_>, segments: &[&SegmentRow]) -> Block {
    let address = |endpoint: &str| {
        let ip = endpoint.rsplit_once(':').map_or(endpoint, |(ip, _)| ip);
        ip.trim_matches(['[', ']']).to_owned()
    };
    Block::Table(Table {
        columns: [
            "No.",
            "Time",
            "Source",
            "Destination",
            "Protocol",
            "Length",
            "Info",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([say.t("see")])
        .collect(),
        rows: segments
            .iter()
            .map(|s| {
                let length = s
                    .frame_length
                    .map_or_else(|| "–".to_owned(), |n| n.to_string());
                vec![
                    Cell::number(s.frame),
                    Cell::number(clock(s.since_start)),
                    Cell::text(address(&s.source)),
                    Cell::text(address(&s.destination)),
                    Cell::text("TCP"),
                    Cell::number(length),
                    Cell::text(info(s)),
                    Cell::code(&*s.see),
                ]
            })
            .collect(),
    })
}

/// Options in header order: `MSS=65495, SACK_PERM, TS ...`.
pub(super) fn options_text(options: &[OptionRow]) -> String {
    if options.is_empty() {
        return "–".to_owned();
    }
    let list: Vec<_> = options
        .iter()
        .map(|option| match &option.value {
            Some(value) if option.name == "TS" => value.clone(),
            Some(value) => format!("{}={value}", option.name),
            None => option.name.clone(),
        })
        .collect();
    list.join(", ")
}

/// S4.
pub(super) fn options(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stream in &report.streams {
        if stream.options.headers.is_empty() && stream.options.negotiated.is_empty() {
            continue;
        }
        blocks.push(say.stream(stream));
        if stream.options.negotiated.is_empty() {
            blocks.push(Block::Text(say.t("report-options-unknown")));
        } else {
            blocks.push(negotiated(say, &stream.options.negotiated));
        }
        blocks.push(headers(say, &stream.options.headers));
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(say.t("report-no-connections")));
    } else {
        blocks.push(Block::end());
        blocks.push(say.note("report-note-options"));
    }
    blocks
}

fn negotiated(say: &Say<'_>, rows: &[NegotiatedRow]) -> Block {
    let titles = [
        "report-col-option",
        "report-col-offered",
        "report-col-echoed",
        "report-col-effective",
        "report-col-frames",
        "see",
    ];
    let offered =
        |value: &Option<String>| value.clone().unwrap_or_else(|| say.t("report-not-offered"));
    Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    Cell::text(say.v("report-option", &[("option", row.option.into())])),
                    Cell::text(offered(&row.client)),
                    Cell::text(offered(&row.server)),
                    Cell::text(effective(say, row)),
                    Cell::Frames(row.evidence.frames.clone()),
                    Cell::code(&*row.evidence.see),
                ]
            })
            .collect(),
    })
}

fn effective(say: &Say<'_>, row: &NegotiatedRow) -> String {
    match &row.effective {
        Effective::Yes => say.yes(true),
        Effective::No => say.yes(false),
        Effective::Unknown => say.t("report-unknown"),
        Effective::Numbers(Both { client, server }) => say.v(
            "report-effective",
            &[
                ("option", row.option.into()),
                ("client", Value::Number((*client).into())),
                ("server", Value::Number((*server).into())),
            ],
        ),
    }
}

fn headers(say: &Say<'_>, headers: &[HeaderRow]) -> Block {
    let titles = [
        "report-col-header",
        "report-col-option",
        "report-col-kind",
        "report-col-value",
        "report-col-header-bytes",
        "report-col-frame-bytes",
        "see",
    ];
    let mut rows = Vec::new();
    for header in headers {
        let s = &header.segment;
        let which = say.v(
            "report-header",
            &[
                ("which", header.which.into()),
                ("frame", Value::Number(s.frame)),
                ("size", Value::Number(s.header.into())),
                ("options", Value::Number(u64::from(s.header) - 20)),
            ],
        );
        if s.options.is_empty() {
            rows.push(vec![
                Cell::text(which.clone()),
                Cell::text(say.t("report-no-options")),
                Cell::none(),
                Cell::none(),
                Cell::none(),
                Cell::none(),
                Cell::code(&*s.see),
            ]);
        }
        for option in &s.options {
            let frame = option.frame_from.zip(option.frame_to);
            rows.push(vec![
                Cell::text(which.clone()),
                Cell::text(&*option.name),
                Cell::number(option.kind),
                option
                    .value
                    .as_ref()
                    .map_or_else(Cell::none, |value| Cell::text(value.as_str())),
                Cell::number(bytes(option.from.into(), option.to.into())),
                Cell::number(frame.map_or_else(|| "–".to_owned(), |(from, to)| bytes(from, to))),
                Cell::code(format!("tcp.option_kind=={} && {}", option.kind, s.see)),
            ]);
        }
    }
    Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows,
    })
}

/// `54-57`, or one number.
pub(super) fn bytes(from: u32, to: u32) -> String {
    if from == to {
        from.to_string()
    } else {
        format!("{from}-{to}")
    }
}

/// S7.
pub(super) fn teardowns(say: &Say<'_>, report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Facts(who_closed(say, report))];
    for stream in &report.streams {
        blocks.push(say.stream(stream));
        teardown(say, stream, &mut blocks);
    }
    blocks.push(Block::end());
    blocks.push(say.note("report-note-both-close"));
    blocks
}

/// Over all connections: who began the closing.
fn who_closed(say: &Say<'_>, report: &Report) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (label, ending, side, see) in [
        (
            "report-closed-by-client",
            "fin",
            Some("client"),
            "tcp.flags.fin==1",
        ),
        (
            "report-closed-by-server",
            "fin",
            Some("server"),
            "tcp.flags.fin==1",
        ),
        (
            "report-reset-by-client",
            "rst",
            Some("client"),
            "tcp.flags.reset==1",
        ),
        (
            "report-reset-by-server",
            "rst",
            Some("server"),
            "tcp.flags.reset==1",
        ),
        (
            "report-refused-list",
            "refused",
            None,
            "tcp.flags.reset==1 && tcp.seq==1 && tcp.ack==1",
        ),
        ("report-still-open", "open", None, "tcp.completeness"),
    ] {
        let streams: Vec<_> = report
            .connections
            .iter()
            .filter(|row| row.ending == ending && (side.is_none() || row.ended_by == side))
            .map(|row| row.stream.to_string())
            .collect();
        if !streams.is_empty() {
            let more = if streams.len() > MAX_LISTED {
                " …"
            } else {
                ""
            };
            let list = streams[..streams.len().min(MAX_LISTED)].join(", ");
            let value = say.v(
                "report-stream-list",
                &[
                    ("count", Value::Number(streams.len() as u64)),
                    ("list", (&*format!("{list}{more}")).into()),
                ],
            );
            facts.push(say.fact(label, value, &[], see));
        }
    }
    facts
}

fn teardown(say: &Say<'_>, stream: &StreamReport, blocks: &mut Vec<Block>) {
    let card = &stream.teardown;
    blocks.push(Block::Text(
        say.v(
            "report-teardown",
            &[
                ("outcome", card.outcome.into()),
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
        let frame = first.segment.as_ref().map_or(0, |s| s.frame);
        let value = say.v(
            "report-first-fin-value",
            &[("side", side.into()), ("frame", Value::Number(frame))],
        );
        facts.push(say.fact(
            "report-first-fin",
            value,
            &[frame],
            format!("tcp.flags.fin==1 && tcp.stream=={}", stream.stream),
        ));
    }
    facts.extend(close_facts(say, card));
    facts.extend(reset_facts(say, card));
    if !facts.is_empty() {
        blocks.push(Block::Facts(facts));
    }
    if !card.roles.is_empty() {
        blocks.push(roles(say, &card.roles));
    }
    if let Some(reset) = &card.reset {
        blocks.extend(say.why(&id_of("cause", reset.cause)));
        blocks.push(say.note("report-note-rst-causes"));
    } else if card.segments.is_some() {
        blocks.extend(say.why("teardown-complete"));
    }
}

fn close_facts(say: &Say<'_>, card: &TeardownCard) -> Vec<Fact> {
    let evidence = &card.evidence;
    let mut facts = Vec::new();
    if let Some(segments) = card.segments {
        let value = say.v(
            "report-segments-value",
            &[
                ("segments", Value::Number(segments.into())),
                (
                    "crossed",
                    (if card.simultaneous { "yes" } else { "no" }).into(),
                ),
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
        facts.push(say.fact("report-half-close-use", value, &[], "tcp.len>0"));
    }
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
            "websocket.opcode==8",
        ));
    }
    if card.websocket && card.ws_closes.is_empty() && card.outcome != "open" {
        facts.push(say.fact(
            "report-ws-close",
            say.t("verdict-ws-cut-1006"),
            &[],
            "websocket.opcode==8",
        ));
    }
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

fn reset_facts(say: &Say<'_>, card: &TeardownCard) -> Vec<Fact> {
    let Some(reset) = &card.reset else {
        return Vec::new();
    };
    let see = format!("tcp.flags.reset==1 && frame.number=={}", reset.frame);
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
    Block::Table(Table {
        columns: titles.iter().map(|title| say.t(title)).collect(),
        rows: roles.iter().map(|role| role_row(say, role)).collect(),
    })
}

fn role_row(say: &Say<'_>, role: &RoleRow) -> Vec<Cell> {
    let part = say.v("report-part", &[("role", role.role.into())]);
    let Some(s) = &role.segment else {
        let mut row = vec![Cell::text(part), Cell::text(say.t("report-not-captured"))];
        row.resize_with(10, Cell::none);
        return row;
    };
    let part = match role.same_as {
        Some(_) => format!("{part} ({})", say.t("report-same-segment")),
        None => part,
    };
    let ack = s
        .ack
        .map_or_else(|| "–".to_owned(), |ack| format!("{} ({ack})", s.ack_raw));
    let check = role.sum.as_ref().map_or_else(String::new, |sum| {
        format!("{} {} ≥ {} + 1", tick(sum.holds), sum.ack_raw, sum.base).replace(
            '≥',
            if sum.ack_raw == sum.base.wrapping_add(1) {
                "="
            } else {
                "≥"
            },
        )
    });
    vec![
        Cell::text(part),
        Cell::frame(s.frame),
        Cell::number(clock(s.since_start)),
        Cell::text(say.direction(s.sender)),
        Cell::text(format!("{} ({})", s.flags, s.flags_hex)),
        Cell::number(format!("{} ({})", s.seq_raw, s.seq)),
        Cell::number(ack),
        Cell::number(s.len.unwrap_or(0)),
        Cell::text(check),
        Cell::code(&*s.see),
    ]
}
