//! A full room: strangers are told and turned away, its own members come back, and neither can pile anything up.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use chatscope::chat::limits::SPARE_SESSIONS;
use chatscope::chat::{Limits, SessionEventKind};
use chatscope::server::{DOORSTEP_PLACES, DOORSTEP_TIME};
use serde_json::Value;
use support::process::Process;
use support::{Client, PATIENCE, Server, Socket, eventually};

const NOTICE: &str = "* the room is full (2 sessions): try again later. To come back to your session say within 15 s: /resume TOKEN\n";
const REFUSAL: &str = "* the room is full (2 sessions): try again later\n";

fn small() -> Server {
    Server::with(|config| {
        config.limits = Limits {
            sessions: 2,
            ..Limits::default()
        }
    })
}

fn arrive(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.lines).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that a client is told that says this at once; panics on a reset.
fn told(server: &Server, said: &[u8]) -> String {
    let mut stream = arrive(server);
    stream.write_all(said).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A client of a full room that says `/resume` and has read up to the second line of its welcome back.
fn come_back(server: &Server, line: &str) -> (Client, String) {
    let mut stream = arrive(server);
    stream.write_all(line.as_bytes()).unwrap();
    let mut client = Client::unwelcomed(stream);
    assert_eq!(client.line() + "\n", NOTICE);
    let welcome = client.line();
    client.line();
    (client, welcome)
}

#[test]
fn strangers_are_told_and_a_free_place_is_taken() {
    let server = small();
    let (ana, mut bob) = (server.client(), server.client());
    for said in [
        "hello\n".to_owned(),
        "\n".to_owned(),
        "/who\nhello\n".to_owned(),
        "x".repeat(100_000),
        "/resume 12\n".to_owned(),
    ] {
        assert_eq!(told(&server, said.as_bytes()), format!("{NOTICE}{REFUSAL}"));
    }
    let unknown = told(&server, format!("/resume {}\n", "0".repeat(32)).as_bytes());
    let why = "* no session has this token (any more), and the room is full (2 sessions): try again later\n";
    assert_eq!(unknown, format!("{NOTICE}{why}"));
    let mut stream = arrive(&server);
    stream.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text, format!("{NOTICE}{REFUSAL}"));
    let mut socket = Socket::connect(server.web, "/chat", "");
    assert!(socket.text().contains("the room is full"));
    assert_eq!(
        socket.frame(),
        Some((0x88, 1013_u16.to_be_bytes().to_vec()))
    );
    // Nothing of all this was heard by the room.
    bob.say("/stats");
    assert!(bob.line().contains("here 2, away 0, ever 2; refused 8;"));
    drop(ana);
    eventually("a place is free again", || {
        let mut line = [0; 9];
        let mut stream = arrive(&server);
        stream.read_exact(&mut line).unwrap();
        line.starts_with(b"* welcome")
    });
}

#[test]
fn who_dropped_comes_back_by_line_text() {
    let server = small();
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("/nick ana");
    bob.until("is now ana");
    let token = ana.token.clone();
    drop(ana);
    // Somebody else has the place at once.
    let mut eva = None;
    eventually("the place is free", || {
        let mut client = Client::unwelcomed(arrive(&server));
        let welcomed = client.line().starts_with("* welcome");
        eva = welcomed.then_some(client);
        welcomed
    });
    let mut eva = eva.unwrap();
    bob.say("missed");
    eva.until("guest2: missed");
    // Token, CRLF and a first line in one segment, the second half of that line later.
    let (mut back, welcome) = come_back(&server, &format!("/resume {token}\r\nI am b"));
    assert_eq!(
        welcome,
        "* welcome back: you are ana, session 1; lines missed: 1"
    );
    back.expect("guest2: missed");
    back.send(b"ack\n");
    back.expect("ana: I am back");
    eva.expect("ana: I am back");
    // The story counts the bytes from the first of the connection.
    let claim = format!("/resume {token}\r\n").len() as u64;
    let said = server.events.iter().find_map(|event| match event.kind {
        SessionEventKind::Said {
            line: Some(3),
            bytes,
        } => Some(bytes),
        _ => None,
    });
    assert_eq!(said, Some(claim..claim + 10));
    // Its last line may be ended by FIN, here too.
    drop(back);
    eventually("it is gone", || {
        eva.say("/who");
        eva.until("* here: ").starts_with("* here: 2:")
    });
    let mut stream = arrive(&server);
    write!(stream, "/resume {token} none").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(
        text.contains("welcome back: you are ana, session 1; lines missed: 0"),
        "{text}"
    );
}

#[test]
fn a_session_that_looks_alive_is_taken_over() {
    let server = small();
    let (mut old, mut bob) = (server.client(), server.client());
    bob.say("one");
    old.expect("guest2: one");
    let token = old.token.clone();
    let (mut new, welcome) = come_back(&server, &format!("/resume {token}\n"));
    assert_eq!(
        welcome,
        "* welcome back: you are guest1, session 1; lines missed: 0"
    );
    assert!(old.rest().contains("goes on at another connection"));
    bob.say("/who");
    bob.until("* here: 2: guest1, guest2");
    bob.say("two");
    new.expect("guest2: two");
}

