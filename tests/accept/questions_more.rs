//! Q37 to Q72.

use chatscope::view::report::{Halves, Selection};

use super::capture::{C, Link, S, Tcp, tell, tell_about};
use super::lab::{
    ISN, SERVER, chat, chat_bytes, four_segments, opened, packing, refused, reset, room,
};

/// Q37: how much does an ACK typically acknowledge? The server's ACKs cover 3, then 6 bytes; then the FIN, which is no byte.
#[test]
fn accept_kr_q11() {
    let told = chat();
    let spread = told.report.streams[0]
        .walk
        .bytes_per_ack
        .server
        .expect("ACKs");
    assert_eq!(
        (spread.min, spread.median, spread.max),
        (3, Halves(3 + 6), 6)
    );
    told.says(
        "S6",
        &["one ACK of the server:** smallest 3, median 4.5, largest 6"],
    );
}

/// Q38: throughput. Client: 9 bytes from #6 (0.501040) to the ACK #11 (0.901190): 400.150 ms, 22 bytes/s.
#[test]
fn accept_kr_q12() {
    chat().says(
        "S8",
        &[
            "9 bytes / 0.400150 s = 22 bytes/s · #6, #11",
            "How throughput is computed",
        ],
    );
}

/// Q39: time-sequence graph, as SVG.
#[test]
fn accept_kr_q13() {
    let told = chat();
    let graph = told.report.streams[0]
        .timing
        .graph
        .as_ref()
        .expect("a graph");
    assert!(graph.svg.contains("<svg") && graph.svg.trim_end().ends_with("</svg>"));
    told.says("S8", &["Time-sequence graph"]);
}

/// Q40: classes of the ports.
#[test]
fn accept_ci_q40() {
    chat().says(
        "S2",
        &["43472: ephemeral", "6567: registered range, 1024-49151"],
    );
}

/// Q41: flags and relative sequence numbers of frames 1 to 3.
#[test]
fn accept_ci_q41() {
    chat().says(
        "S3",
        &[
            "| seq (relative) | 0 | 0 | 1 |",
            "| ack (relative) | – | 1 | 1 |",
        ],
    );
}

/// Q42: delay between SYN and the first ACK.
#[test]
fn accept_ha_q42() {
    chat().says("S8", &["SYN to the completing ACK:** 34 us"]);
}

/// Q43: options of the SYN and the header size.
#[test]
fn accept_ha_q43() {
    chat().says(
        "S4",
        &[
            "SYN #1: 40 bytes = 20 + 20 | MSS | 2",
            "| WS | 3 | 7 (x128) | 37-39 | 71-73 |",
            "| SACK_PERM | 4 |",
            "| TS | 8 |",
            "| NOP | 1 |",
        ],
    );
}

/// Q44: options of the first data packet.
#[test]
fn accept_ha_q44() {
    chat().says(
        "S4",
        &[
            "first data of the client #6: 32 bytes = 20 + 12 | NOP | 1",
            "first data of the server #4: 32 bytes = 20 + 12 | TS | 8",
        ],
    );
}

/// Q45: stopped with ^C or kill: which side closed, what is seen.
#[test]
fn accept_ha_q45() {
    chat().says("S7", &["Orderly close, begun by the client"]);
    chat().says("S11", &["close, exit and a crash look the same"]);
}

/// Q46: a reset connection.
#[test]
fn accept_ha_q46() {
    reset().says("S7", &["ended with RST", "client, frame #6"]);
}

/// Q47: how long did the open and close sequences take?
#[test]
fn accept_hw_q47() {
    chat().says(
        "S8",
        &[
            "34 us · #1, #2, #3",
            "First FIN to last ACK:** 55 us · #12, #13, #14",
        ],
    );
}

/// Q48: how long does TIME-WAIT last in Linux?
#[test]
fn accept_hw_q48() {
    chat().says("S13", &["Linux waits 60 s", "TIME-WAIT"]);
}

/// Q49: how is the first packet identified?
#[test]
fn accept_ka_q49() {
    chat().says(
        "S3",
        &[
            "How the first packet of a connection is identified",
            "(0x002)",
        ],
    );
}

/// Q50: other flags than SYN, ACK, FIN, and why.
#[test]
fn accept_tw_q6() {
    chat().says("S9", &["| PSH | 4 |", "hand the bytes to its program now"]);
}

