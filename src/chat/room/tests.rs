//! The room by itself: who waits for what, and who is told what.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Arrival, Question, Room, RoomFull};
use crate::chat::Turn;
use crate::chat::{
    DisconnectReason, Limits, Line, LineKind, Log, Now, Replay, SessionId, Token, View,
};
use crate::net::{FourTuple, Timestamp};

/// At so many seconds.
fn at(seconds: u64) -> Now {
    Now {
        wall: Timestamp::from_parts(seconds as i64, 0),
        uptime: Duration::from_secs(seconds),
    }
}

fn room(durable: bool) -> Room {
    limited(durable, |_| {})
}

fn limited(durable: bool, change: impl FnOnce(&mut Limits)) -> Room {
    let mut limits = Limits {
        fresh_hold: Duration::ZERO,
        ..Limits::default()
    };
    change(&mut limits);
    Room::new("test", limits, durable)
}

fn token(number: u8) -> Token {
    Token::new([number; 16])
}

fn arrive(room: &mut Room, number: u8) -> SessionId {
    let arrival = Arrival::new(FourTuple::default(), View::Text, token(number));
    room.connect(&arrival, at(0)).expect("room")
}

/// A session whose token is stored and that has read its welcome.
fn settled(room: &mut Room, number: u8) -> SessionId {
    let id = arrive(room, number);
    store(room);
    take(room, id, at(0));
    id
}

/// The history file takes the sessions.
fn store(room: &mut Room) {
    let effects = room.effects();
    room.saved(&effects.saved, None);
}

fn say(room: &mut Room, id: SessionId, line: &str, now: Now) -> SessionId {
    room.receive(id, line.as_bytes(), 0..0, now)
}

fn turn(room: &mut Room, id: SessionId, now: Now) -> (Turn, String) {
    turn_from(0, room, id, now)
}

/// What follows so many bytes of its connection.
fn turn_from(offset: u64, room: &mut Room, id: SessionId, now: Now) -> (Turn, String) {
    let mut out = VecDeque::new();
    let turn = room.take(id, 1 << 20, offset, &mut out, now);
    let bytes: Vec<u8> = out.iter().flat_map(|slice| slice.to_vec()).collect();
    (turn, String::from_utf8_lossy(&bytes).into_owned())
}

fn take(room: &mut Room, id: SessionId, now: Now) -> String {
    turn(room, id, now).1
}

/// All turns until nothing more is owed: the last, and what was sent.
fn turns(room: &mut Room, id: SessionId, now: Now) -> (Turn, String) {
    let mut sent = String::new();
    loop {
        let (turn, text) = turn_from(sent.len() as u64, room, id, now);
        sent.push_str(&text);
        if !turn.more {
            return (turn, sent);
        }
    }
}

#[test]
fn who_waits_for_a_session_that_quits_meanwhile_gets_it() {
    let mut room = room(false);
    let (ana, eva) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "/quit", at(1));
    assert_eq!(
        turn(&mut room, ana, at(1)).0.closing,
        Some(DisconnectReason::Quit)
    );
    // Its connection is not gone yet when another one asks.
    let resume = format!("/resume {}", token(1));
    assert_eq!(say(&mut room, eva, &resume, at(1)), eva);
    say(&mut room, eva, "I am back", at(1));
    room.disconnect(ana, DisconnectReason::Quit, None, at(1));
    assert_eq!(room.effects().moved, [(eva, ana)]);
    let text = take(&mut room, ana, at(1));
    assert!(text.contains("welcome back: you are guest1"), "{text}");
    assert!(text.ends_with("guest1: I am back\n"), "{text}");
}

