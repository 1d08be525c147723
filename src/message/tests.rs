//! Message tests: each expected value reasoned from the bytes, the frames of RFC 6455 built by hand.

use super::*;
use crate::tcp::Side::{self, Client, Server};
use MessageKind::*;
use proptest::prelude::*;

/// Feeds chunks as (side, bytes) and returns (kind, text, start, end) of what came out.
struct Wire {
    splitter: Splitter,
    at: (u64, u64),
    out: Vec<Message>,
}

impl Wire {
    fn new() -> Self {
        Self {
            splitter: Splitter::new(false),
            at: (0, 0),
            out: Vec::new(),
        }
    }

    fn say(&mut self, side: Side, bytes: &[u8]) -> &mut Self {
        let (at, received) = match side {
            Client => (&mut self.at.0, self.at.1),
            Server => (&mut self.at.1, self.at.0),
        };
        self.splitter
            .answered_by(side, Some(received), &mut self.out);
        self.splitter.bytes(side, *at, bytes, true, &mut self.out);
        *at += bytes.len() as u64;
        self
    }

    fn lose(&mut self, side: Side, bytes: u64) -> &mut Self {
        let at = match side {
            Client => &mut self.at.0,
            Server => &mut self.at.1,
        };
        self.splitter
            .gap(side, (*at, *at + bytes), false, &mut self.out);
        *at += bytes;
        self
    }

    fn got(&mut self) -> Vec<(MessageKind, String)> {
        std::mem::take(&mut self.out)
            .into_iter()
            .map(|m| (m.kind, String::from_utf8_lossy(&m.text).into_owned()))
            .collect()
    }
}

fn is(kind: MessageKind, text: &str) -> (MessageKind, String) {
    (kind, text.to_owned())
}

const UPGRADE: &[u8] =
    b"GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const GRANTED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

/// A frame with the key 0 1 2 3 where the client sends it (RFC 6455 section 5.3).
fn frame(first: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mut out = vec![first, payload.len() as u8 | if masked { 0x80 } else { 0 }];
    if masked {
        out.extend([0, 1, 2, 3]);
    }
    let key = |i: usize| if masked { (i % 4) as u8 } else { 0 };
    out.extend(payload.iter().enumerate().map(|(i, b)| b ^ key(i)));
    out
}

#[test]
fn lines_end_with_lf_crlf_or_a_lone_cr() {
    let mut wire = Wire::new();
    wire.say(Client, b"a\nb\r\nc\rd\n\n");
    assert_eq!(
        wire.got(),
        [
            is(Line, "a"),
            is(Line, "b"),
            is(Line, "c"),
            is(Line, "d"),
            is(Line, "")
        ]
    );
    wire.say(Client, b"x\r").say(Client, b"\n");
    let got = wire.out[0].clone();
    assert_eq!(
        (got.bytes, got.complete),
        (10..13, true),
        "one line end, cut by a segment"
    );
    assert_eq!(wire.got(), [is(Line, "x")]);
}

#[test]
fn a_line_may_take_many_segments() {
    let mut wire = Wire::new();
    for byte in "olá\n".as_bytes() {
        wire.say(Client, &[*byte]);
    }
    assert_eq!(wire.out[0].bytes, 0..5);
    assert_eq!(wire.got(), [is(Line, "olá")]);
}

#[test]
fn a_long_line_is_cut_not_lost() {
    let mut wire = Wire::new();
    wire.say(Client, &vec![b'a'; 3 * MAX_TEXT])
        .say(Client, b"\nnext\n");
    let long = &wire.out[0];
    assert_eq!((long.text.len(), long.complete), (MAX_TEXT, false));
    assert_eq!(long.bytes, 0..3 * MAX_TEXT as u64 + 1);
    assert_eq!(&*wire.out[1].text, b"next");
}

#[test]
fn a_gap_leaves_the_line_incomplete() {
    let mut wire = Wire::new();
    wire.say(Client, b"one\ntw")
        .lose(Client, 7)
        .say(Client, b"ree\nfour\n");
    assert_eq!(
        (wire.out[1].complete, wire.out[1].bytes.clone()),
        (false, 4..17)
    );
    assert_eq!(
        wire.got(),
        [is(Line, "one"), is(Line, "twree"), is(Line, "four")]
    );
}

#[test]
fn a_prompt_is_ended_by_its_answer() {
    let mut wire = Wire::new();
    wire.say(Server, b"Nome: ").say(Client, b"ana\n");
    assert_eq!(wire.got(), [is(Unfinished, "Nome: "), is(Line, "ana")]);
}

