//! WebSocket frame by frame: close codes, limits, and who closes TCP first (RFC 6455).
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::Shutdown as Half;
use std::time::Duration;

use chatscope::chat::Limits;
use support::{PATIENCE, Server, Socket, masked};

/// Reads frames up to the close frame; its code. Then the server must close TCP first, without a reset.
fn close_code(socket: &mut Socket) -> u16 {
    loop {
        let (first, payload) = socket.frame().expect("a close frame before the end");
        if first == 0x88 {
            let code = payload
                .get(..2)
                .map_or(1005, |code| u16::from_be_bytes([code[0], code[1]]));
            assert!(
                socket.frame().is_none(),
                "FIN from the server, and nothing after its close frame"
            );
            return code;
        }
    }
}

#[test]
fn every_fault_has_its_close_code() {
    let server = Server::start();
    let long = vec![b'x'; 64 * 1024 + 1];
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        (
            "normal close is echoed",
            masked(0x88, &1000_u16.to_be_bytes()),
            1000,
        ),
        ("close without a code", masked(0x88, b""), 1005),
        ("close with a code of one byte", masked(0x88, b"\x03"), 1002),
        (
            "close with a code that may not be sent",
            masked(0x88, &1006_u16.to_be_bytes()),
            1002,
        ),
        ("unmasked frame", b"\x81\x02hi".to_vec(), 1002),
        ("reserved bit", masked(0xc1, b"hi"), 1002),
        ("reserved opcode", masked(0x83, b"hi"), 1002),
        ("fragmented ping", masked(0x09, b"hi"), 1002),
        ("ping beyond 125 bytes", masked(0x89, &[0; 126]), 1002),
        ("continuation of nothing", masked(0x80, b"hi"), 1002),
        (
            "text within a fragmented text",
            [masked(0x01, b"a"), masked(0x81, b"b")].concat(),
            1002,
        ),
        ("text that is not UTF-8", masked(0x81, b"\xff"), 1007),
        ("binary", masked(0x82, b"hi"), 1003),
        ("message too big", masked(0x81, &long), 1009),
    ];
    for (name, bytes, code) in cases {
        let mut socket = Socket::chat(server.web);
        socket.stream.write_all(&bytes).unwrap();
        assert_eq!(close_code(&mut socket), code, "{name}");
    }
}

#[test]
fn bad_text_is_refused_before_its_frame_ends() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    let frame = masked(
        0x81,
        &[b"valid ".as_slice(), b"\xc0\xaf", &[b'x'; 1_000]].concat(),
    );
    socket.stream.write_all(&frame[..20]).unwrap();
    assert_eq!(close_code(&mut socket), 1007);
}

#[test]
fn a_closing_client_is_answered_and_the_server_closes_first() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    socket.send(0x88, &[&1001_u16.to_be_bytes()[..], b"bye"].concat());
    // Our end stays open: the FIN behind the close frame is the server's own.
    assert_eq!(close_code(&mut socket), 1001);
}

#[test]
fn quit_closes_with_a_handshake() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    socket.say("/quit");
    assert_eq!(socket.text(), "* goodbye");
    assert_eq!(
        socket.frame(),
        Some((0x88, 1000_u16.to_be_bytes().to_vec()))
    );
    // The server waits for our close frame before it closes TCP.
    socket
        .stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let waited = socket.stream.read(&mut [0]).unwrap_err();
    assert!(
        matches!(
            waited.kind(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
        ),
        "{waited}"
    );
    socket.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send(0x88, &1000_u16.to_be_bytes());
    assert_eq!(socket.frame(), None);
}

#[test]
fn shutdown_says_going_away() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    server.shutdown.begin();
    assert_eq!(socket.text(), "* the server is shutting down: goodbye");
    assert_eq!(
        socket.frame(),
        Some((0x88, 1001_u16.to_be_bytes().to_vec()))
    );
    socket.send(0x88, &1001_u16.to_be_bytes());
    assert_eq!(socket.frame(), None);
}

