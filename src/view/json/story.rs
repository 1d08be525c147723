//! The events of the story: `capture`, `message`, `delivery`, `finding`, `session`, `end`.

use std::ops::Range;

use super::object::{
    boolean, bytes, key, number, number_if, numbers, seconds_if, string, time, word,
};
use super::page::Page;
use super::pen::{Pen, TEXT};
use super::quote::is_quotable;
use super::texts::{Texts, endpoint};
use crate::chat::{SessionEventKind, Transport};
use crate::message::MessageKind;
use crate::net::FourTuple;
use crate::tcp::{Certainty, Side};
use crate::timeline::{
    Acknowledged, CaptureStart, DeliveryEntry, EndEntry, FindingCode, FindingEntry, MessageEntry,
    SessionEntry,
};
use crate::view::endpoints::EndpointTexts;

/// Appends the `capture` line.
pub(super) fn write_capture(out: &mut Vec<u8>, start: &CaptureStart) {
    out.extend_from_slice(b"{\"event\":\"capture\"");
    string(out, key!("source"), &start.source);
    if let Some(link_type) = start.link_type {
        string(out, key!("link_type"), &link_type.to_string());
    }
    if let Some(filter) = &start.filter {
        string(out, key!("filter"), filter);
    }
    number_if(out, key!("snaplen"), start.snaplen);
    if let Some(at) = start.start {
        time(out, key!("start"), at);
    }
    boolean(out, key!("live"), start.live);
    out.extend_from_slice(b"}\n");
}

