//! The room against a list: whatever happens in whatever order, every session gets every line since it joined exactly
//! once and in order, except lines it was told it missed.
//!
//! No sockets: clients are byte vectors of which an arbitrary part is acknowledged when the connection breaks.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use chatscope::chat::{
    Arrival, DisconnectReason, Effects, Following, Gone, Limits, Log, Now, Question, Recall, Room,
    Saved, SessionId, Staged, Token, View,
};
use chatscope::net::{FourTuple, Timestamp};
use proptest::prelude::*;

/// Lines that one stretch of the ledger holds at most.
const STRETCH_LINES: u64 = 256;

/// One step of a history; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Connect(View),
    Say(usize),
    Take(usize, usize),
    /// Everybody who merely follows is handed a portion of so many bytes.
    Round(usize),
    Acknowledge(usize, u8),
    Drop(usize, u8),
    /// Comes back; the last number: bytes of the room shown to the fresh session first, while somebody talks.
    Resume(usize, View, usize),
    /// The same while the old connection lives: meanwhile it takes, if the first share is above half, and acknowledges.
    TakeOver(usize, View, usize, (u8, u8)),
    Commit(usize),
    Refuse(usize),
    Notice(usize),
    /// Asks for so many lines again, and reads them; they are answers and change nothing of what is owed.
    History(usize, u64),
    /// Many lines at once, so that old ones leave a small log.
    Flood(usize),
    /// The file answers a question, with at most that many lines.
    Answer(u64),
    /// With that many lines in memory.
    Restart(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let view = || prop_oneof![Just(View::Text), Just(View::Frames), Just(View::Objects)];
    let who = || 0_usize..8;
    let linger = || prop_oneof![2 => Just(0_usize), 1 => 1_usize..200];
    prop_oneof![
        2 => view().prop_map(Step::Connect),
        12 => who().prop_map(Step::Say),
        12 => (who(), 1_usize..200).prop_map(|(who, budget)| Step::Take(who, budget)),
        4 => (1_usize..200).prop_map(Step::Round),
        4 => (who(), any::<u8>()).prop_map(|(who, share)| Step::Acknowledge(who, share)),
        4 => (who(), any::<u8>()).prop_map(|(who, share)| Step::Drop(who, share)),
        4 => (who(), view(), linger()).prop_map(|(who, view, linger)| Step::Resume(who, view, linger)),
        2 => (who(), view(), linger(), any::<(u8, u8)>()).prop_map(|(who, view, linger, old)| Step::TakeOver(who, view, linger, old)),
        6 => (1_usize..5).prop_map(Step::Commit),
        1 => (1_usize..3).prop_map(Step::Refuse),
        3 => who().prop_map(Step::Notice),
        2 => (who(), 0_u64..40).prop_map(|(who, count)| Step::History(who, count)),
        2 => who().prop_map(Step::Flood),
        6 => (1_u64..9).prop_map(Step::Answer),
        1 => (0_usize..40).prop_map(Step::Restart),
    ]
}

/// A person, over all connections.
struct Person {
    token: Token,
    session: SessionId,
    /// Present while connected.
    connection: Option<Wire>,
    /// Numbers of the lines it is sure of.
    got: Vec<u64>,
    /// Lines before this number were said before it came.
    since: u64,
    /// Lines it was told it missed.
    missed: u64,
    /// How many of these it may have all the same.
    slack: u64,
    /// It was shown lines as a stranger before it came back: these came out of order.
    mixed: bool,
}

/// What was handed to one connection.
struct Wire {
    view: View,
    bytes: Vec<u8>,
    /// The stretches of `bytes` that answer the client.
    answers: Vec<Range<usize>>,
    acknowledged: usize,
}

