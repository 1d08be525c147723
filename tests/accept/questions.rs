//! Q01 to Q36.

use super::lab::{chat, four_segments, packing, refused, reset, room};

/// Q01: which segments perform the handshake, and how can you tell?
#[test]
fn accept_a2_q1() {
    chat().says(
        "S3",
        &[
            "#1 SYN, #2 SYN,ACK, #3 ACK",
            "It is the only one with SYN set and ACK not set",
            "`frame.number in {1,2,3}`",
        ],
    );
}

/// Q02: initial sequence numbers; is this expected?
#[test]
fn accept_a2_q2() {
    chat().says(
        "S3",
        &[
            "Client's initial sequence number (ISN):** 1000 · #1",
            "Server's initial sequence number (ISN):** 5000 · #2",
            "they look random",
            "RFC 9293 section 3.4.1",
        ],
    );
}

/// Q03: which bytes represent the chat message data? Ethernet 14, IP 20, TCP 32: payload from byte 66.
#[test]
fn accept_a2_q3() {
    chat().says("S5", &["| “oi” | #6 | 3 | 1-3 | PSH,ACK | #6: 66-68 |"]);
}

/// Q04: which flags carry chat messages?
#[test]
fn accept_a2_q4() {
    chat().says("S9", &["| data | PSH,ACK | 0x018 | 4 | 2 | 2 | #4, #6, #8, #10 | `tcp.flags==0x018 && tcp.len>0` |"]);
}

/// Q05: where acknowledged by TCP, where by the application?
#[test]
fn accept_a2_q5() {
    let told = chat();
    told.says(
        "S5",
        &[
            "| #7 +6 us | #8 +134 us |",
            "“tchau” | #10 | 6 | 4-9 | PSH,ACK | #10: 66-71 | #11 +7 us | none |",
        ],
    );
}

/// Q06: how do the numbers change, and is this expected?
#[test]
fn accept_a2_q6() {
    let told = chat();
    told.says(
        "S6",
        &[
            "holds in 12 of 12 segments",
            "+ 1 for SYN and for FIN",
            "| #6 | 0.501040 | client → server | PSH,ACK | 1 | 9 | 3 | 4 | ✓ 1 = 1 |",
            "| #12 | 1.901190 | client → server | FIN,ACK | 10 | 12 | 0 | 11 | ✓ 10 = 10 |",
        ],
    );
}

/// Q07: which segments close, and how can you tell?
#[test]
fn accept_a2_q7() {
    chat().says(
        "S7",
        &[
            "first FIN | #12",
            "ACK of the first FIN | #13",
            "second FIN (same segment) | #13",
            "ACK of the second FIN | #14",
            "no earlier segment of this connection has the FIN bit",
        ],
    );
}

/// Q08: every value says where and how it can be found: no fact and no row of a table with frames is without a filter.
#[test]
fn accept_a2_requirement_q08() {
    let told = chat();
    for id in ["S1", "S2", "S3", "S6", "S7", "S8", "S9", "S10"] {
        for line in told
            .section(id)
            .lines()
            .filter(|line| line.starts_with("- **"))
        {
            assert!(line.contains("see: `"), "{id}: {line}");
        }
    }
    for id in ["S3", "S4", "S5", "S6", "S7", "S9"] {
        for line in told
            .section(id)
            .lines()
            .filter(|line| line.starts_with("| #"))
        {
            assert!(line.trim_end().ends_with("` |"), "{id}: {line}");
        }
    }
}

/// Q09: table of ports, raw numbers, flags, window, options for packets 1 to 3.
#[test]
fn accept_v1_q09() {
    chat().says(
        "S3",
        &[
            "| source port | 43472 | 6567 | 43472 |",
            "| destination port | 6567 | 43472 | 6567 |",
            "| sequence number (raw) | 1000 | 5000 | 1001 |",
            "| acknowledgment number (raw) | 0 | 1001 | 5001 |",
            "| flags | SYN (0x002) | SYN,ACK (0x012) | ACK (0x010) |",
            "| window (as sent) | 65495 | 65495 | 512 |",
            "MSS=65495, SACK_PERM, TSval=9 TSecr=0, NOP, WS=7 (x128)",
        ],
    );
}

