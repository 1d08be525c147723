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

/// ACKs of handshakes and closes that filters name one by one: a display filter of about 1 KiB.
const MAX_NAMED: usize = 128;

/// The first frames of something that is counted.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: PerSide<u64>,
    frames: Vec<u64>,
}

/// Pure ACKs that belong to a handshake or a close, in the order of the capture: for a filter they look like any other.
#[derive(Debug, Default)]
struct Named {
    /// Class and frame, the first [`MAX_NAMED`].
    frames: Vec<(Class, u64)>,
    /// There were more: filters that leave them out or show them all are not possible.
    more: bool,
}

impl Named {
    fn add(&mut self, class: Class, frame: u64) {
        if self.frames.len() < MAX_NAMED {
            self.frames.push((class, frame));
        } else {
            self.more = true;
        }
    }

    /// Those of one class, or all.
    fn of(&self, class: Option<Class>) -> Vec<u64> {
        let wanted = |other: Class| class.is_none_or(|class| class == other);
        let named = self.frames.iter().filter(|(other, _)| wanted(*other));
        named.map(|&(_, frame)| frame).collect()
    }
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
    named: Named,
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
        if matches!(class, Class::Handshake | Class::Close) && flags == TcpFlags::ACK {
            self.named.add(class, packet.frame);
        }
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
                evidence: tally.evidence(self.census_filter(*class, *flags, tally)),
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

    /// A filter for a row: by flags where that is the class. ACKs of handshakes and closes look like any other: where only the
    /// analysis tells them apart, frames are named as well, as far as they are kept.
    fn census_filter(&self, class: Class, flags: TcpFlags, tally: &Tally) -> String {
        let by_flags = format!("tcp.flags==0x{:03x}", flags.0);
        if class == Class::Data {
            return format!("{by_flags} && tcp.len>0");
        }
        if flags.intersects(LIFECYCLE) {
            return by_flags;
        }
        let empty = format!("{by_flags} && tcp.len==0");
        let all_listed = tally.total() <= tally.frames.len() as u64;
        let plain = flags == TcpFlags::ACK && !self.named.more;
        if all_listed {
            format!("{empty} && {}", frames_filter(&tally.frames))
        } else if plain && class == Class::Ack {
            match frames_filter(&self.named.of(None)).as_str() {
                "" => empty,
                others => format!("{empty} && !({others})"),
            }
        } else if plain {
            let mine = self.named.of(Some(class));
            format!("{empty} && {}", frames_filter(&mine))
        } else {
            empty
        }
    }
}