struct World {
    room: Room,
    people: Vec<Person>,
    /// Accepted, waiting for the file.
    staged: VecDeque<Staged>,
    /// What the file holds.
    stored: Vec<Staged>,
    /// What the file was asked and has not answered.
    recalls: VecDeque<Recall>,
    sessions: Vec<Gone>,
    durable: bool,
    limits: Limits,
    clock: u64,
    said: u64,
    /// The number in the log of each line that was accepted, by its place among those said; a refused one has none.
    numbers: HashMap<u64, u64>,
    tokens: u8,
}

impl World {
    fn new(durable: bool, limits: Limits) -> Self {
        Self {
            room: Room::new("model", limits.clone(), durable),
            people: Vec::new(),
            staged: VecDeque::new(),
            stored: Vec::new(),
            recalls: VecDeque::new(),
            sessions: Vec::new(),
            durable,
            limits,
            clock: 0,
            said: 0,
            numbers: HashMap::new(),
            tokens: 0,
        }
    }

    fn now(&mut self) -> Now {
        self.clock += 1;
        Now {
            wall: Timestamp::from_nanos(self.clock as i64),
            uptime: Duration::from_secs(self.clock),
        }
    }

    /// Carries out what the room asks for, as the server's hub does.
    fn settle(&mut self) {
        let Effects {
            staged,
            saved,
            recalls,
            ..
        } = self.room.effects();
        self.staged.extend(staged);
        self.recalls.extend(recalls);
        self.room.saved(&saved, None);
        for saved in saved {
            let id = match &saved {
                Saved::Session(gone) => gone.id,
                Saved::Forgotten(id) => *id,
            };
            self.sessions.retain(|gone| gone.id != id);
            if let Saved::Session(gone) = saved {
                self.sessions.push(gone);
            }
        }
        if self.durable {
            assert_eq!(
                self.room.log().head() - 1,
                self.stored.len() as u64,
                "visible only when committed"
            );
        }
    }

    fn arrive(&mut self, view: View) -> (SessionId, Token) {
        self.tokens += 1;
        let token = Token::new([self.tokens; 16]);
        let now = self.now();
        let arrival = Arrival::new(FourTuple::default(), view, token);
        let session = self.room.connect(&arrival, now).unwrap();
        self.settle();
        (session, token)
    }

    fn connect(&mut self, view: View) {
        if self.people.len() == 8 {
            return;
        }
        let (session, token) = self.arrive(view);
        let since = self.room.log().head();
        let connection = Some(Wire {
            view,
            bytes: Vec::new(),
            answers: Vec::new(),
            acknowledged: 0,
        });
        self.people.push(Person {
            token,
            session,
            connection,
            got: Vec::new(),
            since,
            missed: 0,
            slack: 0,
            mixed: false,
        });
    }

    fn connected(&self, who: usize) -> Option<usize> {
        let who = who.checked_rem(self.people.len())?;
        self.people[who].connection.is_some().then_some(who)
    }

    fn say(&mut self, who: usize, text: &str) {
        let Some(who) = self.connected(who) else {
            return;
        };
        let now = self.now();
        let session = self.people[who].session;
        assert_eq!(
            self.room.receive(session, text.as_bytes(), 0..0, now),
            session
        );
        self.settle();
    }

    fn say_next(&mut self, who: usize) {
        if self.connected(who).is_some() {
            self.said += 1;
            let text = format!("L{} {}", self.said, "x".repeat(self.said as usize % 40));
            self.say(who, &text);
        }
    }

    fn take(&mut self, who: usize, budget: usize) {
        let Some(who) = self.connected(who) else {
            return;
        };
        let now = self.now();
        let person = &mut self.people[who];
        let wire = person.connection.as_mut().unwrap();
        let mut out = VecDeque::new();
        let owed = self.room.owed(person.session).start;
        let turn = self.room.take(
            person.session,
            budget,
            wire.bytes.len() as u64,
            &mut out,
            now,
        );
        let gone = self.room.log().first().saturating_sub(owed);
        assert!(turn.taken.missed <= gone, "only what has left the log");
        person.missed += turn.taken.missed;
        let before = wire.bytes.len();
        wire.answers.push(before..before + turn.side);
        for slice in &out {
            wire.bytes.extend_from_slice(slice);
        }
        assert_eq!(
            wire.bytes.len() - before,
            turn.side + turn.taken.bytes + turn.farewell
        );
        self.settle();
    }

