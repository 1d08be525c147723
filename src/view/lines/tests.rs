//! The story of `view::samples` in every width, and hand-made expectations for each kind of line.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::chat::SessionEventKind;
use crate::message::MessageKind;
use crate::net::Endpoint;
use crate::packet::{SeqNumber, TcpFlags, TcpOptions};
use crate::tcp::{AnalysisFlags, Changes, FrameRole, OwnFlags, ResetCause, Side, StreamId};
use crate::timeline::{FindingCode, OptionBytes, TeardownEntry};
use crate::view::samples::{self, Owned, Shared, story, written};
use crate::view::width::width_of;

fn told(entries: &[Owned], options: LinesOptions) -> String {
    written(entries, |writer: Shared| Lines::new(writer, options))
}

fn plain(entries: &[Owned]) -> Vec<String> {
    let text = told(entries, LinesOptions::default());
    text.lines().map(str::to_owned).collect()
}

fn at_width(width: usize) -> LinesOptions {
    LinesOptions {
        width,
        ..LinesOptions::default()
    }
}

/// Notes of one segment, what stands right of the numbers.
fn note_of(change: impl FnOnce(&mut PacketEntry)) -> String {
    let Some(Owned::Packet(mut packet)) =
        samples::said(Side::Client, b"x", 12, 0).into_iter().next()
    else {
        unreachable!("begins with its segment")
    };
    change(&mut packet);
    let line = plain(&[Owned::Packet(packet)]).remove(0);
    line.split_once("len=2")
        .expect("numbers")
        .1
        .trim()
        .to_owned()
}

#[test]
fn the_story_at_every_width() {
    for width in [60, 80, 100, 140, 200] {
        let text = told(&story(), at_width(width));
        assert!(text.lines().all(|line| width_of(line) <= width));
        insta::assert_snapshot!(format!("story_{width}"), text);
    }
}

/// An IPv6 address in full is 39 cells: on a narrow terminal it and what was said have lines of their own.
#[test]
fn long_addresses_leave_no_line_too_wide() {
    let long = |port| {
        Endpoint::new(
            "2001:db8:1234:5678:9abc:def0:1234:5678".parse().unwrap(),
            port,
        )
    };
    let mut entries = story();
    for entry in &mut entries {
        match entry {
            Owned::Packet(packet) => {
                packet.name = None;
                (packet.source, packet.destination) = (long(40000), long(7000));
            }
            Owned::Message(message) => message.connection.client = long(40000),
            Owned::Session(session) => session.event.connection.client = long(40000),
            _ => {}
        }
    }
    for width in [60, 66, 70, 76, 80, 100] {
        let text = told(&entries, at_width(width));
        for line in text.lines() {
            assert!(width_of(line) <= width, "{width}: {line}");
        }
        assert!(
            text.contains("[[2001:db8:1234:5678:9abc:def0:1234:5678]:40000]"),
            "{text}"
        );
        assert!(text.contains("\"teste\""), "{text}");
    }
}

#[test]
fn the_story_in_portuguese_with_reasons() {
    let options = LinesOptions {
        lang: Lang::PtBr,
        why: true,
        ..at_width(100)
    };
    insta::assert_snapshot!("story_pt_why", told(&story(), options));
}

#[test]
fn the_story_with_every_number() {
    let options = LinesOptions {
        verbosity: Verbosity::All,
        absolute: true,
        ..at_width(0)
    };
    insta::assert_snapshot!("story_all", told(&story(), options));
}

/// The receiver has 1000..1010 and 1020..1030 of a sender whose first number was 999.
#[test]
fn sack_blocks_are_numbers_like_all_others() {
    let Some(Owned::Packet(mut packet)) =
        samples::said(Side::Server, b"x", 12, 0).into_iter().next()
    else {
        unreachable!("begins with its segment")
    };
    let block = [1020_u32.to_be_bytes(), 1030_u32.to_be_bytes()].concat();
    let options = [&[1, 1, 5, 10][..], &block].concat();
    packet.options = OptionBytes::copy_of(TcpOptions(&options));
    packet.ack_raw = SeqNumber(1010);
    packet.observation.ack = 11;
    let told_as = |absolute| {
        let options = LinesOptions {
            verbosity: Verbosity::Verbose,
            absolute,
            ..at_width(0)
        };
        told(&[Owned::Packet(packet.clone())], options)
    };
    let (relative, absolute) = (told_as(false), told_as(true));
    assert!(relative.contains(" ack=11 "), "{relative}");
    assert!(relative.contains(" sack=21..31"), "{relative}");
    assert!(absolute.contains(" ack=1010 "), "{absolute}");
    assert!(absolute.contains(" sack=1020..1030"), "{absolute}");
}