/// Q51: a teardown begun from the other side, over all connections.
#[test]
fn accept_tw_q5() {
    room().says(
        "S7",
        &[
            "Closed by the client (first FIN):** 1 (stream 0)",
            "Closed by the server (first FIN):** 1 (stream 1)",
            "Reset by the client:** 1 (stream 2)",
        ],
    );
}

/// Q52: frame summaries of the handshake, as tshark 4.0.17 prints its Info column for these frames.
#[test]
fn accept_ca_q1() {
    chat().says("S3", &[
        "| No. | Time | Source | Destination | Protocol | Length | Info |",
        "| 1 | 0.000000 | 127.0.0.1 | 127.0.0.1 | TCP | 74 | 43472 → 6567 [SYN] Seq=0 Win=65495 Len=0 MSS=65495 SACK_PERM TSval=9 TSecr=0 WS=128 |",
        "| 2 | 0.000021 | 127.0.0.1 | 127.0.0.1 | TCP | 74 | 6567 → 43472 [SYN, ACK] Seq=0 Ack=1 Win=65495 Len=0 MSS=65495 SACK_PERM TSval=9 TSecr=0 WS=128 |",
        "| 3 | 0.000034 | 127.0.0.1 | 127.0.0.1 | TCP | 66 | 43472 → 6567 [ACK] Seq=1 Ack=1 Win=65536 Len=0 TSval=9 TSecr=9 |",
    ]);
}

/// Q53: the client's port, and why it needs one.
#[test]
fn accept_ca_q2_q3() {
    let told = chat();
    told.says("S2", &["Client ports, in order:** 43472"]);
    told.says("S14", &["Why the client needs a port"]);
}

/// Q54: which frame contains the text?
#[test]
fn accept_ca_q4() {
    let selection = Selection {
        find: Some(b"welc".to_vec()),
        ..Selection::default()
    };
    let told = tell_about(chat_bytes(Link::Ethernet, "127.0.0.1"), selection);
    told.says(
        "S5",
        &["“welc” is in one message · #4 · see: `frame.number==4`"],
    );
}

/// Q55: how many connections? How can you tell?
#[test]
fn accept_ca_q55() {
    room().says(
        "S2",
        &[
            "Number of connections:** 3.",
            "Each SYN without ACK that is not a repetition opens one",
            "`tcp.flags.syn==1 && tcp.flags.ack==0`",
        ],
    );
}

/// Q57: states of both ends, packet by packet, opening and termination.
#[test]
fn accept_ny_q57() {
    chat().says(
        "S13",
        &[
            "before the first frame | CLOSED | LISTEN",
            "| #1 | 0.000000 | client SYN | SYN-SENT |",
            "| SYN-RECEIVED |",
            "| #3 | 0.000034 | client ACK | ESTABLISHED | ESTABLISHED",
            "| #12 | 1.901190 | client FIN,ACK | FIN-WAIT-1 | CLOSE-WAIT",
            "| LAST-ACK |",
            "| #14 | 1.901245 | client ACK | TIME-WAIT | CLOSED",
        ],
    );
}

/// Q58: options used by both endpoints.
#[test]
fn accept_ny_q58() {
    chat().says(
        "S4",
        &[
            "| SACK permitted | yes | yes | yes |",
            "| time stamps | yes | yes | yes |",
            "windows count × 128 (client), × 128 (server)",
        ],
    );
}

/// Q59: after which socket calls do packets appear?
#[test]
fn accept_ny_q59() {
    chat().says("S12", &["connect sends the SYN", "accept send nothing"]);
}

/// Q60: is the SYN,ACK sent before accept?
#[test]
fn accept_ny_q60() {
    chat().says(
        "S14",
        &[
            "SYN,ACK is sent by the server's kernel as soon as the SYN arrives",
            "A server that never calls accept shows it",
        ],
    );
}

/// Q61: is the ACK sent when the kernel or when the program has the data?
#[test]
fn accept_ny_q61() {
    chat().says(
        "S14",
        &["is sent when the kernel has the bytes, not when the program reads them"],
    );
}

/// Q62: can several sends end up in one segment?
#[test]
fn accept_ny_q62() {
    packing().says(
        "S5",
        &[
            "segment #4 holds the beginning of 3 messages",
            "“one” | #4 (one of 3 that begin in this segment)",
        ],
    );
}

