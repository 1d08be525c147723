//! The messages of the report: the first ones with all their details, the others counted; copies stand with their original.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::model::Joined;
use super::tallies::MAX_EVIDENCE;
use crate::message::MessageKind;
use crate::net::Timestamp;
use crate::tcp::{Side, StreamId};
use crate::text::visible;
use crate::timeline::{Acknowledged, CopyEntry, DeliveryEntry, MessageEntry};

/// Messages kept with a row each.
pub const MAX_LINES: usize = 1000;
/// Messages kept that hold the text that was looked for.
pub const MAX_FOUND: usize = 100;
/// Bytes kept of each message.
pub const MAX_TEXT: usize = 2000;
/// Copies kept of each message.
const MAX_COPIES: usize = 64;
/// Bytes kept of the texts of all copies: those of one message mostly say the same, which is kept once.
const MAX_COPIED: usize = 4 << 20;
/// Segments kept that carried the beginning of several messages.
const MAX_JOINED: usize = 64;
/// Frames of which is known whether they only pass on what others said.
const MAX_RELAYED: usize = 1 << 16;
/// WebSocket connections kept.
const MAX_WEBSOCKETS: usize = 4096;
/// Close frames kept of each: one from each side.
const MAX_CLOSES: usize = 2;

/// A message with what became of it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) message: MessageEntry,
    /// The first copies.
    pub(super) copies: Vec<CopyEntry>,
    /// What these copies say.
    pub(super) heard: Vec<HeardCopy>,
    /// Copies beyond them that say the same as one of them, and those of which it is not known what they say.
    pub(super) unlisted: (u64, u64),
    pub(super) delivery: Option<Delivered>,
}

/// What a copy says; often not the same as the message (`ana: teste`).
#[derive(Clone, Debug)]
pub(super) struct HeardCopy {
    pub(super) message: u64,
    pub(super) side: Side,
    pub(super) at: Timestamp,
    pub(super) segments: u32,
    pub(super) text: Arc<str>,
    /// `text` is all of it.
    pub(super) complete: bool,
}

/// What became of a message, as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    pub(super) ack: Option<Acknowledged>,
    /// Copies seen, and copies that there should be.
    pub(super) copies: (u32, u32),
}

/// All messages.
#[derive(Debug, Default)]
pub(super) struct LineBook {
    find: Option<Vec<u8>>,
    pub(super) kept: Vec<Line>,
    by_id: FxHashMap<u64, usize>,
    /// Bytes of the texts of copies.
    copied: usize,
    pub(super) total: u64,
    pub(super) folded: u64,
    pub(super) found: Vec<MessageEntry>,
    pub(super) found_total: u64,
    pub(super) joined: Vec<Joined>,
    /// Streams that speak WebSocket, with the Close frames seen.
    pub(super) websockets: FxHashMap<u32, Vec<(MessageEntry, u16)>>,
    /// Frames of a server in which nothing but copies of other connections' messages begins: no answer to this client.
    relayed: FxHashMap<u64, bool>,
}

impl LineBook {
    /// Looks for `find` in every message.
    pub(super) fn new(find: Option<Vec<u8>>) -> Self {
        Self {
            find,
            ..Self::default()
        }
    }

    /// Takes one message. `late`: it counts, but gets no row.
    pub(super) fn message(&mut self, message: &MessageEntry, late: bool) {
        self.total += 1;
        self.search(message);
        self.websocket(message);
        self.relay(message);
        let original = message.copy_of.and_then(|id| self.by_id.get(&id));
        if let Some(index) = original {
            let line = &mut self.kept[*index];
            self.copied += line.copied(message, MAX_COPIED.saturating_sub(self.copied));
            return;
        }
        if late || self.kept.len() >= MAX_LINES {
            self.folded += 1;
            return;
        }
        self.join(message);
        self.by_id.insert(message.id, self.kept.len());
        self.kept.push(Line {
            message: shortened(message),
            copies: Vec::new(),
            heard: Vec::new(),
            unlisted: (0, 0),
            delivery: None,
        });
    }

    /// Takes what became of a message; a later entry replaces an earlier one.
    pub(super) fn delivery(&mut self, delivery: &DeliveryEntry) {
        let Some(index) = self.by_id.get(&delivery.message) else {
            return;
        };
        let line = &mut self.kept[*index];
        for copy in delivery.copies.iter().take(MAX_COPIES) {
            match line.copies.iter_mut().find(|c| c.message == copy.message) {
                Some(known) => *known = *copy,
                None => line.copies.push(*copy),
            }
        }
        line.delivery = Some(Delivered {
            ack: delivery.ack,
            copies: (delivery.copies.len() as u32, delivery.expected),
        });
    }

