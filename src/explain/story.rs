//! Messages, deliveries, sessions and the frame of the story in words.

use super::{Explainer, Topic, Value, ids};
use crate::chat::{DisconnectReason, SessionEventKind};
use crate::message::MessageKind;
use crate::net::Nanos;
use crate::timeline::{
    Acknowledged, CaptureStart, DeliveryEntry, EndEntry, MessageEntry, SessionEntry,
};

/// An ACK that waited at least this long was held back on purpose (Linux: 40 ms; a round trip on loopback takes microseconds).
const DELAYED_ACK_FROM: Nanos = 20_000_000;
/// RFC 9293 section 3.8.6.3: a delay beyond this is none that the standard allows, so it has another reason.
const DELAYED_ACK_TO: Nanos = 500_000_000;

/// The id of the word for such an ACK, and of its reason.
const DELAYED_ACK: &str = "delayed-ack";

impl Explainer {
    /// Appends what a message is: `line 3`, `WebSocket Close 1000`. The number is that among what people said.
    pub fn kind_note(&self, out: &mut String, kind: MessageKind, number: u64) {
        let code = match kind {
            MessageKind::WsClose(code) => code,
            _ => 0,
        };
        let values = [
            ("number", Value::Number(number)),
            ("code", Value::Number(u64::from(code))),
        ];
        self.say(out, ids::kind(kind), &values);
    }

    /// Appends `and 2 more`.
    pub fn more_note(&self, out: &mut String, more: u64) {
        self.say(out, "message-more", &[("more", Value::Number(more))]);
    }

    /// Appends which frames carried a message and what confirmed it. Returns what of that has a reason to be told.
    pub fn message_note(&self, out: &mut String, message: &MessageEntry) -> Option<Topic<'static>> {
        match message.frames.first() {
            Some(first) if *first != message.last_frame => {
                let values = [
                    ("first", Value::Number(*first)),
                    ("last", Value::Number(message.last_frame)),
                    ("count", Value::Number(u64::from(message.frames_total))),
                ];
                self.say(out, "carried-by-many", &values);
            }
            Some(first) => {
                self.say(out, "carried-by-one", &[("first", Value::Number(*first))]);
            }
            None => {}
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        let Some(ack) = message.ack else {
            self.say(out, "ack-to-come", &[]);
            return None;
        };
        let local = message.connection.client.ip.is_loopback();
        self.acked(out, "acked", ack, local)
    }

