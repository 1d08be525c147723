//! What `expect` answers about scenes, and the frames that it names.

use chatscope::explain::{Explainer, Lang};
use chatscope::view::expect::{Expectation, Judgement, Outcome, judge};
use chatscope::view::report::{Collector, Report, Selection};

use crate::collect::play;
use crate::scene::{ACK, Captured, PSH, RST, SYN, Scene};

fn report(frames: &[Captured]) -> Report {
    let mut collector = Collector::new(Selection::default());
    play(frames, &mut collector);
    collector.finish()
}

fn judged(report: &Report, claim: &str) -> Judgement {
    let claim = Expectation::parse(claim).expect("a claim");
    let words = Explainer::new(Lang::En);
    judge(report, &[claim], false, &words).remove(0)
}

/// Details of 512 connections are kept at once: those of the largest one, which is asked first, came too late. All took 20 us to
/// open.
#[test]
fn one_known_refutal_counts_more_than_what_is_not_known() {
    let mut scene = Scene::default();
    for port in 0..530 {
        scene.open(i64::from(port) * 500, (20_000 + port, 7000));
    }
    for n in 0..50 {
        let ports = (20_529, 7000);
        scene.segment(300_000 + n * 100, ports, true, PSH | ACK, 512, b"hi\n");
    }
    let report = report(&scene.frames);
    assert!(report.streams.len() < 530, "nothing is folded away");
    let slow = judged(&report, "rtt within 1us");
    assert_eq!(slow.outcome, Outcome::Fail, "{slow:?}");
    let fast = judged(&report, "rtt within 1ms");
    assert_eq!(fast.outcome, Outcome::Inconclusive, "{fast:?}");
    let fast = judged(&report, "any: rtt within 1ms");
    assert_eq!(fast.outcome, Outcome::Pass, "{fast:?}");
}

/// Frames 1 to 3 open, 4 and 5 a line, 6 to 8 close, and then frame 9: a RST of the client.
#[test]
fn a_reset_after_an_orderly_close_is_the_evidence() {
    let ports = (50001, 7000);
    let mut scene = Scene::default();
    scene.open(0, ports);
    scene.say(1000, ports, true, b"hi\n");
    scene.close(2000, ports, true);
    scene.segment(3000, ports, true, RST, 0, b"");
    let report = report(&scene.frames);
    for (claim, outcome) in [
        ("no reset", Outcome::Fail),
        ("reset-by client", Outcome::Pass),
        ("reset-by server", Outcome::Fail),
        ("reset cause linger0", Outcome::Fail),
    ] {
        let told = judged(&report, claim);
        assert_eq!(told.outcome, outcome, "{told:?}");
        assert_eq!(told.evidence.frames, [9], "{told:?}");
    }
    let told = judged(&report, "no reset");
    let found = "stream 0: closed-by client, CLOSED_BY_CLIENT + RESET_BY_CLIENT (";
    assert!(told.found.starts_with(found), "{told:?}");
    let closed = judged(&report, "closed-by client");
    assert_eq!(closed.outcome, Outcome::Pass);
    assert_eq!(closed.evidence.frames, [6, 7, 8, 9]);
}

/// Frame 1 is a SYN, frame 2 the RST that answers it (RFC 9293 section 3.10.7.1: CLOSED).
#[test]
fn a_refused_connection_met_a_closed_port() {
    let ports = (50001, 7000);
    let mut scene = Scene::default();
    scene.segment(0, ports, true, SYN, 512, b"");
    scene.segment(20, ports, false, RST | ACK, 0, b"");
    let report = report(&scene.frames);
    for (claim, outcome) in [
        ("reset cause closed_port", Outcome::Pass),
        ("reset cause linger0", Outcome::Fail),
        ("no reset", Outcome::Fail),
    ] {
        let told = judged(&report, claim);
        assert_eq!(told.outcome, outcome, "{told:?}");
        assert_eq!(told.evidence.frames, [1, 2], "{told:?}");
    }
    let told = judged(&report, "stream 0: complete");
    assert_eq!(told.outcome, Outcome::Fail, "{told:?}");
    assert_eq!(told.found.matches("refused").count(), 1, "{told:?}");
}

/// Stream 0 is complete in frames 1 to 8, stream 1 (port 7001) is refused in frames 9 and 10.
fn one_good_and_one_refused() -> Scene {
    let mut scene = Scene::default();
    scene.open(0, (50001, 7000));
    scene.say(1000, (50001, 7000), true, b"hi\n");
    scene.close(2000, (50001, 7000), true);
    scene.segment(3000, (50002, 7001), true, SYN, 512, b"");
    scene.segment(3020, (50002, 7001), false, RST | ACK, 0, b"");
    scene
}

fn report_about(frames: &[Captured], selection: Selection) -> Report {
    let mut collector = Collector::new(selection);
    play(frames, &mut collector);
    collector.finish()
}

fn holds(report: &Report, claims: &[(&str, Outcome)]) {
    for (claim, outcome) in claims {
        let told = judged(report, claim);
        assert_eq!(told.outcome, *outcome, "{claim}: {told:?}");
    }
}

