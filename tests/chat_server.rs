//! The chat over real sockets: what every client may rely on. Black box: the library's server, the system's sockets.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests"
)]

mod support;

use std::io::Read;
use std::net::Shutdown as Half;

use chatscope::chat::{DisconnectReason, SessionEventKind};
use support::{Client, Server, Socket};

#[test]
fn a_line_goes_to_everybody_across_both_kinds() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    let mut eva = Socket::chat(server.web);
    ana.say("teste");
    for client in [&mut ana, &mut bob] {
        client.expect("guest1: teste");
    }
    assert_eq!(eva.text(), "guest1: teste");
    eva.say("teste 2");
    for client in [&mut ana, &mut bob] {
        client.expect("guest3: teste 2");
    }
    assert_eq!(eva.text(), "guest3: teste 2");
}

/// Whoever has said all and reads on slowly is sent all it is owed: `printf '/resume TOKEN 1\n' | nc -N` over a thin line.
#[test]
fn a_client_that_left_reads_on_to_the_end() {
    let server = Server::with(|config| config.limits.rate = 0);
    let (mut bob, text) = (server.client(), "x".repeat(8_000));
    let count = 1_500;
    for number in 0..count {
        bob.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
    }
    for said in ["", "/quit\n"] {
        let mut ana = Client::narrow(server.lines);
        ana.send(format!("/resume {} 1\n{said}", ana.token).as_bytes());
        ana.stream().shutdown(Half::Write).unwrap();
        let (mut heard, mut bytes) = (Vec::new(), vec![0; 300_000]);
        // All is more than sockets hold, and takes longer than one that reads nothing is waited for.
        loop {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let mut part = 0;
            while part < bytes.len() {
                match ana.reader.read(&mut bytes[part..]).unwrap() {
                    0 => break,
                    more => part += more,
                }
            }
            heard.extend_from_slice(&bytes[..part]);
            if part < bytes.len() {
                break;
            }
        }
        let heard = String::from_utf8(heard).unwrap();
        let lines = heard.lines().filter(|line| line.starts_with("guest1: "));
        assert_eq!(lines.count(), count, "{said}");
        assert!(heard.contains(&format!("guest1: {} x", count - 1)));
    }
}

#[test]
fn objects_carry_numbers() {
    let server = Server::start();
    let mut eva = Socket::connect(
        server.web,
        "/chat",
        "Sec-WebSocket-Protocol: chatscope.v1\r\n",
    );
    assert!(
        eva.head
            .to_lowercase()
            .contains("sec-websocket-protocol: chatscope.v1")
    );
    let welcome: serde_json::Value = serde_json::from_str(&eva.text()).unwrap();
    assert_eq!(
        (&welcome["type"], &welcome["next"]),
        (&"welcome".into(), &1.into())
    );
    eva.say(r#"{"type":"say","text":"a \"b\""}"#);
    let line: serde_json::Value = serde_json::from_str(&eva.text()).unwrap();
    assert_eq!(line["number"], 1);
    assert_eq!(line["text"], "a \"b\"");
    eva.say("plain");
    assert!(eva.text().contains("notice"));
}

#[test]
fn the_last_line_before_a_half_close_is_said_and_answered() {
    let server = Server::start();
    let mut bob = server.client();
    for round in 0..20 {
        let mut ana = server.client();
        ana.send(format!("round {round}").as_bytes());
        ana.stream().shutdown(Half::Write).unwrap();
        let line = format!("{}: round {round}", ana.name);
        bob.expect(&line);
        assert_eq!(ana.rest(), format!("{line}\n"));
    }
}

#[test]
fn slow_typists_lose_nothing() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    for part in ["t", "e", "s", "t", "e", "\r\n"] {
        ana.send(part.as_bytes());
        bob.say(part.trim());
    }
    ana.until("guest1: teste");
}

#[test]
fn events_tell_the_whole_story() {
    let server = Server::start();
    let mut ana = server.client();
    ana.say("teste");
    ana.expect("guest1: teste");
    let local = ana.stream().local_addr().unwrap();
    drop(ana);
    let mut kinds = Vec::new();
    let (mut read, mut wrote) = (0, 0);
    loop {
        let event = server.events.recv_timeout(support::PATIENCE).unwrap();
        assert_eq!(event.connection.client.socket_addr(), local);
        assert_eq!(event.connection.server.socket_addr(), server.lines);
        let kind = match event.kind {
            SessionEventKind::Connected { .. } => "connected",
            SessionEventKind::Read { bytes } => {
                assert_eq!(bytes.start, read);
                read = bytes.end;
                "read"
            }
            SessionEventKind::Said { line, bytes } => {
                assert_eq!((line, bytes), (Some(1), 0..6));
                "said"
            }
            SessionEventKind::Wrote { lines, bytes } => {
                assert_eq!(bytes.start, wrote);
                wrote = bytes.end;
                if lines.is_empty() {
                    "wrote notices"
                } else {
                    "wrote lines"
                }
            }
            SessionEventKind::Shutdown => "shutdown",
            SessionEventKind::Disconnected { reason } => {
                assert_eq!(reason, DisconnectReason::ClientClosed);
                break;
            }
            other => panic!("{other:?}"),
        };
        kinds.push(kind);
    }
    assert_eq!(
        kinds,
        [
            "connected",
            "wrote notices",
            "read",
            "said",
            "wrote lines",
            "shutdown"
        ]
    );
}

