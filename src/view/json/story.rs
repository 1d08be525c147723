//! The events of the story: `capture`, `message`, `delivery`, `finding`, `session`, `end`.

use std::ops::Range;

use super::object::{
    bare_object, boolean, bytes, key, list, number, number_if, numbers, seconds_if, string, time,
    word,
};
use crate::chat::{SessionEventKind, Transport};
use crate::message::MessageKind;
use crate::net::Endpoint;
use crate::tcp::{Certainty, Side};
use crate::timeline::{
    Acknowledged, CaptureStart, DeliveryEntry, EndEntry, FindingCode, FindingEntry, MessageEntry,
    SessionEntry,
};
use crate::view::encode::EndpointTexts;

/// An endpoint under a key.
pub(super) fn endpoint(out: &mut Vec<u8>, ends: &mut EndpointTexts, key: &[u8], end: Endpoint) {
    out.extend_from_slice(key);
    out.push(b'"');
    ends.push(out, end);
    out.push(b'"');
}

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
fn write_ack(out: &mut Vec<u8>, ack: Option<Acknowledged>) {
    if let Some(ack) = ack {
        number(out, key!("ack_frame"), ack.frame);
        seconds_if(out, key!("ack_after"), Some(ack.after));
    }
}

/// First of the range and the one after the last.
fn range(out: &mut Vec<u8>, key: &[u8], range: &Range<u64>) {
    numbers(out, key, [range.start, range.end]);
}

/// Appends a `message` line.
pub(super) fn write_message(out: &mut Vec<u8>, ends: &mut EndpointTexts, entry: &MessageEntry) {
    out.extend_from_slice(b"{\"event\":\"message\"");
    let connection = match entry.side {
        Side::Client => entry.connection,
        Side::Server => entry.connection.flipped(),
    };
    time(out, key!("ts"), entry.at);
    number(out, key!("id"), entry.id);
    number(out, key!("stream"), entry.stream.0);
    word(out, key!("direction"), entry.side.direction());
    endpoint(out, ends, key!("src"), connection.client);
    endpoint(out, ends, key!("dst"), connection.server);
    number(out, key!("number"), entry.number);
    word(out, key!("kind"), entry.message.kind.code());
    if let MessageKind::WsClose(code) = entry.message.kind {
        number(out, key!("close_code"), code);
    }
    bytes(out, &entry.message.text);
    boolean(out, key!("complete"), entry.message.complete);
    range(out, key!("bytes"), &entry.message.bytes);
    numbers(out, key!("frames"), entry.frames.iter().copied());
    number(out, key!("frames_total"), entry.frames_total);
    number(out, key!("sharing"), entry.sharing);
    write_ack(out, entry.ack);
    number_if(out, key!("copy_of"), entry.copy_of);
    number_if(out, key!("line"), entry.line);
    number_if(out, key!("session"), entry.session.map(|session| session.0));
    if let Some(name) = &entry.name {
        string(out, key!("name"), name);
    }
    out.extend_from_slice(b"}\n");
}

/// Appends a `delivery` line.
pub(super) fn write_delivery(out: &mut Vec<u8>, entry: &DeliveryEntry) {
    out.extend_from_slice(b"{\"event\":\"delivery\"");
    time(out, key!("ts"), entry.at);
    number(out, key!("message"), entry.message);
    number(out, key!("stream"), entry.stream.0);
    write_ack(out, entry.ack);
    list(out, key!("copies"), &entry.copies, |out, copy| {
        bare_object(out, |out| {
            number(out, key!("stream"), copy.stream.0);
            number(out, key!("message"), copy.message);
            number(out, key!("frame"), copy.frame);
            seconds_if(out, key!("after"), Some(copy.after));
            write_ack(out, copy.ack);
        });
    });
    number(out, key!("expected"), entry.expected);
    boolean(out, key!("complete"), entry.complete);
    out.extend_from_slice(b"}\n");
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
    number_if(out, key!("received"), end.stats.received);
    number_if(out, key!("kernel_dropped"), end.stats.kernel_dropped);
    number_if(out, key!("interface_dropped"), end.stats.interface_dropped);
    number(out, key!("queue_dropped"), end.stats.queue_dropped);
    number(out, key!("display_folded"), end.display_folded);
    number(out, key!("streams_forgotten"), end.streams_forgotten);
    number(
        out,
        key!("session_events_dropped"),
        end.session_events_dropped,
    );
    boolean(out, key!("truncated"), end.truncated);
    out.extend_from_slice(b"}\n");
}