#[test]
fn quiet_tells_people_and_warnings() {
    let options = LinesOptions {
        verbosity: Verbosity::Quiet,
        ..at_width(0)
    };
    let text = told(&story(), options);
    let shown: Vec<_> = text
        .lines()
        .map(|line| &line[17..50.min(line.len())])
        .collect();
    assert_eq!(shown.len(), 5, "{text}");
    assert!(shown[0].starts_with("[127.0.0.1:51234] connected"));
    assert!(shown[1].starts_with("[127.0.0.1:51234] >> \"teste\""));
    assert!(shown[2].starts_with("[127.0.0.1:51234] << \"ana: teste\""));
    assert!(shown[3].starts_with("[127.0.0.1:51234] disconnected"));
}

#[test]
fn pure_acks_and_copies_are_folded_unless_asked_for() {
    let text = plain(&story()).join("\n");
    assert!(!text.contains("ack=7 "), "the ACK of the line: {text}");
    assert_eq!(text.matches("<--").count(), 2, "SYN,ACK and FIN: {text}");
    let verbose = LinesOptions {
        verbosity: Verbosity::Verbose,
        ..at_width(0)
    };
    let text = told(&story(), verbose);
    assert_eq!(
        text.matches("-->").count() + text.matches("<--").count(),
        10,
        "{text}"
    );
}

#[test]
fn flags_come_with_their_evidence() {
    let flag = |flag: AnalysisFlags| move |p: &mut PacketEntry| p.observation.analysis.insert(flag);
    assert_eq!(
        note_of(flag(AnalysisFlags::RETRANSMISSION)),
        "retransmission"
    );
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::RETRANSMISSION);
            p.observation.original_frame = Some(12);
        }),
        "retransmission of #12"
    );
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::RETRANSMISSION);
            p.observation
                .analysis
                .insert(AnalysisFlags::SPURIOUS_RETRANSMISSION);
            p.observation.rto = Some((204_000_000, 12));
            p.observation.original_frame = Some(12);
        }),
        "needless retransmission of #12, 204 ms later"
    );
    // The clock of the time-out began at another frame than the one with these bytes, or nobody saw that one.
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::RETRANSMISSION);
            p.observation.rto = Some((204_000_000, 12));
            p.observation.original_frame = Some(11);
        }),
        "retransmission of #11"
    );
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::RETRANSMISSION);
            p.observation.rto = Some((204_000_000, 12));
        }),
        "retransmission, 204 ms after #12"
    );
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::DUPLICATE_ACK);
            p.observation.duplicate_ack = Some((3, 40));
        }),
        "dup ACK 3 of #40"
    );
    assert_eq!(
        note_of(|p| {
            p.observation.analysis.insert(AnalysisFlags::KEEP_ALIVE);
            p.observation.notes.insert(OwnFlags::PERSIST_PROBE);
        }),
        "zero-window probe without data (Wireshark: keep-alive)"
    );
}

#[test]
fn the_zero_window_finding_tells_how_long() {
    let mut finding = samples::full_finding();
    finding.code = FindingCode::ZeroWindow;
    // Our own words and numbers are whole at every width.
    for width in [40, 60, 66] {
        let text = told(&[Owned::Finding(finding.clone())], at_width(width));
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = "zero window of the server for 1.2 s (likely) #30, #31";
        assert!(words.ends_with(whole), "{text}");
        assert!(text.lines().all(|line| width_of(line) <= width), "{text}");
    }
    let line = plain(&[Owned::Finding(finding)]).remove(0);
    assert!(line.contains("#2"), "{line}");
    assert!(
        line.contains("zero window of the server for 1.2 s (likely)"),
        "{line}"
    );
    assert!(line.ends_with("#30, #31"), "{line}");
}

#[test]
fn a_reset_breaks_the_arrow_and_has_its_cause() {
    let mut entries = samples::opening();
    let Owned::Packet(mut rst) = entries.remove(2) else {
        unreachable!("the third is a segment")
    };
    rst.frame = 9;
    rst.flags = TcpFlags(0x14);
    rst.observation.role = FrameRole::Reset;
    rst.observation.changes = Changes::RESET;
    let lines = plain(&[
        Owned::Packet(rst),
        Owned::Teardown(TeardownEntry {
            at: samples::at(50),
            stream: StreamId(0),
            connection: samples::pair(),
            teardown: samples::reset_teardown(),
        }),
    ]);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("--x  RST,ACK"), "{}", lines[0]);
    assert!(
        lines[0].ends_with("reset by the client: abortive close (SO_LINGER 0)"),
        "{}",
        lines[0]
    );
}

