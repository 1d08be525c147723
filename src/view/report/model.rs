//! The report as typed values: the contract of `--format json` and the source of every rendering. No prose, no layout.
//!
//! Codes are never translated. `frames` are capture frame numbers (from 1), `see` is a Wireshark display filter that shows
//! them; every time is epoch seconds with nine decimals, every duration seconds with nine decimals; `null` is not known or
//! does not apply.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::net::Nanos;

/// Version of the JSON form. Fields may be added under the same number; a renamed or removed field raises it.
pub const SCHEMA: u32 = 1;

/// A time or a duration in nanoseconds; in JSON seconds with exactly nine decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub Nanos);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = crate::net::Timestamp::from_nanos(self.0).to_string();
        RawValue::from_string(text)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// Where a value can be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Frame numbers, oldest first (bounded).
    pub frames: Vec<u64>,
    /// A Wireshark display filter that shows them.
    pub see: String,
}

/// A value for each side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// The client's.
    pub client: T,
    /// The server's.
    pub server: T,
}

/// The whole report.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// S1: the capture.
    pub capture: CaptureFacts,
    /// S2: one row per connection, bounded; `connections_folded` counts the others.
    pub connections: Vec<ConnectionRow>,
    /// S2: all connections, folded ones included.
    pub connections_total: u64,
    /// S2: connections without a row.
    pub connections_folded: u64,
    /// S2: how often each verdict word was given, most frequent first.
    pub verdicts: Vec<Count>,
    /// S3, S4, S6, S7, S8, S10, S13: connections in detail (the largest ones).
    pub streams: Vec<StreamReport>,
    /// S5: messages in order, bounded; copies stand with the line that they repeat.
    pub lines: Vec<LineRow>,
    /// S5: all messages, copies included.
    pub lines_total: u64,
    /// S5: messages without a row (neither listed nor a copy of one that is).
    pub lines_folded: u64,
    /// S5: segments that carried the beginning of more than one message, bounded.
    pub joined: Vec<Joined>,
    /// `--find`: where the text occurs.
    pub found: Option<Found>,
    /// S9: flag combinations by class.
    pub census: Vec<CensusRow>,
    /// S9: segments with a given bit, whatever else is set.
    pub bits: Vec<BitRow>,
    /// S11: what Wireshark's analysis flagged, every flag with its count.
    pub analysis: Vec<AnalysisRow>,
    /// S11: what the analysis noticed, bounded.
    pub findings: Vec<FindingRow>,
    /// S11: findings without a row.
    pub findings_folded: u64,
    /// S12: the sequence diagram.
    #[serde(skip)]
    pub ladder: Option<Picture>,
    /// S12: segments that the diagram leaves out.
    pub ladder_left_out: u64,
    /// What the selection left out of the report, if there was one.
    pub selection: Option<SelectionFacts>,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SelectionFacts {
    /// `--stream`.
    pub streams: Vec<u32>,
    /// `--port`.
    pub ports: Vec<u16>,
    /// `--until first-data`.
    pub until_first_data: bool,
}

/// A word and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The word.
    pub code: String,
    /// How often.
    pub count: u64,
}

/// S1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaptureFacts {
    /// File or interface.
    pub source: String,
    /// Link type of the first interface.
    pub link_type: Option<String>,
    /// Capture filter.
    pub filter: Option<String>,
    /// Snap length in bytes.
    pub snaplen: Option<u32>,
    /// Frames in the capture.
    pub frames: u64,
    /// Frames that hold TCP.
    pub tcp_frames: u64,
    /// Frames skipped because of their link type.
    pub skipped: u64,
    /// First frame's time.
    pub first: Option<Seconds>,
    /// Last frame's time.
    pub last: Option<Seconds>,
    /// From first to last.
    pub span: Option<Seconds>,
    /// Lost by the kernel.
    pub kernel_dropped: Option<u64>,
    /// Lost by the interface.
    pub interface_dropped: Option<u64>,
    /// Lost by our own queue.
    pub queue_dropped: u64,
    /// The file ends in the middle of a record.
    pub truncated: bool,
    /// Server ports, most connections first (bounded).
    pub service_ports: Vec<PortCount>,
    /// Only one server port, and nothing but TCP.
    pub only_service: bool,
    /// Connections whose opening (three segments) and end (both FINs acknowledged, or a RST) are in the capture.
    pub complete: u64,
    /// Connections opened in the capture whose end is not in it.
    pub open_at_end: u64,
    /// Connections that began before the capture.
    pub begun_before: u64,
}

