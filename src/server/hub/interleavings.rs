//! The hub and the room as threads share them, under every interleaving that some thousand random schedules reach.
//!
//! Real: room, log, hub, wake-ups, the round, the order of registering and looking. Played: sockets (byte vectors that take
//! a part of what they are sent, of which a prefix is acknowledged), the history's two threads (vectors). A wake-up that is lost leaves somebody waiting for ever, which
//! shuttle reports as a deadlock.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shuttle::rand::Rng as _;
use shuttle::sync::mpsc::{Receiver, Sender, channel};
use shuttle::{future, thread};

use super::super::clock::Clock;
use super::super::sink::EventSink;
use super::sync::Mutex;
use super::{Ear, Hub, Mail, Store};
use crate::chat::{
    Arrival, DisconnectReason, Effects, Limits, Log, Question, Recall, Room, RoomFull, Saved,
    Staged, Token, View,
};
use crate::net::FourTuple;
use crate::server::outlet::Outlet;
use bytes::Bytes;

/// Schedules of either kind.
const SCHEDULES: usize = 300;
/// Places at which a thread is held back for long, in the schedules that do so.
const DELAYS: usize = 3;
/// Lines are longer than half a chunk of the smallest log, so that old ones leave memory at once.
const LINE_BYTES: usize = 200;

/// Schedules that switch often, and schedules that hold one thread back while the others run.
fn explore(run: impl Fn() + Copy + Send + Sync + 'static) {
    shuttle::check_random(run, SCHEDULES);
    shuttle::check_pct(run, SCHEDULES, DELAYS);
}

/// What the history's threads are sent.
enum Job {
    Lines(Vec<Staged>),
    Sessions(Vec<Saved>),
    Question(Recall),
    Stop,
}

struct Queue(Mutex<Sender<Job>>);

impl Store for Queue {
    fn store(&self, effects: &mut Effects) {
        let sender = self.0.lock().expect("no panic");
        if !effects.staged.is_empty() {
            let _ = sender.send(Job::Lines(std::mem::take(&mut effects.staged)));
        }
        if !effects.saved.is_empty() {
            let _ = sender.send(Job::Sessions(std::mem::take(&mut effects.saved)));
        }
        for recall in effects.recalls.drain(..) {
            let _ = sender.send(Job::Question(recall));
        }
    }
}

/// The history: stores lines and answers questions about them.
fn keep(hub: &Hub, jobs: &Receiver<Job>) {
    let mut file: Vec<Staged> = Vec::new();
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Lines(lines) => {
                let count = lines.len();
                file.extend(lines);
                hub.with(|room, now| room.committed(count, now));
            }
            Job::Sessions(saved) => hub.with(|room, _| room.saved(&saved, None)),
            Job::Question(recall) => answer(hub, &file, &recall),
            Job::Stop => return,
        }
    }
}

fn answer(hub: &Hub, file: &[Staged], recall: &Recall) {
    let line = |number: u64| file[number as usize - 1].line();
    match &recall.question {
        Question::Lines(wanted) => {
            let mut log = Log::new(wanted.start, 1 << 20);
            log.append(&line(wanted.start));
            hub.with(|room, _| room.recalled(recall.session, wanted.start, log));
        }
        Question::Weight(of) => {
            let (mut first, mut left) = (of.lines.end, of.bytes);
            while left > 0 && first > of.lines.start {
                first -= 1;
                left = left.saturating_sub(line(first).size(recall.view, first) as u64);
            }
            hub.with(|room, _| room.weighed(recall.session, Some(first)));
        }
    }
}

/// A server with a history that holds almost nothing in memory.
struct House {
    hub: Arc<Hub>,
    jobs: Sender<Job>,
    history: thread::JoinHandle<()>,
    round: Option<thread::JoinHandle<()>>,
}

impl House {
    fn new() -> Self {
        let limits = Limits {
            log_bytes: 1,
            fresh_hold: Duration::ZERO,
            rate: 0,
            ..Limits::default()
        };
        let (jobs, queue) = channel();
        let store = Box::new(Queue(Mutex::new(jobs.clone())));
        let room = Room::new("test", limits, true);
        let hub = Hub::new(room, Clock::start(), EventSink::none(), Some(store));
        let hub = Arc::new(hub);
        let shared = Arc::clone(&hub);
        let history = thread::spawn(move || keep(&shared, &queue));
        Self {
            hub,
            jobs,
            history,
            round: None,
        }
    }

    /// With somebody who goes round.
    fn with_round() -> Self {
        let mut house = Self::new();
        let hub = Arc::clone(&house.hub);
        let walk = move || future::block_on(hub.go_round(future::yield_now));
        house.round = Some(thread::spawn(walk));
        house
    }

    /// A thread that says so many lines.
    fn speaker(&self, name: u8, count: usize) -> thread::JoinHandle<()> {
        let hub = Arc::clone(&self.hub);
        let person = Person::arrive(&hub, Token::new([name; 16]));
        thread::spawn(move || {
            for number in 0..count {
                let text = format!("{name}-{number} {}", "x".repeat(LINE_BYTES));
                person.say(&hub, &text);
            }
        })
    }