/// `--time delta` counts from the line above, also where the segment between them was folded into its message.
#[test]
fn the_delta_counts_from_the_line_above() {
    let options = LinesOptions {
        time: TimeStyle::Delta,
        ..at_width(0)
    };
    let mut entries = samples::said(Side::Client, b"um", 4, 1_000_000);
    // The server's copy: its segment says nothing that its message does not say 90 us later.
    let mut copy = samples::said(Side::Server, b"um", 6, 1_500_000);
    if let Some(Owned::Message(message)) = copy.get_mut(1) {
        message.at = samples::at(1_500_090);
    }
    entries.truncate(2);
    entries.extend(copy);
    let text = told(&entries, options);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[2].contains("<<"), "{text}");
    assert!(lines[2].starts_with("    0.500090"), "{text}");
}

#[test]
fn a_long_offset_moves_the_line_and_keeps_its_width() {
    let mut entries = samples::said(Side::Client, b"um", 4, 0);
    let days = 200_000_000_000;
    let late = samples::said(Side::Client, &[b'x'; 80], 6, days);
    entries.extend(late);
    let options = LinesOptions {
        time: TimeStyle::Relative,
        ..at_width(80)
    };
    let text = told(&entries, options);
    assert!(text.contains("\n200000.000000 "), "{text}");
    assert!(text.lines().all(|line| width_of(line) <= 80), "{text}");
}

/// What a SYN offers is lost at no width, and `-vv` says more than `-v` at every one.
#[test]
fn what_does_not_fit_beside_goes_below() {
    let numbers = |verbosity| {
        let options = LinesOptions {
            verbosity,
            ..at_width(80)
        };
        told(&story(), options)
    };
    let usual = numbers(Verbosity::Normal);
    assert_eq!(usual.matches("mss=65495 sack ts ws=128").count(), 2);
    let all = numbers(Verbosity::All);
    for number in ["acks=#4", "FIN-WAIT-1/CLOSE-WAIT", "TIME-WAIT/CLOSED"] {
        assert!(all.contains(number), "{number}: {all}");
        assert!(!numbers(Verbosity::Verbose).contains(number), "{number}");
    }
    assert!(all.lines().all(|line| width_of(line) <= 80), "{all}");
}

/// The first WebSocket text of a direction is its second message: the upgrade is the first.
#[test]
fn people_count_what_people_say() {
    let mut entries = samples::said(Side::Client, b"oi", 4, 0);
    if let Owned::Message(message) = &mut entries[1] {
        message.message.kind = MessageKind::WsText;
        (message.number, message.said) = (2, 1);
    }
    let mut delivery = samples::delivery();
    (delivery.kind, delivery.said, delivery.complete) = (MessageKind::WsText, 1, true);
    entries.push(Owned::Delivery(delivery));
    let lines = plain(&entries);
    assert!(lines[0].ends_with("WebSocket text 1 \"oi\""), "{lines:?}");
    let delivered = "WebSocket text 1 delivered to 2 of 2";
    assert!(lines[2].contains(delivered), "{lines:?}");
}

/// On the way through a network 41 ms are nothing special; also where the segments were not selected.
#[test]
fn only_loopback_tells_of_delayed_acks() {
    let mut entries = samples::said(Side::Client, b"oi", 4, 0);
    // `--only messages` passes no segment on.
    entries.retain(|entry| matches!(entry, Owned::Message(_)));
    let mut delivery = samples::delivery();
    delivery.complete = true;
    entries.push(Owned::Delivery(delivery));
    let options = || LinesOptions {
        why: true,
        ..at_width(0)
    };
    let here = told(&entries, options());
    assert!(here.contains("(delayed ACK)"), "{here}");
    let why = "| The receiver waits a little (40 ms on Linux)";
    assert_eq!(here.matches(why).count(), 1, "{here}");
    if let Owned::Message(message) = &mut entries[0] {
        message.connection.client.ip = std::net::Ipv4Addr::new(192, 0, 2, 1).into();
    }
    let elsewhere = told(&entries, options());
    assert!(!elsewhere.contains("delayed"), "{elsewhere}");
}

#[test]
fn two_fins_are_no_half_close() {
    let mut teardown = samples::teardown();
    teardown.second_fin.as_mut().expect("a second FIN").acked = None;
    let card = |teardown| {
        let options = LinesOptions {
            why: true,
            ..at_width(0)
        };
        let entry = TeardownEntry {
            at: samples::at(50),
            stream: StreamId(0),
            connection: samples::pair(),
            teardown,
        };
        told(&[Owned::Teardown(entry)], options)
    };
    let both = card(teardown);
    let words = "both sides sent FIN, an ACK of one is not in the capture";
    assert!(both.contains(words), "{both}");
    assert!(both.contains("Both directions are closed, but"), "{both}");
    teardown.second_fin = None;
    let one = card(teardown);
    assert!(one.contains("only the client has closed"), "{one}");
    assert!(one.contains("a half-close"), "{one}");
}

