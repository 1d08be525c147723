//! Captures that hold a part of what happened, and reports about a part of a capture: nothing is claimed of the rest.

use chatscope::packet::MAX_DATAGRAMS;
use chatscope::view::report::{Ending, Selection};

use super::capture::{
    ACK, C, DATA_OPTIONS, PSH, RST, S, SYN, SYN_OPTIONS, Tcp, Told, tell, tell_about,
};
use super::lab::{CLIENT, ISN, SERVER, opened, room, start};

fn room_about(selection: Selection) -> Told {
    tell_about(super::lab::room_bytes(), selection)
}

/// The server answers the client's FIN with data and then aborts: the one that sent the RST is named, everywhere.
#[test]
fn part_reset_after_the_other_side_sent_fin() {
    let (mut capture, mut tcp) = opened();
    tcp.fin(&mut capture, C);
    capture.wait(20);
    tcp.raw(&mut capture, S, RST | ACK, &[], b"");
    let told = tell(capture.bytes());
    told.says("S2", &["RST from the server", "RESET_BY_SERVER"]);
    told.says(
        "S7",
        &["Reset by the server:** 1", "Reset by:** server, frame #5"],
    );
    told.diz("S2", &["RST do servidor"]);
}

/// Both FINs, but the capture ends before the last ACK.
#[test]
fn part_last_ack_is_not_in_the_capture() {
    let (mut capture, mut tcp) = opened();
    tcp.fin(&mut capture, S);
    capture.wait(20);
    tcp.fin(&mut capture, C);
    let told = tell(capture.bytes());
    told.says("S2", &["both sent FIN, the server first"]);
    told.says(
        "S7",
        &[
            "Both sides sent FIN, the server first; an ACK of a FIN is not in the capture",
            "| second FIN (same segment) | #5",
            "| ACK of the second FIN | not in the capture",
        ],
    );
    assert_eq!(told.report.connections[0].ending, Ending::FinUnconfirmed);
}

/// A capture that begins with the SYN,ACK, and one of which it is all.
#[test]
fn part_handshake_without_its_syn() {
    let (mut capture, mut tcp) = start();
    tcp.next[C as usize] += 1;
    tcp.raw(&mut capture, S, SYN | ACK, &SYN_OPTIONS, b"");
    let alone = tell(capture.bytes());
    alone.says("S3", &["#1 SYN,ACK alone"]);
    let (mut capture, mut tcp) = start();
    tcp.next[C as usize] += 1;
    tcp.raw(&mut capture, S, SYN | ACK, &SYN_OPTIONS, b"");
    tcp.ack(&mut capture, C);
    let told = tell(capture.bytes());
    assert!(!told.section("S3").contains("#0"), "{}", told.section("S3"));
    told.says("S1", &["begun before the capture: 1"]);
    told.says(
        "S2",
        &[
            "For some the SYN is not in the capture",
            "`frame.number==1`",
        ],
    );
}

/// A SYN that nobody answers proves no listener, and agrees on no factor.
#[test]
fn part_unanswered_syn() {
    let (mut capture, mut tcp) = start();
    tcp.raw(&mut capture, C, SYN, &SYN_OPTIONS, b"");
    let told = tell(capture.bytes());
    assert!(
        !told.section("S13").contains("LISTEN"),
        "{}",
        told.section("S13")
    );
    assert!(
        !told.section("S10").contains("Factor"),
        "{}",
        told.section("S10")
    );
    told.says("S1", &["never opened: 1"]);
}

/// What comes after the first data still has its place in the teardown.
#[test]
fn part_until_first_data() {
    let until = Selection {
        until_first_data: true,
        ..Selection::default()
    };
    let told = tell_about(
        super::lab::chat_bytes(super::capture::Link::Ethernet, "127.0.0.1"),
        until,
    );
    told.says(
        "S7",
        &[
            "first FIN | #12",
            "second FIN (same segment) | #13",
            "the client, frame #12",
        ],
    );
    assert!(!told.section("S7").contains("#0"));
    told.says("S8", &["server 1 | #4, #5"]);
}

/// The ACK of the FIN is not that of the data.
#[test]
fn part_throughput_ends_with_the_ack_of_the_data() {
    let (mut capture, mut tcp) = opened();
    tcp.acked_data(&mut capture, C, &[b'x'; 1000], 100);
    tcp.data(&mut capture, C, b"y");
    tcp.fin(&mut capture, C);
    // The data first, the FIN five seconds later.
    let (seq, ack) = (ISN[1] + 1, ISN[0] + 1002);
    capture.wait(10);
    tcp.at(&mut capture, S, (seq, ack), ACK, &DATA_OPTIONS, b"");
    capture.wait(5_000_000);
    tcp.ack(&mut capture, S);
    tell(capture.bytes()).says("S8", &["1001 bytes / 0.000110 s", "#4, #8"]);
}

