//! How one side's data goes out while its packets pass: flights, what is under way, segments per ACK. Must not know: layout, prose.

use std::collections::VecDeque;

use super::model::Flight;
use super::samples::Samples;
use super::tallies::MAX_EVIDENCE;
use crate::net::Timestamp;
use crate::tcp::AnalysisFlags;
use crate::timeline::PacketEntry;

/// How far a relative number lies ahead of another on the circle; negative: behind it.
pub(super) const fn ahead(number: u32, of: u32) -> i32 {
    number.wrapping_sub(of) as i32
}

/// Data segments that lab sheets ask the round-trip times of.
const FIRST_SEGMENTS: usize = 6;

/// Segments whose ACK is waited for (4 B each): 3 MB in flight at an MSS of 1460; further ones are not counted.
const MAX_PENDING: usize = 2_048;

/// A segment that carried new data, and the first ACK that covers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) frame: u64,
    pub(super) at: Timestamp,
    /// Relative sequence number.
    pub(super) seq: u32,
    end: u32,
    pub(super) bytes: u32,
    pub(super) ack: Option<(u64, Timestamp)>,
    /// Bytes of it were sent again before that ACK.
    pub(super) again: bool,
}

/// Data of one side, under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    /// Segments with payload, and those of them that Wireshark calls retransmissions.
    pub(super) segments: u64,
    pub(super) again: u64,
    /// What went out until the first ACK of data.
    pub(super) first_flight: Option<Flight>,
    first_acked: bool,
    /// Frame and `tcp.analysis.bytes_in_flight` where it was largest.
    pub(super) most: Option<(u64, u32)>,
    /// Data segments that one ACK newly covered.
    pub(super) per_ack: Samples,
    /// ACKs that covered more than one: how many, the first of them.
    pub(super) joint: (u64, Vec<u64>),
    /// Relative ends of segments not acknowledged yet.
    pending: VecDeque<u32>,
    /// The first segments with new data.
    pub(super) first: Vec<Sample>,
}

impl Pace {
    /// A segment of this side; `fresh`: payload bytes that were not sent before.
    pub(super) fn sent(&mut self, packet: &PacketEntry, fresh: u32) {
        let seen = &packet.observation;
        if let Some(bytes) = seen.bytes_in_flight
            && self.most.is_none_or(|(_, most)| bytes > most)
        {
            self.most = Some((packet.frame, bytes));
        }
        if packet.len.unwrap_or(0) == 0 || packet.flags.rst() {
            return;
        }
        self.segments += 1;
        self.again += u64::from(seen.analysis.intersects(AnalysisFlags::SENT_AGAIN));
        for sample in &mut self.first {
            let overlaps = ahead(seen.seq, sample.end) < 0 && ahead(seen.next_seq, sample.seq) > 0;
            sample.again |= sample.ack.is_none() && overlaps;
        }
        if fresh == 0 {
            return;
        }
        if self.first.len() < FIRST_SEGMENTS {
            self.first.push(Sample {
                frame: packet.frame,
                at: packet.at,
                seq: seen.seq,
                end: seen.next_seq,
                bytes: packet.len.unwrap_or(0),
                ack: None,
                again: false,
            });
        }
        if !self.first_acked {
            let flight = self.first_flight.get_or_insert(Flight {
                segments: 0,
                bytes: 0,
                from_frame: packet.frame,
                to_frame: packet.frame,
            });
            flight.segments += 1;
            flight.bytes += u64::from(fresh);
            flight.to_frame = packet.frame;
        }
        if self.pending.len() < MAX_PENDING {
            self.pending.push_back(seen.next_seq);
        }
    }

    /// The acknowledgment number of a segment of the other side.
    pub(super) fn acked(&mut self, packet: &PacketEntry) {
        let (frame, ack) = (packet.frame, packet.observation.ack);
        for sample in &mut self.first {
            if sample.ack.is_none() && ahead(ack, sample.end) >= 0 {
                sample.ack = Some((frame, packet.at));
            }
        }
        let mut covered = 0;
        while self
            .pending
            .front()
            .is_some_and(|end| ahead(ack, *end) >= 0)
        {
            self.pending.pop_front();
            covered += 1;
        }
        if covered == 0 {
            return;
        }
        self.first_acked = true;
        self.per_ack.push(covered);
        if covered > 1 {
            self.joint.0 += 1;
            if self.joint.1.len() < MAX_EVIDENCE {
                self.joint.1.push(frame);
            }
        }
    }
}