/// A port and its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PortCount {
    /// The port.
    pub port: u16,
    /// Connections to it.
    pub connections: u64,
}

/// S2: one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConnectionRow {
    /// `tcp.stream`.
    pub stream: u32,
    /// `ip:port`.
    pub client: String,
    /// `ip:port`.
    pub server: String,
    /// The client's port.
    pub client_port: u16,
    /// The server's port.
    pub server_port: u16,
    /// Chat name of the client.
    pub name: Option<String>,
    /// Why the client is called so: `syn`, `syn_ack`, `listening_port`, `first_frame`.
    pub client_by: &'static str,
    /// The frame that shows it.
    pub client_by_frame: u64,
    /// Class of the ports: `well_known` (0-1023), `registered` (1024-49151), `dynamic` (49152-65535), RFC 6335 section 6.
    pub port_class: Both<&'static str>,
    /// First frame's time.
    pub start: Seconds,
    /// From first to last frame.
    pub duration: Seconds,
    /// Frames sent.
    pub frames: Both<u64>,
    /// Payload bytes sent, retransmissions included.
    pub bytes: Both<u64>,
    /// Messages said.
    pub messages: Both<u64>,
    /// `tcp.completeness`.
    pub completeness: u8,
    /// Zeek's `conn_state`.
    pub conn_state: &'static str,
    /// Zeek's `history`.
    pub history: String,
    /// The word that sums it up.
    pub verdict: VerdictRow,
    /// How it was opened: `not_seen`, `unanswered`, `half_open`, `complete`, `refused`, `simultaneous`.
    pub opening: &'static str,
    /// Who sent the first FIN, or the RST: `client`, `server`; absent: neither.
    pub ended_by: Option<&'static str>,
    /// How it ended: `fin`, `rst`, `refused`, `open`.
    pub ending: &'static str,
    /// First and last frame.
    pub evidence: Evidence,
}

/// A verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerdictRow {
    /// The main word.
    pub code: String,
    /// Cause of a reset.
    pub cause: Option<&'static str>,
    /// Further words that hold.
    pub also: Vec<String>,
}

/// One connection in detail.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StreamReport {
    /// `tcp.stream`.
    pub stream: u32,
    /// `ip:port`.
    pub client: String,
    /// `ip:port`.
    pub server: String,
    /// Chat name of the client.
    pub name: Option<String>,
    /// S3.
    pub handshake: HandshakeCard,
    /// S4.
    pub options: OptionsCard,
    /// S6.
    pub walk: Walk,
    /// S7.
    pub teardown: TeardownCard,
    /// S8.
    pub timing: Timing,
    /// S10.
    pub windows: Both<WindowCard>,
    /// S11: Wireshark's flags on segments of this connection, those that occur.
    pub analysis: Vec<AnalysisRow>,
    /// S13.
    pub states: Vec<StateRow>,
    /// S13: both ends' last known states.
    pub last_states: Both<&'static str>,
    /// What the program did, where session events were recorded (bounded).
    pub program: Vec<ProgramRow>,
}