/// `ack_frame` and `ack_after`.
#[inline]
fn acknowledged(pen: Pen<'_>, ack: Option<Acknowledged>) -> Pen<'_> {
    match ack {
        Some(ack) => pen
            .number(key!("ack_frame"), ack.frame)
            .seconds(key!("ack_after"), ack.after),
        None => pen,
    }
}

/// First of the range and the one after the last.
fn range(out: &mut Vec<u8>, key: &[u8], range: &Range<u64>) {
    numbers(out, key, [range.start, range.end]);
}

/// Appends a `message` line.
pub(super) fn write_message(page: &mut Page, texts: &mut Texts, entry: &MessageEntry) {
    let FourTuple { client, server } = &entry.connection;
    let between = match entry.side {
        Side::Client => [client, server],
        Side::Server => [server, client],
    };
    let direction = (entry.stream, entry.side, between);
    let direction = texts.directions.of(&mut texts.endpoints, direction);
    let mut pen = page
        .pen()
        .text(b"{\"event\":\"message\"")
        .time(&mut texts.second, key!("ts"), entry.at)
        .number(key!("id"), entry.id)
        .snippet(&direction.ends)
        .number(key!("number"), entry.number)
        .word(key!("kind"), entry.message.kind.code());
    if let MessageKind::WsClose(code) = entry.message.kind {
        pen = pen.number(key!("close_code"), code);
    }
    let text = &entry.message.text[..];
    if text.len() <= TEXT && is_quotable(text) {
        pen = pen.text(key!("text")).text(b"\"").run(text).text(b"\"");
    } else {
        pen.lay();
        page.beside(|out| bytes(out, text));
        pen = page.pen();
    }
    pen = pen
        .boolean(key!("complete"), entry.message.complete)
        .range(key!("bytes"), &entry.message.bytes);
    pen = match *entry.frames {
        [frame] => pen.number(b",\"frames\":[", frame).text(b"]"),
        ref frames => {
            pen.lay();
            page.beside(|out| numbers(out, key!("frames"), frames.iter().copied()));
            page.pen()
        }
    };
    if entry.last_frame != 0 {
        pen = pen.number(key!("last_frame"), entry.last_frame);
    }
    pen = pen
        .number(key!("frames_total"), entry.frames_total)
        .number(key!("sharing"), entry.sharing);
    pen = acknowledged(pen, entry.ack)
        .number_if(key!("copy_of"), entry.copy_of)
        .number_if(key!("line"), entry.line)
        .number_if(key!("session"), entry.session.map(|session| session.0));
    if let Some(name) = &entry.name {
        pen = pen.run(direction.name(name));
    }
    pen.text(b"}\n").lay();
}

/// Appends a `delivery` line.
pub(super) fn write_delivery(page: &mut Page, texts: &mut Texts, entry: &DeliveryEntry) {
    let mut pen = page
        .pen()
        .text(b"{\"event\":\"delivery\"")
        .time(&mut texts.second, key!("ts"), entry.at)
        .number(key!("message"), entry.message)
        .number(key!("stream"), entry.stream.0);
    pen = acknowledged(pen, entry.ack).text(key!("copies")).text(b"[");
    for (index, copy) in entry.copies.iter().enumerate() {
        pen.lay();
        let next: &[u8] = if index > 0 { b"," } else { b"" };
        pen = page
            .pen()
            .text(next)
            .number(b"{\"stream\":", copy.stream.0)
            .number(key!("message"), copy.message)
            .number(key!("frame"), copy.frame)
            .seconds(key!("after"), copy.after);
        pen = acknowledged(pen, copy.ack).text(b"}");
    }
    pen.text(b"]")
        .number(key!("expected"), entry.expected)
        .boolean(key!("complete"), entry.complete)
        .text(b"}\n")
        .lay();
}

/// Appends a `finding` line.
pub(super) fn write_finding(out: &mut Vec<u8>, entry: &FindingEntry) {
    out.extend_from_slice(b"{\"event\":\"finding\"");
    time(out, key!("ts"), entry.at);
    word(out, key!("code"), entry.code.code());
    word(out, key!("severity"), entry.code.severity().code());
    number_if(out, key!("stream"), entry.stream.map(|stream| stream.0));
    if let Some(side) = entry.side {
        word(out, key!("side"), side.name());
    }
    if let FindingCode::Reset(cause) = entry.code {
        word(out, key!("cause"), cause.code());
    }
    if let FindingCode::IcmpError(error) = entry.code {
        word(out, key!("cause"), error.reason.code());
        word(out, key!("from"), &error.from.to_string());
    }
    boolean(out, key!("certain"), entry.certainty == Certainty::Seen);
    numbers(out, key!("frames"), entry.frames.iter().copied());
    seconds_if(out, key!("duration"), entry.duration);
    number_if(out, key!("value"), entry.value);
    out.extend_from_slice(b"}\n");
}

/// Appends a `session` line.
pub(super) fn write_session(out: &mut Vec<u8>, ends: &mut EndpointTexts, entry: &SessionEntry) {
    out.extend_from_slice(b"{\"event\":\"session\"");
    time(out, key!("ts"), entry.event.at);
    word(out, key!("kind"), entry.event.kind.code());
    number(out, key!("session"), entry.event.session.0);
    endpoint(out, ends, key!("client"), entry.event.connection.client);
    endpoint(out, ends, key!("server"), entry.event.connection.server);
    number_if(out, key!("stream"), entry.stream.map(|stream| stream.0));
    write_session_kind(out, &entry.event.kind);
    seconds_if(out, key!("after_handshake"), entry.after_handshake);
    if let Some((first, last)) = entry.frames {
        numbers(out, key!("frames"), [first, last]);
    }
    out.extend_from_slice(b"}\n");
}

/// The fields that belong to one kind of session event.
fn write_session_kind(out: &mut Vec<u8>, kind: &SessionEventKind) {
    match kind {
        SessionEventKind::Connected { name, transport } => {
            string(out, key!("name"), name);
            let transport = match transport {
                Transport::Line => "line",
                Transport::WebSocket => "websocket",
            };
            word(out, key!("transport"), transport);
        }
        SessionEventKind::Renamed { from, to } => {
            string(out, key!("from"), from);
            string(out, key!("to"), to);
        }
        SessionEventKind::Resumed {
            instead_of,
            name,
            missed,
        } => {
            string(out, key!("name"), name);
            number(out, key!("instead_of"), instead_of.0);
            number(out, key!("missed"), *missed);
        }
        SessionEventKind::Read { bytes } => range(out, key!("bytes"), bytes),
        SessionEventKind::Said { line, bytes } => {
            number_if(out, key!("line"), *line);
            range(out, key!("bytes"), bytes);
        }
        SessionEventKind::Wrote { lines, bytes } => {
            range(out, key!("lines"), lines);
            range(out, key!("bytes"), bytes);
        }
        SessionEventKind::Lagging { missed } => number(out, key!("missed"), *missed),
        SessionEventKind::Shutdown => {}
        SessionEventKind::Disconnected { reason } => word(out, key!("reason"), reason.code()),
    }
}

/// Appends the `end` line.
pub(super) fn write_end(out: &mut Vec<u8>, end: &EndEntry) {
    out.extend_from_slice(b"{\"event\":\"end\"");
    number(out, key!("frames"), end.frames);
    number(out, key!("tcp_frames"), end.tcp_frames);
    number(out, key!("skipped"), end.skipped);
    let cut = Some(end.cut_frames).filter(|count| *count > 0);
    number_if(out, key!("cut_frames"), cut);
    number_if(out, key!("received"), end.stats.received);
    number_if(out, key!("kernel_dropped"), end.stats.kernel_dropped);
    number_if(out, key!("interface_dropped"), end.stats.interface_dropped);
    number(out, key!("queue_dropped"), end.stats.queue_dropped);
    number(out, key!("display_folded"), end.display_folded);
    number(out, key!("streams_forgotten"), end.streams_forgotten);
    let fragments = Some(end.datagrams_forgotten).filter(|count| *count > 0);
    number_if(out, key!("datagrams_forgotten"), fragments);
    number(
        out,
        key!("session_events_dropped"),
        end.session_events_dropped,
    );
    boolean(out, key!("truncated"), end.truncated);
    out.extend_from_slice(b"}\n");
}