    /// What is shared among those at one place is what each would have been handed alone.
    fn round(&mut self, budget: usize) {
        let (now, mut portions) = (self.now(), Vec::new());
        for person in &mut self.people {
            let Some(wire) = &mut person.connection else {
                continue;
            };
            if !self.room.merely_follows(person.session, now) {
                continue;
            }
            let (head, owed) = (self.room.log().head(), self.room.owed(person.session).start);
            let offset = wire.bytes.len() as u64;
            let what = self
                .room
                .follow(person.session, budget, offset, &mut portions);
            let left = match what {
                Following::Nothing => owed..owed,
                Following::Portion { index, more } => {
                    let portion = &portions[index];
                    assert_eq!(portion.taken.lines.start, owed);
                    assert_eq!(portion.taken.lines.end < head, more);
                    for slice in &portion.slices {
                        wire.bytes.extend_from_slice(slice);
                    }
                    portion.taken.lines.clone()
                }
                Following::Otherwise => {
                    assert!(owed < self.room.log().first(), "it has left the log");
                    continue;
                }
            };
            assert_eq!(self.room.owed(person.session).start, left.end);
        }
        self.settle();
    }

    fn history(&mut self, who: usize, count: u64) {
        let Some(who) = self.connected(who) else {
            return;
        };
        self.say(who, &format!("/history {count}"));
        let session = self.people[who].session;
        for _ in 0..1_000 {
            self.take(who, 100);
            self.answer(7);
            // The answer comes behind what its client said before.
            self.commit(1);
            let now = self.now();
            if self.room.may_speak(session, now).is_some() {
                return;
            }
        }
        panic!("the history does not end");
    }

    fn acknowledge(&mut self, who: usize, share: u8) {
        let Some(who) = self.connected(who) else {
            return;
        };
        let person = &mut self.people[who];
        let wire = person.connection.as_mut().unwrap();
        wire.acknowledged += (wire.bytes.len() - wire.acknowledged) * usize::from(share) / 255;
        self.room
            .acknowledged(person.session, Some(wire.acknowledged as u64));
    }

    /// The connection breaks: its client keeps what its TCP acknowledged.
    fn drop_connection(&mut self, who: usize, share: u8) {
        let Some(who) = self.connected(who) else {
            return;
        };
        self.acknowledge(who, share);
        let wire = self.people[who].connection.take().unwrap();
        self.weigh(self.people[who].session, wire.acknowledged as u64);
        let now = self.now();
        self.keep(who, &wire);
        self.room.disconnect(
            self.people[who].session,
            DisconnectReason::ClientReset,
            Some(wire.acknowledged as u64),
            now,
        );
        self.settle();
    }

    /// What was acknowledged on a connection is had; nobody has a line that was never accepted.
    fn keep(&mut self, who: usize, wire: &Wire) {
        // Where lines are missed, answers that wait for them do not.
        if self.people[who].missed == 0 {
            wire.assert_answers_in_place(self.people[who].session);
        }
        let had = self.numbered(wire.said(wire.acknowledged));
        if !self.durable {
            self.people[who].slack += self.slack(wire, &had);
        }
        self.people[who].got.extend(had);
    }

    fn numbered(&self, said: Vec<u64>) -> Vec<u64> {
        let number = |said| {
            if self.durable {
                self.numbers[&said]
            } else {
                said
            }
        };
        said.into_iter().map(number).collect()
    }

    /// Without a file nobody knows how long the lines were that have left the log: where the first one not acknowledged has,
    /// those acknowledged before it that share its stretch of the ledger may be counted as missed. None else.
    fn slack(&self, wire: &Wire, had: &[u64]) -> u64 {
        let sent = self.numbered(wire.said(wire.bytes.len()));
        let Some(&first) = sent.get(had.len()) else {
            return 0;
        };
        if first >= self.room.log().first() {
            return 0;
        }
        let before = had.iter().rev().zip(1..STRETCH_LINES);
        let joined = before.take_while(|&(&line, back)| line + back == first);
        joined.count() as u64
    }

