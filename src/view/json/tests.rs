//! The specification is read back: every documented field is written by some entry, and nothing else is; the codes are all
//! there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::JsonLines;
use crate::chat::{DisconnectReason, SessionEventKind, SessionId, Transport};
use crate::message::MessageKind;
use crate::net::{Endpoint, FourTuple, Timestamp};
use crate::packet::{IcmpError, IcmpReason, SeqNumber, TcpFlags, TcpOptions};
use crate::tcp::{
    AnalysisFlags, Certainty, Fin, Handshake, HandshakeOutcome, ObservedState, OfferedOptions,
    OwnFlags, Reset, ResetCause, Side, Step, StreamId, TcpState, Teardown,
};
use crate::timeline::limits::MAX_NAME;
use crate::timeline::{
    FindingCode, FindingEntry, HandshakeEntry, OptionBytes, PacketEntry, StreamEntry,
    TeardownEntry, VerdictCode, Wants,
};
use crate::view::samples::{self, Owned, Shared, written};

fn lines(story: &[Owned]) -> Vec<Value> {
    let options = Wants {
        payload: true,
        ..Wants::STORY
    };
    let text = written(story, |writer: Shared| JsonLines::new(writer, options));
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// First cells of the tables by heading, below headings that begin with `mark`.
fn documented(mark: &str) -> BTreeMap<String, Vec<String>> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut heading = None;
    for line in include_str!("../../../docs/json-lines.md").lines() {
        if line.starts_with('#') {
            heading = line.strip_prefix(mark);
        } else if let (Some(heading), Some(row)) = (heading, line.strip_prefix("| `")) {
            let name = row.split('`').next().expect("a closing quote");
            let table = tables.entry(heading.trim_end_matches('`').to_owned());
            table.or_default().push(name.to_owned());
        }
    }
    tables
}

/// Field paths by event.
fn documented_fields() -> BTreeMap<String, BTreeSet<String>> {
    let tables = documented("## `").into_iter();
    tables
        .map(|(event, fields)| (event, fields.into_iter().collect()))
        .collect()
}

/// Field paths of one value: `a`, `a.b`, `a[].b`.
fn paths(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                found.insert(path.clone());
                paths(&path, value, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                paths(&format!("{prefix}[]"), value, found);
            }
        }
        _ => {}
    }
}

/// A story in which every field of every event occurs.
fn everything() -> Vec<Owned> {
    let mut story = samples::story();
    let mut quoted = samples::full_packet();
    quoted.observation.analysed = false;
    let error = IcmpError {
        reason: IcmpReason::HostUnreachable,
        from: samples::pair().server.ip,
    };
    quoted.error = Some(Box::new(error));
    story.push(Owned::Packet(Box::new(samples::full_packet())));
    story.push(Owned::Packet(Box::new(quoted)));
    for entry in samples::said(Side::Client, b"caf\xe9", 60, 10) {
        if let Owned::Message(mut message) = entry {
            message.copy_of = Some(1);
            message.message.kind = MessageKind::WsClose(1001);
            story.push(Owned::Message(message));
        }
    }
    story.push(Owned::Finding(samples::full_finding()));
    story.push(Owned::Finding(FindingEntry {
        code: FindingCode::IcmpError(error),
        ..samples::full_finding()
    }));
    let kinds = [
        SessionEventKind::Renamed {
            from: Arc::from("ana"),
            to: Arc::from("bia"),
        },
        SessionEventKind::Resumed {
            instead_of: SessionId(4),
            name: Arc::from("ana"),
            missed: 3,
        },
        SessionEventKind::Said {
            line: Some(1),
            bytes: 0..6,
        },
        SessionEventKind::Wrote {
            lines: 1..2,
            bytes: 0..60,
        },
        SessionEventKind::Connected {
            name: Arc::from("x"),
            transport: Transport::WebSocket,
        },
        SessionEventKind::Lagging { missed: 9 },
        SessionEventKind::Shutdown,
        SessionEventKind::Disconnected {
            reason: DisconnectReason::Idle,
        },
    ];
    for kind in kinds {
        let mut entry = samples::session(50, kind);
        entry.frames = Some((4, 5));
        story.push(Owned::Session(entry));
    }
    story.push(Owned::Handshake(HandshakeEntry {
        at: samples::at(50),
        stream: StreamId(0),
        connection: samples::pair(),
        handshake: samples::handshake(),
        unfinished: true,
    }));
    story.push(Owned::Teardown(TeardownEntry {
        at: samples::at(50),
        stream: StreamId(0),
        connection: samples::pair(),
        teardown: samples::reset_teardown(),
    }));
    let mut stream = samples::stream_entry();
    stream.verdict.cause = Some(ResetCause::Linger0);
    stream.summary.quoted_only = true;
    stream.summary.teardown.reset = samples::reset_teardown().reset;
    story.push(Owned::Stream(Box::new(stream)));
    story.push(Owned::End(crate::timeline::EndEntry {
        cut_frames: 3,
        datagrams_forgotten: 2,
        ..samples::end()
    }));
    story
}

