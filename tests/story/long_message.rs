//! A message in more segments than are listed: every view ties it to the segment that completed it.
use chatscope::explain::Lang;
use chatscope::timeline::limits::MAX_MESSAGE_FRAMES;
use chatscope::view::comments::Comments;
use chatscope::view::ladder::{LadderOptions, LadderSink};
use chatscope::view::lines::{Lines, LinesOptions};
use chatscope::view::report::{AckRow, Collector, Selection};

use crate::collect::{Messages, play};
use crate::scene::{ACK, PSH, Scene};

const PORTS: (u16, u16) = (50001, 7000);
const SEGMENTS: u64 = 80;
/// Behind the handshake, frames 1 to 3, and a short line with its ACK.
const FIRST: u64 = 6;
/// After so many segments the server says something: one frame more, number 76.
const BEFORE_THE_WORD: u64 = 70;
const LAST: u64 = FIRST + SEGMENTS;
const ANSWER: u64 = LAST + 2;

/// One line in 80 segments, ACKed in the next frame and answered in the one after. The first frames listed end before the
/// server's word in between, which is no answer to it.
fn scene() -> Scene {
    let mut scene = Scene::default();
    scene.open(0, PORTS);
    // Lines are in use here: what the server says ends none.
    scene.say(100, PORTS, true, b"hi\n");
    for n in 1..=SEGMENTS {
        let micros = 1000 + n as i64 * 10;
        let last = n == SEGMENTS;
        let (flags, text) = if last {
            (PSH | ACK, b"xxx\n")
        } else {
            (ACK, b"xxxx")
        };
        scene.segment(micros, PORTS, true, flags, 512, text);
        if n == BEFORE_THE_WORD {
            scene.segment(micros + 5, PORTS, false, PSH | ACK, 512, b"busy\n");
        }
    }
    scene.segment(2000, PORTS, false, ACK, 512, b"");
    scene.say(2100, PORTS, false, b"done\n");
    scene.close(3000, PORTS, true);
    scene
}

#[test]
fn its_entry_names_the_frame_that_is_not_listed() {
    let mut told = Messages::default();
    play(&scene().frames, &mut told);
    let long = told.0.iter().find(|message| message.frames_total > 1);
    let long = long.expect("the long line");
    let listed: Vec<u64> = (FIRST..FIRST + MAX_MESSAGE_FRAMES as u64).collect();
    assert_eq!(*long.frames, *listed);
    assert_eq!(
        (u64::from(long.frames_total), long.last_frame),
        (SEGMENTS, LAST)
    );
}

#[test]
fn comments_stand_at_that_frame() {
    let mut at = Vec::new();
    let mut comments = Comments::new(Lang::En, |frame, text: &str| {
        if text.contains("line 2 \"xxxx") {
            at.push(frame);
        }
        Ok(())
    });
    play(&scene().frames, &mut comments);
    drop(comments);
    assert_eq!(at, [LAST]);
}

#[test]
fn lines_say_first_and_last_beside_it() {
    let mut out = Vec::new();
    play(
        &scene().frames,
        &mut Lines::new(&mut out, LinesOptions::default()),
    );
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.contains("frames 6 to 86 (80 segments)"), "{text}");
    let beside = text.lines().find(|line| line.contains("line 2 \"xxxx"));
    assert!(
        beside.is_some_and(|line| line.contains("seq=320..324")),
        "{text}"
    );
}

#[test]
fn the_ladder_puts_it_on_that_arrow() {
    let mut out = Vec::new();
    let options = LadderOptions::default();
    play(&scene().frames, &mut LadderSink::new(&mut out, options));
    let text = String::from_utf8(out).expect("UTF-8");
    let said = text.lines().find(|line| line.contains("\"xxxx"));
    assert!(
        said.is_some_and(|line| line.contains(&LAST.to_string())),
        "{text}"
    );
}

#[test]
fn the_report_has_its_own_ack_and_answer() {
    let mut collector = Collector::new(Selection::default());
    play(&scene().frames, &mut collector);
    let report = collector.finish();
    let long = report.lines.iter().find(|line| line.frames_total > 1);
    let long = long.expect("the long line");
    let frame = |row: Option<AckRow>| row.map(|row| row.frame);
    assert_eq!(long.last_frame, LAST);
    assert_eq!(
        (frame(long.ack), frame(long.answer)),
        (Some(LAST + 1), Some(ANSWER))
    );
}
