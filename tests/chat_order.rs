//! One total order, nothing lost, nothing twice, under concurrency; and ends that leave nothing behind.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chatscope::chat::{Limits, SessionEventKind};
use chatscope::server::{self, Config, EventSink, Shutdown};
use support::{Client, PATIENCE, SOON, Server, Socket};

/// Every client says `count` lines while reading; returns what each read until it has all of everybody's.
fn crowd(lines: SocketAddr, web: SocketAddr, clients: usize, count: usize) -> Vec<Vec<String>> {
    let all = clients * count;
    let ready = std::sync::Arc::new(std::sync::Barrier::new(clients));
    let threads: Vec<_> = (0..clients)
        .map(|number| {
            let ready = std::sync::Arc::clone(&ready);
            std::thread::spawn(move || {
                if number % 2 == 0 {
                    line_member(Client::connect(lines), number, count, all, &ready)
                } else {
                    socket_member(Socket::chat(web), number, count, all, &ready)
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}

fn line_member(
    mut client: Client,
    number: usize,
    count: usize,
    all: usize,
    ready: &std::sync::Barrier,
) -> Vec<String> {
    let mut writer = client.stream().try_clone().unwrap();
    ready.wait();
    let speaker = std::thread::spawn(move || {
        for line in 0..count {
            // Several lines per segment, and lines cut by segments.
            let text = format!("c{number} l{line}\n");
            let (head, tail) = text.split_at(line % text.len());
            writer.write_all(head.as_bytes()).unwrap();
            writer.write_all(tail.as_bytes()).unwrap();
        }
    });
    let mut got = Vec::with_capacity(all);
    while got.len() < all {
        let mut line = String::new();
        assert!(client.reader.read_line(&mut line).unwrap() > 0);
        got.push(line.trim_end().to_owned());
    }
    speaker.join().unwrap();
    got
}

fn socket_member(
    mut socket: Socket,
    number: usize,
    count: usize,
    all: usize,
    ready: &std::sync::Barrier,
) -> Vec<String> {
    let mut writer = socket.stream.try_clone().unwrap();
    ready.wait();
    let speaker = std::thread::spawn(move || {
        for line in 0..count {
            writer
                .write_all(&support::masked(
                    0x81,
                    format!("c{number} l{line}").as_bytes(),
                ))
                .unwrap();
        }
    });
    let got = (0..all).map(|_| socket.text()).collect();
    speaker.join().unwrap();
    got
}

fn check(heard: &[Vec<String>], clients: usize, count: usize) {
    for other in &heard[1..] {
        assert!(*other == heard[0], "one order for all");
    }
    let mut next = vec![0; clients];
    for line in &heard[0] {
        let text = line.split(": c").nth(1).unwrap();
        let (client, number) = text.split_once(" l").unwrap();
        let client: usize = client.parse().unwrap();
        assert_eq!(
            number.parse::<usize>().unwrap(),
            next[client],
            "each speaker's lines in their order, once"
        );
        next[client] += 1;
    }
    assert!(next.iter().all(|&said| said == count));
}

#[test]
fn everybody_hears_the_same_on_one_thread() {
    let server = Server::with(|config| {
        config.limits = Limits {
            rate: 0,
            ..Limits::default()
        }
    });
    check(&crowd(server.lines, server.web, 8, 500), 8, 500);
}

#[test]
fn everybody_hears_the_same_on_many_threads_and_from_a_file() {
    for durable in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let bind = || server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (lines, web) = (bind(), bind());
        let (line_address, web_address) = (lines.local_addr().unwrap(), web.local_addr().unwrap());
        let config = Config {
            line_listeners: vec![lines],
            web_listeners: vec![web],
            limits: Limits {
                rate: 0,
                ..Limits::default()
            },
            history: durable.then(|| folder.path().join("chat.db")),
            events: EventSink::none(),
            ..Config::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap();
        let shutdown = Shutdown::new();
        let running = runtime.spawn(server::run(config, shutdown.clone()));
        check(&crowd(line_address, web_address, 8, 300), 8, 300);
        shutdown.begin();
        let report = runtime.block_on(running).unwrap().unwrap();
        assert_eq!(report.counters.lines, 8 * 300);
        assert_eq!(report.counters.missed, 0);
    }
}

#[test]
fn a_port_can_be_used_again_at_once() {
    let server = Server::start();
    let address = server.lines;
    let mut clients: Vec<Client> = (0..5).map(|_| server.client()).collect();
    server.shutdown.begin();
    for client in &mut clients {
        client.rest();
    }
    drop(clients);
    server.stop();
    // The server closed first: its ends are in TIME-WAIT, which must not matter.
    drop(server::bind(address).unwrap());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let error = server::bind(taken.local_addr().unwrap()).unwrap_err();
    assert!(error.to_string().contains("the port is in use"), "{error}");
    let error = server::bind("192.0.2.1:7000".parse().unwrap()).unwrap_err();
    assert!(
        error.to_string().contains("does not have that address"),
        "{error}"
    );
}

/// How long the end takes where somebody has stopped reading; a second signal may come.
fn end_with_a_stopped_reader(twice: bool) -> Duration {
    let server = Server::with(|config| {
        config.limits = Limits {
            rate: 0,
            ..Limits::default()
        }
    });
    let _stopped = stopped(&server);
    let mut ana = server.client();
    let start = Instant::now();
    server.shutdown.begin();
    let rest = ana.rest();
    assert!(
        rest.ends_with("* the server is shutting down: goodbye\n"),
        "{rest:.80}"
    );
    drop(ana);
    if twice {
        server.shutdown.signal();
    }
    server.stop();
    start.elapsed()
}

#[test]
fn a_reader_that_stopped_cannot_hold_up_the_end() {
    support::in_time(SOON, || end_with_a_stopped_reader(false));
}

/// A client that has stopped reading, with more on its way than the sockets hold.
fn stopped(server: &Server) -> Client {
    let stopped = Client::narrow(server.lines);
    let mut ana = server.client();
    let text = "x".repeat(8_000);
    for _ in 0..2_000 {
        ana.say(&text);
        ana.until("x");
    }
    stopped
}

#[test]
fn a_second_signal_ends_at_once() {
    // The polite end waits for who has stopped reading, on any machine.
    let polite = end_with_a_stopped_reader(false);
    support::in_time(polite / 2, || end_with_a_stopped_reader(true));
}

#[test]
fn offsets_of_a_websocket_count_from_the_first_byte_of_http() {
    let server = Server::start();
    let mut socket = Socket::connect(server.web, "/chat", "");
    for _ in 0..3 {
        socket.text();
    }
    let local = socket.stream.local_addr().unwrap();
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let request = format!("GET /chat HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{key}\r\n\r\n", server.web).len() as u64;
    // Two fragments, six bytes of head each; a ping between is part of the message's stretch.
    let frames = [
        support::masked(0x01, b"tes"),
        support::masked(0x89, b""),
        support::masked(0x80, b"te"),
    ]
    .concat();
    socket.stream.write_all(&frames).unwrap();
    while socket.frame().unwrap().0 != 0x81 {}
    let (mut read, mut wrote, mut said) = (0, 0, None);
    let mut lines = 0..0;
    // The client can see the line before the server has told of its write.
    while lines.is_empty() {
        let event = server.events.recv_timeout(PATIENCE).unwrap();
        assert_eq!(event.connection.client.socket_addr(), local);
        match event.kind {
            SessionEventKind::Read { bytes } => {
                assert_eq!(bytes.start, read);
                read = bytes.end;
            }
            SessionEventKind::Said { line, bytes } => said = Some((line, bytes)),
            SessionEventKind::Wrote {
                lines: these,
                bytes,
            } => {
                assert_eq!(bytes.start, wrote);
                wrote = bytes.end;
                if !these.is_empty() {
                    lines = these;
                    // `guest1: teste` in a frame of two bytes of head.
                    assert_eq!(bytes.end - bytes.start, 15);
                }
            }
            _ => {}
        }
    }
    assert_eq!(
        said,
        Some((Some(1), request..request + frames.len() as u64))
    );
    assert_eq!(read, request + frames.len() as u64);
    assert!(wrote > socket.head.len() as u64);
    assert_eq!(lines, 1..2);
}