#[test]
fn who_is_outrun_on_arrival_is_welcomed_as_itself() {
    let mut room = room(false);
    settled(&mut room, 1);
    let mut claim = |number| {
        let view = View::Objects;
        let mut arrival = Arrival::new(FourTuple::default(), view, token(number));
        arrival.resume = Some((token(1), Replay::Missed));
        room.connect(&arrival, at(1)).expect("room")
    };
    let (slow, _fast) = (claim(2), claim(3));
    let text = take(&mut room, slow, at(1));
    let own = format!(r#""session":2,"token":"{}""#, token(2));
    assert!(text.contains(&own), "{text}");
    assert!(text.contains("you go on as you are"), "{text}");
}

#[test]
fn nothing_is_said_after_quit() {
    let mut room = room(false);
    let ana = settled(&mut room, 1);
    say(&mut room, ana, "/quit", at(1));
    say(&mut room, ana, "and another thing", at(1));
    assert_eq!(room.counters().lines, 0);
}

#[test]
fn answers_that_nobody_reads_stop_their_commands() {
    let mut room = limited(false, |limits| limits.side_bytes = 1_000);
    let ana = settled(&mut room, 1);
    for number in 0..3_000 {
        say(&mut room, ana, &format!("/ping {number}"), at(1));
    }
    assert_eq!(room.may_speak(ana, at(1)), None);
    let first = take(&mut room, ana, at(1));
    assert!(first.len() < 1_100, "{} bytes at once", first.len());
    let mut heard = first;
    while turn(&mut room, ana, at(1)).0.more {
        heard.push_str(&take(&mut room, ana, at(1)));
    }
    assert_eq!(room.may_speak(ana, at(1)), Some(Duration::ZERO));
}

#[test]
fn every_parked_command_is_answered_in_order() {
    let mut room = limited(false, |limits| limits.side_bytes = 1_000);
    let ana = settled(&mut room, 1);
    for number in 0..1_000 {
        say(&mut room, ana, &format!("/ping {number}"), at(1));
    }
    let (mut heard, mut more) = (String::new(), true);
    while more {
        let (turn, text) = turn(&mut room, ana, at(1));
        heard.push_str(&text);
        more = turn.more;
    }
    let expected: String = (0..1_000).fold(String::new(), |text, number| {
        text + &format!("* pong {number}\n")
    });
    assert!(heard == expected);
}

#[test]
fn a_flood_in_one_read_is_spread_over_time() {
    let mut room = limited(false, |limits| limits.rate = 5);
    let ana = settled(&mut room, 1);
    for number in 0..300 {
        say(&mut room, ana, &number.to_string(), at(1));
    }
    let burst = u64::from(room.limits().burst());
    assert!((burst..=burst + 1).contains(&room.counters().lines));
    let held = turn(&mut room, ana, at(1)).0.held;
    assert!(held.is_some_and(|wait| wait <= Duration::from_millis(200)));
    take(&mut room, ana, at(3));
    assert!((burst + 10..=burst + 11).contains(&room.counters().lines));
    take(&mut room, ana, at(100));
    assert_eq!(room.counters().lines, 300);
}

#[test]
fn who_waits_for_the_room_is_not_idle() {
    let mut room = limited(false, |limits| limits.rate = 1);
    let ana = settled(&mut room, 1);
    for number in 0..2_000 {
        say(&mut room, ana, &number.to_string(), at(1));
    }
    room.tick(at(700));
    assert_eq!(room.closing_reason(ana), None);
}

#[test]
fn an_idle_time_beyond_all_clocks_is_no_limit() {
    let mut room = limited(false, |limits| limits.idle = Duration::MAX);
    let ana = settled(&mut room, 1);
    room.tick(at(1_000_000));
    assert_eq!(room.closing_reason(ana), None);
}

#[test]
fn at_the_end_nothing_more_is_accepted_and_everybody_has_everything() {
    let mut room = room(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "accepted", at(1));
    room.close_all();
    say(&mut room, ana, "too late", at(1));
    assert_eq!(room.effects().staged.len(), 1);
    let (early, _) = turn(&mut room, bob, at(1));
    assert_eq!(early.closing, None, "a line is on its way to everybody");
    room.committed(1, at(1));
    for id in [ana, bob] {
        let (turn, text) = turns(&mut room, id, at(1));
        assert!(text.contains("guest1: accepted\n"), "{text}");
        assert_eq!(turn.closing, Some(DisconnectReason::Shutdown));
        assert_eq!(text.contains("not heard"), id == ana, "{text}");
    }
}

#[test]
fn a_token_is_shown_only_when_it_is_stored() {
    let mut room = room(true);
    let ana = arrive(&mut room, 1);
    assert_eq!(take(&mut room, ana, at(1)), "");
    let effects = room.effects();
    room.saved(&effects.saved, None);
    assert_eq!(room.effects().wake, [ana]);
    let text = take(&mut room, ana, at(1));
    assert!(text.contains(&format!("/resume {}", token(1))), "{text}");
    assert!(!text.contains("cannot be kept"), "{text}");
}

#[test]
fn a_token_that_cannot_be_stored_is_shown_with_a_warning() {
    let mut room = room(true);
    let ana = arrive(&mut room, 1);
    let effects = room.effects();
    room.saved(&effects.saved, Some("disk full"));
    let text = take(&mut room, ana, at(1));
    assert!(text.contains(&format!("/resume {}", token(1))), "{text}");
    assert!(text.contains("cannot be kept (disk full)"), "{text}");
}

/// A durable room whose memory holds only the last of so many lines.
fn forgetful(lines: u64) -> Room {
    let mut room = room(true);
    room.restore(lines + 1, std::iter::empty::<Line<'_>>(), Vec::new(), 1);
    room
}

/// Answers what the file is asked, `most` lines at a time; returns what was asked.
fn recall(room: &mut Room, most: usize) -> Vec<std::ops::Range<u64>> {
    let mut asked = Vec::new();
    for recall in room.effects().recalls {
        let Question::Lines(wanted) = recall.question else {
            panic!("nothing is to be weighed");
        };
        asked.push(wanted.clone());
        let mut log = Log::new(wanted.start, usize::MAX);
        for number in wanted.clone().take(most) {
            log.append(&Line {
                session: SessionId(9),
                kind: LineKind::Say,
                at: Timestamp::ZERO,
                name: "old",
                text: &number.to_string(),
            });
        }
        room.recalled(recall.session, wanted.start, log);
    }
    asked
}

#[test]
fn history_comes_from_the_file_where_memory_has_no_more() {
    let mut room = forgetful(5_000);
    let ana = settled(&mut room, 1);
    say(&mut room, ana, "/history 2000", at(1));
    say(&mut room, ana, "after it", at(1));
    let header = take(&mut room, ana, at(1));
    assert_eq!(
        header,
        "* lines 4001 to 5000 again (at most 1000 at once):\n"
    );
    let (mut heard, mut asked) = (String::new(), Vec::new());
    while !heard.contains("old: 5000\n") {
        assert!(
            room.staged.is_empty(),
            "what was said after it waits its turn"
        );
        asked.extend(recall(&mut room, 100));
        heard.push_str(&take(&mut room, ana, at(1)));
    }
    let expected = (4_001..=5_000).fold(String::new(), |text, n| text + &format!("old: {n}\n"));
    assert!(heard == expected, "{heard}");
    assert_eq!(asked.len(), 10, "an excerpt at a time: {asked:?}");
    take(&mut room, ana, at(1));
    assert_eq!(room.effects().staged.len(), 1);
}

#[test]
fn history_delays_nothing_that_others_say_and_is_not_owed() {
    let mut room = forgetful(50);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "/history 10", at(1));
    take(&mut room, ana, at(1));
    say(&mut room, bob, "meanwhile", at(1));
    room.committed(1, at(1));
    assert_eq!(take(&mut room, bob, at(1)), "guest2: meanwhile\n");
    recall(&mut room, 100);
    let (turn_, again) = turn(&mut room, ana, at(1));
    assert!(again.starts_with("old: 41\n") && again.ends_with("old: 50\n"));
    assert_eq!((turn_.taken.lines, turn_.side), (0..0, again.len()));
    assert_eq!(take(&mut room, ana, at(1)), "guest2: meanwhile\n");
    assert_eq!(room.owed(ana), 52..52);
}

/// Without random bits a session has the token of nobody, and so may have any number of others.
#[test]
fn nobody_comes_back_to_a_session_without_random_bits() {
    let mut room = room(false);
    let arrival = Arrival::new(FourTuple::default(), View::Text, Token::NOBODY);
    let ana = room.connect(&arrival, at(0)).expect("room");
    store(&mut room);
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(1));
    let eva = settled(&mut room, 2);
    let resume = format!("/resume {}", Token::NOBODY);
    assert_eq!(say(&mut room, eva, &resume, at(2)), eva);
    assert!(take(&mut room, eva, at(2)).contains("no session has this token"));
}

