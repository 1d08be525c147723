//! What misleads the usual tools on loopback must not mislead the report.

use chatscope::explain::{Explainer, Lang, Topic};
use chatscope::view::report::TeardownOutcome;

use super::capture::{ACK, C, Capture, FIN, Link, PSH, RST, S, SYN, SYN_OPTIONS, Tcp, tell};
use super::lab::{CLIENT, ISN, SERVER, chat, chat_bytes, packing, refused, reset, start};

#[test]
fn trap_equal_addresses_at_both_ends() {
    let told = chat();
    let row = &told.report.connections[0];
    assert_eq!(
        (row.client.as_str(), row.server.as_str()),
        ("127.0.0.1:43472", "127.0.0.1:6567")
    );
    let senders: Vec<_> = told.report.streams[0]
        .walk
        .rows
        .iter()
        .map(|row| row.sender)
        .collect();
    assert_eq!(
        senders[..6],
        ["client", "server", "client", "server", "client", "client"]
    );
}

#[test]
fn trap_three_segment_close() {
    let told = chat();
    let card = &told.report.streams[0].teardown;
    assert_eq!(
        (card.outcome, card.segments, card.roles.len()),
        (TeardownOutcome::Closed, Some(3), 4)
    );
    assert_eq!(card.roles[2].same_as, Some("fin-1-ack"));
    assert_eq!(told.report.connections[0].verdict.code, "CLOSED_BY_CLIENT");
}

#[test]
fn trap_refused_is_no_broken_handshake() {
    let told = refused();
    assert_eq!(told.report.connections[0].verdict.code, "REFUSED");
    assert_eq!(told.report.streams[0].handshake.outcome, "refused");
    told.says("S7", &["refused"]);
}

#[test]
fn trap_close_by_reset() {
    let told = reset();
    let card = &told.report.streams[0].teardown;
    assert_eq!(card.outcome, TeardownOutcome::Reset);
    let reset = card.reset.as_ref().expect("a reset");
    assert_eq!((reset.by, reset.frame), ("client", 6));
    assert!(!told.section("S7").contains("still open"));
}

/// The capture begins after the handshake: nothing is made up.
#[test]
fn trap_missing_start() {
    let mut capture = Capture::new(Link::Ethernet);
    let mut tcp = Tcp::new("127.0.0.1", CLIENT, SERVER, [77_000, 88_000]);
    tcp.acked_data(&mut capture, C, b"oi\n", 6);
    let told = tell(capture.bytes());
    let stream = &told.report.streams[0];
    assert_eq!(stream.handshake.outcome, "not_seen");
    assert_eq!(
        (stream.handshake.isn.client, stream.handshake.isn.server),
        (None, None)
    );
    assert!(stream.handshake.syn.is_none() && stream.options.negotiated.is_empty());
    told.says("S3", &["No SYN in the capture"]);
    told.says("S2", &["inferred"]);
    told.says("S10", &["the handshake was not captured"]);
    assert!(!told.section("S3").contains("✓"));
}

#[test]
fn trap_ipv6() {
    let told = tell(chat_bytes(Link::Ethernet, "::1"));
    let row = &told.report.connections[0];
    assert_eq!(
        (row.client.as_str(), row.server.as_str()),
        ("[::1]:43472", "[::1]:6567")
    );
    assert_eq!(row.verdict.code, "CLOSED_BY_CLIENT");
    told.says(
        "S3",
        &[
            "`ipv6.src && frame.number in {1,2,3}`",
            "| 1 | 0.000000 | ::1 | ::1 | TCP | 94 |",
            "| source port | 43472 |",
        ],
    );
    told.says("S5", &["#6: 86-88"]);
}

/// The same answers, but for the bytes before IP: 4 (NULL), 20 (SLL2) instead of 14.
#[test]
fn trap_link_types() {
    let plain = tell(chat_bytes(Link::Ethernet, "127.0.0.1"));
    for (link, payload_at) in [(Link::Null, 56), (Link::Sll2, 72)] {
        let told = tell(chat_bytes(link, "127.0.0.1"));
        for id in ["S2", "S6", "S7", "S8", "S9", "S10", "S11", "S13"] {
            assert_eq!(told.section(id), plain.section(id), "{id}");
        }
        let line = told
            .report
            .lines
            .iter()
            .find(|line| line.text == "oi")
            .expect("the line");
        assert_eq!(line.in_frames[0].from, payload_at);
    }
}