#[test]
fn the_specification_and_the_output_name_the_same_fields() {
    let documented = documented_fields();
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for value in lines(&everything()) {
        let event = value["event"].as_str().expect("event is text").to_owned();
        paths("", &value, written.entry(event).or_default());
    }
    for fields in written.values_mut() {
        assert!(fields.remove("event"));
    }
    // A stream embeds the two cards: their fields are specified once.
    let stream = written.get_mut("stream").expect("written");
    for card in ["handshake", "teardown"] {
        let prefix = format!("{card}.");
        let embedded: BTreeSet<_> = stream
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        stream.retain(|path| !path.starts_with(&prefix));
        let mut specified = documented[card].clone();
        for of_the_event in ["ts", "stream", "client", "server", "unfinished"] {
            specified.remove(of_the_event);
        }
        assert_eq!(embedded, specified, "card {card}");
    }
    assert_eq!(written, documented);
}

#[test]
fn the_specification_lists_all_codes() {
    let words = |codes: &[&str]| {
        codes
            .iter()
            .map(|&code| code.to_owned())
            .collect::<Vec<_>>()
    };
    let mut documented = documented("### ");
    let mut table = |heading| documented.remove(heading).unwrap_or_default();
    let verdicts = VerdictCode::ALL.map(VerdictCode::word);
    let verdicts = verdicts.map(|word| word.replace("WS_CLOSE", "WS_CLOSE(code)"));
    assert_eq!(table("Verdicts"), verdicts);
    assert_eq!(
        table("Findings"),
        words(&FindingCode::ALL.map(FindingCode::code))
    );
    assert_eq!(
        table("ICMP errors"),
        words(&IcmpReason::ALL.map(IcmpReason::code))
    );
    assert_eq!(
        table("Causes of a reset"),
        words(&ResetCause::ALL.map(ResetCause::code))
    );
    assert_eq!(
        table("Ends of a session"),
        words(&DisconnectReason::ALL.map(DisconnectReason::code))
    );
    assert_eq!(
        table("Analysis"),
        words(&AnalysisFlags::NAMES.map(|(_, name)| name))
    );
    assert_eq!(
        table("Notes"),
        words(&OwnFlags::NAMES.map(|(_, name)| name))
    );
    assert!(documented.is_empty(), "{documented:?}");
}