/// Who only connects, however often, makes nobody's token unknown who ever said a line.
#[test]
fn empty_connections_push_out_nobody_who_spoke() {
    let mut room = limited(false, |limits| limits.resumable = 2_000);
    let ana = settled(&mut room, 1);
    say(&mut room, ana, "I shall be back", at(1));
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(1));
    for number in 0..2_100_u128 {
        let fresh = Token::new((number + (1 << 64)).to_be_bytes());
        let arrival = Arrival::new(FourTuple::default(), View::Text, fresh);
        let id = room.connect(&arrival, at(2)).expect("room");
        room.disconnect(id, DisconnectReason::ClientClosed, None, at(2));
    }
    assert_eq!(room.resumable(), 1 + crate::chat::limits::RESUMABLE_QUIET);
    let back = settled(&mut room, 2);
    let resume = format!("/resume {}", token(1));
    assert_eq!(say(&mut room, back, &resume, at(3)), ana);
    // Once heard is heard for good.
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(4));
    assert!(room.away.get(ana).is_some_and(|gone| !gone.quiet));
}

#[test]
fn a_takeover_repeats_nothing_that_the_old_connection_has() {
    let mut room = room(false);
    let (ana, bob, eva) = (
        settled(&mut room, 1),
        settled(&mut room, 2),
        settled(&mut room, 3),
    );
    say(&mut room, bob, "X", at(1));
    assert_eq!(take(&mut room, ana, at(1)), "guest2: X\n");
    let resume = format!("/resume {}", token(1));
    say(&mut room, eva, &resume, at(1));
    room.disconnect(ana, DisconnectReason::TakenOver, None, at(1));
    let text = take(&mut room, ana, at(1));
    assert!(text.contains("lines missed: 0"), "{text}");
    assert!(!text.contains("guest2: X"), "{text}");
}

