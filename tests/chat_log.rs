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

/// The log lines with that message.
fn of_message(server: &Process, message: &str) -> Vec<Value> {
    let log = server.log();
    let objects = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    objects
        .filter(|line| line["fields"]["message"] == message)
        .collect()
}

/// The first log line that is so, once it is there.
fn logged(server: &Process, message: &str, is: impl Fn(&Value) -> bool) -> Value {
    let mut found = None;
    eventually("it is logged", || {
        found = of_message(server, message).into_iter().find(&is);
        found.is_some()
    });
    found.unwrap()
}

/// The first log line with that message.
fn said(server: &Process, message: &str) -> Value {
    logged(server, message, |_| true)
}

/// The log line about the end of a session.
fn end_of(server: &Process, session: u64) -> Value {
    logged(server, "disconnected", |line| {
        line["span"]["session"] == session
    })
}

#[test]
fn without_a_story_the_log_tells_who_comes_and_goes() {
    let server = Process::start(&[]);
    let mut ana = server.client();
    ana.say("teste");
    ana.until(": teste");
    drop(ana);
    eventually("both are logged", || {
        let log = server.log();
        log.contains("connected") && log.contains(r#"disconnected reason="client_closed""#)
    });
    assert!(!server.log().contains("teste"), "{}", server.log());
    let mut quiet = Process::start(&[&"--quiet"]);
    let mut ana = quiet.client();
    ana.say("/quit");
    ana.rest();
    drop(ana);
    quiet.terminate();
    assert!(quiet.wait().0.success());
    assert!(!quiet.log().contains("connected"), "{}", quiet.log());
}

#[test]
fn what_is_said_is_logged_where_that_is_asked_for_but_no_token_nor_private_line() {
    let server = Process::start(&[&"-v"]);
    let (old, mut new) = (server.client(), server.client());
    new.say("te\x1bste");
    new.until(": te");
    new.say("/Msg guest1 psst");
    new.until("(to guest1): psst");
    // Commands are known in any case, and behind spaces.
    new.say(&format!("/Resume {}", old.token));
    new.until("welcome back");
    new.say(&format!("/ resume {}", old.token));
    new.until("you are that session already");
    new.say(&format!(
        "* to come back after a break: /resume {}",
        old.token
    ));
    new.until("you are that session already");
    eventually("the lines are logged", || {
        let log = server.log();
        [
            "te\\x1bste",
            "/Msg guest1",
            "/Resume",
            "/ resume",
            "* to come back after a break: /resume",
        ]
        .iter()
        .all(|line| log.contains(&format!("said line={line}\n")))
    });
    let log = server.log();
    assert!(!log.contains(&old.token) && !log.contains("psst"), "{log}");
}

/// However much is told: frames of a WebSocket hold tokens and private lines, in whatever spelling a library logs them.
#[test]
fn only_the_server_itself_speaks_in_the_log() {
    let server = Process::start(&[&"--log-format", &"json", &"-vvvv"]);
    let ana = server.client();
    let mut socket = Socket::chat(server.web);
    socket.say(&format!("/resume {}", ana.token));
    while !socket.text().contains("welcome back") {}
    socket.say("said by ana");
    logged(&server, "said", |line| {
        line["fields"]["line"] == "said by ana"
    });
    let log = server.log();
    for line in log.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let target = record["target"].as_str().unwrap();
        assert!(target.starts_with("chatscope"), "{line}");
    }
    let spelt = ana.token.bytes().map(|byte| format!("{byte:02x}"));
    let hex = spelt.collect::<Vec<_>>().concat();
    assert!(!log.contains(&ana.token) && !log.contains(&hex), "{log}");
}

/// Trouble with the history file is told once, however many lines it refuses, and so is its end.
#[test]
fn trouble_with_the_history_file_begins_and_ends_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let server = Process::start(&[&"--history", &history]);
    let mut ana = server.client();
    let file = rusqlite::Connection::open(&history).unwrap();
    for (why, lines) in [("full", 3), ("broken", 2)] {
        let trigger = format!(
            "DROP TRIGGER IF EXISTS no; CREATE TRIGGER no BEFORE INSERT ON line BEGIN SELECT RAISE(ABORT, '{why}'); END"
        );
        file.execute_batch(&trigger).unwrap();
        for _ in 0..lines {
            ana.say("bad");
            ana.until("not said");
        }
    }
    file.execute_batch("DROP TRIGGER no").unwrap();
    ana.say("good");
    ana.until(": good");
    eventually("the end is told", || {
        server
            .log()
            .contains("the history file can be written again refused=5")
    });
    let log = server.log();
    assert_eq!(log.matches("ERROR").count(), 2, "{log}");
    for why in ["full", "broken"] {
        assert_eq!(log.matches(why).count(), 1, "{log}");
    }
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
    let resumed = said(&server, "resumed");
    assert_eq!(resumed["span"]["session"], 4, "{resumed}");
    assert_eq!(resumed["fields"]["instead_of"], 5, "{resumed}");
    let address = new.stream().local_addr().unwrap().to_string();
    assert_eq!(resumed["span"]["client"], address, "{resumed}");
    new.say("/quit");
    eventually("its end is logged under the number it goes by", || {
        let ends = of_message(&server, "disconnected");
        let mut own = ends.iter().filter(|line| line["span"]["client"] == address);
        own.any(|line| line["span"]["session"] == 4)
    });
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

