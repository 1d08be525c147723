//! Coming back: exactly what was missed, once, in order, under the old name.
#![cfg(feature = "live")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "tests"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chatscope::chat::Limits;
use support::{Client, Server, Socket};

fn wait_until_gone(observer: &mut Client, left: usize) {
    support::eventually("the session is gone", || {
        observer.say("/who");
        observer
            .until("* here: ")
            .starts_with(&format!("* here: {left}:"))
    });
}

#[test]
fn missed_lines_come_once_in_order_after_fin_or_reset() {
    let server = Server::start();
    let mut bob = server.client();
    for with_reset in [false, true] {
        let mut ana = server.client();
        let (name, session, token) = (ana.name.clone(), ana.session, ana.token.clone());
        bob.say("heard");
        ana.expect("guest1: heard");
        bob.expect("guest1: heard");
        if with_reset {
            ana.reset();
        } else {
            drop(ana);
        }
        wait_until_gone(&mut bob, 1);
        for number in 0..50 {
            bob.say(&format!("missed {number}"));
            bob.expect(&format!("guest1: missed {number}"));
        }
        let mut ana = server.client();
        ana.say(&format!("/resume {token}"));
        ana.expect(&format!(
            "* welcome back: you are {name}, session {session}; lines missed: 50"
        ));
        ana.line();
        for number in 0..50 {
            ana.expect(&format!("guest1: missed {number}"));
        }
        bob.say("live");
        ana.expect("guest1: live");
        bob.expect("guest1: live");
        drop(ana);
        wait_until_gone(&mut bob, 1);
    }
}

#[test]
fn what_the_peers_tcp_never_acknowledged_was_missed() {
    let server = Server::start();
    let mut bob = server.client();
    // A reader with a small window that stops reading: most lines stay in our kernel.
    let ana = Client::narrow(server.lines);
    let token = ana.token.clone();
    let text = "x".repeat(1_000);
    let count = 2_000;
    for number in 0..count {
        bob.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
    }
    // What the program read before is nothing; what its kernel took is acknowledged and counts as received.
    ana.reset();
    wait_until_gone(&mut bob, 1);
    let mut ana = server.client();
    ana.say(&format!("/resume {token}"));
    let welcome = ana.line();
    let missed: usize = welcome.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(missed > count / 2 && missed < count, "{welcome}");
    ana.line();
    for number in count - missed..count {
        assert!(
            ana.line().starts_with(&format!("guest1: {number} x")),
            "line {number}"
        );
    }
    // Its program had read none of it: it may ask by number.
    ana.say(&format!("/resume {token} 1"));
    ana.until(": 0 x");
    for number in 1..count {
        assert!(
            ana.line().starts_with(&format!("guest1: {number} x")),
            "line {number}"
        );
    }
}

/// Who marks the welcome's line with the token and pastes it as it is tells nobody the key, and is back.
#[test]
fn the_whole_line_of_the_welcome_can_be_pasted() {
    let server = Server::start();
    let mut bob = server.client();
    let ana = server.client();
    let token = ana.token.clone();
    ana.reset();
    let mut again = server.client();
    again.say(&format!("  * to come back after a break: /resume {token}"));
    again.until("welcome back: you are guest2, session 2");
    again.line();
    again.say("back");
    bob.expect("guest2: back");
}

#[test]
fn replay_can_be_refused() {
    let server = Server::start();
    let (ana, mut bob) = (server.client(), server.client());
    let token = ana.token.clone();
    drop(ana);
    wait_until_gone(&mut bob, 1);
    bob.say("missed");
    bob.expect("guest2: missed");
    let mut ana = server.client();
    ana.say(&format!("/resume {token} none"));
    ana.until("lines missed: 0");
    ana.line();
    bob.say("live");
    ana.expect("guest2: live");
}

#[test]
fn a_session_that_looks_alive_is_taken_over() {
    let server = Server::start();
    let (mut old, mut bob) = (server.client(), server.client());
    let (name, token) = (old.name.clone(), old.token.clone());
    bob.say("one");
    old.expect("guest2: one");
    let mut new = server.client();
    new.say(&format!("/resume {token}"));
    new.expect(&format!(
        "* welcome back: you are {name}, session 1; lines missed: 0"
    ));
    new.line();
    assert!(old.rest().contains("goes on at another connection"));
    bob.say("two");
    new.expect("guest2: two");
    bob.say("/who");
    bob.until("* here: 2: guest1, guest2");
}