/// One segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SegmentRow {
    /// Frame number.
    pub frame: u64,
    /// Epoch time.
    pub at: Seconds,
    /// Since the first frame of the capture.
    pub since_start: Seconds,
    /// `client` or `server`.
    pub sender: &'static str,
    /// Sender as `ip:port`.
    pub source: String,
    /// Receiver as `ip:port`.
    pub destination: String,
    /// Names of the bits, `SYN,ACK`.
    pub flags: String,
    /// The bits as Wireshark prints them, `0x012`.
    pub flags_hex: String,
    /// Relative sequence number.
    pub seq: u32,
    /// As sent.
    pub seq_raw: u32,
    /// Relative acknowledgment number; absent without the ACK flag.
    pub ack: Option<u32>,
    /// As sent (0 in a SYN).
    pub ack_raw: u32,
    /// Window field as sent.
    pub window: u16,
    /// The window as it counts.
    pub window_scaled: u32,
    /// Payload bytes; absent in quotes.
    pub len: Option<u32>,
    /// Relative number of the byte after this segment.
    pub next_seq: u32,
    /// TCP header bytes (20 and the options).
    pub header: u8,
    /// Byte of the frame at which the TCP header starts, counted from 0.
    pub header_at: Option<u32>,
    /// Length of the frame on the wire.
    pub frame_length: Option<u32>,
    /// Options in header order.
    pub options: Vec<OptionRow>,
    /// Part in the connection's life (`handshake-1` ...).
    pub role: Option<&'static str>,
    /// Wireshark's analysis flags.
    pub analysis: Vec<&'static str>,
    /// The frame that this one acknowledges.
    pub acks_frame: Option<u64>,
    /// Time since that frame.
    pub ack_rtt: Option<Seconds>,
    /// The first frame that acknowledged all of this one, with its delay.
    pub acked_by: Option<AckRow>,
    /// Bytes that this segment's acknowledgment number newly covers.
    pub newly_acked: Option<u32>,
    /// `seq` against the end of this side's previous segment.
    pub rule: Option<RuleRow>,
    /// What a filter shows it with.
    pub see: String,
}

/// The rule "next seq = seq + len (+1 for SYN or FIN)" applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// What the sender's earlier segments call for.
    pub expected: u32,
    /// It is so.
    pub holds: bool,
}

/// An acknowledging frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AckRow {
    /// The frame.
    pub frame: u64,
    /// Time to it.
    pub after: Seconds,
}

/// One TCP option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptionRow {
    /// Option kind.
    pub kind: u8,
    /// Short name: `MSS`, `WS`, `SACK_PERM`, `TS`, `NOP`, `EOL`, `SACK`, `kind N`.
    pub name: String,
    /// Its value, if it has one.
    pub value: Option<String>,
    /// First byte, counted from 0 at the start of the TCP header.
    pub from: u8,
    /// Last byte, likewise.
    pub to: u8,
    /// First byte, counted from 0 at the start of the frame.
    pub frame_from: Option<u32>,
    /// Last byte, likewise.
    pub frame_to: Option<u32>,
}

/// S3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HandshakeCard {
    /// `not_seen`, `unanswered`, `half_open`, `complete`, `refused`, `simultaneous`.
    pub outcome: &'static str,
    /// SYN.
    pub syn: Option<SegmentRow>,
    /// SYN,ACK, or the RST that refused.
    pub answer: Option<SegmentRow>,
    /// The third segment.
    pub ack: Option<SegmentRow>,
    /// Initial sequence numbers; absent where the SYN was not captured.
    pub isn: Both<Option<u32>>,
    /// The sums: acknowledgment number = ISN + 1.
    pub sums: Vec<SumRow>,
    /// SYN to completing ACK.
    pub duration: Option<Seconds>,
    /// Repeated SYNs and SYN,ACKs.
    pub retries: Both<u16>,
    /// Source and destination are the same socket.
    pub self_connect: bool,
    /// All its frames.
    pub evidence: Evidence,
}

/// One sum shown: `left = base + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SumRow {
    /// The frame whose acknowledgment number it is.
    pub frame: u64,
    /// Whose ISN it is: `client` or `server`.
    pub of: &'static str,
    /// The ISN.
    pub base: u32,
    /// What is added (1 for the SYN, more when it carried data).
    pub add: u32,
    /// The acknowledgment number as sent.
    pub ack_raw: u32,
    /// The sum is right.
    pub holds: bool,
}

/// S4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OptionsCard {
    /// One row per capability: `mss`, `window_scale`, `sack_permitted`, `timestamps`.
    pub negotiated: Vec<NegotiatedRow>,
    /// The headers that are shown: SYN, SYN,ACK, first data of each side.
    pub headers: Vec<HeaderRow>,
}