    fn resume(&mut self, who: usize, view: View, linger: usize, old: Option<(u8, u8)>) {
        let alive = old.is_some();
        let Some(who) = who.checked_rem(self.people.len()) else {
            return;
        };
        if self.people[who].connection.is_some() != alive {
            return;
        }
        let (fresh, _) = self.arrive(view);
        let (mut bytes, mut shown) = (Vec::new(), 0..0);
        if linger > 0 {
            // What the fresh session is shown before it says who it is comes before what it missed.
            self.people[who].mixed = true;
            (0..3).for_each(|speaker| self.say_next(speaker));
            self.commit(usize::MAX);
            let (now, mut out) = (self.now(), VecDeque::new());
            let turn = self.room.take(fresh, linger, 0, &mut out, now);
            self.people[who].missed += turn.taken.missed;
            shown = turn.taken.lines;
            for slice in &out {
                bytes.extend_from_slice(slice);
            }
        }
        if let Some((take, share)) = old.filter(|(take, _)| *take > 127) {
            // Somebody talks while both connections are there, and the old one reads.
            (0..3).for_each(|speaker| self.say_next(speaker));
            self.commit(usize::MAX);
            self.take(who, usize::from(take - 127) * 4);
            self.acknowledge(who, share);
        }
        let (token, session) = (self.people[who].token, self.people[who].session);
        let now = self.now();
        let serves = self
            .room
            .receive(fresh, format!("/resume {token}").as_bytes(), 0..0, now);
        self.settle();
        if alive {
            // The old connection notices, reports what was acknowledged, and is gone.
            assert_eq!(serves, fresh);
            let mut out = VecDeque::new();
            let now = self.now();
            let turn = self.room.take(session, 1, 0, &mut out, now);
            assert_eq!(turn.closing, Some(DisconnectReason::TakenOver));
            let wire = self.people[who].connection.take().unwrap();
            self.keep(who, &wire);
            // What both connections were shown before anybody knew that they belong together is the new one's.
            self.people[who].got.retain(|line| !shown.contains(line));
            self.weigh(session, wire.acknowledged as u64);
            let now = self.now();
            self.room.disconnect(
                session,
                DisconnectReason::TakenOver,
                Some(wire.acknowledged as u64),
                now,
            );
            let moved = self.room.effects().moved;
            assert_eq!(moved, [(fresh, session)]);
        } else {
            assert_eq!(serves, session, "a kept session comes back");
        }
        self.people[who].connection = Some(Wire {
            view,
            bytes,
            answers: Vec::new(),
            acknowledged: 0,
        });
    }

    fn commit(&mut self, count: usize) {
        let count = count.min(self.staged.len());
        for line in self.staged.drain(..count) {
            let said = said_number(&format!(": {}", line.text)).unwrap();
            self.stored.push(line);
            self.numbers.insert(said, self.stored.len() as u64);
        }
        let now = self.now();
        self.room.committed(count, now);
        self.settle();
    }

    fn refuse(&mut self, count: usize) {
        let count = count.min(self.staged.len());
        self.staged.drain(..count);
        self.room.refused(count, "disk full");
        self.settle();
    }

    /// As a connection that ends does.
    fn weigh(&mut self, session: SessionId, acknowledged: u64) {
        while self.room.weigh(session, acknowledged) {
            self.settle();
            assert!(self.answer(1), "somebody waits for nothing");
        }
    }