#[test]
fn what_is_said_right_after_a_resume_is_said_by_the_session() {
    let server = Server::start();
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("/nick ana");
    bob.until("is now ana");
    for round in 0..10 {
        // The old connection is alive; the new one says all it has to say at once and closes.
        let mut new = server.client();
        let text = format!("/resume {}\nfirst {round}\nlast {round}", ana.token);
        new.send(text.as_bytes());
        new.stream().shutdown(std::net::Shutdown::Write).unwrap();
        bob.expect(&format!("ana: first {round}"));
        bob.expect(&format!("ana: last {round}"));
        let heard = new.rest();
        assert!(
            heard.contains("welcome back: you are ana, session 1"),
            "{heard}"
        );
        assert!(heard.ends_with(&format!("ana: last {round}\n")), "{heard}");
        ana.rest();
        let token = ana.token;
        ana = server.client();
        ana.say(&format!("/resume {token}"));
        ana.until("welcome back: you are ana");
        ana.token = token;
    }
}

#[test]
fn a_session_whose_client_has_stopped_reading_is_taken_over_in_time() {
    let server = Server::start();
    let stopped = Client::narrow(server.lines);
    let (token, mut bob) = (stopped.token.clone(), server.client());
    let text = "x".repeat(1_000);
    let count = 10_000;
    for number in 0..count {
        bob.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
    }
    // The old connection says nothing until the peer time-out of five minutes; nobody is so patient here.
    let mut new = server.client();
    new.say(&format!("/resume {token}"));
    let welcome = new.until("welcome back: you are guest1, session 1");
    let missed: usize = welcome.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(missed > 0 && missed < count, "{welcome}");
    new.line();
    for number in count - missed..count {
        assert!(
            new.line().starts_with(&format!("guest2: {number} x")),
            "{number}"
        );
    }
}

#[test]
fn the_last_of_many_who_resume_at_once_has_the_session() {
    let server = Server::start();
    let (old, mut bob) = (server.client(), server.client());
    let token = old.token.clone();
    drop(old);
    bob.say("missed");
    for _ in 0..20 {
        let mut heirs: Vec<Client> = (0..8).map(|_| server.client()).collect();
        for heir in &mut heirs {
            heir.say(&format!("/resume {token}"));
        }
        support::eventually("one of them has it", || {
            bob.say("/who");
            let here = bob.until("* here: ");
            assert!(here.matches("guest1,").count() <= 1, "{here}");
            here.contains("guest1,")
        });
        drop(heirs);
        wait_until_gone(&mut bob, 1);
    }
}

#[test]
fn nobody_else_gets_the_session() {
    let server = Server::start();
    let (ana, mut eve) = (server.client(), server.client());
    eve.say(&format!("/resume {}", "0".repeat(32)));
    eve.expect("* no session has this token (any more): you go on as you are");
    let other: String = ana.token.chars().rev().collect();
    eve.say(&format!("/resume {other}"));
    eve.expect("* no session has this token (any more): you go on as you are");
    eve.say("/quit");
    let mut again = server.client();
    again.say(&format!("/resume {}", eve.token));
    again.expect("* no session has this token (any more): you go on as you are");
}

#[test]
fn a_name_waits_for_its_session() {
    let server = Server::with(|config| {
        config.limits = Limits {
            name_hold: Duration::from_secs(3),
            ..Limits::default()
        }
    });
    let (mut ana, mut bob) = (server.client(), server.client());
    ana.say("/nick ana");
    bob.until("is now ana");
    let token = ana.token.clone();
    drop(ana);
    wait_until_gone(&mut bob, 1);
    bob.say("/nick ana");
    assert!(bob.line().contains("kept for a while"));
    support::eventually("the name is free", || {
        bob.say("/nick ana");
        let answer = bob.line();
        assert!(
            answer.contains("kept for a while") || answer == "* guest2 is now ana",
            "{answer}"
        );
        answer == "* guest2 is now ana"
    });
    let mut back = server.client();
    back.say(&format!("/resume {token}"));
    back.until("welcome back: you are guest1, session 1");
}

#[test]
fn resume_sent_at_once_keeps_the_order_while_others_talk() {
    let server = Server::start();
    let mut ana = server.client();
    let token = ana.token.clone();
    let address = server.lines;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    let talker = std::thread::spawn(move || {
        let mut bob = Client::connect(address);
        let mut number = 0;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            bob.say(&format!("n {number}"));
            bob.until(&format!(": n {number}"));
            number += 1;
        }
        number
    });
    let mut next = 0;
    for _ in 0..30 {
        for _ in 0..20 {
            let line = ana.until(": n ");
            assert!(
                line.ends_with(&format!(": n {next}")),
                "expected {next}, got {line}"
            );
            next += 1;
        }
        // Everything acknowledged but not read is lost with the program: come back by number.
        drop(ana);
        let stream = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(
            &mut &stream,
            format!("/resume {token} {}\n", next + 1).as_bytes(),
        )
        .unwrap();
        ana = Client::on(stream);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(talker.join().unwrap() >= next);
}

