//! Slow, hostile and unlucky clients: bounds hold, nobody else notices, nothing leaks.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown as Half, TcpStream};
use std::time::{Duration, Instant};

use chatscope::chat::{DisconnectReason, Limits, SessionEventKind};
use socket2::SockRef;
use support::{Client, PATIENCE, Server, Socket, eventually};

fn limits(change: impl FnOnce(&mut Limits)) -> Server {
    Server::with(|config| change(&mut config.limits))
}

/// The reason the events give for the end of the session.
fn end_of(server: &Server, session: u64) -> DisconnectReason {
    loop {
        let event = server.events.recv_timeout(PATIENCE).unwrap();
        if let SessionEventKind::Disconnected { reason } = event.kind
            && event.session.0 == session
        {
            return reason;
        }
    }
}

#[test]
fn nothing_dangerous_reaches_another_terminal() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    let mut eva = Socket::chat(server.web);
    for (sent, shown) in [
        (&b"\x1b[2J\x1b]0;owned\x07"[..], r"\x1b[2J\x1b]0;owned\x07"),
        (b"nul \0 del \x7f tab \t", r"nul \x00 del \x7f tab \t"),
        (b"bad utf-8 \xff\xfe", r"bad utf-8 \xff\xfe"),
        (
            "c1 \u{9b} bidi \u{202e}".as_bytes(),
            r"c1 \u{9b} bidi \u{202e}",
        ),
        (b"lone\rcr", r"lone\rcr"),
        ("olá, 日本 🙂".as_bytes(), "olá, 日本 🙂"),
    ] {
        ana.send(&[sent, b"\r\n"].concat());
        let line = format!("guest1: {shown}");
        ana.expect(&line);
        bob.expect(&line);
        assert_eq!(eva.text(), line);
    }
    ana.say("/nick \x1b[31m");
    assert!(ana.line().starts_with("* not renamed"));
    ana.say("/msg guest2 \x1b[2J");
    bob.expect(r"* guest1 (to you): \x1b[2J");
}

#[test]
fn two_lines_in_one_segment_and_one_line_in_six() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.send(b"one\ntwo\r\n");
    for part in [b"t", b"h", b"r", b"e", b"e", b"\n"] {
        ana.send(part);
        std::thread::sleep(Duration::from_millis(5));
    }
    for line in ["one", "two", "three"] {
        bob.expect(&format!("guest1: {line}"));
    }
}

#[test]
fn a_paste_passes_and_a_flood_is_slowed_for_its_sender_only() {
    // Without the allowance the paste would take 20 s.
    let server = limits(|limits| limits.rate = 10);
    let (mut ana, mut bob) = (server.client(), server.client());
    let start = Instant::now();
    let paste: String = (0..200).map(|number| format!("paste {number}\n")).collect();
    ana.send(paste.as_bytes());
    for number in 0..200 {
        bob.expect(&format!("guest1: paste {number}"));
        ana.expect(&format!("guest1: paste {number}"));
    }
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    // A flood of far more than the burst: its sender waits, bob's own lines do not.
    ana.stream()
        .set_write_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let block = "flood\n".repeat(10_000);
    while ana
        .reader
        .get_mut()
        .write(block.as_bytes())
        .is_ok_and(|count| count > 0)
    {}
    // What ana has on the way would take hours at her rate.
    bob.say("/ping");
    bob.until("* pong");
}

/// Who floods and then resets is not heard faster than who stays, and leaves soon.
#[test]
fn a_reset_is_no_way_around_the_rate() {
    let server = limits(|limits| limits.rate = 100);
    let flood = server.client();
    let mut stream = flood.stream();
    stream.set_nonblocking(true).unwrap();
    let block = b"a\n".repeat(8_000);
    for _ in 0..200 {
        let _ = stream.write(&block);
    }
    std::thread::sleep(Duration::from_millis(300));
    flood.reset();
    let reason = end_of(&server, 1);
    assert_eq!(reason, DisconnectReason::ClientReset);
    let lines = server.stop().counters.lines;
    // The allowance for a paste, some seconds at the rate, and what one read held.
    assert!(lines < 400 + 500 + 8_192, "{lines} lines");
}