    /// The file answers its oldest question; whether there was one.
    fn answer(&mut self, most: u64) -> bool {
        let Some(recall) = self.recalls.pop_front() else {
            return false;
        };
        assert!(self.durable);
        let stored = &self.stored;
        let line = |number: u64| stored[number as usize - 1].line();
        match recall.question {
            Question::Lines(wanted) => {
                assert!(!wanted.is_empty());
                let mut log = Log::new(wanted.start, 1 << 20);
                for number in wanted.clone().take(most as usize) {
                    log.append(&line(number));
                }
                self.room.recalled(recall.session, wanted.start, log);
            }
            Question::Weight(of) => {
                let (mut first, mut left) = (of.lines.end, of.bytes);
                while left > 0 && first > of.lines.start {
                    first -= 1;
                    left = left.saturating_sub(line(first).size(recall.view, first) as u64);
                }
                self.room.weighed(recall.session, Some(first));
            }
        }
        self.settle();
        true
    }

    /// The server ends in good order and starts again from its file, the last `kept` lines in memory.
    fn restart(&mut self, kept: usize) {
        if !self.durable {
            return;
        }
        self.commit(usize::MAX);
        for who in 0..self.people.len() {
            self.drop_connection(who, 255);
        }
        self.room = Room::new("model", self.limits.clone(), true);
        self.recalls.clear();
        let first = self.stored.len().saturating_sub(kept);
        let lines = self.stored[first..].iter().map(Staged::line);
        self.room.restore(
            first as u64 + 1,
            lines,
            self.sessions.clone(),
            u64::from(self.tokens) + 1,
        );
        assert_eq!(self.room.log().head(), self.stored.len() as u64 + 1);
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Connect(view) => self.connect(view),
            Step::Say(who) => self.say_next(who),
            Step::Take(who, budget) => self.take(who, budget),
            Step::Round(budget) => self.round(budget),
            Step::Acknowledge(who, share) => self.acknowledge(who, share),
            Step::Drop(who, share) => self.drop_connection(who, share),
            Step::Resume(who, view, linger) => self.resume(who, view, linger, None),
            Step::TakeOver(who, view, linger, old) => self.resume(who, view, linger, Some(old)),
            Step::Commit(count) => self.commit(count),
            Step::Refuse(count) => self.refuse(count),
            Step::Notice(who) => self.say(who, &format!("/ping after {}", self.said)),
            Step::History(who, count) => self.history(who, count),
            Step::Flood(who) => {
                (0..40).for_each(|_| self.say_next(who));
                self.commit(usize::MAX);
            }
            Step::Answer(most) => {
                self.answer(most);
            }
            Step::Restart(kept) => self.restart(kept),
        }
    }

    /// Everybody comes back, takes everything and acknowledges it; then all must have every line.
    ///
    /// The count of missed lines is never too small, and too large only by what [`World::slack`] allows.
    fn finish(mut self) {
        self.commit(usize::MAX);
        for who in 0..self.people.len() {
            self.resume(who, View::Text, 0, None);
            for _ in 0..10_000 {
                let so_far = |world: &Self| {
                    let person = &world.people[who];
                    (
                        person.connection.as_ref().unwrap().bytes.len(),
                        person.missed,
                    )
                };
                let before = so_far(&self);
                self.take(who, 1_000);
                let answered = self.answer(u64::MAX);
                if !answered && so_far(&self) == before {
                    break;
                }
            }
            self.drop_connection(who, 255);
        }
        let head = self.room.log().head();
        for person in &mut self.people {
            if person.mixed {
                person.got.sort_unstable();
            }
            assert!(
                person.got.is_sorted_by(|a, b| a < b),
                "in order and once: {:?}",
                person.got
            );
            assert!(person.got.iter().all(|&number| number >= person.since));
            let owed = head - person.since;
            let known = person.got.len() as u64 + person.missed;
            assert!(
                (owed..=owed + person.slack).contains(&known),
                "{known} of {owed} (+{}) since {}: {:?}",
                person.slack,
                person.since,
                person.got
            );
        }
    }
}

