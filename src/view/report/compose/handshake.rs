//! S3 (handshake) in words.

use super::super::document::{Block, Cell, DASH, Fact, Table};
use super::super::filters::{all_of, frame_filter};
use super::super::model::{HandshakeCard, OptionRow, Report, SegmentRow, StreamReport, SumRow};
use super::say::{Say, address_of, id_of, or_dash, port_of, tick};
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
    blocks.push(Block::Facts(facts(say, &stream.see, card)));
    blocks.push(fields(say, &segments));
    blocks.push(summaries(say, &segments));
    let reason = match card.outcome {
        "complete" => None,
        outcome => say.why(&id_of("handshake", outcome)),
    };
    blocks.extend(reason);
}

/// The initial sequence numbers, the sums that acknowledge them, how long it took.
fn facts(say: &Say<'_>, see: &str, card: &HandshakeCard) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (label, isn, segment) in [
        ("report-isn-client", card.isn.client, &card.syn),
        ("report-isn-server", card.isn.server, &card.answer),
    ] {
        facts.extend(isn.map(|isn| isn_fact(say, label, isn, segment.as_ref())));
    }
    facts.extend(card.sums.iter().map(|sum| sum_fact(say, sum)));
    if let Some(duration) = card.duration {
        let (value, shown) = (say.span(duration), &card.evidence);
        facts.push(say.fact("report-connect-time", value, &shown.frames, &*shown.see));
    }
    if card.retries.client > 0 || card.retries.server > 0 {
        let value = say.v(
            "report-retries-value",
            &[
                ("syn", Value::Number(card.retries.client.into())),
                ("answer", Value::Number(card.retries.server.into())),
            ],
        );
        let again = "tcp.analysis.retransmission && tcp.flags.syn==1".to_owned();
        let see = all_of([again, see.to_owned()]);
        facts.push(say.fact("report-retries", value, &[], see));
    }
    facts
}

/// An initial sequence number with the frame that carried it: not the one of a SYN,ACK that was later sent with another.
fn isn_fact(say: &Say<'_>, label: &str, isn: u32, segment: Option<&SegmentRow>) -> Fact {
    let carried = segment.filter(|segment| segment.seq_raw == isn);
    let frames: Vec<u64> = carried.iter().map(|segment| segment.frame).collect();
    let see = match carried {
        Some(segment) => format!("tcp.seq_raw=={isn} && {}", segment.see),
        None => format!("tcp.seq_raw=={isn} && tcp.flags.syn==1"),
    };
    say.fact(label, isn.to_string(), &frames, see)
}

fn outcome(say: &Say<'_>, card: &HandshakeCard) -> String {
    // A part may be missing from the capture although the others prove it.
    let outcome = match (card.outcome, &card.syn, &card.answer) {
        ("complete", None, _) => "syn_missing",
        ("complete", Some(_), None) => "answer_missing",
        ("half_open", None, _) => "answer_alone",
        (outcome, ..) => outcome,
    };
    let frame = |segment: &Option<SegmentRow>| segment.as_ref().map_or(0, |s| s.frame);
    say.v(
        "report-handshake",
        &[
            ("outcome", outcome.into()),
            ("syn", Value::Number(frame(&card.syn))),
            ("answer", Value::Number(frame(&card.answer))),
            ("ack", Value::Number(frame(&card.ack))),
        ],
    )
}

/// `✓ 1001 = 1000 + 1`.
fn sum_fact(say: &Say<'_>, sum: &SumRow) -> Fact {
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
    let see = format!(
        "tcp.ack_raw=={} && {}",
        sum.ack_raw,
        frame_filter(sum.frame)
    );
    say.fact("report-sum-isn", value, &[sum.frame], see)
}