/// Whoever has a token has one session of it, not the places beyond the room.
#[test]
fn one_token_fills_no_places() {
    let server = small();
    let (ana, mut bob) = (server.client(), server.client());
    let line = format!("/resume {}\nI am many\n", ana.token);
    let crowd: Vec<TcpStream> = (0..4 * SPARE_SESSIONS)
        .map(|_| {
            let mut stream = arrive(&server);
            stream.write_all(line.as_bytes()).unwrap();
            stream
        })
        .collect();
    let path = format!("/chat?resume={}", ana.token);
    let sockets: Vec<Socket> = (0..SPARE_SESSIONS)
        .map(|_| Socket::connect(server.web, &path, ""))
        .collect();
    eventually("nobody but the two is left", || {
        bob.say("/who");
        bob.until("* here: ") == "* here: 2: guest1, guest2"
    });
    // Nothing was said by anybody else than the session.
    bob.say("/history 1000");
    bob.say("/ping");
    loop {
        let line = bob.line();
        if line == "* pong" {
            break;
        }
        assert!(
            line.starts_with("* ") || line == "guest1: I am many",
            "{line}"
        );
    }
    // The places are free for those who really come back.
    let (mut new, welcome) = come_back(&server, &format!("/resume {}\n", bob.token));
    assert!(welcome.contains("you are guest2, session 2"), "{welcome}");
    new.say("/ping");
    new.until("* pong");
    drop((crowd, sockets));
}

#[test]
fn a_silent_crowd_keeps_nobody_out_and_ends_in_time() {
    let server = small();
    let (ana, _bob) = (server.client(), server.client());
    let start = Instant::now();
    let mut crowd: Vec<TcpStream> = (0..2 * DOORSTEP_PLACES).map(|_| arrive(&server)).collect();
    let text_of = |stream: &mut TcpStream| {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    // Who waits longest makes room at once.
    for stream in &mut crowd[..DOORSTEP_PLACES] {
        assert_eq!(text_of(stream), format!("{NOTICE}{REFUSAL}"));
    }
    // A byte now and then buys no time.
    crowd[DOORSTEP_PLACES].write_all(b"/").unwrap();
    let (mut back, _) = come_back(&server, &format!("/resume {}\n", ana.token));
    back.say("/ping");
    back.until("* pong");
    for (number, stream) in crowd[DOORSTEP_PLACES..].iter_mut().enumerate() {
        assert_eq!(text_of(stream), format!("{NOTICE}{REFUSAL}"));
        // The first of them made room for the one that came back.
        assert!(number == 0 || start.elapsed() >= DOORSTEP_TIME);
    }
}

/// In the middle of a crowd that comes at one moment, who speaks at once is heard.
#[test]
fn a_storm_at_the_door_keeps_nobody_out() {
    let server = Process::start(&[&"--max-sessions", &"2"]);
    let (ana, _bob) = (server.client(), server.client());
    let crowd = |count| -> Vec<TcpStream> {
        let connect = |_| TcpStream::connect(server.lines).unwrap();
        (0..count).map(connect).collect()
    };
    for _ in 0..3 {
        // All of them wait in the backlog when the server looks.
        server.signal("STOP");
        let before = crowd(10);
        let mut stream = TcpStream::connect(server.lines).unwrap();
        writeln!(stream, "/resume {}", ana.token).unwrap();
        let behind = crowd(400);
        server.signal("CONT");
        let mut back = Client::unwelcomed(stream);
        assert_eq!(back.line() + "\n", NOTICE);
        back.expect("* welcome back: you are guest1, session 1; lines missed: 0");
        drop((before, behind));
    }
}

#[test]
fn the_end_of_the_server_waits_for_nobody_at_the_door() {
    let mut server = Process::start(&[&"--max-sessions", &"1", &"--log-format", &"json"]);
    let ana = server.client();
    let mut waiting = Client::unwelcomed(TcpStream::connect(server.lines).unwrap());
    assert!(waiting.line().contains("the room is full (1 session)"));
    server.terminate();
    assert_eq!(
        waiting.rest(),
        "* the room is full (1 session): try again later\n"
    );
    drop((ana, waiting));
    let (status, took) = server.wait();
    // Not when their time is over.
    assert!(
        status.success() && took < DOORSTEP_TIME,
        "{status} {took:?}"
    );
    let log = server.log();
    let turned = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["fields"]["message"] == "turned away")
        .unwrap();
    assert!(turned["fields"]["client"].is_string(), "{turned}");
    assert!(
        turned["fields"]["why"]
            .as_str()
            .unwrap()
            .contains("the room is full"),
        "{turned}"
    );
}