impl Wire {
    /// The lines among the first bytes of it, by their places among those said.
    fn said(&self, end: usize) -> Vec<u64> {
        let bytes = self.owed_bytes(end);
        let lines: Vec<Vec<u8>> = if self.view == View::Text {
            let whole = bytes.split_inclusive(|&byte| byte == b'\n');
            let whole = whole.filter_map(|line| line.strip_suffix(b"\n"));
            whole.map(<[u8]>::to_vec).collect()
        } else {
            frames(&bytes)
        };
        let lines = lines
            .into_iter()
            .map(|line| String::from_utf8(line).unwrap());
        let lines = lines.filter(|line| !line.starts_with("* "));
        lines.filter_map(|line| said_number(&line)).collect()
    }

    /// What its client said before it asked comes before the answer.
    fn assert_answers_in_place(&self, own: SessionId) {
        let mut asked = 0;
        let mut at = 0;
        let pieces = if self.view == View::Text {
            let lines = self.bytes.split_inclusive(|&byte| byte == b'\n');
            lines.map(|line| (line.len(), line.to_vec())).collect()
        } else {
            framed(&self.bytes)
        };
        for (length, bytes) in pieces {
            let text = String::from_utf8(bytes).unwrap();
            let answers = self.answers.iter().any(|answer| answer.contains(&at));
            at += length;
            let after = |text: &str| {
                text.split("pong after ")
                    .nth(1)?
                    .split('"')
                    .next()?
                    .trim()
                    .parse()
                    .ok()
            };
            let own = [
                format!("guest{own}: L"),
                format!(r#""session":{own},"name""#),
            ];
            if let Some(number) = after(&text).filter(|_| answers) {
                asked = number;
            } else if !answers && own.iter().any(|mark| text.contains(mark)) {
                assert!(
                    said_number(&text) > Some(asked),
                    "answered too early: {text}"
                );
            }
        }
    }

    /// The first bytes of it, without the answers.
    fn owed_bytes(&self, end: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut at = 0;
        for answer in &self.answers {
            let start = answer.start.min(end);
            bytes.extend_from_slice(&self.bytes[at..start]);
            at = answer.end.min(end);
        }
        bytes.extend_from_slice(&self.bytes[at..end]);
        bytes
    }
}

/// Whole frames of a server's stream.
fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    framed(bytes).into_iter().map(|(_, frame)| frame).collect()
}

/// The same, each with the bytes that it takes with its header.
fn framed(mut bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut out = Vec::new();
    while let [_, length, rest @ ..] = bytes {
        let (length, rest) = match (length, rest) {
            (126, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (126.., _) => break,
            (short, rest) => (usize::from(*short), rest),
        };
        if rest.len() < length {
            break;
        }
        let header = bytes.len() - rest.len();
        out.push((header + length, rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    out
}

/// The number in `L17 xxx`, which counts what was said, accepted or not.
fn said_number(line: &str) -> Option<u64> {
    if line.starts_with('{') {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = object["text"].as_str().filter(|_| object["type"] == "line");
        return said_number(&format!(": {}", text?));
    }
    line.split(": L").nth(1)?.split(' ').next()?.parse().ok()
}

fn play(durable: bool, limits: &Limits, steps: &[Step]) {
    let mut world = World::new(durable, limits.clone());
    for step in steps {
        world.run(step);
    }
    world.finish();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").map_or(150, |cases| cases.parse().unwrap()), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_memory(steps in proptest::collection::vec(step(), 0..120)) {
        play(false, &Limits { rate: 0, ..Limits::default() }, &steps);
    }

    #[test]
    fn with_a_small_log(steps in proptest::collection::vec(step(), 0..200)) {
        play(false, &Limits { rate: 0, log_bytes: 4_096, ..Limits::default() }, &steps);
    }

    #[test]
    fn durable(steps in proptest::collection::vec(step(), 0..120)) {
        play(true, &Limits { rate: 0, ..Limits::default() }, &steps);
    }

    #[test]
    fn durable_with_a_small_log(steps in proptest::collection::vec(step(), 0..200)) {
        play(true, &Limits { rate: 0, log_bytes: 2_048, ..Limits::default() }, &steps);
    }
}