/// Q10: the acknowledgment number of a SYN is 0. Why?
#[test]
fn accept_v1_q10() {
    chat().says(
        "S14",
        &[
            "Why the acknowledgment number of a SYN is 0",
            "The ACK flag is not set, so the field means nothing",
        ],
    );
}

/// Q11: MSS value, and where in the options? 14 + 20 + 20 = 54.
#[test]
fn accept_v1_q11() {
    chat().says("S4", &["| MSS | 2 | 65495 | 20-23 | 54-57 |"]);
}

/// Q12: client or server? How do you know?
#[test]
fn accept_v1_q12() {
    chat().says("S2", &["sent the first SYN (#1)"]);
}

/// Q13: verify that the acknowledgment number is the client's ISN + 1.
#[test]
fn accept_v1_q13() {
    chat().says(
        "S3",
        &[
            "✓ 1001 = ISN of the client 1000 + 1 · #2",
            "✓ 5001 = ISN of the server 5000 + 1 · #3",
        ],
    );
}

/// Q14: any payload in the third packet?
#[test]
fn accept_v1_q14() {
    chat().says("S3", &["| payload bytes | 0 | 0 | 0 |"]);
}

/// Q15: after this packet the connection is ESTABLISHED; what do both sides know?
#[test]
fn accept_v1_q15() {
    let told = chat();
    told.says(
        "S13",
        &["| #3 | 0.000034 | client ACK | ESTABLISHED | ESTABLISHED"],
    );
    told.says("S14", &["Both initial sequence numbers"]);
}

/// Q16: how many FIN packets?
#[test]
fn accept_v2_q16() {
    chat().says("S9", &["| FIN | 2 | #12, #13 | `tcp.flags.fin==1` |"]);
}

/// Q17: which side sends the first FIN? How can you tell?
#[test]
fn accept_v2_q17() {
    chat().says("S7", &["**First FIN:** the client, frame #12"]);
    four_segments().says("S7", &["**First FIN:** the server, frame #4"]);
}

/// Q18: who sends the ACK, who the second FIN?
#[test]
fn accept_v2_q18() {
    let told = four_segments();
    told.says(
        "S7",
        &[
            "ACK of the first FIN | #5 | 0.001084 | client → server",
            "second FIN | #8 | 0.031089 | client → server",
        ],
    );
}

/// Q19: table of the four roles with flags, SEQ, ACK, direction.
#[test]
fn accept_v2_q19() {
    chat().says("S7", &[
        "| first FIN | #12 | 1.901190 | client → server | FIN,ACK (0x011) | 1010 (10) | 5012 (12) | 0 |",
        "| second FIN (same segment) | #13 | 1.901230 | server → client | FIN,ACK (0x011) | 5012 (12) | 1011 (11) | 0 |",
        "| ACK of the second FIN | #14 | 1.901245 | client → server | ACK (0x010) | 1011 (11) | 5013 (13) | 0 |",
    ]);
}

/// Q20: why do both sides close independently?
#[test]
fn accept_v2_q20() {
    chat().says("S14", &["A connection is two streams of bytes"]);
}

/// Q21: the ACK after the first FIN is its SEQ + 1.
#[test]
fn accept_v2_q21() {
    chat().says("S7", &["✓ 1011 = 1010 + 1", "✓ 5013 = 5012 + 1"]);
}

/// Q22: any RST?
#[test]
fn accept_v2_q22() {
    chat().says("S9", &["| RST | 0 |"]);
    reset().says("S9", &["| RST | 1 | #6 | `tcp.flags.reset==1` |"]);
}

/// Q23: what comes back from a port where nobody listens?
#[test]
fn accept_v2_q23() {
    let told = refused();
    told.says("S11", &["refused", "#1, #2"]);
    told.says(
        "S3",
        &[
            "#1 SYN was answered by #2 RST,ACK",
            "| window (as sent) | 65495 | 0 |",
            "✓ 1001 = ISN of the client 1000 + 1 · #2",
        ],
    );
}