#[test]
fn websocket_resumes_by_query() {
    let server = Server::start();
    let mut bob = server.client();
    let protocol = "Sec-WebSocket-Protocol: chatscope.v1\r\n";
    let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    let mut eva = Socket::connect(server.web, "/chat", protocol);
    let welcome = json(eva.text());
    let token = welcome["token"].as_str().unwrap().to_owned();
    for number in 1..=5 {
        bob.say(&format!("line {number}"));
        assert_eq!(json(eva.text())["number"], number);
    }
    drop(eva);
    bob.say("line 6");
    bob.until("line 6");
    // The client saw only up to 3, whatever its TCP acknowledged.
    let mut eva = Socket::connect(
        server.web,
        &format!("/chat?resume={token}&after=3"),
        protocol,
    );
    let first = json(eva.text());
    let resumed = if first["type"] == "resumed" {
        first
    } else {
        json(eva.text())
    };
    assert_eq!(
        (&resumed["type"], &resumed["missed"]),
        (&"resumed".into(), &3.into())
    );
    for number in 4..=6 {
        assert_eq!(json(eva.text())["number"], number);
    }
    let mut eva = Socket::connect(
        server.web,
        &format!("/chat?resume={}", "f".repeat(32)),
        protocol,
    );
    assert_eq!(json(eva.text())["type"], "welcome");
    assert_eq!(json(eva.text())["type"], "notice");
}

/// Something else than was asked for would be sent lines twice, or none, and its client would not know why.
#[test]
fn a_wish_that_is_not_understood_resumes_nothing_and_is_told() {
    let server = Server::start();
    let (ana, mut bob) = (server.client(), server.client());
    let token = ana.token.clone();
    drop(ana);
    bob.say("while ana was away");
    bob.until("away");
    for (path, protocol) in [
        (format!("/chat?resume={token}&after=x"), ""),
        (
            format!("/chat?resume={token}&after=x"),
            "Sec-WebSocket-Protocol: chatscope.v1\r\n",
        ),
        ("/chat?after=41".to_owned(), ""),
    ] {
        let mut socket = Socket::connect(server.web, &path, protocol);
        let mut told = vec![socket.text()];
        while !told[told.len() - 1].contains("usage: ") {
            told.push(socket.text());
        }
        assert!(told[0].contains("welcome"), "{told:?}");
        assert!(told[told.len() - 1].contains("&after=N"), "{told:?}");
        assert!(!told.concat().contains("away"), "{told:?}");
    }
    let mut ana = Socket::connect(server.web, &format!("/chat?resume={token}"), "");
    assert!(ana.text().contains("welcome back: you are guest1"));
    while !ana.text().contains("while ana was away") {}
}

/// Types of objects with their fields, from the documentation of the protocol.
fn documented_objects() -> BTreeMap<String, BTreeSet<String>> {
    let text = include_str!("../docs/chat-protocol.md");
    let (_, rows) = text.split_once("| `type` | fields |\n").unwrap();
    let rows = rows.lines().skip(1).take_while(|row| row.starts_with('|'));
    rows.map(|row| {
        // What stands in brackets are values, not fields.
        let outside = row.split('(').map(|part| part.rsplit(')').next().unwrap());
        let outside = outside.collect::<String>();
        let mut words = outside.split('`').skip(1).step_by(2).map(str::to_owned);
        (words.next().unwrap(), words.collect())
    })
    .collect()
}

#[test]
fn objects_have_the_fields_that_are_documented() {
    let server = Server::start();
    let protocol = "Sec-WebSocket-Protocol: chatscope.v1\r\n";
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut hear = |socket: &mut Socket| {
        let object: serde_json::Map<_, _> = serde_json::from_str(&socket.text()).unwrap();
        let kind = object["type"].as_str().unwrap().to_owned();
        let fields = object.keys().filter(|key| *key != "type").cloned();
        told.entry(kind).or_default().extend(fields);
        object
    };
    let mut eva = Socket::connect(server.web, "/chat", protocol);
    let token = hear(&mut eva)["token"].as_str().unwrap().to_owned();
    for text in ["hello", "/me waves", "/nick eva", "/ping"] {
        eva.say(&format!(r#"{{"type":"say","text":"{text}"}}"#));
        hear(&mut eva);
    }
    drop(eva);
    let mut eva = Socket::connect(
        server.web,
        &format!("/chat?resume={token}&after=3"),
        protocol,
    );
    while hear(&mut eva)["type"] != "resumed" {}
    assert_eq!(told, documented_objects());
}