#[test]
fn servers_that_know_no_lines_are_shown_chunk_by_chunk() {
    let mut wire = Wire::new();
    wire.say(Client, b"oi");
    assert!(wire.splitter.waits_without_lines(Client));
    wire.splitter.silence(Client, &mut wire.out);
    assert_eq!(wire.got(), [is(Unfinished, "oi")]);
    wire.say(Client, b"tudo bem?");
    assert_eq!(
        wire.got(),
        [is(Unfinished, "tudo bem?")],
        "known from now on"
    );
}

#[test]
fn half_a_line_waits_where_lines_are_in_use() {
    let mut wire = Wire::new();
    wire.say(Client, b"oi\nhal")
        .say(Server, b"other: hello\n")
        .say(Client, b"f\n");
    assert_eq!(
        wire.got(),
        [is(Line, "oi"), is(Line, "other: hello"), is(Line, "half")]
    );
    wire.say(Client, b"rest");
    wire.splitter.end(Client, &mut wire.out);
    assert_eq!(wire.got(), [is(Unfinished, "rest")]);
}

/// A greeting with line end, then prompts without, each answered; a client's half line stays one.
#[test]
fn a_prompt_behind_lines_is_ended_by_an_answer_that_acknowledges_it() {
    let mut wire = Wire::new();
    wire.say(Server, b"Bem-vindo!\n").say(Server, b"Seu nome: ");
    wire.say(Client, b"ana\n")
        .say(Server, b"Ola ana\n")
        .say(Server, b"> ");
    wire.splitter.answered_by(Client, Some(28), &mut wire.out);
    wire.splitter.answered_by(Client, None, &mut wire.out);
    let until_here = [
        is(Line, "Bem-vindo!"),
        is(Unfinished, "Seu nome: "),
        is(Line, "ana"),
        is(Line, "Ola ana"),
    ];
    assert_eq!(
        wire.got(),
        until_here,
        "the client has not received the prompt"
    );
    wire.say(Client, b"oi\n").say(Server, b"ana: oi\n");
    assert_eq!(
        wire.got(),
        [is(Unfinished, "> "), is(Line, "oi"), is(Line, "ana: oi")]
    );
    // Without PSH more of the same write is on its way.
    wire.splitter
        .bytes(Server, wire.at.1, b"long", false, &mut wire.out);
    wire.at.1 += 4;
    assert!(!wire.splitter.waits_without_lines(Server));
    wire.say(Client, b"x\n").say(Server, b" line\n");
    assert_eq!(wire.got(), [is(Line, "x"), is(Line, "long line")]);
}

/// A welcome with line end, then broadcasts without: silence ends the first, from then on each PSH does, until a line end.
#[test]
fn a_server_that_stops_ending_lines_is_shown_chunk_by_chunk() {
    let mut wire = Wire::new();
    wire.say(Server, b"Welcome\n").say(Server, b"ana: one");
    assert!(wire.splitter.waits_without_lines(Server));
    wire.splitter.silence(Server, &mut wire.out);
    wire.say(Server, b"ana: two").say(Server, b"ana: three");
    let chunk = |text| is(Unfinished, text);
    assert_eq!(
        wire.got(),
        [
            is(Line, "Welcome"),
            chunk("ana: one"),
            chunk("ana: two"),
            chunk("ana: three")
        ]
    );
    wire.say(Server, b"Bye\n")
        .say(Server, b"half")
        .say(Server, b" line\n");
    assert_eq!(wire.got(), [is(Line, "Bye"), is(Line, "half line")]);
    wire.say(Client, b"oi\nhal");
    assert!(!wire.splitter.waits_without_lines(Client), "somebody types");
}