    fn end(self) {
        let _ = self.jobs.send(Job::Stop);
        self.history.join().expect("the history ends");
        self.hub.abort();
        if let Some(round) = self.round {
            round.join().expect("the round ends");
        }
    }
}

/// What a client was sent.
#[derive(Default)]
struct Paper {
    bytes: Mutex<Vec<u8>>,
    /// Of the client that waits for so many lines.
    waits: Mutex<Option<(usize, Waker)>>,
}

impl Paper {
    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().expect("no panic").clone()
    }

    fn write(&self, slice: &[u8]) {
        self.bytes
            .lock()
            .expect("no panic")
            .extend_from_slice(slice);
        let waits = self.waits.lock().expect("no panic");
        if let Some((_, waker)) = waits
            .as_ref()
            .filter(|(lines, _)| self.heard().len() >= *lines)
        {
            waker.wake_by_ref();
        }
    }

    /// The lines of the room among what came, as `SPEAKER-NUMBER`.
    fn heard(&self) -> Vec<String> {
        let bytes = self.bytes();
        let text = String::from_utf8_lossy(&bytes);
        let said = text.lines().filter(|line| !line.starts_with("* "));
        said.filter_map(|line| Some(line.split(' ').nth(1)?.to_owned()))
            .collect()
    }
}

impl Outlet for Paper {
    /// Some of it.
    fn send(&self, slices: &VecDeque<Bytes>) -> io::Result<usize> {
        let all: Vec<u8> = slices.iter().flatten().copied().collect();
        let taken = match shuttle::rand::thread_rng().gen_range(0..4) {
            0 => return Err(io::ErrorKind::WouldBlock.into()),
            1 => all.len() / 2,
            _ => all.len(),
        };
        self.write(&all[..taken]);
        Ok(taken)
    }

    fn tuple(&self) -> FourTuple {
        FourTuple::default()
    }
}

/// A client and the part of a connection's task that talks to the hub.
struct Person {
    mail: Arc<Mail>,
    ear: Ear,
    paper: Arc<Paper>,
    lent: bool,
}

impl Person {
    fn arrive(hub: &Hub, token: Token) -> Self {
        let mail = Arc::new(Mail::default());
        let arrival = Arrival::new(FourTuple::default(), View::Text, token);
        let admitted: Result<_, RoomFull> =
            hub.admit(&mail, |room, now| room.connect(&arrival, now));
        admitted.expect("there is room");
        Self {
            mail,
            ear: Ear::default(),
            paper: Arc::default(),
            lent: false,
        }
    }

    fn say(&self, hub: &Hub, text: &str) {
        hub.with(|room, now| room.receive(self.mail.session(), text.as_bytes(), 0..0, now));
    }

    /// As a connection polls: register, then take until there is nothing.
    fn poll(
        &mut self,
        hub: &Hub,
        lines: usize,
        cx: &Context<'_>,
    ) -> Poll<Option<DisconnectReason>> {
        *self.paper.waits.lock().expect("no panic") = Some((lines, cx.waker().clone()));
        self.ear.listen(hub, &self.mail, cx);
        self.fetch(hub);
        let talk = self.take(hub, lines);
        if talk.is_pending() {
            let outlet = Arc::clone(&self.paper);
            hub.lend(&self.mail, self.paper.bytes().len() as u64, outlet);
            self.lent = true;
        }
        talk
    }

    /// Takes the pen back and sends what is left.
    fn fetch(&mut self, hub: &Hub) {
        if !std::mem::take(&mut self.lent) {
            return;
        }
        let left = hub.fetch(&self.mail).expect("it was lent");
        assert_eq!(left.outbox.written(), self.paper.bytes().len() as u64);
        left.outbox
            .slices
            .iter()
            .for_each(|slice| self.paper.write(slice));
        assert_eq!(left.outbox.queued(), self.paper.bytes().len() as u64);
    }

    fn take(&mut self, hub: &Hub, lines: usize) -> Poll<Option<DisconnectReason>> {
        loop {
            let (mut out, offset) = (VecDeque::new(), self.paper.bytes().len() as u64);
            let id = self.mail.session();
            let turn = hub.with(|room, now| room.take(id, 1, offset, &mut out, now));
            for slice in &out {
                self.paper.write(slice);
            }
            if turn.closing.is_some() || self.heard().len() >= lines {
                return Poll::Ready(turn.closing);
            }
            if out.is_empty() {
                return Poll::Pending;
            }
        }
    }

    async fn hear(&mut self, hub: &Hub, lines: usize) -> Option<DisconnectReason> {
        poll_fn(|cx| self.poll(hub, lines, cx)).await
    }

    fn heard(&self) -> Vec<String> {
        self.paper.heard()
    }