    /// An ACK with its delay, and the word for a delayed one where the way itself takes no time (`local`: loopback).
    fn acked(
        &self,
        out: &mut String,
        id: &str,
        ack: Acknowledged,
        local: bool,
    ) -> Option<Topic<'static>> {
        let values = [
            ("frame", Value::Number(ack.frame)),
            ("after", Value::Span(ack.after)),
        ];
        self.say(out, id, &values);
        if !local || !(DELAYED_ACK_FROM..=DELAYED_ACK_TO).contains(&ack.after) {
            return None;
        }
        out.push_str(" (");
        self.say(out, DELAYED_ACK, &[]);
        out.push(')');
        Some(Topic::Message(DELAYED_ACK))
    }

    /// Appends `line 2 delivered to 2 of 2`; where some are missing, that this is so until now: a copy may come late.
    pub fn delivery_note(&self, out: &mut String, delivery: &DeliveryEntry) {
        let mut what = String::new();
        self.kind_note(&mut what, delivery.kind, delivery.said);
        let (done, expected) = (delivery.copies.len() as u64, u64::from(delivery.expected));
        let values = [
            ("what", Value::Text(&what)),
            ("done", Value::Number(done)),
            ("expected", Value::Number(expected)),
            ("all", (done >= expected).into()),
        ];
        self.say(out, "delivery", &values);
    }

    /// Appends the last ACK of a delivery and how many are missing. `local`: all connections are on loopback. Returns what of
    /// that has a reason to be told.
    pub fn delivery_acks(
        &self,
        out: &mut String,
        delivery: &DeliveryEntry,
        local: bool,
    ) -> Option<Topic<'static>> {
        let acks = delivery.copies.iter().filter_map(|copy| copy.ack);
        let last = acks.max_by_key(|ack| ack.frame);
        let topic = last.and_then(|last| self.acked(out, "delivery-last-ack", last, local));
        let waiting = delivery.copies.iter().filter(|copy| copy.ack.is_none());
        let waiting = waiting.count() as u64;
        if waiting > 0 {
            self.joined(
                out,
                "delivery-waiting",
                &[("waiting", Value::Number(waiting))],
            );
        }
        topic
    }

    /// Appends what the program did. `name` is the already safe text of the name in `Renamed` and `Resumed`.
    pub fn session_note(&self, out: &mut String, kind: &SessionEventKind, name: &str) {
        let name = ("name", Value::Text(name));
        let count = |name, range: &std::ops::Range<u64>| {
            (name, Value::Number(range.end.saturating_sub(range.start)))
        };
        match kind {
            SessionEventKind::Connected { .. } => self.say(out, "session-connected", &[]),
            SessionEventKind::Renamed { .. } => self.say(out, "session-renamed", &[name]),
            SessionEventKind::Resumed { missed: 0, .. } => {
                self.say(out, "session-resumed", &[name]);
            }
            SessionEventKind::Resumed { missed, .. } => {
                let missed = ("missed", Value::Number(*missed));
                self.say(out, "session-resumed-missed", &[name, missed]);
            }
            SessionEventKind::Read { bytes } => {
                self.say(out, "session-read", &[count("bytes", bytes)]);
            }
            SessionEventKind::Said { line: None, .. } => self.say(out, "session-answered", &[]),
            SessionEventKind::Said {
                line: Some(line), ..
            } => self.say(out, "session-said", &[("line", Value::Number(*line))]),
            SessionEventKind::Wrote { bytes, .. } => {
                self.say(out, "session-wrote", &[count("bytes", bytes)]);
            }
            SessionEventKind::Lagging { missed } => {
                self.say(
                    out,
                    "session-lagging",
                    &[("missed", Value::Number(*missed))],
                );
            }
            SessionEventKind::Shutdown => self.say(out, "session-shutdown", &[]),
            SessionEventKind::Disconnected { .. } => self.say(out, "session-disconnected", &[]),
        }
    }

    /// Appends which session and stream an event belongs to, its delay or its reason.
    pub fn session_place(&self, out: &mut String, entry: &SessionEntry) {
        let session = ("session", Value::Number(entry.event.session.0));
        match (&entry.event.kind, entry.stream) {
            (SessionEventKind::Disconnected { reason }, _) => {
                self.say(out, ids::reason(*reason), &[]);
            }
            (_, Some(stream)) => {
                let stream = ("stream", Value::Number(u64::from(stream.0)));
                self.say(out, "session-on-stream", &[session, stream]);
            }
            (_, None) => self.say(out, "session-without-packets", &[session]),
        }
        if let Some(after) = entry.after_handshake {
            out.push_str(", ");
            self.say(
                out,
                "session-after-handshake",
                &[("after", Value::Span(after))],
            );
        }
    }

    /// Why a session ended.
    #[must_use]
    pub fn reason_words(&self, reason: DisconnectReason) -> String {
        self.text(ids::reason(reason), &[])
    }

    /// Appends where the frames come from. The texts are the user's own, made safe by the caller.
    pub fn capture_note(&self, out: &mut String, start: &CaptureStart, source: &str, filter: &str) {
        let id = if start.live {
            "capture-live"
        } else {
            "capture-file"
        };
        self.say(out, id, &[("source", Value::Text(source))]);
        if let Some(link_type) = start.link_type {
            out.push_str(", ");
            out.push_str(&link_type.to_string());
        }
        if !filter.is_empty() {
            out.push_str(", ");
            self.say(out, "capture-filter", &[("filter", Value::Text(filter))]);
        }
    }

    /// Appends the totals, and every kind of loss that happened.
    pub fn end_note(&self, out: &mut String, end: &EndEntry) {
        let values = [
            ("frames", Value::Number(end.frames)),
            ("tcp", Value::Number(end.tcp_frames)),
        ];
        self.say(out, "end-frames", &values);
        let losses = [
            ("end-skipped", end.skipped),
            ("end-cut", end.cut_frames),
            ("end-kernel-dropped", end.stats.kernel_dropped.unwrap_or(0)),
            (
                "end-interface-dropped",
                end.stats.interface_dropped.unwrap_or(0),
            ),
            ("end-queue-dropped", end.stats.queue_dropped),
            ("end-folded", end.display_folded),
            ("end-forgotten", end.streams_forgotten),
            ("end-fragments", end.datagrams_forgotten),
            ("end-sessions-dropped", end.session_events_dropped),
        ];
        for (id, count) in losses {
            if count > 0 {
                self.joined(out, id, &[("count", Value::Number(count))]);
            }
        }
        if end.truncated {
            self.joined(out, "end-truncated", &[]);
        }
    }
}