/// One capability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NegotiatedRow {
    /// `mss`, `window_scale`, `sack_permitted`, `timestamps`.
    pub option: &'static str,
    /// Offered by the client's SYN.
    pub client: Option<String>,
    /// Answered by the server's SYN,ACK.
    pub server: Option<String>,
    /// In effect for the connection: for `mss` what each side may send, for `window_scale` the factors, else `yes`/`no`.
    pub effective: Effective,
    /// The frames.
    pub evidence: Evidence,
}

/// What came of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effective {
    /// Both sides agreed.
    Yes,
    /// One side or none offered it.
    No,
    /// The handshake was not captured.
    Unknown,
    /// A number for each side: the largest segment it may send, or the factor of its window.
    Numbers(Both<u32>),
}

/// One header with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderRow {
    /// `syn`, `syn_ack`, `data_client`, `data_server`.
    pub which: &'static str,
    /// The segment.
    pub segment: SegmentRow,
}

/// S5: one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineRow {
    /// Number in the story, from 1.
    pub id: u64,
    /// Number of the line in the chat room's log.
    pub line: Option<u64>,
    /// `tcp.stream`.
    pub stream: u32,
    /// Who sent it: `client` or `server`.
    pub sender: &'static str,
    /// Sender as `ip:port`.
    pub source: String,
    /// Chat name of the stream's client.
    pub name: Option<String>,
    /// Epoch time of the segment that completed it.
    pub at: Seconds,
    /// Since the first frame of the capture.
    pub since_start: Seconds,
    /// `line`, `ws_text`, `http_request` ...
    pub kind: &'static str,
    /// Close code of a WebSocket Close frame.
    pub close_code: Option<u16>,
    /// What was said: UTF-8, controls and invalid bytes escaped visibly, cut to a bound.
    pub text: String,
    /// `text` is all of it.
    pub complete: bool,
    /// Relative sequence numbers of its first and last byte.
    pub seq: (u64, u64),
    /// Bytes on the wire, line end and framing included.
    pub bytes: u64,
    /// Frames that carried it (bounded).
    pub frames: Vec<u64>,
    /// How many carried it.
    pub frames_total: u32,
    /// Where its bytes lie in each of these frames, where known.
    pub in_frames: Vec<ByteSpan>,
    /// Flags of the segments that carried it.
    pub flags: Vec<String>,
    /// Messages that began in the same segment, this one included.
    pub sharing: u32,
    /// The TCP ACK that covered its last byte.
    pub ack: Option<AckRow>,
    /// The first data that the other side of the connection sent afterwards: the program's answer.
    pub answer: Option<AckRow>,
    /// No such data came (else: not known, because details were folded).
    pub unanswered: bool,
    /// The message that this one is a copy of.
    pub copy_of: Option<u64>,
    /// Copies of it to other connections.
    pub copies: Vec<CopyRow>,
    /// Connections that should get a copy, and how many did.
    pub delivered: Option<(u32, u32)>,
    /// A filter that shows the frames.
    pub see: String,
}

/// Bytes of a frame, counted from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ByteSpan {
    /// The frame.
    pub frame: u64,
    /// First byte.
    pub from: u32,
    /// Last byte.
    pub to: u32,
}

/// One copy of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyRow {
    /// The receiver's connection.
    pub stream: u32,
    /// The frame that completed the copy.
    pub frame: u64,
    /// Time from the line to the copy.
    pub after: Seconds,
    /// The receiver's ACK.
    pub ack: Option<AckRow>,
}

/// Several messages in one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The frame.
    pub frame: u64,
    /// How many began in it.
    pub messages: u32,
    /// The first of them.
    pub first: u64,
}

/// `--find`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The text, made visible.
    pub text: String,
    /// Messages that hold it (bounded).
    pub lines: Vec<LineRow>,
    /// How many do.
    pub total: u64,
}

/// S6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Walk {
    /// The first segments.
    pub rows: Vec<SegmentRow>,
    /// Segments without a row.
    pub folded: u64,
    /// Rows where the rule held, and rows where it was checked.
    pub holds: (u64, u64),
    /// Bytes newly acknowledged by one ACK, by each side's ACKs.
    pub bytes_per_ack: Both<Option<Spread>>,
}

