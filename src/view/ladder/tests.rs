//! The sample story as a ladder in each drawing, and what hostile payload and long captures do to it.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::chat::SessionEventKind;
use crate::net::Endpoint;
use crate::tcp::{AnalysisFlags, FrameRole, OwnFlags, Side};
use crate::timeline::PacketEntry;
use crate::view::samples::{self, Owned, Shared, story, written};
use crate::view::width::width_of;

fn drawn(entries: &[Owned], options: LadderOptions) -> String {
    written(entries, |writer: Shared| LadderSink::new(writer, options))
}

fn text(entries: &[Owned], width: usize) -> String {
    let options = LadderOptions {
        width,
        ..LadderOptions::default()
    };
    drawn(entries, options)
}

fn format(entries: &[Owned], format: LadderFormat) -> String {
    let options = LadderOptions {
        format,
        ..LadderOptions::default()
    };
    drawn(entries, options)
}

/// The story without our own server's events.
fn packets_only() -> Vec<Owned> {
    let mut entries = story();
    entries.retain(|entry| !matches!(entry, Owned::Session(_)));
    entries
}

#[test]
fn every_width_is_kept() {
    for width in [60, 80, 100, 140, 200] {
        for (name, entries) in [("program", story()), ("packets", packets_only())] {
            let text = text(&entries, width);
            for line in text.lines() {
                assert!(width_of(line) <= width, "{width}: {line}");
            }
            if width <= 100 {
                insta::assert_snapshot!(format!("text_{name}_{width}"), text);
            }
        }
    }
}

#[test]
fn ascii_and_portuguese() {
    let options = LadderOptions {
        ascii: true,
        lang: Lang::PtBr,
        ..LadderOptions::default()
    };
    let text = drawn(&story(), options);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("4,1 s de sil"), "{text}");
    assert!(text.contains("|..") && text.contains("|=="), "{text}");
}

#[test]
fn data_and_pure_acks_are_told_apart_and_states_have_their_end() {
    let text = text(&packets_only(), 100);
    let line = |frame: &str| {
        let found = text.lines().find(|line| line.contains(frame));
        found
            .unwrap_or_else(|| panic!("{frame} in\n{text}"))
            .to_owned()
    };
    assert!(
        line("#4 ").contains("══ PSH,ACK seq=1 len=6 \"teste\" ══"),
        "{text}"
    );
    assert!(line("#5 ").contains("<╌"), "{text}");
    assert!(line("#1 ").contains("SYN-SENT │"), "{text}");
    assert!(line("#2 ").trim_end().ends_with("│ SYN-RECEIVED"), "{text}");
    assert!(line("#21 ").contains("TIME-WAIT │"), "{text}");
}

#[test]
fn runs_of_acks_fold_and_all_can_be_kept() {
    let mut entries = samples::opening();
    for number in 0..10 {
        let ack = samples::said(Side::Client, b"x", 100 + number, 1000).pop();
        entries.extend(ack);
    }
    entries.push(Owned::End(samples::end()));
    let folded = text(&entries, 100);
    assert!(folded.contains("10 ACKs folded, #101 to #110"), "{folded}");
    let options = LadderOptions {
        all_acks: true,
        ..LadderOptions::default()
    };
    assert!(drawn(&entries, options).matches('╌').count() > 200);
}

/// Pure ACKs `seconds` after noon, each changed.
fn acks(seconds: &[i64], change: impl Fn(&mut PacketEntry)) -> Vec<Owned> {
    let mut entries = samples::opening();
    for (number, seconds) in (100..).zip(seconds) {
        let ack = samples::said(Side::Client, b"x", number, seconds * 1_000_000).pop();
        let Some(Owned::Packet(mut ack)) = ack else {
            panic!("an ACK comes last");
        };
        change(&mut ack);
        entries.push(Owned::Packet(ack));
    }
    entries.push(Owned::End(samples::end()));
    entries
}

