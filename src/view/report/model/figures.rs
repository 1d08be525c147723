//! Times, windows, counts, findings (S8 to S11). Must not know: layout, prose.

use serde::Serialize;

use super::{Both, Evidence, Picture, Seconds, Spread, TimeSpread};

/// S8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// SYN to completing ACK.
    pub open: Option<Seconds>,
    /// First FIN to last ACK, or to the RST.
    pub close: Option<Seconds>,
    /// `tcp.analysis.initial_rtt`.
    pub initial_rtt: Option<Seconds>,
    /// ACK times of the data each side sent.
    pub rtt: Both<Option<TimeSpread>>,
    /// From a line of the client to the first data of the server.
    pub reply: Option<TimeSpread>,
    /// The longest time without a segment of this connection.
    pub silence: Option<Silence>,
    /// The largest segment of each side.
    pub largest: Both<Option<LargestSegment>>,
    /// Throughput of each direction.
    pub throughput: Both<Option<Throughput>>,
    /// Who sent the first data.
    pub first_data: Option<FirstData>,
    /// How the data of each side went out; absent where it sent none.
    pub pace: Both<Option<PaceCard>>,
    /// The time-sequence graph.
    #[serde(skip)]
    pub graph: Option<Picture>,
}

/// The first data of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FirstData {
    /// `client` or `server`.
    pub by: &'static str,
    /// Its frame.
    pub frame: u64,
    /// Since the handshake's last segment, where that was seen.
    pub after_handshake: Option<Seconds>,
}

/// How the data of one side went out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PaceCard {
    /// Segments with payload.
    pub segments: u64,
    /// Those of them that Wireshark calls retransmissions (of any kind).
    pub sent_again: u64,
    /// The first six data segments with their round-trip times.
    pub first: Vec<RttRow>,
    /// What was sent before the first ACK of data: at most the sender's initial congestion window.
    pub first_flight: Option<Flight>,
    /// Most bytes sent and not acknowledged: at most the smaller one of congestion window and receive window.
    pub most_in_flight: Option<InFlight>,
    /// Data segments newly covered by one ACK of the other side.
    pub segments_per_ack: Option<Spread>,
    /// ACKs of the other side that covered more than one.
    pub joint_acks: JointAcks,
}

/// One data segment and its round-trip time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RttRow {
    /// The frame.
    pub frame: u64,
    /// Relative sequence number.
    pub seq: u32,
    /// Payload bytes.
    pub bytes: u32,
    /// When it was sent, since the first frame of the capture.
    pub sent: Seconds,
    /// The frame of the first ACK that covers it.
    pub ack_frame: Option<u64>,
    /// When that came, since the first frame of the capture.
    pub acked: Option<Seconds>,
    /// The round-trip time; absent where the segment was sent again (nobody knows which copy was acknowledged).
    pub sample: Option<Seconds>,
    /// The estimate after it: 7/8 of the one before and 1/8 of the sample; the first sample itself.
    pub estimate: Option<Seconds>,
}

/// Segments sent without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flight {
    /// How many.
    pub segments: u64,
    /// Their payload bytes.
    pub bytes: u64,
    /// The first.
    pub from_frame: u64,
    /// The last.
    pub to_frame: u64,
}

/// Bytes under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// The frame that made it so many.
    pub frame: u64,
    /// `tcp.analysis.bytes_in_flight`.
    pub bytes: u32,
}

/// ACKs that cover several segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JointAcks {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub evidence: Evidence,
}

/// A time without segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// The last segment before it.
    pub from_frame: u64,
    /// The first after it.
    pub to_frame: u64,
    /// How long it was.
    pub time: Seconds,
}

/// The segment with most payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LargestSegment {
    /// The frame.
    pub frame: u64,
    /// Payload bytes.
    pub bytes: u32,
}

/// Bytes per time, with what it was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Throughput {
    /// Payload bytes, without those sent again.
    pub bytes: u64,
    /// First data segment.
    pub from_frame: u64,
    /// The ACK of the last data, or the last data segment.
    pub to_frame: u64,
    /// Time between both.
    pub time: Seconds,
    /// Bytes per second, rounded; absent when the time is zero.
    pub bytes_per_second: Option<u64>,
}

/// S10, one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WindowCard {
    /// Window of its SYN or SYN,ACK, never scaled.
    pub initial: Option<u16>,
    /// Factor by which the field is multiplied; 1 without scaling; absent: unknown.
    pub factor: Option<u32>,
    /// Smallest window advertised (RST segments left out).
    pub smallest: Option<WindowPoint>,
    /// Largest.
    pub largest: Option<WindowPoint>,
    /// Periods with window 0 (bounded).
    pub zero: Vec<ZeroPeriod>,
    /// All of them.
    pub zero_total: u64,
    /// Segments that advertised a window.
    pub segments: u64,
}

/// One advertised window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WindowPoint {
    /// The frame.
    pub frame: u64,
    /// The field.
    pub raw: u16,
    /// As it counts.
    pub scaled: u32,
}

/// A time without window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ZeroPeriod {
    /// The first frame with window 0.
    pub start_frame: u64,
    /// The frame that opened it again.
    pub end_frame: Option<u64>,
    /// How long; absent while it lasts.
    pub duration: Option<Seconds>,
    /// Probes of the other side meanwhile.
    pub probes: u32,
}

/// S9: one combination of flags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CensusRow {
    /// `handshake`, `data`, `ack`, `close`, `reset`.
    pub class: &'static str,
    /// Names.
    pub flags: String,
    /// As Wireshark prints them.
    pub flags_hex: String,
    /// How many, by sender.
    pub count: Both<u64>,
    /// The first of them.
    pub evidence: Evidence,
}

/// S9: one bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BitRow {
    /// `SYN`, `FIN`, `RST`, `PSH`, `URG`.
    pub flag: &'static str,
    /// Segments that have it.
    pub count: u64,
    /// The first of them.
    pub evidence: Evidence,
}

/// S11: one of Wireshark's flags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnalysisRow {
    /// The flag.
    pub flag: &'static str,
    /// Segments that have it.
    pub count: u64,
    /// The first of them.
    pub evidence: Evidence,
}

/// S11: one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// The code.
    pub code: &'static str,
    /// Cause of a reset; what an ICMP error says.
    pub cause: Option<&'static str>,
    /// The address that sent the ICMP error.
    pub from: Option<String>,
    /// `chat`, `note`, `warn`.
    pub severity: &'static str,
    /// `tcp.stream`.
    pub stream: Option<u32>,
    /// The side it is about.
    pub side: Option<&'static str>,
    /// Packets prove it (else: likely).
    pub certain: bool,
    /// How long.
    pub duration: Option<Seconds>,
    /// A count that belongs to it.
    pub value: Option<u64>,
    /// Its frames.
    pub evidence: Evidence,
}
