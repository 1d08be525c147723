//! Counts over all segments of the report: flag combinations by class, single bits, Wireshark's analysis flags.

use std::cmp::Reverse;

use super::filters::frames_filter;
use super::model::{AnalysisRow, BitRow, Both, CensusRow, Evidence};
use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, FrameRole, PerSide};
use crate::timeline::PacketEntry;
use crate::view::entries::LIFECYCLE;

/// Frames kept as evidence of a count.
pub(super) const MAX_EVIDENCE: usize = 8;

/// The first frames of something that is counted.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: PerSide<u64>,
    frames: Vec<u64>,
}

impl Tally {
    fn add(&mut self, packet: &PacketEntry) {
        *self.count.of_mut(packet.observation.side) += 1;
        if self.frames.len() < MAX_EVIDENCE {
            self.frames.push(packet.frame);
        }
    }

    fn evidence(&self, see: String) -> Evidence {
        Evidence {
            frames: self.frames.clone(),
            see,
        }
    }

    const fn total(&self) -> u64 {
        self.count.client + self.count.server
    }
}

/// The classes of S9, in the order of a connection's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Handshake,
    Data,
    Ack,
    Close,
    Reset,
}

impl Class {
    fn of(packet: &PacketEntry) -> Self {
        if packet.flags.rst() {
            return Self::Reset;
        }
        if packet.flags.syn() {
            return Self::Handshake;
        }
        if packet.flags.fin() {
            return Self::Close;
        }
        if packet.len.unwrap_or(0) > 0 {
            return Self::Data;
        }
        match packet.observation.role {
            FrameRole::HandshakeAck => Self::Handshake,
            FrameRole::FirstFinAck | FrameRole::SecondFinAck => Self::Close,
            _ => Self::Ack,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Data => "data",
            Self::Ack => "ack",
            Self::Close => "close",
            Self::Reset => "reset",
        }
    }
}

/// The bits that students are asked to count.
const BITS: [(TcpFlags, &str, &str); 5] = [
    (TcpFlags::SYN, "SYN", "tcp.flags.syn==1"),
    (TcpFlags::FIN, "FIN", "tcp.flags.fin==1"),
    (TcpFlags::RST, "RST", "tcp.flags.reset==1"),
    (TcpFlags::PSH, "PSH", "tcp.flags.push==1"),
    (TcpFlags::URG, "URG", "tcp.flags.urg==1"),
];

/// All counts.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    census: Vec<(Class, TcpFlags, Tally)>,
    bits: [Tally; BITS.len()],
    flagged: Flagged,
}

/// A count for each of Wireshark's analysis flags.
type AllFlags = [Tally; AnalysisFlags::NAMES.len()];

/// Wireshark's analysis flags, counted; costs nothing while there are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Flagged(Option<Box<AllFlags>>);

impl Flagged {
    /// Counts one segment.
    pub(super) fn take(&mut self, packet: &PacketEntry) {
        let analysis = packet.observation.analysis;
        if analysis.is_empty() {
            return;
        }
        let tallies = self.0.get_or_insert_default();
        for ((flag, _), tally) in AnalysisFlags::NAMES.iter().zip(tallies.iter_mut()) {
            if analysis.contains(*flag) {
                tally.add(packet);
            }
        }
    }

    /// Every flag, also those that never came.
    pub(super) fn rows(&self) -> Vec<AnalysisRow> {
        let none = AllFlags::default();
        let tallies = self.0.as_deref().unwrap_or(&none);
        AnalysisFlags::NAMES
            .iter()
            .zip(tallies)
            .map(|((_, flag), tally)| AnalysisRow {
                flag,
                count: tally.total(),
                evidence: tally.evidence(analysis_filter(flag)),
            })
            .collect()
    }
}

/// Wireshark's filter for the plain flag finds its two special kinds as well: they have rows of their own.
fn analysis_filter(flag: &str) -> String {
    match flag {
        "retransmission" => "tcp.analysis.retransmission && !tcp.analysis.fast_retransmission \
                             && !tcp.analysis.spurious_retransmission"
            .to_owned(),
        flag => format!("tcp.analysis.{flag}"),
    }
}

impl Tallies {
    /// Counts one segment.
    pub(super) fn take(&mut self, packet: &PacketEntry) {
        let class = Class::of(packet);
        let flags = TcpFlags(packet.flags.0 & TcpFlags::MASK);
        let known = self
            .census
            .iter_mut()
            .find(|(c, f, _)| *c == class && *f == flags);
        if let Some((.., tally)) = known {
            tally.add(packet);
        } else {
            let mut tally = Tally::default();
            tally.add(packet);
            self.census.push((class, flags, tally));
        }
        for ((bit, ..), tally) in BITS.iter().zip(&mut self.bits) {
            if packet.flags.contains(*bit) {
                tally.add(packet);
            }
        }
        self.flagged.take(packet);
    }

    /// S9, by class, most frequent first.
    pub(super) fn census(&self) -> Vec<CensusRow> {
        let mut rows: Vec<_> = self.census.iter().collect();
        rows.sort_by_key(|(class, flags, tally)| (*class, Reverse(tally.total()), flags.0));
        rows.into_iter()
            .map(|(class, flags, tally)| CensusRow {
                class: class.name(),
                flags: flags.to_string(),
                flags_hex: format!("0x{:03x}", flags.0),
                count: Both {
                    client: tally.count.client,
                    server: tally.count.server,
                },
                evidence: tally.evidence(census_filter(*class, *flags, tally)),
            })
            .collect()
    }

    /// S9, single bits.
    pub(super) fn bit_rows(&self) -> Vec<BitRow> {
        BITS.iter()
            .zip(&self.bits)
            .map(|((_, flag, see), tally)| BitRow {
                flag,
                count: tally.total(),
                evidence: tally.evidence((*see).to_owned()),
            })
            .collect()
    }

    /// S11, every analysis flag, also those that never came.
    pub(super) fn analysis_rows(&self) -> Vec<AnalysisRow> {
        self.flagged.rows()
    }
}

/// A filter for a row: by flags where that is the class. ACKs of handshakes and closes look like any other: where only the
/// analysis tells them apart, the frames are named as well, as far as they are kept.
fn census_filter(class: Class, flags: TcpFlags, tally: &Tally) -> String {
    let by_flags = format!("tcp.flags==0x{:03x}", flags.0);
    let pure_ack = !flags.intersects(LIFECYCLE);
    match class {
        Class::Data => format!("{by_flags} && tcp.len>0"),
        _ if !pure_ack => by_flags,
        _ if tally.total() > tally.frames.len() as u64 => format!("{by_flags} && tcp.len==0"),
        _ => format!(
            "{by_flags} && tcp.len==0 && {}",
            frames_filter(&tally.frames)
        ),
    }
}