/// Five keep-alive probes ten seconds apart are what a reader looks for, and so is the silence before each.
#[test]
fn probes_are_named_and_never_folded() {
    let probes = acks(&[10, 20, 30, 40, 50], |ack| {
        ack.observation.analysis = AnalysisFlags::KEEP_ALIVE;
    });
    let text = text(&probes, 100);
    assert!(!text.contains("folded"), "{text}");
    assert_eq!(text.matches("ACK [keep_alive]").count(), 5, "{text}");
    assert_eq!(text.matches(" s of silence").count(), 5, "{text}");
    let probes = acks(&[1, 1, 1, 1], |ack| {
        ack.observation.analysis = AnalysisFlags::KEEP_ALIVE;
        ack.observation.notes = OwnFlags::PERSIST_PROBE;
    });
    let text = drawn(&probes, LadderOptions::default());
    assert_eq!(text.matches("ACK [persist_probe]").count(), 4, "{text}");
}

#[test]
fn a_run_of_acks_ends_at_a_silence_and_at_other_lanes() {
    let text = text(&acks(&[1, 1, 1, 9, 9, 9, 9], |_| {}), 100);
    assert!(text.contains("3 ACKs folded, #101 to #103"), "{text}");
    assert!(text.contains("8.0 s of silence"), "{text}");
    assert!(text.contains("4 ACKs folded, #104 to #107"), "{text}");
    let others = acks(&[1; 8], |ack| {
        if ack.frame > 104 {
            ack.destination.port = 51235;
        }
    });
    let text = drawn(&others, LadderOptions::default());
    assert!(text.contains("4 ACKs folded, #101 to #104"), "{text}");
    assert!(text.contains("3 ACKs folded, #106 to #108"), "{text}");
}

/// What our own notes take back is no trouble: the SYN,ACK of a simultaneous open, which tshark calls a retransmission.
#[test]
fn trouble_is_what_the_lines_call_trouble() {
    let bad = |analysis, notes| {
        let entries = acks(&[1], |ack| {
            ack.observation.analysis = analysis;
            ack.observation.notes = notes;
        });
        let svg = format(&entries, LadderFormat::Svg);
        svg.contains("class=\"r\"")
    };
    let none = OwnFlags::default();
    assert!(bad(AnalysisFlags::RETRANSMISSION, none));
    assert!(bad(AnalysisFlags::WINDOW_FULL, none));
    assert!(bad(AnalysisFlags::ZERO_WINDOW_PROBE, none));
    assert!(!bad(AnalysisFlags::WINDOW_UPDATE, none));
    assert!(!bad(AnalysisFlags::KEEP_ALIVE_ACK, none));
    let open = OwnFlags::SIMULTANEOUS_OPEN;
    assert!(!bad(AnalysisFlags::RETRANSMISSION, open));
    let text = text(
        &acks(&[1], |ack| {
            ack.observation.analysis = AnalysisFlags::RETRANSMISSION;
            ack.observation.notes = open;
        }),
        100,
    );
    assert!(text.contains("ACK [simultaneous_open]"), "{text}");
    assert!(!text.contains("retransmission"), "{text}");
}

/// A self-connect has one lane: its arrows leave it and come back, and keep clear of the states at its left.
#[test]
fn a_socket_that_speaks_to_itself_has_arrows_too() {
    let entries = acks(&[1], |ack| ack.source = ack.destination);
    let svg = format(&entries, LadderFormat::Svg);
    let arrow = svg.lines().find(|line| line.contains("ack=3"));
    let arrow = arrow.expect("the ACK");
    assert!(arrow.contains("h24v10H250"), "{arrow}");
    assert!(
        arrow.contains("x=\"282\"") && arrow.contains("\"start\""),
        "{arrow}"
    );
    let text = text(&entries, 80);
    let line = text.lines().find(|line| line.contains("#101"));
    assert!(
        line.is_some_and(|line| line.contains("│< ACK ack=3")),
        "{text}"
    );
}