/// Two sessions each ask to be the other: the first to ask has its way, and no token becomes unknown but its own.
#[test]
fn crossed_wishes_leave_both_sessions_to_somebody() {
    let mut room = room(false);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, &format!("/resume {}", token(2)), at(1));
    say(&mut room, bob, &format!("/resume {}", token(1)), at(1));
    let eva = settled(&mut room, 3);
    say(&mut room, eva, &format!("/resume {}", token(1)), at(1));
    assert!(take(&mut room, eva, at(1)).contains("just becoming another one"));
    assert_eq!(room.closing_reason(ana), None);
    let (turn, text) = turn(&mut room, bob, at(1));
    assert_eq!(turn.closing, Some(DisconnectReason::TakenOver));
    assert!(text.contains("has just gone"), "{text}");
    room.disconnect(bob, DisconnectReason::TakenOver, None, at(1));
    assert_eq!(room.effects().moved, [(ana, bob)]);
    assert_eq!(room.connected(), 2);
    assert!(take(&mut room, bob, at(1)).contains("welcome back: you are guest2"));
}

#[test]
fn a_line_that_is_not_there_yet_is_told() {
    let mut room = room(false);
    let ana = settled(&mut room, 1);
    say(&mut room, ana, "one", at(1));
    take(&mut room, ana, at(1));
    say(
        &mut room,
        ana,
        &format!("/resume {} 99999", token(1)),
        at(1),
    );
    let text = take(&mut room, ana, at(1));
    assert_eq!(text, "* no line 99999 yet: the next is 2\n");
    say(&mut room, ana, &format!("/resume {} 1", token(1)), at(1));
    assert_eq!(take(&mut room, ana, at(1)), "guest1: one\n");
}

/// Private lines to a client that was gone already come when it is back, and only those it has not acknowledged.
#[test]
fn private_lines_are_kept_until_they_are_acknowledged() {
    let mut room = room(false);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, bob, "/msg guest1 one", at(1));
    let first = take(&mut room, ana, at(1)).len() as u64;
    room.acknowledged(ana, Some(first));
    assert!(!room.awaits_acknowledgement(ana, first));
    say(&mut room, bob, "/msg guest1 two", at(1));
    let mut out = VecDeque::new();
    room.take(ana, 1 << 20, first, &mut out, at(1));
    assert!(room.awaits_acknowledgement(ana, first + 5));
    say(&mut room, bob, "/msg guest1 three", at(1));
    room.disconnect(ana, DisconnectReason::ClientReset, Some(first + 5), at(2));
    let back = settled(&mut room, 3);
    say(&mut room, back, &format!("/resume {}", token(1)), at(3));
    let text = take(&mut room, ana, at(3));
    assert!(
        text.ends_with("* guest2 (to you): two\n* guest2 (to you): three\n"),
        "{text}"
    );
    assert!(!text.contains("one"), "{text}");
    // Nobody knows what the second connection has: it is taken to have all that it was handed.
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(4));
    let back = settled(&mut room, 4);
    say(&mut room, back, &format!("/resume {}", token(1)), at(5));
    let text = take(&mut room, ana, at(5));
    assert!(!text.contains("to you"), "{text}");
}