#[test]
fn event_stands_first_and_times_have_nine_decimals() {
    let story = samples::story();
    let text = written(&story, |writer: Shared| {
        JsonLines::new(writer, Wants::STORY)
    });
    assert_eq!(text.lines().count(), story.len());
    for line in text.lines() {
        assert!(line.starts_with("{\"event\":\""), "{line}");
    }
    let syn = text.lines().nth(1).expect("the SYN");
    assert!(syn.contains("\"ts\":1709294400.000000000,"), "{syn}");
    assert_eq!(
        syn,
        concat!(
            r#"{"event":"packet","frame":1,"ts":1709294400.000000000,"stream":0,"direction":"c2s","#,
            r#""src":"127.0.0.1:51234","dst":"127.0.0.1:7000","flags":["SYN"],"seq":0,"next_seq":1,"#,
            r#""seq_raw":1000,"window":65495,"window_scaled":65495,"len":0,"#,
            r#""options":{"mss":65495,"sack_permitted":true,"tsval":9,"tsecr":0,"wscale":7},"#,
            r#""state":{"client":"SYN-SENT"},"time_relative":0.000000000,"time_delta":0.000000000,"#,
            r#""completeness":31,"role":"handshake-1","name":"ana"}"#
        )
    );
}

#[test]
fn text_is_exact_and_hex_is_there_when_it_is_no_utf8() {
    let story = samples::said(Side::Client, "ol\u{e1} \u{1b}[2J \"x\"\\".as_bytes(), 4, 0);
    let value = &lines(&story)[1];
    assert_eq!(value["text"], "ol\u{e1} \u{1b}[2J \"x\"\\");
    assert!(value.get("hex").is_none());
    let story = samples::said(Side::Client, b"caf\xe9", 4, 0);
    let value = &lines(&story)[1];
    assert_eq!(value["text"], "caf\u{fffd}");
    assert_eq!(value["hex"], "636166e9");
}

#[test]
fn every_set_of_control_bits_is_an_array_of_its_names() {
    for bits in 0..512 {
        let mut packet = samples::full_packet();
        packet.flags = TcpFlags(bits);
        let value = &lines(&[Owned::Packet(Box::new(packet))])[0];
        let names: Vec<_> = TcpFlags(bits).names().map(Value::from).collect();
        assert_eq!(value["flags"], Value::from(names));
    }
}

#[test]
fn verdicts_carry_their_websocket_code() {
    let mut stream = samples::stream_entry();
    stream.verdict.code = VerdictCode::WsClose(1001);
    let value = &lines(&[Owned::Stream(Box::new(stream))])[0];
    assert_eq!(value["verdict"]["code"], "WS_CLOSE(1001)");
    assert_eq!(value["verdict"]["also"][0], "SERVED");
    assert_eq!(value["packets"]["c2s"], 7);
}

#[test]
fn what_drives_terminals_is_written_as_escapes_and_read_back() {
    let said = "a\u{9b}2J\u{7f}\u{202e}b\u{e0041}\u{1b}\n\u{2028}olá";
    let story = samples::said(Side::Client, said.as_bytes(), 4, 0);
    let text = written(&story, |writer: Shared| {
        JsonLines::new(writer, Wants::STORY)
    });
    let line = text.lines().nth(1).expect("the message");
    assert!(crate::text::is_plain(line.as_bytes()), "{line}");
    assert!(
        line.contains("a\\u009b2J\\u007f\\u202eb\\udb40\\udc41\\u001b\\n\\u2028olá"),
        "{line}"
    );
    let value: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(value["text"], said);
}