#[test]
fn chosen_connections_answer_for_themselves() {
    use Outcome::{Fail, Pass};
    let frames = one_good_and_one_refused().frames;
    let about = |streams: &[u32], ports: &[u16]| {
        let (streams, ports) = (streams.to_vec(), ports.to_vec());
        let selection = Selection {
            streams,
            ports,
            ..Selection::default()
        };
        report_about(&frames, selection)
    };
    for first in [about(&[0], &[]), about(&[], &[7000])] {
        let own = [
            ("complete", Pass),
            ("frames == 8", Pass),
            ("syn == 2", Pass),
        ];
        holds(&first, &own);
    }
    holds(
        &about(&[0, 1], &[]),
        &[("complete", Fail), ("frames == 10", Pass)],
    );
    holds(
        &about(&[], &[]),
        &[("complete", Fail), ("frames == 10", Pass)],
    );
    holds(&about(&[9], &[]), &[("complete", Fail)]);
}

#[test]
fn a_connection_that_is_not_there_answers_nothing() {
    use Outcome::{Fail, Pass};
    let report = report(&one_good_and_one_refused().frames);
    let claims = [
        ("stream 99: no finding", Fail),
        ("stream 99: no message \"x\"", Fail),
        ("stream 99: messages == 0", Fail),
        ("stream 99: bytes == 0", Fail),
        ("port 9: no finding stalled_app", Fail),
        ("port 9: no message \"x\"", Fail),
        ("port 9: streams == 0", Pass),
        ("stream 1: no message \"x\"", Pass),
        ("stream 1: messages == 0", Pass),
        ("port 7001: no message \"hi\"", Pass),
    ];
    holds(&report, &claims);
    let told = judged(&report, "stream 99: no finding");
    assert_eq!(told.found, "no such connection");
}

/// More connections than have a row: one of them cannot be said not to be there.
#[test]
fn a_connection_without_a_row_is_not_judged() {
    let mut scene = Scene::default();
    for n in 0..1005 {
        scene.open(i64::from(n) * 500, (20_000 + n, 7000));
    }
    let report = report(&scene.frames);
    assert!(report.connections_folded > 0);
    let claims = [
        "stream 1004: no finding",
        "stream 1004: bytes == 0",
        "port 21004: no message \"x\"",
        "port 7000: no message \"x\"",
    ];
    holds(&report, &claims.map(|claim| (claim, Outcome::Inconclusive)));
}

/// Clients say and hear in a chat room; frames 3 n + 1 to 3 n + 3 open stream n.
fn room(clients: u16) -> Scene {
    let mut scene = Scene::default();
    for n in 0..clients {
        scene.open(i64::from(n) * 100, (50_000 + n, 7000));
    }
    scene
}

/// Frame 7 says it, frames 9 and 11 pass it on.
#[test]
fn what_a_room_passes_on_is_a_message_of_its_server() {
    use Outcome::{Fail, Pass};
    let (ana, bia) = ((50_000, 7000), (50_001, 7000));
    let mut scene = room(2);
    scene.say(1000, ana, true, b"teste\n");
    scene.say(1100, ana, false, b"ana: teste\n");
    scene.say(1200, bia, false, b"ana: teste\n");
    scene.say(900_000, bia, true, b"oi\n");
    let report = report(&scene.frames);
    let line = report.lines.iter().find(|line| line.text == "teste");
    assert_eq!(line.map(|line| line.copies.len()), Some(2), "no copies");
    let claims = [
        ("message \"ana: teste\" from server", Pass),
        ("message \"ana: teste\" from client", Fail),
        ("no message \"ana: teste\"", Fail),
        ("no message \"ana: nada\"", Pass),
        ("stream 1: message ~ \"teste\" acknowledged", Pass),
        ("stream 1: message \"teste\"", Fail),
        ("stream 1: message ~ \"teste\" answered", Pass),
        ("stream 0: message ~ \"ana\" answered", Fail),
        ("message ~ \"ana\" in 1 segments", Pass),
        ("message ~ \"ana\" in 2 segments", Fail),
        ("message \"teste\" delivered to 2", Pass),
        ("message ~ \"ana\" delivered to 0", Fail),
    ];
    holds(&report, &claims);
    let told = judged(&report, "message \"ana: teste\" from server");
    assert_eq!(told.evidence.frames, [9, 11], "{told:?}");
    assert!(told.found.ends_with("a copy"), "{told:?}");
}

/// Rows of 64 copies are kept; all that says the same is known nevertheless.
#[test]
fn a_message_is_delivered_to_more_than_have_a_row() {
    use Outcome::{Fail, Inconclusive, Pass};
    let mut scene = room(70);
    scene.say(10_000, (50_000, 7000), true, b"hi all\n");
    for n in 0..70 {
        let micros = 10_100 + i64::from(n) * 20;
        scene.say(micros, (50_000 + n, 7000), false, b"ana: hi all\n");
    }
    let report = report(&scene.frames);
    let claims = [
        ("message \"hi all\" delivered to 70", Pass),
        ("message \"hi all\" delivered to 64", Fail),
        ("no message \"nada\"", Pass),
        ("stream 69: no message \"nada\"", Pass),
        ("stream 69: no message ~ \"hi\"", Inconclusive),
        ("stream 69: message ~ \"hi\"", Inconclusive),
        ("stream 3: message ~ \"hi\"", Pass),
    ];
    holds(&report, &claims);
    let told = judged(&report, "message \"hi all\" delivered to 64");
    assert!(told.found.ends_with("delivered to 70"), "{told:?}");
}