#[test]
fn an_unnamed_stream_says_between_whom() {
    let mut entries = samples::opening();
    for entry in &mut entries {
        if let Owned::Packet(packet) = entry {
            packet.name = None;
        }
    }
    let lines = plain(&entries);
    assert!(lines[0].contains("#0  :51234   -->  SYN"), "{}", lines[0]);
    assert!(
        lines[0].ends_with("handshake 1/3  127.0.0.1:51234 -> 127.0.0.1:7000"),
        "{}",
        lines[0]
    );
}

#[test]
fn several_lines_in_one_segment_are_counted() {
    let mut entries = samples::said(Side::Client, b"um", 4, 0);
    if let Owned::Message(message) = &mut entries[1] {
        message.sharing = 3;
    }
    let lines = plain(&entries);
    assert!(
        lines[0].ends_with("line 1 \"um\" and 2 more"),
        "{}",
        lines[0]
    );
}

#[test]
fn binary_messages_keep_to_their_segment() {
    let mut entries = samples::said(Side::Server, b"\x16\x03\x01", 4, 0);
    if let Owned::Message(message) = &mut entries[1] {
        message.message.kind = MessageKind::Binary;
    }
    let lines = plain(&entries);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("binary data"), "{}", lines[0]);
}

#[test]
fn payload_as_text_and_hex() {
    let Some(Owned::Packet(mut packet)) =
        samples::said(Side::Client, b"x", 4, 0).into_iter().next()
    else {
        unreachable!("begins with its segment")
    };
    packet.payload = Some(Box::from(&b"ol\xc3\xa1 \x1b[2J\r\n0123456789\n"[..]));
    let entries = [Owned::Packet(packet)];
    let shown = |payload| {
        let options = LinesOptions {
            payload,
            ..at_width(0)
        };
        told(&entries, options)
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        shown(PayloadStyle::Text),
        "                 olá \\x1b[2J\n                 0123456789"
    );
    assert_eq!(
        shown(PayloadStyle::Hex),
        concat!(
            "        0x0000:  6f6c c3a1 201b 5b32 4a0d 0a30 3132 3334  ol.. .[2J..01234\n",
            "        0x0010:  3536 3738 390a                           56789."
        )
    );
}

#[test]
fn colours_are_escapes_around_the_same_text() {
    let colored = LinesOptions {
        color: true,
        ..at_width(100)
    };
    let colored = told(&story(), colored);
    let mut bare = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = after.split_once('m').expect("each escape ends").1;
    }
    bare.push_str(rest);
    assert_eq!(bare, told(&story(), at_width(100)));
}

/// Sessions and messages with texts of a stranger.
fn hostile(text: &str, bytes: &[u8]) -> Vec<Owned> {
    let mut entries = samples::said(Side::Client, bytes, 4, 0);
    if let Owned::Packet(packet) = &mut entries[0] {
        packet.name = Some(Arc::from(text));
        packet.payload = Some(bytes.into());
    }
    entries.push(Owned::Session(samples::session(
        1,
        SessionEventKind::Renamed {
            from: Arc::from("a"),
            to: Arc::from(text),
        },
    )));
    let mut stream = samples::stream_entry();
    stream.name = Some(Arc::from(text));
    stream.verdict.cause = Some(ResetCause::Unknown);
    entries.push(Owned::Stream(Box::new(stream)));
    let mut start = samples::capture_start();
    text.clone_into(&mut start.source);
    entries.push(Owned::Capture(start));
    entries
}

proptest! {
    #[test]
    fn no_text_of_a_stranger_leaves_its_line(text in "\\PC{0,60}|.{0,40}", bytes: Vec<u8>, width in 60usize..200, ascii: bool) {
        let options = LinesOptions { ascii, payload: PayloadStyle::Text, ..at_width(width) };
        let out = told(&hostile(&text, &bytes), options);
        for c in out.chars().filter(|c| *c != '\n') {
            prop_assert!(!c.is_control(), "{c:?}");
            prop_assert!(!ascii || c.is_ascii(), "{c:?}");
        }
        let cut = at_width(width);
        for line in told(&hostile(&text, &bytes), cut).lines() {
            prop_assert!(width_of(line) <= width, "{} {line}", width_of(line));
        }
    }
}

#[test]
fn text_that_is_no_text_is_called_binary() {
    let lines = plain(&samples::said(
        Side::Client,
        b"\x17\x03\x03\x00\x1a\x7f",
        4,
        0,
    ));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with("binary data"), "{}", lines[0]);
    // A word of Portuguese in Latin-1.
    let lines = plain(&samples::said(Side::Client, b"a\xe7\xe3o", 4, 0));
    assert!(lines[1].contains("\"a\\xe7\\xe3o\""), "{}", lines[1]);
    let lines = plain(&samples::said(Side::Client, b"one \x1b[31mred word", 4, 0));
    assert!(
        lines[1].contains("\"one \\x1b[31mred word\""),
        "{}",
        lines[1]
    );
}
