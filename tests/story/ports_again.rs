//! A client port that is used again while the connection before still lingers.

use std::sync::Arc;

use chatscope::chat::{SessionEvent, SessionEventKind, SessionId, Transport};
use chatscope::net::{CaptureStats, Timestamp};
use chatscope::timeline::{CaptureStart, MessageEntry, Settings, Timeline, Wants};

use crate::collect::Messages;
use crate::scene::{ACK, NOON, SYN, Scene, tuple};

const PORTS: (u16, u16) = (50001, 7000);
const SECOND: i64 = 1_000_000;

/// The same ports with other initial numbers, as a system chooses them (RFC 6528).
fn open_again(scene: &mut Scene, micros: i64) {
    for c2s in [true, false] {
        scene.shift(PORTS, c2s, 1 << 24);
    }
    scene.segment(micros, PORTS, true, SYN, 65495, b"");
    scene.segment(micros + 10, PORTS, false, SYN | ACK, 65483, b"");
    scene.segment(micros + 20, PORTS, true, ACK, 512, b"");
}

/// The program takes a connection so many microseconds after noon.
fn taken(micros: i64, session: u64, name: &str) -> SessionEvent {
    SessionEvent {
        at: Timestamp::from_nanos(NOON + micros * 1000),
        session: SessionId(session),
        connection: tuple(PORTS.0, PORTS.1),
        kind: SessionEventKind::Connected {
            name: Arc::from(name),
            transport: Transport::Line,
        },
    }
}

/// Plays frames and events in order of time, an event `early` microseconds before its time: the program tells at once, a
/// capture a little later.
fn play(scene: &Scene, events: &[SessionEvent], early: i64) -> Vec<MessageEntry> {
    let mut told = Messages::default();
    let mut timeline = Timeline::new(Settings::default(), Wants::STORY);
    timeline.begin(CaptureStart {
        live: true,
        ..CaptureStart::default()
    });
    let mut events = events.iter().peekable();
    for captured in &scene.frames {
        let now = captured.at.plus(early * 1000);
        while let Some(event) = events.next_if(|event| event.at <= now) {
            timeline.session(event.clone());
        }
        timeline.frame(&captured.frame());
        timeline.drain(&mut told).expect("never fails");
    }
    timeline.finish(CaptureStats::default(), false);
    timeline.drain(&mut told).expect("never fails");
    told.0
}

fn who_said(messages: &[MessageEntry], text: &[u8]) -> (Option<u64>, Option<String>) {
    let said = messages
        .iter()
        .find(|entry| &entry.message.text[..] == text);
    let said = said.unwrap_or_else(|| panic!("{messages:?}"));
    let session = said.session.map(|session| session.0);
    (session, said.name.as_deref().map(str::to_owned))
}

/// The first connection closes at 0.5 s and is let go a second later; by then the second one is open.
#[test]
fn the_new_connection_keeps_what_the_program_said_of_it() {
    let mut scene = Scene::default();
    scene.open(0, PORTS);
    scene.say(100_000, PORTS, true, b"first\n");
    scene.close(500_000, PORTS, true);
    open_again(&mut scene, SECOND);
    scene.say(2 * SECOND, PORTS, true, b"second\n");
    let events = [taken(100, 1, "ana"), taken(SECOND + 100, 2, "bia")];
    let messages = play(&scene, &events, 0);
    assert_eq!(who_said(&messages, b"first"), (Some(1), Some("ana".into())));
    assert_eq!(
        who_said(&messages, b"second"),
        (Some(2), Some("bia".into()))
    );
}

/// The program tells of the second connection when no frame of it was read yet, and just then the first is let go.
#[test]
fn nor_is_it_lost_where_the_program_tells_first() {
    let mut scene = Scene::default();
    scene.open(0, PORTS);
    scene.close(500_000, PORTS, true);
    // Nothing but time: the first connection is let go here.
    scene.segment(1_510_000, (9, 9), true, ACK, 1, b"");
    open_again(&mut scene, 1_511_000);
    scene.say(2 * SECOND, PORTS, true, b"second\n");
    let events = [taken(100, 1, "ana"), taken(1_511_100, 2, "bia")];
    let messages = play(&scene, &events, 5000);
    assert_eq!(
        who_said(&messages, b"second"),
        (Some(2), Some("bia".into()))
    );
}