    /// Notes what the frame carries: what others said, or something of the server's own.
    fn relay(&mut self, message: &MessageEntry) {
        let Some(frame) = message.frames.first() else {
            return;
        };
        if message.side == Side::Client || self.relayed.len() >= MAX_RELAYED {
            return;
        }
        let original = message.copy_of.and_then(|id| self.by_id.get(&id));
        let foreign =
            original.is_some_and(|index| self.kept[*index].message.stream != message.stream);
        let only_relayed = self.relayed.entry(*frame).or_insert(foreign);
        *only_relayed &= foreign;
    }

    /// Whether nothing but what other connections said begins in this frame.
    pub(super) fn is_relayed(&self, frame: u64) -> bool {
        self.relayed.get(&frame) == Some(&true)
    }

    fn search(&mut self, message: &MessageEntry) {
        let Some(find) = self.find.as_deref().filter(|find| !find.is_empty()) else {
            return;
        };
        if message.message.text.windows(find.len()).any(|w| w == find) {
            self.found_total += 1;
            if self.found.len() < MAX_FOUND {
                self.found.push(shortened(message));
            }
        }
    }

    fn websocket(&mut self, message: &MessageEntry) {
        let close = match message.message.kind {
            MessageKind::WsText
            | MessageKind::WsBinary
            | MessageKind::WsPing
            | MessageKind::WsPong => None,
            MessageKind::WsClose(code) => Some(code),
            _ => return,
        };
        let stream = message.stream.0;
        if self.websockets.len() >= MAX_WEBSOCKETS && !self.websockets.contains_key(&stream) {
            return;
        }
        let closes = self.websockets.entry(stream).or_default();
        if let Some(code) = close.filter(|_| closes.len() < MAX_CLOSES) {
            closes.push((shortened(message), code));
        }
    }

    fn join(&mut self, message: &MessageEntry) {
        let Some(frame) = message.frames.first().copied() else {
            return;
        };
        let known = self.joined.last().is_some_and(|j| j.frame == frame);
        if message.sharing > 1 && !known && self.joined.len() < MAX_JOINED {
            self.joined.push(Joined {
                frame,
                messages: message.sharing,
                first: message.id,
            });
        }
    }

    /// The message of this number, if it is kept.
    pub(super) fn line(&self, id: u64) -> Option<&Line> {
        self.by_id.get(&id).map(|index| &self.kept[*index])
    }

    /// The kept messages of one connection.
    pub(super) fn of_stream(&self, stream: StreamId) -> impl Iterator<Item = &Line> {
        self.kept
            .iter()
            .filter(move |line| line.message.stream == stream)
    }
}

impl Line {
    /// Takes a copy, with its text where there is `room` for it; gives the bytes that this cost.
    fn copied(&mut self, copy: &MessageEntry, room: usize) -> usize {
        let (text, complete) = copied_text(copy);
        let mut heard = self.heard.iter();
        let alike = heard.find(|heard| *heard.text == *text && heard.complete == complete);
        if self.copies.len() >= MAX_COPIES {
            let (same, unknown) = &mut self.unlisted;
            *(if alike.is_some() { same } else { unknown }) += 1;
            return 0;
        }
        self.copies.push(copy_entry(&self.message, copy));
        let (text, cost) = match alike {
            Some(heard) => (heard.text.clone(), 0),
            None => (Arc::from(&*text), text.len()),
        };
        if cost > room {
            self.unlisted.1 += 1;
            return 0;
        }
        self.heard.push(HeardCopy {
            message: copy.id,
            side: copy.side,
            at: copy.at,
            segments: copy.frames_total,
            text,
            complete,
        });
        cost
    }
}

/// The text of a copy, cut to the bound, and whether that is all of it.
fn copied_text(copy: &MessageEntry) -> (String, bool) {
    let text = &copy.message.text;
    let kept = text.len().min(MAX_TEXT);
    let whole = copy.message.complete && kept == text.len();
    (visible(&text[..kept]), whole)
}

/// A copy as its own message entry tells it, until the delivery says more.
fn copy_entry(original: &MessageEntry, copy: &MessageEntry) -> CopyEntry {
    CopyEntry {
        stream: copy.stream,
        message: copy.id,
        frame: copy.last_frame,
        after: copy.at.since(original.at),
        ack: copy.ack,
    }
}

/// A message with its text and frames cut to the bounds.
fn shortened(message: &MessageEntry) -> MessageEntry {
    let mut short = message.clone();
    if short.message.text.len() > MAX_TEXT {
        short.message.text = short.message.text[..MAX_TEXT].into();
        short.message.complete = false;
    }
    let listed = short.frames.len().min(4 * MAX_EVIDENCE);
    short.frames = short.frames[..listed].into();
    short
}