/// The largest numbers everywhere and the longest addresses.
fn longest_packet() -> PacketEntry {
    let end = Endpoint::new([0xffff; 8].into(), u16::MAX);
    let mut packet = samples::full_packet();
    (packet.frame, packet.at) = (u64::MAX, Timestamp::from_nanos(i64::MIN));
    (packet.source, packet.destination) = (end, end);
    (packet.flags, packet.window, packet.len) = (TcpFlags(511), u16::MAX, Some(u32::MAX));
    (packet.seq_raw, packet.ack_raw) = (SeqNumber(u32::MAX), SeqNumber(u32::MAX));
    let seen = &mut packet.observation;
    seen.stream = StreamId(u32::MAX);
    (seen.seq, seen.ack, seen.next_seq) = (u32::MAX, u32::MAX, u32::MAX);
    (seen.window_scaled, seen.window_shift) = (u32::MAX, Some(u8::MAX));
    let state = ObservedState {
        state: TcpState::SynReceived,
        certainty: Certainty::Inferred,
    };
    (seen.client_state, seen.server_state) = (state, state);
    seen.duplicate_ack = Some((u32::MAX, u64::MAX));
    (seen.acks_frame, seen.original_frame) = (Some(u64::MAX), Some(u64::MAX));
    (seen.ack_rtt, seen.initial_rtt) = (Some(i64::MIN), Some(i64::MIN));
    (seen.bytes_in_flight, seen.push_bytes_sent) = (Some(u32::MAX), Some(u32::MAX));
    seen.rto = Some((i64::MIN, u64::MAX));
    (seen.time_relative, seen.time_delta) = (i64::MIN, i64::MIN);
    seen.completeness = u8::MAX;
    packet
}

/// MSS 1460 and shift 7, and then others: what the handshake card calls offered stands in the members, the rest beside them.
#[test]
fn an_option_that_stands_twice_is_one_member() {
    let mut packet = samples::full_packet();
    let twice = [
        2, 4, 0x05, 0xb4, 3, 3, 7, 1, 2, 4, 0x02, 0x18, 4, 2, 4, 2, 3, 3, 9, 0,
    ];
    packet.options = OptionBytes::copy_of(TcpOptions(&twice));
    let story = [Owned::Packet(Box::new(packet))];
    let text = written(&story, |writer: Shared| {
        JsonLines::new(writer, Wants::STORY)
    });
    let options = concat!(
        r#""options":{"mss":536,"sack_permitted":true,"wscale":9,"other":["#,
        r#"{"kind":2,"hex":"05b4"},{"kind":3,"hex":"07"},{"kind":4,"hex":""}]},"#
    );
    assert!(text.contains(options), "{text}");
    let value = &lines(&story)[0];
    assert_eq!(value["options"]["mss"], 536);
}

#[test]
fn the_longest_line_has_room() {
    let mut packet = longest_packet();
    // Each character is two escapes.
    packet.name = Some("\u{e0001}".repeat(MAX_NAME).into());
    let all = &lines(&[Owned::Packet(Box::new(packet.clone()))])[0];
    assert_eq!(
        all["analysis"].as_array().map(Vec::len),
        Some(packet.observation.analysis.names().count())
    );
    assert_eq!(all["name"], packet.name.as_deref().expect("a name"));
    // The most that fits into the 40 bytes of options: unknown ones of two bytes.
    packet.options = OptionBytes::copy_of(TcpOptions(&[254, 2].repeat(20)));
    let others = &lines(&[Owned::Packet(Box::new(packet.clone()))])[0];
    assert_eq!(
        others["options"]["other"].as_array().map(Vec::len),
        Some(20)
    );
    let stamps = [1, 1, 8, 10, 255, 255, 255, 255, 255, 255, 255, 255];
    packet.options = OptionBytes::copy_of(TcpOptions(&stamps));
    packet.observation.analysis = AnalysisFlags::default();
    packet.observation.notes = OwnFlags::default();
    let value = &lines(&[Owned::Packet(Box::new(packet.clone()))])[0];
    assert_eq!(value["frame"], u64::MAX);
    assert_eq!(value["src"], packet.source.to_string());
    assert_eq!(value["dst"], packet.destination.to_string());
    assert_eq!(value["inferred"], serde_json::json!(["client", "server"]));
    assert_eq!(value["options"]["tsecr"], u32::MAX);
    assert_eq!(value["rto"].to_string(), "-9223372036.854776");
    assert_eq!(value["completeness"], 255);
}

