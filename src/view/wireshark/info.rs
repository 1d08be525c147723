//! The Info column of a TCP frame. Not said again here: what Wireshark remembers of earlier frames (Accurate ECN's counter
//! in the control bits), reserved bits.

use std::fmt::Write as _;

use super::expert::bogus_header;
use super::info_options;
use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, Observation};
use crate::timeline::PacketEntry;

/// The control bits as Wireshark calls and orders them.
const BITS: [(TcpFlags, &str); 9] = [
    (TcpFlags::FIN, "FIN"),
    (TcpFlags::SYN, "SYN"),
    (TcpFlags::RST, "RST"),
    (TcpFlags::PSH, "PSH"),
    (TcpFlags::ACK, "ACK"),
    (TcpFlags::URG, "URG"),
    (TcpFlags::ECE, "ECE"),
    (TcpFlags::CWR, "CWR"),
    (TcpFlags::AE, "AE"),
];

/// What stands before the ports, left to right where several apply; of the four kinds of repetition only the first.
const PREFIXES: [(AnalysisFlags, &str); 9] = [
    (
        AnalysisFlags::ZERO_WINDOW_PROBE_ACK,
        "TCP ZeroWindowProbeAck",
    ),
    (AnalysisFlags::ZERO_WINDOW, "TCP ZeroWindow"),
    (AnalysisFlags::ZERO_WINDOW_PROBE, "TCP ZeroWindowProbe"),
    (AnalysisFlags::DUPLICATE_ACK, "TCP Dup ACK"),
    (AnalysisFlags::KEEP_ALIVE_ACK, "TCP Keep-Alive ACK"),
    (AnalysisFlags::KEEP_ALIVE, "TCP Keep-Alive"),
    (AnalysisFlags::WINDOW_FULL, "TCP Window Full"),
    (AnalysisFlags::WINDOW_UPDATE, "TCP Window Update"),
    (AnalysisFlags::ACK_LOST_SEGMENT, "TCP ACKed unseen segment"),
];
const REPETITIONS: [(AnalysisFlags, &str); 4] = [
    (AnalysisFlags::OUT_OF_ORDER, "TCP Out-Of-Order"),
    (
        AnalysisFlags::SPURIOUS_RETRANSMISSION,
        "TCP Spurious Retransmission",
    ),
    (
        AnalysisFlags::FAST_RETRANSMISSION,
        "TCP Fast Retransmission",
    ),
    (AnalysisFlags::RETRANSMISSION, "TCP Retransmission"),
];

/// The Info column, for a frame whose payload no other protocol of Wireshark claims.
#[must_use]
pub fn info(packet: &PacketEntry) -> String {
    let seen = &packet.observation;
    let mut out = String::new();
    prefixes(&mut out, seen);
    let (from, to) = (packet.source.port, packet.destination.port);
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        out,
        "{from} → {to} [{}] Seq={}",
        bits(packet.flags),
        seen.seq
    );
    if packet.flags.ack() {
        let _ = write!(out, " Ack={}", seen.ack);
    }
    let _ = write!(out, " Win={}", seen.window_scaled);
    if let Some(length) = packet.bogus_header_length() {
        let _ = write!(out, ", {}", bogus_header(length).replacen('B', "b", 1));
        return out;
    }
    if packet.flags.contains(TcpFlags::URG) {
        let _ = write!(out, " Urg={}", packet.urgent);
    }
    let _ = write!(out, " Len={}", packet.len.unwrap_or(0));
    info_options::append(&mut out, packet);
    out
}

fn prefixes(out: &mut String, seen: &Observation) {
    let mut put = |text: &str| {
        let _ = write!(out, "[{text}] ");
    };
    for (flag, text) in PREFIXES {
        match seen.duplicate_ack {
            _ if !seen.analysis.contains(flag) => {}
            Some((number, of)) if flag == AnalysisFlags::DUPLICATE_ACK => {
                put(&format!("{text} {of}#{number}"));
            }
            _ => put(text),
        }
    }
    if seen.analysis.contains(AnalysisFlags::LOST_SEGMENT) {
        put("TCP Previous segment not captured");
    }
    if let Some((_, text)) = REPETITIONS
        .iter()
        .find(|(flag, _)| seen.analysis.contains(*flag))
    {
        put(text);
    }
    if seen.analysis.contains(AnalysisFlags::REUSED_PORTS) {
        put("TCP Port numbers reused");
    }
}

fn bits(flags: TcpFlags) -> String {
    let names: Vec<&str> = BITS
        .iter()
        .filter(|(bit, _)| flags.contains(*bit))
        .map(|&(_, name)| name)
        .collect();
    if names.is_empty() {
        "<None>".to_owned()
    } else {
        names.join(", ")
    }
}