/// A row of the card: its words, Wireshark's field, and the value in a segment.
type Field = (
    &'static str,
    &'static str,
    fn(&Say<'_>, &SegmentRow) -> String,
);

/// The fields of the card, in the order of the packet.
const FIELDS: [Field; 15] = [
    ("report-field-direction", "tcp.dstport", |say, s| {
        say.direction(s.sender)
    }),
    ("report-field-time", "frame.time_relative", |say, s| {
        say.clock(s.since_start)
    }),
    ("report-field-source", "ip.src", |_, s| s.source.clone()),
    ("report-field-destination", "ip.dst", |_, s| {
        s.destination.clone()
    }),
    ("report-field-srcport", "tcp.srcport", |_, s| {
        port_of(&s.source).to_owned()
    }),
    ("report-field-dstport", "tcp.dstport", |_, s| {
        port_of(&s.destination).to_owned()
    }),
    ("report-field-flags", "tcp.flags", |_, s| {
        format!("{} ({})", s.flags, s.flags_hex)
    }),
    ("report-field-seq-raw", "tcp.seq_raw", |_, s| {
        s.seq_raw.to_string()
    }),
    ("report-field-seq", "tcp.seq", |_, s| s.seq.to_string()),
    ("report-field-ack-raw", "tcp.ack_raw", |_, s| {
        s.ack_raw.to_string()
    }),
    ("report-field-ack", "tcp.ack", |_, s| or_dash(s.ack)),
    ("report-field-window", "tcp.window_size_value", |_, s| {
        s.window.to_string()
    }),
    ("report-field-len", "tcp.len", |_, s| {
        s.len.unwrap_or(0).to_string()
    }),
    ("report-field-header", "tcp.hdr_len", |_, s| {
        s.header.to_string()
    }),
    ("report-field-options", "tcp.options", |_, s| {
        options_text(&s.options)
    }),
];

/// The three segments side by side, one row per header field with the filter that finds it.
fn fields(say: &Say<'_>, segments: &[&SegmentRow]) -> Block {
    let mut columns = vec![say.t("report-col-field")];
    columns.extend(segments.iter().map(|s| format!("#{} {}", s.frame, s.flags)));
    columns.push(say.t("see"));
    let list: Vec<_> = segments.iter().map(|s| s.frame.to_string()).collect();
    let v6 = segments.iter().any(|s| s.source.starts_with('['));
    let see = |field: &str| {
        let field = if v6 {
            field.replace("ip.", "ipv6.")
        } else {
            field.to_owned()
        };
        format!("{field} && frame.number in {{{}}}", list.join(","))
    };
    let row = |(label, field, value): &Field| {
        let mut row = vec![Cell::text(say.t(label))];
        row.extend(segments.iter().map(|s| Cell::text(value(say, s))));
        row.push(Cell::code(see(field)));
        row
    };
    Block::Table(Table {
        rows: FIELDS.iter().map(row).collect(),
        columns,
    })
}

/// The columns of Wireshark's packet list, in its own words.
const PACKET_LIST: [&str; 7] = [
    "No.",
    "Time",
    "Source",
    "Destination",
    "Protocol",
    "Length",
    "Info",
];

/// The frames as Wireshark's packet list shows them.
fn summaries(say: &Say<'_>, segments: &[&SegmentRow]) -> Block {
    let row = |s: &&SegmentRow| {
        vec![
            Cell::number(s.frame),
            Cell::number(say.clock(s.since_start)),
            Cell::text(address_of(&s.source)),
            Cell::text(address_of(&s.destination)),
            Cell::text("TCP"),
            Cell::number(or_dash(s.frame_length)),
            Cell::text(s.info.clone()),
            Cell::code(&*s.see),
        ]
    };
    let titles = PACKET_LIST.into_iter().map(str::to_owned);
    Block::Table(Table {
        columns: titles.chain([say.t("see")]).collect(),
        rows: segments.iter().map(row).collect(),
    })
}

/// Options in header order: `MSS=65495, SACK_PERM, TS ...`.
fn options_text(options: &[OptionRow]) -> String {
    if options.is_empty() {
        return DASH.to_owned();
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
