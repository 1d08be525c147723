//! One connection in detail: its segments, their options, its states (S6, S13). Must not know: layout, prose.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    AnalysisRow, Both, HandshakeCard, OptionsCard, Seconds, TeardownCard, Timing, WindowCard,
    as_number,
};

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
    /// A Wireshark display filter that shows it.
    pub see: String,
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
    /// S13: both ends before the first segment: `CLOSED`, `LISTEN`, `no_listener`, or `?`.
    pub states_before: Both<&'static str>,
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
    /// What Wireshark's Info column says of it.
    pub info: String,
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

/// S6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Walk {
    /// The first segments.
    pub rows: Vec<SegmentRow>,
    /// Segments without a row.
    pub folded: u64,
    /// Segments for which the rule held, and segments for which it was checked, those without a row included.
    pub holds: (u64, u64),
    /// Frames of the first segments where it did not, with a row or without.
    #[serde(skip)]
    pub broken: Vec<u64>,
    /// Bytes newly acknowledged by one ACK, by each side's ACKs.
    pub bytes_per_ack: Both<Option<Spread>>,
}

/// A number of halves: the median of an even number of whole ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halves(pub i64);

impl fmt::Display for Halves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let half = if self.0 % 2 == 0 { "" } else { ".5" };
        write!(f, "{sign}{}{half}", self.0.unsigned_abs() / 2)
    }
}

impl Serialize for Halves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        as_number(self, serializer)
    }
}

/// Smallest, median and largest of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Smallest.
    pub min: i64,
    /// Median; of more than 1024 values that of evenly chosen ones.
    pub median: Halves,
    /// Largest.
    pub max: i64,
    /// Number of values.
    pub count: u64,
}

/// Smallest, median and largest of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimeSpread {
    /// Smallest.
    pub min: Seconds,
    /// Median; of more than 1024 values that of evenly chosen ones.
    pub median: Seconds,
    /// Largest.
    pub max: Seconds,
    /// Number of values.
    pub count: u64,
}

impl From<Spread> for TimeSpread {
    /// Of nanoseconds.
    fn from(nanos: Spread) -> Self {
        Self {
            min: Seconds(nanos.min),
            median: Seconds(nanos.median.0 / 2),
            max: Seconds(nanos.max),
            count: nanos.count,
        }
    }
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