#[test]
fn trap_ports_reused() {
    let mut capture = Capture::new(Link::Ethernet);
    for isn in [[1000, 2000], [900_000, 800_000]] {
        let mut tcp = Tcp::new("127.0.0.1", CLIENT, SERVER, isn);
        tcp.open(&mut capture);
        capture.wait(1000);
        tcp.close3(&mut capture, C);
        capture.wait(1_000_000);
    }
    let told = tell(capture.bytes());
    let codes: Vec<_> = told
        .report
        .connections
        .iter()
        .map(|row| row.verdict.code.as_str())
        .collect();
    assert_eq!(codes, ["CLOSED_BY_CLIENT", "CLOSED_BY_CLIENT"]);
    told.says("S2", &["Client ports, in order:** 43472, 43472"]);
    told.says("S11", &["| reused_ports | 1 | #7 |"]);
}

#[test]
fn trap_two_lines_in_one_segment() {
    let told = packing();
    let lines: Vec<_> = told
        .report
        .lines
        .iter()
        .filter(|line| line.frames == [4])
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(lines, ["one", "two", "three"]);
}

#[test]
fn trap_one_line_in_six_segments() {
    let told = packing();
    let line = told
        .report
        .lines
        .iter()
        .find(|line| line.text == "split")
        .expect("the line");
    assert_eq!(line.frames, [6, 8, 10, 12, 14, 16]);
    told.says("S5", &["message 4 came in 6 segments"]);
}

#[test]
fn trap_text_that_is_not_ascii() {
    let (mut capture, mut tcp) = start();
    tcp.open(&mut capture);
    for text in [
        "Você está aí? 你好\n".as_bytes(),
        b"\x1b]0;x\x07 \xff\xfe\n",
        "a\u{202e}b\n".as_bytes(),
    ] {
        capture.wait(1000);
        tcp.acked_data(&mut capture, C, text, 6);
    }
    let told = tell(capture.bytes());
    let texts: Vec<_> = told
        .report
        .lines
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "Você está aí? 你好",
            "\\x1b]0;x\\x07 \\xff\\xfe",
            "a\\u{202e}b"
        ]
    );
}

/// Upgrade, an unmasked text of the server, a masked one of the client, Close 1000 from both, then the server's FIN.
#[test]
fn trap_websocket() {
    let mut capture = Capture::new(Link::Ethernet);
    let mut tcp = Tcp::new("127.0.0.1", CLIENT, 7080, ISN);
    tcp.open(&mut capture);
    let request = b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    let mask = [1, 2, 3, 4];
    let masked = |opcode: u8, text: &[u8]| {
        let mut frame = vec![0x80 | opcode, 0x80 | text.len() as u8];
        frame.extend(mask);
        frame.extend(
            text.iter()
                .zip(mask.iter().cycle())
                .map(|(byte, key)| byte ^ key),
        );
        frame
    };
    for (side, bytes) in [
        (C, request.to_vec()),
        (S, answer.to_vec()),
        (S, [&[0x81, 3][..], b"ola"].concat()),
        (C, masked(1, b"tudo bem")),
        (C, masked(8, &1000_u16.to_be_bytes())),
        (S, [&[0x88, 2][..], &1000_u16.to_be_bytes()].concat()),
    ] {
        capture.wait(5000);
        tcp.acked_data(&mut capture, side, &bytes, 6);
    }
    capture.wait(1000);
    tcp.close3(&mut capture, S);
    let told = tell(capture.bytes());
    told.says(
        "S5",
        &[
            "[HTTP request]",
            "[WebSocket text] ola",
            "[WebSocket text] tudo bem",
        ],
    );
    told.says(
        "S7",
        &[
            "client sent Close 1000 in #12",
            "server sent Close 1000 in #14",
            "begun by the server",
        ],
    );
    assert!(
        told.report.connections[0]
            .verdict
            .also
            .iter()
            .chain([&told.report.connections[0].verdict.code])
            .any(|word| word == "WS_CLOSE(1000)"),
        "{:?}",
        told.report.connections[0].verdict
    );
}