/// What the program itself has to say among the records is such a record too: one JSON object per line.
#[test]
fn a_log_in_json_is_json_from_the_first_line_to_the_last() {
    let mut server = Process::start(&[&"--log-format", &"json", &"--rate", &"0", &"-vv"]);
    let mut ana = server.client();
    server.deafen(true);
    for number in 0..8_000 {
        ana.say(&number.to_string());
    }
    ana.until(": 7999");
    server.deafen(false);
    eventually("what was dropped is counted", || {
        server.log().contains("lines of the log dropped")
    });
    server.terminate();
    assert!(server.wait().0.success());
    for line in server.log().lines() {
        let record: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(record["fields"]["message"].is_string(), "{line}");
        assert!(record["timestamp"].as_str().unwrap().ends_with('Z'));
    }
    assert!(server.log().starts_with(r#"{"timestamp":""#));
}

/// A service that cannot start says so in the form that was asked for, and ends as it does for people.
#[test]
fn what_hinders_a_start_is_one_record_too() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let nowhere = ["--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"];
    let cases: [(&[&str], i32, &str); 6] = [
        (
            &["--listen", &taken, "--no-capture"],
            1,
            "cannot listen on 127.0.0.1:",
        ),
        (
            &["--listen", "0.0.0.0:0", "--no-capture"],
            2,
            "0.0.0.0:0 can be reached",
        ),
        (
            &["--history", "/proc/none/x.db", "--no-capture"],
            1,
            "cannot open /proc/none/x.db",
        ),
        (&["--lang", "xx", "--no-capture"], 2, "no such language: xx"),
        (&["--rate", "x"], 2, "invalid value 'x' for '--rate <N>'"),
        (
            &["--no-capture", "-w", "x.pcapng"],
            2,
            "the argument '--no-capture'",
        ),
    ];
    for form in [&["--log-format", "json"][..], &["--log-format=json"][..]] {
        for (arguments, code, said) in &cases {
            let places = if arguments[0] == "--listen" {
                &nowhere[2..]
            } else {
                &nowhere[..]
            };
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_chatscope"))
                .arg("serve")
                .args(*arguments)
                .args(places)
                .args(form)
                .output()
                .unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            let record: Value =
                serde_json::from_str(&stderr).unwrap_or_else(|_| panic!("{stderr}"));
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
            assert_eq!(output.status.code(), Some(*code), "{stderr}");
            assert_eq!(record["level"], "ERROR", "{stderr}");
            assert_eq!(record["target"], "chatscope", "{stderr}");
            assert!(record["timestamp"].as_str().unwrap().ends_with('Z'));
            let message = record["fields"]["message"].as_str().unwrap();
            assert!(message.starts_with(said), "{message}");
        }
    }
}

/// A WebSocket that names its session in the request is logged as one that says it later.
#[test]
fn who_resumes_on_arrival_is_logged_as_resumed() {
    let server = Process::start(&[&"--log-format", &"json"]);
    let (mut ana, bob) = (server.client(), server.client());
    ana.say("/nick ana");
    ana.until("is now ana");
    let of = |token: &str| Socket::connect(server.web, &format!("/chat?resume={token}"), "");
    let token = ana.token.clone();
    drop(ana);
    end_of(&server, 1);
    // One that went, and one that looks alive.
    for (token, session, fresh, name) in [(&token, 1, 3, "ana"), (&bob.token, 2, 4, "guest2")] {
        let mut socket = of(token);
        assert!(socket.text().contains("welcome back"));
        let address = socket.stream.local_addr().unwrap().to_string();
        let line = logged(&server, "resumed", |line| {
            line["span"]["session"] == session
        });
        assert_eq!(line["fields"]["instead_of"], fresh, "{line}");
        assert_eq!(line["fields"]["name"], name, "{line}");
        assert_eq!(line["span"]["client"], address, "{line}");
        let line = logged(&server, "connected", |line| {
            line["span"]["session"] == fresh
        });
        assert_eq!(line["span"]["client"], address, "{line}");
    }
}

#[test]
fn the_log_names_the_stream_where_it_is_captured() {
    let server = Process::capturing(&[&"--log-format", &"json", &"-v"]);
    if !server.log().contains("capturing on") {
        eprintln!("skipped: no permission to capture on loopback");
        return;
    }
    for session in 1..4 {
        let mut ana = server.client();
        ana.say("teste");
        ana.until(": teste");
        // The story is some ten milliseconds behind.
        logged(&server, "found in the capture", |line| {
            line["span"]["session"] == session
        });
        drop(ana);
        let line = end_of(&server, session);
        assert_eq!(line["span"]["stream"], session - 1, "{line}");
    }
}

/// The capture is behind the connect by some milliseconds only: while the session lasts the log knows its stream.
#[test]
fn the_log_names_the_stream_as_soon_as_it_is_captured() {
    let server = Process::capturing(&[&"--log-format", &"json", &"-v"]);
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
    // Also where the address is this machine's, but no loopback one: nothing tells it from a forwarded one.
    for far in [true, false] {
        let answer = metrics(cable.connect(server.web, far));
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        let mut ana = cable.client(server.lines, far);
        ana.say("/stats");
        ana.expect("* /stats answers connections from this machine only");
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
