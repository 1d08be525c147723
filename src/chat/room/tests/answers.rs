//! What is told to one client beside the lines of the room: when, and where among them.

use super::*;
use crate::chat::SessionEventKind;

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

/// What the file refuses of others has no number: nobody waits for it.
#[test]
fn answers_do_not_wait_for_lines_of_others_that_the_file_refused() {
    let mut room = room(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    for (id, line) in [
        (ana, "one"),
        (bob, "two"),
        (bob, "/ping"),
        (bob, "/history"),
    ] {
        say(&mut room, id, line, at(1));
    }
    room.refused(1, "full");
    say(&mut room, ana, "three", at(1));
    room.committed(1, at(1));
    let text = turns(&mut room, bob, at(1)).1;
    assert!(text.starts_with("guest2: two\n* pong\n"), "{text}");
    assert!(text.contains("no lines to show"), "{text}");
}

/// A line that is in no log and no file is told to nobody else: its speaker hears of it, whatever became of the connection.
#[test]
fn who_went_hears_of_a_refused_line_on_coming_back() {
    let mut room = room(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "while away", at(1));
    say(&mut room, bob, "on the way", at(1));
    room.disconnect(ana, DisconnectReason::ClientReset, None, at(1));
    room.refused(2, "full");
    let offset = turns(&mut room, bob, at(1)).1.len() as u64;
    assert!(offset > 0, "told");
    room.disconnect(bob, DisconnectReason::ClientReset, Some(0), at(1));
    for (old, number, line) in [(ana, 1, "while away"), (bob, 2, "on the way")] {
        let eva = settled(&mut room, number + 10);
        say(&mut room, eva, &format!("/resume {}", token(number)), at(2));
        let text = turns(&mut room, old, at(2)).1;
        let told = format!("* not said, the history cannot be kept (full): {line}\n");
        assert!(text.ends_with(&told), "{text}");
        room.disconnect(old, DisconnectReason::ClientReset, None, at(3));
        let eva = settled(&mut room, number + 20);
        say(&mut room, eva, &format!("/resume {}", token(number)), at(4));
        let text = turns(&mut room, old, at(4)).1;
        assert!(
            !text.contains("not said"),
            "told once it has arrived: {text}"
        );
    }
}

/// Nobody wants to read that ana is now ana; another case of the letters is another look.
#[test]
fn a_name_that_one_has_already_is_told_to_nobody_else() {
    let mut room = room(false);
    room.watch(true);
    let (ana, bob) = (settled(&mut room, 1), settled(&mut room, 2));
    say(&mut room, ana, "/nick ana", at(1));
    turns(&mut room, ana, at(1));
    turns(&mut room, bob, at(1));
    let _ = room.effects();
    assert_eq!(
        take_of(&mut room, ana, "/nick ana"),
        "* you are ana already\n"
    );
    let renamed = |kind: &SessionEventKind| matches!(kind, SessionEventKind::Renamed { .. });
    let events = room.effects().events;
    assert!(!events.iter().any(|event| renamed(&event.kind)));
    assert_eq!(take(&mut room, bob, at(1)), "");
    say(&mut room, ana, "/nick Ana", at(1));
    assert_eq!(take(&mut room, bob, at(1)), "* ana is now Ana\n");
}
