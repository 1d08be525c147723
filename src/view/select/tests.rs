//! Filters on the sample story, and what is said about those that cannot be used.

use proptest::prelude::*;

use super::*;
use crate::tcp::{AnalysisFlags, StreamId};
use crate::timeline::{FindingCode, FindingEntry};
use crate::view::json::JsonLines;
use crate::view::samples::{self, Owned, Shared, story, written};
use crate::view::zeek::ZeekLog;

/// Events that pass, each as `event` or `packet N`.
fn passed(options: &SelectOptions) -> Vec<String> {
    let selection = Selection::new(options).expect("a good filter");
    let mut entries = story();
    let end = entries.pop().expect("the totals");
    let mut other = samples::full_packet();
    other.observation.stream = StreamId(3);
    other.observation.analysis = AnalysisFlags::RETRANSMISSION;
    entries.push(Owned::Packet(Box::new(other)));
    entries.push(end);
    let text = written(&entries, |writer: Shared| {
        Select::new(JsonLines::new(writer, Wants::STORY), selection)
    });
    text.lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let event = value["event"].as_str().expect("text").to_owned();
            match value.get("frame") {
                Some(frame) if event == "packet" => format!("packet {frame}"),
                _ => event,
            }
        })
        .collect()
}

fn filter(filter: &str) -> Vec<String> {
    passed(&SelectOptions {
        display_filter: Some(filter.to_owned()),
        ..SelectOptions::default()
    })
}

fn inner(events: &[String]) -> &[String] {
    assert_eq!(events.first().map(String::as_str), Some("capture"));
    assert_eq!(events.last().map(String::as_str), Some("end"));
    &events[1..events.len() - 1]
}

#[test]
fn by_stream_takes_everything_of_it() {
    let options = SelectOptions {
        streams: vec![3],
        ..SelectOptions::default()
    };
    assert_eq!(inner(&passed(&options)), ["packet 42"]);
    let all = filter("tcp.stream==0");
    assert_eq!(all.iter().filter(|e| e.starts_with("packet")).count(), 10);
    assert!(all.contains(&"message".to_owned()) && all.contains(&"stream".to_owned()));
}

#[test]
fn by_kind() {
    let only = |kind| {
        passed(&SelectOptions {
            only: vec![kind],
            ..SelectOptions::default()
        })
    };
    // Frame 42 has every control bit set.
    assert_eq!(
        inner(&only(Only::Handshake)),
        ["packet 1", "packet 2", "packet 3", "handshake", "packet 42"]
    );
    assert_eq!(
        inner(&only(Only::Teardown)),
        [
            "packet 20",
            "packet 21",
            "packet 22",
            "teardown",
            "packet 42"
        ]
    );
    assert_eq!(
        inner(&only(Only::Messages)),
        ["message", "message", "delivery"]
    );
    assert_eq!(inner(&only(Only::Findings)), [""; 0]);
    let packets = only(Only::Packets);
    let segments = passed(&SelectOptions::default());
    let segments = segments.iter().filter(|e| e.starts_with("packet"));
    assert_eq!(inner(&packets).len(), segments.count());
}

#[test]
fn for_segments_alone_no_story_is_told() {
    let wants = |only: Vec<Only>| {
        let options = SelectOptions {
            only,
            ..SelectOptions::default()
        };
        let selection = Selection::new(&options).expect("a selection");
        Select::new(JsonLines::new(Vec::new(), Wants::STORY), selection).wants()
    };
    assert_eq!(wants(vec![Only::Packets]), Wants::PACKETS);
    assert_eq!(wants(vec![Only::Packets, Only::Findings]), Wants::STORY);
}

#[test]
fn the_filters_of_our_own_see_lines() {
    assert_eq!(
        inner(&filter("tcp.flags.syn==1 && tcp.flags.ack==0")),
        ["packet 1", "stream"]
    );
    assert_eq!(inner(&filter("frame.number==22")), ["packet 22", "stream"]);
    assert_eq!(
        inner(&filter("frame.number in {20, 22} or frame.number eq 4")),
        [
            "packet 4",
            "message",
            "delivery",
            "packet 20",
            "packet 22",
            "stream"
        ]
    );
    assert_eq!(inner(&filter("tcp.analysis.retransmission")), ["packet 42"]);
    assert_eq!(
        inner(&filter("!(tcp.stream == 0) && tcp.len > 2")),
        ["packet 42"]
    );
    assert_eq!(filter("").len(), filter("tcp").len());
}