    /// The connection breaks; its client has every line of which all bytes were acknowledged.
    async fn drop_connection(mut self, hub: &Hub) -> Vec<String> {
        self.fetch(hub);
        let acknowledged = shuttle::rand::thread_rng().gen_range(0..=self.paper.bytes().len());
        let mail = Arc::clone(&self.mail);
        poll_fn(|cx| {
            self.ear.listen(hub, &mail, cx);
            if hub.with(|room, _| room.weigh(mail.session(), acknowledged as u64)) {
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        let reason = DisconnectReason::ClientReset;
        hub.release(&mail, |room, id, now| {
            room.disconnect(id, reason, Some(acknowledged as u64), now);
        });
        let mut bytes = self.paper.bytes.lock().expect("no panic");
        let whole = bytes[..acknowledged]
            .iter()
            .rposition(|&byte| byte == b'\n');
        bytes.truncate(whole.map_or(0, |last| last + 1));
        drop(bytes);
        self.heard()
    }
}

/// What every reader must have heard: each speaker's lines, once, in order.
fn check(heard: &[String], speakers: &[u8], count: usize) {
    assert_eq!(heard.len(), speakers.len() * count, "{heard:?}");
    for speaker in speakers {
        let own = heard
            .iter()
            .filter_map(|line| line.strip_prefix(&format!("{speaker}-")));
        let own: Vec<usize> = own.filter_map(|number| number.parse().ok()).collect();
        assert_eq!(own, (0..count).collect::<Vec<_>>(), "{heard:?}");
    }
}

#[test]
fn every_line_reaches_everybody_once_and_in_one_order() {
    let run = |round: bool| {
        let house = if round {
            House::with_round()
        } else {
            House::new()
        };
        let readers: Vec<_> = (10..12)
            .map(|name| {
                let hub = Arc::clone(&house.hub);
                let mut person = Person::arrive(&hub, Token::new([name; 16]));
                thread::spawn(move || {
                    future::block_on(person.hear(&hub, 6));
                    person.heard()
                })
            })
            .collect();
        let speakers = [house.speaker(1, 3), house.speaker(2, 3)];
        let heard = readers
            .into_iter()
            .map(|reader| reader.join().expect("read"));
        let heard: Vec<Vec<String>> = heard.collect();
        check(&heard[0], &[1, 2], 3);
        assert_eq!(heard[0], heard[1], "one order for all");
        for speaker in speakers {
            speaker.join().expect("said");
        }
        house.end();
    };
    explore(move || run(false));
    explore(move || run(true));
}

/// The same token again and again, the old connection gone or alive: what was acknowledged and what comes then is all.
#[test]
fn who_comes_back_gets_the_rest_while_others_speak() {
    let run = |round: bool| {
        let house = if round {
            House::with_round()
        } else {
            House::new()
        };
        let hub = Arc::clone(&house.hub);
        let token = Token::new([10; 16]);
        let mut person = Person::arrive(&hub, token);
        let speaker = house.speaker(1, 5);
        let reader = thread::spawn(move || {
            let mut heard: Vec<String> = Vec::new();
            for round in 1..4 {
                // The round may have brought all at once: nothing more is said then.
                future::block_on(person.hear(&hub, (round % 3).min(5 - heard.len())));
                let next = Person::arrive(&hub, Token::new([10 + round as u8; 16]));
                let alive = shuttle::rand::thread_rng().gen_bool(0.5);
                if alive {
                    next.say(&hub, &format!("/resume {token}"));
                }
                heard.extend(future::block_on(person.drop_connection(&hub)));
                if !alive {
                    next.say(&hub, &format!("/resume {token}"));
                }
                person = next;
            }
            future::block_on(person.hear(&hub, 5 - heard.len()));
            heard.extend(person.heard());
            heard
        });
        check(&reader.join().expect("read"), &[1], 5);
        speaker.join().expect("said");
        house.end();
    };
    explore(move || run(false));
    explore(move || run(true));
}

#[test]
fn the_end_delivers_what_was_accepted() {
    let run = |round: bool| {
        let house = if round {
            House::with_round()
        } else {
            House::new()
        };
        let hub = Arc::clone(&house.hub);
        let mut person = Person::arrive(&hub, Token::new([10; 16]));
        let speaker = house.speaker(1, 4);
        let reader = thread::spawn(move || {
            let reason = future::block_on(person.hear(&hub, usize::MAX));
            assert_eq!(reason, Some(DisconnectReason::Shutdown));
            person.heard()
        });
        let accepted = house.hub.with(|room, _| {
            room.close_all();
            room.log().head() - 1
        });
        let heard = reader.join().expect("read").len() as u64;
        assert!(heard >= accepted, "{heard} of {accepted}");
        speaker.join().expect("said");
        house.end();
    };
    explore(move || run(false));
    explore(move || run(true));
}

/// The harness has teeth: a task that looks first and registers then loses the news between.
#[test]
#[should_panic(expected = "deadlock")]
fn registering_too_late_is_found() {
    explore(|| {
        let house = House::new();
        let hub = Arc::clone(&house.hub);
        let mut person = Person::arrive(&hub, Token::new([10; 16]));
        let speaker = house.speaker(1, 1);
        let reader = thread::spawn(move || {
            future::block_on(poll_fn(|cx| {
                let found = person.take(&hub, 1);
                person.ear.listen(&hub, &person.mail, cx);
                found
            }))
        });
        reader.join().expect("read");
        speaker.join().expect("said");
        house.end();
    });
}