#[test]
fn a_full_room_takes_its_own_members_back() {
    let mut room = limited(false, |limits| limits.sessions = 2);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    let claim = |number, of: Token| {
        let mut arrival = Arrival::new(FourTuple::default(), View::Objects, token(number));
        arrival.resume = Some((of, Replay::Missed));
        arrival
    };
    assert!(room.connect(&claim(3, token(9)), at(1)).is_err());
    let heir = room.connect(&claim(4, token(1)), at(1)).expect("a place");
    room.disconnect(ana, DisconnectReason::TakenOver, None, at(1));
    assert_eq!(room.effects().moved, [(heir, ana)]);
    assert_eq!(room.connected(), 2);
    // A token opens no door for a crowd.
    let crowd: Vec<SessionId> = (10..200)
        .filter_map(|number| room.connect(&claim(number, token(2)), at(1)).ok())
        .collect();
    assert_eq!(crowd.len(), 2 * crate::chat::limits::SPARE_SESSIONS);
    assert_eq!(room.closing_reason(bob), Some(DisconnectReason::TakenOver));
    // All but the last are asked to leave, and are heard no more.
    let (last, outrun) = crowd.split_last().expect("a crowd");
    for &id in outrun {
        assert_eq!(room.closing_reason(id), Some(DisconnectReason::TakenOver));
        say(&mut room, id, "me too", at(1));
        assert!(take(&mut room, id, at(1)).contains("the room is full (2 sessions)"));
        room.disconnect(id, DisconnectReason::TakenOver, None, at(1));
    }
    assert_eq!(room.closing_reason(*last), None);
    let lines = room.counters().lines;
    room.disconnect(bob, DisconnectReason::TakenOver, None, at(1));
    assert_eq!((room.connected(), room.counters().lines), (2, lines));
    assert_eq!(room.resumable(), 0);
}

/// Those who went and come back have places of their own, and so has, for a moment, who takes over a connection.
#[test]
fn a_full_room_has_bounded_places_for_those_who_went() {
    let mut room = limited(false, |limits| limits.sessions = 40);
    let back = |room: &mut Room, number: u8| {
        let mut arrival = Arrival::new(FourTuple::default(), View::Text, token(100 + number));
        arrival.resume = Some((token(number), Replay::Missed));
        room.connect(&arrival, at(2))
    };
    for number in 0..40 {
        let id = settled(&mut room, number + 1);
        room.disconnect(id, DisconnectReason::ClientReset, None, at(1));
    }
    for number in 50..90 {
        settled(&mut room, number);
    }
    let returned = (0..40).filter(|number| back(&mut room, number + 1).is_ok());
    let returned = returned.count();
    assert_eq!(returned, crate::chat::limits::SPARE_SESSIONS);
    assert!(back(&mut room, 50).is_ok(), "a takeover makes its own room");
}

#[test]
fn answers_come_where_the_commands_stood() {
    let mut room = room(false);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    for line in [
        "one",
        "/ping",
        "two",
        "/msg guest2 psst",
        "/history 1",
        "/ping end",
    ] {
        say(&mut room, ana, line, at(1));
    }
    let text = turns(&mut room, ana, at(1)).1;
    let expected = "guest1: one\n* pong\nguest1: two\n* (to guest2): psst\n* lines 2 to 2 again:\nguest1: two\n* pong end\n";
    assert_eq!(text, expected);
    let text = turns(&mut room, bob, at(1)).1;
    assert_eq!(text, "guest1: one\nguest1: two\n* guest1 (to you): psst\n");
}

