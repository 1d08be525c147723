//! S5: messages with the segments that carried them, their ACK, the program's answer and their copies.

use super::super::book::Book;
use super::super::collect::Collector;
use super::super::filters::frames_filter;
use super::super::layout::FIXED_HEADER;
use super::super::lines::{HeardCopy, Line};
use super::super::model::{AckRow, ByteSpan, CopyRow, Found, Heard, LineRow, Seconds};
use super::segment::ack_of;
use super::{MAX_NAME, seconds};
use crate::message::MessageKind;
use crate::net::{Nanos, Timestamp};
use crate::tcp::Side;
use crate::text::{visible, visible_cut};
use crate::timeline::{Acknowledged, CopyEntry, MessageEntry, PacketEntry};

/// What a side sends within this time belongs together: an answer may be to all of it.
const ONE_BREATH: Nanos = 50_000_000;

/// The row of a kept message.
pub(super) fn row(collector: &Collector, line: &Line) -> LineRow {
    let mut row = message_row(collector, &line.message, &line.copies);
    row.copies = line
        .copies
        .iter()
        .map(|copy| CopyRow {
            stream: copy.stream.0,
            frame: copy.frame,
            after: Seconds(copy.after),
            ack: copy.ack.map(ack_row),
            heard: line
                .heard
                .iter()
                .find(|heard| heard.message == copy.message)
                .map(|heard| self::heard(collector, copy, heard)),
        })
        .collect();
    row.unlisted = line.unlisted;
    if let Some(delivery) = &line.delivery {
        row.ack = row.ack.or(delivery.ack.map(ack_row));
        row.delivered = Some(delivery.copies);
    }
    row
}

fn heard(collector: &Collector, copy: &CopyEntry, heard: &HeardCopy) -> Heard {
    let book = collector.books.get(&copy.stream.0);
    Heard {
        sender: heard.side.name(),
        text: heard.text.clone(),
        complete: heard.complete,
        segments: heard.segments,
        answer: book.and_then(|book| spoken(collector, book, heard.side, copy.frame, heard.at)),
    }
}

/// The answer to `--find`.
pub(super) fn found(collector: &Collector) -> Option<Found> {
    let text = collector.selection.find.as_ref()?;
    let found = |message: &MessageEntry| match collector.lines.line(message.id) {
        Some(line) => row(collector, line),
        None => message_row(collector, message, &[]),
    };
    Some(Found {
        text: visible(text),
        lines: collector.lines.found.iter().map(found).collect(),
        total: collector.lines.found_total,
    })
}

/// A message without its copies.
fn message_row(collector: &Collector, entry: &MessageEntry, copies: &[CopyEntry]) -> LineRow {
    let book = collector.books.get(&entry.stream.0);
    let message = &entry.message;
    let source = match entry.side {
        Side::Client => entry.connection.client,
        Side::Server => entry.connection.server,
    };
    let frames = entry.frames.iter();
    let carried: Vec<&PacketEntry> = frames.filter_map(|frame| book?.packet(*frame)).collect();
    let completing = book.and_then(|book| Some((book, book.packet(entry.last_frame)?)));
    let answer = book.and_then(|book| answer(collector, book, entry, copies));
    LineRow {
        id: entry.id,
        line: entry.line,
        stream: entry.stream.0,
        sender: entry.side.name(),
        source: source.to_string(),
        name: entry
            .name
            .as_deref()
            .map(|name| visible_cut(name.as_bytes(), MAX_NAME)),
        at: seconds(entry.at),
        since_start: Seconds(entry.at.since(collector.origin())),
        kind: message.kind.code(),
        close_code: match message.kind {
            MessageKind::WsClose(code) => Some(code),
            _ => None,
        },
        text: visible(&message.text),
        complete: message.complete,
        seq: (message.bytes.start + 1, message.bytes.end),
        bytes: message.bytes.end.saturating_sub(message.bytes.start),
        frames: entry.frames.to_vec(),
        last_frame: entry.last_frame,
        frames_total: entry.frames_total,
        in_frames: carried
            .iter()
            .filter_map(|packet| span(collector, packet, entry))
            .collect(),
        flags: distinct(carried.iter().map(|packet| packet.flags.to_string())),
        sharing: entry.sharing,
        ack: entry.ack.map(ack_row).or_else(|| {
            let (book, packet) = completing?;
            ack_of(book, packet, (message.bytes.end as u32).wrapping_add(1))
        }),
        unanswered: answer.is_none() && book.is_some_and(Book::is_whole),
        answer,
        copy_of: entry.copy_of,
        copies: Vec::new(),
        unlisted: (0, 0),
        delivered: None,
        see: frames_filter(&entry.frames),
    }
}

/// What the other program said to this message: its own copy of it, else the first data that it did not only pass on, if that
/// came before the sender went on speaking.
pub(super) fn answer(
    collector: &Collector,
    book: &Book,
    entry: &MessageEntry,
    copies: &[CopyEntry],
) -> Option<AckRow> {
    if let Some(echo) = copies.iter().find(|copy| copy.stream == entry.stream) {
        return Some(AckRow {
            frame: echo.frame,
            after: Seconds(echo.after),
        });
    }
    spoken(collector, book, entry.side, entry.last_frame, entry.at)
}

/// The first data for what `side` said up to `frame`, if that came before it went on speaking.
fn spoken(
    collector: &Collector,
    book: &Book,
    side: Side,
    frame: u64,
    at: Timestamp,
) -> Option<AckRow> {
    let speaks = |packet: &PacketEntry| packet.len.unwrap_or(0) > 0;
    let (answering, after) = book.after(frame, at, side.other(), |packet| {
        speaks(packet) && !collector.lines.is_relayed(packet.frame)
    })?;
    let goes_on = |packet: &PacketEntry| speaks(packet) && packet.at.since(at) > ONE_BREATH;
    let next = book.after(frame, at, side, goes_on);
    next.is_none_or(|(next, _)| answering < next)
        .then_some(AckRow {
            frame: answering,
            after: Seconds(after),
        })
}

/// The bytes of `packet`'s frame that belong to the message.
fn span(collector: &Collector, packet: &PacketEntry, entry: &MessageEntry) -> Option<ByteSpan> {
    let placed = collector.layout.of(packet.frame)?;
    let header = FIXED_HEADER + packet.options.options().0.len();
    let payload_at = placed.header_at + header as u32;
    let start = u64::from(packet.observation.seq).checked_sub(1)?;
    let end = start + u64::from(packet.len?);
    let from = entry.message.bytes.start.max(start);
    let to = entry.message.bytes.end.min(end);
    (from < to).then(|| ByteSpan {
        frame: packet.frame,
        from: payload_at + (from - start) as u32,
        to: payload_at + (to - start) as u32 - 1,
    })
}

const fn ack_row(ack: Acknowledged) -> AckRow {
    AckRow {
        frame: ack.frame,
        after: Seconds(ack.after),
    }
}

/// Each text once, in order.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for text in texts {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}