/// Q24: SYN immediately followed by RST: what does it tell?
#[test]
fn accept_v2_q24() {
    let told = refused();
    told.says("S2", &["REFUSED"]);
    told.says("S11", &["no program listens on that port"]);
}

/// Q25: RST in the middle: two possible causes.
#[test]
fn accept_v2_q25() {
    let told = reset();
    assert_eq!(told.report.connections[0].verdict.code, "RESET_BY_CLIENT");
    told.says("S7", &["**Reset by:** client, frame #6", "Likely cause"]);
    told.says(
        "S11",
        &["Possible causes of a RST", "SO_LINGER 0", "bytes unread"],
    );
}

/// Q26: number of packets, time range.
#[test]
fn accept_v3_q26() {
    chat().says(
        "S1",
        &[
            "14 in the capture, 14 of them TCP",
            "2026-03-01 12:00:00 UTC · #1",
            "2026-03-01 12:00:01.901245 UTC · #14",
            "1.901245 s",
        ],
    );
}

/// Q27: message sequence diagram with addresses on top and vertical time lines.
#[test]
fn accept_cq_q27() {
    chat().says("S12", &["127.0.0.1:43472", "127.0.0.1:6567", "SYN"]);
}

/// Q28: one file, only the assigned port, the whole exchange.
#[test]
fn accept_cq_q28() {
    let told = chat();
    told.says("S1", &["yes, 6567", "yes: 1 of 1"]);
    reset().says("S1", &["yes: 1 of 1"]);
}

/// Q29: client's address and port.
#[test]
fn accept_kr_q1() {
    chat().says("S2", &["127.0.0.1:43472"]);
}

/// Q30: server's port.
#[test]
fn accept_kr_q2() {
    chat().says("S2", &["| 127.0.0.1:43472 | 127.0.0.1:6567 |"]);
}

/// Q31: the SYN's number; what identifies it?
#[test]
fn accept_kr_q4() {
    chat().says(
        "S3",
        &[
            "| sequence number (raw) | 1000 |",
            "| seq (relative) | 0 |",
            "SYN (0x002)",
        ],
    );
}

/// Q32: the SYN,ACK's numbers, and how they were determined.
#[test]
fn accept_kr_q5() {
    chat().says("S3", &["#2", "5000", "1001 = ISN of the client 1000 + 1"]);
}

/// Q33: numbers, times, ACK times and RTT of the first six segments.
#[test]
fn accept_kr_q7() {
    let told = chat();
    told.says("S6", &["| #6 | 0.501040 | client → server | PSH,ACK | 1 | 9 | 3 | 4 | ✓ 1 = 1 | #7 0.501046 (+6 us) |", "#2 0.000021 (+21 us)"]);
    told.says("S8", &["smallest 6 us"]);
}

/// Q34: length of the first six segments.
#[test]
fn accept_kr_q8() {
    let lengths: Vec<_> = chat().report.streams[0]
        .walk
        .rows
        .iter()
        .take(6)
        .map(|row| row.len)
        .collect();
    assert_eq!(lengths, [0, 0, 0, 8, 0, 3].map(Some));
}

/// Q35: smallest buffer space advertised. 512 scaled by 2^7 = 65536; the SYN's field, never scaled, is smaller: 65495.
#[test]
fn accept_kr_q9() {
    chat().says(
        "S10",
        &[
            "server: Smallest window advertised:** 65495 bytes (65495 as sent) · #2",
            "65536 bytes (512 as sent)",
        ],
    );
}

/// Q36: retransmitted segments? What was checked?
#[test]
fn accept_kr_q10() {
    chat().says(
        "S11",
        &[
            "| retransmission | 0 |",
            "`tcp.analysis.retransmission && !tcp.analysis.fast_retransmission && !tcp.analysis.spurious_retransmission`",
            "What was checked",
        ],
    );
    assert!(
        packing()
            .report
            .analysis
            .iter()
            .all(|row| row.flag != "retransmission" || row.count == 0)
    );
}

/// Used above so that the room is told once more: its connections are numbered in the order of their first frames.
#[test]
fn the_room_has_three_connections() {
    assert_eq!(room().report.connections_total, 3);
}