#[test]
fn answers_wait_for_the_file_only_behind_own_lines() {
    let mut room = room(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    for (id, line) in [
        (ana, "one"),
        (bob, "/ping"),
        (ana, "/ping"),
        (ana, "/msg guest2 psst"),
    ] {
        say(&mut room, id, line, at(1));
    }
    assert_eq!(turns(&mut room, bob, at(1)).1, "* pong\n");
    assert_eq!(turns(&mut room, ana, at(1)).1, "");
    room.committed(1, at(1));
    assert_eq!(
        turns(&mut room, bob, at(1)).1,
        "guest1: one\n* guest1 (to you): psst\n"
    );
    assert_eq!(
        turns(&mut room, ana, at(1)).1,
        "guest1: one\n* pong\n* (to guest2): psst\n"
    );
}

#[test]
fn answers_behind_a_line_that_the_file_refuses_come_all_the_same() {
    let mut room = room(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    for line in ["one", "two", "/ping", "/msg guest2 psst", "/history"] {
        say(&mut room, ana, line, at(1));
    }
    room.refused(1, "full");
    assert_eq!(turns(&mut room, bob, at(1)).1, "");
    room.refused(1, "full");
    assert_eq!(turns(&mut room, bob, at(1)).1, "* guest1 (to you): psst\n");
    let text = turns(&mut room, ana, at(1)).1;
    let order = ["* pong\n", "psst\n", "* no lines to show\n"];
    let found: Vec<usize> = order.iter().filter_map(|part| text.find(part)).collect();
    assert!(found.len() == 3 && found.is_sorted(), "{text}");
    assert_eq!(text.matches("not said").count(), 2);
}

#[test]
fn a_letter_behind_lines_is_kept_until_it_arrived() {
    let mut room = room(false);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "one", at(1));
    say(&mut room, ana, "/msg guest2 psst", at(1));
    // Of what is handed out, the line is acknowledged to its last byte.
    let sent = turns(&mut room, bob, at(1)).1;
    let line = "guest1: one\n".len() as u64;
    assert!(sent.len() as u64 > line);
    room.disconnect(bob, DisconnectReason::ClientReset, Some(line), at(2));
    let eva = settled(&mut room, 3);
    say(&mut room, eva, &format!("/resume {}", token(2)), at(3));
    let text = turns(&mut room, bob, at(3)).1;
    assert!(text.ends_with("* guest1 (to you): psst\n"), "{text}");
    assert!(!text.contains("one"), "{text}");
}

/// From that address.
fn arrival_from(address: [u8; 4], number: u8) -> Arrival {
    let mut connection = FourTuple::default();
    connection.client.ip = address.into();
    Arrival::new(connection, View::Text, token(number))
}

#[test]
fn one_address_takes_so_many_places_and_comes_back_all_the_same() {
    let mut room = limited(false, |limits| limits.per_address = 2);
    let [stranger, other, here] = [[192, 0, 2, 1], [192, 0, 2, 2], [127, 0, 0, 1]];
    let come =
        |room: &mut Room, address, number| room.connect(&arrival_from(address, number), at(1));
    let first = come(&mut room, stranger, 1).expect("a place");
    come(&mut room, stranger, 2).expect("a place");
    assert_eq!(come(&mut room, stranger, 3), Err(RoomFull::Address(2)));
    come(&mut room, other, 4).expect("a place for another address");
    for number in 5..15 {
        come(&mut room, here, number).expect("a place for this machine");
    }
    // Who goes leaves a place, and comes back also where that is taken.
    room.disconnect(first, DisconnectReason::ClientClosed, None, at(2));
    come(&mut room, stranger, 15).expect("the place left");
    assert_eq!(come(&mut room, stranger, 16), Err(RoomFull::Address(2)));
    let mut back = arrival_from(stranger, 17);
    back.resume = Some((token(1), Replay::Missed));
    room.connect(&back, at(3)).expect("a place to come back to");
    assert_eq!(
        room.effects().moved.last().map(|moved| moved.1),
        Some(first)
    );
}

#[test]
fn a_token_is_no_way_around_the_bound_of_an_address() {
    let mut room = limited(false, |limits| limits.per_address = 1);
    let stranger = [192, 0, 2, 1];
    room.connect(&arrival_from(stranger, 1), at(1))
        .expect("a place");
    for number in 2..100 {
        let mut claim = arrival_from(stranger, number);
        claim.resume = Some((token(1), Replay::Missed));
        let _ = room.connect(&claim, at(1));
    }
    // All but the last were outrun, and are asked to leave.
    let leaving = |id: &&SessionId| room.closing_reason(**id).is_some();
    let ids: Vec<SessionId> = (1..100).map(SessionId).collect();
    let here = room.connected();
    assert!(here < 40, "{here} sessions");
    assert_eq!(ids.iter().filter(leaving).count(), here - 1);
}

/// One line said on the old connection, one on the new: the farewell waits for both.
#[test]
fn who_comes_back_waits_for_what_it_said_before_and_after() {
    let mut room = room(true);
    let (ana, eva) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "before", at(1));
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(1));
    say(&mut room, eva, "fresh", at(1));
    say(&mut room, eva, &format!("/resume {}", token(1)), at(1));
    say(&mut room, ana, "/quit", at(1));
    store(&mut room);
    for _ in 0..2 {
        let (turn, text) = turns(&mut room, ana, at(1));
        assert_eq!(turn.closing, None, "{text}");
        room.committed(1, at(1));
    }
    let (turn, text) = turns(&mut room, ana, at(1));
    assert!(text.ends_with("fresh\n* goodbye\n"), "{text}");
    assert_eq!(turn.closing, Some(DisconnectReason::Quit));
}