/// Nothing that a stranger says becomes markup.
#[test]
fn trap_hostile_text() {
    let (mut capture, mut tcp) = start();
    tcp.raw(&mut capture, C, SYN, &SYN_OPTIONS, b"");
    tcp.raw(&mut capture, S, SYN | ACK, &SYN_OPTIONS, b"");
    tcp.ack(&mut capture, C);
    let hostile = "<script>alert(1)</script> </style><svg onload=x> | `code` [a](javascript:b) ![c](http://d) \"'";
    tcp.raw(
        &mut capture,
        C,
        PSH | ACK,
        b"",
        format!("{hostile}\n").as_bytes(),
    );
    tcp.raw(&mut capture, C, FIN | ACK, b"", b"");
    let told = tell(capture.bytes());
    let words = Explainer::new(Lang::En);
    let document = chatscope::view::report::compose(&told.report, &words);
    let html = chatscope::view::report::html(&document).expect("in memory");
    for bad in ["<script", "</style><svg", "onload=x>", "\"'"] {
        assert!(!html.contains(bad), "{bad}");
    }
    let markdown = without_escapes(&chatscope::view::report::markdown(&document));
    for bad in [
        "<script",
        "<svg onload",
        "[a]",
        "](javascript",
        "](http",
        "`code`",
        "http://d",
    ] {
        assert!(!markdown.contains(bad), "{bad}");
    }
    // The page's own, the ladder's, the graph's.
    assert_eq!(html.matches("</style>").count(), 3);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whatever the segments are, the report is written, in every form.
    #[test]
    fn any_segments_make_a_report(
        segments in proptest::collection::vec((proptest::bool::ANY, 0_u8..64, 0_u32..200, 0_u32..200, proptest::collection::vec(proptest::num::u8::ANY, 0..12), 0_u32..3_000_000), 0..60)
    ) {
        let (mut capture, mut tcp) = start();
        for (from_client, flags, seq, ack, payload, wait) in segments {
            let side = if from_client { C } else { S };
            tcp.window[side as usize] = (seq % 3) as u16;
            tcp.at(&mut capture, side, (seq.wrapping_sub(20), ack), flags, b"", &payload);
            capture.wait(wait);
        }
        let told = tell(capture.bytes());
        let words = Explainer::new(Lang::PtBr);
        let document = chatscope::view::report::compose(&told.report, &words);
        proptest::prop_assert!(chatscope::view::report::html(&document).is_ok());
        proptest::prop_assert!(serde_json::to_string(&told.report).is_ok());
    }
}

/// Markdown with every escaped character taken out: what is left is markup, or plain.
fn without_escapes(markdown: &str) -> String {
    let mut out = String::new();
    let mut chars = markdown.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else {
            out.push(c);
        }
    }
    out
}

/// A connection that a filter is not about must not be among what it finds.
#[test]
fn trap_a_value_of_one_connection_is_found_in_that_one() {
    let (mut capture, _) = start();
    for port in [CLIENT, CLIENT + 1] {
        let mut tcp = Tcp::new("127.0.0.1", port, SERVER, ISN);
        let syn = (tcp.next[0], 0);
        tcp.at(&mut capture, C, syn, SYN, &SYN_OPTIONS, b"");
        capture.wait(1_000_000);
        tcp.open(&mut capture);
        tcp.acked_data(&mut capture, C, UPGRADE, 6);
        tcp.acked_data(&mut capture, S, SWITCHED, 6);
        tcp.close3(&mut capture, C);
    }
    let told = tell(capture.bytes());
    for (section, filter) in [
        ("S3", "tcp.analysis.retransmission && tcp.flags.syn==1"),
        ("S7", "websocket.opcode==8"),
    ] {
        for stream in ["tcp.stream==0", "tcp.stream==1"] {
            told.says(section, &[&format!("see: `{filter} && {stream}`")]);
        }
        assert!(!told.section(section).contains(&format!("`{filter}`")));
    }
}

const UPGRADE: &[u8] =
    b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const SWITCHED: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// By its flags and numbers the RST of a client that changed its mind looks like a refusal, and that of a SYN with data does not.
#[test]
fn trap_refusals_are_found_by_their_frames() {
    let (mut capture, mut tcp) = start();
    tcp.open(&mut capture);
    tcp.raw(&mut capture, C, RST | ACK, b"", b""); // 4
    let mut tcp = Tcp::new("127.0.0.1", CLIENT + 1, SERVER, ISN);
    tcp.raw(&mut capture, C, SYN, &SYN_OPTIONS, b"oi\n"); // 5
    let answer = (0, tcp.next[0]);
    tcp.at(&mut capture, S, answer, RST | ACK, b"", b""); // 6
    let told = tell(capture.bytes());
    told.says(
        "S7",
        &["**Refused:** 1 (stream 1) · see: `tcp.flags.reset==1 && frame.number==6`"],
    );
}

/// What is said of a capture without a SYN claims no more in one place than in another; a SYN with data is acknowledged with it.
#[test]
fn trap_statements_about_the_opening_agree() {
    for (lang, initial) in [(Lang::En, "initial"), (Lang::PtBr, "iniciais")] {
        let why = Explainer::new(lang).why(Topic::Message("verdict-partial-start"));
        assert!(!why.expect("words").contains(initial));
    }
    let (mut capture, mut tcp) = start();
    tcp.raw(&mut capture, C, SYN, &SYN_OPTIONS, b"oi\n");
    tcp.raw(&mut capture, S, SYN | ACK, &SYN_OPTIONS, b"");
    let told = tell(capture.bytes());
    let sum = "1004 = ISN of the client 1000 + 4";
    told.says(
        "S3",
        &["**Acknowledges the SYN: ISN + 1 (+ its data):** ✓", sum],
    );
}
