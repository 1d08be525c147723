//! Questions next to those of the sheets: what a teacher asks who has read the same capture.

use chatscope::explain::{Explainer, Lang};
use chatscope::view::expect::{Expectation, Outcome, judge};

use super::capture::{C, Capture, Link, S, Tcp, Told, tell};
use super::lab::{SERVER, chat};

/// How long did the connection last, and how many bytes did each side send?
#[test]
fn neighbour_duration_and_bytes() {
    chat().says("S2", &["1.9 s | 8 / 6 | 9 / 11"]);
}

/// Which frame carried the first chat message, with which relative seq, ack and len?
#[test]
fn neighbour_first_message() {
    chat().says(
        "S6",
        &["| #6 | 0.501040 | client → server | PSH,ACK | 1 | 9 | 3 |"],
    );
}

/// How many pure ACKs, and how many segments with PSH?
#[test]
fn neighbour_pure_acks_and_psh() {
    chat().says(
        "S9",
        &[
            "| pure ACK | ACK | 0x010 | 4 | 2 | 2 | #5, #7, #9, #11 |",
            "| PSH | 4 | #4, #6, #8, #10 |",
        ],
    );
}

/// How long was nothing said? Which was the largest segment?
#[test]
fn neighbour_silence_and_largest_segment() {
    let told = chat();
    told.says(
        "S8",
        &[
            "**Longest silence:** 1.0 s · #11, #12 · see: `frame.number in {11,12}`",
            "**Largest segment of the client:** 6 payload bytes · #10",
            "**Largest segment of the server:** 8 payload bytes · #4",
        ],
    );
    told.diz("S8", &["**Maior silêncio:** 1,0 s · #11, #12"]);
}

/// On which side is TIME-WAIT? What was the server doing when the SYN came?
#[test]
fn neighbour_states() {
    chat().says(
        "S13",
        &[
            "| #1 | 0.000000 | client SYN | SYN-SENT | LISTEN (likely) |",
            "| #14 | 1.901245 | client ACK | TIME-WAIT | CLOSED (likely) |",
        ],
    );
}

/// Why is the MSS 65495 here, and why are the checksums wrong?
#[test]
fn neighbour_loopback() {
    let told = chat();
    told.says(
        "S14",
        &["that makes the MSS 65495", "Checksums are never filled in"],
    );
    told.diz("S14", &["o MSS é 65495"]);
}

/// Two clients of a server that passes lines on to the others only: #10 goes to the right one as #12, #14 to the left one as #16.
fn passed_on() -> Told {
    let mut capture = Capture::new(Link::Ethernet);
    let [mut left, mut right] =
        [43472, 43480].map(|port| Tcp::new("127.0.0.1", port, SERVER, [u32::from(port), 7]));
    for tcp in [&mut left, &mut right] {
        tcp.open(&mut capture);
        capture.wait(1_000);
        tcp.data(&mut capture, S, b"* hello\n");
        capture.wait(100_000);
        tcp.ack(&mut capture, C);
    }
    for (from, to) in [(0, 1), (1, 0)] {
        let ends = [&mut left, &mut right];
        capture.wait(300_000);
        let text: &[u8] = if from == 0 {
            b"bom dia a todos\n"
        } else {
            b"boa tarde a todos\n"
        };
        ends[from].acked_data(&mut capture, C, text, 6);
        capture.wait(40);
        ends[to].acked_data(&mut capture, S, text, 5);
    }
    tell(capture.bytes())
}

/// Where is the line acknowledged by the application? Not by what somebody else said later.
#[test]
fn neighbour_what_others_said_is_no_answer() {
    let told = passed_on();
    for line in &told.report.lines {
        if line.sender == "client" {
            assert_eq!(line.answer, None, "{line:?}");
            assert_eq!(line.copies.len(), 1, "{line:?}");
        }
    }
    told.says("S5", &["“bom dia a todos”"]);
}

/// Was the client welcomed? Also one that spoke before it could be; not one that only got an answer.
#[test]
fn neighbour_welcome_of_a_hasty_client() {
    for (greeting, outcome) in [
        (&b"* welcome: you are guest1\n"[..], Outcome::Pass),
        (b"guest1: hi\n", Outcome::Fail),
    ] {
        let mut capture = Capture::new(Link::Ethernet);
        let mut tcp = Tcp::new("127.0.0.1", 45450, SERVER, [1, 7]);
        tcp.open(&mut capture);
        tcp.data(&mut capture, C, b"hi\n");
        tcp.ack(&mut capture, S);
        capture.wait(100);
        tcp.data(&mut capture, S, greeting);
        tcp.ack(&mut capture, C);
        let told = tell(capture.bytes());
        let claim = Expectation::parse("welcome").expect("a claim");
        let words = Explainer::new(Lang::En);
        let judged = judge(&told.report, &[claim], false, &words);
        assert_eq!(judged[0].outcome, outcome, "{}", judged[0].found);
    }
}
