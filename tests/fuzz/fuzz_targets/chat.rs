//! Any lines from any clients in any order: the room never panics, stays in its bounds, and whatever it sends is lines of
//! safe text. Every other input has a history file, which takes all lines and answers all questions at once.
#![no_main]

use std::collections::VecDeque;
use std::time::Duration;

use chatscope::chat::{
    Arrival, DisconnectReason, Limits, Log, Now, Question, Room, SessionId, Staged, Token, View,
};
use chatscope::net::{FourTuple, Timestamp};
use libfuzzer_sys::fuzz_target;

const LOG_BYTES: usize = 16 * 1024;

/// Plays the history file; returns which sessions' connections serve another one now.
fn settle(room: &mut Room, file: &mut Vec<Staged>, now: Now) -> Vec<(SessionId, SessionId)> {
    let mut moved = Vec::new();
    loop {
        let effects = room.effects();
        moved.extend(effects.moved);
        room.saved(&effects.saved, None);
        if effects.staged.is_empty() && effects.recalls.is_empty() {
            return moved;
        }
        let count = effects.staged.len();
        file.extend(effects.staged);
        room.committed(count, now);
        for recall in effects.recalls {
            match recall.question {
                Question::Lines(wanted) => {
                    assert!(!wanted.is_empty() && wanted.end as usize <= file.len() + 1);
                    let mut log = Log::new(wanted.start, 1 << 20);
                    for line in &file[wanted.start as usize - 1..wanted.end as usize - 1] {
                        log.append(&line.line());
                    }
                    room.recalled(recall.session, wanted.start, log);
                }
                Question::Weight(of) => {
                    let first = of.lines.end.saturating_sub(of.bytes).max(of.lines.start);
                    room.weighed(recall.session, Some(first));
                }
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let limits = Limits {
        sessions: 6,
        resumable: 4,
        log_bytes: LOG_BYTES,
        rate: 0,
        ..Limits::default()
    };
    let durable = input.len() % 2 == 1;
    let mut room = Room::new("fuzz", limits, durable);
    let mut file = Vec::new();
    let mut sessions: Vec<(SessionId, u64)> = Vec::new();
    let mut tokens = 0;
    for (clock, line) in input.split(|&byte| byte == b'\n').enumerate() {
        let now = Now {
            wall: Timestamp::from_nanos(clock as i64),
            uptime: Duration::from_secs(clock as u64),
        };
        let Some((&op, rest)) = line.split_first() else {
            continue;
        };
        let who = usize::from(op >> 3).checked_rem(sessions.len());
        match (op & 7, who) {
            (0, _) | (_, None) => {
                tokens += 1;
                let view = [View::Text, View::Frames, View::Objects][clock % 3];
                let token = Token::new([tokens; 16]);
                let arrival = Arrival::new(FourTuple::default(), view, token);
                sessions.extend(room.connect(&arrival, now).map(|id| (id, 0)));
            }
            (1, Some(who)) => {
                let (id, offset) = sessions.swap_remove(who);
                if room.weigh(id, offset / 2) {
                    assert!(durable);
                    settle(&mut room, &mut file, now);
                }
                room.disconnect(id, DisconnectReason::ClientReset, Some(offset / 2), now);
            }
            (2, Some(who)) => {
                let mut out = VecDeque::new();
                let (id, offset) = &mut sessions[who];
                let turn = room.take(*id, rest.len() * 16, *offset, &mut out, now);
                *offset += out.iter().map(|slice| slice.len() as u64).sum::<u64>();
                for text in out
                    .iter()
                    .filter_map(|slice| std::str::from_utf8(slice).ok())
                {
                    assert!(
                        text.chars().all(|c| c == '\n' || !c.is_control()),
                        "{text:?}"
                    );
                }
                if let Some(reason) = turn.closing {
                    let (id, offset) = sessions.swap_remove(who);
                    room.disconnect(id, reason, Some(offset), now);
                }
            }
            // A token that exists, as a client would know it.
            (3, Some(who)) => {
                let token = Token::new([rest.first().map_or(1, |byte| byte % (tokens + 1)); 16]);
                sessions[who].0 = room.receive(
                    sessions[who].0,
                    format!("/resume {token}").as_bytes(),
                    0..0,
                    now,
                );
            }
            (_, Some(who)) => {
                sessions[who].0 = room.receive(sessions[who].0, rest, 0..rest.len() as u64, now)
            }
        }
        for (from, to) in settle(&mut room, &mut file, now) {
            for (id, _) in &mut sessions {
                if *id == from {
                    *id = to;
                }
            }
        }
        assert!(room.connected() <= 6 && room.resumable() <= 4);
        assert!(
            room.log().memory() <= 8 * LOG_BYTES + 64 * 1024,
            "{}",
            room.log().memory()
        );
    }
});
