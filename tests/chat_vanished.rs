//! Peers that vanish without a word: the link goes down, in network namespaces of the test's own. Needs root and `ip`.
#![cfg(all(feature = "live", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use support::cable::Cable;
use support::process::Process;

/// What the server is told to wait for a peer.
const PEER_TIMEOUT: Duration = Duration::from_secs(3);
/// How much later the kernel's timers may notice.
const LATE: Duration = Duration::from_secs(4);

fn serve(cable: &Cable) -> Process {
    cable.serve(&[&"--peer-timeout", &PEER_TIMEOUT.as_secs().to_string()])
}

/// Waits for the log line about the end of a session; its reason and how long it took.
fn end_of(server: &Process, session: u64, since: Instant) -> (String, Duration) {
    loop {
        let mark = format!("session{{session={session} ");
        let log = server.log();
        if let Some(line) = log
            .lines()
            .find(|line| line.contains(&mark) && line.contains(" disconnected "))
        {
            let reason = line
                .split("reason=")
                .nth(1)
                .unwrap()
                .split(' ')
                .next()
                .unwrap();
            return (reason.trim_matches('"').to_owned(), since.elapsed());
        }
        assert!(
            since.elapsed() < 2 * (PEER_TIMEOUT + LATE),
            "it never ends: {log}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_silent_peer_that_vanished_is_given_up_in_time() {
    let Some(cable) = Cable::new("silent") else {
        return;
    };
    let server = serve(&cable);
    let ana = cable.client(server.lines, true);
    let mut bob = cable.client(server.lines, false);
    cable.link("down");
    let since = Instant::now();
    let (reason, took) = end_of(&server, ana.session, since);
    assert_eq!(reason, "peer_vanished");
    assert!(took + Duration::from_secs(1) > PEER_TIMEOUT, "{took:?}");
    assert!(took < PEER_TIMEOUT + LATE, "{took:?}");
    bob.say("/who");
    bob.expect("* here: 1: guest2");
}

#[test]
fn what_a_vanished_peer_missed_is_exactly_what_it_gets() {
    let Some(cable) = Cable::new("lines") else {
        return;
    };
    let server = serve(&cable);
    let mut ana = cable.client(server.lines, true);
    let mut bob = cable.client(server.lines, false);
    for number in 0..100 {
        bob.say(&format!("heard {number}"));
        ana.expect(&format!("guest2: heard {number}"));
    }
    cable.link("down");
    let since = Instant::now();
    for number in 0..500 {
        bob.say(&format!("missed {number}"));
        bob.until(&format!("missed {number}"));
    }
    let (reason, took) = end_of(&server, ana.session, since);
    assert_eq!(reason, "peer_vanished");
    assert!(took < PEER_TIMEOUT + LATE, "{took:?}");
    cable.link("up");
    let mut again = cable.client(server.lines, true);
    again.say(&format!("/resume {}", ana.token));
    again.expect("* welcome back: you are guest1, session 1; lines missed: 500");
    again.line();
    for number in 0..500 {
        again.expect(&format!("guest2: missed {number}"));
    }
    bob.say("live");
    again.expect("guest2: live");
}

/// The usual case: the client comes back on another path long before the server has noticed.
#[test]
fn a_vanished_peer_comes_back_before_it_is_missed() {
    let Some(cable) = Cable::new("early") else {
        return;
    };
    let server = serve(&cable);
    let mut ana = cable.client(server.lines, true);
    let mut bob = cable.client(server.lines, false);
    bob.say("heard");
    ana.expect("guest2: heard");
    cable.link("down");
    // More than the socket holds, so that the old connection is stuck too.
    let text = "x".repeat(8_000);
    for number in 0..1_000 {
        bob.say(&format!("{number} {text}"));
        bob.until(&format!(": {number} "));
    }
    let since = Instant::now();
    let mut again = cable.client(server.lines, false);
    again.say(&format!("/resume {}", ana.token));
    again.until("* welcome back: you are guest1, session 1; lines missed: 1000");
    // Not by the peer time-out, which the old connection could still have waited for.
    let took = since.elapsed();
    assert!(took < PEER_TIMEOUT + LATE, "{took:?}");
    again.line();
    for number in 0..1_000 {
        let line = again.line();
        assert!(
            line.starts_with(&format!("guest2: {number} x")),
            "{number}: {line:.40}"
        );
    }
    let (reason, _) = end_of(&server, ana.session, since);
    assert_eq!(reason, "taken_over");
}
