//! The report as typed values: the contract of `--format json` and the source of every rendering. No prose, no layout.
//!
//! Codes are never translated. `frames` are capture frame numbers (from 1), `see` is a Wireshark display filter that shows
//! them; every time is epoch seconds with nine decimals, every duration seconds with nine decimals; `null` is not known or
//! does not apply. `docs/report-json.md` says the same to users: a field added here has a row there.

mod cards;
mod figures;
mod lines;
mod stream;

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::net::{Nanos, Timestamp};

pub use cards::*;
pub use figures::*;
pub use lines::*;
pub use stream::*;

/// Version of the JSON form. Fields may be added under the same number; a renamed or removed field raises it.
pub const SCHEMA: u32 = 1;

/// A time or a duration in nanoseconds; in JSON seconds with exactly nine decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub Nanos);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Timestamp::from_nanos(self.0).fmt(f)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        as_number(self, serializer)
    }
}

/// Every digit as it is shown: a float would lose some.
fn as_number<S: Serializer>(number: &impl fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(number.to_string())
        .map_err(serde::ser::Error::custom)?
        .serialize(to)
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
    /// The filter expression by which frames were read; streams are numbered among those.
    pub read_filter: Option<String>,
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
    /// Numbers of the first and the last frame.
    pub numbers: (u64, u64),
    /// First frame's time.
    pub first: Option<Seconds>,
    /// Last frame's time.
    pub last: Option<Seconds>,
    /// From first to last.
    pub span: Option<Seconds>,
    /// Frames whose TCP header or payload the snap length cut.
    pub cut_frames: u64,
    /// Fragmented IP datagrams given up unfinished to bound memory.
    pub datagrams_forgotten: u64,
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
    /// Connections that were refused, not answered, or whose handshake is not finished in the capture.
    pub never_opened: u64,
    /// All connections of the capture, whatever the report is about.
    pub connections: u64,
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
    /// Why the client is called so: `syn`, `syn_ack`, `listening_port`, `well_known_port`, `first_frame`.
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
    /// How it ended.
    pub ending: Ending,
    /// The frame that refused it; in JSON it stands in the handshake of the connection.
    #[serde(skip)]
    pub refusal: Option<u64>,
    /// First and last frame.
    pub evidence: Evidence,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Both FINs, both acknowledged.
    Fin,
    /// Both FINs; an ACK of one is not in the capture.
    FinUnconfirmed,
    /// A RST.
    Rst,
    /// It never began: the SYN was answered by RST.
    Refused,
    /// It never began: the handshake was not completed.
    NeverOpened,
    /// Not in the capture.
    #[default]
    Open,
}

impl Ending {
    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fin => "fin",
            Self::FinUnconfirmed => "fin_unconfirmed",
            Self::Rst => "rst",
            Self::Refused => "refused",
            Self::NeverOpened => "never_opened",
            Self::Open => "open",
        }
    }
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

/// A drawing; not part of the JSON form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// A whole `<svg>` element.
    pub svg: String,
    /// The same in characters (graphs) or as Mermaid (the ladder).
    pub text: String,
}