/// A later SYN,ACK with another number does not undo what the third segment acknowledged.
#[test]
fn part_forged_syn_ack_after_the_handshake() {
    let (mut capture, mut tcp) = opened();
    tcp.at(
        &mut capture,
        S,
        (77_000, ISN[0] + 1),
        SYN | ACK,
        &SYN_OPTIONS,
        b"",
    );
    tcp.acked_data(&mut capture, C, b"oi\n", 6);
    let told = tell(capture.bytes());
    told.says(
        "S3",
        &[
            "Server's initial sequence number (ISN):** 5000",
            "✓ 5001 = ISN of the server 5000 + 1",
        ],
    );
}

/// An ACK that stands before its data in time: no reply time is made of it.
#[test]
fn part_capture_out_of_order() {
    let (mut capture, mut tcp) = opened();
    tcp.data(&mut capture, C, b"oi\n");
    capture.back(500);
    tcp.data(&mut capture, S, b"oi\n");
    let told = tell(capture.bytes());
    assert!(!told.section("S5").contains("+-"), "{}", told.section("S5"));
    assert!(
        !told.section("S8").contains("Application reply"),
        "{}",
        told.section("S8")
    );
}

/// With more receivers than copies that are listed the count is still that of all.
#[test]
fn part_copies_beyond_those_listed() {
    const GUESTS: u16 = 70;
    let (mut capture, mut speaker) = start();
    let mut guests: Vec<Tcp> = (1..=GUESTS)
        .map(|number| Tcp::new("127.0.0.1", CLIENT + number, SERVER, ISN))
        .collect();
    speaker.open(&mut capture);
    for guest in &mut guests {
        guest.open(&mut capture);
    }
    speaker.acked_data(&mut capture, C, b"hello everybody\n", 5);
    speaker.acked_data(&mut capture, S, b"guest1: hello everybody\n", 5);
    for guest in &mut guests {
        guest.acked_data(&mut capture, S, b"guest1: hello everybody\n", 5);
    }
    let told = tell(capture.bytes());
    assert_eq!(told.report.lines[0].delivered, Some((71, 71)));
}

/// A port below 1024 is given by no system: somebody asked for it.
#[test]
fn part_well_known_client_port() {
    let (mut capture, _) = start();
    let mut tcp = Tcp::new("127.0.0.1", 20, SERVER, ISN);
    tcp.open(&mut capture);
    let told = tell(capture.bytes());
    told.says(
        "S2",
        &["20: asked for by the client's program (well-known range, 0-1023)"],
    );
}

/// The file's own facts are about the file, also in a report about one connection of it; its counts are found by filters for it.
#[test]
fn part_of_a_capture() {
    let whole = room();
    let told = room_about(Selection {
        streams: vec![1],
        ..Selection::default()
    });
    assert_eq!(told.report.capture, whole.report.capture);
    assert_eq!(told.report.capture.connections, 3);
    told.says("S9", &["tcp.flags.syn==1 && tcp.stream==1"]);
    told.says(
        "S11",
        &["tcp.analysis.retransmission && !tcp.analysis.fast_retransmission"],
    );
    let data = told
        .report
        .census
        .iter()
        .filter(|row| row.flags_hex == format!("0x{:03x}", PSH | ACK));
    assert!(
        data.into_iter()
            .all(|row| row.evidence.see.ends_with("tcp.stream==1"))
    );
}

/// Both directions of a connection have filters of their own, also where the ports are equal.
#[test]
fn part_each_side_by_itself() {
    let (mut capture, _) = start();
    let mut tcp = Tcp::between(["10.0.0.1", "10.0.0.2"], [179, 179], ISN);
    tcp.open(&mut capture);
    tcp.acked_data(&mut capture, C, b"open\n", 6);
    let told = tell(capture.bytes());
    told.says("S8", &["ip.src==10.0.0.1 && tcp.len>0 && tcp.stream==0"]);
}

/// More datagrams in fragments than are kept: those given up are told, and only where there are such.
#[test]
fn part_fragments_that_were_given_up() {
    let (mut capture, mut tcp) = opened();
    for number in 0..MAX_DATAGRAMS as u16 + 5 {
        let [high, low] = number.to_be_bytes();
        let header = [
            0x45, 0, 0, 44, high, low, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ];
        capture.ip(false, &[&header[..], &[0; 24]].concat());
    }
    tcp.close3(&mut capture, C);
    let told = tell(capture.bytes());
    assert_eq!(told.report.capture.datagrams_forgotten, 5);
    told.says(
        "S1",
        &["**Fragments given up:** 5 fragmented IP datagrams given up to bound memory"],
    );
    told.diz(
        "S1",
        &["**Fragmentos abandonados:** datagramas IP fragmentados abandonados para limitar a memória: 5"],
    );
    assert!(!super::lab::chat().section("S1").contains("Fragments"));
}
