//! Further questions of Kurose and Ross and their kind: round-trip time samples and estimates, flights, delayed ACKs.

use chatscope::view::report::RttRow;

use super::capture::{ACK, C, DATA_OPTIONS, PSH, S, tell};
use super::lab::{chat, opened};

/// KR7: sample and estimated round-trip times of the first six segments. By hand, `E = 7/8 E + 1/8 S` (in ns, cut):
/// 100000; (7 x 100000 + 200000) / 8 = 112500; 110937; 109569; 108372; 107325.
#[test]
fn accept_kr_q7_estimated_rtt() {
    let (mut capture, mut tcp) = opened();
    for delay in [100, 200, 100, 100, 100, 100, 100] {
        tcp.acked_data(&mut capture, C, b"oi\n", delay);
        capture.wait(1000);
    }
    let told = tell(capture.bytes());
    told.says(
        "S8",
        &[
            "| client 1 | #4, #5 | 1 | 3 | 0.001034 | 0.001134 | 0.000100 s | 0.000100 s | `frame.number in {4,5}` |",
            "| client 2 | #6, #7 | 4 | 3 | 0.002134 | 0.002334 | 0.000200 s | 0.000112500 s |",
            "| client 3 | #8, #9 | 7 | 3 | 0.003334 | 0.003434 | 0.000100 s | 0.000110937 s |",
            "| client 6 | #14, #15 |",
            "| 0.000107325 s | `frame.number in {14,15}` |",
            "plus 1/8 of the new sample",
        ],
    );
    assert!(!told.section("S8").contains("client 7"));
}

/// A segment that was sent again gives no sample (Karn); the estimate goes on with the next one.
#[test]
fn accept_kr_q7_no_sample_of_a_retransmission() {
    let (mut capture, mut tcp) = opened();
    let seq = tcp.next[0];
    tcp.raw(&mut capture, C, PSH | ACK, &DATA_OPTIONS, b"um\n"); // 4
    capture.wait(300_000);
    tcp.next[0] = seq;
    tcp.acked_data(&mut capture, C, b"um\n", 40); // 5, 6
    tcp.acked_data(&mut capture, C, b"dois\n", 60); // 7, 8
    tell(capture.bytes()).says(
        "S8",
        &[
            "| client 1 | #4, #6 | 1 | 3 | 0.001034 | 0.301074 | – | – | `frame.number in {4,6}` |",
            "| client 2 | #7, #8 | 4 | 5 | 0.301074 | 0.301134 | 0.000060 s | 0.000060 s |",
            "**Data segments of the client:** 3, of which 1 sent again",
        ],
    );
}

/// The clock jumps by 76 years before the first ACK: `7 x E` has no room in 64 bits. An ACK with an earlier time gives no sample.
#[test]
fn accept_kr_q7_of_a_clock_that_jumps() {
    let (mut capture, mut tcp) = opened();
    tcp.data(&mut capture, C, b"um\n"); // 4
    capture.jump(2_400_000_000);
    tcp.ack(&mut capture, S); // 5
    tcp.acked_data(&mut capture, C, b"dois\n", 40); // 6, 7
    tcp.data(&mut capture, C, b"tres\n"); // 8
    capture.back(10);
    tcp.ack(&mut capture, S); // 9
    let told = tell(capture.bytes());
    let pace = told.report.streams[0].timing.pace.client.as_ref();
    let shown =
        |row: &RttRow| [row.sample, row.estimate].map(|time| time.map(|time| time.to_string()));
    let rows: Vec<_> = pace.expect("data").first.iter().map(shown).collect();
    let both = |sample: &str, estimate: &str| [Some(sample.to_owned()), Some(estimate.to_owned())];
    assert_eq!(
        rows,
        [
            both("2400000000.000000000", "2400000000.000000000"),
            both("0.000040000", "2100000000.000005000"),
            [None, None],
        ]
    );
}

/// How many segments go out before the first ACK, how many bytes are in flight at most, does an ACK cover several segments (KR11:
/// "cases where the receiver is `ACKing` every other received segment")? Three segments of 10 bytes, one ACK; then one and one.
#[test]
fn accept_kr_q11_flights_and_joint_acks() {
    let (mut capture, mut tcp) = opened();
    for _ in 0..3 {
        tcp.raw(&mut capture, C, PSH | ACK, &DATA_OPTIONS, b"0123456789"); // 4, 5, 6
        capture.wait(10);
    }
    tcp.raw(&mut capture, S, ACK, &DATA_OPTIONS, b""); // 7
    tcp.acked_data(&mut capture, C, b"fim\n", 5); // 8, 9
    tell(capture.bytes()).says(
        "S8",
        &[
            "**Sent by the client before the first ACK of its data:** 3 segments, payload bytes: 30 · #4, #6 · see: `frame.number in {4,6}`",
            "**Most bytes of the client in flight:** 30 payload bytes · #6 · see: `tcp.analysis.bytes_in_flight==30 && frame.number==6`",
            "**Data segments of the client covered by one ACK:** smallest 1, median 2, largest 3; ACKs that cover more than one: 1 of 2 · #7 · see: `frame.number==7`",
            "It stands in no header",
        ],
    );
}

/// Who speaks first? And the sum of the throughput is one that the reader can check: 9 bytes from #6 (0.501040) to #11 (0.901190).
#[test]
fn accept_first_data_and_the_sum_of_the_throughput() {
    chat().says(
        "S8",
        &[
            "**First data:** from the server, 1.0 ms after the handshake · #4",
            "9 bytes / 0.400150 s = 22 bytes/s · #6, #11",
            "**Data segments of the client:** 2, none of them sent again · see: `tcp.srcport==43472 && tcp.len>0 && tcp.stream==0`",
            "**Data segments of the client covered by one ACK:** one, by each of 2",
        ],
    );
}

/// "Does the lack of receiver buffer space ever throttle the sender?" (KR9): a window of 0, probed by Linux with an empty segment that
/// Wireshark calls a keep-alive. The report says so, lest a student count keep-alives.
#[test]
fn accept_kr_q9_probes_that_wireshark_calls_keep_alive() {
    let (mut capture, mut tcp) = opened();
    tcp.data(&mut capture, C, b"0123456789"); // 4
    tcp.window[1] = 0;
    capture.wait(10);
    tcp.ack(&mut capture, S); // 5
    capture.wait(210_000);
    let probe = (tcp.next[0] - 1, tcp.next[1]);
    tcp.at(&mut capture, C, probe, ACK, &DATA_OPTIONS, b""); // 6
    tcp.ack(&mut capture, S); // 7
    capture.wait(1_500_000);
    tcp.window[1] = 512;
    tcp.ack(&mut capture, S); // 8
    tell(capture.bytes()).says(
        "S10",
        &[
            "**server: Window 0:** from #5 to #8, 1.7 s; probes meanwhile: 1",
            "Wireshark cannot tell it from a keep-alive",
        ],
    );
    assert!(!chat().section("S10").contains("keep-alive"));
}