/// Smallest, median and largest of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Smallest.
    pub min: i64,
    /// Median of the first samples (bounded).
    pub median: i64,
    /// Largest.
    pub max: i64,
    /// Number of values.
    pub count: u64,
}

/// S7.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TeardownCard {
    /// `open`, `half_closed`, `closed`, `reset`, `refused`, `not_started`.
    pub outcome: &'static str,
    /// Sender of the first FIN.
    pub first_fin_by: Option<&'static str>,
    /// The four roles in order: `fin-1`, `fin-1-ack`, `fin-2`, `fin-2-ack`.
    pub roles: Vec<RoleRow>,
    /// 3 or 4 for a complete orderly close.
    pub segments: Option<u8>,
    /// Both FINs crossed.
    pub simultaneous: bool,
    /// First FIN to last ACK.
    pub duration: Option<Seconds>,
    /// First FIN to second FIN.
    pub half_closed: Option<Seconds>,
    /// Payload bytes sent into the half-closed connection.
    pub half_close_bytes: u64,
    /// The RST.
    pub reset: Option<ResetRow>,
    /// WebSocket Close frames.
    pub ws_closes: Vec<WsCloseRow>,
    /// The application protocol is WebSocket.
    pub websocket: bool,
    /// Why the program says the session ended.
    pub program_reason: Option<&'static str>,
    /// All its frames.
    pub evidence: Evidence,
}

/// One of the four roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleRow {
    /// `fin-1`, `fin-1-ack`, `fin-2`, `fin-2-ack`.
    pub role: &'static str,
    /// The segment; absent: not in the capture.
    pub segment: Option<SegmentRow>,
    /// The role that the same segment played before.
    pub same_as: Option<&'static str>,
    /// For the ACKs: acknowledgment number = sequence number of the FIN + 1.
    pub sum: Option<SumRow>,
}

/// A RST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResetRow {
    /// Sender.
    pub by: &'static str,
    /// The segment, where its details were kept.
    pub segment: Option<SegmentRow>,
    /// The frame.
    pub frame: u64,
    /// Likely cause; `unknown` where the frames do not tell.
    pub cause: &'static str,
    /// Its sequence number is the next one its receiver expects.
    pub exact: bool,
}

/// A WebSocket Close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WsCloseRow {
    /// Sender.
    pub by: &'static str,
    /// Close code.
    pub code: u16,
    /// The frame.
    pub frame: u64,
}

/// S8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// SYN to completing ACK.
    pub open: Option<Seconds>,
    /// First FIN to last ACK, or to the RST.
    pub close: Option<Seconds>,
    /// `tcp.analysis.initial_rtt`.
    pub initial_rtt: Option<Seconds>,
    /// ACK times of the data each side sent (nanoseconds).
    pub rtt: Both<Option<Spread>>,
    /// From a line of the client to the first data of the server (nanoseconds).
    pub reply: Option<Spread>,
    /// Throughput of each direction.
    pub throughput: Both<Option<Throughput>>,
    /// The time-sequence graph.
    #[serde(skip)]
    pub graph: Option<Picture>,
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

/// A drawing; not part of the JSON form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// A whole `<svg>` element.
    pub svg: String,
    /// The same in characters (graphs) or as Mermaid (the ladder).
    pub text: String,
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
    /// `handshake`, `data`, `ack`, `close`, `reset`, `other`.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// The code.
    pub code: &'static str,
    /// Cause of a reset.
    pub cause: Option<&'static str>,
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

/// S13: both ends after one frame that changed a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateRow {
    /// The frame.
    pub frame: u64,
    /// Since the first frame of the capture.
    pub since_start: Seconds,
    /// Who sent it.
    pub sender: &'static str,
    /// Its flags.
    pub flags: String,
    /// Both states after it.
    pub state: Both<&'static str>,
    /// Proved by a segment this end sent (else inferred).
    pub seen: Both<bool>,
}

/// What the program did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgramRow {
    /// Epoch time.
    pub at: Seconds,
    /// `connected`, `read`, `wrote`, `said`, `shutdown`, `disconnected` ...
    pub what: &'static str,
    /// Reason or count.
    pub detail: Option<String>,
    /// First and last frame that carried the bytes.
    pub frames: Option<(u64, u64)>,
}