#[test]
fn idle_sessions_are_warned_and_ended() {
    let server = limits(|limits| limits.idle = Duration::from_secs(4));
    let mut ana = server.client();
    let mut bob = server.client();
    // Bob speaks forty times in the time after which ana is given up.
    let (over, ana_is_gone) = std::sync::mpsc::channel::<()>();
    let talking = std::thread::spawn(move || {
        while ana_is_gone.recv_timeout(Duration::from_millis(100))
            == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            bob.say("/ping");
            bob.until("* pong");
        }
        bob
    });
    let rest = ana.rest();
    drop(over);
    let mut bob = talking.join().unwrap();
    assert!(rest.starts_with("* are you there?"), "{rest}");
    assert!(
        rest.ends_with("* nothing heard from you for 4 s: goodbye\n"),
        "{rest}"
    );
    bob.say("/who");
    bob.until("* here: 1: guest2");
    assert_eq!(end_of(&server, 1), DisconnectReason::Idle);
}

#[test]
fn a_line_that_never_ends_is_no_sign_of_life() {
    let server = limits(|limits| limits.idle = Duration::from_millis(500));
    let mut ana = server.client();
    let mut dribble = ana.stream().try_clone().unwrap();
    std::thread::spawn(move || {
        while dribble.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let rest = ana.rest();
    assert!(rest.contains("nothing heard from you"), "{rest}");
    assert_eq!(end_of(&server, 1), DisconnectReason::Idle);
}

/// What a client does not read stays in the log, where all share it, and not in the kernel, once for each of them.
#[test]
#[cfg(target_os = "linux")]
fn who_stops_reading_holds_little_of_the_kernels_memory() {
    let server = limits(|limits| limits.rate = 0);
    let mut stopped = Client::narrow(server.lines);
    let (mut bob, text) = (server.client(), "x".repeat(8_000));
    for number in 0..1_000 {
        bob.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
    }
    let own = stopped.stream().local_addr().unwrap().port();
    let (_, waiting) = support::kernel_of(server.lines.port(), own).unwrap();
    assert!(waiting < 512 * 1024, "{waiting} bytes");
    for number in 0..1_000 {
        assert!(stopped.line().starts_with(&format!("guest2: {number} x")));
    }
}

/// A page, or somebody who mistook the port, says nothing in the room: neither its request nor what it hides in the body.
#[test]
fn other_protocols_are_told_and_say_nothing() {
    let server = Server::start();
    let mut bob = server.client();
    let requests: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 24\r\n\r\n/nick admin\nI am admin\n",
        b"\x16\x03\x01\x02\x00\x01\x00\nsomething\nthat is random\n",
        b"\x16\x03\x01\x02\x00\x01\x00 without a line end",
    ];
    for (request, session) in requests.into_iter().zip(2..) {
        let mut ana = server.client();
        ana.send(request);
        ana.stream().shutdown(std::net::Shutdown::Write).unwrap();
        let told = ana.rest();
        assert!(
            told.starts_with("* this port speaks plain lines, neither HTTP nor TLS"),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1, "{told}");
        assert_eq!(end_of(&server, session), DisconnectReason::ProtocolError);
    }
    // Talk about it is talk.
    bob.send(b"hello\nGET / HTTP/1.1\n");
    bob.expect("guest1: hello");
    bob.expect("guest1: GET / HTTP/1.1");
}

#[test]
fn names_are_one_to_a_person_whatever_their_case() {
    let server = Server::start();
    let mut clients: Vec<_> = (0..4).map(|_| server.client()).collect();
    for client in &mut clients {
        client.say("/nick Ana");
    }
    // Each has its answer when the next command has its own.
    for client in &mut clients {
        client.say("/ping done");
        client.until("* pong done");
    }
    clients[0].say("/who");
    let here = clients[0].until("* here: ");
    assert_eq!(here.to_lowercase().matches("ana").count(), 1, "{here}");
}

#[test]
fn reasons_tell_fin_reset_and_quit_apart() {
    let server = Server::start();
    let (fin, reset, mut quit) = (server.client(), server.client(), server.client());
    drop(fin);
    assert_eq!(end_of(&server, 1), DisconnectReason::ClientClosed);
    reset.reset();
    assert_eq!(end_of(&server, 2), DisconnectReason::ClientReset);
    quit.say("/quit");
    assert_eq!(quit.rest(), "* goodbye\n");
    drop(quit);
    assert_eq!(end_of(&server, 3), DisconnectReason::Quit);
}

/// A FIN ends the last line, a reset does not: what it cut short is half of one. It was said where writing found the
/// reset first, because reading then finds an end.
#[test]
fn what_a_reset_cuts_short_is_no_line() {
    let server = Server::start();
    let mut bob = server.client();
    for _ in 0..50 {
        let mut ana = server.client();
        ana.send(&[&b"whole\n".repeat(200)[..], b"half"].concat());
        ana.reset();
    }
    for session in 2..=51 {
        end_of(&server, session);
    }
    bob.say("end");
    loop {
        let line = bob.line();
        assert!(!line.ends_with("half"), "{line}");
        if line.ends_with(": end") {
            return;
        }
    }
}

#[test]
fn the_farewell_survives_unread_input() {
    let server = Server::start();
    for _ in 0..20 {
        let mut ana = server.client();
        let mut bytes = b"/quit\n".to_vec();
        bytes.extend(b"more that nobody reads\n".repeat(20_000));
        ana.stream().set_write_timeout(Some(PATIENCE)).unwrap();
        let mut writer = ana.stream().try_clone().unwrap();
        let sender = std::thread::spawn(move || {
            let _ = writer.write_all(&bytes);
            let _ = writer.shutdown(Half::Write);
        });
        let rest = ana.rest();
        assert!(rest.ends_with("* goodbye\n"), "{rest:.100}");
        sender.join().unwrap();
    }
}

#[test]
fn a_storm_of_connections() {
    let server = Server::start();
    let mut bob = server.client();
    let start = Instant::now();
    let clients: Vec<TcpStream> = (0..2_000)
        .map(|_| TcpStream::connect(server.lines).unwrap())
        .collect();
    for stream in &clients {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut byte = [0];
        assert_eq!((&*stream).read(&mut byte).unwrap(), 1, "a welcome");
    }
    bob.say("/who");
    assert!(bob.line().starts_with("* here: 2001:"));
    drop(clients);
    eventually("all are gone", || {
        bob.say("/who");
        bob.line() == "* here: 1: guest1"
    });
    // The same over WebSocket: none has asked before all are there.
    let mut clients: Vec<TcpStream> = (0..2_000)
        .map(|_| TcpStream::connect(server.web).unwrap())
        .collect();
    let request = format!(
        "GET /chat HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.web
    );
    for stream in &mut clients {
        stream.write_all(request.as_bytes()).unwrap();
    }
    for stream in &clients {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut status = [0; 12];
        (&*stream).read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 101");
    }
    drop(clients);
    eventually("all are gone again", || {
        bob.say("/who");
        bob.line() == "* here: 1: guest1"
    });
    assert!(
        start.elapsed() < Duration::from_mins(1),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn random_bytes_on_both_ports_break_nothing() {
    let server = limits(|limits| limits.rate = 0);
    let mut bob = server.client();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..200 {
        let mut stream = if round % 2 == 0 {
            TcpStream::connect(server.lines).unwrap()
        } else {
            Socket::chat(server.web).stream
        };
        let length = random() % 3_000;
        let bytes: Vec<u8> = (0..length).map(|_| random() as u8).collect();
        let _ = stream.write_all(&bytes);
        if round % 3 == 0 {
            SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        }
    }
    bob.say("/ping alive");
    bob.until("* pong alive");
    eventually("all are gone", || {
        bob.say("/who");
        bob.until("* here: ").starts_with("* here: 1:")
    });
}

#[test]
fn no_socket_is_left_in_close_wait() {
    let server = Server::start();
    let mut bob = server.client();
    for round in 0..50 {
        let mut client = server.client();
        match round % 4 {
            0 => drop(client),
            1 => {
                client.stream().shutdown(Half::Write).unwrap();
                client.rest();
            }
            2 => client.reset(),
            _ => {
                client.say("/quit");
                client.rest();
            }
        }
    }
    eventually("all are gone", || {
        bob.say("/who");
        bob.line() == "* here: 1: guest1"
    });
    let port = format!(":{:04X}", server.lines.port());
    eventually("no CLOSE-WAIT, no FIN-WAIT", || {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        // Columns: number, local address, remote address, state; 08 = CLOSE-WAIT, 04 and 05 = FIN-WAIT.
        table
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .all(|columns| {
                !(columns.get(1).is_some_and(|local| local.ends_with(&port))
                    && matches!(columns.get(3), Some(&("08" | "04" | "05"))))
            })
    });
}