/// What was said is found by asking for its segment, alone too, and not by asking for another one.
#[test]
fn a_message_passes_with_the_segment_that_completed_it() {
    let of = |only: Vec<Only>, filter: &str| {
        passed(&SelectOptions {
            only,
            display_filter: Some(filter.to_owned()),
            ..SelectOptions::default()
        })
    };
    let with_data = "tcp.len > 0 && tcp.stream == 0";
    let both = of(vec![], with_data);
    assert_eq!(both.iter().filter(|e| *e == "message").count(), 2);
    assert_eq!(
        inner(&of(vec![Only::Messages], with_data)),
        ["message", "message", "delivery"]
    );
    let said_by_server = of(vec![Only::Messages], "tcp.srcport == 7000 && tcp.len > 0");
    assert_eq!(inner(&said_by_server), ["message"]);
    assert_eq!(inner(&of(vec![Only::Messages], "tcp.len == 0")), [""; 0]);
    assert_eq!(inner(&of(vec![Only::Findings], with_data)), [""; 0]);
}

/// To answer for messages segments are needed, also where none is shown.
#[test]
fn messages_need_the_segments_that_answer_for_them() {
    struct Messages;
    impl Sink for Messages {
        fn wants(&self) -> Wants {
            Wants {
                messages: true,
                ..Wants::NOTHING
            }
        }
        fn entry(&mut self, _: Entry<'_>) -> io::Result<()> {
            Ok(())
        }
    }
    let wants = |filter: &str| {
        let selection = Selection::new(&SelectOptions {
            display_filter: Some(filter.to_owned()),
            ..SelectOptions::default()
        });
        Select::new(Messages, selection.expect("a good filter")).wants()
    };
    assert!(wants("tcp.len > 0").packets);
    assert!(!wants("tcp.stream == 0").packets);
}

#[test]
fn by_port_and_flag() {
    let options = SelectOptions {
        ports: vec![7000],
        flags: vec![
            "Fast-Retransmission".to_owned(),
            "retransmission".to_owned(),
        ],
        ..SelectOptions::default()
    };
    assert_eq!(inner(&passed(&options)), ["packet 42"]);
    let options = SelectOptions {
        ports: vec![9],
        ..SelectOptions::default()
    };
    assert_eq!(inner(&passed(&options)), [""; 0]);
}