/// One segment with this many lines, the first one `said`.
fn lines_in_one_segment(said: &str, count: u64) -> Vec<Owned> {
    let mut entries = samples::opening();
    let segment = || samples::said(Side::Client, said.as_bytes(), 10, 100);
    entries.extend(segment());
    for _ in 1..count {
        let messages = segment().into_iter();
        entries.extend(messages.filter(|entry| matches!(entry, Owned::Message(_))));
    }
    entries.push(Owned::End(samples::end()));
    entries
}

#[test]
fn the_messages_of_a_segment_after_the_first_are_counted() {
    let entries = lines_in_one_segment("one", 3);
    assert!(text(&entries, 100).contains("\"one\" and 2 more"));
    let mermaid = format(&entries, LadderFormat::Mermaid);
    assert!(mermaid.contains("#34;one#34; and 2 more"), "{mermaid}");
    let svg = format(&entries, LadderFormat::Svg);
    assert!(svg.contains("one&quot; and 2 more<"), "{svg}");
    assert!(text(&lines_in_one_segment("one", 2), 100).contains("\"one\" and one more"));
    assert!(!text(&lines_in_one_segment("one", 1), 100).contains("more"));
}

/// A long first message is cut before the count is.
#[test]
fn the_count_of_further_messages_keeps_its_place() {
    let entries = lines_in_one_segment(&"x".repeat(200), 12);
    for drawing in [
        text(&entries, 60),
        text(&entries, 80),
        format(&entries, LadderFormat::Svg),
    ] {
        assert!(drawing.contains("xxx… and 11 more"), "{drawing}");
    }
}

/// In a half-close the other side goes on: its data acknowledge the FIN, and are data.
#[test]
fn data_that_acknowledge_a_fin_are_data() {
    let mut entries = samples::opening();
    let mut data = samples::said(Side::Server, b"late", 100, 1000).remove(0);
    if let Owned::Packet(packet) = &mut data {
        packet.observation.role = FrameRole::FirstFinAck;
    }
    entries.push(data);
    entries.push(Owned::End(samples::end()));
    let text = text(&entries, 100);
    let line = text.lines().find(|line| line.contains("#100"));
    assert!(line.is_some_and(|line| line.contains("<══")), "{text}");
}

#[test]
fn mermaid_is_as_expected_and_bounded() {
    insta::assert_snapshot!("svg", format(&story(), LadderFormat::Svg));
    insta::assert_snapshot!("mermaid", format(&story(), LadderFormat::Mermaid));
    let mut entries = samples::opening();
    for number in 0..1000 {
        let data = samples::said(Side::Client, b"x", 100 + number, 1000).remove(0);
        entries.push(data);
    }
    entries.push(Owned::End(samples::end()));
    let text = format(&entries, LadderFormat::Mermaid);
    assert_eq!(text.matches("->>").count(), MAX_ARROWS);
    assert!(text.contains("803 more segments are not drawn"), "{text}");
}

#[test]
fn lanes_and_rows_are_bounded() {
    let mut entries = Vec::new();
    for number in 0..MAX_ROWS as u64 + 10 {
        let mut entry = samples::said(Side::Client, b"x", number + 1, 0).remove(0);
        if let Owned::Packet(packet) = &mut entry {
            let port = if number < 50 { number as u16 } else { 1 };
            packet.source = Endpoint::new(samples::client().ip, port);
        }
        entries.push(entry);
    }
    entries.push(Owned::End(samples::end()));
    let text = text(&entries, 200);
    // 39 segments of sockets beyond the bound (50 ports, one server), then everything beyond the rows.
    assert!(
        text.contains("more segments are not drawn"),
        "{}",
        text.len()
    );
    assert!(text.lines().all(|line| width_of(line) <= 200));
}