/// Q63: os três segmentos, mensagem e eco, fechamento (FIN, ACK), em português.
#[test]
fn accept_rd_q63() {
    let told = chat();
    told.diz(
        "S3",
        &["Handshake de três vias completo: #1 SYN, #2 SYN,ACK, #3 ACK"],
    );
    told.diz("S5", &["“oi” | #6", "#8 +134 us"]);
    told.diz(
        "S7",
        &[
            "Fechamento normal, iniciado pelo cliente",
            "primeiro FIN | #12",
            "FIN,ACK",
        ],
    );
}

/// Q64: o tempo de cada mensagem e quanto tempo cada conexão permaneceu ativa.
#[test]
fn accept_rd_q64() {
    let told = chat();
    told.diz("S5", &["0,501040", "0,901183"]);
    told.diz("S2", &["1,9 s"]);
}

/// Q65: problemas de um servidor com vários clientes: um programa que nunca fecha é apontado.
#[test]
fn accept_rd_q65() {
    let (mut capture, mut tcp) = opened();
    tcp.fin(&mut capture, C);
    capture.wait(42_000);
    tcp.ack(&mut capture, S);
    let mut other = Tcp::new("127.0.0.1", 43480, SERVER, ISN);
    capture.wait(30_000_000);
    other.open(&mut capture);
    let told = tell(capture.bytes());
    assert!(
        told.report
            .findings
            .iter()
            .any(|f| f.code == "peer_never_closed" && f.side == Some("server")),
        "{:?}",
        told.report.findings
    );
    told.diz(
        "S11",
        &["o servidor não fechou dentro de 5,0 s depois do FIN do outro lado: CLOSE-WAIT"],
    );
}

/// Q66: o cliente antes do servidor.
#[test]
fn accept_uf_q2() {
    let told = refused();
    told.diz("S11", &["conexão recusada"]);
    told.diz("S3", &["Ninguém escuta nessa porta"]);
}

/// Q67: vários clientes ao mesmo tempo: a linha #13 chega a todos (#15, #17, #19).
#[test]
fn accept_uf_q5() {
    let told = room();
    told.says(
        "S5",
        &[
            "delivered to 3 of 3",
            "#15 → stream 0 +26 us, ACK #16",
            "#17 → stream 1",
            "#19 → stream 2",
        ],
    );
    told.diz("S2", &["Número de conexões:** 3."]);
}

/// Q68: a cada conexão a porta muda.
#[test]
fn accept_fu_q5() {
    let told = room();
    told.diz(
        "S2",
        &["Portas dos clientes, em ordem:** 43472, 43480, 43488"],
    );
    told.diz("S14", &["por que ela muda"]);
}

/// Q69: os estados da conexão, bind, listen etc.
#[test]
fn accept_fu_q1() {
    let told = chat();
    told.diz("S13", &["ESTABLISHED", "TIME-WAIT", "LISTEN"]);
    told.diz("S14", &["socket, bind, listen e accept não enviam nada"]);
}

/// Q71: half-open against half-closed.
#[test]
fn accept_es_q71() {
    let told = four_segments();
    told.says("S14", &["Half-open and half-closed"]);
    told.says(
        "S7",
        &[
            "Half-closed for:** 30 ms",
            "4 bytes came after the first FIN",
            "4: the first FIN was acknowledged before",
        ],
    );
}

/// Q72: annotated trace with handshake, lines and close highlighted.
#[test]
fn accept_do_q72() {
    let told = chat();
    told.says("S3", &["Complete three-way handshake"]);
    told.says("S5", &["“oi”"]);
    told.says("S7", &["Orderly close"]);
}

/// "How many ...?": the filter of a count finds as many frames as are counted, also where it cannot list them all. Twelve
/// lines have twelve pure ACKs; the ACKs of the handshake (#3) and of the close (#30) look the same and are not among them.
#[test]
fn accept_v2_count_of_pure_acks() {
    let (mut capture, mut tcp) = opened();
    for _ in 0..12 {
        tcp.acked_data(&mut capture, C, b"oi\n", 6);
    }
    tcp.close3(&mut capture, C);
    tell(capture.bytes()).says(
        "S9",
        &[
            "| pure ACK | ACK | 0x010 | 12 | 0 | 12 | #5, #7, #9, #11, #13, #15, #17, #19 | `tcp.flags==0x010 && tcp.len==0 && !(frame.number in {3,30})` |",
            "| handshake | ACK | 0x010 | 1 | 1 | 0 | #3 | `tcp.flags==0x010 && tcp.len==0 && frame.number==3` |",
        ],
    );
}