/// 2000 bytes of a message are kept.
#[test]
fn what_is_cut_from_a_message_may_be_what_is_asked_for() {
    use Outcome::{Fail, Inconclusive, Pass};
    let mut scene = room(1);
    let line = format!("{} secret word\n", "a".repeat(2500));
    scene.say(1000, (50_000, 7000), true, line.as_bytes());
    scene.say(2000, (50_000, 7000), true, b"short\n");
    let report = report(&scene.frames);
    let whole = format!("message \"{}\"", line.trim_end());
    let claims = [
        ("no message ~ \"secret word\"", Inconclusive),
        ("message ~ \"secret word\"", Inconclusive),
        ("no message ~ \"secret word\" from server", Pass),
        ("no message ~ \"aaaa\"", Fail),
        ("message ~ \"aaaa\" acknowledged", Pass),
        ("message \"short\"", Pass),
        ("message \"secret word\"", Fail),
        (&*whole, Inconclusive),
    ];
    holds(&report, &claims);
}

/// The rows of the first 200 segments are kept; what the server says comes in frame 444 and later.
fn chatter() -> Scene {
    let mut scene = room(1);
    for n in 0..220 {
        let line = format!("l{n}\n");
        scene.say(1000 + n * 100, (50_000, 7000), true, line.as_bytes());
    }
    scene
}

#[test]
fn a_greeting_may_come_late() {
    use Outcome::{Fail, Inconclusive, Pass};
    let silent = report(&chatter().frames);
    let nothing = [("welcome", Inconclusive), ("no welcome", Inconclusive)];
    holds(&silent, &nothing);
    let mut scene = chatter();
    scene.say(30_000, (50_000, 7000), false, b"welcome!\n");
    let greeted = report(&scene.frames);
    let claims = [
        ("welcome", Pass),
        ("no welcome", Fail),
        ("welcome within 30ms", Pass),
        ("welcome within 29ms", Fail),
    ];
    holds(&greeted, &claims);
    let told = judged(&greeted, "welcome");
    assert_eq!(told.evidence.frames, [444], "{told:?}");
    let mut scene = chatter();
    scene.say(30_000, (50_000, 7000), false, b"what?\n");
    let asked = report(&scene.frames);
    holds(&asked, &[("welcome", Fail), ("no welcome", Pass)]);
}

/// 260 segments without data come before the first words, those of the server.
#[test]
fn who_spoke_first_is_known_from_the_lines_too() {
    let mut scene = room(1);
    for n in 0..260 {
        scene.segment(1000 + n * 10, (50_000, 7000), true, ACK, 512, b"");
    }
    scene.say(30_000, (50_000, 7000), false, b"220 ready\n");
    scene.say(31_000, (50_000, 7000), true, b"hi\n");
    let report = report(&scene.frames);
    let told = judged(&report, "welcome");
    assert_eq!(told.outcome, Outcome::Pass, "{told:?}");
    assert_eq!(told.evidence.frames, [264], "{told:?}");
}

#[test]
fn a_broken_sequence_names_the_segment_that_breaks_it() {
    let mut scene = chatter();
    scene.shift((50_000, 7000), true, 50);
    scene.say(30_000, (50_000, 7000), true, b"gap\n");
    scene.close(31_000, (50_000, 7000), true);
    let report = report(&scene.frames);
    let told = judged(&report, "sequence holds");
    assert_eq!(told.outcome, Outcome::Fail, "{told:?}");
    assert_eq!(told.evidence.frames, [444], "{told:?}");
}

/// The clock is set back after the handshake: no time is shorter than none.
#[test]
fn a_negative_time_is_not_in_time() {
    use Outcome::{Fail, Inconclusive, Pass};
    let ports = (50_000, 7000);
    let mut scene = Scene::default();
    scene.segment(0, ports, true, SYN, 512, b"");
    scene.segment(10, ports, false, SYN | ACK, 512, b"");
    scene.segment(20, ports, true, ACK, 512, b"");
    scene.say(-50_000, ports, false, b"welcome\n");
    scene.close(-40_000, ports, true);
    let report = report(&scene.frames);
    let claims = [
        ("lasts within 1ms", Inconclusive),
        ("welcome within 1s", Inconclusive),
        ("welcome", Pass),
        ("open within 1ms", Pass),
        ("open within 1us", Fail),
    ];
    holds(&report, &claims);
    let told = judged(&report, "lasts within 1ms");
    assert!(told.found.ends_with("not in the order of time"), "{told:?}");
}