/// A chat of many: each says a line, the server acknowledges it.
fn crowd(clients: u16) -> Vec<Owned> {
    let mut entries = Vec::new();
    for number in 0..clients {
        let frame = u64::from(number) * 2 + 1;
        for mut entry in samples::said(Side::Client, b"hi", frame, i64::from(number)) {
            if let Owned::Packet(packet) = &mut entry {
                let client = Endpoint::new(samples::client().ip, 40_000 + number);
                match packet.observation.side {
                    Side::Client => packet.source = client,
                    Side::Server => packet.destination = client,
                }
                packet.observation.stream.0 = number.into();
            }
            entries.push(entry);
        }
    }
    entries.push(Owned::End(samples::end()));
    entries
}

/// With one lane left, a segment between two unknown sockets takes none, and one to a known socket still gets it.
#[test]
fn no_lane_is_given_to_a_segment_that_is_not_drawn() {
    let mut entries = crowd(MAX_LANES as u16 - 2);
    for (from, to) in [(60_001, 7001), (60_000, 7000)] {
        let mut segment = samples::said(Side::Client, b"x", 100, 1000).remove(0);
        if let Owned::Packet(packet) = &mut segment {
            (packet.source.port, packet.destination.port) = (from, to);
        }
        entries.insert(entries.len() - 1, segment);
    }
    let mermaid = format(&entries, LadderFormat::Mermaid);
    assert_eq!(mermaid.matches("participant").count(), MAX_LANES);
    assert!(mermaid.contains(":60000\n"), "{mermaid}");
    assert!(!mermaid.contains(":60001\n"), "{mermaid}");
    assert!(
        mermaid.contains("one more segment is not drawn"),
        "{mermaid}"
    );
}

/// Where other connections were talking, there was no silence.
#[test]
fn time_with_segments_that_are_not_drawn_is_no_silence() {
    let mut entries = crowd(12);
    let mut late = samples::said(Side::Client, b"late", 100, 2000).remove(0);
    if let (Owned::Packet(packet), Owned::Packet(first)) = (&mut late, &entries[0]) {
        (packet.source, packet.destination) = (first.source, first.destination);
        packet.at = first.at.plus(5_000_000_000);
    }
    entries.insert(entries.len() - 1, late);
    let wide = text(&entries, 200);
    assert!(wide.contains(" s and 2 segments that are not"), "{wide}");
    assert!(!wide.contains("silence"), "{wide}");
    entries.drain(2..entries.len() - 2);
    let alone = text(&entries, 200);
    assert!(alone.contains(" of silence"), "{alone}");
}

#[test]
fn every_arrow_has_its_head_however_many_lanes_there_are() {
    for width in [60, 80, 100, 120, 200] {
        for clients in 1..=11 {
            let text = text(&crowd(clients), width);
            let rows: Vec<_> = text.lines().filter(|line| line.contains(" #")).collect();
            assert!(rows.len() >= 2.min(usize::from(clients)) * 2, "{text}");
            for row in &rows {
                assert_eq!(row.matches(['<', '>']).count(), 1, "{width}: {row}");
                assert!(width_of(row) <= width, "{width}: {row}");
                assert!(row.contains("ACK") || row.contains("\"hi\""), "{row}");
            }
            let left_out = usize::from(clients) * 2 - rows.len();
            let told = format!("{left_out} more segments are not drawn");
            assert_eq!(text.contains(&told), left_out > 0, "{text}");
            assert_eq!(text.contains("no room in"), left_out > 0, "{text}");
        }
    }
    assert!(!text(&crowd(11), 200).contains("not drawn"));
}

#[test]
fn states_of_close_lanes_stand_below_each_other() {
    let mut entries = crowd(2);
    entries.pop();
    entries.extend(samples::opening());
    entries.push(Owned::End(samples::end()));
    let text = text(&entries, 60);
    let mut rows = text.lines().skip_while(|line| !line.contains("SYN,ACK"));
    let below: Vec<_> = rows.by_ref().skip(1).take(1).collect();
    assert!(below[0].contains("SYN-RECEIVED"), "{text}");
    let below: Vec<_> = rows.skip(1).collect();
    assert_eq!(below.len(), 2, "{text}");
    assert!(
        below.iter().all(|row| row.contains("ESTABLISHED")),
        "{text}"
    );
}

