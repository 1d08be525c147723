//! Whole connections through the analyser. Expected values are what tshark 4.0.17 printed and what RFC 9293 says,
//! never our own output.

mod life;
mod limits;
mod lone;
mod multipath;
mod prediction;
mod rules;
mod words;

use super::*;
use crate::net::{Endpoint, Timestamp};
use crate::packet::{Segment, SegmentOrigin, SeqNumber, TcpFlags, TcpOptions};

pub(crate) const C: usize = 0;
pub(crate) const S: usize = 1;
/// Initial sequence numbers of client and server.
pub(crate) const ISN: [u32; 2] = [1000, 5000];

/// Plays segments between a client and a server, numbers relative to their ISNs, one millisecond apart.
pub(crate) struct Play {
    pub(crate) analyzer: Analyzer,
    pub(crate) ends: [Endpoint; 2],
    pub(crate) now: i64,
    pub(crate) frame: u64,
    pub(crate) window: u16,
    pub(crate) options: [Vec<u8>; 2],
    pub(crate) isn: [u32; 2],
    pub(crate) origin: SegmentOrigin,
}

impl Play {
    pub(crate) fn new() -> Self {
        let end = |text: &str| text.parse().expect("an endpoint");
        Self {
            analyzer: Analyzer::new(Limits::replay()),
            ends: [end("127.0.0.1:40000"), end("127.0.0.1:7000")],
            now: 1_000_000_000,
            frame: 0,
            window: 65535,
            options: [Vec::new(), Vec::new()],
            isn: ISN,
            origin: SegmentOrigin::Direct,
        }
    }

    /// After a normal handshake (3 frames).
    pub(crate) fn open() -> Self {
        let mut play = Self::new();
        play.send(C, "S", 0, 0, 0);
        play.send(S, "SA", 0, 1, 0);
        play.send(C, "A", 1, 1, 0);
        play
    }

    /// Lets time pass, in microseconds, before the next frame (which itself adds a millisecond).
    pub(crate) fn wait(&mut self, micros: i64) -> &mut Self {
        self.now += micros * 1000;
        self
    }

    /// One segment; flags as the letters S A F R P; an ack of 0 without A is the raw field 0.
    pub(crate) fn send(
        &mut self,
        from: usize,
        flags: &str,
        seq: u32,
        ack: u32,
        len: u32,
    ) -> Observation {
        let header_length = 20 + self.options[from].len() as u8;
        self.send_claiming((from, flags), header_length, seq, ack, len)
    }

    /// The same with a header that says that it is this long; what there is of its options ends with them.
    pub(crate) fn send_claiming(
        &mut self,
        (from, flags): (usize, &str),
        header_length: u8,
        seq: u32,
        ack: u32,
        len: u32,
    ) -> Observation {
        let bit = |letter| match letter {
            'S' => TcpFlags::SYN,
            'A' => TcpFlags::ACK,
            'F' => TcpFlags::FIN,
            'R' => TcpFlags::RST,
            'P' => TcpFlags::PSH,
            other => panic!("no flag {other}"),
        };
        let flags = flags
            .chars()
            .map(bit)
            .fold(TcpFlags::default(), TcpFlags::union);
        self.now += 1_000_000;
        self.frame += 1;
        let options = self.options[from].clone();
        self.analyzer.handle(&Segment {
            frame: self.frame,
            timestamp: Timestamp::from_nanos(self.now),
            source: self.ends[from],
            destination: self.ends[1 - from],
            seq: SeqNumber(self.isn[from].wrapping_add(seq)),
            ack: SeqNumber(if flags.ack() {
                self.isn[1 - from].wrapping_add(ack)
            } else {
                ack
            }),
            flags,
            window: self.window,
            urgent: 0,
            len,
            header_length,
            header_captured: 20 + options.len() as u8,
            options: TcpOptions(&options),
            payload: &[],
            origin: self.origin,
            ip_length: 40 + options.len() as u32 + len,
            effective: None,
        })
    }

    /// The only stream's summary.
    pub(crate) fn summary(&self) -> StreamSummary {
        self.analyzer.summary(StreamId(0)).expect("stream 0")
    }
}

/// Both states as text, inferred ones with `*`.
pub(crate) fn states(seen: Observation) -> String {
    let one = |state: ObservedState| match state.certainty {
        Certainty::Seen => state.state.to_string(),
        Certainty::Inferred => format!("{}*", state.state),
    };
    format!("{} {}", one(seen.client_state), one(seen.server_state))
}

/// The analysis flags as text.
pub(crate) fn flags(seen: Observation) -> String {
    seen.analysis.names().collect::<Vec<_>>().join(" ")
}
