//! S3 (handshake) in words.

use super::super::document::{Block, Cell, Fact, Table};
use super::super::model::{HandshakeCard, OptionRow, Report, SegmentRow, StreamReport, SumRow};
use super::say::{Say, clock, id_of, tick};
use super::walk::info;
use crate::explain::Value;

/// S3.
pub(super) fn section(say: &Say<'_>, report: &Report) -> Vec<Block> {
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
            carried(card.syn.as_ref(), card.isn.client),
        ),
        (
            "server",
            card.isn.server,
            carried(card.answer.as_ref(), card.isn.server),
        ),
    ] {
        if let Some(isn) = isn {
            let label = format!("report-isn-{side}");
            facts.push(say.fact(
                &label,
                isn.to_string(),
                &frame.into_iter().collect::<Vec<_>>(),
                match frame {
                    Some(frame) => format!("tcp.seq_raw=={isn} && frame.number=={frame}"),
                    None => format!("tcp.seq_raw=={isn} && tcp.flags.syn==1"),
                },
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
    if card.retries.client > 0 || card.retries.server > 0 {
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

/// The frame that carried this number: not the one of a SYN,ACK that was later sent with another.
fn carried(segment: Option<&SegmentRow>, isn: Option<u32>) -> Option<u64> {
    let segment = segment?;
    (Some(segment.seq_raw) == isn).then_some(segment.frame)
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

/// A row of the card: its words, Wireshark's field, and the value in a segment.
type Field<'a> = (&'a str, &'a str, &'a dyn Fn(&SegmentRow) -> String);

/// The three segments side by side, one row per header field with the filter that finds it.
fn fields(say: &Say<'_>, segments: &[&SegmentRow]) -> Block {
    let mut columns = vec![say.t("report-col-field")];
    columns.extend(segments.iter().map(|s| format!("#{} {}", s.frame, s.flags)));
    columns.push(say.t("see"));
    let port = |endpoint: &str| endpoint.rsplit(':').next().unwrap_or_default().to_owned();
    let relative_ack = |s: &SegmentRow| s.ack.map_or_else(|| "–".to_owned(), |ack| ack.to_string());
    let rows: [Field<'_>; 15] = [
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
fn options_text(options: &[OptionRow]) -> String {
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