#[test]
fn http_without_upgrade_is_heads_and_no_body() {
    let mut wire = Wire::new();
    wire.say(Client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.say(
        Server,
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<b>\n\n",
    );
    wire.say(
        Server,
        b"!HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(
        wire.got(),
        [
            is(HttpRequest, "GET / HTTP/1.1"),
            is(HttpResponse, "HTTP/1.1 200 OK"),
            is(HttpResponse, "HTTP/1.1 404 Not Found")
        ]
    );
}

/// RFC 9112 sections 6.3, 7.1 and 9.3.2: bodies end where they say, whatever the method, however the segments are cut.
#[test]
fn http_messages_behind_bodies_of_every_kind_are_found() {
    let asked = b"HEAD /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
        3\r\nabc\r\n0\r\n\r\nPATCH /c HTTP/1.1\r\n\r\nDELETE /d HTTP/1.1\r\n\r\n";
    let answered = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHTTP/\r\n0\r\nExpires: 0\r\n\r\n\
        HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\nHTTP/1.1 204 No Content\r\n\r\n";
    for size in [1, 7, 1000] {
        let mut wire = Wire::new();
        for (side, bytes) in [(Client, &asked[..]), (Server, answered)] {
            for part in bytes.chunks(size) {
                wire.say(side, part);
            }
        }
        let requests = ["HEAD /a", "POST /b", "PATCH /c", "DELETE /d"];
        let responses = [
            "200 OK",
            "100 Continue",
            "200 OK",
            "404 Not Found",
            "204 No Content",
        ];
        let mut expected: Vec<_> = requests
            .map(|r| is(HttpRequest, &format!("{r} HTTP/1.1")))
            .into();
        expected.extend(responses.map(|r| is(HttpResponse, &format!("HTTP/1.1 {r}"))));
        assert_eq!(wire.got(), expected, "segments of {size}");
    }
}

#[test]
fn a_message_after_a_body_of_unknown_end_is_found_at_a_segment() {
    let mut wire = Wire::new();
    wire.say(Server, b"HTTP/1.0 200 OK\r\n\r\nHTTP/1. is a line\nand ")
        .say(Server, b"HTTP/1.1 old\n");
    wire.say(Server, b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
    wire.say(
        Client,
        b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nxyz",
    )
    .say(Client, b"DELETE me\n");
    wire.say(Client, b"OPTIONS * HTTP/1.1\r\n\r\n");
    assert_eq!(
        wire.got(),
        [
            is(HttpResponse, "HTTP/1.0 200 OK"),
            is(HttpResponse, "HTTP/1.1 500 Oh"),
            is(HttpRequest, "PUT / HTTP/1.1"),
            is(HttpRequest, "OPTIONS * HTTP/1.1")
        ]
    );
}

#[test]
fn a_hole_inside_a_chunk_costs_nothing_else() {
    let mut wire = Wire::new();
    wire.say(
        Server,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\nabcd",
    );
    wire.lose(Server, 0x400 - 4)
        .say(Server, b"\r\n0\r\n\r\nHTTP/1.1 201 Made\r\n\r\n");
    assert_eq!(
        wire.got(),
        [
            is(HttpResponse, "HTTP/1.1 200 OK"),
            is(HttpResponse, "HTTP/1.1 201 Made")
        ]
    );
}

#[test]
fn a_websocket_after_the_upgrade_in_both_directions() {
    let mut wire = Wire::new();
    wire.say(Client, UPGRADE);
    let mut granted = GRANTED.to_vec();
    granted.extend(frame(0x81, b"welcome", false));
    wire.say(Server, &granted);
    wire.say(Client, &frame(0x81, "olá".as_bytes(), true));
    wire.say(Client, &frame(0x88, &[0x03, 0xe8, b'b', b'y', b'e'], true));
    wire.say(Server, &frame(0x88, b"", false));
    assert_eq!(
        wire.got(),
        [
            is(HttpRequest, "GET /chat HTTP/1.1"),
            is(HttpResponse, "HTTP/1.1 101 Switching Protocols"),
            is(WsText, "welcome"),
            is(WsText, "olá"),
            is(WsClose(1000), "bye"),
            is(WsClose(1005), "")
        ]
    );
}

#[test]
fn a_refused_upgrade_stays_http() {
    let mut wire = Wire::new();
    wire.say(Client, UPGRADE).say(
        Server,
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    );
    wire.say(Client, b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(wire.got()[2], is(HttpRequest, "GET / HTTP/1.1"));
    assert!(!wire.splitter.is_websocket());
}

#[test]
fn fragments_are_joined_and_pings_pass_between_them() {
    let mut wire = Wire::new();
    wire.say(Client, UPGRADE).say(Server, GRANTED).got();
    wire.say(Client, &frame(0x01, b"Hel", true));
    wire.say(Client, &frame(0x89, b"p1", true));
    wire.say(Client, &frame(0x00, b"l", true));
    wire.say(Client, &frame(0x80, b"o", true));
    let whole = &wire.out[1];
    let first = UPGRADE.len() as u64;
    assert_eq!(whole.bytes, first..first + 9 + 8 + 7 + 7);
    assert_eq!(wire.got(), [is(WsPing, "p1"), is(WsText, "Hello")]);
}

#[test]
fn a_websocket_finds_its_place_after_a_gap() {
    let mut wire = Wire::new();
    wire.say(Client, UPGRADE).say(Server, GRANTED).got();
    let long = frame(0x81, &[b'x'; 100], false);
    wire.say(Server, &long[..50])
        .lose(Server, 20)
        .say(Server, &long[70..]);
    assert_eq!(
        (wire.out[0].kind, wire.out[0].complete),
        (WsText, false),
        "inside one payload"
    );
    wire.got();
    wire.say(Server, &long[..50])
        .lose(Server, 60)
        .say(Server, b"tail of another");
    wire.say(Server, &frame(0x81, b"back", false));
    assert_eq!(wire.got(), [is(WsText, "back")]);
}

#[test]
fn a_capture_may_begin_inside_a_websocket() {
    let mut splitter = Splitter::new(true);
    let mut out = Vec::new();
    splitter.bytes(Client, 0, &frame(0x81, b"oi", true), true, &mut out);
    splitter.bytes(Server, 0, &frame(0x81, b"ana: oi", false), true, &mut out);
    let texts: Vec<_> = out.iter().map(|m| (m.kind, &*m.text)).collect();
    assert_eq!(texts, [(WsText, &b"oi"[..]), (WsText, b"ana: oi")]);
}

/// RFC 7692 section 7.2.3.1: "Hello" compressed in one frame.
#[test]
fn compressed_messages_are_read() {
    let mut wire = Wire::new();
    wire.say(Client, UPGRADE);
    wire.say(Server, b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    wire.got();
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    wire.say(Server, &frame(0xc1, &hello, false));
    wire.say(Client, &frame(0xc1, &hello, true));
    assert!(wire.out.iter().all(|m| m.complete));
    assert_eq!(wire.got(), [is(WsText, "Hello"), is(WsText, "Hello")]);
}

#[test]
fn tls_and_noise_are_binary_and_summed_up() {
    let mut wire = Wire::new();
    wire.say(Client, &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, b'\n', 0]);
    wire.say(Client, &[0x17, b'\n', 0, 0, 1]);
    wire.say(Server, &[0x16, 0x03, 0x03, 0, 1]);
    assert_eq!(
        (wire.out.len(), wire.out[0].kind, wire.out[0].bytes.clone()),
        (1, Binary, 0..13)
    );
    let mut wire = Wire::new();
    wire.say(Client, &[0, 1, 2, 3, 4, 5, 6, 0x1f, 200, 201]);
    wire.splitter.silence(Client, &mut wire.out);
    assert_eq!(wire.out[0].kind, Binary);
}

#[test]
fn two_stray_bytes_are_still_a_line() {
    let mut wire = Wire::new();
    wire.say(Client, b"\xff\xfe\x80\na\0b\n\x1b]0;x\x07\x1b[2J\n");
    assert!(wire.out.iter().all(|m| m.kind == Line), "{:?}", wire.out);
}

proptest! {
    /// However TCP cuts the bytes, the messages are the same (text without line end aside: time cuts it).
    #[test]
    fn segmentation_changes_nothing(
        text in "[a-c \r\n]{0,60}",
        cuts in proptest::collection::vec(0usize..60, 0..6),
    ) {
        let mut whole = Wire::new();
        whole.say(Client, text.as_bytes());
        whole.splitter.end(Client, &mut whole.out);
        let mut pieces = Wire::new();
        let mut from = 0;
        let mut cuts: Vec<_> = cuts.into_iter().filter(|&c| c <= text.len()).collect();
        cuts.sort_unstable();
        cuts.push(text.len());
        for cut in cuts {
            if cut > from {
                pieces.say(Client, &text.as_bytes()[from..cut]);
                from = cut;
            }
        }
        pieces.splitter.end(Client, &mut pieces.out);
        prop_assert_eq!(whole.out, pieces.out);
    }

    /// Any bytes, any cuts, any gaps: never a panic, and the ranges go forward without overlap, control frames aside.
    #[test]
    fn anything_goes(
        upgraded: bool,
        parts in proptest::collection::vec((any::<bool>(), 0u64..9, proptest::collection::vec(any::<u8>(), 1..40)), 0..20),
    ) {
        let mut wire = Wire::new();
        if upgraded {
            wire.say(Client, UPGRADE).say(Server, GRANTED);
        }
        for (client, gap, bytes) in &parts {
            let side = if *client { Client } else { Server };
            if *gap > 6 {
                wire.lose(side, *gap);
            }
            wire.say(side, bytes);
        }
        wire.splitter.silence(Client, &mut wire.out);
        wire.splitter.end(Server, &mut wire.out);
        for message in &wire.out {
            prop_assert!(message.bytes.start <= message.bytes.end);
            prop_assert!(message.text.len() <= MAX_TEXT);
        }
    }
}