/// Decomposed letters keep their marks, emoji their width, and nothing half overwritten moves what follows.
#[test]
fn marks_and_wide_characters_keep_their_cells() {
    let text = text(&hostile("Joa\u{303}o \u{2764}\u{fe0f}\u{2764}\u{fe0f}"), 80);
    assert!(text.contains("Joa\u{303}o"), "{text}");
    for row in text.lines().filter(|row| row.contains(['│', '┊'])) {
        assert!(width_of(row) <= 80, "{row}");
    }
    let geometry = canvas::Geometry::new(&Ladder::default(), &LadderOptions::default());
    let mut cells = canvas::Cells::blank(&geometry);
    cells.write(0, "日本");
    cells.put(1, '|');
    cells.write(2, "a\u{303}");
    assert_eq!(cells.text(0..5), " |a\u{303}  ");
}

#[test]
fn nothing_to_draw_is_a_sentence() {
    let nothing = [Owned::End(samples::end())];
    assert_eq!(text(&nothing, 80), "no segment to draw\n");
    for form in [LadderFormat::Mermaid, LadderFormat::Svg] {
        let drawing = format(&nothing, form);
        assert!(drawing.contains("no segment to draw"), "{drawing}");
    }
}

/// Names and lines that try to be markup.
fn hostile(said: &str) -> Vec<Owned> {
    let mut entries = samples::opening();
    for entry in &mut entries {
        if let Owned::Packet(packet) = entry {
            packet.name = Some(Arc::from(said));
        }
    }
    entries.extend(samples::said(Side::Client, said.as_bytes(), 10, 100));
    entries.push(Owned::Session(samples::session(
        200,
        SessionEventKind::Connected {
            name: Arc::from(said),
            transport: crate::chat::Transport::Line,
        },
    )));
    entries.push(Owned::End(samples::end()));
    entries
}

#[test]
fn payload_cannot_become_markup() {
    for attack in [
        "</text><script>alert(1)</script>",
        "<style>*{display:none}</style>",
        "\"/><svg onload=alert(1)>",
        "]]><!-- &lt;b&gt;",
        "```\n# title\n[x](javascript:alert(1))",
        "x\nend\nparticipant Z as <img src=x onerror=alert(1)>",
        "a;b%%{init:{}}%%#lt;script#gt;",
        "a\u{ffff}\u{fffe}b\0\x0b",
    ] {
        let svg = format(&hostile(attack), LadderFormat::Svg);
        assert_eq!(svg.matches("<svg").count(), 1, "{svg}");
        assert_eq!(svg.matches("<style").count(), 1, "{svg}");
        assert!(
            !svg.contains(['\u{ffff}', '\u{fffe}', '\0', '\x0b']),
            "not XML"
        );
        for tag in ["<script", "<img", "<!--", "<b", "]]>"] {
            assert!(!svg.contains(tag), "{tag}: {svg}");
        }
        let mermaid = format(&hostile(attack), LadderFormat::Mermaid);
        for line in mermaid.lines().skip(1) {
            let known = ["    participant ", "    L", "    Note over "];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
            for c in ['<', '`', '%', '[', '(', '"', '{'] {
                let text = line.split_once(": ").map_or(line, |(_, text)| text);
                assert!(!text.contains(c), "{c}: {line}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_payload_keeps_the_drawings_whole(said in "\\PC{0,30}|.{0,30}", width in 60usize..200) {
        let entries = hostile(&said);
        let text = text(&entries, width);
        for line in text.lines() {
            prop_assert!(width_of(line) <= width, "{line}");
            prop_assert!(!line.chars().any(char::is_control));
        }
        let svg = format(&entries, LadderFormat::Svg);
        prop_assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        prop_assert!(!svg.chars().any(|c| c.is_control() && c != '\n'));
    }
}
