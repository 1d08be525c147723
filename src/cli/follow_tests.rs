//! A pipe that stalls tells what the file tells: the same conclusions at the same places.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::*;
use crate::capture::SavefileReader;
use crate::cli::follow::Follow;
use crate::cli::saved::Saved;
use crate::timeline::Wants;
use crate::view::json::JsonLines;

const LESSON: &str = "captures/chat-two-sessions.pcapng";

/// How long the pipe says nothing, by the clock that the reader is given.
const STALL: Duration = Duration::from_secs(12);

/// A pipe: its beginning at once, the rest when it is let go.
struct Pipe {
    bytes: Vec<u8>,
    at: usize,
    stop: usize,
    go: Receiver<()>,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.stop {
            let _ = self.go.recv();
            self.stop = self.bytes.len();
        }
        let count = into.len().min(self.stop - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Replay around a pipe that stalls: when nothing comes any more, the time passes; then the rest may come.
struct Stalling {
    replay: Replay,
    passed: Arc<AtomicU64>,
    go: Option<Sender<()>>,
    seen: u64,
    quiet: u32,
}

impl Around<Follow> for Stalling {
    fn admit(&mut self, _: &Frame<'_>) -> io::Result<bool> {
        self.seen += 1;
        self.quiet = 0;
        Ok(true)
    }

    fn between(&mut self, source: &Follow, timeline: &mut Timeline) -> Option<Timestamp> {
        self.quiet += 1;
        match self.quiet {
            4 => self.passed.store(STALL.as_secs(), Ordering::Relaxed),
            8 => self.go = None,
            _ => {}
        }
        self.replay.between(source, timeline)
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one writer").extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The story of `bytes` through a pipe that stalls after `stop` of them.
fn story(bytes: Vec<u8>, stop: usize) -> Vec<String> {
    let (go, wait) = channel();
    let pipe: Box<dyn Read + Send> = Box::new(Pipe {
        bytes,
        at: 0,
        stop,
        go: wait,
    });
    let source: Saved = SavefileReader::new(pipe).expect("a capture");
    let passed = Arc::<AtomicU64>::default();
    let reading = Arc::clone(&passed);
    #[expect(clippy::disallowed_methods, reason = "a start for injected times")]
    let start = Instant::now();
    let clock = move || start + Duration::from_secs(reading.load(Ordering::Relaxed));
    let mut follow = Follow::by(source, Box::new(clock)).expect("a thread");
    let kept = Kept::default();
    let mut sink = JsonLines::new(kept.clone(), Wants::STORY);
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let mut around = Stalling {
        replay: Replay::default(),
        passed,
        go: Some(go),
        seen: 0,
        quiet: 0,
    };
    pipeline::run(&mut follow, &mut timeline, &mut sink, &mut around).expect("memory");
    let text = String::from_utf8(kept.0.lock().expect("done").clone()).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// What may depend on when it is told: what a message says of its ACK (a delivery of its own brings that later), the name
/// that stands with a segment.
fn conclusions(story: &[String]) -> Vec<&str> {
    let told = |kind: &str| format!("{{\"event\":\"{kind}\"");
    let may_differ = [told("message"), told("delivery")];
    let packet = told("packet");
    let lines = story.iter().map(String::as_str);
    lines
        .filter(|line| !may_differ.iter().any(|kind| line.starts_with(kind)))
        .map(|line| match line.split_once(",\"name\":") {
            Some((before, _)) if line.starts_with(&packet) => before,
            _ => line.trim_end_matches('}'),
        })
        .map(|line| line.trim_end_matches('}'))
        .collect()
}

#[test]
fn silence_of_a_pipe_decides_no_absence() {
    let whole = std::fs::read(LESSON).expect("the lesson");
    let plain = story(whole.clone(), whole.len());
    let deliveries = |story: &[String]| {
        let lines = story.iter();
        lines
            .filter(|line| line.starts_with("{\"event\":\"delivery\""))
            .filter(|line| line.contains("\"complete\":false"))
            .count()
    };
    let unmet = deliveries(&plain);
    assert!(plain.len() > 40);
    for part in 2..16 {
        let stop = whole.len() * part / 16;
        let stalled = story(whole.clone(), stop);
        let (plain, stalled_there) = (conclusions(&plain), conclusions(&stalled));
        for (plain, stalled) in plain.iter().zip(&stalled_there) {
            assert_eq!(plain, stalled, "stalled at byte {stop}");
        }
        assert_eq!(plain.len(), stalled_there.len(), "stalled at byte {stop}");
        assert_eq!(unmet, deliveries(&stalled), "stalled at byte {stop}");
    }
}