#[test]
fn pings_are_answered_and_control_frames_never_split_a_line() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    let mut bob = server.client();
    for round in 0..200 {
        bob.say(&format!("{round} {}", "x".repeat(300)));
        socket.send(0x89, format!("p{round}").as_bytes());
    }
    let (mut pongs, mut lines) = (0, 0);
    while pongs < 200 || lines < 200 {
        match socket.frame().unwrap() {
            (0x8a, payload) => {
                assert_eq!(payload, format!("p{pongs}").as_bytes());
                pongs += 1;
            }
            (0x81, payload) => {
                assert!(payload.starts_with(format!("guest2: {lines} x").as_bytes()));
                lines += 1;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn fragments_and_several_frames_per_segment() {
    let server = Server::start();
    let mut socket = Socket::chat(server.web);
    let mut bytes = masked(0x01, b"tes");
    bytes.extend(masked(0x89, b"between"));
    bytes.extend(masked(0x80, b"te"));
    bytes.extend(masked(0x81, b"two\nlines\r\n"));
    for byte in &bytes {
        socket.stream.write_all(std::slice::from_ref(byte)).unwrap();
    }
    assert_eq!(socket.frame(), Some((0x8a, b"between".to_vec())));
    for line in ["teste", "two", "lines"] {
        assert_eq!(socket.text(), format!("guest1: {line}"));
    }
}

/// The server does not listen to who spoke too fast: it must not take that for silence.
#[test]
fn who_is_slowed_down_is_not_taken_for_gone() {
    let server = Server::with(|config| {
        config.ping_every = Duration::from_millis(300);
        config.limits.rate = 40;
    });
    let mut eva = Socket::chat(server.web);
    let count = 320;
    let text: String = (0..count).map(|number| format!("{number}\n")).collect();
    eva.say(&text);
    let mut next = 0;
    while next < count {
        let (first, payload) = eva.frame().expect("still connected");
        if first == 0x89 {
            eva.send(0x8a, &payload);
        } else {
            assert_eq!(payload, format!("guest1: {next}").as_bytes());
            next += 1;
        }
    }
}

/// A ping waits behind what the client has not read yet: that it is not answered says nothing.
#[test]
fn who_stops_reading_for_a_while_is_not_taken_for_gone() {
    let server = Server::with(|config| {
        config.ping_every = Duration::from_millis(200);
        config.limits.rate = 0;
    });
    let (mut slow, mut bob) = (Socket::narrow(server.web), server.client());
    let text = "x".repeat(8_000);
    for number in 0..2_500 {
        bob.say(&format!("{number} {text}"));
        bob.line();
    }
    std::thread::sleep(Duration::from_secs(1));
    let mut next = 0;
    while next < 2_500 {
        let (first, payload) = slow.frame().expect("still connected");
        if first == 0x81 {
            assert!(payload.starts_with(format!("guest2: {next} ").as_bytes()));
            next += 1;
        } else if first == 0x89 {
            slow.send(0x8a, &payload);
        }
    }
}

#[test]
fn silent_clients_are_pinged_and_given_up() {
    let server = Server::with(|config| config.ping_every = Duration::from_millis(500));
    let mut alive = Socket::chat(server.web);
    for _ in 0..5 {
        assert_eq!(alive.frame(), Some((0x89, vec![])));
        alive.send(0x8a, b"");
    }
    drop(alive);
    let mut dead = Socket::chat(server.web);
    assert_eq!(dead.frame(), Some((0x89, vec![])));
    assert_eq!(dead.frame(), None, "given up at the next ping");
    let mut eva = Socket::chat(server.web);
    eva.say("/who");
    assert_eq!(eva.text(), "* here: 1: guest3");
}

/// What a client does not read holds up our close frame; a ping that is due meanwhile is not sent behind it.
#[test]
fn no_ping_follows_a_close_frame() {
    let server = Server::with(|config| {
        config.ping_every = Duration::from_millis(200);
        config.limits.rate = 0;
    });
    let (mut eva, mut bob) = (Socket::narrow(server.web), server.client());
    let text = "x".repeat(8_000);
    for number in 0..2_500 {
        bob.say(&format!("{number} {text}"));
        bob.line();
    }
    eva.stream.write_all(b"\x81\x02hi").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(close_code(&mut eva), 1002);
}

/// Frames that say nothing cost as much as lines: who sends a thousand times more of them than it may waits, and nobody else.
#[test]
fn frames_without_a_line_are_slowed_down_too() {
    for frame in [masked(0x81, b""), masked(0x89, b""), masked(0x8a, b"")] {
        let server = Server::with(|config| config.limits.rate = 100);
        let eva = Socket::chat(server.web);
        let mut bob = server.client();
        eva.stream
            .set_write_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let mut flood = eva.stream.try_clone().unwrap();
        let block = frame.repeat(10_000);
        let mut taken = 0;
        while taken < 64 << 20 {
            match flood.write(&block) {
                Ok(count) => taken += count,
                Err(_) => break,
            }
        }
        assert!(taken < 64 << 20, "all was read");
        bob.say("hello");
        bob.expect("guest2: hello");
    }
}

/// Without a rate a client that never pauses starves nobody: everybody is answered in the time that tests wait for an answer. How
/// soon is a matter of measuring, not of a test (a round of 0.4 ms instead of 26 ms on two cores, since clients are read in turns).
#[test]
fn who_never_pauses_has_turns_like_everybody() {
    let server = Server::with(|config| config.limits.rate = 0);
    let mut bob = server.client();
    let flooding: Vec<_> = (0..2)
        .map(|_| {
            let mut eva = Socket::chat(server.web);
            let stream = eva.stream.try_clone().unwrap();
            let block = masked(0x81, b"").repeat(10_000);
            let flood = std::thread::spawn(move || while eva.stream.write_all(&block).is_ok() {});
            (stream, flood)
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    for round in 0..100 {
        bob.say(&format!("round {round}"));
        bob.expect(&format!("guest1: round {round}"));
    }
    for (stream, flood) in flooding {
        stream.shutdown(Half::Both).unwrap();
        flood.join().unwrap();
    }
}

#[test]
fn who_echoes_is_told_that_the_server_ends() {
    let server = Server::with(|config| config.echo = true);
    let mut idle = Socket::connect(server.web, "/echo", "");
    idle.send(0x82, b"x");
    assert_eq!(idle.frame(), Some((0x82, b"x".to_vec())));
    server.shutdown.begin();
    assert_eq!(idle.frame(), Some((0x88, 1001_u16.to_be_bytes().to_vec())));
    assert_eq!(idle.frame(), None);
}

#[test]
fn a_line_within_a_message_has_its_bound() {
    let server = Server::with(|config| {
        config.limits = Limits {
            line_bytes: 10,
            ..Limits::default()
        }
    });
    let mut socket = Socket::chat(server.web);
    socket.say("12345678901");
    assert!(socket.text().starts_with("* line too long"));
    socket.say("1234567890");
    assert_eq!(socket.text(), "guest1: 1234567890");
}

#[test]
fn heads_are_bounded_in_size_and_time() {
    let server = Server::start();
    let mut stream = std::net::TcpStream::connect(server.web).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /chat HTTP/1.1\r\nX: ").unwrap();
    let _ = stream.write_all(&vec![b'x'; 100_000]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    // Slowloris: a head that never ends is cut after five seconds.
    let mut slow = std::net::TcpStream::connect(server.web).unwrap();
    slow.set_read_timeout(Some(PATIENCE)).unwrap();
    slow.write_all(b"GET /chat HTTP/1.1\r\nX: ").unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).expect("an end");
}