/// The largest numbers everywhere in the cards of a connection.
fn longest_stream() -> StreamEntry {
    let mut entry = samples::stream_entry();
    let summary = &mut entry.summary;
    let end = Endpoint::new([0xffff; 8].into(), u16::MAX);
    summary.connection = FourTuple::new(end, end);
    (summary.start, summary.end) = (Timestamp::from_nanos(i64::MIN), Timestamp::from_nanos(-1));
    (summary.first_frame, summary.last_frame) = (u64::MAX, u64::MAX);
    summary.initial_rtt = Some(i64::MIN);
    summary.quoted_only = true;
    let step = Some(Step {
        frame: u64::MAX,
        at: summary.start,
    });
    let options = OfferedOptions {
        mss: Some(u16::MAX),
        window_scale: Some(u8::MAX),
        ..OfferedOptions::default()
    };
    summary.handshake = Handshake {
        outcome: HandshakeOutcome::Simultaneous,
        syn: step.map(|step| Step {
            at: summary.end,
            ..step
        }),
        answer: step,
        ack: step,
        syn_retries: u16::MAX,
        answer_retries: u16::MAX,
        client_isn: Some(SeqNumber(u32::MAX)),
        server_isn: Some(SeqNumber(u32::MAX)),
        client_window: u16::MAX,
        server_window: u16::MAX,
        client_options: options,
        server_options: options,
        self_connect: false,
    };
    let fin = step.map(|step| Fin {
        side: Side::Server,
        step,
        seq: SeqNumber(u32::MAX),
        acked: Some(step),
    });
    summary.teardown = Teardown {
        first_fin: fin,
        second_fin: fin,
        reset: step.map(|step| Reset {
            side: Side::Server,
            step,
            cause: ResetCause::UnreadDataOrLinger0,
            exact: false,
        }),
        half_close_bytes: u64::MAX,
    };
    entry
}

#[test]
fn the_longest_cards_have_room() {
    let entry = longest_stream();
    let (at, connection) = (entry.summary.start, entry.summary.connection);
    let story = [
        Owned::Handshake(HandshakeEntry {
            at,
            stream: StreamId(u32::MAX),
            connection,
            handshake: entry.summary.handshake,
            unfinished: true,
        }),
        Owned::Teardown(TeardownEntry {
            at,
            stream: StreamId(u32::MAX),
            connection,
            teardown: entry.summary.teardown,
        }),
        Owned::Stream(Box::new(entry)),
    ];
    let [handshake, teardown, stream] = &lines(&story)[..] else {
        panic!("a line each");
    };
    assert_eq!(handshake["client"], connection.client.to_string());
    assert_eq!(handshake["effective"]["server_wscale"], 14);
    assert_eq!(teardown["reset"]["frame"], u64::MAX);
    for (name, value) in handshake.as_object().expect("an object") {
        if !["event", "ts", "stream", "client", "server", "unfinished"].contains(&name.as_str()) {
            assert_eq!(value, &stream["handshake"][name], "{name}");
        }
    }
    assert_eq!(stream["teardown"]["second_fin"]["acked_frame"], u64::MAX);
    assert_eq!(stream["end"].to_string(), "-1e-9");
}

#[test]
fn entries_longer_than_a_block_are_whole() {
    let copy = samples::delivery().copies[0];
    let long = |count: usize| {
        let mut entry = samples::delivery();
        entry.copies = vec![copy; count];
        Owned::Delivery(entry)
    };
    let said = samples::said(Side::Client, &b"x".repeat(200_000), 7, 7);
    let is_message = |entry: &Owned| matches!(entry, Owned::Message(_));
    let said = said.into_iter().find(is_message).expect("a message");
    let [short, longer, message, last] = &lines(&[long(3), long(5_000), said, long(3)])[..] else {
        panic!("a line each");
    };
    assert_eq!(short, last);
    assert_eq!(longer["copies"].as_array().map(Vec::len), Some(5_000));
    assert_eq!(longer["copies"][4_999], short["copies"][0]);
    assert_eq!(message["text"].as_str().map(str::len), Some(200_000));
}
