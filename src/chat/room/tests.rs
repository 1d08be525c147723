//! The room by itself: who waits for what, and who is told what.

mod answers;
mod places;

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

/// What it is told to a line.
fn take_of(room: &mut Room, id: SessionId, line: &str) -> String {
    say(room, id, line, at(1));
    take(room, id, at(1))
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

/// A server that was stopped for longer than the idle time has lines of its clients still to read.
#[test]
fn nobody_is_ended_for_silence_without_a_warning() {
    let mut room = limited(false, |limits| limits.idle = Duration::from_secs(100));
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    room.tick(at(1_000));
    assert!(take(&mut room, ana, at(1_000)).contains("are you there?"));
    say(&mut room, ana, "here", at(1_001));
    room.tick(at(1_009));
    assert_eq!(room.closing_reason(bob), None);
    room.tick(at(1_010));
    assert_eq!(room.closing_reason(bob), Some(DisconnectReason::Idle));
    room.tick(at(1_090));
    assert_eq!(room.closing_reason(ana), None);
}

/// "Any line", said the warning: also one that is too long, or in no form that the room understands.
#[test]
fn every_line_is_a_sign_of_life() {
    for hear in [Room::receive_overlong, Room::receive_foreign] {
        let mut room = limited(false, |limits| limits.idle = Duration::from_secs(100));
        let ana = settled(&mut room, 1);
        room.tick(at(90));
        assert!(take(&mut room, ana, at(90)).contains("are you there?"));
        hear(&mut room, ana, 0..9_000, at(95));
        take(&mut room, ana, at(95));
        // Too late for the next warning: it comes first all the same.
        room.tick(at(195));
        assert_eq!(room.closing_reason(ana), None);
        assert!(take(&mut room, ana, at(195)).contains("are you there?"));
        room.tick(at(205));
        assert_eq!(room.closing_reason(ana), Some(DisconnectReason::Idle));
    }
}

/// A first line that nobody understands is no wish to be another session: the lines of the room wait no longer.
#[test]
fn a_line_that_is_too_long_ends_the_wait_for_a_first_wish() {
    let mut room = limited(false, |limits| limits.fresh_hold = Duration::from_secs(9));
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, bob, "hello", at(1));
    assert_eq!(take(&mut room, ana, at(1)), "");
    room.receive_overlong(ana, 0..9_000, at(1));
    assert!(turns(&mut room, ana, at(1)).1.contains("guest2: hello"));
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

/// Who goes over to another session does not make the own one unknown, once it was heard.
#[test]
fn a_session_left_for_another_one_can_come_back() {
    let mut room = room(false);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "one", at(1));
    take(&mut room, ana, at(1));
    room.disconnect(bob, DisconnectReason::ClientClosed, None, at(1));
    let resume = |number| format!("/resume {}", token(number));
    assert_eq!(say(&mut room, ana, &resume(2), at(1)), bob);
    assert_eq!(say(&mut room, bob, "two", at(1)), bob);
    take(&mut room, bob, at(1));
    let eva = settled(&mut room, 3);
    assert_eq!(say(&mut room, eva, &resume(1), at(1)), ana);
    let text = take(&mut room, ana, at(1));
    assert!(
        text.contains("you are guest1, session 1; lines missed: 1"),
        "{text}"
    );
    assert!(text.ends_with("guest2: two\n"), "{text}");
    // One that never said a line came only to be another.
    let dan = settled(&mut room, 4);
    assert!(take_of(&mut room, dan, &resume(3)).contains("no session has this token"));
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
    // Nor does who comes back wait for it in vain: the file may be an older copy.
    for (number, told) in [(2, false), (3, true)] {
        room.disconnect(ana, DisconnectReason::ClientClosed, None, at(1));
        let heir = settled(&mut room, number + 10);
        let resume = format!("/resume {} {number}", token(1));
        assert_eq!(say(&mut room, heir, &resume, at(1)), ana);
        let text = take(&mut room, ana, at(1));
        let notice = format!("* no line {number} yet: the next is 2\n");
        assert_eq!(text.ends_with(&notice), told, "{text}");
    }
}