/// What asks for WebSocket besides the request line.
const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[test]
fn paths_answer_as_documented() {
    let server = Server::start();
    for (request, status) in [
        ("GET /nope HTTP/1.1\r\nHost: localhost\r\n", "404"),
        ("GET /chat HTTP/1.1\r\nHost: localhost\r\n", "426"),
        ("GET /echo HTTP/1.1\r\nHost: localhost\r\n", "404"),
        ("GET /metrics HTTP/1.1\r\nHost: localhost\r\n", "200"),
        ("DELETE /metrics HTTP/1.1\r\nHost: localhost\r\n", "405"),
        ("GET /metrics HTTP/1.1\r\n", "400"),
        ("GET /metrics HTTP/1.0\r\n", "200"),
        // A page of that site whose name was made to point here afterwards.
        (
            "GET /metrics HTTP/1.1\r\nHost: evil.example:7080\r\n",
            "421",
        ),
        (
            "GET /chat HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "421",
        ),
        (
            "GET /chat HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "403",
        ),
        (&format!("GET /chat HTTP/1.0\r\n{UPGRADE}"), "426"),
        (
            &format!("GET /chat HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}Content-Length: 2\r\n"),
            "400",
        ),
        (
            &format!(
                "GET /chat HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}Transfer-Encoding: chunked\r\n"
            ),
            "400",
        ),
    ] {
        let mut stream = std::net::TcpStream::connect(server.web).unwrap();
        stream.set_read_timeout(Some(support::PATIENCE)).unwrap();
        std::io::Write::write_all(
            &mut stream,
            format!("{request}Connection: close\r\n\r\n").as_bytes(),
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.") && answer[8..].starts_with(&format!(" {status} ")),
            "{request}: {answer}"
        );
    }
}

#[test]
fn ends_with_a_farewell_and_fin() {
    let server = Server::start();
    let mut clients: Vec<Client> = (0..20).map(|_| server.client()).collect();
    clients[0].say("last");
    clients[0].expect("guest1: last");
    let report = server.stop();
    assert_eq!(report.counters.lines, 1);
    for client in &mut clients {
        let rest = client.rest();
        assert!(
            rest.ends_with("* the server is shutting down: goodbye\n"),
            "{rest}"
        );
    }
}

/// Whatever shares a segment, and also where each line has to wait for the file.
#[test]
fn answers_come_where_the_commands_stood() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("room.db");
    for history in [None, Some(file)] {
        let server = Server::with(|config| config.history = history);
        let (mut ana, mut bob) = (server.client(), server.client());
        ana.send(b"one\n/ping\ntwo\n/msg guest2 psst\n/ping end\n");
        for line in [
            "guest1: one",
            "* pong",
            "guest1: two",
            "* (to guest2): psst",
            "* pong end",
        ] {
            assert_eq!(ana.line(), line);
        }
        for line in ["guest1: one", "guest1: two", "* guest1 (to you): psst"] {
            assert_eq!(bob.line(), line);
        }
    }
}

#[test]
fn commands_answer() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("/nick ana");
    ana.expect("* guest1 is now ana");
    bob.expect("* guest1 is now ana");
    bob.say("/nick ANA");
    bob.expect("* not renamed: somebody here has this name");
    bob.say("/who");
    bob.expect("* here: 2: ana, guest2");
    bob.say("/msg ana psst");
    ana.expect("* guest2 (to you): psst");
    bob.expect("* (to ana): psst");
    ana.say("/me waves");
    bob.expect("** ana waves");
    ana.expect("** ana waves");
    bob.say("/nope");
    bob.expect(
        "* unknown command /nope: /help lists the commands; with a space before it, it is said",
    );
    bob.say("/history 1");
    bob.expect("* lines 2 to 2 again:");
    bob.expect("** ana waves");
    bob.say("/ping");
    bob.expect("* pong");
    bob.say("/quit");
    assert_eq!(bob.rest(), "* goodbye\n");
    ana.say("/who");
    ana.expect("* here: 1: ana");
}
