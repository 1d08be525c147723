//! What the operator reads: one log line per connect and disconnect with the right reason, `/stats`, `/metrics`.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;
use support::process::Process;
use support::{Socket, eventually, masked};

/// The log line about the end of a session.
fn end_of(server: &Process, session: u64) -> Value {
    let mut found = None;
    eventually("the end of the session is logged", || {
        let log = server.log();
        let objects = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        found = objects
            .filter(|line| line["fields"]["message"] == "disconnected")
            .find(|line| line["span"]["session"] == session);
        found.is_some()
    });
    found.unwrap()
}

#[test]
fn every_end_has_its_reason_in_the_log() {
    let mut server = Process::start(&[&"--log-format", &"json", &"--idle", &"2"]);
    let fin = server.client();
    let address = fin.stream().local_addr().unwrap().to_string();
    drop(fin);
    server.client().reset();
    let mut quit = server.client();
    quit.say("/quit");
    quit.rest();
    drop(quit);
    let old = server.client();
    let mut new = server.client();
    new.say(&format!("/resume {}", old.token));
    new.until("welcome back");
    let (mut bad, mut big, mut bye) = (
        Socket::chat(server.web),
        Socket::chat(server.web),
        Socket::chat(server.web),
    );
    bad.stream.write_all(b"\x81\x02hi").unwrap();
    big.stream
        .write_all(&masked(0x81, &vec![b'x'; 64 * 1024 + 1]))
        .unwrap();
    bye.send(0x88, &1000_u16.to_be_bytes());
    let mut idle = server.client();
    let expected = [
        (1, "client_closed"),
        (2, "client_reset"),
        (3, "quit"),
        (4, "taken_over"),
        (6, "protocol_error"),
        (7, "over_bound"),
        (8, "client_closed"),
        (9, "idle"),
    ];
    for (session, reason) in expected {
        let line = end_of(&server, session);
        assert_eq!(
            line["fields"]["reason"], reason,
            "session {session}: {line}"
        );
    }
    assert_eq!(end_of(&server, 1)["span"]["client"], address);
    idle.rest();
    let _last = server.client();
    server.terminate();
    assert_eq!(end_of(&server, 10)["fields"]["reason"], "shutdown");
    let (status, _) = server.wait();
    assert!(status.success(), "{status}");
    let connected = server.log().matches(r#""message":"connected""#).count();
    assert_eq!(connected, 10, "one line per connect");
    let disconnected = server.log().matches(r#""message":"disconnected""#).count();
    assert_eq!(disconnected, 10, "one line per disconnect");
}

#[test]
fn the_log_names_the_stream_where_it_is_captured() {
    let server = Process::capturing(&[&"--log-format", &"json"]);
    if !server.log().contains("capturing on") {
        eprintln!("skipped: no permission to capture on loopback");
        return;
    }
    for session in 1..4 {
        let mut ana = server.client();
        ana.say("teste");
        ana.until(": teste");
        // The story is some ten milliseconds behind.
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(ana);
        let line = end_of(&server, session);
        assert_eq!(line["span"]["stream"], session - 1, "{line}");
    }
}

/// The capture is behind the connect by some milliseconds only: while the session lasts the log knows its stream.
#[test]
fn the_log_names_the_stream_as_soon_as_it_is_captured() {
    let server = Process::capturing(&[&"--log-format", &"json", &"-vv"]);
    if !server.log().contains("capturing on") {
        eprintln!("skipped: no permission to capture on loopback");
        return;
    }
    let _silent = server.client();
    eventually("the stream is known", || {
        let log = server.log();
        let objects = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut found = objects.filter(|line| line["fields"]["message"] == "found in the capture");
        found.any(|line| line["span"]["stream"] == 0 && line["span"]["session"] == 1)
    });
}

fn metrics(mut stream: TcpStream) -> String {
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[cfg(target_os = "linux")]
fn figures_are_for_this_machine_only() {
    let Some(cable) = support::cable::Cable::new("figures") else {
        return;
    };
    let server = cable.serve(&[]);
    for (far, status, stats) in [
        (
            true,
            "HTTP/1.1 403",
            "* /stats answers connections from this machine only",
        ),
        // The address is this machine's, but no loopback one: nothing tells it from a forwarded one.
        (
            false,
            "HTTP/1.1 403",
            "* /stats answers connections from this machine only",
        ),
    ] {
        let answer = metrics(cable.connect(server.web, far));
        assert!(answer.starts_with(status), "{answer}");
        let mut ana = cable.client(server.lines, far);
        ana.say("/stats");
        ana.expect(stats);
    }
}

#[test]
fn the_operator_has_figures() {
    let server = Process::start(&[]);
    let mut ana = server.client();
    ana.say("teste");
    ana.until(": teste");
    ana.say("/stats");
    let (first, second) = (ana.line(), ana.line());
    assert!(
        first.starts_with("* up ") && first.contains("; here 1, away 0, ever 1;"),
        "{first}"
    );
    assert!(
        second.starts_with("* lines 1, copies 1, missed 0,"),
        "{second}"
    );
    let answer = metrics(TcpStream::connect(server.web).unwrap());
    assert!(
        answer.contains("content-type: text/plain; version=0.0.4"),
        "{answer}"
    );
    for figure in [
        "chatscope_sessions 1",
        "chatscope_lines_total 1",
        "chatscope_lines_delivered_total 1",
    ] {
        assert!(
            answer.lines().any(|line| line == figure),
            "{figure}: {answer}"
        );
    }
}
