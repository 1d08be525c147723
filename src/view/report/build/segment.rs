//! One segment as a row: numbers relative and as sent, options with their bytes, the ACK that answered it.

use super::super::book::{Book, Kept};
use super::super::collect::Collector;
use super::super::filters::frame_filter;
use super::super::layout::FIXED_HEADER;
use super::super::model::{AckRow, OptionRow, Seconds, SegmentRow};
use super::super::pace::ahead;
use super::seconds;
use crate::packet::TcpOption;
use crate::timeline::PacketEntry;
use crate::view::wireshark::info;

/// The row of a segment that has one in the book.
pub(super) fn kept(collector: &Collector, book: &Book, kept: &Kept) -> SegmentRow {
    SegmentRow {
        newly_acked: kept.newly_acked,
        rule: kept.rule,
        ..row(collector, book, &kept.entry)
    }
}

/// The row of any segment.
pub(super) fn row(collector: &Collector, book: &Book, packet: &PacketEntry) -> SegmentRow {
    let o = &packet.observation;
    let placed = collector.layout.of(packet.frame);
    let options = packet.options.options();
    let header = FIXED_HEADER + options.0.len();
    let header_at = placed.map(|placed| placed.header_at);
    SegmentRow {
        frame: packet.frame,
        at: seconds(packet.at),
        since_start: Seconds(packet.at.since(collector.origin())),
        sender: o.side.name(),
        source: packet.source.to_string(),
        destination: packet.destination.to_string(),
        flags: packet.flags.to_string(),
        flags_hex: format!("0x{:03x}", packet.flags.0),
        seq: o.seq,
        seq_raw: packet.seq_raw.0,
        ack: packet.flags.ack().then_some(o.ack),
        ack_raw: packet.ack_raw.0,
        window: packet.window,
        window_scaled: o.window_scaled,
        len: packet.len,
        next_seq: o.next_seq,
        header: header as u8,
        header_at,
        frame_length: placed.map(|placed| {
            placed.header_at + header as u32 + packet.len.unwrap_or(0) + placed.trailer
        }),
        options: option_rows(packet, header_at),
        info: info(packet),
        role: o.role.code(),
        analysis: o.analysis.names().collect(),
        acks_frame: o.acks_frame,
        ack_rtt: o.ack_rtt.map(Seconds),
        acked_by: acked_by(book, packet),
        newly_acked: None,
        rule: None,
        see: frame_filter(packet.frame),
    }
}

/// The first frame of the other side whose acknowledgment number covers all of this segment.
pub(super) fn acked_by(book: &Book, packet: &PacketEntry) -> Option<AckRow> {
    let o = &packet.observation;
    if !o.analysed || o.next_seq == o.seq {
        return None; // takes no sequence space: nothing to acknowledge
    }
    ack_of(book, packet, o.next_seq)
}

/// The first frame of the other side after `packet` that acknowledges up to `end` (relative).
pub(super) fn ack_of(book: &Book, packet: &PacketEntry, end: u32) -> Option<AckRow> {
    let other = packet.observation.side.other();
    let covers = |later: &PacketEntry| {
        later.flags.ack() && later.observation.analysed && ahead(later.observation.ack, end) >= 0
    };
    let (frame, after) = book.after(packet.frame, packet.at, other, covers)?;
    Some(AckRow {
        frame,
        after: Seconds(after),
    })
}

/// The options of a header with their places.
fn option_rows(packet: &PacketEntry, header_at: Option<u32>) -> Vec<OptionRow> {
    let options = packet.options.options();
    options
        .iter()
        .map(|(offset, option)| {
            let from = FIXED_HEADER + offset;
            let to = from + size_of_option(options.0, offset) - 1;
            let (kind, name, value) = describe(option);
            OptionRow {
                kind,
                name,
                value,
                from: from as u8,
                to: to as u8,
                frame_from: header_at.map(|at| at + from as u32),
                frame_to: header_at.map(|at| at + to as u32),
            }
        })
        .collect()
}

/// Bytes of the option at `offset`; its length byte was checked when it was read.
fn size_of_option(options: &[u8], offset: usize) -> usize {
    match options.get(offset) {
        Some(0 | 1) | None => 1,
        Some(_) => usize::from(options.get(offset + 1).copied().unwrap_or(2)).max(2),
    }
}

/// Kind, short name and value, named as Wireshark's Info column names them.
fn describe(option: TcpOption<'_>) -> (u8, String, Option<String>) {
    match option {
        TcpOption::EndOfList => (0, "EOL".to_owned(), None),
        TcpOption::NoOperation => (1, "NOP".to_owned(), None),
        TcpOption::MaximumSegmentSize(mss) => (2, "MSS".to_owned(), Some(mss.to_string())),
        TcpOption::WindowScale(shift) => {
            let factor = 1_u32 << shift.min(14);
            (3, "WS".to_owned(), Some(format!("{shift} (x{factor})")))
        }
        TcpOption::SackPermitted => (4, "SACK_PERM".to_owned(), None),
        TcpOption::Sack(blocks) => {
            let edges: Vec<_> = blocks
                .iter()
                .map(|(left, right)| format!("{}-{}", left.0, right.0))
                .collect();
            (5, "SACK".to_owned(), Some(edges.join(" ")))
        }
        TcpOption::Timestamps { value, echo } => (
            8,
            "TS".to_owned(),
            Some(format!("TSval={value} TSecr={echo}")),
        ),
        TcpOption::Other { kind, data } => {
            let hex: Vec<_> = data.iter().map(|byte| format!("{byte:02x}")).collect();
            let hex = hex.concat();
            (
                kind,
                format!("kind {kind}"),
                Some(hex).filter(|hex| !hex.is_empty()),
            )
        }
    }
}