#[test]
fn what_is_known_to_be_of_a_connection_has_its_ports() {
    let lost = FindingEntry {
        stream: None,
        connection: None,
        code: FindingCode::CaptureLoss,
        ..samples::full_finding()
    };
    let entries = [
        Owned::Delivery(samples::delivery()),
        Owned::Finding(samples::full_finding()),
        Owned::Finding(lost),
    ];
    let of_port = |port| {
        let options = SelectOptions {
            ports: vec![port],
            ..SelectOptions::default()
        };
        let selection = Selection::new(&options).expect("a good filter");
        let text = written(&entries, |writer: Shared| {
            Select::new(JsonLines::new(writer, Wants::STORY), selection)
        });
        text.lines()
            .map(|line| {
                let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let code = value.get("code").unwrap_or(&value["event"]).clone();
                code.as_str().expect("text").to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of_port(7000), ["delivery", "reset", "capture_loss"]);
    // That frames are missing is true of every part of the capture.
    assert_eq!(of_port(9), ["capture_loss"]);
}

/// As tshark 4.0: a field with two values differs when both do.
#[test]
fn a_port_differs_when_both_ends_do() {
    assert_eq!(inner(&filter("tcp.port != 7000")), [""; 0]);
    assert_eq!(inner(&filter("tcp.port != 51234")), [""; 0]);
    assert_eq!(filter("tcp.port != 9").len(), filter("").len());
    assert_eq!(filter("!(tcp.port == 7000)"), filter("tcp.port != 7000"));
    assert!(filter("tcp.srcport != 7000").len() > 2);
}

/// Also what is told of a connection without a segment of its own is known by its addresses.
#[test]
fn addresses_and_ranges() {
    let all = filter("").len();
    for every in [
        "ip.addr == 127.0.0.1",
        "ip.addr in {1.2.3.4, 127.0.0.0..127.0.0.9}",
        "ip.addr == 0.0.0.0/0",
        "tcp.port in {7000..7000}",
        "!ipv6",
        "ip.addr != 10.0.0.0/8",
    ] {
        assert_eq!(filter(every).len(), all, "{every}");
    }
    for none in [
        "ip.addr == 127.0.0.1/31 && ip.addr == 127.0.0.2",
        "ip.addr != 127.0.0.0/8",
        "ipv6.addr != ::1",
        "tcp.port in {7001..51233}",
    ] {
        assert_eq!(inner(&filter(none)), [""; 0], "{none}");
    }
}

/// As tshark 4.0: fast and needless retransmissions have the plain field too.
#[test]
fn every_kind_of_retransmission_is_one() {
    let selected = |flag: AnalysisFlags, name: &str| {
        let options = SelectOptions {
            flags: vec![name.to_owned()],
            ..SelectOptions::default()
        };
        let mut packet = samples::full_packet();
        packet.observation.analysis = flag;
        let selection = Selection::new(&options).expect("a good filter");
        let text = written(&[Owned::Packet(Box::new(packet))], |writer: Shared| {
            Select::new(JsonLines::new(writer, Wants::STORY), selection)
        });
        !text.is_empty()
    };
    for flag in [
        AnalysisFlags::RETRANSMISSION,
        AnalysisFlags::FAST_RETRANSMISSION,
        AnalysisFlags::SPURIOUS_RETRANSMISSION,
    ] {
        assert!(selected(flag, "retransmission"), "{flag:?}");
        assert!(selected(flag, "tcp.analysis.retransmission"), "{flag:?}");
    }
    assert!(!selected(AnalysisFlags::KEEP_ALIVE, "retransmission"));
    let (plain, fast) = (AnalysisFlags::RETRANSMISSION, "fast_retransmission");
    assert!(!selected(plain, fast));
}

#[test]
fn what_cannot_be_used_is_named() {
    let error = |filter: &str| {
        let options = SelectOptions {
            display_filter: Some(filter.to_owned()),
            ..SelectOptions::default()
        };
        Selection::new(&options).expect_err("refused").to_string()
    };
    assert!(error("http.request").starts_with(
        "display filter: `http.request` is not supported here; fields are tcp.stream"
    ));
    assert_eq!(
        error("stream"),
        "display filter: expected a comparison (== != < <= > >= in) at `the end`"
    );
    assert_eq!(
        error("only == foo"),
        "display filter: expected handshake, teardown, messages, findings, packets at `foo`"
    );
    assert_eq!(error("(tcp"), "display filter: expected `)` at `the end`");
    assert_eq!(
        error("tcp tcp"),
        "display filter: expected &&, || or the end at `tcp`"
    );
    assert_eq!(
        error("ip.addr == ::1"),
        "display filter: expected an IPv4 address at `::1`"
    );
    assert_eq!(
        error("ipv6.src == ::/129"),
        "display filter: expected an IPv6 address at `::/129`"
    );
    assert_eq!(
        error("tcp.time_delta > 5ms"),
        "display filter: expected a number of seconds at `5ms`"
    );
    assert_eq!(
        error("tcp.port == web"),
        "display filter: expected a number at `web`"
    );
    assert!(
        error("tcp.analysis.nonsense")
            .starts_with("`nonsense` is not an analysis flag; flags are retransmission, ")
    );
    assert!(error(&"(".repeat(100_000)).ends_with("64 deep"));
}

/// A table has no lines to choose from: it has the connections in which there is one.
#[test]
fn a_table_row_passes_when_a_line_of_that_kind_did() {
    let rows = |kind, entries: &[Owned]| {
        let options = SelectOptions {
            only: vec![kind],
            ..SelectOptions::default()
        };
        let selection = Selection::new(&options).expect("a good filter");
        let text = written(entries, |writer: Shared| {
            Select::new(ZeekLog::new(writer), selection)
        });
        text.lines().filter(|line| !line.starts_with('#')).count()
    };
    let mut entries = story();
    for kind in [
        Only::Handshake,
        Only::Teardown,
        Only::Messages,
        Only::Packets,
    ] {
        assert_eq!(rows(kind, &entries), 1, "{kind:?}");
    }
    assert_eq!(rows(Only::Findings, &entries), 0);
    let mut finding = samples::full_finding();
    finding.stream = Some(StreamId(0));
    entries.insert(1, Owned::Finding(finding));
    assert_eq!(rows(Only::Findings, &entries), 1);
}

#[test]
fn a_table_row_passes_when_a_segment_did() {
    let selection = Selection::new(&SelectOptions {
        flags: vec!["retransmission".to_owned()],
        ..SelectOptions::default()
    })
    .expect("a good filter");
    let table = |writer: Shared| {
        let table =
            crate::view::table::Table::new(writer, crate::view::table::TableOptions::default());
        let select = Select::new(table, selection);
        assert!(select.wants().packets);
        select
    };
    let mut packet = samples::full_packet();
    packet.observation.analysis = AnalysisFlags::RETRANSMISSION;
    let mut other = samples::stream_entry();
    other.summary.stream = StreamId(1);
    let text = written(
        &[
            Owned::Packet(Box::new(packet)),
            Owned::Stream(Box::new(samples::stream_entry())),
            Owned::Stream(Box::new(other)),
            Owned::End(samples::end()),
        ],
        table,
    );
    assert!(text.contains("one stream: 1 CLOSED_BY_CLIENT"), "{text}");
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error(text in "\\PC*|[()!&|=<>{}, a-z.0-9]{0,40}") {
        let options = SelectOptions { display_filter: Some(text), ..SelectOptions::default() };
        let _ = Selection::new(&options);
    }
}
