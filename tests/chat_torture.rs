//! Everything at once: people who speak, drop in every way and come back, and a server that is killed again and again.
//! At the end everybody has every line once, in one order, with the numbers that the history file has; and every line that
//! was said is there once, because its speaker's own copy told whether it had to be said again.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use socket2::SockRef;
use support::Socket;
use support::process::Process;

const PEOPLE: u64 = 6;
const LINES: usize = 300;
/// Everybody's lines together.
const ALL: usize = PEOPLE as usize * LINES;
/// Longest time for all of it.
const TIME: Duration = Duration::from_mins(1);

/// A generator good enough to choose when things happen.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Somebody who says `LINES` lines and hears everybody's, over as many connections as it takes.
struct Person {
    number: u64,
    dice: Dice,
    /// Where the server is at the moment.
    web: Arc<Mutex<SocketAddr>>,
    token: Option<String>,
    socket: Option<Socket>,
    /// What it heard: the line with number N at N - `since`.
    heard: Vec<String>,
    since: u64,
    said: usize,
}

impl Person {
    fn new(number: u64, web: Arc<Mutex<SocketAddr>>) -> Self {
        Self {
            number,
            dice: Dice(0x9e37_79b9_7f4a_7c15 ^ (number + 1)),
            web,
            token: None,
            socket: None,
            heard: Vec::new(),
            since: 0,
            said: 0,
        }
    }

    fn own(&self, line: usize) -> String {
        format!("p{} {line}", self.number)
    }

    /// One connection's life; an error is its end.
    fn connection(&mut self, enough: usize) -> io::Result<()> {
        self.arrive()?;
        // What it said last may or may not have arrived: what comes before the answer to this tells.
        self.say("/ping here")?;
        while self.next()?.as_deref() != Some("pong here") {}
        while self.heard.len() < enough {
            if self.said < LINES {
                let line = self.own(self.said);
                self.say(&line)?;
                while !self.heard.ends_with(std::slice::from_ref(&line)) {
                    self.next()?;
                }
            } else {
                self.next()?;
            }
            match self.dice.roll(60) {
                // It drops with a FIN, with a reset, leaves its connection as it is, or just reads nothing for a while.
                0 => break,
                1 => return self.reset(),
                2 => {
                    std::mem::forget(self.socket.take());
                    break;
                }
                3 => std::thread::sleep(Duration::from_millis(self.dice.roll(200))),
                _ => {}
            }
        }
        self.socket = None;
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        if let Some(socket) = self.socket.take() {
            SockRef::from(&socket.stream).set_linger(Some(Duration::ZERO))?;
        }
        Ok(())
    }

    fn arrive(&mut self) -> io::Result<()> {
        let last = self.since + self.heard.len() as u64;
        let resume = self.token.as_ref();
        let path = resume.map_or("/chat".to_owned(), |token| {
            format!("/chat?resume={token}&after={last}")
        });
        let web = *self.web.lock().unwrap();
        let protocol = "Sec-WebSocket-Protocol: chatscope.v1\r\n";
        self.socket = Some(Socket::try_connect(web, &path, protocol)?);
        let hello = self.object()?;
        match hello["type"].as_str() {
            Some("welcome") => {
                // Killed within milliseconds of its first welcome, the server knows nothing of it, and it has missed nothing.
                assert!(self.heard.is_empty(), "its session is known: {hello}");
                self.token = Some(hello["token"].as_str().unwrap().to_owned());
                self.since = hello["next"].as_u64().unwrap() - 1;
            }
            Some("resumed") => assert_eq!(hello["next"], last + 1),
            _ => panic!("{hello}"),
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let object = serde_json::json!({"type": "say", "text": text}).to_string();
        let bytes = support::masked(0x81, object.as_bytes());
        io::Write::write_all(&mut self.socket.as_mut().unwrap().stream, &bytes)
    }

    fn object(&mut self) -> io::Result<Value> {
        loop {
            match self.socket.as_mut().unwrap().try_frame()? {
                Some((0x81, payload)) => return Ok(serde_json::from_slice(&payload).unwrap()),
                Some((0x89, _)) => {}
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    /// Takes what comes next; the text of a notice.
    fn next(&mut self) -> io::Result<Option<String>> {
        let object = self.object()?;
        let text = object["text"].as_str().unwrap_or_default().to_owned();
        if object["type"] != "line" {
            return Ok(Some(text));
        }
        let expected = self.since + self.heard.len() as u64 + 1;
        assert_eq!(object["number"], expected, "p{}: {object}", self.number);
        if text == self.own(self.said) {
            self.said += 1;
        }
        self.heard.push(text);
        Ok(None)
    }
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_whatever_happens() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("chat.db");
    let start = || Process::start(&[&"--history", &history, &"--log-bytes", &"4096"]);
    let mut server = start();
    let web = Arc::new(Mutex::new(server.web));
    let began = Instant::now();
    let people: Vec<_> = (0..PEOPLE)
        .map(|number| {
            let web = Arc::clone(&web);
            std::thread::spawn(move || live(Person::new(number, web), began))
        })
        .collect();
    let mut dice = Dice(began.elapsed().subsec_nanos().into());
    while people.iter().any(|person| !person.is_finished()) {
        std::thread::sleep(Duration::from_millis(200 + dice.roll(400)));
        server.kill();
        server = start();
        *web.lock().unwrap() = server.web;
    }
    let stored = stored(&history);
    assert_eq!(stored.len(), ALL);
    for person in people {
        let (since, heard) = person.join().unwrap();
        assert!(
            heard == stored[since as usize..],
            "what it heard is what is stored"
        );
    }
    said_once_in_order(&stored);
}

/// A person's whole stay; what it heard, and the line before the first of it.
fn live(mut person: Person, began: Instant) -> (u64, Vec<String>) {
    // Those who come later have no right to what was said before.
    while person.since as usize + person.heard.len() < ALL {
        let (number, heard) = (person.number, person.heard.len());
        assert!(began.elapsed() < TIME, "p{number} has {heard}");
        let enough = ALL - person.since as usize;
        if person.connection(enough).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    (person.since, person.heard)
}

/// The lines in the history file.
fn stored(history: &Path) -> Vec<String> {
    let file = Connection::open(history).unwrap();
    let mut rows = file
        .prepare("SELECT text FROM line ORDER BY number")
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn said_once_in_order(stored: &[String]) {
    for number in 0..PEOPLE {
        let own = stored
            .iter()
            .filter_map(|text| text.strip_prefix(&format!("p{number} ")));
        let own: Vec<usize> = own.map(|line| line.parse().unwrap()).collect();
        assert_eq!(
            own,
            (0..LINES).collect::<Vec<_>>(),
            "p{number}'s lines, once, in order"
        );
    }
}
